// What one file to any path makes of answers that are wrong in every way, and what its errors say
// of them.

#include "filefixture.h"

#include "core/errortext.h"
#include "hub/tlsserver.h"

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
using support::answer;
using support::RawRequest;
using support::RawServer;
using transfer::FileRequest;

namespace {

const QByteArray one = "ETag: \"one\"\r\n"_ba;

QByteArray head(const QByteArray &headers, const QByteArray &status = "200 OK"_ba)
{
    return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers + "\r\n";
}

QByteArray chunk(const QByteArray &bytes)
{
    return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
}

} // namespace

class TestFileAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wholeFile_data();
    void wholeFile();
    void endOfPieces_data();
    void endOfPieces();
    void brokenOff_data();
    void brokenOff();
    void parts_data();
    void parts();
    void partInPieces();
    void refusedBehindARedirect();
    void noWordOfTheServer();
    void untrustedCertificate();
    void errorsSayWhatTheyAreAbout_data();
    void errorsSayWhatTheyAreAbout();
    void errorsOfOurOwnMaking();
    void quotedToken();
};

void TestFileAnswers::wholeFile_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<qint64>("size"); // as the caller knows it; -1: does not
    QTest::addColumn<QString>("outcome");
    const QByteArray chunked = "Transfer-Encoding: chunked\r\n";
    const QByteArray zipped = "Content-Encoding: gzip\r\n";
    const QByteArray pieces = chunk(alphabet.left(10)) + chunk(alphabet.mid(10)) + "0\r\n\r\n";
    const QByteArray all = "Content-Length: 26\r\n";

    QTest::newRow("in pieces, with a trailer")
        << head(chunked + "Trailer: X\r\n") + pieces.chopped(2) + "X: y\r\n\r\n"
        << qint64(26) << u"done"_s;
    QTest::newRow("in pieces, as long as known")
        << head(chunked) + pieces << qint64(26) << u"done"_s;
    QTest::newRow("in pieces, longer than known")
        << head(chunked) + pieces << qint64(20) << u"protocol"_s;
    QTest::newRow("no length") << head({}) + alphabet << qint64(-1) << u"protocol"_s;
    QTest::newRow("no length, yet it is known") << head({}) + alphabet << qint64(26) << u"done"_s;
    QTest::newRow("more than announced") << head(all) + alphabet + "more" << qint64(-1)
                                         << u"done"_s; // the message ends where it says
    QTest::newRow("another length than known")
        << head(all) + alphabet << qint64(20) << u"remote-changed"_s;
    QTest::newRow("zipped, in pieces")
        << head(chunked + zipped) + pieces << qint64(-1) << u"protocol"_s;
    QTest::newRow("zipped, as long as known")
        << head(all + zipped) + alphabet << qint64(26) << u"protocol"_s;
    QTest::newRow("zipped on the way")
        << head("Transfer-Encoding: gzip, chunked\r\n") + pieces << qint64(-1) << u"protocol"_s;
    QTest::newRow("two lengths") << head("Content-Length: 20\r\n" + all) + alphabet << qint64(-1)
                                 << u"protocol"_s;
    QTest::newRow("a length that is none")
        << head("Content-Length: many\r\n") + alphabet << qint64(-1) << u"protocol"_s;
    QTest::newRow("a negative length")
        << head("Content-Length: -1\r\n") + alphabet << qint64(-1) << u"protocol"_s;
    QTest::newRow("a part nobody asked for")
        << answer("206 Partial Content", "Content-Range: bytes 0-12/26\r\n", alphabet.left(13))
        << qint64(-1) << u"protocol"_s;
    QTest::newRow("nothing") << head({}, "204 No Content"_ba) << qint64(-1) << u"protocol"_s;
    QTest::newRow("not modified") << head({}, "304 Not Modified"_ba) << qint64(-1) << u"protocol"_s;
    QTest::newRow("a redirect to nowhere")
        << head({}, "302 Found"_ba) << qint64(-1) << u"protocol"_s;
    QTest::newRow("a web page") << answer("200 OK", "Content-Type: text/html\r\n", alphabet)
                                << qint64(26) << u"protocol"_s;
    QTest::newRow("forbidden") << answer("403 Forbidden", {}) << qint64(-1) << u"forbidden"_s;
    QTest::newRow("gone") << answer("410 Gone", {}) << qint64(-1) << u"entry-not-found"_s;
}

