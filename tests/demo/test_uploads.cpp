#include <QTest>

#include "demo/writerhub.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using support::gitFile;
using support::lfsFile;
using support::makeRepo;

namespace {

constexpr const char *repoId = "ann/kept";

demo::Repo sample()
{
    return makeRepo(u"ann/kept"_s,
                    {gitFile(u"README.md"_s, "# Kept\n"_ba), lfsFile(u"w.bin"_s, 1000)});
}

QByteArray chunkedHead(const QByteArray &verb, const QByteArray &target,
                       const QByteArray &moreHeaders = {})
{
    return verb + ' ' + target + " HTTP/1.1\r\nHost: demo\r\nTransfer-Encoding: chunked\r\n"
        + moreHeaders + "\r\n";
}

QByteArray inChunks(const QByteArray &body, qsizetype length)
{
    QByteArray result;
    for (qsizetype at = 0; at < body.size(); at += length) {
        const QByteArray part = body.mid(at, length);
        result += QByteArray::number(part.size(), 16) + ";name=value\r\n" + part + "\r\n";
    }
    return result + "0\r\nTrailer: x\r\n\r\n";
}

QByteArray someBytes(qint64 size)
{
    return demo::Content::generated(77, size)->read(0, size);
}

} // namespace

// How bytes come in: preupload, the LFS endpoint, the storage behind it, and HTTP bodies.
class TestUploads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysHowToUpload();
    void refusesPreuploads_data();
    void refusesPreuploads();
    void uploadsAnObject();
    void uploadsALargeObject();
    void knowsWhatItHas();
    void keepsObjectsToTheirRepo();
    void refusesObjects();
    void refusesPuts();
    void refusesBatches_data();
    void refusesBatches();
    void lfsRights();
    void fillsUp();
    void losesOnlyTheAnswer();
    void takesChunkedBodies();
    void asksForTheBody();
    void refusesHugeBodies();
};

void TestUploads::saysHowToUpload()
{
    WriterHub hub({sample()});
    const auto file = [](const QByteArray &path, qint64 size, const QByteArray &start) {
        return "{\"path\": \"" + path + "\", \"size\": " + QByteArray::number(size)
            + ", \"sample\": \"" + start.toBase64() + "\"}";
    };
    const QByteArrayList files{
        file("README.md", 7, "# Kept\n"),  file("w.bin", 1000, "abc"),
        file("note.txt", 5, "hello"),      file("data", 5, QByteArray("a\0b", 3)),
        file("latin.txt", 3, "a\xff\xff"), file("cut.txt", 600, "abc\xc3"),
        file("long.txt", 6'000'000, "a"),  file("empty.bin", 0, {}),
        file("x.safetensors", 3, "abc")};
    const RawAnswer answer = hub.ask("POST", "/api/models/ann/kept/preupload/main",
                                     "{\"files\": [" + files.join(',') + "]}");
    QCOMPARE(answer.status, 200);
    QStringList modes;
    for (const QJsonValue item : objectOf(answer)["files"_L1].toArray()) {
        modes.append(item["uploadMode"_L1].toString());
        QCOMPARE(item["shouldIgnore"_L1].toBool(true), false);
    }
    QCOMPARE(modes.join(u' '), u"regular lfs regular lfs lfs regular lfs regular lfs"_s);
    const QJsonArray items = objectOf(answer)["files"_L1].toArray();
    QCOMPARE(items[0]["oid"_L1].toString(), demo::Content::fromBytes("# Kept\n"_ba)->gitSha1());
    QCOMPARE(items[1]["oid"_L1].toString(), demo::Content::generated(1, 1000)->sha256());
    QVERIFY(items[2]["oid"_L1].isNull());
    QCOMPARE(hub.ask("POST", "/api/models/ann/kept/preupload/main?create_pr=1", "{\"files\": []}",
                     "reader")
                 .status,
             200);
}

