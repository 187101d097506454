#include "core/sync.h"

#include <QFile>

#include <optional>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif
#ifdef Q_OS_LINUX
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

using namespace Qt::StringLiterals;

namespace core {

#ifdef Q_OS_UNIX

namespace {

int syncDescriptor(int fd)
{
    int result = 0;
    do {
#ifdef Q_OS_LINUX
        result = ::fdatasync(fd);
#else
        result = ::fsync(fd);
#endif
    } while (result != 0 && errno == EINTR);
    return result;
}

#ifdef Q_OS_LINUX
// In memory, to take room is to clear it, which is as much work as to write the file: there it is
// only looked whether there is any.
std::optional<int> lookForRoomInMemory(int fd, qint64 wanted)
{
    constexpr qint64 blockUnit = 512;
    struct statfs volume = {};
    struct stat facts = {};
    if (::fstatfs(fd, &volume) != 0 || ::fstat(fd, &facts) != 0)
        return errno;
    if (volume.f_type != TMPFS_MAGIC)
        return std::nullopt;
    const auto free = static_cast<qint64>(volume.f_bavail) * volume.f_bsize;
    const bool isUnbounded = volume.f_blocks == 0;
    return isUnbounded || wanted <= free + facts.st_blocks * blockUnit ? 0 : ENOSPC;
}

int takeRoom(int fd, qint64 begin, qint64 end)
{
    if (const auto looked = lookForRoomInMemory(fd, end))
        return *looked;
    // Not posix_fallocate: where the file system cannot, it would write zeros over all of it.
    int result = 0;
    do {
        result = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, begin, end - begin);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
}
#endif

} // namespace

Result<void> syncFile(int fd, const QString &pathForMessages)
{
    if (syncDescriptor(fd) != 0)
        return Unexpected(fileError(errno, pathForMessages));
    return {};
}

Result<void> syncFolder(const QString &path)
{
    const int fd = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return Unexpected(fileError(errno, path));
    int result = 0;
    do {
        result = ::fsync(fd);
    } while (result != 0 && errno == EINTR);
    const int reason = errno;
    ::close(fd);
    // Some file systems cannot sync a folder and say so; they have nothing better to offer.
    if (result != 0 && reason != EINVAL && reason != ENOTSUP)
        return Unexpected(fileError(reason, path));
    return {};
}

Result<void> takeRoom(int fd, qint64 begin, qint64 end, const QString &pathForMessages)
{
#ifdef Q_OS_LINUX
    const int error = begin < end ? takeRoom(fd, begin, end) : 0;
    if (error != 0)
        return Unexpected(fileError(error, pathForMessages));
#else
    Q_UNUSED(fd);
    Q_UNUSED(begin);
    Q_UNUSED(end);
    Q_UNUSED(pathForMessages);
#endif
    return {};
}

bool leadsTo(const QString &path, int fd)
{
    struct stat ours = {};
    struct stat named = {};
    return ::fstat(fd, &ours) == 0 && ::lstat(QFile::encodeName(path).constData(), &named) == 0
        && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

#else

bool leadsTo(const QString &path, int)
{
    return QFile::exists(path); // more is left to a port
}

// Elsewhere files are flushed when closed, and folders need no call of their own.
Result<void> syncFile(int, const QString &)
{
    return {};
}

Result<void> syncFolder(const QString &)
{
    return {};
}

Result<void> takeRoom(int, qint64, qint64, const QString &)
{
    return {};
}

#endif

QString bootId()
{
    QFile file(u"/proc/sys/kernel/random/boot_id"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromLatin1(file.read(64)).trimmed();
}

} // namespace core
