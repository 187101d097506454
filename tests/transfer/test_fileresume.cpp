// What one file to any path makes of what it finds on the disk, against servers whose every byte
// the test decides; kills and full disks too.

#include "filefixture.h"

#include <QCoreApplication>
#include <QProcess>
#include <QRandomGenerator>
#include <QThread>

#include <cstdio>
#include <sys/stat.h>

#include "cache/cachefixture.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;
using cachetest::SmallDisk;
using filetest::alphabet;
using filetest::broken;
using filetest::Call;
using filetest::idOf;
using filetest::Place;
using filetest::rangeAnswer;
using filetest::readFile;
using filetest::Source;
using filetest::writeFile;
using support::FaultyHub;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

namespace {

constexpr qint64 killSize = 24 * MiB;

// The child: fetches until it is killed or done.
int fetchUntilKilled(const QString &url, const QString &path, const QString &sha256)
{
    core::SystemClock clock;
    hub::Gate gate(clock);
    transfer::Engine engine({}, {}, gate, clock, nullptr);
    FileRequest request;
    request.url = QUrl(url);
    request.destination = path;
    request.resume = FileRequest::Resume::Continue;
    if (!sha256.isEmpty())
        request.content = *core::ContentId::make(sha256);
    Call call(engine, request);
    std::puts("begun");
    std::fflush(stdout);
    return call.outcome() == u"done"_s ? 0 : 1;
}

} // namespace

class TestFileResume : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void strangersBytes_data();
    void strangersBytes();
    void partialOfAnotherFile_data();
    void partialOfAnotherFile();
    void wholePartialNeedsNoServer();
    void goesOnFromTheDestination();
    void completeDestinationStays();
    void otherDestinationOfThatLength();
    void afterAReboot();
    void lengths_data();
    void lengths();
    void redirectsAndBodies();
    void refusedElsewhere();
    void lockHoldsAcrossProcesses();
    void survivesKills();
    void fullDisk();
    void fullDiskWhileWriting();
};

void TestFileResume::strangersBytes_data()
{
    QTest::addColumn<QString>("name"); // who has them
    QTest::addColumn<qsizetype>("length");
    QTest::addColumn<bool>("digest");
    QTest::addColumn<qsizetype>("requests");
    QTest::newRow("partial, part")
        << u"out.bin.incomplete"_s << qsizetype(10) << false << qsizetype(2);
    QTest::newRow("partial, as long")
        << u"out.bin.incomplete"_s << qsizetype(26) << false << qsizetype(2);
    QTest::newRow("partial, part, digest")
        << u"out.bin.incomplete"_s << qsizetype(10) << true << qsizetype(2);
    QTest::newRow("the file itself, part")
        << u"out.bin"_s << qsizetype(10) << false << qsizetype(2);
    QTest::newRow("the file itself, as long")
        << u"out.bin"_s << qsizetype(26) << false << qsizetype(2);
    QTest::newRow("the file itself, part, digest")
        << u"out.bin"_s << qsizetype(10) << true << qsizetype(2);
}

// Bytes that no note of ours tells of may be of any file: they never become a part of this one
// unless a digest says so.
void TestFileResume::strangersBytes()
{
    QFETCH(QString, name);
    QFETCH(qsizetype, length);
    QFETCH(bool, digest);
    QFETCH(qsizetype, requests);
    Place p;
    RawServer server([](const RawRequest &request) { return rangeAnswer(request, alphabet); });
    QVERIFY(writeFile(p.folder.filePath(name), QByteArray(length, 'x')));
    FileRequest request = p.request(server);
    if (digest)
        request.content = idOf(alphabet);
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(server.seen.size(), requests);
    QCOMPARE(server.seen.last().header("Range"), QByteArray());
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
}

