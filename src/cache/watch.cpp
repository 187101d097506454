#include "cache/watch.h"

#ifdef Q_OS_LINUX
#include <QFile>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>
#endif

namespace cache {

#ifdef Q_OS_LINUX

Watch Watch::begin(const QString &file)
{
    Watch watch;
    watch.m_events = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!watch.m_events.isOpen())
        return watch;
    const int added =
        ::inotify_add_watch(watch.m_events.get(), QFile::encodeName(file).constData(),
                            IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE | IN_DONT_FOLLOW);
    watch.m_touched = added < 0;
    return watch;
}

bool Watch::isUntouched()
{
    alignas(inotify_event) std::array<char, 4096> buffer;
    while (!m_touched) {
        const ssize_t count = ::read(m_events.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            m_touched = count == 0 || errno != EAGAIN;
            break;
        }
        for (ssize_t at = 0; at < count;) {
            inotify_event event = {};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            at += static_cast<ssize_t>(sizeof(event) + event.len);
            m_touched = m_touched || (event.mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW)) != 0;
            if ((event.mask & IN_OPEN) != 0)
                ++m_open;
            if ((event.mask & IN_CLOSE_NOWRITE) != 0)
                --m_open;
        }
    }
    return !m_touched && m_open <= 0;
}

#else

Watch Watch::begin(const QString &)
{
    return {};
}

bool Watch::isUntouched()
{
    return false;
}

#endif

} // namespace cache
