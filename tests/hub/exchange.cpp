#include <QElapsedTimer>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>

#include "hub/asking.h"
#include "hub/http.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using hub::Http;
using hub::HttpConfig;
using hub::HttpReply;
using hub::HttpRequest;
using support::answer;
using support::ask;
using support::configFor;
using support::Outcome;
using support::RawRequest;
using support::RawServer;
using support::requestFor;

Q_DECLARE_METATYPE(core::ErrorKind)
Q_DECLARE_METATYPE(hub::HttpRequest::Body)

class TestExchange : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void errorsAreValues();
    void limitsBodies();
    void cutBody();
    void cutStreamKeepsItsBytes();
    void lengthByClosing();
    void unpacksGzip();
    void onlyWithALength_data();
    void onlyWithALength();
    void refusedWrites_data();
    void refusedWrites();
    void unsentWrite();
    void hints();
    void silence();
    void refusalWithoutItsBody_data();
    void refusalWithoutItsBody();
    void redirectWithoutItsBody();
    void pausedHosts();
    void dropsAreSilence_data();
    void dropsAreSilence();
    void slowReaderIsNotSilence();
    void cancels();
    void offline();
    void endsWithHttp();
    void httpGoneInASlot_data();
    void httpGoneInASlot();
    void brokenHeaders();
    void foreignHeaders();
    void notHttpAtAll();
    void refusedConnection();
};

void TestExchange::errorsAreValues()
{
    RawServer server([](const RawRequest &request) {
        if (request.target == "/huge") // more than is read of an error
            return answer("500 Oops", "Content-Type: text/plain\r\n", QByteArray(300000, 'x'));
        return answer("404 Not Found",
                      "X-Error-Code: RevisionNotFound\r\nX-Error-Message: Invalid rev id: no\r\n"
                      "X-Request-Id: Root=1-2-3\r\nRateLimit: \"api\";r=7;t=9\r\n"
                      "Content-Type: application/json\r\n",
                      "{\"error\":\"Invalid rev id: no\"}");
    });
    Http http(configFor(server.origin()));
    for (const auto body : {HttpRequest::Body::Collect, HttpRequest::Body::Stream}) {
        HttpRequest request = requestFor(server.origin() + "/x?Signature=secret");
        request.body = body;
        const Outcome outcome = ask(http, request);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.stream, ""_ba);
        const core::Error error = outcome.result.error();
        QCOMPARE(error.kind, ErrorKind::RevisionNotFound);
        QCOMPARE(error.httpStatus, 404);
        QCOMPARE(error.serverMessage, u"Invalid rev id: no"_s);
        QCOMPARE(error.requestId, u"Root=1-2-3"_s);
        QVERIFY(!error.url.contains(u"secret"_s));
        request.url = QUrl::fromEncoded(server.origin() + "/huge");
        QCOMPARE(ask(http, request).result.error().kind, ErrorKind::ServerError);
    }
}

void TestExchange::limitsBodies()
{
    RawServer server(
        [](const RawRequest &) { return answer("200 OK", "", QByteArray(100000, 'x')); });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.bodyLimit = 99999;
    QCOMPARE(ask(http, request).result.error().kind, ErrorKind::Protocol);
    request.bodyLimit = 100000;
    QCOMPARE(ask(http, request).result->body.size(), 100000);
}

