// Where one file to any path goes to, and what may be in its way there.

#include "filefixture.h"

#include <QProcess>

#include <unistd.h>

using namespace Qt::StringLiterals;
using cachetest::SmallDisk;
using filetest::alphabet;
using filetest::beside;
using filetest::broken;
using filetest::Call;
using filetest::isRight;
using filetest::largeRepo;
using filetest::out;
using filetest::Place;
using filetest::rangeAnswer;
using filetest::readFile;
using filetest::request;
using filetest::Source;
using filetest::writeFile;
using support::FaultyHub;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

class TestFilePlaces : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oddNames_data();
    void oddNames();
    void namesThatAreNoFiles();
    void plantedLinks();
    void destinationIsALink_data();
    void destinationIsALink();
    void twoSpellingsOfOnePlace();
    void namesOfOursAreTaken_data();
    void namesOfOursAreTaken();
    void placeGoesMeanwhile_data();
    void placeGoesMeanwhile();
    void readOnlyFolder();
};

void TestFilePlaces::oddNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("spaces and signs") << u"a b #1 100% +x ?&.bin"_s;
    QTest::newRow("umlauts") << u"Grüße an 世界 🙂.bin"_s;
    QTest::newRow("255 bytes") << QString(251, u'n') + u".bin"_s;
    QTest::newRow("250 bytes of umlauts") << QString(125, u'ü');
}

void TestFilePlaces::oddNames()
{
    QFETCH(QString, name);
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/odd"_s, {support::lfsFile(u"sub/"_s + name, 3 * MiB, 9)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::stallAfter(2 * MiB), 1);
    FileRequest wanted = request(f, repo, FileRequest::Resume::Continue);
    wanted.destination = f.folder.filePath(u"a/b/"_s + name);
    Call first(*f.engine, wanted);
    QTRY_VERIFY(first.mostBytes() >= 2 * MiB);
    first.download->cancel();
    QCOMPARE(first.outcome(), u"cancelled"_s);
    Call second(*f.engine, wanted);
    QCOMPARE(second.outcome(), u"done"_s);
    QVERIFY(isRight(wanted.destination, repo));
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).last().request.header("Range"),
             "bytes=2097152-"_ba);
    QCOMPARE(beside(f), QStringList{name});
}

void TestFilePlaces::namesThatAreNoFiles()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    FileRequest wanted = request(f, repo);
    QDir().mkpath(out(f));
    Call folder(*f.engine, wanted);
    QCOMPARE(folder.outcome(), u"file-io"_s);
    QVERIFY(folder.words().contains(out(f)));
    wanted.destination = out(f) + u"/x"_s + QString(255, u'y');
    Call tooLong(*f.engine, wanted);
    QCOMPARE(tooLong.outcome(), u"file-io"_s);
    wanted.destination = u"relative.bin"_s;
    Call relative(*f.engine, wanted);
    QCOMPARE(relative.outcome(), u"bad-input"_s);
    wanted.destination = u"/dev/null"_s;
    Call device(*f.engine, wanted);
    QCOMPARE(device.outcome(), u"file-io"_s);
    QVERIFY(writeFile(f.folder.filePath(u"plain"_s), "x"_ba));
    wanted.destination = f.folder.filePath(u"plain/out.bin"_s);
    Call below(*f.engine, wanted);
    QCOMPARE(below.outcome(), u"file-io"_s);
    wanted.destination = u"/proc/hubload/out.bin"_s; // nobody may write there, root included
    Call readOnly(*f.engine, wanted);
    QCOMPARE(readOnly.outcome(), u"file-io"_s);
    QCOMPARE(f.hub.requests().size(), 0);
    QVERIFY(filetest::namesIn(out(f)).isEmpty());
}

