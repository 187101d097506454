#include "app/display.h"

#include <QByteArray>
#include <QRegularExpression>

#ifdef Q_OS_UNIX
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#endif

namespace app {

using namespace Qt::StringLiterals;

#ifdef Q_OS_UNIX

namespace {

bool answers(const sockaddr *address, socklen_t length)
{
    const int fd = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool isConnected = fd >= 0 && ::connect(fd, address, length) == 0;
    if (fd >= 0)
        ::close(fd);
    return isConnected;
}

// path: with a NUL in front for one that is in no folder.
bool answersAt(const QByteArray &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.isEmpty() || path.size() >= qsizetype(sizeof(address.sun_path)))
        return false;
    std::copy(path.begin(), path.end(), address.sun_path);
    const auto length = offsetof(sockaddr_un, sun_path) + static_cast<size_t>(path.size());
    return answers(reinterpret_cast<const sockaddr *>(&address), static_cast<socklen_t>(length));
}

bool answersAtPort(quint16 port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return answers(reinterpret_cast<const sockaddr *>(&address), sizeof(address));
}

// "[host]:number[.screen]"; one on another computer is taken for there, it may be slow to answer.
bool isXThere(const QString &display)
{
    constexpr int firstPort = 6000;
    static const QRegularExpression form(u"^([^:]*):(\\d{1,4})(\\.\\d+)?$"_s);
    const auto match = form.match(display);
    if (!match.hasMatch())
        return false;
    const QString host = match.captured(1);
    const int number = match.captured(2).toInt();
    if (host == "localhost"_L1 || host == "127.0.0.1"_L1)
        return answersAtPort(static_cast<quint16>(firstPort + number));
    if (!host.isEmpty() && host != "unix"_L1)
        return true;
    const QByteArray path = "/tmp/.X11-unix/X" + QByteArray::number(number);
    return answersAt(path) || answersAt('\0' + path);
}

bool isWaylandThere(const QString &display)
{
    const QByteArray name = display.toLocal8Bit();
    return answersAt(name.startsWith('/') ? name : qgetenv("XDG_RUNTIME_DIR") + '/' + name);
}

} // namespace

Display findDisplay(const QStringList &arguments)
{
    if (!qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || arguments.indexOf(u"-platform"_s) > 0)
        return Display::There;
    const QString x = qEnvironmentVariable("DISPLAY");
    const QString wayland = qEnvironmentVariable("WAYLAND_DISPLAY");
    if (x.isEmpty() && wayland.isEmpty())
        return Display::None;
    const bool isThere =
        (!x.isEmpty() && isXThere(x)) || (!wayland.isEmpty() && isWaylandThere(wayland));
    return isThere ? Display::There : Display::Dead;
}

#else

Display findDisplay(const QStringList &)
{
    return Display::There;
}

#endif

} // namespace app
