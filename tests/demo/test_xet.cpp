#include <QTest>
#include <QtEndian>

#include "demo/writerhub.h"
#include "demo/xetformat.h"

using namespace Qt::StringLiterals;
using support::gitFile;
using support::makeRepo;

namespace {

constexpr const char *tokenTarget = "/api/models/ann/kept/xet-write-token/main";

// Three chunks, one of each scheme; the bytes are the published format's, packed by LZ4 1.9.4.
const QByteArray plain = QByteArray::fromHex("000b0000000b000068656c6c6f20776f726c64");
const QByteArray packed =
    QByteArray::fromHex("001a00000140000004224d186040820b0000001f4101002750414141414100000000");
const QByteArray grouped = QByteArray::fromHex(
    "002500000243000004224d18604082160000001c0101001c0201001c03010016040100500404"
    "04040400000000");
const QByteArray whole = "hello world" + QByteArray(64, 'A')
    + QByteArray::fromHex("01020304").repeated(16) + QByteArray::fromHex("010203");

QByteArray number(quint32 value)
{
    QByteArray bytes(4, '\0');
    qToLittleEndian(value, bytes.data());
    return bytes;
}

// Hexadecimal text as the bytes of a hash: each eight of them the other way round.
QByteArray hashBytes(const QByteArray &text)
{
    QByteArray bytes = QByteArray::fromHex(text);
    for (auto at = bytes.begin(); at < bytes.end(); at += 8)
        std::reverse(at, at + 8);
    return bytes;
}

struct Term {
    QByteArray xorb;
    quint32 begin = 0;
    quint32 end = 0;
    quint32 size = 0;
};

QByteArray fileBlock(const QByteArray &sha256, const QList<Term> &terms)
{
    QByteArray block = QByteArray(32, 'f') + number(0xC0000000)
        + number(static_cast<quint32>(terms.size())) + QByteArray(8, '\0');
    for (const Term &term : terms)
        block += hashBytes(term.xorb) + number(0) + number(term.size) + number(term.begin)
            + number(term.end);
    block += QByteArray(48 * terms.size(), 'p'); // the proofs of the terms
    return block + hashBytes(sha256) + QByteArray(16, '\0');
}

QByteArray shard(const QByteArray &blocks)
{
    const QByteArray end = QByteArray(32, '\xff') + QByteArray(16, '\0');
    return "HFRepoMetaData"_ba + '\0' + QByteArray::fromHex("556967456a7b815783a5bdd95ccdd14aa9")
        + number(2) + number(0) + QByteArray(8, '\0') + blocks + end + end;
}

const QByteArray xorbName(64, 'c');

QByteArray wholeShard()
{
    return shard(fileBlock(sha256Of(whole), {{xorbName, 0, 1, 11}, {xorbName, 1, 3, 131}}));
}

demo::Repo sample()
{
    return makeRepo(u"ann/kept"_s, {gitFile(u"README.md"_s, "# Kept\n"_ba)});
}

// A Hub, and the storage that its tokens lead to.
struct XetHub : WriterHub {
    explicit XetHub(const demo::DemoOptions &options = {})
        : WriterHub({sample()}, options)
        , access(objectOf(get(tokenTarget)))
    {
    }

    RawAnswer post(const QByteArray &path, const QByteArray &body, QByteArray token = {})
    {
        if (token.isEmpty())
            token = access["accessToken"_L1].toString().toLatin1();
        return send("POST", access["casUrl"_L1].toString().toLatin1() + path, body, bearer(token));
    }
    RawAnswer postXorb(const QByteArray &xorb = plain + packed + grouped)
    {
        return post("/v1/xorbs/default/" + xorbName, xorb);
    }

    QJsonObject access;
};

} // namespace

// Uploads by Xet: the format, the storage, and who may use it.
class TestXet : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsXorbs();
    void refusesXorbs_data();
    void refusesXorbs();
    void readsShards();
    void refusesShards_data();
    void refusesShards();
    void uploads();
    void provesTheBytes();
    void wantsItsToken();
    void tokenRights();
    void fillsUp();
};

void TestXet::readsXorbs()
{
    const auto chunks = demo::chunksOfXorb(plain + packed + grouped + "XETBLOB and more", 1000);
    QVERIFY(chunks);
    QCOMPARE(chunks->size(), 3);
    QCOMPARE(chunks->join(), whole);
    QVERIFY(demo::chunksOfXorb(plain, 11));
    QVERIFY(!demo::chunksOfXorb(plain, 10));
}