void TestExchange::cutBody()
{
    RawServer server([](const RawRequest &request) {
        if (request.target == "/chunked")
            return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n[1,2,3,4"_ba;
        return answer("200 OK", "", QByteArray(100000, 'x')).chopped(1);
    });
    Http http(configFor(server.origin()));
    for (const QByteArray &path : {"/length"_ba, "/chunked"_ba}) {
        const Outcome outcome = ask(http, requestFor(server.origin() + path));
        QVERIFY2(!outcome.result, path.constData());
        const ErrorKind kind = outcome.result.error().kind;
        QVERIFY(kind == ErrorKind::Truncated || kind == ErrorKind::ConnectionLost);
    }
}

void TestExchange::cutStreamKeepsItsBytes()
{
    QByteArray body(3 * 1024 * 1024, Qt::Uninitialized);
    for (qsizetype i = 0; i < body.size(); ++i)
        body[i] = static_cast<char>(i % 251);
    RawServer server([body](const RawRequest &request) {
        return answer("200 OK", "", request.target == "/large" ? body : body.left(200000))
            .chopped(1000);
    });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/small");
    request.body = HttpRequest::Body::Stream;
    const Outcome small = ask(http, request);
    QCOMPARE(small.ends, 1);
    QCOMPARE(small.stream.size(), 199000);

    // Beyond the read buffer Qt may drop what it holds when the connection dies; what arrives is a
    // piece without gaps in any case.
    request.url = QUrl::fromEncoded(server.origin() + "/large");
    const Outcome large = ask(http, request);
    QCOMPARE(large.ends, 1);
    QVERIFY(large.stream.size() <= body.size() - 1000);
    QVERIFY(large.stream == body.left(large.stream.size()));
}

void TestExchange::lengthByClosing()
{
    const QByteArray body(5 * 1024 * 1024, 'x');
    RawServer server([body](const RawRequest &) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"_ba + body;
    });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    const Outcome collected = ask(http, request);
    QVERIFY(collected.result);
    QCOMPARE(collected.result->body.size(), body.size());
    request.body = HttpRequest::Body::Stream;
    const Outcome streamed = ask(http, request);
    QVERIFY(streamed.result);
    QCOMPARE(streamed.stream.size(), body.size());
}

void TestExchange::unpacksGzip()
{
    // zlib stream with a gzip head; "deflate" on the wire is enough to prove unpacking and limit.
    const QByteArray plain = "["_ba + QByteArray(4 * 1024 * 1024, ' ') + "]"_ba;
    const QByteArray packed = qCompress(plain).mid(4);
    RawServer server([packed](const RawRequest &) {
        return answer("200 OK", "Content-Encoding: deflate\r\n", packed);
    });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    const Outcome outcome = ask(http, request);
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(outcome.result->body, plain);
    request.bodyLimit = 1024 * 1024; // a bomb
    QCOMPARE(ask(http, request).result.error().kind, ErrorKind::Protocol);
}

// A text may end anywhere: only its length shows that it is all there.
void TestExchange::onlyWithALength_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("outcome");
    const QByteArray head = "HTTP/1.1 200 OK\r\nConnection: close\r\n"_ba;
    const QByteArray packed = qCompress(QByteArray(1000, 'x')).mid(4).left(20);
    QTest::newRow("with a length") << head + "Content-Length: 4\r\n\r\ntext" << u"ok"_s;
    QTest::newRow("in pieces") << head + "Transfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n"
                               << u"ok"_s;
    QTest::newRow("as it is") << head
            + "Content-Encoding: identity\r\nContent-Length: 4\r\n\r\ntext"
                              << u"ok"_s;
    QTest::newRow("no content") << "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"_ba
                                << u"ok"_s;
    QTest::newRow("without") << head + "\r\ntext" << u"protocol"_s;
    QTest::newRow("packed, its end missing")
        << answer("200 OK", "Content-Encoding: deflate\r\n", packed) << u"protocol"_s;
}

void TestExchange::onlyWithALength()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, outcome);
    RawServer server([&](const RawRequest &) { return bytes; });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.whole = HttpRequest::Whole::ByLength;
    const Outcome got = ask(http, request);
    QCOMPARE(got.result ? u"ok"_s : core::kindName(got.result.error().kind), outcome);
    QCOMPARE(server.seen.first().header("Accept-Encoding"), "identity"_ba);
    request.verb = "HEAD"_ba; // has no body to doubt
    bytes = bytes.left(bytes.indexOf("\r\n\r\n") + 4);
    QVERIFY(ask(http, request).result);
}

