#include "demo/httpconnection.h"

#include <QHostAddress>

#include <algorithm>
#include <chrono>

namespace demo {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype mostHead = 32 * 1024;
constexpr qsizetype mostHeaders = 100;
constexpr qint64 mostBody = 64 * 1024 * 1024; // an LFS object comes in one piece
constexpr qint64 mostBuffered = 1024 * 1024; // of an answer, not yet taken by the system
constexpr qint64 blockLength = 256 * 1024;
constexpr auto pace = 20ms;

QByteArray reason(int status)
{
    static const QHash<int, QByteArray> reasons{{200, "OK"_ba},
                                                {206, "Partial Content"_ba},
                                                {301, "Moved"_ba},
                                                {302, "Found"_ba},
                                                {303, "See Other"_ba},
                                                {304, "Not Modified"_ba},
                                                {307, "Temporary Redirect"_ba},
                                                {308, "Permanent"_ba},
                                                {400, "Bad Request"_ba},
                                                {401, "Unauthorized"_ba},
                                                {403, "Forbidden"_ba},
                                                {404, "Not Found"_ba},
                                                {405, "Method Not Allowed"_ba},
                                                {408, "Timeout"_ba},
                                                {409, "Conflict"_ba},
                                                {412, "Precondition Failed"_ba},
                                                {413, "Payload Too Large"_ba},
                                                {416, "Range Not Satisfiable"_ba},
                                                {429, "Too Many Requests"_ba},
                                                {431, "Request Header Fields Too Large"_ba},
                                                {500, "Internal Server Error"_ba},
                                                {501, "Not Implemented"_ba},
                                                {503, "Service Unavailable"_ba},
                                                {505, "HTTP Version Not Supported"_ba},
                                                {507, "Insufficient Storage"_ba}};
    return reasons.value(status, "Status"_ba);
}

bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || QByteArrayView("!#$%&'*+-.^_`|~").contains(c);
    });
}

bool hasControl(const QByteArray &text)
{
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto value = static_cast<unsigned char>(c);
        return (value < 0x20 && c != '\t') || value == 0x7f;
    });
}

} // namespace

HttpConnection::HttpConnection(QTcpSocket *socket, Origin origin, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
{
    m_request.origin = origin;
    m_socket->setParent(this);
    m_socket->setReadBufferSize(2 * mostHead);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_tick.setTimerType(Qt::PreciseTimer);
    m_tick.setInterval(pace);
    m_patience.setSingleShot(true);
    m_patience.setInterval(60s);
    connect(m_socket, &QTcpSocket::readyRead, this, &HttpConnection::readMore);
    connect(m_socket, &QTcpSocket::disconnected, this, &HttpConnection::drop);
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this](qint64 bytes) {
        m_taken += bytes;
        if (m_phase == Phase::Sending)
            pump();
    });
    connect(&m_tick, &QTimer::timeout, this, &HttpConnection::pump);
    connect(&m_patience, &QTimer::timeout, this, [this] { refuse(408); });
}

void HttpConnection::readMore()
{
    // While an answer is under way the next request stays in the socket, which holds little.
    if (m_phase != Phase::Head && m_phase != Phase::Body)
        return;
    m_in += m_socket->readAll();
    if (m_phase == Phase::Head)
        takeHead();
    if (m_phase == Phase::Body)
        takeBody();
}

void HttpConnection::takeHead()
{
    while (m_in.startsWith("\r\n"))
        m_in.remove(0, 2);
    if (m_in.isEmpty())
        return;
    if (!m_patience.isActive())
        m_patience.start();
    const qsizetype end = m_in.indexOf("\r\n\r\n", m_scanned);
    if (end > mostHead || (end < 0 && m_in.size() > mostHead)) {
        refuse(431);
        return;
    }
    if (end < 0) {
        m_scanned = std::max<qsizetype>(m_in.size() - 3, 0);
        return;
    }
    const QByteArray head = m_in.left(end);
    m_in.remove(0, end + 4);
    m_scanned = 0;
    if (const int status = parseHead(head)) {
        refuse(status);
        return;
    }
    m_phase = Phase::Body;
    askForBody();
}

