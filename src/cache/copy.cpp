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

int copyBytes(int from, int to)
{
    QByteArray block(blockSize, Qt::Uninitialized);
    for (;;) {
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

int fill(int from, int to)
{
#ifdef Q_OS_LINUX
    if (::ioctl(to, FICLONE, from) == 0)
        return 0;
    struct stat facts = {};
    if (::fstat(from, &facts) != 0)
        return errno;
    if (facts.st_size > 0 && ::fallocate(to, FALLOC_FL_KEEP_SIZE, 0, facts.st_size) != 0
        && errno == ENOSPC) {
        return ENOSPC;
    }
#endif
    return copyBytes(from, to);
}

} // namespace

core::Result<void> copyFile(const QString &from, const QString &to)
{
    const Descriptor source(::open(QFile::encodeName(from).constData(), O_RDONLY | O_CLOEXEC));
    if (!source.isOpen())
        return core::Unexpected(core::fileError(errno, from));
    const QByteArray name = QFile::encodeName(to);
    const Descriptor target(
        ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!target.isOpen())
        return core::Unexpected(core::fileError(errno, to));
    core::Result<void> done;
    if (const int error = fill(source.get(), target.get()); error != 0)
        done = core::Unexpected(core::fileError(error, to));
    if (done)
        done = core::syncFile(target.get(), to);
    if (!done)
        ::unlink(name.constData());
    return done;
}

} // namespace cache
