#include "cache/watch.h"

#ifdef Q_OS_LINUX
#include <QByteArray>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>
#endif

namespace cache {

#ifdef Q_OS_LINUX

namespace {

constexpr uint32_t openings = IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;

bool add(int events, int fd, uint32_t what)
{
    const QByteArray file = "/proc/self/fd/" + QByteArray::number(fd);
    return ::inotify_add_watch(events, file.constData(), what) >= 0;
}

} // namespace

Watch Watch::begin(int fd)
{
    Watch watch;
    watch.m_events = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    watch.m_blind = !watch.m_events.isOpen() || !add(watch.m_events.get(), fd, openings);
    return watch;
}

void Watch::expectNoWrites(int fd)
{
    m_blind = m_blind || !add(m_events.get(), fd, openings | IN_MODIFY);
}

bool Watch::isUntouched()
{
    read();
    return !m_blind && !m_touched && m_open <= 0;
}

void Watch::renew()
{
    read();
    m_touched = false;
}

void Watch::read()
{
    alignas(inotify_event) std::array<char, 4096> buffer;
    while (!m_blind) {
        const ssize_t count = ::read(m_events.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            m_blind = count == 0 || errno != EAGAIN;
            return;
        }
        for (ssize_t at = 0; at < count;) {
            inotify_event event = {};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            at += static_cast<ssize_t>(sizeof(event) + event.len);
            m_blind = m_blind || (event.mask & IN_Q_OVERFLOW) != 0;
            m_touched = m_touched || (event.mask & (IN_CLOSE_WRITE | IN_MODIFY)) != 0;
            if ((event.mask & IN_OPEN) != 0)
                ++m_open;
            if ((event.mask & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)) != 0)
                --m_open;
        }
    }
}

#else

Watch Watch::begin(int)
{
    return {};
}

void Watch::expectNoWrites(int) { }

bool Watch::isUntouched()
{
    return false;
}

void Watch::renew() { }

void Watch::read() { }

#endif

} // namespace cache