void TestXet::refusesXorbs_data()
{
    QTest::addColumn<QByteArray>("xorb");
    const auto with = [](QByteArray bytes, qsizetype at, char value) {
        bytes[at] = value;
        return bytes;
    };
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("footer alone") << QByteArray("XETBLOB");
    QTest::newRow("half a head") << plain.left(7);
    QTest::newRow("cut") << plain.chopped(1);
    QTest::newRow("cut later") << plain + packed.chopped(5);
    QTest::newRow("other version") << with(plain, 0, 1);
    QTest::newRow("other scheme") << with(plain, 4, 3);
    QTest::newRow("other length") << with(plain, 5, 10);
    QTest::newRow("unpacks to less") << with(packed, 5, 65);
    QTest::newRow("unpacks to more") << with(packed, 5, 63);
    QTest::newRow("no frame") << with(packed, 8, 5);
    QTest::newRow("broken frame") << with(packed, 14, '\x7f'); // its checksum
    QTest::newRow("unfinished frame") << with(packed.left(20), 1, 12);
    QTest::newRow("huge chunk") << QByteArray::fromHex("000000000001000200");
}

void TestXet::refusesXorbs()
{
    QFETCH(QByteArray, xorb);
    QVERIFY(!demo::chunksOfXorb(xorb, 1 << 20));
}

void TestXet::readsShards()
{
    const auto files = demo::filesOfShard(wholeShard());
    QVERIFY(files);
    QCOMPARE(files->size(), 1);
    const demo::XetFile &file = files->constFirst();
    QCOMPARE(file.sha256, QString::fromLatin1(sha256Of(whole)));
    QCOMPARE(file.size, whole.size());
    QCOMPARE(file.terms.size(), 2);
    QCOMPARE(file.terms[1].xorb, QString::fromLatin1(xorbName));
    QCOMPARE(file.terms[1].begin, 1);
    QCOMPARE(file.terms[1].end, 3);
    QCOMPARE(file.terms[1].size, 131);
    QCOMPARE(demo::filesOfShard(shard({})).value().size(), 0);
}

void TestXet::refusesShards_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto with = [](QByteArray bytes, qsizetype at, const QByteArray &value) {
        return bytes.replace(at, value.size(), value);
    };
    const QByteArray good = wholeShard();
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("tag alone") << good.left(32);
    QTest::newRow("other tag") << with(good, 3, "x");
    QTest::newRow("other version") << with(good, 32, number(3));
    QTest::newRow("no end") << good.left(48 + 48 * 6);
    QTest::newRow("cut in a file") << good.left(48 + 48 * 5);
    QTest::newRow("no SHA-256") << with(good, 48 + 32, number(0x80000000));
    QTest::newRow("no terms") << with(good, 48 + 36, number(0));
    QTest::newRow("too many terms") << with(good, 48 + 36, number(0xffffffff));
}

void TestXet::refusesShards()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!demo::filesOfShard(bytes));
}

void TestXet::uploads()
{
    XetHub hub;
    QVERIFY(hub.access["casUrl"_L1].toString().startsWith(hub.hub().cdnOrigin()));
    QVERIFY(hub.access["exp"_L1].toInteger() > QDateTime::currentSecsSinceEpoch() + 60);
    RawAnswer answer = hub.postXorb();
    QCOMPARE(answer.status, 200);
    QCOMPARE(objectOf(answer)["was_inserted"_L1].toBool(), true);
    QCOMPARE(objectOf(hub.postXorb())["was_inserted"_L1].toBool(true), false);
    QCOMPARE(
        hub.commit("ann/kept", "Early", {lfsLine("w.bin", sha256Of(whole), whole.size())}).status,
        400);
    QCOMPARE(hub.post("/v1/shards", wholeShard()).status, 200);
    QCOMPARE(hub.post("/v1/shards", wholeShard()).status, 200); // the answer may have been lost
    QCOMPARE(
        hub.commit("ann/kept", "Add", {lfsLine("w.bin", sha256Of(whole), whole.size())}).status,
        200);
    QCOMPARE(hub.file("ann/kept", "w.bin"), whole);
    // A token of another repo may build on the same xorb, and fills that one.
    hub.create("other");
    const auto other = objectOf(hub.get("/api/models/demo-writer/other/xet-write-token/main"));
    QCOMPARE(
        hub.post("/v1/shards", wholeShard(), other["accessToken"_L1].toString().toLatin1()).status,
        200);
    QCOMPARE(
        hub.commit("demo-writer/other", "Add", {lfsLine("w.bin", sha256Of(whole), whole.size())})
            .status,
        200);
    QVERIFY(!hub.hub().tokenLeaked()); // a token for the storage is not one of the Hub
}