void TestUploads::refusesPreuploads_data()
{
    QTest::addColumn<QByteArray>("body");
    const QByteArray one = "{\"path\": \"a\", \"size\": 1, \"sample\": \"\"}";
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("{");
    QTest::newRow("no files") << QByteArray("{}");
    QTest::newRow("bad path") << QByteArray("{\"files\": [{\"path\": \"../a\", \"size\": 1}]}");
    QTest::newRow("no size") << QByteArray("{\"files\": [{\"path\": \"a\"}]}");
    QTest::newRow("negative") << QByteArray("{\"files\": [{\"path\": \"a\", \"size\": -1}]}");
    QTest::newRow("bad sample") << QByteArray(
        "{\"files\": [{\"path\": \"a\", \"size\": 1, \"sample\": \"*\"}]}");
    QTest::newRow("too many") << "{\"files\": [" + (one + ',').repeated(256) + one + "]}";
}

void TestUploads::refusesPreuploads()
{
    QFETCH(QByteArray, body);
    WriterHub hub({sample()});
    QCOMPARE(hub.ask("POST", "/api/models/ann/kept/preupload/main", body).status, 400);
}

void TestUploads::uploadsAnObject()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(5000);
    const QByteArray oid = sha256Of(bytes);
    const QJsonObject object = hub.batch(repoId, oid, 5000);
    QCOMPARE(object["oid"_L1].toString(), QString::fromLatin1(oid));
    QCOMPARE(object["size"_L1].toInt(), 5000);
    const QJsonObject actions = object["actions"_L1].toObject();
    QVERIFY(actions["upload"_L1]["href"_L1].toString().startsWith(hub.hub().cdnOrigin()));
    QVERIFY(!actions["upload"_L1]["header"_L1].toObject().contains("chunk_size"_L1));
    const QString verify = actions["verify"_L1]["href"_L1].toString();
    QVERIFY(verify.startsWith(hub.hub().endpoint() + u'/'));
    const QByteArray verifyBody = "{\"oid\": \"" + oid + "\", \"size\": 5000}";
    const auto verified = [&](const QByteArray &body, const QByteArray &token = "writer") {
        return send("POST", verify.toLatin1(), body, bearer(token)).status;
    };
    QCOMPARE(verified(verifyBody), 404);
    const RawAnswer stored = hub.put(object, bytes);
    QCOMPARE(stored.status, 200);
    QVERIFY(stored.headers.value("etag").startsWith('"'));
    QVERIFY(!stored.headers.contains("x-request-id"));
    QCOMPARE(verified(verifyBody), 200);
    QCOMPARE(verified("{\"oid\": \"" + oid + "\", \"size\": 4999}"), 404);
    QCOMPARE(verified("{\"oid\": \"x\"}"), 400);
    QCOMPARE(verified(verifyBody, {}), 401);

    QCOMPARE(hub.commit(repoId, "Add", {lfsLine("new.bin", oid, 5000)}).status, 200);
    QCOMPARE(hub.file(repoId, "new.bin"), bytes);
    const QJsonArray tree = arrayOf(hub.get("/api/models/ann/kept/tree/main"));
    QCOMPARE(tree[1]["lfs"_L1]["oid"_L1].toString(), QString::fromLatin1(oid));
    QCOMPARE(tree[1]["size"_L1].toInt(), 5000);
    QVERIFY(!hub.hub().tokenLeaked());
}

void TestUploads::uploadsALargeObject()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(24 * 1024 * 1024 + 5); // hashed off the server's thread
    const QByteArray oid = sha256Of(bytes);
    QCOMPARE(hub.put(hub.batch(repoId, oid, bytes.size()), bytes).status, 200);
    QCOMPARE(hub.commit(repoId, "Add", {lfsLine("new.bin", oid, bytes.size())}).status, 200);
    QCOMPARE(hub.file(repoId, "new.bin"), bytes);
    QByteArray wrong = bytes;
    wrong[7] = static_cast<char>(wrong[7] ^ 1);
    const QByteArray other = sha256Of("other"_ba);
    QCOMPARE(hub.put(hub.batch(repoId, other, wrong.size()), wrong).body, "BadDigest"_ba);
    QCOMPARE(hub.batch(repoId, other, wrong.size())["actions"_L1].isObject(), true);
}