// The same answer whatever is asked. A refusal leaves nothing behind, and what has the name stays.
void TestFileAnswers::wholeFile()
{
    QFETCH(QByteArray, reply);
    QFETCH(qint64, size);
    QFETCH(QString, outcome);
    Place p;
    RawServer server([&](const RawRequest &) { return reply; });
    QVERIFY(writeFile(p.out(), "what was here"_ba));
    FileRequest request = p.request(server);
    request.resume = FileRequest::Resume::Fresh;
    if (size >= 0)
        request.size = size;
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), outcome);
    const bool isDone = outcome == "done"_L1;
    QCOMPARE(readFile(p.out()), isDone ? alphabet : "what was here"_ba);
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
    if (isDone)
        QCOMPARE(call.progress.last(), std::pair(qint64(26), qint64(26)));
    QCOMPARE(server.seen.size(), 1);
    QCOMPARE(server.seen.first().header("Accept-Encoding"), "identity"_ba);
}

void TestFileAnswers::endOfPieces_data()
{
    QTest::addColumn<QByteArray>("pieces");
    QTest::addColumn<QByteArray>("further"); // the answer to what comes after them
    QTest::addColumn<QString>("outcome");
    const QByteArray pieces = chunk(alphabet.left(10)) + chunk(alphabet.mid(10));
    const QByteArray nothing = answer("416 Range Not Satisfiable", "Content-Range: bytes */26\r\n");
    const QByteArray rest =
        answer("206 Partial Content", one + "Content-Range: bytes 10-25/26\r\n", alphabet.mid(10));
    const QByteArray ten = chunk(alphabet.left(10));
    QTest::newRow("nothing follows") << pieces + "0\r\n\r\n" << nothing << u"done"_s;
    QTest::newRow("nothing follows, without a length")
        << pieces + "0\r\n\r\n"
        << answer("416 Range Not Satisfiable", {}) << u"done"_s;
    QTest::newRow("a server without ranges") << pieces + "0\r\n\r\n"
                                             << ""_ba << u"protocol"_s;
    for (const char *length : {"zz", "", "-5", "fffffffffffffffff"}) {
        const QByteArray wrong = ten + length + "\r\n" + alphabet.mid(10) + "\r\n0\r\n\r\n";
        QTest::addRow("a length of “%s”, the rest is fetched", length)
            << wrong << rest << u"done"_s;
        QTest::addRow("a length of “%s”, by a server without ranges", length)
            << wrong << ""_ba << u"protocol"_s;
    }
}

// Qt ends a body at the first piece whose length it cannot read, as if that were the last one.
void TestFileAnswers::endOfPieces()
{
    QFETCH(QByteArray, pieces);
    QFETCH(QByteArray, further);
    QFETCH(QString, outcome);
    Place p;
    RawServer server([&](const RawRequest &request) {
        return request.header("Range").isEmpty() || further.isEmpty()
            ? head(one + "Transfer-Encoding: chunked\r\n") + pieces
            : further;
    });
    QVERIFY(writeFile(p.out(), "what was here"_ba));
    FileRequest request = p.request(server);
    request.resume = FileRequest::Resume::Fresh;
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), outcome);
    QCOMPARE(readFile(p.out()), outcome == "done"_L1 ? alphabet : "what was here"_ba);
    QCOMPARE(server.seen.size(), 2);
}

