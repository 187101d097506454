#pragma once

#include <QByteArray>

#include <chrono>
#include <optional>

namespace app {

// Whether the desktop's message bus can be spoken to. Qt asks it at many places, on the GUI thread
// and without a limit of time: a bus that accepts and never answers would hold up the window for
// ever, and where there is none the library launches one. So a bus that fails this test is hidden.
enum class BusState {
    Absent,
    Silent,
    Answers, // or is of a kind that cannot be tested
};

// address: DBUS_SESSION_BUS_ADDRESS; runtimeFolder: XDG_RUNTIME_DIR. Blocks for at most patience.
BusState probeSessionBus(const QByteArray &address, const QByteArray &runtimeFolder,
                         std::chrono::milliseconds patience);

// Owner: main. Made before the application, which must not find a bus that does not answer.
class SessionBus {
public:
    SessionBus();
    ~SessionBus();
    Q_DISABLE_COPY_MOVE(SessionBus)

    bool answers() const { return m_state == BusState::Answers; }
    // Once the application is there: what it starts finds the environment as it was.
    void settle();

private:
    BusState m_state;
    std::optional<QByteArray> m_hidden; // the address; empty: there was none
};

} // namespace app
