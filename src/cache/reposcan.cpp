#include "cache/reposcan.h"

#include <QFile>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>

#include "cache/folderwalk.h"
#include "cache/temporary.h"
#include "cache/verified.h"
#include "core/atomicfile.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// A cache in ruins is told about, not listed file by file.
constexpr qsizetype maximumProblems = 50;
constexpr qint64 blockSize = 512; // of st_blocks, whatever the file system uses

qint64 milliseconds(const timespec &time)
{
    return static_cast<qint64>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

QDateTime utc(qint64 milliseconds)
{
    return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC);
}

std::optional<struct stat> factsOf(const Descriptor &folder, const char *name, int flags = 0)
{
    struct stat facts = {};
    if (::fstatat(folder.get(), name, &facts, flags) != 0)
        return std::nullopt;
    return facts;
}

bool isInTheMaking(const QByteArray &name)
{
    return name.endsWith(".incomplete") || name.endsWith(".downloadInProgress")
        || name.contains(temporarySuffix.latin1());
}

bool isNoteOfOurs(const QByteArray &name)
{
    return name.contains(partialSuffix.latin1()) && !isInTheMaking(name);
}

QString shown(const QByteArray &commit, const QByteArray &path)
{
    return QFile::decodeName("snapshots/" + commit + (path.isEmpty() ? "" : "/") + path);
}

} // namespace

bool isHelperFile(const QByteArray &name)
{
    return name == ".DS_Store" || name == "Thumbs.db" || name == "desktop.ini";
}

struct RepoScan::Revision {
    ScannedRevision result;
    QByteArray name;
    int number = 0;
    qint64 modified = 0;
};

RepoScan::RepoScan(const core::RepoId &repo, const QString &folder, const std::atomic<bool> *stop,
                   QSet<Inode> *seen)
    : m_folder(openFolder(AT_FDCWD, QFile::encodeName(folder).constData(), Links::Follow))
    , m_stop(stop)
    , m_seen(seen)
{
    m_result.repo = repo;
    m_result.path = folder;
}

core::Result<ScannedRepo> RepoScan::run()
{
    readBlobs();
    readSnapshots();
    readRefs();
    if (isStopped())
        return core::fail(core::ErrorKind::Cancelled);
    sumUp();
    return m_result;
}

void RepoScan::problem(const QString &text)
{
    if (m_result.problems.size() < maximumProblems)
        m_result.problems += text;
    else
        ++m_hiddenProblems;
}

// Blobs, and partials of any program. Room that is only reserved is not told as bytes that have
// arrived.
void RepoScan::readBlobs()
{
    m_blobs = openFolder(m_folder.get(), "blobs", Links::Follow);
    const auto names = m_blobs.isOpen() ? namesIn(m_blobs) : std::nullopt;
    if (!names)
        return; // without links all files may lie in snapshots
    m_byName.reserve(names->size());
    for (const QByteArray &name : *names) {
        if (isStopped())
            return;
        if (isHelperFile(name) || isNoteOfOurs(name))
            continue;
        if (isInTheMaking(name)) {
            const auto facts = factsOf(m_blobs, name.constData(), AT_SYMLINK_NOFOLLOW);
            if (facts && S_ISREG(facts->st_mode))
                m_result.incompleteSize +=
                    std::min<qint64>(facts->st_size, facts->st_blocks * blockSize);
            continue;
        }
        const auto facts = factsOf(m_blobs, name.constData());
        if (!facts || !S_ISREG(facts->st_mode))
            continue; // what leads to it is told about
        const int content = contentOf(*facts);
        m_byName.insert(name, content);
        const auto noted = notedId(m_blobs.get(), name, *facts);
        m_contents[static_cast<size_t>(content)].isNoted = noted && noted->text.toLatin1() == name;
    }
}

int RepoScan::contentOf(const struct stat &facts)
{
    const Inode inode(facts.st_dev, facts.st_ino);
    const auto known = m_byInode.constFind(inode);
    if (known != m_byInode.cend())
        return *known;
    const auto number = static_cast<int>(m_contents.size());
    m_contents.push_back({.size = static_cast<qint64>(facts.st_size),
                          .modified = milliseconds(facts.st_mtim),
                          .accessed = milliseconds(facts.st_atim)});
    m_byInode.insert(inode, number);
    return number;
}

void RepoScan::readSnapshots()
{
    const Descriptor snapshots = openFolder(m_folder.get(), "snapshots", Links::Follow);
    const auto names = snapshots.isOpen() ? namesIn(snapshots) : std::nullopt;
    if (!names) {
        problem(u"The folder \"snapshots\" is missing or cannot be read."_s);
        return;
    }
    for (const QByteArray &name : *names) {
        if (!isStopped() && !isHelperFile(name))
            readRevision(name);
    }
}