void TestFileAnswers::brokenOff_data()
{
    QTest::addColumn<QByteArray>("reply");
    const QByteArray chunked = head("Transfer-Encoding: chunked\r\n");
    const QByteArray ten = alphabet.left(10);
    QTest::newRow("shorter than its length") << head("Content-Length: 26\r\n") + ten;
    QTest::newRow("between two pieces") << chunked + chunk(ten);
    QTest::newRow("within a piece") << chunked + "1a\r\n" + ten;
    QTest::newRow("within the length of a piece") << chunked + chunk(ten) + "1";
    QTest::newRow("both lengths, and the wrong one is reached")
        << head("Content-Length: 10\r\nTransfer-Encoding: chunked\r\n") + chunk(ten);
}

// A beginning is never taken for the file.
void TestFileAnswers::brokenOff()
{
    QFETCH(QByteArray, reply);
    Place p;
    RawServer server([&](const RawRequest &request) {
        return server.seen.size() == 1 ? reply : rangeAnswer(request, alphabet, one);
    });
    Call call(p.engine, p.request(server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QVERIFY(server.seen.size() >= 2);
}

void TestFileAnswers::parts_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<QByteArray>("body");
    const QByteArray rest = alphabet.mid(10);
    const QByteArray multipart =
        "\r\n--x\r\nContent-Range: bytes 10-25/26\r\n\r\n" + rest + "\r\n--x--\r\n";
    QTest::newRow("another beginning") << "Content-Range: bytes 0-25/26\r\n"_ba << alphabet;
    QTest::newRow("one byte later") << "Content-Range: bytes 11-25/26\r\n"_ba << rest.mid(1);
    QTest::newRow("an end before the end")
        << "Content-Range: bytes 10-15/26\r\n"_ba << rest.left(6);
    QTest::newRow("another total") << "Content-Range: bytes 10-25/27\r\n"_ba << rest;
    QTest::newRow("no total") << "Content-Range: bytes 10-25/*\r\n"_ba << rest;
    QTest::newRow("no range") << QByteArray() << rest;
    QTest::newRow("not of bytes") << "Content-Range: lines 10-25/26\r\n"_ba << rest;
    QTest::newRow("several parts")
        << "Content-Type: multipart/byteranges; boundary=x\r\n"_ba << multipart;
    QTest::newRow("several parts under one range")
        << "Content-Type: multipart/byteranges; boundary=x\r\nContent-Range: bytes 10-25/26\r\n"_ba
        << multipart;
    QTest::newRow("shorter than its range")
        << "Content-Range: bytes 10-25/26\r\n"_ba << rest.left(5);
    QTest::newRow("longer than its range") << "Content-Range: bytes 10-25/26\r\n"_ba
                                           << "rest: " + rest;
    QTest::newRow("zipped") << "Content-Range: bytes 10-25/26\r\nContent-Encoding: gzip\r\n"_ba
                            << rest;
}

// None of it is taken; the file comes from zero.
void TestFileAnswers::parts()
{
    QFETCH(QByteArray, reply);
    QFETCH(QByteArray, body);
    Place p;
    Source source;
    source.headers = one;
    RawServer *server = &source.server;
    QVERIFY(source.breakOff(p, p.request(*server), 16));
    const qsizetype before = server->seen.size();
    source.ranged = answer("206 Partial Content", one + reply, body);
    Call call(p.engine, p.request(*server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(server->seen.size() - before, 2);
    QCOMPARE(server->seen.last().header("Range"), QByteArray());
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
}

void TestFileAnswers::partInPieces()
{
    Place p;
    Source source;
    source.headers = one;
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    const qsizetype before = source.server.seen.size();
    source.ranged = head(one + "Transfer-Encoding: chunked\r\nContent-Range: bytes 10-25/26\r\n",
                         "206 Partial Content"_ba)
        + chunk(alphabet.mid(10, 3)) + chunk(alphabet.mid(13)) + "0\r\n\r\n";
    Call call(p.engine, p.request(source.server));
    QCOMPARE(call.outcome(), u"done"_s);
    QCOMPARE(readFile(p.out()), alphabet);
    QCOMPARE(source.server.seen.size() - before, 1);
}

// Neither the token nor the caller's own headers go with a redirect to another origin.
void TestFileAnswers::refusedBehindARedirect()
{
    RawServer host([](const RawRequest &) { return answer("403 Forbidden", {}); });
    const QByteArray link = host.origin() + "/f?sig=1";
    RawServer hub([&](const RawRequest &) { return support::redirect("302", link); });
    RawServer plain([&](const RawRequest &) { return support::redirect("302", link); });
    Place p(hubAt(hub, "marked-token"_ba));
    QVERIFY(writeFile(p.out(), "what was here"_ba));
    FileRequest request = p.request(plain);
    request.options.headers = {{"X-Mine", "1"}};
    Call elsewhere(p.engine, request); // where nobody can make a new link
    QCOMPARE(elsewhere.outcome(), u"forbidden"_s);
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
    QCOMPARE(plain.seen.size(), 1);
    request.url = p.request(hub).url;
    Call refused(p.engine, request); // link after link
    QCOMPARE(refused.outcome(), u"link-expired"_s);
    QCOMPARE(p.names(), QStringList{u"out.bin"_s});
    QCOMPARE(readFile(p.out()), "what was here"_ba);
    QCOMPARE(hub.seen.first().header("Authorization"), "Bearer marked-token"_ba);
    QCOMPARE(hub.seen.first().header("X-Mine"), "1"_ba);
    QCOMPARE(host.seen.size(), hub.seen.size() + 1);
    for (const RawServer *stranger : {&host, &plain}) {
        for (const RawRequest &asked : stranger->seen)
            QVERIFY(!asked.head.contains("marked-token") && !asked.head.contains("X-Mine"));
    }
}

// Nothing was asked, so nothing was said against what is here.
void TestFileAnswers::noWordOfTheServer()
{
    Place p;
    Source source;
    source.headers = one;
    QVERIFY(source.breakOff(p, p.request(source.server), 16));
    FileRequest request = p.request(source.server);
    request.options.headers = {{"X-Mine", "a\r\nb"}}; // cannot be sent
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), u"bad-input"_s);
    QCOMPARE(readFile(p.partial()), alphabet.left(10));
}

// Who is not trusted has said nothing about the file: often a network that wants a visit first.
void TestFileAnswers::untrustedCertificate()
{
    const QTemporaryDir folder;
    if (!support::makeCertificate(folder.path()))
        QSKIP("needs the openssl command");
    RawServer server(support::makeTlsServer(folder.path()),
                     [](const RawRequest &request) { return rangeAnswer(request, alphabet); });
    Place p;
    FileRequest request = p.request(server);
    request.url = QUrl(QString::fromLatin1(server.origin("https") + "/f.bin?secret=1"));
    QVERIFY(writeFile(p.partial(), alphabet.left(10)));
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), u"tls"_s);
    QCOMPARE(readFile(p.partial()), alphabet.left(10));
    QVERIFY(!QFile::exists(p.out()));
    QCOMPARE((*call.result).error().url,
             QString::fromLatin1(server.origin("https")) + u"/f.bin?…"_s);
    QVERIFY(server.seen.isEmpty());
}

