#include "filefixture.h"

#include <fcntl.h>
#include <sys/file.h>

#include "cache/descriptor.h"

using namespace Qt::StringLiterals;
using filetest::beside;
using filetest::bytesOf;
using filetest::Call;
using filetest::isRight;
using filetest::largeRepo;
using filetest::out;
using filetest::readFile;
using filetest::request;
using filetest::writeFile;
using support::FaultyHub;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

// One file to any path, over the network's accidents; what has the name in the end is right.
class TestFileDownload : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void endsRight_data();
    void endsRight();
    void refusalsLeaveNothing_data();
    void refusalsLeaveNothing();
    void strangersAreNotTheHub();
    void wrongBytesAreNeverNamed();
    void oneMismatchAfterAResume();
    void cancelKeepsAndContinues();
    void cancelBeforeTheStart();
    void shutdownEndsCalls();
    void freshForgets();
    void ignoredRangeBeginsAgain();
    void givesUpAfterFive();
    void emptyFileOnce();
    void secondCallIsLockedOut();
    void deletedCallEnds_data();
    void deletedCallEnds();
    void deletedInItsOwnSignal_data();
    void deletedInItsOwnSignal();
    void tokenStaysAtTheHub();
};

void TestFileDownload::endsRight_data()
{
    QTest::addColumn<FaultyHub::Change>("change");
    QTest::addColumn<int>("times");
    QTest::addColumn<bool>("atCdn");
    QTest::newRow("nothing special") << FaultyHub::drip(0) << 1 << true;
    QTest::newRow("cut once") << FaultyHub::cutAfter(MiB) << 1 << true;
    QTest::newRow("cut again and again") << FaultyHub::cutAfter(MiB + 1) << 7 << true;
    QTest::newRow("cut, and range ignored once")
        << FaultyHub::Change([](const demo::Request &request, demo::Response &response) {
               if (request.header("Range").isEmpty())
                   FaultyHub::cutAfter(2 * MiB)(request, response);
               else
                   FaultyHub::ignoreRange()(request, response);
           })
        << 2 << true;
    QTest::newRow("reset before the head") << FaultyHub::reset() << 1 << true;
    QTest::newRow("server error") << FaultyHub::status(503) << 1 << true;
    QTest::newRow("link refused") << FaultyHub::status(403) << 2 << true;
    QTest::newRow("hub error") << FaultyHub::status(502) << 1 << false;
    QTest::newRow("wrong Content-Range after a cut")
        << FaultyHub::Change([](const demo::Request &request, demo::Response &response) {
               if (request.header("Range").isEmpty())
                   FaultyHub::cutAfter(2 * MiB)(request, response);
               else
                   FaultyHub::wrongContentRange()(request, response);
           })
        << 2 << true;
    QTest::newRow("every range refused after a cut")
        << FaultyHub::Change([](const demo::Request &request, demo::Response &response) {
               if (request.header("Range").isEmpty())
                   FaultyHub::cutAfter(2 * MiB)(request, response);
               else
                   FaultyHub::status(416)(request, response);
           })
        << 2 << true;
}

void TestFileDownload::endsRight()
{
    QFETCH(FaultyHub::Change, change);
    QFETCH(int, times);
    QFETCH(bool, atCdn);
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, atCdn ? anything : resolve, change,
                  times);
    Call call(*f.engine, request(f, repo));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QCOMPARE((*call.result)->path, out(f));
    QCOMPARE((*call.result)->bytes, 9 * MiB);
    QVERIFY((*call.result)->checked);
    QCOMPARE(call.progress.last(), std::pair(9 * MiB, 9 * MiB));
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
    QTest::qWait(50);
    QCOMPARE(call.ends, 1);
}

void TestFileDownload::refusalsLeaveNothing_data()
{
    QTest::addColumn<FaultyHub::Change>("change");
    QTest::addColumn<bool>("atCdn");
    QTest::addColumn<QString>("kind");
    QTest::newRow("missing") << FaultyHub::status(404, {{"X-Error-Code", "EntryNotFound"}}) << false
                             << u"entry-not-found"_s;
    QTest::newRow("gated") << FaultyHub::status(403, {{"X-Error-Code", "GatedRepo"}}) << false
                           << u"gated"_s;
    QTest::newRow("forbidden") << FaultyHub::status(403) << false << u"forbidden"_s;
    QTest::newRow("missing at the file host")
        << FaultyHub::status(404) << true << u"entry-not-found"_s;
    QTest::newRow("a web page") << FaultyHub::html() << true << u"protocol"_s;
    QTest::newRow("another size at the Hub")
        << FaultyHub::Change([](const demo::Request &, demo::Response &response) {
               response.setHeader("X-Linked-Size", "123");
           })
        << false << u"remote-changed"_s;
}

