#include "cache/filelock.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <utility>

#include "cache/folders.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// Python's clients use the same, so that a group can share the cache whatever the umask.
constexpr mode_t lockFileMode = 0664;
// Some versions of Python's lock delete the file when they let go. Each time we meet that somebody
// has just finished, so a few tries are plenty.
constexpr int maximumTries = 20;

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

int openLockFile(const QByteArray &path)
{
    int fd = -1;
    do {
        fd = ::open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                    lockFileMode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

// 0 or an errno value.
int lockDescriptor(int fd)
{
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

} // namespace

core::Result<FileLock> FileLock::tryLock(const QString &path)
{
    if (const auto made = makeFolders(parentFolder(path)); !made)
        return core::Unexpected(made.error());
    const QByteArray name = QFile::encodeName(path);
    for (int tries = 0; tries < maximumTries; ++tries) {
        FileLock lock;
        lock.m_fd = openLockFile(name);
        if (lock.m_fd < 0)
            return failure(errno, path);
        if (const int error = lockDescriptor(lock.m_fd); error == EWOULDBLOCK)
            return core::fail(core::ErrorKind::Locked, path);
        else if (error != 0)
            return failure(error, path);

        struct stat facts = {};
        if (::fstat(lock.m_fd, &facts) != 0)
            return failure(errno, path);
        if (!S_ISREG(facts.st_mode))
            return core::fail(core::ErrorKind::FileIo, u"%1 is not a plain file"_s.arg(path));
        if (facts.st_nlink == 0)
            continue; // deleted before we had it: others lock the new file of this name
        if ((facts.st_mode & 0777) != lockFileMode && facts.st_uid == ::geteuid())
            std::ignore = ::fchmod(lock.m_fd, lockFileMode); // a courtesy to the group
        return lock;
    }
    return core::fail(core::ErrorKind::Locked, path);
}

FileLock::FileLock(FileLock &&other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
{
}

FileLock &FileLock::operator=(FileLock &&other) noexcept
{
    if (this != &other) {
        release();
        m_fd = std::exchange(other.m_fd, -1);
    }
    return *this;
}

FileLock::~FileLock()
{
    release();
}

void FileLock::release()
{
    if (m_fd >= 0)
        ::close(std::exchange(m_fd, -1)); // closing the only descriptor lets the lock go
}

} // namespace cache