void TestUploads::knowsWhatItHas()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(10);
    const QJsonObject object = hub.batch(repoId, sha256Of(bytes), 10);
    QCOMPARE(hub.put(object, bytes).status, 200);
    QCOMPARE(hub.put(object, bytes).status, 200); // the answer may have been lost
    QVERIFY(!hub.batch(repoId, sha256Of(bytes), 10).contains("actions"_L1));
    QCOMPARE(hub.batch(repoId, sha256Of(bytes), 11)["error"_L1]["code"_L1].toInt(), 422);
    hub.get("/api/models/ann/kept/tree/main"); // makes the ids of what the catalogue brought
    const QByteArray present = demo::Content::generated(1, 1000)->sha256().toLatin1();
    QVERIFY(!hub.batch(repoId, present, 1000).contains("actions"_L1));
    QCOMPARE(hub.commit(repoId, "Again", {lfsLine("copy.bin", present, 1000)}).status, 200);
    QCOMPARE(hub.file(repoId, "copy.bin"), demo::Content::generated(1, 1000)->read(0, 1000));
}

void TestUploads::keepsObjectsToTheirRepo()
{
    WriterHub hub({sample()});
    hub.create("other");
    const QByteArray bytes = someBytes(10);
    const QByteArray oid = sha256Of(bytes);
    QCOMPARE(hub.put(hub.batch(repoId, oid, 10), bytes).status, 200);
    QCOMPARE(hub.commit("demo-writer/other", "Steal", {lfsLine("a", oid, 10)}).status, 400);
    const QJsonObject pending = hub.batch("demo-writer/other", oid, 10);
    QVERIFY(pending.contains("actions"_L1));
    hub.ask("DELETE", "/api/repos/delete", "{\"name\": \"other\"}");
    QCOMPARE(hub.put(pending, bytes).status, 404);
    hub.create("other"); // another one of the same name
    QCOMPARE(hub.put(pending, bytes).status, 404);
}

void TestUploads::refusesObjects()
{
    WriterHub hub({sample()});
    const auto code = [&](const QByteArray &oid, qint64 size) {
        const QJsonObject object = hub.batch(repoId, oid, size);
        return object.contains("actions"_L1) ? 0 : object["error"_L1]["code"_L1].toInt(-1);
    };
    const QByteArray oid(64, 'a');
    QCOMPARE(code(oid, 5), 0);
    QCOMPARE(code(oid, 64 * 1024 * 1024), 0);
    QCOMPARE(code(oid, 64 * 1024 * 1024 + 1), 413);
    QCOMPARE(code(oid, -1), 422);
    QCOMPARE(code(QByteArray(64, 'A'), 5), 422);
    QCOMPARE(code(QByteArray(63, 'a'), 5), 422);
    QCOMPARE(code("../../x", 5), 422);
}

void TestUploads::refusesPuts()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(10);
    const QByteArray oid = sha256Of(bytes);
    const QJsonObject object = hub.batch(repoId, oid, 10);
    QCOMPARE(hub.put(object, someBytes(11)).body, "IncompleteBody"_ba);
    QCOMPARE(hub.put(object, {}).status, 501);
    QCOMPARE(hub.put(object, QByteArray(10, 'x')).body, "BadDigest"_ba);
    const RawAnswer withToken = hub.put(object, bytes, bearer("writer"));
    QCOMPARE(withToken.status, 400);
    QVERIFY(withToken.body.contains("Only one auth mechanism"));
    QCOMPARE(hub.hub().takeOffences().size(), 1);

    const QByteArray href = object["actions"_L1]["upload"_L1]["href"_L1].toString().toLatin1();
    const QByteArray path = href.left(href.indexOf('?'));
    QCOMPARE(send("PUT", path, bytes).status, 403);
    QByteArray other = href;
    other.replace("/10?", "/11?");
    QCOMPARE(send("PUT", other, someBytes(11)).body, "Auth failed: invalid signature"_ba);
    QCOMPARE(send("POST", href, bytes).status, 404);
    QCOMPARE(send("DELETE", href, {}).status, 400);
    QCOMPARE(fetch(href).status, 404);
    // A link that leads to bytes does not let anybody replace them.
    const QByteArray download = hub.get("/ann/kept/resolve/main/w.bin").headers.value("location");
    QCOMPARE(send("PUT", download, bytes).status, 404);
    QVERIFY(hub.batch(repoId, oid, 10).contains("actions"_L1));
    QCOMPARE(hub.put(object, bytes).status, 200);

    demo::DemoOptions options;
    options.linkSeconds = -1;
    WriterHub stale({sample()}, options);
    QCOMPARE(stale.put(stale.batch(repoId, oid, 10), bytes).body, "Auth failed: expired"_ba);
}

