#include "core/sync.h"

#include <QFile>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
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

#endif

QString bootId()
{
    QFile file(u"/proc/sys/kernel/random/boot_id"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromLatin1(file.read(64)).trimmed();
}

} // namespace core
