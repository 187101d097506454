#include "cache/reposcan.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/folders.h"
#include "core/atomicfile.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// Deeper than any repo; a guard against folders mounted into themselves.
constexpr int maximumDepth = 256;
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

std::optional<struct stat> factsOf(const QString &path)
{
    struct stat facts = {};
    if (::stat(QFile::encodeName(path).constData(), &facts) != 0)
        return std::nullopt;
    return facts;
}

std::optional<struct stat> factsOfEntry(const QString &path)
{
    struct stat facts = {};
    if (::lstat(QFile::encodeName(path).constData(), &facts) != 0)
        return std::nullopt;
    return facts;
}

QString linkTarget(const QString &path)
{
    QByteArray target(4096, Qt::Uninitialized);
    const ssize_t size = ::readlink(QFile::encodeName(path).constData(), target.data(),
                                    static_cast<size_t>(target.size()));
    return size < 0 ? QString() : QFile::decodeName(target.first(size));
}

} // namespace

core::Result<QStringList> namesIn(const QString &folder)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> open(
        ::opendir(QFile::encodeName(folder).constData()), ::closedir);
    if (!open)
        return core::Unexpected(core::fileError(errno, folder));
    QStringList names;
    errno = 0;
    while (const dirent *entry = ::readdir(open.get())) {
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            names += QFile::decodeName(entry->d_name);
        errno = 0;
    }
    if (errno != 0)
        return core::Unexpected(core::fileError(errno, folder));
    names.sort();
    return names;
}

bool isHelperFile(const QString &name)
{
    return name == ".DS_Store"_L1 || name == "Thumbs.db"_L1 || name == "desktop.ini"_L1;
}

struct RepoScan::Revision {
    ScannedRevision result;
    QSet<QString> blobs;
    qint64 modified = 0;
};

RepoScan::RepoScan(const core::RepoId &repo, const QString &folder, const std::atomic<bool> *stop,
                   SeenInodes *seen)
    : m_folder(folder)
    , m_blobs(folder + "/blobs"_L1)
    , m_stop(stop)
    , m_seen(seen)
{
    m_result.repo = repo;
    m_result.path = folder;
}

