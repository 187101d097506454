#pragma once

#include <QHostAddress>
#include <QSslConfiguration>
#include <QSslServer>
#include <QSslSocket>
#include <QtEndian>

#include "hub/tlsserver.h"

namespace support {

// Speaks just enough HTTP/2 to break off in the middle: every request is answered with the head of
// a text, the first half of it, and a reset of the stream; or with the reset alone; or with nothing
// on the first connection, or after the first answer. Whoever comes with HTTP/1.1 gets the whole
// text. Lives on the test's thread.
class Http2Server {
public:
    enum class Manner { BreakOff, Refuse, FirstIsDead, OnlyFirst };

    Http2Server(const QString &folder, quint32 code, Manner manner = Manner::BreakOff)
        : m_server(makeTlsServer(folder))
        , m_code(code)
        , m_manner(manner)
    {
        QSslConfiguration config = m_server->sslConfiguration();
        config.setAllowedNextProtocols(
            {QSslConfiguration::ALPNProtocolHTTP2, QSslConfiguration::NextProtocolHttp1_1});
        m_server->setSslConfiguration(config);
        QObject::connect(m_server.get(), &QSslServer::pendingConnectionAvailable, m_server.get(),
                         [this] { accept(); });
        m_server->listen(QHostAddress::LocalHost);
    }

    QByteArray origin() const
    {
        return "https://127.0.0.1:" + QByteArray::number(m_server->serverPort());
    }

    int brokenOff = 0; // over HTTP/2
    int unanswered = 0; // likewise
    int connections = 0;
    int whole = 0; // over HTTP/1.1

private:
    static constexpr int Data = 0;
    static constexpr int Headers = 1;
    static constexpr int Reset = 3;
    static constexpr int Settings = 4;
    static constexpr int EndOfHeaders = 4;
    static constexpr int Acknowledged = 1;

    static QByteArray number(quint32 value)
    {
        QByteArray bytes(4, 0);
        qToBigEndian(value, bytes.data());
        return bytes;
    }
    static QByteArray frame(int type, int flags, quint32 stream, const QByteArray &content)
    {
        return number(static_cast<quint32>(content.size())).mid(1) + static_cast<char>(type)
            + static_cast<char>(flags) + number(stream) + content;
    }

    void accept()
    {
        auto *socket = qobject_cast<QSslSocket *>(m_server->nextPendingConnection());
        const bool isNew = socket->sslConfiguration().nextNegotiatedProtocol()
            == QSslConfiguration::ALPNProtocolHTTP2;
        ++connections;
        if (isNew)
            socket->write(frame(Settings, 0, 0, {}));
        if (m_manner == Manner::FirstIsDead && connections == 1)
            return;
        const auto read = [this, socket, isNew, bytes = QByteArray()]() mutable {
            bytes += socket->readAll();
            if (isNew)
                answerFrames(*socket, bytes);
            else if (bytes.contains("\r\n\r\n"))
                answerWhole(*socket, bytes);
        };
        QObject::connect(socket, &QSslSocket::readyRead, socket, read);
        if (socket->bytesAvailable() > 0)
            Q_EMIT socket->readyRead();
    }

    void answerWhole(QSslSocket &socket, QByteArray &bytes)
    {
        bytes.clear();
        ++whole;
        socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                     "Content-Length: 12\r\n\r\nhalf and all");
        socket.disconnectFromHost();
    }

    void answerFrames(QSslSocket &socket, QByteArray &bytes)
    {
        static const QByteArray preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        if (bytes.startsWith(preface))
            bytes.remove(0, preface.size());
        while (bytes.size() >= 9) {
            const auto size =
                static_cast<qsizetype>(qFromBigEndian<quint32>(bytes.constData()) >> 8);
            if (bytes.size() < 9 + size)
                return;
            const int type = bytes.at(3);
            const int flags = bytes.at(4);
            const auto stream = qFromBigEndian<quint32>(bytes.constData() + 5);
            bytes.remove(0, 9 + size);
            if (type == Settings && (flags & Acknowledged) == 0)
                socket.write(frame(Settings, Acknowledged, 0, {}));
            if (type == Headers)
                breakOff(socket, stream);
        }
    }

    void breakOff(QSslSocket &socket, quint32 stream)
    {
        if (m_manner == Manner::OnlyFirst && brokenOff > 0) {
            ++unanswered;
            return;
        }
        ++brokenOff;
        if (m_manner == Manner::Refuse || m_manner == Manner::FirstIsDead) {
            socket.write(frame(Reset, 0, stream, number(m_code)));
            return;
        }
        const QByteArray type = "\x0c"
                                "content-type"
                                "\x0a"
                                "text/plain"; // a literal, not indexed
        socket.write(frame(Headers, EndOfHeaders, stream, QByteArray("\x88\0", 2) + type)
                     + frame(Data, 0, stream, "[\"half ")
                     + frame(Reset, 0, stream, number(m_code)));
    }

    std::unique_ptr<QSslServer> m_server;
    quint32 m_code;
    Manner m_manner;
};

} // namespace support
