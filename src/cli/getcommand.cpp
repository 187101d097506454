#include "cli/getcommand.h"

#include <QCoreApplication>
#include <QThreadPool>

#include "cache/store.h"
#include "core/errortext.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace cli {

namespace {

constexpr int attemptsBeforeGivingUp = 5;
constexpr int namesShown = 3;
constexpr qsizetype longestName = 120;
constexpr auto silenceWorthAWord = 3s;

Exit exitForKind(core::ErrorKind kind)
{
    using core::ErrorKind;
    switch (kind) {
    case ErrorKind::Gated:
    case ErrorKind::SignInNeeded:
    case ErrorKind::Unauthorized:
    case ErrorKind::Forbidden:
    case ErrorKind::KeychainUnavailable:
    case ErrorKind::KeychainDenied:
        return Exit::AccessNeeded;
    case ErrorKind::DiskFull:
    case ErrorKind::FileTooLarge:
        return Exit::NoRoom;
    case ErrorKind::Offline:
    case ErrorKind::HostNotFound:
    case ErrorKind::ConnectionLost:
    case ErrorKind::Timeout:
    case ErrorKind::ProxyDenied:
    case ErrorKind::Tls:
        return Exit::NoNetwork;
    case ErrorKind::Checksum:
        return Exit::CheckFailed;
    case ErrorKind::BadInput:
        return Exit::WrongUse;
    case ErrorKind::Cancelled:
        return Exit::Cancelled;
    case ErrorKind::Truncated:
    case ErrorKind::ServerError:
    case ErrorKind::RateLimited:
    case ErrorKind::LinkExpired:
    case ErrorKind::OtherHub:
    case ErrorKind::XetOnly:
    case ErrorKind::StoredDamaged:
    case ErrorKind::PartialGone:
    case ErrorKind::RemoteChanged:
    case ErrorKind::Disabled:
    case ErrorKind::RepoNotFound:
    case ErrorKind::RevisionNotFound:
    case ErrorKind::EntryNotFound:
    case ErrorKind::BadRequest:
    case ErrorKind::Protocol:
    case ErrorKind::Locked:
    case ErrorKind::PlaceMissing:
    case ErrorKind::FileIo:
        return Exit::NotFetched;
    }
    return Exit::NotFetched;
}

// A few of them, for a sentence.
QString examples(const QStringList &paths)
{
    QStringList shown;
    for (const QString &path : paths.mid(0, namesShown))
        shown.append(path.left(longestName));
    return shown.join(u", "_s);
}

// A file or folder that a link named is meant to the letter, not as a pattern.
bool isBelow(const QString &path, const QString &named)
{
    return path == named || path.startsWith(named + u'/');
}

} // namespace

GetCommand::GetCommand(const session::Config &config, const GetOptions &options)
    : m_config(config)
    , m_options(options)
    , m_report(options.output)
{
    connect(&m_interrupt, &Interrupt::interrupted, this, &GetCommand::onInterrupted);
    m_patience.setSingleShot(true);
    m_patience.setInterval(silenceWorthAWord);
    connect(&m_patience, &QTimer::timeout, this,
            [this] { m_report.console().note(tr("Waiting for %1 …").arg(m_request.endpoint)); });
}

// The receipt may still be in the making; it answers to this object.
GetCommand::~GetCommand()
{
    QThreadPool::globalInstance()->waitForDone();
}

void GetCommand::begin()
{
    const auto ref = core::parseRepoRef(m_options.repo, m_config.endpoint.text());
    if (!ref)
        return fail(ref.error());
    m_request.repo = ref->repo;
    m_request.place = m_config.place;
    m_request.endpoint = m_config.endpoint.text();
    const QString asked =
        m_options.revision.isEmpty() ? ref->revision.value_or(u"main"_s) : m_options.revision;
    const auto revision = core::checkRevision(asked);
    if (!revision)
        return fail(revision.error());
    m_request.revision = *revision;
    m_path = ref->path.value_or(QString());

    transfer::Limits limits;
    limits.attempts = attemptsBeforeGivingUp;
    limits.speed = m_options.limit;
    m_services = std::make_unique<session::Services>(m_config, session::Queue::Private, limits);
    if (m_config.offline)
        askCache();
    else
        askHub();
}