void TestFileDownload::refusalsLeaveNothing()
{
    QFETCH(FaultyHub::Change, change);
    QFETCH(bool, atCdn);
    QFETCH(QString, kind);
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, anything, change);
    QVERIFY(writeFile(out(f), "what was here"_ba));
    QVERIFY(writeFile(out(f) + u".incomplete"_s, bytesOf(repo.files.first()).left(MiB)));
    Call call(*f.engine, request(f, repo, FileRequest::Resume::Continue));
    QCOMPARE(call.outcome(), kind);
    QCOMPARE(readFile(out(f)), "what was here"_ba);
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
}

// A network's own page, say: as good as no answer, whatever it looks like.
void TestFileDownload::strangersAreNotTheHub()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/one"_s, {support::gitFile(u"page.html"_s, "<p>ours\n"_ba)});
    f.hub.addRule(demo::Origin::Hub, anything, [](const demo::Request &, demo::Response &response) {
        FaultyHub::status(200, {{"Content-Type", "text/html"}}, "<p>log in"_ba)({}, response);
        response.headers.removeIf(
            [](const auto &header) { return header.first == "X-Repo-Commit"; });
    });
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    wanted.content.reset(); // a page is expected, and nothing is known of it
    wanted.size.reset();
    QVERIFY(writeFile(out(f) + u".incomplete"_s, "<p>"_ba));
    QVERIFY(writeFile(out(f) + u".incomplete.json"_s,
                      R"({"v":2,"total":-1,"boot":"","synced":3,"url":")" + wanted.url.toEncoded()
                          + "\"}"));
    QVERIFY(writeFile(f.folder.filePath(u"c/keep.bin"_s), "what was here"_ba));
    FileRequest other = wanted;
    other.destination = f.folder.filePath(u"c/keep.bin"_s);
    other.resume = FileRequest::Resume::Fresh;
    Call page(*f.engine, wanted);
    Call fresh(*f.engine, other);
    QCOMPARE(page.outcome(), u"connection-lost"_s);
    QCOMPARE(fresh.outcome(), u"connection-lost"_s);
    QVERIFY2(page.words().contains(u"does not come from the Hub"_s), qPrintable(page.words()));
    QCOMPARE(readFile(f.folder.filePath(u"c/keep.bin"_s)), "what was here"_ba);
    QCOMPARE(readFile(out(f) + u".incomplete"_s), "<p>"_ba);
    f.hub.clearRules();
    Call good(*f.engine, wanted);
    QCOMPARE(good.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
}

void TestFileDownload::wrongBytesAreNeverNamed()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(1000, '!'));
    QVERIFY(writeFile(out(f), "what was here"_ba));
    Call call(*f.engine, request(f, repo));
    QCOMPARE(call.outcome(), u"checksum"_s);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 1);
    QCOMPARE(readFile(out(f)), "what was here"_ba);
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
}

// The beginning was somebody else's: the digest finds it out, and the file comes from zero.
void TestFileDownload::oneMismatchAfterAResume()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    QVERIFY(writeFile(out(f) + u".incomplete"_s, QByteArray(2 * MiB, 'x')));
    Call call(*f.engine, request(f, repo, FileRequest::Resume::Continue));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    const auto seen = f.hub.requests(demo::Origin::Cdn, anything);
    QCOMPARE(seen.size(), 2);
    QCOMPARE(seen.first().request.header("Range"), "bytes=2097152-"_ba);
    QCOMPARE(seen.last().request.header("Range"), QByteArray());
}

void TestFileDownload::cancelKeepsAndContinues()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(3 * MiB), 1);
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    Call first(*f.engine, wanted);
    QTRY_VERIFY(first.mostBytes() >= 3 * MiB);
    QCOMPARE(first.progress.last().second, 9 * MiB);
    first.download->cancel();
    QCOMPARE(first.outcome(), u"cancelled"_s);
    QVERIFY(!QFile::exists(out(f)));
    QCOMPARE(QFileInfo(out(f) + u".incomplete"_s).size(), 3 * MiB);
    const QByteArray note = readFile(out(f) + u".incomplete.json"_s);
    QVERIFY(note.contains("/resolve/") && !note.contains('?'));

    Call second(*f.engine, wanted);
    QCOMPARE(second.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QVERIFY(second.progress.first().first >= 3 * MiB);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).last().request.header("Range"),
             "bytes=3145728-"_ba);
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
}