void RepoScan::readRevision(const QByteArray &name)
{
    const QByteArray path = "snapshots/" + name;
    const Descriptor folder = openFolder(m_folder.get(), path.constData(), Links::Follow);
    const auto facts = factsOf(m_folder, path.constData());
    if (!facts || !S_ISDIR(facts->st_mode)) {
        problem(u"\"%1\" is not a folder."_s.arg(shown(name, {})));
        return;
    }
    Revision revision;
    revision.name = name;
    revision.number = static_cast<int>(m_result.revisions.size());
    revision.result.commit = QFile::decodeName(name);
    if (!core::isCommitId(revision.result.commit))
        problem(u"\"%1\" is not named after a commit."_s.arg(shown(name, {})));
    const auto unreadable = [this, &name](const QByteArray &below) {
        problem(u"\"%1\" cannot be read."_s.arg(shown(name, below)));
    };
    if (!folder.isOpen())
        unreadable({});
    else
        walkFolder(
            folder,
            {.visit = [this, &revision](const WalkedEntry &entry) { readEntry(entry, &revision); },
             .onUnreadable = unreadable,
             .onLeaving = {},
             .stop = m_stop});
    revision.result.lastModified =
        utc(revision.modified > 0 ? revision.modified : milliseconds(facts->st_mtim));
    m_result.revisions += revision.result;
}

void RepoScan::readEntry(const WalkedEntry &entry, Revision *revision)
{
    if (entry.kind == WalkedEntry::Kind::Link) {
        const auto blob = m_byName.constFind(Layout::blobOfLink(entry.target(), entry.depth));
        if (blob != m_byName.cend())
            return count(*blob, revision);
    }
    struct stat facts = {};
    if (!entry.facts(&facts)) {
        ++revision->result.missing;
        return problem(
            u"\"%1\" leads to a file that is not there."_s.arg(shown(revision->name, entry.path)));
    }
    if (S_ISDIR(facts.st_mode))
        return;
    if (!S_ISREG(facts.st_mode))
        return problem(u"\"%1\" is not a file."_s.arg(shown(revision->name, entry.path)));
    const auto known = static_cast<int>(m_contents.size());
    const int content = contentOf(facts);
    if (content == known)
        m_contents.back().isNoted = notedId(entry.folder, entry.name, facts).has_value();
    count(content, revision);
}

void RepoScan::count(int content, Revision *revision)
{
    Content &one = m_contents[static_cast<size_t>(content)];
    ++revision->result.files;
    if (one.isNoted)
        ++revision->result.checked;
    revision->modified = std::max(revision->modified, one.modified);
    if (one.revision == revision->number)
        return;
    revision->result.size += one.size;
    one.isOwn = one.revision < 0;
    one.revision = revision->number;
}

void RepoScan::readRefs()
{
    const auto facts = factsOf(m_folder, "refs");
    if (!facts)
        return;
    const Descriptor folder = openFolder(m_folder.get(), "refs", Links::Follow);
    if (!S_ISDIR(facts->st_mode))
        return problem(u"\"refs\" is not a folder."_s);
    const auto unreadable = [this](const QByteArray &below) {
        problem(u"\"%1\" cannot be read."_s.arg(QFile::decodeName("refs/" + below)));
    };
    if (!folder.isOpen())
        return unreadable({});
    walkFolder(folder,
               {.visit = [this](const WalkedEntry &entry) { readRef(entry); },
                .onUnreadable = unreadable,
                .onLeaving = {},
                .stop = m_stop});
}

void RepoScan::readRef(const WalkedEntry &entry)
{
    constexpr qint64 limit = 256;
    struct stat facts = {};
    if (isHelperFile(entry.name) || (entry.facts(&facts) && S_ISDIR(facts.st_mode)))
        return;
    const QString name = QFile::decodeName(entry.path);
    const auto text = core::loadFile(m_result.path + "/refs/"_L1 + name, limit);
    if (!text)
        return problem(u"The ref \"%1\" cannot be read."_s.arg(name));
    const QString commit = QString::fromUtf8(*text).trimmed();
    if (commit.toUtf8() != *text)
        problem(u"The ref \"%1\" holds more than a commit."_s.arg(name));
    for (ScannedRevision &revision : m_result.revisions) {
        if (revision.commit != commit)
            continue;
        revision.refs += name;
        return;
    }
    problem(u"The ref \"%1\" leads to a commit that is not here."_s.arg(name));
}

void RepoScan::sumUp()
{
    qint64 modified = 0;
    qint64 accessed = 0;
    for (auto it = m_byInode.cbegin(); it != m_byInode.cend(); ++it) {
        const Content &content = m_contents[static_cast<size_t>(*it)];
        if (content.revision < 0) {
            m_result.unusedSize += content.size;
            continue;
        }
        ++m_result.files;
        if (content.isNoted)
            ++m_result.checked;
        m_result.size += content.size;
        if (content.isOwn)
            m_result.revisions[content.revision].ownSize += content.size;
        modified = std::max(modified, content.modified);
        accessed = std::max(accessed, content.accessed);
        if (m_seen->contains(it.key()))
            continue;
        m_seen->insert(it.key());
        m_newBytes += content.size;
    }
    struct stat facts = {};
    if (m_result.files == 0 && ::fstat(m_folder.get(), &facts) == 0) {
        modified = milliseconds(facts.st_mtim);
        accessed = milliseconds(facts.st_atim);
    }
    m_result.lastModified = utc(modified);
    m_result.lastAccessed = utc(accessed);
    if (m_hiddenProblems > 0)
        m_result.problems += u"And %1 more of this kind."_s.arg(m_hiddenProblems);
}

} // namespace cache