// A full commit needs no look-up.
void GetCommand::askHub()
{
    m_patience.start();
    connect(&m_services->gate(), &hub::Gate::waiting, this,
            [this](hub::Bucket bucket, std::optional<std::chrono::seconds> time) {
                if (bucket != hub::Bucket::Api || !time || m_ended)
                    return;
                m_patience.stop();
                m_report.waiting(*time);
            });
    if (core::isCommitId(m_request.revision))
        return onCommit(m_request.revision);
    m_services->client()
        .info(m_request.repo, m_request.revision)
        ->onDone(this, [this](const core::Result<hub::RepoInfo> &info) {
            if (!info)
                return fail(named(info.error()));
            onCommit(info->commit);
        });
}

void GetCommand::onCommit(const QString &commit)
{
    m_request.commit = commit;
    m_services->client()
        .tree(m_request.repo, commit)
        ->onDone(this, [this](const core::Result<hub::TreePage> &tree) {
            if (!tree)
                return fail(named(tree.error()));
            onListing(*tree);
        });
}

void GetCommand::askCache()
{
    QThreadPool::globalInstance()->start([this, request = m_request] {
        const auto stored = session::storedListing(request.place, request.repo, request.revision);
        QMetaObject::invokeMethod(this, [this, stored] {
            const QString name = m_request.repo.display();
            if (!stored && stored.error().kind == core::ErrorKind::RevisionNotFound)
                return failOffline(
                    tr("HF_HUB_OFFLINE is set, and the cache does not know “%1” of %2.")
                        .arg(m_request.revision, name));
            if (!stored)
                return failOffline(tr("HF_HUB_OFFLINE is set, and the cache does not know which "
                                      "files “%1” of %2 has.")
                                       .arg(m_request.revision, name));
            m_request.commit = stored->commit;
            onListing(stored->tree);
        });
    });
}

void GetCommand::onListing(const hub::TreePage &tree)
{
    m_patience.stop();
    const auto wanted = [this](const QString &path) {
        return (m_path.isEmpty() || isBelow(path, m_path)) && m_options.filter.allows(path);
    };
    for (const hub::TreeEntry &entry : tree.entries) {
        if (entry.kind != hub::TreeEntry::Kind::File)
            continue;
        m_request.listing.append(entry);
        if (wanted(entry.path))
            m_request.chosen.append(entry);
    }
    QStringList leftOut;
    for (const QString &path : tree.refused) {
        if (wanted(path))
            leftOut.append(path);
    }
    const bool hasFiles = !m_request.listing.isEmpty();
    if (!tree.refused.isEmpty())
        m_request.listing.clear(); // others would take what is left for all there is
    m_request.leftOut = static_cast<int>(leftOut.size());
    if (m_request.leftOut > 0) {
        m_leftOut =
            //: %1 is one or a few file names
            tr("%Ln file(s) left out, such as %1: a name that cannot be written safely, or an "
               "entry of the listing that makes no sense.",
               nullptr, static_cast<int>(leftOut.size()))
                .arg(examples(leftOut));
        if (m_request.chosen.isEmpty())
            return fail(m_leftOut, core::ErrorKind::Protocol, Exit::NotFetched);
        m_report.warning(m_leftOut);
    }
    const bool isAsked = !m_path.isEmpty() || !m_options.filter.include.isEmpty();
    if (m_request.chosen.isEmpty() && (hasFiles || isAsked)) {
        core::Error error =
            core::makeError(core::ErrorKind::EntryNotFound,
                            m_path.isEmpty() ? m_options.filter.include.join(u", "_s) : m_path);
        return fail(error);
    }
    weigh();
}

// What is here, what is missing, and whether there is room. Blocks.
GetCommand::Weighed GetCommand::weighed(const transfer::DownloadRequest &request,
                                        const session::Config &config)
{
    Weighed result;
    result.receipt =
        session::makeReceipt(request.place, request.repo, request.commit, request.chosen, 0);
    if (config.offline)
        result.missing =
            session::missingFiles(request.place, request.repo, request.commit, request.chosen);
    if (result.receipt.shortBy <= 0)
        return result;
    // A place where no file can be made has no room either; that is not what is wrong with it.
    if (const auto prepared = cache::Store(request.place).prepare(request.repo); !prepared)
        result.trouble = prepared.error();
    else
        result.trouble = core::makeError(
            core::ErrorKind::DiskFull,
            u"%1: %2 bytes short"_s.arg(request.place.path).arg(result.receipt.shortBy));
    return result;
}

void GetCommand::weigh()
{
    QThreadPool::globalInstance()->start([this, request = m_request, config = m_config] {
        const Weighed result = weighed(request, config);
        QMetaObject::invokeMethod(this, [this, result] { onWeighed(result); });
    });
}