void TestFileResume::partialOfAnotherFile_data()
{
    QTest::addColumn<QByteArray>("refusal"); // headers of the 416
    QTest::addColumn<QByteArray>("second"); // the answer without Range
    QTest::addColumn<QString>("outcome");
    const QByteArray whole = support::answer("200 OK", {}, alphabet);
    const QByteArray again = support::answer("416 Range Not Satisfiable", {});
    QTest::newRow("longer") << "Content-Range: bytes */26\r\n"_ba << whole << u"done"_s;
    QTest::newRow("no length told") << QByteArray() << whole << u"done"_s;
    QTest::newRow("nonsense") << "Content-Range: bytes 1-2/3\r\n"_ba << whole << u"done"_s;
    QTest::newRow("refused again") << QByteArray() << again << u"remote-changed"_s;
}

void TestFileResume::partialOfAnotherFile()
{
    QFETCH(QByteArray, refusal);
    QFETCH(QByteArray, second);
    QFETCH(QString, outcome);
    Place p;
    RawServer server([&](const RawRequest &request) {
        return request.header("Range").isEmpty()
            ? second
            : support::answer("416 Range Not Satisfiable", refusal);
    });
    QVERIFY(writeFile(p.partial(), QByteArray(40, 'x')));
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), outcome);
    QCOMPARE(server.seen.size(), 2);
    QCOMPARE(readFile(p.out()), outcome == u"done"_s ? alphabet : QByteArray());
    QVERIFY(!QFile::exists(p.partial()));
}

void TestFileResume::wholePartialNeedsNoServer()
{
    Place p;
    RawServer server([](const RawRequest &request) { return rangeAnswer(request, alphabet); });
    FileRequest request = p.request(server);
    request.content = idOf(alphabet);
    request.size = alphabet.size();
    QVERIFY(writeFile(p.partial(), alphabet));
    Call right(p.engine, request);
    QCOMPARE(right.outcome(), u"done"_s);
    QVERIFY((*right.result)->checked);
    QCOMPARE(server.seen.size(), 0);
    // As long, and wrong: from zero, once.
    QFile::remove(p.out());
    QVERIFY(writeFile(p.partial(), QByteArray(26, 'x')));
    Call wrong(p.engine, request);
    QCOMPARE(wrong.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(server.seen.size(), 1);
}

void TestFileResume::goesOnFromTheDestination()
{
    Place p;
    bool isGood = false;
    RawServer server([&](const RawRequest &request) {
        return isGood ? rangeAnswer(request, alphabet) : support::answer("404 Not Found", {});
    });
    QVERIFY(writeFile(p.out(), alphabet.left(10)));
    Call refused(p.engine, p.request(server));
    QCOMPARE(refused.outcome(), u"entry-not-found"_s);
    QCOMPARE(readFile(p.out()), alphabet.left(10));
    isGood = true;
    FileRequest request = p.request(server);
    request.content = idOf(alphabet);
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(server.seen.last().header("Range"), "bytes=10-"_ba);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
}

void TestFileResume::completeDestinationStays()
{
    Place p;
    RawServer server([](const RawRequest &request) { return rangeAnswer(request, alphabet); });
    QVERIFY(writeFile(p.out(), alphabet));
    const QByteArray name = QFile::encodeName(p.out());
    struct stat before = {};
    QCOMPARE(::stat(name.constData(), &before), 0);
    FileRequest request = p.request(server);
    request.content = idOf(alphabet);
    request.size = alphabet.size();
    Call known(p.engine, request);
    QCOMPARE(known.outcome(), u"done"_s);
    QVERIFY((*known.result)->checked);
    QCOMPARE((*known.result)->bytes, 26);
    QCOMPARE(server.seen.size(), 0);
    struct stat after = {};
    QCOMPARE(::stat(name.constData(), &after), 0);
    QCOMPARE(after.st_ino, before.st_ino);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
}

void TestFileResume::otherDestinationOfThatLength()
{
    Place p;
    RawServer server([](const RawRequest &request) { return rangeAnswer(request, alphabet); });
    QVERIFY(writeFile(p.out(), QByteArray(26, 'x')));
    FileRequest request = p.request(server);
    request.content = idOf(alphabet);
    request.size = alphabet.size();
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(server.seen.size(), 1);
    QCOMPARE(server.seen.first().header("Range"), QByteArray());
}

// Without a digest only what was synced is believed once the machine was started anew.
void TestFileResume::afterAReboot()
{
    Place p;
    Source source;
    source.headers = "ETag: \"one\"\r\n";
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    QVERIFY(writeFile(p.partial(), alphabet.left(10) + "zeros"));
    const QString note = p.partial() + u".json"_s;
    QVERIFY(readFile(note).contains(core::bootId().toLatin1()));
    QVERIFY(writeFile(note, readFile(note).replace(core::bootId().toLatin1(), "another")));
    Call call(p.engine, p.request(source.server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(source.server.seen.last().header("Range"), "bytes=10-"_ba);
    QCOMPARE(readFile(p.out()), alphabet);
}

void TestFileResume::lengths_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("outcome");
    const QByteArray head = "HTTP/1.1 200 OK\r\nConnection: close\r\n"_ba;
    const QByteArray pieces = head + "Transfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("in pieces, without ranges") << pieces + "1a\r\n" + alphabet + "\r\n0\r\n\r\n"
                                               << u"protocol"_s;
    QTest::newRow("until the end of the connection") << head + "\r\n" + alphabet << u"protocol"_s;
    QTest::newRow("zipped") << head + "Content-Encoding: gzip\r\nContent-Length: 26\r\n\r\n"
            + alphabet << u"protocol"_s;
    QTest::newRow("a part nobody asked for")
        << "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Length: 13\r\n"
           "Content-Range: bytes 0-12/26\r\n\r\n"
            + alphabet.left(13)
        << u"protocol"_s;
}

void TestFileResume::lengths()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, outcome);
    Place p;
    RawServer server([&](const RawRequest &) { return answer; });
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), outcome);
    QCOMPARE(readFile(p.out()), outcome == u"done"_s ? alphabet : QByteArray());
    QCOMPARE(p.names().size(), outcome == u"done"_s ? 1 : 0);
    QCOMPARE(server.seen.first().header("Accept-Encoding"), "identity"_ba);
}