void TestUploads::refusesBatches_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    const QByteArray rest = "\"ref\": {\"name\": \"main\"}, \"objects\": []}";
    QTest::newRow("fine") << "{\"operation\": \"upload\"," + rest << 200;
    QTest::newRow("JavaScript's digest")
        << "{\"operation\": \"upload\", \"hash_algo\": \"sha_256\"," + rest << 200;
    QTest::newRow("no JSON") << QByteArray("{") << 400;
    QTest::newRow("no objects") << QByteArray("{\"operation\": \"upload\"}") << 400;
    QTest::newRow("download") << "{\"operation\": \"download\"," + rest << 400;
    QTest::newRow("other digest") << "{\"operation\": \"upload\", \"hash_algo\": \"md5\"," + rest
                                  << 400;
    QTest::newRow("xet alone") << "{\"operation\": \"upload\", \"transfers\": [\"xet\"]," + rest
                               << 400;
    QTest::newRow("too many") << "{\"operation\": \"upload\", \"objects\": ["
            + QByteArray("{},").repeated(256)
            + "{}]}" << 413;
}

void TestUploads::refusesBatches()
{
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    WriterHub hub({sample()});
    const RawAnswer answer = hub.ask("POST", "/ann/kept.git/info/lfs/objects/batch", body);
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.headers.value("content-type"), "application/vnd.git-lfs+json"_ba);
    QVERIFY(answer.headers.value("ratelimit").startsWith("\"api\";"));
    QCOMPARE(objectOf(answer).contains("message"_L1), status != 200);
    if (status == 200)
        QCOMPARE(objectOf(answer)["transfer"_L1].toString(), u"basic"_s);
}

void TestUploads::lfsRights()
{
    WriterHub hub({sample(), makeRepo(u"datasets/ann/kept"_s, {gitFile(u"a"_s, "a"_ba)})});
    const QByteArray target = "/ann/kept.git/info/lfs/objects/batch";
    const QByteArray body = "{\"operation\": \"upload\", \"objects\": []";
    const QByteArray toMain = body + ", \"ref\": {\"name\": \"main\"}}";
    QCOMPARE(hub.ask("POST", target, toMain, "reader").status, 403);
    QCOMPARE(hub.ask("POST", target, body + "}", "reader").status, 200); // for a pull request
    const RawAnswer nobody = hub.ask("POST", target, body + "}", {});
    QCOMPARE(nobody.status, 401);
    QCOMPARE(objectOf(nobody)["message"_L1].toString(), u"Invalid username or password."_s);
    QCOMPARE(hub.ask("POST", "/datasets" + target, toMain).status, 200);
    QCOMPARE(hub.ask("POST", "/spaces" + target, toMain).status, 404);
    QCOMPARE(hub.ask("POST", "/info/lfs/objects/batch", toMain).status, 404);
    QCOMPARE(hub.ask("POST", "/ann/kept/info/lfs/objects/batch", toMain).status, 404);
    QCOMPARE(hub.get(target).status, 404);
}

void TestUploads::fillsUp()
{
    demo::DemoOptions options;
    options.mostWritten = 1000;
    WriterHub hub({sample()}, options);
    const QByteArray bytes = someBytes(600);
    const QByteArray oid = sha256Of(bytes);
    const QJsonObject first = hub.batch(repoId, oid, 600);
    const QByteArray late = someBytes(601);
    const QJsonObject second = hub.batch(repoId, sha256Of(late), 601);
    QVERIFY(second.contains("actions"_L1)); // there is room for either
    QCOMPARE(hub.put(first, bytes).status, 200);
    QCOMPARE(hub.put(second, late).status, 507);
    QCOMPARE(hub.batch(repoId, sha256Of(late), 601)["error"_L1]["code"_L1].toInt(), 507);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("a", QByteArray(401, 'x'))}).status, 507);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("a", QByteArray(400, 'x'))}).status, 200);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("b", "x")}).status, 507);
    QCOMPARE(hub.commit(repoId, "x", {lfsLine("b", oid, 600)}).status, 200); // costs nothing more
    QVERIFY(!hub.paths(repoId).contains(u"c"_s));
    // What is deleted makes room.
    hub.ask("DELETE", "/api/repos/delete", "{\"name\": \"kept\", \"organization\": \"ann\"}");
    hub.create("next");
    QCOMPARE(hub.commit("demo-writer/next", "x", {fileLine("a", QByteArray(1000, 'x'))}).status,
             200);
}

