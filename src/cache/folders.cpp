#include "cache/folders.h"

#include <QDirIterator>
#include <QFile>
#include <QStringList>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr mode_t folderMode = 0777; // the umask narrows it
constexpr int folderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

bool isFolder(const QByteArray &name)
{
    struct stat facts = {};
    return ::stat(name.constData(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

// One step down; never through a link.
Descriptor step(const Descriptor &folder, const QByteArray &name, Missing missing)
{
    int fd = ::openat(folder.get(), name.constData(), folderFlags | O_NOFOLLOW);
    if (fd >= 0 || errno != ENOENT || missing == Missing::Fail)
        return Descriptor(fd);
    if (::mkdirat(folder.get(), name.constData(), folderMode) != 0 && errno != EEXIST)
        return Descriptor();
    return Descriptor(::openat(folder.get(), name.constData(), folderFlags | O_NOFOLLOW));
}

} // namespace

QString parentFolder(const QString &path)
{
    return path.left(path.lastIndexOf(u'/'));
}

core::Result<void> makeFolders(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    if (name.isEmpty() || isFolder(name))
        return {};
    if (::mkdir(name.constData(), folderMode) == 0 || (errno == EEXIST && isFolder(name)))
        return {};
    if (errno != ENOENT || !path.contains(u'/'))
        return failure(errno, path);
    if (const auto made = makeFolders(parentFolder(path)); !made)
        return made;
    if (::mkdir(name.constData(), folderMode) == 0 || (errno == EEXIST && isFolder(name)))
        return {};
    return failure(errno, path);
}

core::Result<Descriptor> openParent(const QString &base, const QString &path, Missing missing)
{
    Descriptor folder(::open(QFile::encodeName(base).constData(), folderFlags));
    if (!folder.isOpen())
        return failure(errno, base);
    QString where = base;
    const QStringList parts = path.split(u'/');
    for (const QString &part : parts.first(parts.size() - 1)) {
        where += u'/' + part;
        if (part.isEmpty() || part == "."_L1 || part == ".."_L1)
            return core::fail(core::ErrorKind::FileIo, u"%1 is not a safe path"_s.arg(where));
        folder = step(folder, QFile::encodeName(part), missing);
        if (folder.isOpen())
            continue;
        if (errno == ENOTDIR || errno == ELOOP) {
            return core::fail(core::ErrorKind::FileIo,
                              u"%1 is in the way: a folder is needed there"_s.arg(where));
        }
        return failure(errno, where);
    }
    return folder;
}

core::Result<void> syncUpTo(const QString &base, const QString &path)
{
    QString folder = parentFolder(base + u'/' + path);
    while (folder.size() >= base.size()) {
        if (const auto synced = core::syncFolder(folder); !synced)
            return synced;
        folder = parentFolder(folder);
    }
    return {};
}

core::Result<void> syncFolders(const QString &path)
{
    if (const auto synced = core::syncFolder(path); !synced)
        return synced;
    QDirIterator below(path, QDir::Dirs | QDir::Hidden | QDir::NoSymLinks | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (below.hasNext()) {
        if (const auto synced = core::syncFolder(below.next()); !synced)
            return synced;
    }
    return {};
}

} // namespace cache