void TestFilePlaces::plantedLinks()
{
    EngineFixture f;
    const demo::Repo repo = largeRepo();
    const QString victim = f.folder.filePath(u"victim"_s);
    const QString partial = out(f) + u".incomplete"_s;
    QVERIFY(writeFile(victim, "precious"_ba));
    QDir().mkpath(QFileInfo(out(f)).path());
    for (const auto resume : {FileRequest::Resume::Fresh, FileRequest::Resume::Continue}) {
        for (const char *kind : {"link", "second name"}) {
            QFile::remove(out(f));
            const QByteArray from = QFile::encodeName(victim);
            const QByteArray to = QFile::encodeName(partial);
            QCOMPARE(*kind == 'l' ? ::symlink(from.constData(), to.constData())
                                  : ::link(from.constData(), to.constData()),
                     0);
            Call call(*f.engine, request(f, repo, resume));
            QCOMPARE(call.outcome(), u"done"_s);
            QVERIFY(isRight(out(f), repo));
            QVERIFY(!QFileInfo(out(f)).isSymLink());
            QCOMPARE(readFile(victim), "precious"_ba);
        }
    }
    QVERIFY(QFile::link(victim, out(f) + u".incomplete.json"_s));
    Call noted(*f.engine, request(f, repo));
    QCOMPARE(noted.outcome(), u"done"_s);
    QCOMPARE(readFile(victim), "precious"_ba);
}

void TestFilePlaces::destinationIsALink_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<FileRequest::Resume>("resume");
    QTest::addColumn<QString>("outcome");
    using Resume = FileRequest::Resume;
    QTest::newRow("to a file") << u"victim"_s << Resume::Fresh << u"done"_s;
    QTest::newRow("to a file, resumed") << u"victim"_s << Resume::Continue << u"done"_s;
    QTest::newRow("to nowhere") << u"nowhere"_s << Resume::Fresh << u"done"_s;
    QTest::newRow("to a folder") << u"folder"_s << Resume::Fresh << u"file-io"_s;
    QTest::newRow("to itself") << u"out.bin"_s << Resume::Fresh << u"file-io"_s;
}

// The link is replaced, never what it leads to.
void TestFilePlaces::destinationIsALink()
{
    QFETCH(QString, target);
    QFETCH(FileRequest::Resume, resume);
    QFETCH(QString, outcome);
    Place p;
    Source source;
    const QString victim = p.folder.filePath(u"victim"_s);
    QVERIFY(writeFile(victim, "precious"_ba));
    QVERIFY(QDir(p.folder.path()).mkdir(u"folder"_s));
    QVERIFY(QFile::link(p.folder.filePath(target), p.out()));
    FileRequest request = p.request(source.server);
    request.resume = resume;
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), outcome);
    const bool isDone = outcome == "done"_L1;
    QCOMPARE(QFileInfo(p.out()).isSymLink(), !isDone);
    if (isDone)
        QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(readFile(victim), "precious"_ba);
    QCOMPARE(p.names(), (QStringList{u"folder"_s, u"out.bin"_s, u"victim"_s}));
}

void TestFilePlaces::twoSpellingsOfOnePlace()
{
    Place p;
    Source source;
    source.missing = 16;
    Call first(p.engine, p.request(source.server));
    QTRY_VERIFY(source.server.seen.size() == 2);
    QVERIFY(QFile::link(p.folder.path(), p.folder.filePath(u"link"_s)));
    FileRequest other = p.request(source.server);
    for (const QString &spelling : {u"/./out.bin"_s, u"/link/out.bin"_s, u"//out.bin"_s}) {
        other.destination = p.folder.path() + spelling;
        Call second(p.engine, other);
        QCOMPARE(second.outcome(), u"locked"_s);
    }
    first.download->cancel();
    QVERIFY(first.wait());
}

void TestFilePlaces::namesOfOursAreTaken_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("partial") << u".incomplete"_s;
    QTest::newRow("note") << u".incomplete.json"_s;
}