void TestExchange::refusedWrites_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<bool>("mayHaveHappened");
    for (const char *status :
         {"400 Bad", "401 Who", "403 No", "404 Gone", "405 No Method", "409 Conflict", "410 Gone",
          "413 Large", "416 Range", "421 Elsewhere", "425 Early", "429 Slow", "499 Odd"})
        QTest::newRow(status) << QByteArray(status) << false;
    for (const char *status :
         {"304 Not Modified", "408 Timeout", "500 Oops", "502 Gateway", "503 Busy", "504 Gateway"})
        QTest::newRow(status) << QByteArray(status) << true;
}

void TestExchange::refusedWrites()
{
    QFETCH(QByteArray, status);
    QFETCH(bool, mayHaveHappened);
    RawServer server([&](const RawRequest &) { return answer(status, "", "{}"); });
    Http http(configFor(server.origin()));
    for (const QByteArray &path : {"/api/models/o/r/branch/b"_ba, "/anything/else"_ba}) {
        const Outcome outcome = ask(http, requestFor(server.origin() + path, "POST"_ba));
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().mayHaveHappened, mayHaveHappened);
    }
}

// Nobody took a byte of it: what was not sent tells nothing of too much at once.
void TestExchange::unsentWrite()
{
    QTcpServer nobody;
    QVERIFY(nobody.listen(QHostAddress::LocalHost));
    const QByteArray origin = "http://127.0.0.1:" + QByteArray::number(nobody.serverPort());
    nobody.close();
    Http http(configFor(origin));
    HttpRequest request = requestFor(origin + "/x", "POST"_ba);
    request.content = "{}"_ba;
    const Outcome outcome = ask(http, request);
    QVERIFY(!outcome.result.error().mayHaveHappened);
    QVERIFY2(!outcome.result.error().detail.contains(u"too much"_s),
             qPrintable(outcome.result.error().detail));
}

void TestExchange::hints()
{
    RawServer server([](const RawRequest &) {
        return "HTTP/1.1 103 Early Hints\r\nLink: </x.css>; rel=preload\r\n\r\n"_ba
            + answer("200 OK", "", "[]");
    });
    Http http(configFor(server.origin()));
    const Outcome outcome = ask(http, requestFor(server.origin() + "/x"));
    QCOMPARE(outcome.ends, 1);
    QCOMPARE(outcome.result.error().kind, ErrorKind::Protocol);
    QVERIFY2(outcome.result.error().detail.contains(u"103"_s),
             qPrintable(outcome.result.error().detail));
}

void TestExchange::silence()
{
    RawServer server([](const RawRequest &) { return QByteArray(); });
    Http http(configFor(server.origin()));
    for (const auto body : {HttpRequest::Body::Collect, HttpRequest::Body::Stream}) {
        HttpRequest request = requestFor(server.origin() + "/x");
        request.silence = 150ms;
        request.body = body;
        const Outcome outcome = ask(http, request);
        QCOMPARE(outcome.ends, 1);
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Timeout);
    }
}

void TestExchange::refusalWithoutItsBody_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<bool>("stream");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("GET") << "GET"_ba << false << ""_ba;
    QTest::newRow("stream") << "GET"_ba << true << ""_ba;
    QTest::newRow("POST") << "POST"_ba << false << ""_ba;
    QTest::newRow("DELETE, half a body") << "DELETE"_ba << false << "{\"error\":\"no"_ba;
}

// The head has refused; what is missing of the words changes nothing.
void TestExchange::refusalWithoutItsBody()
{
    QFETCH(QByteArray, verb);
    QFETCH(bool, stream);
    QFETCH(QByteArray, body);
    RawServer server([&](const RawRequest &) {
        return "HTTP/1.1 403 Forbidden\r\nX-Error-Message: no right\r\n"
               "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n"
            + body;
    });
    server.keepsOpen = true;
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x", verb);
    request.body = stream ? HttpRequest::Body::Stream : HttpRequest::Body::Collect;
    if (stream || request.isWrite())
        request.silence = 500ms; // else half a minute is allowed
    QElapsedTimer time;
    time.start();
    const Outcome outcome = ask(http, request);
    QVERIFY(time.elapsed() < 10000);
    QCOMPARE(outcome.ends, 1);
    QCOMPARE(outcome.result.error().kind, ErrorKind::Forbidden);
    QVERIFY(outcome.result.error().serverMessage.startsWith(u"no right"_s));
    QVERIFY(!outcome.result.error().mayHaveHappened);
}

