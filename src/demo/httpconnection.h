#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <optional>

#include "demo/chunkedbody.h"
#include "demo/demohub.h"

namespace demo {

// One client connection: HTTP/1.1 with keep-alive, one exchange at a time, so that pipelined
// requests are answered in order. Requests are bounded in size, answers are sent in blocks and
// never held whole. Owns its socket and deletes itself when the client has gone. Lives on the
// server's thread.
class HttpConnection : public QObject {
    Q_OBJECT
public:
    // Takes the socket over.
    HttpConnection(QTcpSocket *socket, Origin origin, QObject *parent);

    // Numbers the request last announced by requested(), so that ended() can be told from others.
    void identify(quint64 id) { m_request.id = id; }
    // Answers that request.
    void respond(const Response &response);

Q_SIGNALS:
    void requested(const demo::Request &request);
    // The exchange is over; bodyBytes: what the system took from us. Status 0: no answer was sent.
    void ended(const demo::Request &request, int status, qint64 bodyBytes);

private:
    enum class Phase { Head, Body, Waiting, Sending, Stalled, Closing };

    void readMore();
    void takeHead();
    void takeBody();
    int takeBodyPart(); // 0, or the status of a refusal
    void askForBody();
    int parseHead(const QByteArray &head); // 0, or the status of a refusal
    int parseHeaders(const QList<QByteArray> &lines);
    int bodyLengthAsked();
    void refuse(int status);
    void begin();
    QByteArray head(qint64 bodyLength) const;
    void pump();
    qint64 allowedNow() const;
    QByteArray bodyPart(qint64 offset, qint64 length) const;
    void afterSending();
    void finish();
    void drop();
    qint64 bodyTaken() const;

    QTcpSocket *m_socket;
    Phase m_phase = Phase::Head;
    QByteArray m_in;
    qsizetype m_scanned = 0;
    qint64 m_bodyAsked = 0;
    std::optional<ChunkedBody> m_chunks; // of a body whose length is not told
    bool m_hasBody = false; // all of it
    Request m_request;
    Response m_response;
    bool m_closes = false; // after this exchange

    qint64 m_sent = 0; // body bytes of this answer given to the socket
    qint64 m_end = 0; // body bytes to give
    qint64 m_given = 0; // all bytes given to the socket
    qint64 m_taken = 0; // all bytes the system took
    qint64 m_bodyStart = 0; // m_given when the body began
    QElapsedTimer m_clock;
    QTimer m_tick; // paces a slowed answer
    QTimer m_patience; // for the rest of a request
};

} // namespace demo