// By folders, which nobody of ours has made: they stay, and the call says which one it was.
void TestFilePlaces::namesOfOursAreTaken()
{
    QFETCH(QString, name);
    for (const auto resume : {FileRequest::Resume::Fresh, FileRequest::Resume::Continue}) {
        Place p;
        Source source;
        QVERIFY(writeFile(p.out(), "what was here"_ba));
        QVERIFY(writeFile(p.out() + name + u"/inside"_s, "precious"_ba));
        FileRequest request = p.request(source.server);
        request.resume = resume;
        Call call(p.engine, request);
        QCOMPARE(call.outcome(), u"file-io"_s);
        QVERIFY2(call.words().contains(p.out() + name), qPrintable(call.words()));
        QCOMPARE(readFile(p.out()), "what was here"_ba);
        QCOMPARE(readFile(p.out() + name + u"/inside"_s), "precious"_ba);
        QCOMPARE(p.names(), (QStringList{u"out.bin"_s, u"out.bin"_s + name}));
    }
}

void TestFilePlaces::placeGoesMeanwhile_data()
{
    QTest::addColumn<QString>("what");
    QTest::newRow("a folder has the name") << u"named"_s;
    QTest::newRow("the folder is gone") << u"gone"_s;
    QTest::newRow("the partial is gone") << u"partial"_s;
    QTest::newRow("another partial is there") << u"another"_s;
}

// While the bytes come somebody changes the place that they are for.
void TestFilePlaces::placeGoesMeanwhile()
{
    QFETCH(QString, what);
    Place p;
    bool isGood = false;
    const QByteArray etag = "ETag: \"one\"\r\n";
    RawServer server([&](const RawRequest &request) {
        if (!isGood) // so that the bytes are here while the place changes
            return request.header("Range").isEmpty()
                ? broken(rangeAnswer(request, alphabet, etag), 16)
                : support::answer("503 Busy", "Retry-After: 2\r\n");
        return rangeAnswer(request, alphabet, etag);
    });
    FileRequest request = p.request(server);
    request.destination = p.folder.filePath(u"sub/out.bin"_s);
    const QString partial = request.destination + u".incomplete"_s;
    Call call(p.engine, request);
    QTRY_VERIFY(server.seen.size() == 2);
    if (what == "named"_L1)
        QVERIFY(writeFile(request.destination + u"/inside"_s, "precious"_ba));
    if (what == "gone"_L1)
        QVERIFY(QDir(p.folder.filePath(u"sub"_s)).removeRecursively());
    if (what == "partial"_L1 || what == "another"_L1)
        QVERIFY(QFile::remove(partial));
    if (what == "another"_L1)
        QVERIFY(writeFile(partial, "precious"_ba));
    isGood = true;
    QCOMPARE(call.outcome(), u"file-io"_s);
    QVERIFY(!QFileInfo(request.destination).isFile());
    if (what == "named"_L1)
        QCOMPARE(readFile(request.destination + u"/inside"_s), "precious"_ba);
    if (what == "another"_L1)
        QCOMPARE(readFile(partial), "precious"_ba);
}

void TestFilePlaces::readOnlyFolder()
{
    const SmallDisk disk(u"1m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Place p;
    Source source;
    FileRequest request = p.request(source.server);
    request.destination = disk.path() + u"/out.bin"_s;
    QVERIFY(writeFile(request.destination, "what was here"_ba));
    QCOMPARE(QProcess::execute(u"mount"_s, {u"-o"_s, u"remount,ro"_s, disk.path()}), 0);
    for (const auto resume : {FileRequest::Resume::Fresh, FileRequest::Resume::Continue}) {
        request.resume = resume;
        Call call(p.engine, request);
        QCOMPARE(call.outcome(), u"file-io"_s);
        QVERIFY(call.words().contains(disk.path()));
    }
    QCOMPARE(source.server.seen.size(), 0);
    QCOMPARE(readFile(request.destination), "what was here"_ba);
}

QTEST_GUILESS_MAIN(TestFilePlaces)
#include "test_fileplaces.moc"
