#include "hub/http.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "hub/asking.h"
#include "hub/tlsserver.h"

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
using support::makeCertificate;
using support::makeTlsServer;
using support::Outcome;
using support::RawRequest;
using support::RawServer;
using support::redirect;
using support::requestFor;

Q_DECLARE_METATYPE(core::ErrorKind)

class TestHttp : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tellsWhoAsks();
    void redirectMatrix_data();
    void redirectMatrix();
    void loopEnds();
    void locationBytes_data();
    void locationBytes();
    void prefixes_data();
    void prefixes();
    void plainMissIsNotHidden();
    void stopsAtOtherOrigin();
    void refusesOddRedirects_data();
    void refusesOddRedirects();
    void httpsNeverToHttp();
    void untrustedCertificate();
    void writesOverTls();
};

void TestHttp::tellsWhoAsks()
{
    RawServer server(
        [](const RawRequest &) { return answer("200 OK", "Set-Cookie: a=b\r\n", "x"); });
    Http http(configFor(server.origin()));
    QVERIFY(ask(http, requestFor(server.origin() + "/a")).result);
    HttpRequest stream = requestFor(server.origin() + "/b");
    stream.body = HttpRequest::Body::Stream;
    QCOMPARE(ask(http, stream).stream, "x"_ba);
    HttpRequest ranged = requestFor(server.origin() + "/c");
    ranged.headers = {{"Range"_ba, "bytes=0-0"_ba}};
    QVERIFY(ask(http, ranged).result);
    QVERIFY(ask(http, requestFor(server.origin() + "/d", "HEAD"_ba)).result);

    QCOMPARE(server.seen.size(), 4);
    for (const RawRequest &request : std::as_const(server.seen)) {
        QVERIFY(request.header("User-Agent"_ba).startsWith("Hubload/"_ba));
        QVERIFY(!request.header("X-Amzn-Trace-Id"_ba).isEmpty());
        QVERIFY(!request.header("Accept"_ba).isEmpty());
        QCOMPARE(request.header("Authorization"_ba), "Bearer "_ba + support::Token);
        QVERIFY(request.header("Cookie"_ba).isEmpty());
    }
    QVERIFY(server.seen[0].header("X-Amzn-Trace-Id"_ba)
            != server.seen[1].header("X-Amzn-Trace-Id"_ba));
    QVERIFY(server.seen[0].header("Accept-Encoding"_ba) != "identity"_ba);
    QCOMPARE(server.seen[1].header("Accept-Encoding"_ba), "identity"_ba);
    QCOMPARE(server.seen[2].header("Accept-Encoding"_ba), "identity"_ba);
    QCOMPARE(server.seen[3].header("Accept-Encoding"_ba), "identity"_ba);
}

void TestHttp::redirectMatrix_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<bool>("stream");
    for (const QByteArray &verb : {"GET"_ba, "HEAD"_ba}) {
        for (const bool stream : {false, true})
            QTest::addRow("%s %s", verb.constData(), stream ? "stream" : "collect")
                << verb << stream;
    }
}

