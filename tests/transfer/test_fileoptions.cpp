// What a caller may say with one file to any path, and whose pauses it keeps to.

#include "filefixture.h"

#include <QElapsedTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using filetest::Call;
using filetest::isRight;
using filetest::largeRepo;
using filetest::out;
using filetest::Place;
using filetest::rangeAnswer;
using filetest::readFile;
using filetest::request;
using support::FaultyHub;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

class TestFileOptions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void limitedHubIsWaitedFor();
    void busyServersAreWaitedFor_data();
    void busyServersAreWaitedFor();
    void pauseIsForTheHost();
    void options();
    void bucketOfTheAddress();
    void brokenOneIsNotUnderWay();
    void staysWithItsHub();
    void ownTokenHasItsOwnBudget();
    void limitIsForAll();
};

void TestFileOptions::limitedHubIsWaitedFor()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Hub, resolve, FaultyHub::rateLimited(2), 1);
    Call call(*f.engine, request(f, repo));
    QTRY_VERIFY(f.gate->budget(hub::Bucket::Resolvers).blockedUntil > f.clock.monotonic());
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QCOMPARE(f.hub.requests(demo::Origin::Hub, resolve).size(), 2);
}

void TestFileOptions::busyServersAreWaitedFor_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("atCdn");
    QTest::newRow("the Hub, 503") << 503 << false;
    QTest::newRow("file host, 503") << 503 << true;
    QTest::newRow("file host, 429") << 429 << true;
}

// As long as they say, which is longer than we would have waited.
void TestFileOptions::busyServersAreWaitedFor()
{
    QFETCH(int, status);
    QFETCH(bool, atCdn);
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, atCdn ? anything : resolve,
                  FaultyHub::status(status, {{"Retry-After", "4"}}), 1);
    QElapsedTimer time;
    time.start();
    Call call(*f.engine, request(f, repo));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(time.elapsed() >= 4000);
    QCOMPARE(
        f.hub.requests(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, atCdn ? anything : resolve)
            .size(),
        2);
    QVERIFY(f.gate->budget(hub::Bucket::Resolvers).blockedUntil <= f.clock.monotonic());
}

// What one file was told holds for every file of that host, and for no other one.
void TestFileOptions::pauseIsForTheHost()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::status(429, {{"Retry-After", "4"}}), 1);
    const FileRequest wanted = request(f, repo);
    Call first(*f.engine, wanted);
    QTRY_COMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 1);
    QTest::qWait(200);
    FileRequest second = wanted;
    second.destination = f.folder.filePath(u"c/second.bin"_s);
    QElapsedTimer time;
    time.start();
    Call other(*f.engine, second);
    RawServer elsewhere([](const RawRequest &) { return support::answer("200 OK", {}, "plain"); });
    FileRequest plain;
    plain.url = QUrl(QString::fromLatin1(elsewhere.origin() + "/x"));
    plain.destination = f.folder.filePath(u"c/plain"_s);
    Call third(*f.engine, plain);
    QCOMPARE(third.outcome(), u"done"_s);
    QVERIFY(time.elapsed() < 3000);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 1);
    QCOMPARE(first.outcome(), u"done"_s);
    QCOMPARE(other.outcome(), u"done"_s);
    QVERIFY(time.elapsed() >= 3000);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 3);
    QVERIFY(isRight(second.destination, repo));
}

void TestFileOptions::options()
{
    EngineFixture f;
    demo::Repo repo = largeRepo();
    repo.access = demo::Access::Private;
    repo.allowedTokens = {u"hf_right"_s};
    FileRequest wanted = request(f, repo);
    Call guest(*f.engine, wanted);
    QCOMPARE(guest.outcome(), u"repo-not-found"_s);
    wanted.options.token = core::Secret("hf_right");
    // How much of the file is asked for, and when, is our affair.
    wanted.options.headers = {{"X-Mine", "1"}, {"if-none-match", "*"}, {"Range", "bytes=1-2"}};
    wanted.options.parameters = {{u"download"_s, u"true"_s}, {u"a b"_s, u"&"_s}};
    Call call(*f.engine, wanted);
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QVERIFY(!f.hub.tokenLeaked());
    const auto asked = f.hub.requests(demo::Origin::Hub, resolve).last();
    QVERIFY(asked.hasToken);
    QCOMPARE(asked.request.header("X-Mine"), "1"_ba);
    QCOMPARE(asked.request.header("If-None-Match"), QByteArray());
    QCOMPARE(asked.request.header("Range"), QByteArray());
    QVERIFY2(asked.request.target.endsWith("?download=true&a%20b=%26"),
             asked.request.target.constData());

    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(MiB), 1);
    wanted.options.silence = std::chrono::milliseconds(300);
    QElapsedTimer time;
    time.start();
    Call silent(*f.engine, wanted);
    QCOMPARE(silent.outcome(), u"done"_s); // heard nothing, and went on
    QVERIFY(time.elapsed() < 10000);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).last().request.header("Range"),
             "bytes=1048576-"_ba);
}

