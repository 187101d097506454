#include "diskhooks.h"

#include <QDir>
#include <QFile>
#include <QList>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <shared_mutex>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace diskhooks {

struct Hooked::Entry {
    QString folder; // with a slash at its end
    Hook hook;
};

namespace {

thread_local bool isInside = false;
std::shared_mutex mutex;

QList<std::shared_ptr<Hooked::Entry>> &all() // under mutex
{
    static QList<std::shared_ptr<Hooked::Entry>> one;
    return one;
}

bool isIdle()
{
    const std::shared_lock lock(mutex);
    return isInside || all().isEmpty();
}

// What the call fails with; 0: it is made.
int ask(const Asked &asked)
{
    const std::shared_lock lock(mutex);
    for (const auto &entry : all()) {
        const bool concerns =
            asked.path.startsWith(entry->folder) || asked.to.startsWith(entry->folder);
        if (!concerns)
            continue;
        isInside = true;
        const int answer = entry->hook(asked);
        isInside = false;
        if (answer != 0)
            return answer;
    }
    return 0;
}

QString pathOf(int fd)
{
    const QByteArray link = "/proc/self/fd/" + QByteArray::number(fd);
    // Not on the stack: what QProcess begins writes, too, and has 4,096 bytes of one.
    thread_local std::array<char, 4096> target = {};
    const ssize_t length = ::readlink(link.constData(), target.data(), target.size());
    return length <= 0 ? QString() : QFile::decodeName(QByteArray(target.data(), length));
}

QString pathIn(int folder, const char *name)
{
    const QString decoded = QFile::decodeName(name);
    if (decoded.startsWith(u'/'))
        return decoded;
    return (folder == AT_FDCWD ? QDir::currentPath() : pathOf(folder)) + u'/' + decoded;
}

int askOfFile(Call call, int fd, qint64 offset = 0, qint64 size = 0)
{
    if (isIdle())
        return 0;
    QString path = pathOf(fd);
    if (!path.startsWith(u'/'))
        return 0; // a socket
    path.remove(QStringLiteral(" (deleted)"));
    return ask({call, path, {}, offset, size});
}

// As the C library does it, unless a hook answered.
long system(int answer, long number, auto... arguments)
{
    if (answer == 0)
        return ::syscall(number, arguments...);
    errno = answer;
    return -1;
}

long renameBetween(int from, const char *oldName, int to, const char *newName, unsigned flags)
{
    const int answer =
        isIdle() ? 0 : ask({Call::Rename, pathIn(from, oldName), pathIn(to, newName), 0, 0});
    return system(answer, SYS_renameat2, from, oldName, to, newName, flags);
}

int syncOf(int fd, long number)
{
    struct stat facts = {};
    const bool isFolder = ::fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
    return static_cast<int>(
        system(askOfFile(isFolder ? Call::SyncFolder : Call::Sync, fd), number, fd));
}

} // namespace

Hooked::Hooked(const QString &folder, Hook hook)
    : m_entry(std::make_shared<Entry>(Entry{folder + u'/', std::move(hook)}))
{
    const std::unique_lock lock(mutex);
    all().append(m_entry);
}

Hooked::~Hooked()
{
    const std::unique_lock lock(mutex);
    all().removeAll(m_entry);
}

} // namespace diskhooks

using diskhooks::Call;

extern "C" {

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    const int answer = diskhooks::askOfFile(Call::Write, fd, offset, static_cast<qint64>(size));
    return diskhooks::system(answer, SYS_pwrite64, fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
    const int answer = diskhooks::askOfFile(Call::Write, fd, 0, static_cast<qint64>(size));
    return diskhooks::system(answer, SYS_write, fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    const int answer = diskhooks::askOfFile(Call::Read, fd, offset, static_cast<qint64>(size));
    return diskhooks::system(answer, SYS_pread64, fd, data, size, offset);
}

int fdatasync(int fd)
{
    return diskhooks::syncOf(fd, SYS_fdatasync);
}

int fsync(int fd)
{
    return diskhooks::syncOf(fd, SYS_fsync);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    const int answer = diskhooks::askOfFile(Call::Reserve, fd, offset, size);
    return static_cast<int>(diskhooks::system(answer, SYS_fallocate, fd, mode, offset, size));
}

int rename(const char *from, const char *to) noexcept
{
    return static_cast<int>(diskhooks::renameBetween(AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat(int oldFolder, const char *from, int newFolder, const char *to) noexcept
{
    return static_cast<int>(diskhooks::renameBetween(oldFolder, from, newFolder, to, 0));
}

int renameat2(int oldFolder, const char *from, int newFolder, const char *to,
              unsigned flags) noexcept
{
    return static_cast<int>(diskhooks::renameBetween(oldFolder, from, newFolder, to, flags));
}

int symlink(const char *target, const char *path) noexcept
{
    const int answer = diskhooks::isIdle()
        ? 0
        : diskhooks::ask({Call::Link, diskhooks::pathIn(AT_FDCWD, path), {}, 0, 0});
    return static_cast<int>(diskhooks::system(answer, SYS_symlinkat, target, AT_FDCWD, path));
}

int linkat(int oldFolder, const char *from, int newFolder, const char *to, int flags) noexcept
{
    const int answer = diskhooks::isIdle()
        ? 0
        : diskhooks::ask({Call::Rename, diskhooks::pathIn(oldFolder, from),
                          diskhooks::pathIn(newFolder, to), 0, 0});
    return static_cast<int>(
        diskhooks::system(answer, SYS_linkat, oldFolder, from, newFolder, to, flags));
}

int inotify_add_watch(int fd, const char *path, uint32_t events) noexcept
{
    const int answer = diskhooks::isIdle()
        ? 0
        : diskhooks::ask({Call::Watch, diskhooks::pathIn(AT_FDCWD, path), {}, 0, 0});
    return static_cast<int>(diskhooks::system(answer, SYS_inotify_add_watch, fd, path, events));
}

} // extern "C"