// 307 rename -> 302 CDN, and 307 rename -> 307 resolve-cache -> 200.
void TestHttp::redirectMatrix()
{
    QFETCH(QByteArray, verb);
    QFETCH(bool, stream);
    const bool isHead = verb == "HEAD"_ba;
    const auto file = [isHead](const QByteArray &body) {
        return answer("200 OK", "ETag: \"cdn\"\r\n", body).chopped(isHead ? body.size() : 0);
    };
    RawServer cdn([&](const RawRequest &) { return file("large"); });
    RawServer hub([&](const RawRequest &request) {
        if (request.target.startsWith("/old/"))
            return redirect("307", "/new/"_ba + request.target.mid(5));
        if (request.target == "/new/resolve/main/large")
            return answer("302 Found",
                          "Location: "_ba + cdn.origin()
                              + "/signed?Signature=abc\r\n"
                                "X-Repo-Commit: c1\r\nX-Linked-Size: 5\r\nX-Linked-ETag: \"e1\"\r\n"
                                "RateLimit: \"resolvers\";r=9;t=8\r\n");
        if (request.target == "/new/resolve/main/small")
            return answer("307 T",
                          "Location: /api/resolve-cache/x%2Fy?%2Fz=&etag=%22q%22\r\n"
                          "X-Repo-Commit: c2\r\nX-Linked-ETag: \"e2\"\r\n");
        return answer("200 OK",
                      "X-Repo-Commit: c3\r\nETag: \"e2\"\r\nAge: 5\r\n"
                      "RateLimit: \"resolvers\";r=1;t=1\r\n",
                      "small")
            .chopped(isHead ? 5 : 0);
    });
    Http http(configFor(hub.origin()));

    HttpRequest request = requestFor(hub.origin() + "/old/resolve/main/large", verb);
    request.body = stream ? HttpRequest::Body::Stream : HttpRequest::Body::Collect;
    request.headers = {{"Range"_ba, "bytes=0-4"_ba}, {"X-Private"_ba, "us"_ba}};
    Outcome large = ask(http, request);
    QVERIFY2(large.result, qPrintable(large.result ? QString() : large.result.error().detail));
    QCOMPARE(large.ends, 1);
    QCOMPARE(stream ? large.stream : large.result->body, isHead ? ""_ba : "large"_ba);
    QCOMPARE(hub::headerValue(large.result->hubHeaders, "x-repo-commit"), "c1"_ba);
    QCOMPARE(hub::headerValue(large.result->hubHeaders, "X-Linked-Etag"), "\"e1\""_ba);
    QCOMPARE(hub::headerValue(large.result->headers, "ETag"), "\"cdn\""_ba);
    QVERIFY(!large.result->fromEndpoint && large.result->tokenSent);
    QCOMPARE(large.result->rates.size(), 1);
    QCOMPARE(large.result->rates.first().left, 9);
    QCOMPARE(cdn.seen.size(), 1);
    QCOMPARE(cdn.seen.first().verb, verb);
    QCOMPARE(cdn.seen.first().target, "/signed?Signature=abc"_ba);
    QCOMPARE(cdn.seen.first().header("Range"_ba), "bytes=0-4"_ba);
    QCOMPARE(cdn.seen.first().header("X-Private"_ba), ""_ba);
    QVERIFY(!support::sawToken(cdn));

    request.url = QUrl::fromEncoded(hub.origin() + "/old/resolve/main/small");
    Outcome small = ask(http, request);
    QVERIFY(small.result);
    QCOMPARE(stream ? small.stream : small.result->body, isHead ? ""_ba : "small"_ba);
    QCOMPARE(hub::headerValue(small.result->hubHeaders, "X-Repo-Commit"), "c2"_ba);
    QVERIFY(small.result->fromEndpoint);
    QVERIFY(small.result->rates.isEmpty()); // a cached copy's numbers are another's
    QCOMPARE(hub.targets(),
             (QList<QByteArray>{"/old/resolve/main/large"_ba, "/new/resolve/main/large"_ba,
                                "/old/resolve/main/small"_ba, "/new/resolve/main/small"_ba,
                                "/api/resolve-cache/x%2Fy?%2Fz=&etag=%22q%22"_ba}));
    for (const RawRequest &seen : std::as_const(hub.seen))
        QVERIFY(seen.head.contains(support::Token));
}

void TestHttp::loopEnds()
{
    for (const QByteArray &verb : {"GET"_ba, "HEAD"_ba}) {
        RawServer server([](const RawRequest &request) {
            return redirect("302", request.target == "/a" ? "/b"_ba : "/a"_ba);
        });
        Http http(configFor(server.origin()));
        const Outcome outcome = ask(http, requestFor(server.origin() + "/a", verb));
        QVERIFY(!outcome.result);
        QCOMPARE(outcome.result.error().kind, ErrorKind::Protocol);
        QVERIFY(outcome.result.error().detail.contains(u"redirects"_s));
        QCOMPARE(server.seen.size(), 6); // the request and five redirects
    }
}