// An address of the API uses up the budget of the API, and its refusal closes that one.
void TestFileOptions::bucketOfTheAddress()
{
    RawServer server([&](const RawRequest &) {
        if (server.seen.size() == 1)
            return support::answer("429 Slow",
                                   "RateLimit: \"api\";r=0;t=2\r\n"
                                   "RateLimit-Policy: \"fixed window\";\"api\";q=500;w=300\r\n");
        return support::answer("200 OK", {}, "picture");
    });
    EngineFixture f;
    f.http.endpoint = *hub::Endpoint::make(QString::fromLatin1(server.origin()));
    f.restart();
    FileRequest wanted;
    wanted.url = f.http.endpoint.url("/api/models/o/r/avatar");
    wanted.destination = out(f);
    Call call(*f.engine, wanted);
    QTRY_VERIFY(f.gate->budget(hub::Bucket::Api).blockedUntil > f.clock.monotonic());
    QVERIFY(f.gate->budget(hub::Bucket::Resolvers).blockedUntil <= f.clock.monotonic());
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(out(f)), "picture"_ba);
    QCOMPARE(server.seen.size(), 2);
}

// Five requests are left, and each may need three. Those that broke must not keep their own repeat
// waiting for the end of the window.
void TestFileOptions::brokenOneIsNotUnderWay()
{
    int asked = 0;
    RawServer server([&](const RawRequest &request) {
        return ++asked <= 4 ? "\n"_ba // cut; Qt asks more than once
                            : rangeAnswer(request, filetest::alphabet,
                                          "X-Repo-Commit: " + QByteArray(40, 'a') + "\r\n");
    });
    Place place(filetest::hubAt(server));
    hub::RateInfo rate;
    rate.bucket = u"resolvers"_s;
    rate.left = 5;
    rate.quota = 3000;
    rate.reset = 60s;
    place.gate.observe({rate});
    FileRequest request = place.request(server);
    request.url = QUrl(QString::fromLatin1(server.origin() + "/o/r/resolve/main/f.bin"));
    Call call(place.engine, request);
    QVERIFY(call.wait(25));
    QCOMPARE(call.outcome(), u"done"_s);
}

// Somebody else signs in, at another Hub, while it is under way.
void TestFileOptions::staysWithItsHub()
{
    RawServer other([](const RawRequest &) { return support::answer("404 Not Found", {}); });
    Place *at = nullptr;
    RawServer server([&](const RawRequest &request) {
        at->engine.setHttpConfig(filetest::hubAt(other, "hf_SomebodyElse"_ba));
        const QByteArray whole = rangeAnswer(request, filetest::alphabet, "ETag: \"one\"\r\n");
        return server.seen.size() == 1 ? filetest::broken(whole, 10) : whole;
    });
    Place place(filetest::hubAt(server, "hf_right"_ba));
    at = &place;
    Call call(place.engine, place.request(server));
    QVERIFY(call.wait(25));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(place.out()), filetest::alphabet);
    QVERIFY(server.seen.size() > 1);
    for (const RawRequest &seen : std::as_const(server.seen))
        QCOMPARE(seen.header("Authorization"), "Bearer hf_right"_ba);
    QVERIFY(other.seen.isEmpty());
}

void TestFileOptions::ownTokenHasItsOwnBudget()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Hub, resolve, FaultyHub::rateLimited(2), 1);
    FileRequest wanted = request(f, repo);
    wanted.options.token = core::Secret("hf_somebody_else");
    Call call(*f.engine, wanted);
    QTRY_COMPARE(f.hub.requests(demo::Origin::Hub, resolve).size(), 1);
    QTest::qWait(200);
    QVERIFY(f.gate->budget(hub::Bucket::Resolvers).blockedUntil <= f.clock.monotonic());
    QCOMPARE(f.hub.requests(demo::Origin::Hub, resolve).size(), 1);
    QVERIFY(call.wait());
    QVERIFY(f.hub.requests(demo::Origin::Hub, resolve).size() >= 2);
}

void TestFileOptions::limitIsForAll()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(3 * MiB), 1);
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    wanted.options.limit = std::chrono::milliseconds(1500);
    QElapsedTimer time;
    time.start();
    Call stalled(*f.engine, wanted);
    QCOMPARE(stalled.outcome(), u"timeout"_s);
    QVERIFY(time.elapsed() >= 1500 && time.elapsed() < 10000);
    QCOMPARE(QFileInfo(out(f) + u".incomplete"_s).size(), 3 * MiB);
    f.hub.addRule(demo::Origin::Hub, resolve, FaultyHub::rateLimited(60), 1);
    Call waiting(*f.engine, wanted);
    QCOMPARE(waiting.outcome(), u"timeout"_s);
    QTest::qWait(50);
    QCOMPARE(waiting.ends, 1);
}

QTEST_GUILESS_MAIN(TestFileOptions)
#include "test_fileoptions.moc"