// For a client that waits to hear that its body is wanted.
void HttpConnection::askForBody()
{
    const bool isWaiting = m_chunks ? m_in.isEmpty() : m_bodyAsked > m_in.size();
    if (isWaiting && m_request.header("Expect").toLower() == "100-continue")
        m_given += m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
}

int HttpConnection::parseHead(const QByteArray &head)
{
    QList<QByteArray> lines = head.split('\n');
    for (QByteArray &line : lines) {
        if (line.endsWith('\r'))
            line.chop(1);
        if (hasControl(line))
            return 400;
    }
    const QList<QByteArray> words = lines.takeFirst().split(' ');
    if (words.size() != 3 || !isToken(words[0]) || words[1].isEmpty())
        return 400;
    if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")
        return words[2].startsWith("HTTP/") ? 505 : 400;
    m_request.verb = words[0];
    m_request.target = words[1];
    m_request.headers.clear();
    m_request.body.clear();
    if (const int status = parseHeaders(lines))
        return status;
    const QByteArray connection = m_request.header("Connection").toLower();
    m_closes = words[2] == "HTTP/1.0" ? connection != "keep-alive" : connection == "close";
    return bodyLengthAsked();
}

int HttpConnection::parseHeaders(const QList<QByteArray> &lines)
{
    if (lines.size() > mostHeaders)
        return 431;
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        if (colon <= 0 || !isToken(line.left(colon)))
            return 400;
        m_request.headers.append({line.left(colon), line.mid(colon + 1).trimmed()});
    }
    return 0;
}

int HttpConnection::bodyLengthAsked()
{
    m_bodyAsked = 0;
    m_chunks.reset();
    m_hasBody = false;
    const QByteArray coding = m_request.header("Transfer-Encoding").toLower();
    if (!coding.isEmpty()) {
        if (coding != "chunked")
            return 501;
        // Two lengths for one body: who believes the other one is led astray.
        if (!m_request.header("Content-Length").isNull())
            return 400;
        m_chunks.emplace(mostBody);
        return 0;
    }
    bool isFirst = true;
    for (const auto &[name, value] : m_request.headers) {
        if (name.toLower() != "content-length")
            continue;
        const bool isNumber = !value.isEmpty()
            && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!isNumber)
            return 400;
        bool fits = false;
        const qint64 length = value.toLongLong(&fits);
        if (!fits || length > mostBody)
            return 413;
        if (!isFirst && length != m_bodyAsked)
            return 400;
        m_bodyAsked = length;
        isFirst = false;
    }
    return 0;
}

void HttpConnection::takeBody()
{
    const qsizetype before = m_request.body.size();
    if (const int status = takeBodyPart()) {
        refuse(status);
        return;
    }
    if (!m_hasBody) {
        if (m_request.body.size() > before)
            m_patience.start(); // a large body may take its time as long as it comes
        return;
    }
    m_patience.stop();
    m_phase = Phase::Waiting;
    Q_EMIT requested(m_request);
}

int HttpConnection::takeBodyPart()
{
    if (m_chunks) {
        const ChunkedBody::State state = m_chunks->take(m_in, m_request.body);
        m_hasBody = state == ChunkedBody::State::Whole;
        return state == ChunkedBody::State::Malformed ? 400
            : state == ChunkedBody::State::TooLarge   ? 413
                                                      : 0;
    }
    const qsizetype part = std::min(m_in.size(), m_bodyAsked - m_request.body.size());
    m_request.body += m_in.left(part);
    m_in.remove(0, part);
    m_hasBody = m_request.body.size() >= m_bodyAsked;
    return 0;
}

