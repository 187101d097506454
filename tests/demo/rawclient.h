#pragma once

#include <QByteArray>
#include <QHash>
#include <QTcpSocket>
#include <QUrl>

#include <optional>

// What came back, byte by byte: header names in lower case.
struct RawAnswer {
    int status = 0; // 0: the connection ended without an answer
    QHash<QByteArray, QByteArray> headers;
    QByteArray body;
};

// A client that hides nothing: it writes the bytes it is told to and reads one answer at a time.
class RawClient {
public:
    explicit RawClient(const QString &origin);

    bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    void stopReading() { m_socket.setReadBufferSize(1024); } // what comes stays in the system
    void write(const QByteArray &bytes);
    RawAnswer read(bool isHead = false);
    RawAnswer get(const QByteArray &target, const QByteArray &moreHeaders = {});
    RawAnswer head(const QByteArray &target, const QByteArray &moreHeaders = {});
    // Any verb; the length of the body is told unless GET or HEAD has none.
    RawAnswer ask(const QByteArray &verb, const QByteArray &target, const QByteArray &body = {},
                  const QByteArray &moreHeaders = {});
    bool receives(qsizetype bytes); // head included; left for read()
    bool closesWithin(int milliseconds);

private:
    bool fill();

    QTcpSocket m_socket;
    QByteArray m_buffer;
};

// One request on a connection of its own to any address.
RawAnswer fetch(const QByteArray &url, const QByteArray &moreHeaders = {});
RawAnswer send(const QByteArray &verb, const QByteArray &url, const QByteArray &body,
               const QByteArray &moreHeaders = {});
QByteArray originOf(const QByteArray &url);
QByteArray targetOf(const QByteArray &url);
