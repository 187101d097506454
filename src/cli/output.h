#pragma once

#include <QByteArray>

namespace cli {

// A stream of the process that lines are written to whole and at once. A reader that went away or a
// full disk behind it is remembered, not repeated; it never ends the process. Owner: whoever
// writes. Any one thread.
class Output {
public:
    enum class State {
        Open,
        ReaderGone, // the other end of the pipe was closed
        Broken, // for any other reason
        Deaf, // nobody reads, and we were told not to wait for it
    };

    explicit Output(int fd)
        : m_fd(fd)
    {
    }

    void write(const QByteArray &bytes);
    State state() const { return m_state; }
    bool isTerminal() const;
    // From now on a reader that does not read holds nobody up for long.
    void hurry() { m_hurried = true; }

private:
    bool hasRoom() const;

    int m_fd;
    State m_state = State::Open;
    bool m_hurried = false;
};

} // namespace cli
