// Preloaded into the real program by tests: a world in which it is killed between two calls of the
// system, the machine was started anew, the clock is set, the disk is slow or locks exclude nobody.
// What it does is told by the environment; without a word it does nothing.
//
//   OTHERWORLD_KILL_AT   n: kill -9 before the n-th call that names, renames, links, unlinks or
//                        syncs something below OTHERWORLD_FOLDER
//   OTHERWORLD_BOOT      a boot id
//   OTHERWORLD_CLOCK     a file of eight bytes: seconds to add to the time of day, read each time
//   OTHERWORLD_READ_MS   how long each reading of a block below OTHERWORLD_FOLDER takes at least
//   OTHERWORLD_NO_FLOCK  every lock is given

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <tuple>
#include <unistd.h>

namespace {

const char *told(const char *name)
{
    return std::getenv(name); // NOLINT(concurrency-mt-unsafe): nothing writes to it
}

long numberOf(const char *name)
{
    const char *text = told(name);
    return text ? std::strtol(text, nullptr, 10) : 0;
}

bool isOurs(const char *path)
{
    static const char *const folder = told("OTHERWORLD_FOLDER");
    return folder && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

std::string pathOf(int fd)
{
    std::array<char, PATH_MAX> path = {};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    return length > 0 ? std::string(path.data(), static_cast<size_t>(length)) : std::string();
}

std::string pathIn(int folder, const char *name)
{
    return name[0] == '/' || folder == AT_FDCWD ? name : pathOf(folder) + '/' + name;
}

void countCall(const std::string &path)
{
    static const long last = numberOf("OTHERWORLD_KILL_AT");
    static std::atomic<long> calls = 0;
    if (last > 0 && isOurs(path.c_str()) && ++calls == last)
        ::kill(::getpid(), SIGKILL);
}

int64_t clockOffset()
{
    static const auto *const shared = [] {
        const char *path = told("OTHERWORLD_CLOCK");
        const int fd =
            path ? static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0)) : -1;
        void *map =
            fd < 0 ? MAP_FAILED : ::mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
        return map == MAP_FAILED ? nullptr : static_cast<std::atomic<int64_t> *>(map);
    }();
    return shared ? shared->load() : 0;
}

void readSlowly(int fd)
{
    static const long milliseconds = numberOf("OTHERWORLD_READ_MS");
    if (milliseconds > 0 && isOurs(pathOf(fd).c_str()))
        ::usleep(static_cast<useconds_t>(milliseconds * 1000));
}

int otherBootId(const char *path)
{
    const char *boot = told("OTHERWORLD_BOOT");
    if (!boot || std::strcmp(path, "/proc/sys/kernel/random/boot_id") != 0)
        return -1;
    const auto fd = static_cast<int>(::syscall(SYS_memfd_create, "boot_id", 0));
    std::ignore = ::write(fd, boot, std::strlen(boot));
    ::lseek(fd, 0, SEEK_SET);
    return fd;
}

int openAnything(const char *path, int flags, mode_t mode)
{
    const int other = otherBootId(path);
    return other >= 0 ? other
                      : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

mode_t modeOf(int flags, va_list list)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

} // namespace

extern "C" {

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = modeOf(flags, list);
    va_end(list);
    return openAnything(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = modeOf(flags, list);
    va_end(list);
    return openAnything(path, flags, mode);
}

int renameat2(int oldFolder, const char *from, int newFolder, const char *to,
              unsigned flags) noexcept
{
    countCall(pathIn(newFolder, to));
    return static_cast<int>(::syscall(SYS_renameat2, oldFolder, from, newFolder, to, flags));
}

int renameat(int oldFolder, const char *from, int newFolder, const char *to) noexcept
{
    return renameat2(oldFolder, from, newFolder, to, 0);
}

int rename(const char *from, const char *to) noexcept
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int oldFolder, const char *from, int newFolder, const char *to, int flags) noexcept
{
    countCall(pathIn(newFolder, to));
    return static_cast<int>(::syscall(SYS_linkat, oldFolder, from, newFolder, to, flags));
}

int symlink(const char *target, const char *path) noexcept
{
    countCall(path);
    return static_cast<int>(::syscall(SYS_symlinkat, target, AT_FDCWD, path));
}

int unlink(const char *path) noexcept
{
    countCall(path);
    return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int fsync(int fd)
{
    countCall(pathOf(fd));
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    countCall(pathOf(fd));
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    readSlowly(fd);
    return ::syscall(SYS_pread64, fd, data, size, offset);
}

int flock(int fd, int operation) noexcept
{
    static const bool isGiven = told("OTHERWORLD_NO_FLOCK") != nullptr;
    return isGiven ? 0 : static_cast<int>(::syscall(SYS_flock, fd, operation));
}

int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += clockOffset();
    return result;
}

int gettimeofday(timeval *time, void *) noexcept
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) noexcept
{
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}

} // extern "C"