void TestUploads::losesOnlyTheAnswer()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(10);
    const QByteArray oid = sha256Of(bytes);
    hub.hub().addRule(demo::Origin::Cdn, QRegularExpression(u"^/demo-upload/"_s),
                      FaultyHub::reset(), 1);
    QCOMPARE(hub.put(hub.batch(repoId, oid, 10), bytes).status, 0);
    QVERIFY(!hub.batch(repoId, oid, 10).contains("actions"_L1));
}

void TestUploads::takesChunkedBodies()
{
    WriterHub hub({sample()});
    const QByteArray bytes = someBytes(300'000);
    const QByteArray oid = sha256Of(bytes);
    const QByteArray href =
        hub.batch(repoId, oid, bytes.size())["actions"_L1]["upload"_L1]["href"_L1]
            .toString()
            .toLatin1();
    RawClient client(hub.hub().cdnOrigin());
    client.write(chunkedHead("PUT", targetOf(href)) + inChunks(bytes, 70'001)
                 + "GET /none HTTP/1.1\r\nHost: demo\r\n\r\n");
    QCOMPARE(client.read().status, 200);
    QCOMPARE(client.read().status, 404); // the next request begins where the body ended
    QVERIFY(!hub.batch(repoId, oid, bytes.size()).contains("actions"_L1));

    const QByteArray body =
        "{\"key\": \"header\", \"value\": {\"summary\": \"s\"}}\n" + fileLine("chunked.txt", "c");
    RawClient slow(hub.hub().endpoint());
    for (const char c : chunkedHead("POST", "/api/models/ann/kept/commit/main", bearer("writer"))
             + inChunks(body, 7))
        slow.write(QByteArray(1, c));
    QCOMPARE(slow.read().status, 200);
    QCOMPARE(hub.file(repoId, "chunked.txt"), "c"_ba);
}

void TestUploads::asksForTheBody()
{
    WriterHub hub({sample()});
    RawClient client(hub.hub().endpoint());
    const QByteArray head = " /api/repos/create HTTP/1.1\r\nHost: demo\r\n"
                            "Expect: 100-continue\r\n"
        + bearer("writer");
    client.write("POST" + head + "Content-Length: 13\r\n\r\n");
    QCOMPARE(client.read().status, 100);
    client.write("{\"name\": \"x\"}");
    QCOMPARE(client.read().status, 200);
    client.write("POST" + head + "Transfer-Encoding: chunked\r\n\r\n");
    QCOMPARE(client.read().status, 100);
    client.write("d\r\n{\"name\": \"y\"}\r\n0\r\n\r\n");
    QCOMPARE(client.read().status, 200);
    client.write("POST" + head + "Content-Length: 99999999\r\n\r\n");
    QCOMPARE(client.read().status, 413); // and not 100
}

void TestUploads::refusesHugeBodies()
{
    WriterHub hub({sample()});
    for (const QByteArray &verb : {"PUT"_ba, "POST"_ba, "DELETE"_ba, "PATCH"_ba}) {
        RawClient client(hub.hub().cdnOrigin());
        client.write(verb + " /x HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n");
        QCOMPARE(client.read().status, 413);
    }
    // In pieces, each small enough.
    RawClient client(hub.hub().cdnOrigin());
    client.write(chunkedHead("PUT", "/x") + "3ffffff\r\n");
    client.write(QByteArray(0x3ffffff, 'x') + "\r\n2\r\n");
    QCOMPARE(client.read().status, 413);
    QCOMPARE(hub.get("/api/models/ann/kept").status, 200);
}

QTEST_GUILESS_MAIN(TestUploads)
#include "test_uploads.moc"
