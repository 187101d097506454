#pragma once

#include <QHostAddress>
#include <QSslConfiguration>
#include <QSslServer>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

namespace support {

using namespace Qt::StringLiterals;

// A request as its bytes came.
struct RawRequest {
    QByteArray verb;
    QByteArray target; // untouched
    QByteArray head; // everything up to the empty line
    QByteArray body; // as long as its Content-Length says

    QByteArray header(const QByteArray &name) const
    {
        for (const QByteArray &line : head.split('\n')) {
            const qsizetype colon = line.indexOf(':');
            if (colon > 0 && line.left(colon).compare(name, Qt::CaseInsensitive) == 0)
                return line.mid(colon + 1).trimmed();
        }
        return {};
    }
};

// The smallest web server: answers each request with the bytes a function makes and closes the
// connection, unless the answer is empty: then it stays silent and open. For tests that are about
// exact bytes. Lives on the test's thread.
class RawServer {
public:
    using Answer = std::function<QByteArray(const RawRequest &)>;

    explicit RawServer(Answer answer)
        : RawServer(std::make_unique<QTcpServer>(), std::move(answer))
    {
    }

    RawServer(std::unique_ptr<QTcpServer> server, Answer answer)
        : m_server(std::move(server))
        , m_answer(std::move(answer))
    {
        QObject::connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, m_server.get(),
                         [this] { accept(); });
        m_server->listen(QHostAddress::LocalHost);
    }

    QByteArray origin(const QByteArray &scheme = "http") const
    {
        return scheme + "://127.0.0.1:" + QByteArray::number(m_server->serverPort());
    }

    QList<RawRequest> seen;
    bool keepsOpen = false; // after an answer, which may then promise more than comes

    QList<QByteArray> targets() const
    {
        QList<QByteArray> all;
        for (const RawRequest &request : seen)
            all.append(request.target);
        return all;
    }

private:
    void accept()
    {
        while (QTcpSocket *socket = m_server->nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::readyRead, socket,
                             [this, socket] { read(socket); });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            read(socket);
        }
    }

    void read(QTcpSocket *socket)
    {
        const QByteArray bytes = socket->peek(1024 * 1024);
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        const QByteArray head = bytes.left(end);
        const QList<QByteArray> line = head.left(head.indexOf("\r\n")).split(' ');
        RawRequest request{line.value(0), line.value(1), head, {}};
        const qsizetype length = request.header("Content-Length").toLongLong();
        if (bytes.size() < end + 4 + length)
            return;
        request.body = bytes.mid(end + 4, length);
        socket->skip(end + 4 + length);
        seen.append(request);
        const QByteArray answer = m_answer(seen.constLast());
        if (answer.isEmpty())
            return;
        socket->write(answer);
        if (!keepsOpen)
            socket->disconnectFromHost();
    }

    std::unique_ptr<QTcpServer> m_server;
    Answer m_answer;
};

// An address at which nobody listens any more.
inline QByteArray originOfNobody()
{
    return RawServer([](const RawRequest &) { return QByteArray(); }).origin();
}

inline QByteArray answer(const QByteArray &status, const QByteArray &headers,
                         const QByteArray &body = {})
{
    return "HTTP/1.1 "_ba + status + "\r\nConnection: close\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n" + headers + "\r\n" + body;
}

inline QByteArray redirect(const QByteArray &status, const QByteArray &location)
{
    return answer(status + " Moved", "Location: "_ba + location + "\r\n", "moved");
}

} // namespace support