void GetCommand::onWeighed(const Weighed &weighed)
{
    if (m_ended)
        return;
    m_report.plan(m_request, weighed.receipt);
    if (!weighed.missing.isEmpty()) {
        return failOffline(tr("HF_HUB_OFFLINE is set, and %1 of %2 chosen files are not in the "
                              "cache, such as: %3.")
                               .arg(weighed.missing.size())
                               .arg(m_request.chosen.size())
                               .arg(examples(weighed.missing)));
    }
    if (m_config.offline)
        m_request.listing.clear(); // it came from the cache, which may be read-only
    if (weighed.trouble)
        return fail(*weighed.trouble);
    if (weighed.receipt.toFetch > 0 && !confirmed())
        return stop();
    transfer::Engine &engine = m_services->engine();
    connect(&engine, &transfer::Engine::changed, this, &GetCommand::onChanged);
    connect(&engine, &transfer::Engine::startedOver, this,
            [this](const transfer::DownloadId &, const transfer::StartOver &what) {
                m_report.startedOver(what);
            });
    connect(&engine, &transfer::Engine::finished, this, &GetCommand::onFinished);
    m_download = engine.add(m_request);
}

bool GetCommand::confirmed()
{
    if (m_options.confirm == GetOptions::Confirm::Yes || !Console::canAsk())
        return true;
    return m_report.console().ask(tr("Fetch it? [Y/n]"), Console::Default::Yes);
}

void GetCommand::onChanged()
{
    if (m_ended)
        return;
    transfer::Engine &engine = m_services->engine();
    m_report.progress(engine.status(m_download), engine.files(m_download));
    if (m_report.console().isReaderGone())
        stop();
}

void GetCommand::onFinished()
{
    onChanged();
    if (m_ended)
        return;
    const transfer::DownloadStatus status = m_services->engine().status(m_download);
    const Exit exit = exitFor(status);
    if (status.state == transfer::State::Done && !status.checked) {
        QStringList unchecked;
        for (const transfer::FileStatus &file : m_services->engine().files(m_download)) {
            if (!file.checked)
                unchecked += file.paths;
        }
        m_report.unchecked(unchecked.size() > namesShown ? examples(unchecked) + u", …"_s
                                                         : examples(unchecked));
    }
    m_report.end(m_request, status, exit, m_leftOut);
    finish(exit);
}

Exit GetCommand::exitFor(const transfer::DownloadStatus &status) const
{
    if (status.state == transfer::State::Done)
        return m_leftOut.isEmpty() ? Exit::Done : Exit::NotFetched;
    if (status.state == transfer::State::Cancelled)
        return Exit::Cancelled;
    return status.error ? exitForKind(status.error->kind) : Exit::NotFetched;
}

void GetCommand::onInterrupted()
{
    m_report.console().hurry();
    stop();
}

// Stops, saves what is here, then says how to go on.
void GetCommand::stop()
{
    if (m_ended)
        return;
    if (m_services)
        m_services->engine().shutdown();
    m_report.failure(tr("Stopped. What has arrived is kept; the same command goes on from there."),
                     core::kindName(core::ErrorKind::Cancelled), Exit::Cancelled);
    finish(Exit::Cancelled);
}

// The Hub's answer does not repeat what was asked for; people want to read it.
core::Error GetCommand::named(core::Error error) const
{
    using core::ErrorKind;
    if (error.kind == ErrorKind::RevisionNotFound)
        error.detail = m_request.revision;
    else if (error.kind == ErrorKind::RepoNotFound || error.kind == ErrorKind::Gated
             || error.kind == ErrorKind::Disabled)
        error.detail = m_request.repo.display();
    return error;
}

void GetCommand::fail(const core::Error &error)
{
    fail(core::errorSentence(error), error.kind, exitForKind(error.kind));
}

void GetCommand::failOffline(const QString &sentence)
{
    fail(sentence, core::ErrorKind::Offline, Exit::NoNetwork);
}

void GetCommand::fail(const QString &sentence, core::ErrorKind kind, Exit exit)
{
    if (m_ended)
        return;
    m_report.failure(sentence, core::kindName(kind), exit);
    finish(exit);
}

void GetCommand::finish(Exit exit)
{
    if (m_ended)
        return;
    m_ended = true;
    QMetaObject::invokeMethod(
        this, [this, exit] { Q_EMIT ended(static_cast<int>(exit)); }, Qt::QueuedConnection);
}

} // namespace cli
