#include <QPointer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "hub/asking.h"
#include "hub/http.h"
#include "hub/http2server.h"
#include "hub/lowcalls.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using hub::Http;
using hub::HttpConfig;
using hub::HttpRequest;
using support::answer;
using support::ask;
using support::configFor;
using support::Outcome;
using support::RawRequest;
using support::RawServer;
using support::requestFor;

namespace {

// Takes so long for each answer; keeps its connections.
class SlowServer {
public:
    explicit SlowServer(std::chrono::milliseconds time)
        : m_time(time)
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] { accept(); });
        m_server.listen(QHostAddress::LocalHost);
    }
    QByteArray origin() const
    {
        return "http://127.0.0.1:" + QByteArray::number(m_server.serverPort());
    }
    int most = 0; // requests at once

private:
    void accept()
    {
        QTcpSocket *socket = m_server.nextPendingConnection();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
            if (!socket->readAll().endsWith("\r\n\r\n"))
                return;
            most = std::max(most, ++m_open);
            QTimer::singleShot(m_time, socket, [this, socket] {
                --m_open;
                socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
            });
        });
    }

    QTcpServer m_server;
    std::chrono::milliseconds m_time;
    int m_open = 0;
};

} // namespace

// What becomes of connections: streams of HTTP/2, dead ones, those that others hold.
class TestConnections : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void resetStreams();
    void refusedStreams_data();
    void refusedStreams();
    void deadConnection();
    void backgroundTakesNoConnection();
    void deletedCallsTakeNoConnection();
    void waitingForAConnectionIsNoSilence();
    void whoWaitsLeavesTheDead();
    void sharedConnection();

private:
    HttpConfig trusting(const support::Http2Server &server) const
    {
        HttpConfig config = configFor(server.origin());
        config.caFiles = {m_folder.path() + u"/cert.pem"_s};
        return config;
    }

    QTemporaryDir m_folder; // of the server's certificate
};

void TestConnections::initTestCase()
{
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: no certificate for a TLS server.");
    QVERIFY(support::makeCertificate(m_folder.path()));
}

void TestConnections::resetStreams()
{
    constexpr quint32 NoError = 0;
    constexpr quint32 Cancelled = 8;
    for (const quint32 code : {NoError, Cancelled}) {
        support::Http2Server server(m_folder.path(), code);
        Http http(trusting(server));
        HttpRequest request = requestFor(server.origin() + "/x");
        const Outcome json = ask(http, request);
        QCOMPARE(server.brokenOff, 1); // the server does speak it
        if (code == Cancelled)
            QCOMPARE(json.result.error().kind, ErrorKind::ConnectionLost); // worth another try
        request.whole = HttpRequest::Whole::ByLength;
        const Outcome text = ask(http, request);
        QVERIFY2(text.result, qPrintable(text.result ? QString() : text.result.error().detail));
        QCOMPARE(text.result->body, "half and all"_ba);
        QCOMPARE(server.whole, 1);
    }
}

void TestConnections::refusedStreams_data()
{
    QTest::addColumn<quint32>("code");
    QTest::newRow("REFUSED_STREAM") << 7U;
    QTest::newRow("INTERNAL_ERROR") << 2U;
    QTest::newRow("INADEQUATE_SECURITY") << 12U;
    QTest::newRow("HTTP_1_1_REQUIRED") << 13U;
}

// Refused before anything was done: asked for once more, by HTTP/1.1.
void TestConnections::refusedStreams()
{
    QFETCH(quint32, code);
    support::Http2Server server(m_folder.path(), code, support::Http2Server::Manner::Refuse);
    Http http(trusting(server));
    const Outcome outcome = ask(http, requestFor(server.origin() + "/x"));
    QCOMPARE(server.brokenOff, 1);
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(outcome.result->body, "half and all"_ba);
    QCOMPARE(server.whole, 1);
}

