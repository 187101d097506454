#include "cli/output.h"

#include <QtGlobal>

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace cli {

namespace {

constexpr int waitForever = -1;
constexpr int waitHurried = 500; // milliseconds

} // namespace

bool Output::isTerminal() const
{
    return ::isatty(m_fd) != 0;
}

// False when the reader does not read in time, or a signal came while we waited: whoever sent it
// wants us to end, not to wait for a reader.
bool Output::hasRoom() const
{
    pollfd room{m_fd, POLLOUT, 0};
    return ::poll(&room, 1, m_hurried ? waitHurried : waitForever) == 1;
}

void Output::write(const QByteArray &bytes)
{
    qsizetype from = 0;
    while (m_state == State::Open && from < bytes.size()) {
        if (!hasRoom()) {
            m_state = State::Deaf;
            return;
        }
        const ssize_t written =
            ::write(m_fd, bytes.constData() + from, static_cast<size_t>(bytes.size() - from));
        if (written >= 0)
            from += written;
        else if (errno == EPIPE)
            m_state = State::ReaderGone;
        else if (errno == EINTR)
            m_state = State::Deaf;
        else if (errno != EAGAIN)
            m_state = State::Broken;
    }
}

} // namespace cli