core::Result<ScannedRepo> RepoScan::run()
{
    readSnapshots();
    const QString refs = m_folder + "/refs"_L1;
    if (const auto facts = factsOf(refs); facts && !S_ISDIR(facts->st_mode))
        problem(u"\"refs\" is not a folder."_s);
    else if (facts)
        readRefs(refs, {}, 0);
    readIncomplete();
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

void RepoScan::readSnapshots()
{
    const auto names = namesIn(m_folder + "/snapshots"_L1);
    if (!names) {
        problem(u"The folder \"snapshots\" is missing or cannot be read."_s);
        return;
    }
    for (const QString &name : *names) {
        if (!isStopped() && !isHelperFile(name))
            readRevision(name);
    }
}

void RepoScan::readRevision(const QString &name)
{
    const QString folder = m_folder + "/snapshots/"_L1 + name;
    const auto facts = factsOf(folder);
    if (!facts || !S_ISDIR(facts->st_mode)) {
        problem(u"\"snapshots/%1\" is not a folder."_s.arg(name));
        return;
    }
    if (!core::isCommitId(name))
        problem(u"\"snapshots/%1\" is not named after a commit."_s.arg(name));
    Revision revision;
    revision.result.commit = name;
    readFolder(folder, 0, &revision);
    revision.result.lastModified =
        utc(revision.blobs.isEmpty() ? milliseconds(facts->st_mtim) : revision.modified);
    m_result.revisions += revision.result;
}

// Links to folders are not followed, so nothing is met twice and no link leads round in a circle.
void RepoScan::readFolder(const QString &folder, int depth, Revision *revision)
{
    const auto names = namesIn(folder);
    if (!names || depth > maximumDepth) {
        problem(u"\"%1\" cannot be read."_s.arg(folder.mid(m_folder.size() + 1)));
        return;
    }
    for (const QString &name : *names) {
        if (isStopped())
            return;
        const QString path = folder + u'/' + name;
        const auto facts = factsOfEntry(path);
        if (!facts)
            continue; // gone since the folder was read
        if (S_ISDIR(facts->st_mode))
            readFolder(path, depth + 1, revision);
        else
            readEntry(path, S_ISLNK(facts->st_mode) ? linkTarget(path) : QString(), revision);
    }
}

// target: where a link leads, empty for a real file.
void RepoScan::readEntry(const QString &path, const QString &target, Revision *revision)
{
    const auto facts = factsOf(path);
    const QString shown = path.mid(m_folder.size() + 1);
    if (!facts) {
        problem(u"\"%1\" leads to a file that is not there."_s.arg(shown));
        return;
    }
    if (S_ISDIR(facts->st_mode))
        return;
    if (!S_ISREG(facts->st_mode)) {
        problem(u"\"%1\" is not a file."_s.arg(shown));
        return;
    }
    QString identity = path;
    if (!target.isEmpty()) {
        // A blob of this repo may itself be a link to a store that repos share: it stays ours.
        identity = QDir::cleanPath(QDir(parentFolder(path)).absoluteFilePath(target));
        if (parentFolder(identity) != m_blobs)
            identity = QFileInfo(path).canonicalFilePath();
    }
    if (!m_known.contains(identity)) {
        m_known.insert(identity,
                       {static_cast<qint64>(facts->st_size), milliseconds(facts->st_mtim),
                        milliseconds(facts->st_atim)});
        const auto inode = std::pair(quint64(facts->st_dev), quint64(facts->st_ino));
        if (!m_seen->contains(inode))
            m_newBytes += facts->st_size;
        m_seen->insert(inode);
    }
    ++revision->result.files;
    revision->modified = std::max(revision->modified, milliseconds(facts->st_mtim));
    if (!revision->blobs.contains(identity))
        revision->result.size += facts->st_size;
    revision->blobs.insert(identity);
}

void RepoScan::readRefs(const QString &folder, const QString &prefix, int depth)
{
    const auto names = namesIn(folder);
    if (!names || depth > maximumDepth) {
        problem(u"\"%1\" cannot be read."_s.arg(folder.mid(m_folder.size() + 1)));
        return;
    }
    for (const QString &name : *names) {
        if (isStopped())
            return;
        const QString path = folder + u'/' + name;
        const auto facts = factsOfEntry(path);
        if (!facts || isHelperFile(name))
            continue;
        if (S_ISDIR(facts->st_mode))
            readRefs(path, prefix + name + u'/', depth + 1);
        else if (const auto target = factsOf(path); !target || !S_ISDIR(target->st_mode))
            readRef(path, prefix + name);
    }
}

void RepoScan::readRef(const QString &path, const QString &name)
{
    constexpr qint64 limit = 256;
    const auto text = core::loadFile(path, limit);
    if (!text) {
        problem(u"The ref \"%1\" cannot be read."_s.arg(name));
        return;
    }
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

// Partials of any program. Room that is only reserved is not told as bytes that have arrived.
void RepoScan::readIncomplete()
{
    const auto names = namesIn(m_blobs);
    if (!names)
        return; // without links all files may lie in snapshots
    for (const QString &name : *names) {
        if (!name.endsWith(".incomplete"_L1) && !name.endsWith(".downloadInProgress"_L1)
            && !name.endsWith(".hubload.incomplete.tmp"_L1)) {
            continue;
        }
        const auto facts = factsOfEntry(m_blobs + u'/' + name);
        if (facts && S_ISREG(facts->st_mode)) {
            m_result.incompleteSize +=
                std::min<qint64>(facts->st_size, facts->st_blocks * blockSize);
        }
    }
}

void RepoScan::sumUp()
{
    qint64 modified = 0;
    qint64 accessed = 0;
    for (const Blob &blob : std::as_const(m_known)) {
        m_result.size += blob.size;
        modified = std::max(modified, blob.modified);
        accessed = std::max(accessed, blob.accessed);
    }
    m_result.files = static_cast<int>(m_known.size());
    if (const auto facts = factsOf(m_folder); facts && m_known.isEmpty()) {
        modified = milliseconds(facts->st_mtim);
        accessed = milliseconds(facts->st_atim);
    }
    m_result.lastModified = utc(modified);
    m_result.lastAccessed = utc(accessed);
    if (m_hiddenProblems > 0)
        m_result.problems += u"And %1 more of this kind."_s.arg(m_hiddenProblems);
}

} // namespace cache