void TestHttp::locationBytes_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QByteArray>("sent");
    for (
        const QByteArray &location :
        {"/api/resolve-cache/models/o/n/c/1_Pooling%2Fconfig.json?%2Fo%2Fn=&etag=%22d15%22"_ba,
         "/a%20b%23c%3Fd%25e%2Bf?x=%26%3D%20&y=a+b&z=%22"_ba, "/a//b///c?q=//"_ba,
         "/%C3%A4%E6%97%A5?%C3%A4=%FF"_ba, "/a(b)!'*;c:d@e$f,g~h-i_j.k?a=(b)!'*;:@$,~/?"_ba,
         "/%28%29%21%27%2A%3B%3A%40%24%2C%5B%5D%7B%7D%7C%5C%5E%60%3C%3E?%28%5B%5D%7B%7C%5C"_ba,
         "/p?response-content-disposition=inline%3B+filename*%3DUTF-8%27%27a.bin%3B+filename%3D%22a.bin%22%3B&Policy=ey__&Signature=a~b-c_&Key-Pair-Id=K2"_ba,
         "/empty?"_ba, "/%00%01%7F%0A?%00%0D%0A"_ba})
        QTest::newRow(location.left(40).constData()) << location << location;
    // Qt's addresses cannot hold lower-case escapes or escaped letters; RFC 3986 calls both equal.
    QTest::newRow("normalised") << "/x%2fy%7Ez?a=%2f%3d%c3%a4"_ba
                                << "/x%2Fy~z?a=%2F%3D%C3%A4"_ba;
}

void TestHttp::locationBytes()
{
    QFETCH(QByteArray, location);
    QFETCH(QByteArray, sent);
    RawServer server([location](const RawRequest &request) {
        return request.target == "/start" ? redirect("307", location) : answer("200 OK", "", "x");
    });
    Http http(configFor(server.origin()));
    QVERIFY(ask(http, requestFor(server.origin() + "/start")).result);
    QCOMPARE(server.targets(), (QList<QByteArray>{"/start"_ba, sent}));

    // The same as an absolute address of another origin.
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "x"); });
    RawServer first([&](const RawRequest &) { return redirect("302", other.origin() + location); });
    Http second(configFor(first.origin()));
    QVERIFY(ask(second, requestFor(first.origin() + "/start")).result);
    QCOMPARE(other.targets(), QList<QByteArray>{sent});
    QVERIFY(!support::sawToken(other));
}

void TestHttp::prefixes_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QList<QByteArray>>("targets");
    QTest::newRow("prefixed") << "/p/new?a=%2F"_ba
                              << QList<QByteArray>{"/p/old"_ba, "/p/new?a=%2F"_ba};
    QTest::newRow("root-relative, upstream's")
        << "/new?a=%2F"_ba << QList<QByteArray>{"/p/old"_ba, "/p/new?a=%2F"_ba};
    QTest::newRow("relative") << "new?a=%2F"_ba
                              << QList<QByteArray>{"/p/old"_ba, "/p/new?a=%2F"_ba};
    QTest::newRow("absolute") << "ORIGIN/p/new?a=%2F"_ba
                              << QList<QByteArray>{"/p/old"_ba, "/p/new?a=%2F"_ba};
    QTest::newRow("absolute, outside")
        << "ORIGIN/outside"_ba << QList<QByteArray>{"/p/old"_ba, "/p/outside"_ba, "/outside"_ba};
    QTest::newRow("absolute, upstream's path")
        << "ORIGIN/new?a=%2F"_ba << QList<QByteArray>{"/p/old"_ba, "/p/new?a=%2F"_ba};
    QTest::newRow("root-relative, outside")
        << "/outside"_ba << QList<QByteArray>{"/p/old"_ba, "/p/outside"_ba, "/outside"_ba};
}