void TestExchange::redirectWithoutItsBody()
{
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "there"); });
    RawServer server([&](const RawRequest &) {
        return "HTTP/1.1 307 Moved\r\nLocation: " + other.origin()
            + "/\r\nContent-Length: 50\r\n\r\nmo";
    });
    server.keepsOpen = true;
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.silence = 500ms;
    QCOMPARE(ask(http, request).result->body, "there"_ba);
}

// Not asked before the pause is over, neither at once nor by way of the Hub.
void TestExchange::pausedHosts()
{
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "there"); });
    RawServer server([&](const RawRequest &request) {
        return request.target == "/plain" ? answer("200 OK", "", "here")
                                          : support::redirect("302", other.origin() + "/");
    });
    Http http(configFor(server.origin()));
    for (const QByteArray &url : {server.origin() + "/moved", other.origin() + "/"}) {
        HttpRequest request = requestFor(url);
        request.pauseOf = [](const QUrl &) { return std::optional(7s); };
        const Outcome outcome = ask(http, request);
        QCOMPARE(outcome.result.error().kind, ErrorKind::RateLimited);
        QVERIFY(outcome.result.error().retryAfter == 7s);
        QCOMPARE(outcome.result.error().httpStatus, 0);
        QCOMPARE(outcome.result.error().url.toLatin1(), other.origin() + "/");
    }
    QVERIFY(other.seen.isEmpty());
    HttpRequest request = requestFor(server.origin() + "/plain");
    request.pauseOf = [](const QUrl &) { return std::optional(7s); };
    QVERIFY(ask(http, request).result); // the Hub has the Gate
}

void TestExchange::dropsAreSilence_data()
{
    QTest::addColumn<HttpRequest::Body>("body");
    QTest::newRow("collected") << HttpRequest::Body::Collect;
    QTest::newRow("stream") << HttpRequest::Body::Stream;
}

