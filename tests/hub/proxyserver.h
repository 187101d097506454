#pragma once

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QtEndian>

namespace support {

using namespace Qt::StringLiterals;

// The smallest real proxy: absolute-form requests, CONNECT and SOCKS 5 without credentials, on one
// port. It keeps what it was asked. Lives on the test's thread.
class ProxyServer {
public:
    ProxyServer()
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            while (QTcpSocket *client = m_server.nextPendingConnection())
                accept(client);
        });
        m_server.listen(QHostAddress::LocalHost);
    }

    QByteArray port() const { return QByteArray::number(m_server.serverPort()); }
    QString place() const { return u"127.0.0.1:"_s + QString::fromLatin1(port()); }

    QByteArray credentials; // "user:password"; empty: everybody may
    QByteArray refusal; // status line with which every CONNECT is answered
    bool hangsUp = false; // in place of any answer to a CONNECT
    QList<QByteArray> heads; // every HTTP request, as it came
    QList<QByteArray> targets; // what was reached for: a URL, HOST:PORT, or socks:TYPE:HOST:PORT

private:
    void accept(QTcpSocket *client)
    {
        QObject::connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
        QObject::connect(client, &QTcpSocket::readyRead, client, [this, client] { read(client); });
    }

    void read(QTcpSocket *client)
    {
        if (client->property("upstream").toBool())
            return; // joined: not ours any more
        const QByteArray bytes = client->peek(64 * 1024);
        if (bytes.startsWith('\x05'))
            return readSocks(client, bytes);
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        client->skip(end + 4);
        readHttp(client, bytes.left(end));
    }

    void readHttp(QTcpSocket *client, const QByteArray &head)
    {
        heads.append(head);
        const QList<QByteArray> words = head.left(head.indexOf("\r\n")).split(' ');
        const QByteArray wanted = "Proxy-Authorization: Basic "_ba + credentials.toBase64();
        if (!credentials.isEmpty() && !head.contains(wanted)) {
            client->write("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                          "Content-Length: 2\r\n\r\nno");
            return;
        }
        targets.append(words.value(1));
        if (words.value(0) == "CONNECT"_ba) {
            if (hangsUp)
                return client->disconnectFromHost();
            if (!refusal.isEmpty()) {
                client->write("HTTP/1.1 "_ba + refusal + "\r\nContent-Length: 0\r\n\r\n");
                return client->disconnectFromHost();
            }
            return join(client, QUrl::fromEncoded("x://"_ba + words[1]), {},
                        "HTTP/1.1 200 Connected\r\n\r\n"_ba);
        }
        const QUrl url = QUrl::fromEncoded(words.value(1));
        QByteArray sent = words[0] + ' ' + url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority)
            + " HTTP/1.1\r\n";
        for (const QByteArray &line : head.mid(head.indexOf("\r\n") + 2).split('\n')) {
            if (!line.startsWith("Proxy-"_ba) && !line.startsWith("Connection:"_ba))
                sent += line.trimmed() + "\r\n";
        }
        join(client, url, sent + "Connection: close\r\n\r\n"_ba, {});
    }

    void readSocks(QTcpSocket *client, const QByteArray &bytes)
    {
        if (!client->property("greeted").toBool()) {
            client->setProperty("greeted", true);
            client->readAll();
            client->write("\x05\x00"_ba);
            return;
        }
        client->readAll();
        const bool isName = bytes.at(3) == '\x03';
        const qsizetype length = isName ? 1 + bytes.at(4) : 4;
        QString host = QString::fromLatin1(bytes.mid(5, length - 1));
        if (!isName)
            host = QHostAddress(qFromBigEndian<quint32>(bytes.constData() + 4)).toString();
        const int port = qFromBigEndian<quint16>(bytes.constData() + 4 + length);
        targets.append((isName ? "socks:name:"_ba : "socks:address:"_ba) + host.toLatin1() + ':'
                       + QByteArray::number(port));
        QUrl url;
        url.setHost(host);
        url.setPort(port);
        join(client, url, {}, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x01"_ba);
    }

    // Connects and passes on both ways until either side ends.
    static void join(QTcpSocket *client, const QUrl &url, const QByteArray &toServer,
                     const QByteArray &toClient)
    {
        auto *server = new QTcpSocket(client);
        server->setProxy(QNetworkProxy::NoProxy);
        client->setProperty("upstream", true);
        QObject::connect(server, &QTcpSocket::connected, client, [=] {
            server->write(toServer);
            client->write(toClient);
            server->write(client->readAll());
            QObject::connect(client, &QTcpSocket::readyRead, server,
                             [=] { server->write(client->readAll()); });
        });
        QObject::connect(server, &QTcpSocket::readyRead, client,
                         [=] { client->write(server->readAll()); });
        QObject::connect(server, &QTcpSocket::disconnected, client, [=] {
            client->write(server->readAll());
            client->disconnectFromHost();
        });
        QObject::connect(server, &QTcpSocket::errorOccurred, client,
                         [=] { client->disconnectFromHost(); });
        server->connectToHost(url.host(), static_cast<quint16>(url.port(80)));
    }

    QTcpServer m_server;
};

} // namespace support
