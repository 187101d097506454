// Bytes of two versions never become one file: what proves that an answer goes on from the bytes
// that are here, and what becomes of them where nothing does.

#include "filefixture.h"

using namespace Qt::StringLiterals;
using filetest::alphabet;
using filetest::broken;
using filetest::Call;
using filetest::hubAt;
using filetest::idOf;
using filetest::Place;
using filetest::rangeAnswer;
using filetest::readFile;
using filetest::Source;
using filetest::writeFile;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

namespace {

// So many seconds before the answer.
QByteArray modified(int age, const QByteArray &time = "12:00:00"_ba)
{
    const QTime then = QTime::fromString(QString::fromLatin1(time), u"hh:mm:ss"_s);
    return "Last-Modified: Wed, 25 Nov 2026 " + time + " GMT\r\nDate: Wed, 25 Nov 2026 "
        + then.addSecs(age).toString(u"hh:mm:ss"_s).toLatin1() + " GMT\r\n";
}

const QByteArray old = modified(3600);
const QByteArray one = "ETag: \"one\"\r\n"_ba;
const QByteArray weak = "ETag: W/\"one\"\r\n"_ba;

} // namespace

class TestFileVersion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void betweenRuns_data();
    void betweenRuns();
    void withinTheCall_data();
    void withinTheCall();
    void completePartial_data();
    void completePartial();
    void hubNamesTheContent_data();
    void hubNamesTheContent();
    void adoptedBytesProveNothing();
    void anotherAddress_data();
    void anotherAddress();
    void notesAreAnybodysText_data();
    void notesAreAnybodysText();
    void unprovenBytesAreNoProgress();
};

void TestFileVersion::betweenRuns_data()
{
    QTest::addColumn<QByteArray>("first"); // headers of the first answer
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<QByteArray>("ifRange"); // what the second run says; empty: nothing
    QTest::addColumn<bool>("changed"); // as long, and another
    QTest::addColumn<bool>("goesOn");

    QTest::newRow("strong ETag, same") << one << one << "\"one\""_ba << false << true;
    QTest::newRow("strong ETag, changed") << one << "ETag: \"two\"\r\n"_ba
                                          << "\"one\""_ba << true << false;
    QTest::newRow("strong ETag, then a weak one") << one << weak << "\"one\""_ba << true << false;
    QTest::newRow("strong ETag, then none") << one << QByteArray() << "\"one\""_ba << true << false;
    QTest::newRow("strong ETag and date, same")
        << one + old << one + old << "\"one\""_ba << false << true;
    QTest::newRow("strong ETag, other date")
        << one + old << one + modified(3600, "12:00:01") << "\"one\""_ba << true << false;
    QTest::newRow("weak ETag, same") << weak << weak << QByteArray() << true << false;
    QTest::newRow("weak ETag, changed")
        << weak << "ETag: W/\"two\"\r\n"_ba << QByteArray() << true << false;
    QTest::newRow("weak ETag, same date")
        << weak + old << weak + old << QByteArray() << true << false;
    QTest::newRow("date, same") << old << old << "Wed, 25 Nov 2026 12:00:00 GMT"_ba << false
                                << true;
    QTest::newRow("date, a minute old")
        << modified(60) << modified(90) << "Wed, 25 Nov 2026 12:00:00 GMT"_ba << false << true;
    QTest::newRow("date, changed")
        << old << modified(3600, "12:00:01") << "Wed, 25 Nov 2026 12:00:00 GMT"_ba << true << false;
    QTest::newRow("date of this second")
        << modified(0) << modified(0) << QByteArray() << true << false;
    QTest::newRow("date of this minute")
        << modified(59) << modified(3600) << QByteArray() << true << false;
    QTest::newRow("date without a clock")
        << "Last-Modified: Wed, 25 Nov 2026 12:00:00 GMT\r\n"_ba
        << "Last-Modified: Wed, 25 Nov 2026 12:00:00 GMT\r\n"_ba << QByteArray() << true << false;
    QTest::newRow("date that is none")
        << "Last-Modified: yesterday\r\nDate: today\r\n"_ba
        << "Last-Modified: yesterday\r\nDate: today\r\n"_ba << QByteArray() << true << false;
    QTest::newRow("no validator") << QByteArray() << QByteArray() << QByteArray() << true << false;
    QTest::newRow("first none, then an ETag")
        << QByteArray() << one << QByteArray() << true << false;
}