// A body that comes byte by byte would keep us for as long as it likes.
void TestExchange::dropsAreSilence()
{
    QFETCH(HttpRequest::Body, body);
    support::FaultyHub server;
    server.addRule(demo::Origin::Hub, QRegularExpression(u"."_s),
                   [](const demo::Request &request, demo::Response &response) {
                       support::FaultyHub::status(200, {}, QByteArray(100'000, ' '))(request,
                                                                                     response);
                       response.bytesPerSecond = 1000;
                   });
    HttpConfig config;
    config.endpoint = *hub::Endpoint::make(server.endpoint());
    Http http(config);
    HttpRequest request = requestFor(server.endpoint().toUtf8() + "/x");
    request.silence = 500ms;
    request.body = body;
    const QPointer<hub::Exchange> exchange = http.send(request);
    std::array<char, 4096> taken;
    connect(exchange, &hub::Exchange::readyRead, this,
            [&] { exchange->read(taken.data(), taken.size()); });
    std::optional<ErrorKind> kind;
    connect(exchange, &hub::Exchange::finished, this,
            [&] { kind = exchange->result().error().kind; });
    QTRY_COMPARE_WITH_TIMEOUT(kind, std::optional(ErrorKind::Timeout), 10000);
}

void TestExchange::slowReaderIsNotSilence()
{
    const qint64 size = 8 * 1024 * 1024;
    RawServer server(
        [size](const RawRequest &) { return answer("200 OK", "", QByteArray(size, 'x')); });
    Http http(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + "/x");
    request.silence = 400ms;
    request.body = HttpRequest::Body::Stream;
    hub::Exchange *exchange = http.send(request);
    QSignalSpy finished(exchange, &hub::Exchange::finished);
    QVERIFY(QTest::qWaitFor([&] { return exchange->bytesAvailable() > 0; }));
    QTest::qWait(1500); // more than three times the silence that would end it
    QCOMPARE(finished.size(), 0);
    QVERIFY(exchange->bytesAvailable() <= 2 * 1024 * 1024); // bounded

    qint64 total = 0;
    QByteArray block(256 * 1024, Qt::Uninitialized);
    const auto drain = [&] {
        for (qint64 n = 1; n > 0; total += std::max<qint64>(n, 0))
            n = exchange->read(block.data(), block.size());
    };
    bool ok = false;
    connect(exchange, &hub::Exchange::readyRead, this, drain);
    connect(exchange, &hub::Exchange::finished, this, [&] {
        drain();
        ok = exchange->result().has_value();
    });
    drain();
    QVERIFY(QTest::qWaitFor([&] { return finished.size() == 1; }, 20000));
    QVERIFY(ok);
    QCOMPARE(total, size);
}

void TestExchange::cancels()
{
    RawServer server([](const RawRequest &request) {
        return request.target == "/silent" ? QByteArray()
                                           : answer("200 OK", "", QByteArray(3000000, 'x'));
    });
    Http http(configFor(server.origin()));
    for (const int wait : {-1, 0, 50}) {
        for (const QByteArray &path : {"/silent"_ba, "/body"_ba}) {
            HttpRequest request = requestFor(server.origin() + path);
            request.body = HttpRequest::Body::Stream;
            hub::Exchange *exchange = http.send(request);
            QSignalSpy finished(exchange, &hub::Exchange::finished);
            std::optional<ErrorKind> kind;
            connect(exchange, &hub::Exchange::finished, this, [&] {
                kind = exchange->result() ? std::nullopt
                                          : std::optional(exchange->result().error().kind);
            });
            if (wait >= 0)
                QTest::qWait(wait);
            exchange->cancel();
            exchange->cancel();
            QCOMPARE(finished.size(), 0); // never inside the call
            QVERIFY(QTest::qWaitFor([&] { return finished.size() == 1; }));
            QCOMPARE(kind, ErrorKind::Cancelled);
            QTest::qWait(20);
            QCOMPARE(finished.size(), 1);
        }
    }
}

void TestExchange::offline()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "x"); });
    HttpConfig config = configFor(server.origin());
    config.offline = true;
    Http http(config);
    const Outcome outcome = ask(http, requestFor(server.origin() + "/x"));
    QCOMPARE(outcome.ends, 1);
    QCOMPARE(outcome.result.error().kind, ErrorKind::Offline);
    QVERIFY(server.seen.isEmpty());
}

void TestExchange::endsWithHttp()
{
    RawServer server([](const RawRequest &) { return QByteArray(); });
    int ends = 0;
    int cancelled = 0;
    {
        Http http(configFor(server.origin()));
        for (int i = 0; i < 20; ++i) {
            hub::Exchange *exchange = http.send(requestFor(server.origin() + "/x"));
            connect(exchange, &hub::Exchange::finished, this, [&, exchange] {
                ++ends;
                cancelled += exchange->result().error().kind == ErrorKind::Cancelled ? 1 : 0;
            });
            if (i % 3 == 0)
                exchange->cancel();
            if (i == 10)
                QTest::qWait(50);
        }
    }
    QCOMPARE(ends, 20);
    QCOMPARE(cancelled, 20);
}

void TestExchange::httpGoneInASlot_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<HttpRequest::Body>("body");
    QTest::addColumn<QByteArray>("signal");
    using Body = HttpRequest::Body;
    QTest::newRow("received") << "/body"_ba << Body::Collect << "received"_ba;
    QTest::newRow("headersArrived") << "/body"_ba << Body::Stream << "headersArrived"_ba;
    QTest::newRow("readyRead") << "/body"_ba << Body::Stream << "readyRead"_ba;
    QTest::newRow("finished") << "/body"_ba << Body::Collect << "finished"_ba;
    QTest::newRow("finished with an error") << "/no"_ba << Body::Stream << "finished"_ba;
    QTest::newRow("finished by a redirect") << "/away"_ba << Body::Stream << "finished"_ba;
}