void TestFileAnswers::errorsSayWhatTheyAreAbout_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<QString>("outcome");
    const QByteArray id = "X-Request-Id: Root=1-abc\r\n";
    QTest::newRow("refused") << answer("404 Not Found", id) << u"entry-not-found"_s;
    QTest::newRow("a web page") << answer("200 OK", id + "Content-Type: text/html\r\n", alphabet)
                                << u"protocol"_s;
    QTest::newRow("zipped") << answer("200 OK", id + "Content-Encoding: gzip\r\n", alphabet)
                            << u"protocol"_s;
    QTest::newRow("no length") << head(id) + alphabet << u"protocol"_s;
    QTest::newRow("another length") << answer("200 OK", id, "short"_ba) << u"remote-changed"_s;
    QTest::newRow("another digest") << answer("200 OK", id, alphabet.toUpper()) << u"checksum"_s;
    QTest::newRow("longer than known")
        << head(id + "Transfer-Encoding: chunked\r\n") + chunk(alphabet + "more") + "0\r\n\r\n"
        << u"protocol"_s;
    QTest::newRow("broken off") << answer("200 OK", id, alphabet).chopped(16)
                                << u"connection-lost"_s;
    QTest::newRow("too busy") << answer("503 Busy", id) << u"server-error"_s;
}