void TestFileResume::redirectsAndBodies()
{
    Place p;
    RawServer server([](const RawRequest &request) {
        if (request.target.startsWith("/f."))
            return support::redirect("307", "/g.html");
        return rangeAnswer(request, "<p>a page\n"_ba, "Content-Type: text/html\r\n");
    });
    FileRequest request = p.request(server);
    request.resume = FileRequest::Resume::Fresh;
    QVERIFY(writeFile(p.out(), "what was here"_ba));
    Call file(p.engine, request); // its name is that of no page, whatever is known of it
    QCOMPARE(file.outcome(), u"protocol"_s);
    request.content = idOf(alphabet);
    Call known(p.engine, request);
    QCOMPARE(known.outcome(), u"protocol"_s);
    QCOMPARE(readFile(p.out()), "what was here"_ba);
    request.content.reset();
    request.url.setPath(u"/f.html"_s);
    Call page(p.engine, request);
    QCOMPARE(page.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), "<p>a page\n"_ba);
}

// At a host that is not the Hub a refusal is no expired link.
void TestFileResume::refusedElsewhere()
{
    Place p;
    RawServer server([](const RawRequest &) { return support::answer("403 Forbidden", {}); });
    QVERIFY(writeFile(p.partial(), alphabet.left(10)));
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), u"forbidden"_s);
    QCOMPARE(server.seen.size(), 1);
    QCOMPARE(p.names(), QStringList());
}

void TestFileResume::lockHoldsAcrossProcesses()
{
    Place p;
    RawServer server([](const RawRequest &request) {
        return request.header("Range").isEmpty() ? broken(rangeAnswer(request, alphabet), 16)
                                                 : QByteArray();
    });
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(),
                {u"--fetch"_s, p.request(server).url.toString(), p.out(), QString()});
    QTRY_VERIFY(server.seen.size() == 2);
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), u"locked"_s);
    child.kill();
    QVERIFY(child.waitForFinished());
    QCOMPARE(readFile(p.partial()), alphabet.left(10));
    Call after(p.engine, p.request(server));
    QTRY_VERIFY(server.seen.size() == 3);
    QCOMPARE(server.seen.last().header("Range"), "bytes=10-"_ba);
}