// A connection that went silent is not used by the next request.
void TestConnections::deadConnection()
{
    support::Http2Server server(m_folder.path(), 7, support::Http2Server::Manner::FirstIsDead);
    Http http(trusting(server));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.silence = 1s;
    QCOMPARE(ask(http, request).result.error().kind, ErrorKind::Timeout);
    QCOMPARE(server.connections, 1);
    request.silence = 30s;
    const Outcome outcome = ask(http, request);
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(server.whole, 1);
}

// Six that hang in the background hold the six connections of the background.
void TestConnections::backgroundTakesNoConnection()
{
    RawServer server([](const RawRequest &request) {
        return request.target == "/slow" ? ""_ba : answer("200 OK", "", "[]");
    });
    Http http(configFor(server.origin()));
    HttpRequest slow = requestFor(server.origin() + "/slow");
    slow.priority = hub::Priority::Background;
    for (int i = 0; i < 6; ++i)
        http.send(slow);
    QTRY_COMPARE(server.seen.size(), 6);
    QVERIFY(ask(http, requestFor(server.origin() + "/quick")).result);
}

void TestConnections::deletedCallsTakeNoConnection()
{
    RawServer server([](const RawRequest &request) {
        return request.target.contains("slow") ? ""_ba : answer("200 OK", "", "[]");
    });
    support::RawRig rig(server.origin());
    QList<QPointer<hub::CallBase>> calls;
    for (int i = 0; i < 4; ++i) // as many as the Gate lets go before the first answer
        calls.append(rig.client->get(rig.url("/api/slow")));
    calls.append(rig.client->post(rig.url("/api/slow"), QJsonObject()));
    QTRY_VERIFY(server.seen.size() >= 4);
    for (const auto &call : std::as_const(calls))
        delete call;
    support::CallOutcome outcome;
    support::watch<hub::Json>(rig.client->get(rig.url("/api/quick")), this, &outcome);
    QTRY_COMPARE(outcome.ends, 1);
    QVERIFY(!outcome.error);
}

// There are six connections; twenty requests take a server that needs 300 ms for each a second.
void TestConnections::waitingForAConnectionIsNoSilence()
{
    SlowServer server(300ms);
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.silence = 700ms;
    QList<core::Result<hub::HttpReply>> results;
    for (int i = 0; i < 20; ++i) {
        hub::Exchange *exchange = http.send(request);
        connect(exchange, &hub::Exchange::finished, this,
                [exchange, &results] { results.append(exchange->result()); });
    }
    QTRY_COMPARE(results.size(), 20);
    for (const auto &result : std::as_const(results))
        QVERIFY2(result, qPrintable(result ? QString() : result.error().detail));
    QVERIFY(server.most <= 6);
}

// Six connections have died; who waited for one of them gets a new one.
void TestConnections::whoWaitsLeavesTheDead()
{
    int asked = 0;
    RawServer server(
        [&asked](const RawRequest &) { return ++asked <= 6 ? ""_ba : answer("200 OK", "", "[]"); });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.silence = 500ms;
    int answered = 0;
    int ended = 0;
    for (int i = 0; i < 9; ++i) {
        hub::Exchange *exchange = http.send(request);
        connect(exchange, &hub::Exchange::finished, this, [exchange, &answered, &ended] {
            answered += exchange->result() ? 1 : 0;
            ++ended;
        });
    }
    QTRY_COMPARE(ended, 9);
    QCOMPARE(answered, 3);
}

// Over HTTP/2 nobody waits for a connection.
void TestConnections::sharedConnection()
{
    support::Http2Server server(m_folder.path(), 8, support::Http2Server::Manner::OnlyFirst);
    Http http(trusting(server));
    QVERIFY(!ask(http, requestFor(server.origin() + "/x")).result);
    QCOMPARE(server.brokenOff, 1);
    for (int i = 0; i < 20; ++i)
        http.send(requestFor(server.origin() + "/x"));
    QTRY_COMPARE(server.unanswered, 20);
}

QTEST_GUILESS_MAIN(TestConnections)
#include "connections.moc"
