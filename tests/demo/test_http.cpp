#include <QNetworkInterface>
#include <QTest>

#include "demo/rawclient.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using support::gitFile;
using support::lfsFile;
using support::makeRepo;

namespace {

demo::Repo smallRepo()
{
    return makeRepo(u"ann/small"_s,
                    {gitFile(u"config.json"_s, "{\"a\": 1}\n"_ba), gitFile(u"empty"_s, {}),
                     lfsFile(u"model.bin"_s, 3'000'001, 7)});
}

QByteArray fileBytes(qint64 offset, qint64 length)
{
    return demo::Content::generated(7, 3'000'001)->read(offset, length);
}

} // namespace

// HTTP itself: framing, ranges, links, faults, and requests that mean harm.
class TestHttp : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsTheConnection();
    void answersPipelinedRequestsInOrder();
    void closesWhenAsked();
    void listensOnLoopbackOnly();
    void contentIsTheSameFromAnyOffset();
    void ranges_data();
    void ranges();
    void bindsALinkToItsRange();
    void refusesExpiredAndForgedLinks();
    void cdnSaysNothingOfTheHub();
    void survivesHostileRequests_data();
    void survivesHostileRequests();
    void readsARequestByteByByte();
    void faults();
    void countsBytesOfABrokenAnswer();
    void paces();
    void offences();
};

void TestHttp::keepsTheConnection()
{
    FaultyHub hub({smallRepo()});
    RawClient client(hub.endpoint());
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(client.get("/api/models/ann/small").status, 200);
        QCOMPARE(client.head("/ann/small/resolve/main/config.json").status, 307);
    }
    QVERIFY(client.isOpen());
    const QList<support::Seen> seen = hub.requests();
    QCOMPARE(seen.size(), 6);
    QCOMPARE(seen[0].status, 200);
    QVERIFY(seen[0].bodyBytes > 0);
    QCOMPARE(seen[1].status, 307);
    QCOMPARE(seen[1].bodyBytes, 0);
    QCOMPARE(seen[5].status, 307);
}

void TestHttp::answersPipelinedRequestsInOrder()
{
    FaultyHub hub({smallRepo()});
    RawClient client(hub.endpoint());
    client.write("GET /api/models/ann/small HTTP/1.1\r\nHost: x\r\n\r\n"
                 "POST /api/models/ann/small/paths-info/main HTTP/1.1\r\nHost: x\r\n"
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 31\r\n\r\n"
                 "paths=config.json&paths=missingHEAD /ann/small/resolve/main/nothing HTTP/1.1\r\n"
                 "Host: x\r\n\r\nGET /api/models/no/such HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY(client.read().body.contains("\"id\":\"ann/small\""));
    const RawAnswer paths = client.read();
    QVERIFY(paths.body.contains("config.json") && !paths.body.contains("missing"));
    QCOMPARE(client.read(true).status, 404);
    QCOMPARE(client.read().status, 401);
}

void TestHttp::closesWhenAsked()
{
    FaultyHub hub({smallRepo()});
    RawClient client(hub.endpoint());
    QCOMPARE(client.get("/api/models/ann/small", "Connection: close\r\n").status, 200);
    QVERIFY(client.closesWithin(3000));
    RawClient old(hub.endpoint());
    old.write("GET /api/models/ann/small HTTP/1.0\r\n\r\n");
    QCOMPARE(old.read().status, 200);
    QVERIFY(old.closesWithin(3000));
}

void TestHttp::listensOnLoopbackOnly()
{
    FaultyHub hub({smallRepo()});
    QCOMPARE(QUrl(hub.endpoint()).host(), u"127.0.0.1"_s);
    QCOMPARE(QUrl(hub.cdnOrigin()).host(), u"127.0.0.2"_s);
    for (const QString &origin : {hub.endpoint(), hub.cdnOrigin()}) {
        const QUrl url(origin);
        const auto port = static_cast<quint16>(url.port());
        QTcpSocket loopback;
        loopback.connectToHost(url.host(), port);
        QVERIFY(loopback.waitForConnected(3000));
        // 127.0.0.3 is always there on Linux and would answer if any address were open.
        QList<QHostAddress> others{QHostAddress(u"127.0.0.3"_s)};
        for (const QHostAddress &address : QNetworkInterface::allAddresses()) {
            if (!address.isLoopback() && address.protocol() == QAbstractSocket::IPv4Protocol)
                others.append(address);
        }
        for (const QHostAddress &address : others) {
            QTcpSocket socket;
            socket.connectToHost(address, port);
            QVERIFY2(!socket.waitForConnected(1000), qPrintable(address.toString()));
        }
    }
}

