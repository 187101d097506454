#include "cache/watch.h"

#include <QtGlobal>

#ifdef Q_OS_LINUX
#include <QByteArray>
#include <QMultiHash>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>

#include "cache/descriptor.h"
#endif

namespace cache {

#ifdef Q_OS_LINUX

namespace {

constexpr uint32_t openings = IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;

// The system gives the lease to nobody else's neighbour: neither a descriptor nor a mapping of
// another opening is left. Who opens the file meanwhile waits until it is given back, and we are
// told by a signal, which would end us if it were the usual one.
bool isOnlyOpening(int fd)
{
    if (::fcntl(fd, F_SETSIG, SIGURG) != 0 || ::fcntl(fd, F_SETLEASE, F_WRLCK) != 0)
        return false;
    ::fcntl(fd, F_SETLEASE, F_UNLCK);
    return true;
}

} // namespace

// What was seen of one file. All but the first is under the mutex of Events.
struct Watch::File {
    ~File();

    int number = -1; // the system's, the same for all who watch this file
    int open = 0; // by others, who have not closed it yet
    bool isTouched = false;
    bool isBlind = false; // something was missed
    bool countsWrites = false;

    // All threads. One instance for the whole process: to close one, the system waits for
    // milliseconds until nobody can be inside it (docs/decisions.md), to end one file's watch it
    // does not.
    class Events;
};

class Watch::File::Events {
public:
    static Events &one()
    {
        static auto *const events =
            new Events; // a thread may still watch at the end of the process
        return *events;
    }

    bool begin(File &file, int fd)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_events.isOpen())
            m_events = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        read(); // what came before is not for this file's new watcher
        file.number = add(fd, openings);
        if (file.number < 0)
            return false;
        m_files.insert(file.number, &file);
        return true;
    }

    void countWrites(File &file, int fd)
    {
        const std::scoped_lock lock(m_mutex);
        file.countsWrites = true;
        file.isBlind = file.isBlind || add(fd, openings | IN_MODIFY) != file.number;
    }

    void end(File &file)
    {
        const std::scoped_lock lock(m_mutex);
        if (m_files.remove(file.number, &file) > 0 && !m_files.contains(file.number))
            ::inotify_rm_watch(m_events.get(), file.number); // the system may have done so itself
    }

    bool isUntouched(const File &file)
    {
        const std::scoped_lock lock(m_mutex);
        read();
        return !file.isBlind && !file.isTouched && file.open == 0;
    }

    void renew(File &file)
    {
        const std::scoped_lock lock(m_mutex);
        read();
        file.isTouched = false;
    }

private:
    int add(int fd, uint32_t what) // to what the file's other watchers ask for
    {
        const QByteArray file = "/proc/self/fd/" + QByteArray::number(fd);
        return ::inotify_add_watch(m_events.get(), file.constData(), what | IN_MASK_ADD);
    }

    void read();
    void tell(int number, uint32_t what);

    std::mutex m_mutex;
    Descriptor m_events;
    QMultiHash<int, File *> m_files;
};

void Watch::File::Events::read()
{
    alignas(inotify_event) std::array<char, 4096> buffer;
    while (m_events.isOpen()) {
        const ssize_t count = ::read(m_events.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            tell(-1, IN_Q_OVERFLOW);
            return;
        }
        for (ssize_t at = 0; at < count;) {
            inotify_event event = {};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            at += static_cast<ssize_t>(sizeof(event) + event.len);
            tell(event.wd, event.mask);
        }
    }
}

void Watch::File::Events::tell(int number, uint32_t what)
{
    if ((what & IN_Q_OVERFLOW) != 0) {
        for (File *file : std::as_const(m_files))
            file->isBlind = true;
        return;
    }
    const auto [begin, end] = m_files.equal_range(number);
    for (auto at = begin; at != end; ++at) {
        File &file = **at;
        file.isBlind = file.isBlind || (what & (IN_IGNORED | IN_UNMOUNT)) != 0;
        file.isTouched = file.isTouched || (what & IN_CLOSE_WRITE) != 0
            || (file.countsWrites && (what & IN_MODIFY) != 0);
        if ((what & IN_OPEN) != 0)
            ++file.open;
        if ((what & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)) != 0)
            file.open = std::max(0, file.open - 1); // it may have been open before
    }
}

Watch::File::~File()
{
    Events::one().end(*this);
}

Watch Watch::begin(int fd)
{
    auto file = std::make_unique<File>();
    return File::Events::one().begin(*file, fd) ? Watch(std::move(file)) : Watch();
}

// In this order: whoever opens the file after the look is seen.
Watch Watch::beginAlone(int fd)
{
    Watch watch = begin(fd);
    return isOnlyOpening(fd) ? std::move(watch) : Watch();
}

void Watch::expectNoWrites(int fd)
{
    if (m_file)
        File::Events::one().countWrites(*m_file, fd);
}

bool Watch::isUntouched()
{
    return m_file && File::Events::one().isUntouched(*m_file);
}

void Watch::renew()
{
    if (m_file)
        File::Events::one().renew(*m_file);
}

#else

struct Watch::File { };

Watch Watch::begin(int)
{
    return {};
}

Watch Watch::beginAlone(int)
{
    return {};
}

void Watch::expectNoWrites(int) { }

bool Watch::isUntouched()
{
    return false;
}

void Watch::renew() { }

#endif

Watch::Watch() = default;
Watch::Watch(Watch &&other) noexcept = default;
Watch &Watch::operator=(Watch &&other) noexcept = default;
Watch::~Watch() = default;

Watch::Watch(std::unique_ptr<File> file)
    : m_file(std::move(file))
{
}

} // namespace cache
