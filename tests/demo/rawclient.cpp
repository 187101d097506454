#include "demo/rawclient.h"

namespace {

constexpr int patienceMs = 10'000;

} // namespace

RawClient::RawClient(const QString &origin)
{
    const QUrl url(origin);
    m_socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    m_socket.waitForConnected(patienceMs);
}

void RawClient::write(const QByteArray &bytes)
{
    m_socket.write(bytes);
    while (m_socket.bytesToWrite() > 0 && m_socket.waitForBytesWritten(patienceMs)) { }
}

bool RawClient::fill()
{
    if (m_socket.bytesAvailable() == 0 && !m_socket.waitForReadyRead(patienceMs)
        && m_socket.bytesAvailable() == 0)
        return false;
    m_buffer += m_socket.readAll();
    return true;
}

RawAnswer RawClient::read(bool isHead)
{
    RawAnswer answer;
    qsizetype end = -1;
    while ((end = m_buffer.indexOf("\r\n\r\n")) < 0) {
        if (!fill())
            return answer;
    }
    QList<QByteArray> lines = m_buffer.left(end).split('\n');
    m_buffer.remove(0, end + 4);
    answer.status = lines.takeFirst().split(' ').value(1).toInt();
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        answer.headers.insert(line.left(colon).toLower(), line.mid(colon + 1).trimmed());
    }
    const qsizetype length = isHead ? 0 : answer.headers.value("content-length").toLongLong();
    while (m_buffer.size() < length && fill()) { }
    answer.body = m_buffer.left(length);
    m_buffer.remove(0, length);
    return answer;
}

RawAnswer RawClient::get(const QByteArray &target, const QByteArray &moreHeaders)
{
    write("GET " + target + " HTTP/1.1\r\nHost: demo\r\n" + moreHeaders + "\r\n");
    return read();
}

RawAnswer RawClient::head(const QByteArray &target, const QByteArray &moreHeaders)
{
    write("HEAD " + target + " HTTP/1.1\r\nHost: demo\r\n" + moreHeaders + "\r\n");
    return read(true);
}

RawAnswer RawClient::ask(const QByteArray &verb, const QByteArray &target, const QByteArray &body,
                         const QByteArray &moreHeaders)
{
    const bool hasBody = !body.isEmpty() || (verb != "GET" && verb != "HEAD");
    const QByteArray length =
        hasBody ? "Content-Length: " + QByteArray::number(body.size()) + "\r\n" : QByteArray();
    write(verb + ' ' + target + " HTTP/1.1\r\nHost: demo\r\n" + moreHeaders + length + "\r\n"
          + body);
    return read(verb == "HEAD");
}

bool RawClient::receives(qsizetype bytes)
{
    while (m_buffer.size() < bytes && fill()) { }
    return m_buffer.size() >= bytes;
}

bool RawClient::closesWithin(int milliseconds)
{
    return m_socket.state() == QAbstractSocket::UnconnectedState
        || m_socket.waitForDisconnected(milliseconds);
}

QByteArray originOf(const QByteArray &url)
{
    return url.left(url.indexOf('/', 8));
}

QByteArray targetOf(const QByteArray &url)
{
    return url.mid(originOf(url).size());
}

RawAnswer fetch(const QByteArray &url, const QByteArray &moreHeaders)
{
    RawClient client(QString::fromLatin1(originOf(url)));
    return client.get(targetOf(url), moreHeaders);
}

RawAnswer send(const QByteArray &verb, const QByteArray &url, const QByteArray &body,
               const QByteArray &moreHeaders)
{
    RawClient client(QString::fromLatin1(originOf(url)));
    return client.ask(verb, targetOf(url), body, moreHeaders);
}