void TestHttp::prefixes()
{
    QFETCH(QByteArray, location);
    QFETCH(QList<QByteArray>, targets);
    for (const QByteArray &verb : {"GET"_ba, "HEAD"_ba}) {
        QByteArray origin;
        RawServer server([&](const RawRequest &request) {
            if (request.target == "/p/old")
                return redirect("307", QByteArray(location).replace("ORIGIN", origin));
            const bool exists = request.target.startsWith("/p/new") || request.target == "/outside";
            return answer(exists ? "200 OK" : "404 Not Found", "");
        });
        origin = server.origin();
        Http http(configFor(origin + "/p"));
        QVERIFY(ask(http, requestFor(origin + "/p/old", verb)).result);
        QCOMPARE(server.targets(), targets);
        for (const RawRequest &seen : std::as_const(server.seen))
            QVERIFY(seen.head.contains(support::Token)); // the origin counts, not the path
    }
}

void TestHttp::plainMissIsNotHidden()
{
    RawServer server([&](const RawRequest &request) {
        if (request.target == "/p/old")
            return redirect("307", "/x/resolve/main/a");
        return answer("404 Not Found", "X-Error-Code: EntryNotFound\r\nX-Repo-Commit: c\r\n");
    });
    Http http(configFor(server.origin() + "/p"));
    const Outcome outcome = ask(http, requestFor(server.origin() + "/p/old"));
    QCOMPARE(outcome.result.error().kind, ErrorKind::EntryNotFound);
    QCOMPARE(server.seen.size(), 2);
}

void TestHttp::stopsAtOtherOrigin()
{
    RawServer cdn([](const RawRequest &) { return answer("200 OK", "", "x"); });
    RawServer hub([&](const RawRequest &request) {
        if (request.target == "/old")
            return redirect("307", "/new");
        return answer("302 Found",
                      "X-Repo-Commit: c\r\nLocation: "_ba + cdn.origin() + "/s?%2F=%22\r\n");
    });
    Http http(configFor(hub.origin()));
    for (const auto body : {HttpRequest::Body::Collect, HttpRequest::Body::Stream}) {
        HttpRequest request = requestFor(hub.origin() + "/old");
        request.redirects = HttpRequest::Redirects::StopAtOtherOrigin;
        request.body = body;
        const Outcome outcome = ask(http, request);
        QVERIFY(outcome.result);
        QCOMPARE(outcome.result->status, 302);
        QCOMPARE(outcome.result->otherOrigin.toEncoded(), cdn.origin() + "/s?%2F=%22");
        QCOMPARE(hub::headerValue(outcome.result->hubHeaders, "X-Repo-Commit"), "c"_ba);
    }
    QVERIFY(cdn.seen.isEmpty());
}

void TestHttp::refusesOddRedirects_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::newRow("file") << "file:///etc/passwd"_ba;
    QTest::newRow("ftp") << "ftp://127.0.0.1/x"_ba;
    QTest::newRow("data") << "data:text/plain,x"_ba;
    QTest::newRow("no host") << "http:///x"_ba;
    QTest::newRow("bad port") << "http://h:99999/x"_ba;
}

void TestHttp::refusesOddRedirects()
{
    QFETCH(QByteArray, location);
    RawServer server([&](const RawRequest &) { return redirect("302", location); });
    Http http(configFor(server.origin()));
    const Outcome outcome = ask(http, requestFor(server.origin() + "/a"));
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().kind, ErrorKind::Protocol);
}