// A listener may do anything, even end all there is.
void TestExchange::httpGoneInASlot()
{
    QFETCH(QByteArray, path);
    QFETCH(HttpRequest::Body, body);
    QFETCH(QByteArray, signal);
    RawServer server([](const RawRequest &request) {
        if (request.target == "/no")
            return answer("404 Not Found", "", QByteArray(200'000, 'x'));
        if (request.target == "/away")
            return support::redirect("302", "ftp://h/x");
        return answer("200 OK", "", QByteArray(900'000, 'x'));
    });
    auto http = std::make_unique<Http>(configFor(server.origin()));
    HttpRequest request = requestFor(server.origin() + path);
    request.body = body;
    hub::Exchange *exchange = http->send(request);
    int ends = 0;
    connect(exchange, &hub::Exchange::finished, this, [&ends] { ++ends; });
    const auto end = [&http] { http.reset(); };
    if (signal == "received"_ba)
        connect(exchange, &hub::Exchange::received, this, end);
    else if (signal == "headersArrived"_ba)
        connect(exchange, &hub::Exchange::headersArrived, this, end);
    else if (signal == "readyRead"_ba)
        connect(exchange, &hub::Exchange::readyRead, this, end);
    else
        connect(exchange, &hub::Exchange::finished, this, end);
    QTRY_VERIFY(!http);
    QCOMPARE(ends, 1);
    QTest::qWait(20);
    QCOMPARE(ends, 1);
}

// A value that goes on behind its line would be a header of its own.
void TestExchange::brokenHeaders()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "x"); });
    Http http(configFor(server.origin()));
    for (const QByteArray &text :
         {"hf_a\r\nX-Other: b"_ba, "hf_a\n"_ba, QByteArray("hf_a\0b", 6)}) {
        HttpRequest request = requestFor(server.origin() + "/x");
        request.token = core::Secret(text);
        const Outcome byToken = ask(http, request);
        QCOMPARE(byToken.result.error().kind, ErrorKind::BadInput);
        QVERIFY(!byToken.result.error().detail.contains("hf_a"_L1));
        request.token.reset();
        request.headers = {{"X-One"_ba, text}};
        QCOMPARE(ask(http, request).result.error().kind, ErrorKind::BadInput);
    }
    QVERIFY(server.seen.isEmpty());
}

// What belongs to the connection, or says for whom a request is, is not the caller's to say.
void TestExchange::foreignHeaders()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "x"); });
    Http http(configFor(server.origin()));
    for (const QByteArray &name :
         {"Host"_ba, "content-length"_ba, "Transfer-Encoding"_ba, "Connection"_ba, "Upgrade"_ba,
          "Proxy-Authorization"_ba, ""_ba, "X Two"_ba, "X:Two"_ba, "X-\xc3\xbc"_ba}) {
        HttpRequest request = requestFor(server.origin() + "/x");
        request.headers = {{name, "1"_ba}};
        QCOMPARE(ask(http, request).result.error().kind, ErrorKind::BadInput);
    }
    QVERIFY(server.seen.isEmpty());
}

void TestExchange::notHttpAtAll()
{
    RawServer server([](const RawRequest &) { return "220 mail.example ESMTP\r\n"_ba; });
    Http http(configFor(server.origin()));
    const Outcome outcome = ask(http, requestFor(server.origin() + "/x"));
    QCOMPARE(outcome.ends, 1);
    QVERIFY(!outcome.result);
}

void TestExchange::refusedConnection()
{
    const QByteArray origin = support::originOfNobody();
    Http http(configFor(origin));
    const Outcome outcome = ask(http, requestFor(origin + "/x?Signature=secret"));
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().kind, ErrorKind::ConnectionLost);
    QVERIFY(!outcome.result.error().url.contains(u"secret"_s));
    QVERIFY(!outcome.result.error().detail.contains(u"secret"_s));
}

QTEST_GUILESS_MAIN(TestExchange)
#include "exchange.moc"
