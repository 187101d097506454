#include "app/sessionbus.h"

#include <QDBusConnection>
#include <QFile>

#include <cstddef>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cache/descriptor.h"

namespace app {

using namespace Qt::StringLiterals;

namespace {

constexpr auto variable = "DBUS_SESSION_BUS_ADDRESS";
constexpr std::chrono::milliseconds patience{1500};

// The name of a socket; one in the abstract namespace begins with a zero.
std::optional<QByteArray> socketOf(const QByteArray &address)
{
    if (!address.startsWith("unix:"))
        return {};
    const QByteArrayList pairs = address.mid(5).split(',');
    for (const QByteArray &pair : pairs) {
        const qsizetype equals = pair.indexOf('=');
        const QByteArray value = QByteArray::fromPercentEncoding(pair.mid(equals + 1));
        if (pair.startsWith("path="))
            return value;
        if (pair.startsWith("abstract="))
            return '\0' + value;
    }
    return {};
}

bool connectTo(int descriptor, const QByteArray &name)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (name.isEmpty() || static_cast<size_t>(name.size()) >= sizeof(address.sun_path))
        return false;
    std::memcpy(address.sun_path, name.constData(), static_cast<size_t>(name.size()));
    const bool isAbstract = name.at(0) == '\0';
    const auto length =
        offsetof(sockaddr_un, sun_path) + static_cast<size_t>(name.size()) + (isAbstract ? 0 : 1);
    return ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address),
                     static_cast<socklen_t>(length))
        == 0;
}

BusState probeSocket(const QByteArray &name, std::chrono::milliseconds patience)
{
    const cache::Descriptor socket(
        ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0 || !connectTo(socket.get(), name))
        return errno == EAGAIN ? BusState::Silent : BusState::Absent;
    // The first words of every client; a bus answers them at once, whatever it thinks of us.
    const QByteArray hello = '\0' + "AUTH EXTERNAL "_ba
        + QByteArray::number(static_cast<uint>(::getuid())).toHex() + "\r\n";
    if (::send(socket.get(), hello.constData(), static_cast<size_t>(hello.size()), MSG_NOSIGNAL)
        != hello.size())
        return BusState::Silent;
    pollfd waiting{socket.get(), POLLIN, 0};
    char answer = 0;
    const bool isHeard = ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0
        && ::recv(socket.get(), &answer, 1, 0) == 1;
    return isHeard ? BusState::Answers : BusState::Silent;
}

} // namespace

BusState probeSessionBus(const QByteArray &address, const QByteArray &runtimeFolder,
                         std::chrono::milliseconds patience)
{
    if (address.isEmpty()) {
        if (runtimeFolder.isEmpty() || !QFile::exists(QFile::decodeName(runtimeFolder + "/bus")))
            return BusState::Absent;
        return probeSocket(runtimeFolder + "/bus", patience);
    }
    // The library takes the first one that lets it in.
    BusState state = BusState::Absent;
    const QByteArrayList choices = address.split(';');
    for (const QByteArray &choice : choices) {
        const auto name = socketOf(choice);
        state = name ? probeSocket(*name, patience) : BusState::Answers;
        if (state != BusState::Absent)
            return state;
    }
    return state;
}

SessionBus::SessionBus()
    : m_state(probeSessionBus(qgetenv(variable), qgetenv("XDG_RUNTIME_DIR"), patience))
{
    if (answers())
        return;
    m_hidden = qgetenv(variable);
    qputenv(variable, "disabled:");
}

SessionBus::~SessionBus() = default;

void SessionBus::settle()
{
    if (!m_hidden)
        return;
    QDBusConnection::sessionBus(); // fails at once, and is not tried again
    if (m_hidden->isEmpty())
        qunsetenv(variable);
    else
        qputenv(variable, *m_hidden);
    m_hidden.reset();
}

} // namespace app