void TestHttp::contentIsTheSameFromAnyOffset()
{
    const auto content = demo::Content::generated(99, 5'000'003);
    const QByteArray whole = content->read(0, content->size());
    QCOMPARE(whole.size(), 5'000'003);
    QVERIFY(whole.left(1'048'576) != whole.mid(1'048'576, 1'048'576));
    for (qint64 offset = 0; offset < 5'000'003; offset += 77'777) {
        for (const qint64 length : {1, 3, 8, 13, 70'001, 1'100'000})
            QCOMPARE(content->read(offset, length), whole.mid(offset, length));
    }
    QCOMPARE(content->sha256(), demo::Content::fromBytes(whole)->sha256());
    QVERIFY(content->sha256() != demo::Content::generated(98, 5'000'003)->sha256());
    QVERIFY(content->read(-1, 5).isEmpty());
    QVERIFY(content->read(5'000'003, 5).isEmpty());
}

void TestHttp::ranges_data()
{
    QTest::addColumn<QByteArray>("range");
    QTest::addColumn<int>("status");
    QTest::addColumn<qint64>("begin");
    QTest::addColumn<qint64>("end");
    const qint64 size = 3'000'001;
    const auto row = [](const char *range, int status, qint64 begin, qint64 end) {
        QTest::newRow(range) << QByteArray(range) << status << begin << end;
    };
    row("bytes=0-0", 206, 0, 1);
    row("bytes=10-19", 206, 10, 20);
    row("bytes=1048570-1048585", 206, 1'048'570, 1'048'586);
    row("bytes=2999999-", 206, 2'999'999, size);
    row("bytes=2999999-9999999", 206, 2'999'999, size);
    row("bytes=-5", 206, size - 5, size);
    row("bytes=-99999999", 206, 0, size);
    row("bytes=3000001-", 416, 0, 0);
    row("bytes=9999999-99999999", 416, 0, 0);
    row("bytes=-0", 416, 0, 0);
    row("bytes=5-2", 200, 0, size);
    row("bytes=0-1,5-6", 200, 0, size);
    row("bytes=x-y", 200, 0, size);
    row("bytes=-", 200, 0, size);
    row("bytes=0-99999999999999999999999", 200, 0, size);
    row("lines=1-2", 200, 0, size);
}

void TestHttp::ranges()
{
    QFETCH(QByteArray, range);
    QFETCH(int, status);
    QFETCH(qint64, begin);
    QFETCH(qint64, end);
    FaultyHub hub({smallRepo()});
    const QByteArray link = fetch(hub.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin")
                                .headers.value("location");
    const RawAnswer answer = fetch(link, "Range: " + range + "\r\n");
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.body, fileBytes(begin, end - begin));
    QCOMPARE(answer.headers.value("content-length").toLongLong(), end - begin);
    const QByteArray expected = status == 206
        ? "bytes " + QByteArray::number(begin) + '-' + QByteArray::number(end - 1) + "/3000001"
        : QByteArray();
    QCOMPARE(answer.headers.value("content-range"), expected);
}

void TestHttp::bindsALinkToItsRange()
{
    FaultyHub hub({smallRepo()});
    const QByteArray range = "Range: bytes=100-199\r\n";
    const QByteArray link =
        fetch(hub.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin", range)
            .headers.value("location");
    QCOMPARE(fetch(link, range).body, fileBytes(100, 100));
    const RawAnswer other = fetch(link, "Range: bytes=200-299\r\n");
    QCOMPARE(other.status, 403);
    QCOMPARE(other.body, "Auth failed: invalid range"_ba);
}

void TestHttp::refusesExpiredAndForgedLinks()
{
    demo::DemoOptions options;
    options.linkSeconds = -1;
    FaultyHub stale({smallRepo()}, options);
    const RawAnswer redirect =
        fetch(stale.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin");
    QCOMPARE(redirect.status, 302);
    QByteArray link = redirect.headers.value("location");
    RawAnswer answer = fetch(link);
    QCOMPARE(answer.status, 403);
    QCOMPARE(answer.body, "Auth failed: expired"_ba);
    QVERIFY(!answer.headers.contains("x-error-code"));
    QVERIFY(!answer.headers.contains("x-request-id"));

    const qsizetype expires = link.indexOf("Expires=") + 8;
    link[expires] = '9'; // far away, but not what was signed
    QCOMPARE(fetch(link).body, "Auth failed: invalid signature"_ba);
    QCOMPARE(fetch(link.left(link.indexOf('?'))).body, "Auth failed: missing signature"_ba);
    FaultyHub other({smallRepo()});
    fetch(other.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin");
    QCOMPARE(fetch(other.cdnOrigin().toLatin1() + targetOf(link)).status, 403);
}

void TestHttp::cdnSaysNothingOfTheHub()
{
    FaultyHub hub({smallRepo()});
    const RawAnswer redirect =
        fetch(hub.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin");
    const RawAnswer answer = fetch(redirect.headers.value("location"));
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.body, fileBytes(0, 3'000'001));
    for (const char *name : {"x-repo-commit", "x-linked-etag", "x-request-id", "ratelimit"})
        QVERIFY2(!answer.headers.contains(name), name);
    const QByteArray sha = redirect.headers.value("x-linked-etag");
    QCOMPARE(sha, '"' + demo::Content::generated(7, 3'000'001)->sha256().toLatin1() + '"');
    QVERIFY(answer.headers.value("etag").size() == 66 && answer.headers.value("etag") != sha);
    QCOMPARE(fetch(hub.cdnOrigin().toLatin1() + "/demo-bridge/none").status, 404);
}

void TestHttp::survivesHostileRequests_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &bytes, int status) {
        QTest::newRow(name) << bytes << status;
    };
    const QByteArray end = " HTTP/1.1\r\nHost: x\r\n\r\n";
    const QByteArray post = "POST /api/models/ann/small/paths-info/main HTTP/1.1\r\nHost: x\r\n";
    row("long target", "GET /" + QByteArray(100'000, 'a') + end, 431);
    row("long header", "GET / HTTP/1.1\r\nX: " + QByteArray(100'000, 'a') + "\r\n\r\n", 431);
    row("endless header", QByteArray(80'000, 'G'), 431);
    row("many headers", "GET / HTTP/1.1\r\n" + QByteArray("a: b\r\n").repeated(500) + "\r\n", 431);
    row("huge body", post + "Content-Length: 999999999\r\n\r\n", 413);
    row("overflowing body", post + "Content-Length: 99999999999999999999999\r\n\r\n", 413);
    row("negative body", post + "Content-Length: -1\r\n\r\n", 400);
    row("two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400);
    const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n";
    row("other coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501);
    row("two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501);
    row("chunked with a length", chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n", 400);
    row("no chunk size", chunked + "\r\nzz\r\n", 400);
    row("empty chunk size", chunked + "\r\n\r\n", 400);
    row("negative chunk", chunked + "\r\n-1\r\n", 400);
    row("huge chunk", chunked + "\r\n7fffffff\r\n", 413);
    row("overflowing chunk", chunked + "\r\nffffffffffffffffff\r\n", 400);
    row("chunk without an end", chunked + "\r\n1\r\nabcd\r\n", 400);
    row("endless chunk size", chunked + "\r\n" + QByteArray(5000, '1'), 400);
    row("endless trailer", chunked + "\r\n0\r\n" + QByteArray("a: b\r\n").repeated(5000), 400);
    row("bad percent", "GET /api/models/ann/sm%zzall" + end, 400);
    row("cut percent", "GET /api/models/ann/small%4" + end, 400);
    row("not utf-8", "GET /api/models/ann/%ff%fe" + end, 400);
    row("percent nul", "GET /ann/small/resolve/main/a%00b" + end, 400);
    row("bad percent in query", "GET /api/models?search=%" + end, 400);
    row("bad cursor", "GET /api/models?cursor=zzzz" + end, 400);
    row("no path", "GET" + end, 400);
    row("not a path", "GET http:x" + end, 400);
    row("two blanks", "GET  /api/models" + end, 400);
    row("no colon", "GET / HTTP/1.1\r\nwhat\r\n\r\n", 400);
    row("folded header", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400);
    row("control", "GET /\x01 HTTP/1.1\r\n\r\n"_ba, 400);
    row("other version", "GET / HTTP/3.0\r\n\r\n", 505);
    row("other protocol", "\x16\x03\x01\x02\r\n\r\n"_ba, 400);
    row("other verb", "DELETE /api/models/ann/small" + end, 405);
    row("out of the root", "GET /ann/small/resolve/main/..%2f..%2fetc%2fpasswd" + end, 404);
    row("empty segments", "GET //////" + end, 404);
    row("many slashes", "GET " + QByteArray(20'000, '/') + end, 404);
    row("file as folder", "GET /api/models/ann/small/tree/main/config.json" + end, 404);
}

void TestHttp::survivesHostileRequests()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    FaultyHub hub({smallRepo()});
    RawClient client(hub.endpoint());
    client.write(bytes);
    QCOMPARE(client.read().status, status);
    RawClient next(hub.endpoint());
    QCOMPARE(next.get("/api/models/ann/small").status, 200);
}

void TestHttp::readsARequestByteByByte()
{
    FaultyHub hub({smallRepo()});
    RawClient client(hub.endpoint());
    for (const char c : "\r\nGET /api/models/ann/small HTTP/1.1\r\nHost: x\r\n\r\n"_ba)
        client.write(QByteArray(1, c));
    QCOMPARE(client.read().status, 200);
}

void TestHttp::faults()
{
    FaultyHub hub({smallRepo()});
    const auto link = [&hub] {
        return fetch(hub.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin")
            .headers.value("location");
    };
    const QRegularExpression any(u".*"_s);
    hub.addRule(demo::Origin::Cdn, any, FaultyHub::cutAfter(1000), 1);
    QCOMPARE(fetch(link()).body, fileBytes(0, 1000));
    hub.addRule(demo::Origin::Cdn, any, FaultyHub::corrupt(5, 'x'), 1);
    QByteArray expected = fileBytes(3, 10);
    expected[2] = 'x';
    QCOMPARE(fetch(link(), "Range: bytes=3-12\r\n").body, expected);
    hub.addRule(demo::Origin::Cdn, any, FaultyHub::ignoreRange(), 1);
    QCOMPARE(fetch(link(), "Range: bytes=3-12\r\n").body.size(), 3'000'001);
    hub.addRule(demo::Origin::Cdn, any, FaultyHub::wrongContentRange(), 1);
    const RawAnswer shifted = fetch(link(), "Range: bytes=3-12\r\n");
    QCOMPARE(shifted.headers.value("content-range"), "bytes 2-11/3000002"_ba);
    hub.addRule(demo::Origin::Cdn, any, FaultyHub::html(), 1);
    QVERIFY(fetch(link()).body.startsWith("<!doctype"));
    hub.addRule(demo::Origin::Hub, any, FaultyHub::rateLimited(9), 1);
    const RawAnswer limited = fetch(hub.endpoint().toLatin1() + "/api/models");
    QCOMPARE(limited.status, 429);
    QCOMPARE(limited.headers.value("ratelimit"), "\"api\";r=0;t=9"_ba);
    hub.addRule(demo::Origin::Hub, any, FaultyHub::reset(), 1);
    QCOMPARE(fetch(hub.endpoint().toLatin1() + "/api/models").status, 0);
    QCOMPARE(fetch(hub.endpoint().toLatin1() + "/api/models").status, 200);
}

void TestHttp::countsBytesOfABrokenAnswer()
{
    FaultyHub hub({makeRepo(u"ann/big"_s, {lfsFile(u"big.bin"_s, 64 * 1024 * 1024)})});
    const QByteArray link = fetch(hub.endpoint().toLatin1() + "/ann/big/resolve/main/big.bin")
                                .headers.value("location");
    hub.addRule(demo::Origin::Cdn, QRegularExpression(u".*"_s), FaultyHub::stallAfter(100'000), 1);
    {
        RawClient client(hub.cdnOrigin());
        client.write("GET " + targetOf(link) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        QVERIFY(client.receives(100'000));
        QTest::qWait(100); // the head is part of what was received; let the rest come
    }
    QTRY_COMPARE(hub.bodyBytes(demo::Origin::Cdn), 100'000);
    hub.clearRequests();
    {
        RawClient client(hub.cdnOrigin());
        client.stopReading(); // the answer must wait, not pile up
        client.write("GET " + targetOf(link) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        QTRY_COMPARE(hub.requests().size(), 1);
        QTest::qWait(200);
    }
    QTRY_VERIFY(hub.requests().constFirst().status == 200);
    QVERIFY(hub.bodyBytes(demo::Origin::Cdn) > 0);
    QVERIFY(hub.bodyBytes(demo::Origin::Cdn) < 32 * 1024 * 1024);
}

void TestHttp::paces()
{
    demo::DemoOptions options;
    options.bytesPerSecond = 2'000'000;
    FaultyHub hub({smallRepo()}, options);
    const QByteArray link = fetch(hub.endpoint().toLatin1() + "/ann/small/resolve/main/model.bin")
                                .headers.value("location");
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(fetch(link, "Range: bytes=0-999999\r\n").body.size(), 1'000'000);
    QVERIFY2(timer.elapsed() >= 400, qPrintable(QString::number(timer.elapsed())));
}

void TestHttp::offences()
{
    FaultyHub hub({smallRepo()});
    fetch(hub.cdnOrigin().toLatin1() + "/x", "Authorization: Bearer t\r\n");
    fetch(hub.endpoint().toLatin1() + "/x", "Cookie: a=b\r\n");
    QVERIFY(hub.tokenLeaked());
    QCOMPARE(hub.takeOffences().size(), 2);
    QVERIFY(hub.takeOffences().isEmpty());
}

QTEST_GUILESS_MAIN(TestHttp)
#include "test_http.moc"