void TestFileDownload::cancelBeforeTheStart()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    Call call(*f.engine, request(f, repo));
    call.download->cancel();
    QCOMPARE(call.ends, 0); // never inside
    QCOMPARE(call.outcome(), u"cancelled"_s);
    QVERIFY(!QFile::exists(f.folder.filePath(u"a"_s)));
    QCOMPARE(f.hub.requests().size(), 0);
    QTRY_VERIFY(call.download.isNull());
}

void TestFileDownload::shutdownEndsCalls()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(3 * MiB), 1);
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    Call call(*f.engine, wanted);
    QTRY_VERIFY(call.mostBytes() >= 3 * MiB);
    f.engine->shutdown();
    QCOMPARE(call.ends, 1);
    QCOMPARE(call.outcome(), u"cancelled"_s);
    QCOMPARE(QFileInfo(out(f) + u".incomplete"_s).size(), 3 * MiB);
    Call late(*f.engine, wanted);
    QCOMPARE(late.outcome(), u"cancelled"_s);
}

void TestFileDownload::freshForgets()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    QVERIFY(writeFile(out(f) + u".incomplete"_s, QByteArray(2 * MiB, 'x')));
    QVERIFY(writeFile(out(f) + u".incomplete.json"_s, "{}"_ba));
    QVERIFY(writeFile(out(f), bytesOf(repo.files.first()).left(MiB)));
    Call call(*f.engine, request(f, repo));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    const auto seen = f.hub.requests(demo::Origin::Cdn, anything);
    QCOMPARE(seen.size(), 1);
    QCOMPARE(seen.first().request.header("Range"), QByteArray());
    QCOMPARE(seen.first().request.header("Accept-Encoding"), "identity"_ba);
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
}

void TestFileDownload::ignoredRangeBeginsAgain()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    QVERIFY(writeFile(out(f) + u".incomplete"_s, bytesOf(repo.files.first()).left(4 * MiB)));
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::ignoreRange());
    Call call(*f.engine, request(f, repo, FileRequest::Resume::Continue));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 1); // the answer is taken whole
}

// A server that cuts at the same place and does no ranges brings no new byte.
void TestFileDownload::givesUpAfterFive()
{
    EngineFixture f;
    RawServer server([](const RawRequest &) {
        return support::answer("200 OK", {}, "twenty-six bytes in total.").chopped(16);
    });
    FileRequest wanted;
    wanted.url = QUrl(QString::fromLatin1(server.origin() + "/x"));
    wanted.destination = out(f);
    Call call(*f.engine, wanted);
    QCOMPARE(call.outcome(), u"connection-lost"_s);
    QCOMPARE(server.seen.size(), 6);
    QCOMPARE(readFile(out(f) + u".incomplete"_s), "twenty-six"_ba);
    QVERIFY(!QFile::exists(out(f)));
}

void TestFileDownload::emptyFileOnce()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(u"org/empty"_s, {support::gitFile(u"e"_s, {})});
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    wanted.content.reset();
    Call first(*f.engine, wanted);
    QCOMPARE(first.outcome(), u"done"_s);
    QVERIFY(QFile::exists(out(f)));
    QCOMPARE(QFileInfo(out(f)).size(), 0);
    const auto asked = f.hub.requests().size();
    Call second(*f.engine, wanted);
    QCOMPARE(second.outcome(), u"done"_s);
    QCOMPARE(f.hub.requests().size(), asked);
    QCOMPARE(beside(f), QStringList{u"out.bin"_s});
}

void TestFileDownload::secondCallIsLockedOut()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(3 * MiB), 1);
    const FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    Call first(*f.engine, wanted);
    QTRY_VERIFY(first.mostBytes() >= 3 * MiB);
    Call second(*f.engine, wanted);
    QCOMPARE(second.outcome(), u"locked"_s);
    FileRequest fresh = wanted;
    fresh.resume = FileRequest::Resume::Fresh;
    Call third(*f.engine, fresh);
    QCOMPARE(third.outcome(), u"locked"_s);
    QCOMPARE(QFileInfo(out(f) + u".incomplete"_s).size(), 3 * MiB); // not touched
    first.download->cancel();
    QCOMPARE(first.outcome(), u"cancelled"_s);
    Call fourth(*f.engine, wanted);
    QCOMPARE(fourth.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
}