void TestFileVersion::betweenRuns()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(QByteArray, ifRange);
    QFETCH(bool, changed);
    QFETCH(bool, goesOn);
    for (const bool knowsIfRange : {false, true}) {
        Place p;
        Source source;
        source.headers = first;
        QVERIFY(source.breakOff(p, p.request(source.server), 16));
        source.headers = second;
        source.knowsIfRange = knowsIfRange;
        if (changed)
            source.content = alphabet.toUpper();
        const qsizetype before = source.server.seen.size();
        Call call(p.engine, p.request(source.server));
        QCOMPARE(call.outcome(), u"done"_s);
        QCOMPARE(readFile(p.out()), source.content);
        QCOMPARE(p.names(), QStringList{u"out.bin"_s});
        const RawRequest asked = source.server.seen.at(before);
        QCOMPARE(asked.header("Range"), "bytes=10-"_ba);
        QCOMPARE(asked.header("If-Range"), ifRange);
        const qsizetype requests = source.server.seen.size() - before;
        if (goesOn)
            QCOMPARE(requests, 1); // and that one was for the rest
        if (requests > 1)
            QCOMPARE(source.server.seen.last().header("Range"), QByteArray());
        QCOMPARE(call.progress.last(), std::pair(qint64(26), qint64(26)));
    }
}

void TestFileVersion::withinTheCall_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::newRow("strong ETag") << one << "ETag: \"two\"\r\n"_ba;
    QTest::newRow("weak ETag") << weak << "ETag: W/\"two\"\r\n"_ba;
    QTest::newRow("weak ETag, same") << weak << weak;
    QTest::newRow("date") << old << modified(3600, "12:00:01");
    QTest::newRow("date of this second") << modified(0) << modified(0);
    QTest::newRow("no validator") << QByteArray() << QByteArray();
}

// The connection breaks, and the file is another one afterwards.
void TestFileVersion::withinTheCall()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    Place p;
    RawServer server([&](const RawRequest &request) {
        if (server.seen.size() == 1)
            return broken(rangeAnswer(request, alphabet, first), 16);
        return rangeAnswer(request, alphabet.toUpper(), second);
    });
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet.toUpper());
    QCOMPARE(server.seen.size(), 3);
}

void TestFileVersion::completePartial_data()
{
    QTest::addColumn<QByteArray>("noted");
    QTest::addColumn<QByteArray>("refusal"); // beside Content-Range, of the 416
    QTest::addColumn<bool>("isKept");
    QTest::newRow("same ETag") << one << one << true;
    // By RFC 9110, 13.1.5 a changed file would have come whole; not every host keeps to it.
    QTest::newRow("the 416 names none") << one << QByteArray() << false;
    QTest::newRow("another ETag") << one << "ETag: \"two\"\r\n"_ba << false;
    QTest::newRow("same date") << old << old << true;
    QTest::newRow("the 416 has no date") << old << QByteArray() << false;
    QTest::newRow("weak ETag") << weak << weak << false;
    QTest::newRow("no validator") << QByteArray() << QByteArray() << false;
}

// All bytes are here; only the name was not given yet.
void TestFileVersion::completePartial()
{
    QFETCH(QByteArray, noted);
    QFETCH(QByteArray, refusal);
    QFETCH(bool, isKept);
    Place p;
    Source source;
    source.headers = noted;
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    QVERIFY(writeFile(p.partial(), alphabet));
    source.headers = refusal;
    if (!isKept)
        source.content = alphabet.toUpper();
    const qsizetype before = source.server.seen.size();
    Call call(p.engine, p.request(source.server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), source.content);
    QCOMPARE(source.server.seen.at(before).header("Range"), "bytes=26-"_ba);
    QCOMPARE(source.server.seen.size() - before, isKept ? 1 : 2);
    QCOMPARE(call.progress.last(), std::pair(qint64(26), qint64(26)));
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
}

void TestFileVersion::hubNamesTheContent_data()
{
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<bool>("changed");
    // Its file hosts need not agree on theirs.
    QTest::newRow("same, by another host")
        << "X-Linked-Etag: \"opaque\"\r\n"_ba + one
        << "X-Linked-Etag: \"opaque\"\r\nETag: \"host2\"\r\n"_ba << false;
    QTest::newRow("changed, by a host that says nothing new") << "X-Linked-Etag: \"opaque\"\r\n"_ba
            + one << "X-Linked-Etag: \"other\"\r\n"_ba + one << true;
    QTest::newRow("not named any more")
        << "X-Linked-Etag: \"opaque\"\r\n"_ba << QByteArray() << true;
}

