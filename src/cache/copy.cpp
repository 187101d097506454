#include "cache/copy.h"

#include <QByteArray>
#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef Q_OS_LINUX
#include <linux/fs.h>
#endif

#include "cache/descriptor.h"
#include "core/sync.h"

namespace cache {

namespace {

constexpr qsizetype blockSize = 1024 * 1024;

// 0 or an errno value.
int writeAll(int fd, const char *data, ssize_t size)
{
    while (size > 0) {
        const ssize_t count = ::write(fd, data, static_cast<size_t>(size));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count == 0 ? ENOSPC : errno;
        data += count;
        size -= count;
    }
    return 0;
}

int copyBytes(int from, int to, const std::atomic<bool> *stop)
{
    QByteArray block(blockSize, Qt::Uninitialized);
    for (;;) {
        if (stop && *stop)
            return ECANCELED;
        const ssize_t count = ::read(from, block.data(), static_cast<size_t>(block.size()));
        if (count == 0)
            return 0;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        if (const int error = writeAll(to, block.constData(), count); error != 0)
            return error;
    }
}

core::Result<void> fill(int from, int to, const QString &path, const std::atomic<bool> *stop)
{
#ifdef Q_OS_LINUX
    if (::ioctl(to, FICLONE, from) == 0)
        return {};
    struct stat facts = {};
    if (::fstat(from, &facts) != 0)
        return core::Unexpected(core::fileError(errno, path));
    if (const auto taken = core::takeRoom(to, 0, facts.st_size, path);
        !taken && taken.error().kind == core::ErrorKind::DiskFull)
        return taken;
#endif
    const int error = copyBytes(from, to, stop);
    if (error == ECANCELED)
        return core::fail(core::ErrorKind::Cancelled, path);
    return error == 0 ? core::Result<void>() : core::Unexpected(core::fileError(error, path));
}

} // namespace

core::Result<void> copyFile(const QString &from, const QString &to, const std::atomic<bool> *stop)
{
    const Descriptor source(::open(QFile::encodeName(from).constData(), O_RDONLY | O_CLOEXEC));
    if (!source.isOpen())
        return core::Unexpected(core::fileError(errno, from));
    const QByteArray name = QFile::encodeName(to);
    const Descriptor target(
        ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!target.isOpen())
        return core::Unexpected(core::fileError(errno, to));
    auto done = fill(source.get(), target.get(), to, stop);
    if (done)
        done = core::syncFile(target.get(), to);
    if (!done)
        ::unlink(name.constData());
    return done;
}

} // namespace cache