namespace {

// Nobody is at work on the destination any more.
bool isLetGo(const QString &destination)
{
    const QByteArray name = QFile::encodeName(destination + u".incomplete"_s);
    const cache::Descriptor file(::open(name.constData(), O_RDWR | O_CLOEXEC));
    return !file.isOpen() || ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

} // namespace

void TestFileDownload::deletedCallEnds_data()
{
    QTest::addColumn<FaultyHub::Change>("change");
    QTest::addColumn<bool>("atCdn");
    QTest::addColumn<qint64>("kept");
    QTest::newRow("while bytes come") << FaultyHub::drip(2 * MiB) << true << qint64(-1);
    QTest::newRow("while nothing comes") << FaultyHub::stallAfter(3 * MiB) << true << 3 * MiB;
    QTest::newRow("between two tries") << FaultyHub::status(503) << true << qint64(0);
    QTest::newRow("at the Gate") << FaultyHub::rateLimited(2) << false << qint64(0);
}

// As a window that is closed does with its own: no more is asked for or written, the lock is free,
// what has come is kept.
void TestFileDownload::deletedCallEnds()
{
    QFETCH(FaultyHub::Change, change);
    QFETCH(bool, atCdn);
    QFETCH(qint64, kept);
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    f.hub.addRule(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, anything, change);
    const FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    Call call(*f.engine, wanted);
    if (kept == 0)
        QTRY_VERIFY(!f.hub.requests(demo::Origin::Hub, resolve).isEmpty()
                    && f.hub.requests().last().status > 0);
    else
        QTRY_VERIFY(call.mostBytes() >= (kept < 0 ? MiB : kept));
    delete call.download.data();
    QTRY_VERIFY(isLetGo(out(f)));
    const qint64 size = QFileInfo(out(f) + u".incomplete"_s).size();
    const qsizetype asked = f.hub.requests().size();
    QTest::qWait(3000); // longer than any pause it was in
    QCOMPARE(f.hub.requests().size(), asked);
    QCOMPARE(QFileInfo(out(f) + u".incomplete"_s).size(), size);
    QVERIFY(kept < 0 ? size >= MiB : size == kept);
    QVERIFY(!QFile::exists(out(f)));
    QCOMPARE(call.ends, 0);

    f.hub.clearRules();
    f.hub.clearRequests();
    Call again(*f.engine, wanted);
    QCOMPARE(again.outcome(), u"done"_s);
    QVERIFY(isRight(out(f), repo));
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).last().request.header("Range"),
             size > 0 ? "bytes=" + QByteArray::number(size) + '-' : QByteArray());
}

void TestFileDownload::deletedInItsOwnSignal_data()
{
    QTest::addColumn<bool>("atTheEnd");
    QTest::addColumn<bool>("shutsDown");
    QTest::newRow("on the way") << false << false;
    QTest::newRow("with the last byte") << true << false;
    QTest::newRow("and then the engine goes") << false << true;
}

void TestFileDownload::deletedInItsOwnSignal()
{
    QFETCH(bool, atTheEnd);
    QFETCH(bool, shutsDown);
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    if (!atTheEnd)
        f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(3 * MiB), 1);
    Call call(*f.engine, request(f, repo, FileRequest::Resume::Continue));
    connect(call.download, &transfer::FileDownload::progressed, this, [&](qint64 bytes, qint64) {
        if (bytes >= (atTheEnd ? 9 : 3) * MiB)
            delete call.download.data();
    });
    QTRY_VERIFY(call.download.isNull());
    if (shutsDown)
        f.engine->shutdown();
    QTRY_VERIFY(isLetGo(out(f)));
    QCOMPARE(call.ends, 0);
    QCOMPARE(QFile::exists(out(f)), atTheEnd);
}

void TestFileDownload::tokenStaysAtTheHub()
{
    EngineFixture f;
    demo::Repo repo = largeRepo();
    repo.access = demo::Access::Private;
    repo.allowedTokens = {u"hf_right"_s};
    f.http.token = core::Secret("hf_right");
    f.restart();
    Call call(*f.engine, request(f, repo));
    QCOMPARE(call.outcome(), u"done"_s);
    QVERIFY(!f.hub.tokenLeaked());
    QVERIFY(f.hub.requests(demo::Origin::Hub, resolve).first().hasToken);
    // Another server is another origin, whatever is asked of it.
    RawServer other([](const RawRequest &) { return support::answer("200 OK", {}, "plain"); });
    FileRequest elsewhere;
    elsewhere.url = QUrl(QString::fromLatin1(other.origin() + "/x"));
    elsewhere.destination = f.folder.filePath(u"c/plain"_s);
    elsewhere.options.headers = {{"X-Mine", "1"}};
    Call plain(*f.engine, elsewhere);
    QCOMPARE(plain.outcome(), u"done"_s);
    QVERIFY(!(*plain.result)->checked);
    QCOMPARE(other.seen.first().header("Authorization"), QByteArray());
    QCOMPARE(other.seen.first().header("X-Mine"), QByteArray());
}

QTEST_GUILESS_MAIN(TestFileDownload)
#include "test_filedownload.moc"