void TestFileVersion::hubNamesTheContent()
{
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(bool, changed);
    Source source;
    source.knowsIfRange = true;
    Place p(hubAt(source.server));
    source.headers = first;
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    source.headers = second;
    if (changed)
        source.content = alphabet.toUpper();
    const qsizetype before = source.server.seen.size();
    Call call(p.engine, p.request(source.server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), source.content);
    QCOMPARE(source.server.seen.size() - before, changed ? 2 : 1);
    QCOMPARE(source.server.seen.at(before).header("If-Range"), QByteArray());
}

// Bytes of nobody were gone on with because a digest would decide. Without it, later, they are
// still of nobody: the validator of that answer is not theirs.
void TestFileVersion::adoptedBytesProveNothing()
{
    Place p;
    bool isCutting = true;
    RawServer server([&](const RawRequest &request) {
        if (!isCutting)
            return rangeAnswer(request, alphabet, one);
        return server.seen.size() == 1 ? broken(rangeAnswer(request, alphabet, one), 6)
                                       : QByteArray();
    });
    QVERIFY(writeFile(p.partial(), QByteArray(10, 'x')));
    FileRequest request = p.request(server);
    request.content = idOf(alphabet);
    Call known(p.engine, request);
    QTRY_VERIFY(server.seen.size() == 2);
    known.download->cancel();
    QCOMPARE(known.outcome(), u"cancelled"_s);
    QCOMPARE(readFile(p.partial()), QByteArray(10, 'x') + alphabet.mid(10, 10));
    isCutting = false;
    request.content.reset();
    Call unknown(p.engine, request);
    QCOMPARE(unknown.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
}

void TestFileVersion::anotherAddress_data()
{
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    QTest::newRow("another path") << u"/f.bin"_s << u"/g.bin"_s;
    QTest::newRow("another query") << u"/get?file=a"_s << u"/get?file=b"_s;
    QTest::newRow("no query") << u"/get?file=a"_s << u"/get"_s;
}

// What was noted of one address says nothing of another one. The same ETag there is no proof: often
// enough it is made of a time and a size.
void TestFileVersion::anotherAddress()
{
    QFETCH(QString, first);
    QFETCH(QString, second);
    Place p;
    Source source;
    source.headers = one;
    FileRequest request = p.request(source.server);
    const QString origin = request.url.toString(QUrl::RemovePath | QUrl::RemoveQuery);
    request.url = QUrl(origin + first);
    QVERIFY(source.breakOff(p, request, 16));
    source.content = alphabet.toUpper();
    FileRequest other = request;
    other.url = QUrl(origin + second);
    Call call(p.engine, other);
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet.toUpper());
    QCOMPARE(source.server.seen.last().header("Range"), QByteArray());
}

void TestFileVersion::notesAreAnybodysText_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("planted"); // in its place, as JSON
    QTest::newRow("a header in an ETag") << one << "\\\"one\\\""_ba
                                         << "\\\"a\\r\\nX-Planted:1\\\""_ba;
    QTest::newRow("a header after a date") << old << "12:00:00 GMT"_ba
                                           << "12:00:00 GMT\\r\\nX-Planted: 1"_ba;
    QTest::newRow("lines after a date") << old << "12:00:00 GMT"_ba
                                        << "12:00:00 GMT\\r\\n"_ba;
    QTest::newRow("a number") << one << "\"\\\"one\\\"\""_ba
                              << "1"_ba;
    QTest::newRow("no JSON") << one << "{"_ba
                             << "["_ba;
}

// Nothing of it is sent that a server has not said, and it stops no call.
void TestFileVersion::notesAreAnybodysText()
{
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, planted);
    Place p;
    Source source;
    source.headers = headers;
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    const QString note = p.partial() + u".json"_s;
    QVERIFY2(readFile(note).contains(value), readFile(note).constData());
    QVERIFY(writeFile(note, readFile(note).replace(value, planted)));
    Call call(p.engine, p.request(source.server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    for (const RawRequest &asked : source.server.seen)
        QVERIFY(!asked.head.contains("X-Planted"));
}

// A server without validators whose connection always breaks at the same place: the bytes come
// again and again, which is no progress; in the end it is told as what it is.
void TestFileVersion::unprovenBytesAreNoProgress()
{
    Place p;
    RawServer server([&](const RawRequest &request) {
        return request.header("Range").isEmpty() ? broken(rangeAnswer(request, alphabet), 16)
                                                 : rangeAnswer(request, alphabet);
    });
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), u"connection-lost"_s);
    QCOMPARE(readFile(p.partial()), alphabet.left(10));
    QVERIFY(!QFile::exists(p.out()));
}

QTEST_GUILESS_MAIN(TestFileVersion)
#include "test_fileversion.moc"
