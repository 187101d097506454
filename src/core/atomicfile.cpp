#include "core/atomicfile.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/sync.h"

#ifdef Q_OS_UNIX
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

using namespace Qt::StringLiterals;

namespace core {

namespace {

#ifdef Q_OS_UNIX

// The temporary under its lock. Two writers of one path (threads or processes) share its name: the
// lock makes the second wait, so that neither renames what the other is still writing.
class Temporary {
public:
    explicit Temporary(const QString &path)
        : m_path(path)
        , m_native(QFile::encodeName(path))
    {
    }
    ~Temporary()
    {
        if (m_fd < 0)
            return;
        ::unlink(m_native.constData());
        ::close(m_fd);
    }
    Q_DISABLE_COPY_MOVE(Temporary)

    Result<void> open();
    Result<void> write(const QByteArray &data);
    Result<void> copyModeOf(const QString &path);
    Result<void> sync() { return syncFile(m_fd, m_path); }
    Result<void> renameTo(const QString &path);

private:
    Unexpected failed() const { return Unexpected(fileError(errno, m_path)); }

    QString m_path;
    QByteArray m_native;
    int m_fd = -1;
};

Result<void> Temporary::open()
{
    bool cleared = false;
    for (;;) {
        const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
        m_fd = ::open(m_native.constData(), flags, 0666);
        if (m_fd < 0) {
            // A link or a read-only left-over in the way is ours to remove, once.
            const bool blocked = errno == ELOOP || errno == EACCES || errno == ENXIO;
            const int reason = errno;
            if (blocked && !cleared && ::unlink(m_native.constData()) == 0) {
                cleared = true;
                continue;
            }
            errno = reason;
            return failed();
        }
        while (::flock(m_fd, LOCK_EX) != 0 && errno == EINTR) { }
        if (leadsTo(m_path, m_fd))
            break;
        ::close(m_fd); // another writer finished with it meanwhile
        m_fd = -1;
    }
    if (::ftruncate(m_fd, 0) != 0)
        return failed();
    return {};
}

Result<void> Temporary::write(const QByteArray &data)
{
    qsizetype written = 0;
    while (written < data.size()) {
        const auto rest = static_cast<size_t>(data.size() - written);
        const ssize_t count = ::write(m_fd, data.constData() + written, rest);
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            errno = ENOSPC; // nothing taken and no reason given: there is no room
        if (count <= 0)
            return failed();
        written += count;
    }
    return {};
}

Result<void> Temporary::copyModeOf(const QString &path)
{
    struct stat old = {};
    if (::stat(QFile::encodeName(path).constData(), &old) != 0)
        return {}; // a new file gets what the umask leaves
    if (::fchmod(m_fd, old.st_mode & 0777) != 0)
        return failed();
    return {};
}

Result<void> Temporary::renameTo(const QString &path)
{
    // A second descriptor keeps the lock while the first is closed and its result looked at: a
    // network file system reports a full disk only then.
    const int lock = ::dup(m_fd);
    if (lock < 0)
        return failed();
    const int closed = ::close(m_fd);
    m_fd = lock;
    if (closed != 0 && errno != EINTR)
        return failed();
    if (::rename(m_native.constData(), QFile::encodeName(path).constData()) != 0)
        return Unexpected(fileError(errno, path));
    ::close(m_fd);
    m_fd = -1; // from here on there is no temporary to remove
    return {};
}

#else

// The same promise by means every system has; a lock and syncing are left to a port.
class Temporary {
public:
    explicit Temporary(const QString &path)
        : m_file(path)
    {
    }
    ~Temporary()
    {
        if (!m_renamed)
            m_file.remove();
    }
    Q_DISABLE_COPY_MOVE(Temporary)

    Result<void> open()
    {
        const auto mode = QIODevice::WriteOnly | QIODevice::Truncate | QIODevice::Unbuffered;
        return m_file.open(mode) ? Result<void>() : failed();
    }
    Result<void> write(const QByteArray &data)
    {
        return m_file.write(data) == data.size() ? Result<void>() : failed();
    }
    Result<void> copyModeOf(const QString &) { return {}; }
    Result<void> sync() { return m_file.flush() ? Result<void>() : failed(); }
    Result<void> renameTo(const QString &path)
    {
        m_file.close();
        if (m_file.error() != QFileDevice::NoError)
            return failed();
        QFile::remove(path); // rename does not replace everywhere
        m_renamed = m_file.rename(path);
        return m_renamed ? Result<void>() : failed();
    }

private:
    Unexpected failed() const
    {
        const auto kind =
            m_file.error() == QFileDevice::ResourceError ? ErrorKind::DiskFull : ErrorKind::FileIo;
        return fail(kind, u"%1: %2"_s.arg(m_file.fileName(), m_file.errorString()));
    }

    QFile m_file;
    bool m_renamed = false;
};

#endif

} // namespace

Result<void> saveFile(const QString &path, const QByteArray &data, Durability durability,
                      const QString &temporaryPath)
{
    Temporary temporary(temporaryPath.isEmpty() ? path + ".tmp"_L1 : temporaryPath);
    Result<void> done = temporary.open();
    if (done)
        done = temporary.write(data);
    if (done)
        done = temporary.copyModeOf(path);
    if (done && durability == Durability::Synced)
        done = temporary.sync();
    if (done)
        done = temporary.renameTo(path);
    if (done && durability == Durability::Synced)
        done = syncFolder(QFileInfo(path).absolutePath());
    return done;
}

Result<QByteArray> loadFile(const QString &path, qint64 limit)
{
    const QFileInfo info(path);
    if (!info.exists())
        return Unexpected(fileError(ENOENT, path));
    if (!info.isFile()) // a pipe would never end
        return fail(ErrorKind::FileIo, u"%1: not a regular file"_s.arg(path));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return fail(ErrorKind::FileIo, u"%1: %2"_s.arg(path, file.errorString()));
    QByteArray data;
    for (;;) {
        const QByteArray block = file.read(std::min<qint64>(limit + 1 - data.size(), 1 << 20));
        if (block.isEmpty())
            break;
        data += block;
        if (data.size() > limit)
            return fail(ErrorKind::FileIo, u"%1: larger than %2 bytes"_s.arg(path).arg(limit));
    }
    if (file.error() != QFileDevice::NoError)
        return fail(ErrorKind::FileIo, u"%1: %2"_s.arg(path, file.errorString()));
    return data;
}

} // namespace core
