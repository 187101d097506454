#include "enginefixture.h"

#include <QDir>
#include <QTest>

#include "cache/layout.h"
#include "core/digest.h"

using namespace Qt::StringLiterals;

demo::DemoOptions slow(qint64 bytesPerSecond)
{
    demo::DemoOptions options;
    options.bytesPerSecond = bytesPerSecond;
    return options;
}

EngineFixture::EngineFixture(const transfer::Limits &wantedLimits, const demo::DemoOptions &options)
    : hub({}, options)
    , place{u"cache"_s, cache::Location::Kind::HubCache, folder.filePath(u"hub"_s), true}
    , limits(wantedLimits)
{
    http.endpoint = *hub::Endpoint::make(hub.endpoint());
    restart();
}

EngineFixture::~EngineFixture() = default;

void EngineFixture::restart()
{
    engine.reset();
    gate = std::make_unique<hub::Gate>(clock);
    engine = std::make_unique<transfer::Engine>(
        http, limits, *gate, clock,
        std::make_unique<transfer::Journal>(folder.filePath(u"queue"_s)));
    engine->restore(transfer::Engine::OnStart::Resume);
}

transfer::DownloadRequest EngineFixture::request(const demo::Repo &repo) const
{
    transfer::DownloadRequest request;
    request.repo = repo.id;
    request.endpoint = hub.endpoint();
    request.revision = u"main"_s;
    request.commit = repo.commit;
    request.place = place;
    for (const demo::File &file : repo.files) {
        hub::TreeEntry entry;
        entry.path = file.path;
        entry.size = file.content->size();
        entry.oid = file.lfs ? QString(40, u'f') : file.content->gitSha1();
        entry.lfs = file.lfs;
        entry.sha256 = file.lfs ? file.content->sha256() : QString();
        request.listing.append(entry);
    }
    request.chosen = request.listing;
    return request;
}

transfer::DownloadId EngineFixture::get(const demo::Repo &repo)
{
    hub.setRepo(repo);
    return engine->add(request(repo));
}

bool EngineFixture::waitForState(const transfer::DownloadId &id, transfer::State state, int seconds)
{
    return QTest::qWaitFor([&] { return engine->status(id).state == state; }, seconds * 1000);
}

bool EngineFixture::waitForBytes(const transfer::DownloadId &id, qint64 bytes, int seconds)
{
    return QTest::qWaitFor([&] { return engine->status(id).done >= bytes; }, seconds * 1000);
}

QString EngineFixture::blob(const demo::Repo &repo, const demo::File &file) const
{
    const auto id =
        core::ContentId::make(file.lfs ? file.content->sha256() : file.content->gitSha1());
    return cache::Layout(place.path).blob(repo.id, *id);
}

QString EngineFixture::entry(const demo::Repo &repo, const QString &path) const
{
    return cache::Layout(place.path).entry(repo.id, repo.commit, path);
}

bool EngineFixture::isRight(const demo::Repo &repo, const demo::File &file) const
{
    const auto hex = core::digestOfFile(entry(repo, file.path), core::ContentId::Kind::Sha256);
    return hex && *hex == file.content->sha256();
}

QStringList EngineFixture::leftovers(const demo::Repo &repo) const
{
    QStringList names;
    const auto all = QDir(cache::Layout(place.path).blobs(repo.id))
                         .entryList(QDir::Files | QDir::Hidden | QDir::System);
    for (const QString &name : all) {
        if (name.size() != 40 && name.size() != 64)
            names.append(name);
    }
    return names;
}