void TestFileAnswers::errorsSayWhatTheyAreAbout()
{
    QFETCH(QByteArray, reply);
    QFETCH(QString, outcome);
    Place p;
    RawServer server([&](const RawRequest &) { return reply; });
    FileRequest request = p.request(server);
    request.url.setUserInfo(u"me:secret"_s);
    request.content = idOf(alphabet);
    if (outcome != "protocol"_L1 || reply.contains("chunked"))
        request.size = 26;
    Call call(p.engine, request);
    QCOMPARE(call.outcome(), outcome);
    const core::Error error = (*call.result).error();
    QCOMPARE(error.url, QString::fromLatin1(server.origin()) + u"/f.bin?…"_s);
    QCOMPARE(error.requestId, u"Root=1-abc"_s);
    QVERIFY(error.httpStatus > 0);
    QVERIFY2(!core::errorDetails(error).contains("secret"_L1),
             qPrintable(core::errorDetails(error)));
}

// Where no answer came there is an address all the same.
void TestFileAnswers::errorsOfOurOwnMaking()
{
    Place p;
    RawServer silent([](const RawRequest &) { return QByteArray(); });
    const QString url = QString::fromLatin1(silent.origin()) + u"/f.bin?…"_s;
    const auto urlOf = [](Call &call) {
        return call.wait() ? (*call.result).error().url : QString();
    };
    FileRequest request = p.request(silent);
    Call running(p.engine, request);
    QTRY_COMPARE(silent.seen.size(), 1);
    Call locked(p.engine, request);
    QCOMPARE(locked.outcome(), u"locked"_s);
    QCOMPARE(urlOf(locked), url);
    running.download->cancel();
    QCOMPARE(running.outcome(), u"cancelled"_s);
    QCOMPARE(urlOf(running), url);
    Call early(p.engine, request);
    early.download->cancel();
    QCOMPARE(early.outcome(), u"cancelled"_s);
    QCOMPARE(urlOf(early), url);
    FileRequest other = request;
    other.destination = u"relative"_s;
    Call relative(p.engine, other);
    QCOMPARE(relative.outcome(), u"bad-input"_s);
    QCOMPARE(urlOf(relative), url);
    other = request;
    other.options.limit = std::chrono::milliseconds(200);
    Call late(p.engine, other);
    QCOMPARE(late.outcome(), u"timeout"_s);
    QCOMPARE(urlOf(late), url);
    Call last(p.engine, request);
    QTRY_COMPARE(silent.seen.size(), 3);
    p.engine.shutdown();
    QCOMPARE(last.outcome(), u"cancelled"_s);
    QCOMPARE(urlOf(last), url);
    Call after(p.engine, request);
    QCOMPARE(after.outcome(), u"cancelled"_s);
    QCOMPARE(urlOf(after), url);
}

// A server may quote us in whatever it says.
void TestFileAnswers::quotedToken()
{
    for (const QByteArray &header :
         {"Content-Encoding"_ba, "Transfer-Encoding"_ba, "X-Linked-Size"_ba}) {
        RawServer server([&](const RawRequest &request) {
            return head(header + ": " + request.header("Authorization").mid(7)
                        + "\r\nX-Repo-Commit: c\r\n");
        });
        Place p(hubAt(server, "marked-token"_ba));
        FileRequest request = p.request(server);
        request.size = 26;
        Call call(p.engine, request);
        QVERIFY(call.wait());
        QVERIFY(!*call.result);
        const QString told = core::errorDetails((*call.result).error());
        QVERIFY2(told.contains("[secret]"_L1) && !told.contains("marked-token"_L1),
                 qPrintable(told));
    }
}

QTEST_GUILESS_MAIN(TestFileAnswers)
#include "test_fileanswers.moc"