// For what is not a request at all; nobody else hears of it.
void HttpConnection::refuse(int status)
{
    m_patience.stop();
    m_phase = Phase::Closing;
    const QByteArray body = QByteArray::number(status) + ' ' + reason(status) + '\n';
    m_socket->write("HTTP/1.1 " + body.chopped(1)
                    + "\r\nContent-Type: text/plain\r\nContent-Length: "
                    + QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
    m_socket->disconnectFromHost();
}

void HttpConnection::respond(const Response &response)
{
    if (m_phase != Phase::Waiting)
        return;
    m_response = response;
    if (response.delayMs > 0)
        QTimer::singleShot(response.delayMs, this, &HttpConnection::begin);
    else
        begin();
}

void HttpConnection::begin()
{
    if (m_phase != Phase::Waiting)
        return;
    if (m_response.resetBeforeHeaders) {
        m_response.status = 0;
        m_socket->abort();
        return;
    }
    const qint64 whole = m_response.content ? m_response.contentLength : m_response.body.size();
    m_sent = 0;
    m_end = m_request.verb == "HEAD" ? 0 : whole;
    if (m_response.announceLength && *m_response.announceLength != whole)
        m_closes = true;
    if (m_response.cutAfter) {
        m_end = std::min(m_end, *m_response.cutAfter);
        m_closes = true;
    }
    if (m_response.stallAfter)
        m_end = std::min(m_end, *m_response.stallAfter);
    m_given += m_socket->write(head(whole));
    m_bodyStart = m_given;
    m_phase = Phase::Sending;
    m_clock.start();
    if (m_response.bytesPerSecond > 0)
        m_tick.start();
    pump();
}

QByteArray HttpConnection::head(qint64 bodyLength) const
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(m_response.status) + ' '
        + reason(m_response.status) + "\r\n";
    for (const auto &[name, value] : m_response.headers)
        head += name + ": " + value + "\r\n";
    head += "Content-Length: " + QByteArray::number(m_response.announceLength.value_or(bodyLength))
        + "\r\n";
    const bool saysClose = m_closes && !m_response.cutAfter && !m_response.announceLength;
    return head + (saysClose ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n");
}

// How many more body bytes the pace lets through at this moment.
qint64 HttpConnection::allowedNow() const
{
    if (m_response.bytesPerSecond <= 0)
        return blockLength;
    const auto milliseconds = static_cast<double>(m_clock.elapsed() + pace.count());
    const double allowed = milliseconds * static_cast<double>(m_response.bytesPerSecond) / 1000.0;
    return std::min(static_cast<qint64>(allowed) - m_sent, blockLength);
}

QByteArray HttpConnection::bodyPart(qint64 offset, qint64 length) const
{
    const qint64 start = m_response.content ? m_response.contentOffset + offset : offset;
    QByteArray part = m_response.content ? m_response.content->read(start, length)
                                         : m_response.body.mid(start, length);
    if (m_response.corruptByte) {
        const qint64 at = m_response.corruptByte->first - start;
        if (at >= 0 && at < part.size())
            part[at] = m_response.corruptByte->second;
    }
    return part;
}

void HttpConnection::pump()
{
    while (m_phase == Phase::Sending && m_sent < m_end && m_socket->bytesToWrite() < mostBuffered) {
        const qint64 length = std::min(allowedNow(), m_end - m_sent);
        if (length <= 0)
            return;
        const QByteArray part = bodyPart(m_sent, length);
        if (part.isEmpty()) { // a hook promised more than the content holds
            m_closes = true;
            m_end = m_sent;
            break;
        }
        m_given += m_socket->write(part);
        m_sent += part.size();
    }
    if (m_phase == Phase::Sending && m_sent >= m_end && m_socket->bytesToWrite() == 0)
        afterSending();
}

void HttpConnection::afterSending()
{
    m_tick.stop();
    if (m_response.stallAfter) {
        m_phase = Phase::Stalled;
        return;
    }
    finish();
}

void HttpConnection::finish()
{
    m_phase = m_closes ? Phase::Closing : Phase::Head;
    Q_EMIT ended(m_request, m_response.status, bodyTaken());
    m_response = {};
    if (m_closes) {
        m_socket->disconnectFromHost();
        return;
    }
    readMore();
}

void HttpConnection::drop()
{
    m_tick.stop();
    m_patience.stop();
    const Phase phase = std::exchange(m_phase, Phase::Closing);
    if (phase == Phase::Sending || phase == Phase::Stalled)
        Q_EMIT ended(m_request, m_response.status, bodyTaken());
    else if (phase == Phase::Waiting)
        Q_EMIT ended(m_request, 0, 0);
    deleteLater();
}

qint64 HttpConnection::bodyTaken() const
{
    return std::clamp<qint64>(m_taken - m_bodyStart, 0, m_sent);
}

} // namespace demo