void TestXet::provesTheBytes()
{
    XetHub hub;
    const QByteArray sha = sha256Of(whole);
    const auto status = [&](const QList<Term> &terms, const QByteArray &name) {
        return hub.post("/v1/shards", shard(fileBlock(name, terms))).status;
    };
    const QList<Term> good{{xorbName, 0, 3, 142}};
    QCOMPARE(status(good, sha), 400); // no xorb yet
    QCOMPARE(hub.post("/v1/xorbs/default/" + xorbName, "nonsense").status, 400);
    QCOMPARE(hub.postXorb().status, 200);
    QCOMPARE(status({{xorbName, 0, 4, 142}}, sha), 400);
    QCOMPARE(status({{xorbName, 2, 2, 0}}, sha), 400);
    QCOMPARE(status({{xorbName, 0, 3, 141}}, sha), 400);
    QCOMPARE(status({{QByteArray(64, 'd'), 0, 3, 142}}, sha), 400);
    QCOMPARE(hub.post("/v1/shards", shard(fileBlock(sha, {{xorbName, 0, 2, 75}}))).body,
             "BadDigest"_ba);
    QVERIFY(hub.batch("ann/kept", sha, whole.size()).contains("actions"_L1)); // still missing
    QCOMPARE(status(good, sha), 200);
    QVERIFY(!hub.batch("ann/kept", sha, whole.size()).contains("actions"_L1));
}

void TestXet::wantsItsToken()
{
    XetHub hub;
    const QByteArray token = hub.access["accessToken"_L1].toString().toLatin1();
    QByteArray forged = token;
    forged[2] = forged[2] == 'a' ? 'b' : 'a'; // another repo's
    for (const QByteArray &bad : {"x"_ba, "?"_ba, forged, token.chopped(60)}) {
        QCOMPARE(hub.post("/v1/shards", wholeShard(), bad).status, 401);
        QCOMPARE(hub.post("/v1/xorbs/default/" + xorbName, plain, bad).status, 401);
    }
    const QByteArray url = hub.access["casUrl"_L1].toString().toLatin1() + "/v1/shards";
    QCOMPARE(send("POST", url, wholeShard()).status, 401);
    QCOMPARE(hub.post("/v2/shards", wholeShard()).status, 404);
    QCOMPARE(hub.post("/v1/xorbs/default", plain).status, 404);
    QCOMPARE(hub.post("/v1/shards/more", plain).status, 404);
    QCOMPARE(fetch(url).status, 404);

    demo::DemoOptions options;
    options.linkSeconds = -1;
    XetHub stale(options);
    QCOMPARE(stale.post("/v1/shards", wholeShard()).status, 401);
    for (support::FaultyHub *each : {&hub.hub(), &stale.hub()})
        each->takeOffences(); // tokens that are none of the storage's were what this sent
}

void TestXet::tokenRights()
{
    XetHub hub;
    QCOMPARE(hub.get(tokenTarget, "reader").status, 403);
    QCOMPARE(hub.get(QByteArray(tokenTarget) + "?create_pr=1", "reader").status, 200);
    QCOMPARE(hub.get(tokenTarget, {}).status, 401);
    QCOMPARE(hub.get("/api/models/ann/kept/xet-write-token/none").status, 404);
    QCOMPARE(hub.ask("POST", tokenTarget, "{}").status, 404);
    hub.ask("POST", "/api/models/ann/kept/branch/side%2Fway", "{}");
    QCOMPARE(hub.get("/api/models/ann/kept/xet-write-token/side/way").status, 200);
}

void TestXet::fillsUp()
{
    demo::DemoOptions options;
    options.mostWritten = 200;
    XetHub hub(options);
    QCOMPARE(hub.postXorb().status, 200); // about a hundred bytes
    QCOMPARE(hub.post("/v1/shards", wholeShard()).status, 507);
    QCOMPARE(
        hub.post("/v1/xorbs/default/" + QByteArray(64, 'd'), (plain + packed + grouped).repeated(2))
            .status,
        507);
}

QTEST_GUILESS_MAIN(TestXet)
#include "test_xet.moc"
