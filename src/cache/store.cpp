#include "cache/store.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <tuple>
#include <unistd.h>

#include "cache/copy.h"
#include "cache/folders.h"
#include "cache/partial.h"
#include "cache/temporary.h"
#include "cache/treefile.h"
#include "cache/verified.h"
#include "core/atomicfile.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr qsizetype commitLength = 40;
constexpr qint64 longestRef = 256; // others may add a line end
constexpr qint64 longestTree = 256LL * 1024 * 1024;

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

core::Result<void> removeFile(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) == 0 || errno == ENOENT)
        return {};
    return failure(errno, path);
}

// The mode a new file gets in this folder: the umask, and what the folder itself asks for. Asked
// of a real file, because reading the umask means changing it for all threads.
void giveFreshMode(int fd, const QString &probePath)
{
    const QByteArray probe = QFile::encodeName(probePath);
    const Descriptor file(::open(probe.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    struct stat facts = {};
    // Failing is no reason not to publish: the file is whole and ours to read.
    if (file.isOpen() && ::fstat(file.get(), &facts) == 0)
        std::ignore = ::fchmod(fd, facts.st_mode & 07777);
    if (file.isOpen())
        ::unlink(probe.constData());
}

// Of the folder itself and those above it the first that is there.
QByteArray nearestFolder(QString folder)
{
    struct stat facts = {};
    while (::stat(QFile::encodeName(folder).constData(), &facts) != 0 && folder.contains(u'/'))
        folder = parentFolder(folder);
    return folder.isEmpty() ? "/"_ba : QFile::encodeName(folder);
}

bool cannotLink(int errnoValue)
{
    return errnoValue == EPERM || errnoValue == EOPNOTSUPP || errnoValue == ENOSYS
        || errnoValue == EACCES || errnoValue == EINVAL;
}

} // namespace

// One name below a snapshot, reached without following a planted link.
class Store::Entry {
public:
    static core::Result<Entry> open(const Layout &layout, const core::RepoId &repo,
                                    const QString &commit, const QString &path, Missing missing)
    {
        Entry entry;
        entry.path = layout.entry(repo, commit, path);
        entry.m_name = QFile::encodeName(path.mid(path.lastIndexOf(u'/') + 1));
        auto folder = openParent(layout.snapshots(repo), commit + u'/' + path, missing);
        if (!folder)
            return core::Unexpected(folder.error());
        entry.m_folder = std::move(*folder);
        return entry;
    }

    enum class Links { Follow, Stay };
    // False when there is nothing.
    bool facts(struct stat *facts, Links links) const
    {
        const int flags = links == Links::Stay ? AT_SYMLINK_NOFOLLOW : 0;
        return ::fstatat(m_folder.get(), m_name.constData(), facts, flags) == 0;
    }
    QString linkTarget() const
    {
        QByteArray target(4096, Qt::Uninitialized);
        const ssize_t size = ::readlinkat(m_folder.get(), m_name.constData(), target.data(),
                                          static_cast<size_t>(target.size()));
        return size < 0 ? QString() : QFile::decodeName(target.first(size));
    }
    core::Result<void> take(const QString &from) const
    {
        const QByteArray old = QFile::encodeName(from);
        if (::renameat(AT_FDCWD, old.constData(), m_folder.get(), m_name.constData()) == 0)
            return {};
        return failure(errno, path);
    }

    QString path;
    QString target; // of the link, relative

private:
    Descriptor m_folder;
    QByteArray m_name;
};

Store::Store(const Location &location)
    : m_location(location)
    , m_layout(location.path)
{
}

bool Store::hasBlob(const core::RepoId &repo, const core::ContentId &id, qint64 size) const
{
    struct stat facts = {};
    return ::stat(QFile::encodeName(m_layout.blob(repo, id)).constData(), &facts) == 0
        && S_ISREG(facts.st_mode) && facts.st_size == size;
}

bool Store::hasEntry(const core::RepoId &repo, const QString &commit, const QString &path,
                     const core::ContentId &id, qint64 size) const
{
    const auto entry = Entry::open(m_layout, repo, commit, path, Missing::Fail);
    if (!entry)
        return false;
    struct stat facts = {};
    if (!entry->facts(&facts, Entry::Links::Stay))
        return false;
    if (S_ISLNK(facts.st_mode)) {
        const QString target = entry->linkTarget();
        if (target.mid(target.lastIndexOf(u'/') + 1) != id.text)
            return false;
        if (!entry->facts(&facts, Entry::Links::Follow))
            return false;
    }
    return S_ISREG(facts.st_mode) && facts.st_size == size;
}

bool Store::hasFile(const core::RepoId &repo, const QString &commit, const QString &path,
                    qint64 size) const
{
    const auto entry = Entry::open(m_layout, repo, commit, path, Missing::Fail);
    struct stat facts = {};
    return entry && entry->facts(&facts, Entry::Links::Follow) && S_ISREG(facts.st_mode)
        && facts.st_size == size;
}

qint64 Store::storedBytes(const core::RepoId &repo, const QString &commit, const QString &path,
                          const core::ContentId &id, qint64 size) const
{
    if (hasEntry(repo, commit, path, id, size) || hasBlob(repo, id, size))
        return size;
    return Partial::writtenSoFar(m_layout, {repo, {}, commit, path, id, size});
}

core::Result<Seal::Named> Store::publish(const core::RepoId &repo, const core::ContentId &id,
                                         Seal &seal, const std::atomic<bool> *stop) const
{
    giveFreshMode(seal.fd(), m_layout.temporary(repo));
    auto named = seal.giveName(m_layout.blob(repo, id), id, stop);
    if (!named || *named != Seal::Named::Yes)
        return named;
    if (const auto synced = core::syncFolder(m_layout.blobs(repo)); !synced)
        return core::Unexpected(synced.error());
    return named;
}

core::Result<void> Store::link(const core::RepoId &repo, const QString &commit, const QString &path,
                               const core::ContentId &id) const
{
    return linkAll(repo, commit, {path}, id, Blob::Found);
}

core::Result<void> Store::linkAll(const core::RepoId &repo, const QString &commit,
                                  const QStringList &paths, const core::ContentId &id, Blob blob,
                                  RealFiles realFiles, const std::atomic<bool> *stop) const
{
    struct stat wanted = {};
    const QString blobPath = m_layout.blob(repo, id);
    if (::stat(QFile::encodeName(blobPath).constData(), &wanted) != 0)
        return failure(errno, blobPath);
    for (qsizetype i = 0; i < paths.size(); ++i) {
        auto entry = Entry::open(m_layout, repo, commit, paths.at(i), Missing::Make);
        if (!entry)
            return core::Unexpected(entry.error());
        entry->target = m_layout.linkTarget(paths.at(i), id);
        struct stat found = {};
        const bool taken = entry->facts(&found, Entry::Links::Stay);
        if (taken && S_ISDIR(found.st_mode)) {
            return core::fail(core::ErrorKind::FileIo,
                              u"%1 is a folder: a file is needed there"_s.arg(entry->path));
        }
        const bool last = i == paths.size() - 1;
        // Where links are not possible others put real files there.
        const bool isReal = taken && S_ISREG(found.st_mode) && found.st_size == wanted.st_size;
        if (isReal && (realFiles == RealFiles::Keep || isNotedVerified(entry->path, id)))
            continue;
        const auto placed = place(*entry, repo, id, last ? blob : Blob::Found, stop);
        if (!placed)
            return placed;
    }
    return {};
}

core::Result<void> Store::place(const Entry &entry, const core::RepoId &repo,
                                const core::ContentId &id, Blob blob,
                                const std::atomic<bool> *stop) const
{
    const QString temporary = m_layout.temporary(repo);
    if (m_location.links) {
        if (entry.linkTarget() == entry.target)
            return {};
        const QByteArray target = QFile::encodeName(entry.target);
        if (::symlink(target.constData(), QFile::encodeName(temporary).constData()) == 0) {
            const auto taken = entry.take(temporary);
            if (!taken)
                std::ignore = removeFile(temporary);
            return taken;
        }
        if (!cannotLink(errno))
            return failure(errno, temporary);
    }
    if (blob == Blob::Published)
        return entry.take(m_layout.blob(repo, id));
    if (const auto copied = copyFile(m_layout.blob(repo, id), temporary, stop); !copied)
        return copied;
    const auto taken = entry.take(temporary);
    if (!taken)
        std::ignore = removeFile(temporary);
    return taken;
}

core::Result<void> Store::removeLeftovers(const core::RepoId &repo, const core::ContentId &id) const
{
    // The sidecar first, as Partial does, so that it never outlives its file.
    for (const QString &path :
         {m_layout.sidecar(repo, id), m_layout.hint(repo, id), m_layout.partial(repo, id)}) {
        if (const auto removed = removeFile(path); !removed)
            return removed;
    }
    return {};
}

core::Result<void> Store::writeTree(const core::RepoId &repo, const QString &commit,
                                    const QList<TreeFile> &files) const
{
    const QString path = m_layout.tree(repo, commit);
    const QByteArray text = encodeTree(files);
    if (const auto old = core::loadFile(path, text.size() + 1); old && *old == text)
        return {}; // a complete cache may be read-only
    if (const auto made = makeFolders(parentFolder(path)); !made)
        return made;
    return core::saveFile(path, text, core::Durability::Synced, m_layout.temporary(repo));
}

core::Result<void> Store::writeRef(const core::RepoId &repo, const QString &revision,
                                   const QString &commit) const
{
    if (core::isCommitId(revision))
        return {};
    const auto checked = core::checkRevision(revision);
    if (!checked)
        return core::Unexpected(checked.error());
    if (!core::isCommitId(commit))
        return core::fail(core::ErrorKind::Protocol, u"\"%1\" is not a commit"_s.arg(commit));
    const QString path = m_layout.ref(repo, *checked);
    const auto old = core::loadFile(path, commitLength);
    if (old && *old == commit.toLatin1())
        return {};
    // A ref to a commit without a folder is damage to other programs, so even an empty one gets it.
    if (const auto made = makeFolders(m_layout.snapshot(repo, commit)); !made)
        return made;
    if (const auto synced = syncFolders(m_layout.snapshot(repo, commit)); !synced)
        return synced;
    if (const auto synced = core::syncFolder(m_layout.snapshots(repo)); !synced)
        return synced;
    if (const auto folder = openParent(m_layout.refs(repo), *checked, Missing::Make); !folder)
        return core::Unexpected(folder.error());
    if (const auto synced = syncUpTo(m_layout.refs(repo), *checked); !synced)
        return synced;
    return core::saveFile(path, commit.toLatin1(), core::Durability::Synced,
                          m_layout.temporary(repo));
}

core::Result<QString> Store::readRef(const core::RepoId &repo, const QString &revision) const
{
    if (core::isCommitId(revision))
        return revision;
    const auto checked = core::checkRevision(revision);
    if (!checked)
        return core::Unexpected(checked.error());
    const auto text = core::loadFile(m_layout.ref(repo, *checked), longestRef);
    const QString commit = text ? QString::fromLatin1(*text).trimmed() : QString();
    if (!core::isCommitId(commit))
        return core::fail(core::ErrorKind::RevisionNotFound, revision);
    return commit;
}

core::Result<StoredTree> Store::readTree(const core::RepoId &repo, const QString &commit) const
{
    if (!core::isCommitId(commit))
        return core::fail(core::ErrorKind::RevisionNotFound, commit);
    const auto text = core::loadFile(m_layout.tree(repo, commit), longestTree);
    if (!text)
        return core::Unexpected(text.error());
    return decodeTree(*text);
}

bool Store::isThere() const
{
    const QDir root(m_layout.root());
    return root.exists()
        && !root.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
}

std::optional<quint64> Store::volume() const
{
    struct stat facts = {};
    if (::stat(nearestFolder(m_layout.root()).constData(), &facts) != 0)
        return std::nullopt;
    return static_cast<quint64>(facts.st_dev);
}

core::Result<void> Store::checkName(const core::RepoId &repo, const QString &commit,
                                    const QString &path) const
{
    const QByteArray whole = QFile::encodeName(m_layout.entry(repo, commit, path));
    const QByteArray root = nearestFolder(m_layout.root());
    const long longestName = ::pathconf(root.constData(), _PC_NAME_MAX);
    const long longestPath = ::pathconf(root.constData(), _PC_PATH_MAX);
    const QList<QByteArray> parts = QFile::encodeName(path).split('/');
    const bool isTooLong = std::any_of(parts.begin(), parts.end(), [=](const QByteArray &part) {
        return longestName > 0 && part.size() > longestName;
    });
    if (isTooLong || (longestPath > 0 && whole.size() >= longestPath))
        return failure(ENAMETOOLONG, QFile::decodeName(whole));
    return {};
}

qint64 Store::takenBytes(const core::RepoId &repo, const core::ContentId &id) const
{
    constexpr qint64 blockUnit = 512;
    struct stat facts = {};
    const bool isThere =
        ::lstat(QFile::encodeName(m_layout.partial(repo, id)).constData(), &facts) == 0;
    return isThere ? facts.st_blocks * blockUnit : 0;
}

qint64 Store::freeBytes() const
{
    struct statvfs facts = {};
    if (::statvfs(nearestFolder(m_layout.root()).constData(), &facts) != 0)
        return -1;
    return static_cast<qint64>(facts.f_bavail) * static_cast<qint64>(facts.f_frsize);
}

} // namespace cache
