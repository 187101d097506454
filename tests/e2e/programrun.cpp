#include "programrun.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

#include "cache/layout.h"
#include "cache/sidecar.h"
#include "core/digest.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace {

core::ContentId idOf(const demo::File &file)
{
    return *core::ContentId::make(file.lfs ? file.content->sha256() : file.content->gitSha1());
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool isRight(const QString &path, const demo::File &file)
{
    const auto hex = core::digestOfFile(path, core::ContentId::Kind::Sha256);
    return hex && *hex == file.content->sha256();
}

} // namespace

ProgramRun::ProgramRun(const QList<demo::Repo> &repos, const demo::DemoOptions &options)
    : hub(repos, options)
{
}

std::unique_ptr<QProcess> ProgramRun::start(const demo::Repo &repo, const Variables &otherworld)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment;
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HOME"_s, m_folder.path());
    environment.insert(u"HF_ENDPOINT"_s, hub.endpoint());
    environment.insert(u"HF_HUB_CACHE"_s, cache());
    if (!otherworld.isEmpty()) {
        environment.insert(u"LD_PRELOAD"_s, QStringLiteral(HUBLOAD_OTHERWORLD));
        environment.insert(u"ASAN_OPTIONS"_s,
                           qEnvironmentVariable("ASAN_OPTIONS") + u":verify_asan_link_order=0"_s);
        environment.insert(u"OTHERWORLD_FOLDER"_s, cache());
    }
    for (const auto &[name, value] : otherworld)
        environment.insert(u"OTHERWORLD_"_s + name, value);
    process->setProcessEnvironment(environment);
    process->start(QStringLiteral(HUBLOAD_PROGRAM),
                   {u"get"_s, repo.id.id(), u"--yes"_s, u"--wait"_s, u"--json"_s});
    process->waitForStarted();
    return process;
}

bool ProgramRun::finish(const demo::Repo &repo)
{
    const auto process = start(repo);
    const bool isEnded = process->waitForFinished(240000);
    if (!isEnded || process->exitCode() != 0)
        qWarning() << process->readAllStandardError()
                   << process->readAllStandardOutput().right(500);
    return isEnded && process->exitStatus() == QProcess::NormalExit && process->exitCode() == 0;
}

QString ProgramRun::partial(const demo::Repo &repo, qsizetype file) const
{
    return cache::Layout(cache()).partial(repo.id, idOf(repo.files.at(file)));
}

qint64 ProgramRun::claimed(const demo::Repo &repo, Claims claims) const
{
    const cache::Layout layout(cache());
    qint64 bytes = 0;
    for (const demo::File &file : repo.files) {
        const core::ContentId id = idOf(file);
        const qint64 length = QFileInfo(layout.partial(repo.id, id)).size();
        const cache::PartialIdentity identity{repo.id, hub.endpoint(),      repo.commit, file.path,
                                              id,      file.content->size()};
        const auto safe = cache::decodeSidecar(contentOf(layout.sidecar(repo.id, id)), identity);
        if (QFile::exists(layout.blob(repo.id, id)))
            bytes += file.content->size();
        if (!safe || QFile::exists(layout.blob(repo.id, id)))
            continue;
        core::RangeSet ranges = safe->have;
        const auto noted = cache::decodeHint(contentOf(layout.hint(repo.id, id)), identity,
                                             core::bootId(), length);
        for (const core::Range &range : noted.ranges()) {
            if (claims == Claims::All)
                ranges.insert(range);
        }
        bytes += ranges.total();
    }
    return bytes;
}

QString ProgramRun::wrongNames(const demo::Repo &repo) const
{
    const cache::Layout layout(cache());
    for (const demo::File &file : repo.files) {
        const QString entry = layout.entry(repo.id, repo.commit, file.path);
        const QString blob = layout.blob(repo.id, idOf(file));
        const bool isLinked = QFileInfo(entry).isSymLink();
        if (QFile::exists(blob) && !isRight(blob, file))
            return u"wrong bytes in "_s + blob;
        if (isLinked && !QFile::exists(entry))
            return u"a link to nothing: "_s + entry;
        if (QFile::exists(entry) && !isRight(entry, file))
            return u"wrong bytes under "_s + entry;
        // The ref is the last: who follows it finds all.
        if (QFile::exists(layout.ref(repo.id, u"main"_s)) && !QFile::exists(entry))
            return u"there is a ref, but no "_s + entry;
    }
    return {};
}

QString ProgramRun::wrongFigures(const QByteArray &told, qint64 claimedBefore)
{
    bool isFirst = true;
    for (const QByteArray &line : told.split('\n')) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        if (!event.contains("bytes"_L1) || event.value("event"_L1) == "plan"_L1)
            continue;
        const qint64 bytes = event.value("bytes"_L1).toInteger();
        const qint64 size = event.value("size"_L1).toInteger();
        const bool isDone = event.value("state"_L1) == "done"_L1;
        if (bytes > size || (bytes == size && size > 0 && !isDone))
            return u"told too much: "_s + QString::fromUtf8(line);
        if (event.value("event"_L1) != "progress"_L1)
            continue;
        if (isFirst && bytes < claimedBefore)
            return u"%1 bytes were there: %2"_s.arg(claimedBefore).arg(QString::fromUtf8(line));
        isFirst = false;
    }
    return {};
}

QString ProgramRun::notFinished(const demo::Repo &repo) const
{
    const cache::Layout layout(cache());
    if (const QString wrong = wrongNames(repo); !wrong.isEmpty())
        return wrong;
    QStringList left =
        QDir(layout.blobs(repo.id)).entryList(QDir::Files | QDir::Hidden | QDir::System);
    for (const demo::File &file : repo.files) {
        left.removeAll(idOf(file).text);
        if (!QFile::exists(layout.entry(repo.id, repo.commit, file.path)))
            return u"missing: "_s + file.path;
    }
    if (!left.isEmpty())
        return u"left over: "_s + left.join(u' ');
    if (contentOf(layout.ref(repo.id, u"main"_s)) != repo.commit.toLatin1())
        return u"the ref is not right"_s;
    return QFile::exists(layout.tree(repo.id, repo.commit)) ? QString() : u"no tree file"_s;
}