void TestFileResume::survivesKills()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"out.bin"_s);
    const auto repo = support::makeRepo(u"org/kill"_s, {support::lfsFile(u"m"_s, killSize, 3)});
    FaultyHub hub({repo});
    hub.addRule(demo::Origin::Cdn, QRegularExpression(u".*"_s), FaultyHub::drip(40 * MiB));
    const QString url = hub::Endpoint::make(hub.endpoint())
                            ->resolve(repo.id, repo.commit, u"m"_s)
                            .toString(QUrl::FullyEncoded);
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    int kills = 0;
    qint64 before = 0;
    for (int round = 0; round < 10; ++round) {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), {u"--fetch"_s, url, path, QString()});
        QVERIFY(child.waitForReadyRead(30000));
        QThread::msleep(static_cast<unsigned long>(random.bounded(150)));
        child.kill();
        QVERIFY(child.waitForFinished(30000));
        kills += child.exitStatus() == QProcess::CrashExit ? 1 : 0;
        if (QFile::exists(path)) {
            QVERIFY(QFile::remove(path)); // faster than the kill: once more
            before = 0;
            continue;
        }
        const qint64 now = QFileInfo(path + u".incomplete"_s).size();
        QVERIFY2(now >= before, "a kill lost what was there");
        before = now;
    }
    QVERIFY(kills > 0);
    QCOMPARE(fetchUntilKilled(url, path, {}), 0);
    QVERIFY(readFile(path) == repo.files.first().content->read(0, killSize));
    const auto last = hub.requests(demo::Origin::Cdn, QRegularExpression(u"."_s)).last();
    QCOMPARE(last.request.header("Range"),
             before > 0 ? "bytes=" + QByteArray::number(before) + '-' : QByteArray());
    QCOMPARE(filetest::namesIn(folder.path()), QStringList{u"out.bin"_s});
}

// Met before the first byte; what was there is good for later.
void TestFileResume::fullDisk()
{
    const SmallDisk disk(u"4m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Place p;
    const QByteArray content = cachetest::randomBytes(6 * MiB, 5);
    RawServer server([&](const RawRequest &request) { return rangeAnswer(request, content); });
    FileRequest request = p.request(server);
    request.destination = disk.path() + "/out.bin"_L1;
    QVERIFY(writeFile(request.destination, "what was here"_ba));
    QVERIFY(writeFile(request.destination + u".incomplete"_s, content.left(MiB)));
    request.content = idOf(content);
    Call full(p.engine, request);
    QCOMPARE(full.outcome(), u"disk-full"_s);
    QCOMPARE(readFile(request.destination), "what was here"_ba);
    QVERIFY(readFile(request.destination + u".incomplete"_s) == content.left(MiB));
    QCOMPARE(QProcess::execute(u"mount"_s, {u"-o"_s, u"remount,size=16m"_s, disk.path()}), 0);
    Call room(p.engine, request);
    QCOMPARE(room.outcome(), u"done"_s);
    QVERIFY(readFile(request.destination) == content);
    QCOMPARE(server.seen.last().header("Range"), "bytes=1048576-"_ba);
}

// Nobody said how much comes.
void TestFileResume::fullDiskWhileWriting()
{
    const SmallDisk disk(u"4m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Place p;
    const QByteArray content = cachetest::randomBytes(6 * MiB, 5);
    RawServer server([&](const RawRequest &) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: "
               "chunked\r\n\r\n600000\r\n"
            + content + "\r\n0\r\n\r\n";
    });
    FileRequest request = p.request(server);
    request.destination = disk.path() + "/out.bin"_L1;
    Call full(p.engine, request);
    QCOMPARE(full.outcome(), u"disk-full"_s);
    QVERIFY(!QFile::exists(request.destination));
    const QByteArray kept = readFile(request.destination + u".incomplete"_s);
    QVERIFY(kept.size() > 2 * MiB);
    QVERIFY(content.startsWith(kept));
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 5 && arguments.at(1) == "--fetch"_L1)
        return fetchUntilKilled(arguments.at(2), arguments.at(3), arguments.at(4));
    TestFileResume test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_fileresume.moc"