void TestHttp::httpsNeverToHttp()
{
    QTemporaryDir folder;
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: no certificate for a TLS server.");
    QVERIFY(makeCertificate(folder.path()));
    RawServer plain([](const RawRequest &) { return answer("200 OK", "", "plain"); });
    RawServer tls(makeTlsServer(folder.path()), [&](const RawRequest &request) {
        if (request.target == "/down")
            return redirect("302", plain.origin() + "/x");
        return answer("200 OK", "", "secure");
    });
    const QByteArray origin = tls.origin("https"_ba);
    HttpConfig config = configFor(origin);
    config.caFiles = {folder.path() + u"/cert.pem"_s};
    Http http(config);
    const Outcome good = ask(http, requestFor(origin + "/ok"));
    QVERIFY2(good.result, qPrintable(good.result ? QString() : good.result.error().detail));
    QCOMPARE(good.result->body, "secure"_ba);

    for (const QByteArray &verb : {"GET"_ba, "HEAD"_ba}) {
        for (const auto redirects :
             {HttpRequest::Redirects::Follow, HttpRequest::Redirects::StopAtOtherOrigin}) {
            HttpRequest request = requestFor(origin + "/down", verb);
            request.redirects = redirects;
            const Outcome outcome = ask(http, request);
            QVERIFY(!outcome.result);
            QCOMPARE(outcome.result.error().kind, ErrorKind::Protocol);
            QVERIFY(outcome.result.error().detail.contains(u"https to http"_s));
        }
    }
    QVERIFY(plain.seen.isEmpty());

    // Upwards is fine, without the token.
    RawServer up([&](const RawRequest &) { return redirect("302", origin + "/ok"); });
    HttpConfig plainConfig = configFor(up.origin());
    plainConfig.caFiles = config.caFiles;
    Http upwards(plainConfig);
    tls.seen.clear();
    QVERIFY(ask(upwards, requestFor(up.origin() + "/x")).result);
    QVERIFY(!support::sawToken(tls));
}

void TestHttp::untrustedCertificate()
{
    QTemporaryDir folder;
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: no certificate for a TLS server.");
    QVERIFY(makeCertificate(folder.path()));
    RawServer tls(makeTlsServer(folder.path()),
                  [&](const RawRequest &) { return answer("200 OK", "", "x"); });
    Http http(configFor(tls.origin("https"_ba)));
    const Outcome outcome = ask(http, requestFor(tls.origin("https"_ba) + "/x"));
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().kind, ErrorKind::Tls);
    QVERIFY(tls.seen.isEmpty());
}

// Before the handshake nothing of a write has left; after it, who knows.
void TestHttp::writesOverTls()
{
    QTemporaryDir folder;
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: no certificate for a TLS server.");
    QVERIFY(makeCertificate(folder.path()));
    QTcpServer closing;
    QVERIFY(closing.listen(QHostAddress::LocalHost));
    connect(&closing, &QTcpServer::newConnection, this, [&closing] {
        QTcpSocket *socket = closing.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, &QTcpSocket::disconnectFromHost);
    });
    RawServer cutting(makeTlsServer(folder.path()), [](const RawRequest &) { return "\n"_ba; });
    for (const QByteArray &verb : {"POST"_ba, "PUT"_ba, "DELETE"_ba}) {
        for (const QByteArray &content : {"{}"_ba, ""_ba}) {
            HttpConfig config =
                configFor("https://127.0.0.1:" + QByteArray::number(closing.serverPort()));
            config.caFiles = {folder.path() + u"/cert.pem"_s};
            Http before(config);
            HttpRequest request = requestFor(config.endpoint.text().toLatin1() + "/x", verb);
            request.content = content;
            const Outcome unsent = ask(before, request);
            QVERIFY(!unsent.result);
            QVERIFY(!unsent.result.error().mayHaveHappened);

            config.endpoint = *hub::Endpoint::make(QString::fromLatin1(cutting.origin("https"_ba)));
            Http after(config);
            cutting.seen.clear();
            request.url = QUrl::fromEncoded(cutting.origin("https"_ba) + "/x");
            const Outcome sent = ask(after, request);
            QVERIFY(!sent.result);
            QCOMPARE(cutting.seen.size(), 1);
            QVERIFY2(sent.result.error().mayHaveHappened, qPrintable(sent.result.error().detail));
        }
    }
}

QTEST_GUILESS_MAIN(TestHttp)
#include "http.moc"
