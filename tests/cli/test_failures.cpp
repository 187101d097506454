#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTest>

#include "cache/cachefixture.h"
#include "cli/program.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;

namespace {

constexpr qint64 MiB = 1024 * 1024;
const QString token = u"hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"_s;
const QRegularExpression anything(u"."_s);

demo::Repo repoOf(demo::Access access)
{
    demo::Repo repo = support::makeRepo(
        u"org/repo"_s,
        {support::lfsFile(u"m.bin"_s, 9 * MiB), support::gitFile(u"config.json"_s, "{}")});
    repo.access = access;
    repo.allowedTokens = {u"hf_allowedallowedallowedallowed1234"_s};
    return repo;
}

// One sentence for people, an end event for programs, no secret for anybody.
void verifyFailure(const Run &run, int exit, const char *file, int line)
{
    QTest::qCompare(run.exit, exit, "exit code", "expected", file, line);
    const QStringList sentences = run.errorLines();
    const QString all = sentences.join(u" | "_s);
    QTest::qVerify(sentences.size() == 1 && sentences.first().startsWith("hubload: "_L1)
                       && sentences.first().endsWith(u'.') && sentences.first().size() > 30,
                   "one clear sentence", qPrintable(all), file, line);
    QTest::qVerify(!run.both().contains("hf_"), "no token", qPrintable(all), file, line);
}

void verifyEnd(const Run &run, const QString &kind, const char *file, int line)
{
    const QJsonObject error = run.end().value("error"_L1).toObject();
    QTest::qCompare(error.value("kind"_L1).toString(), kind, "error kind", "expected", file, line);
    QTest::qCompare(run.end().value("exit_code"_L1).toInt(-1), run.exit, "exit_code", "exit", file,
                    line);
}

} // namespace

#define FAILS(run, exit, kind)                                                                     \
    do {                                                                                           \
        verifyFailure(run, exit, __FILE__, __LINE__);                                              \
        verifyEnd(run, kind, __FILE__, __LINE__);                                                  \
        if (QTest::currentTestFailed())                                                            \
            return;                                                                                \
    } while (false)

// Exit codes, and what is said, when something is not fetched.
class TestFailures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wrongUse_data();
    void wrongUse();
    void wrongEndpoint();
    void refused_data();
    void refused();
    void missingRevision();
    void nothingMatches();
    void unusableNames_data();
    void unusableNames();
    void serverError();
    void nothingListens();
    void fileHostIsGone();
    void corruptedTwice();
    void noRoom();
    void diskFillsUp();
    void folderIsNotOurs();
    void folderThatCannotBe();
    void echoedTokenStaysSecret();
    void leftOutFilesHoldTheRef();
};

void TestFailures::wrongUse_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no repo") << QStringList{};
    QTest::newRow("two repos") << QStringList{u"a/b"_s, u"c/d"_s};
    QTest::newRow("second is a token") << QStringList{u"a/b"_s, token};
    QTest::newRow("unknown option") << QStringList{u"a/b"_s, u"--fast"_s};
    QTest::newRow("token as option") << QStringList{u"a/b"_s, u"--"_s + token};
    QTest::newRow("option without value") << QStringList{u"a/b"_s, u"--files"_s};
    QTest::newRow("log level") << QStringList{u"a/b"_s, u"--log"_s, u"loud"_s};
    QTest::newRow("out of the cache") << QStringList{u"../x"_s};
    QTest::newRow("odd characters") << QStringList{u"org/na me"_s};
    QTest::newRow("limit of nothing") << QStringList{u"a/b"_s, u"--limit"_s, u"0"_s};
    QTest::newRow("limit that holds") << QStringList{u"a/b"_s, u"--limit"_s, u"hold"_s};
    QTest::newRow("limit in words") << QStringList{u"a/b"_s, u"--limit"_s, u"slow"_s};
    QTest::newRow("limit without a value") << QStringList{u"a/b"_s, u"--limit"_s, u"--yes"_s};
    QTest::newRow("three parts") << QStringList{u"a/b/c/d"_s};
    QTest::newRow("empty") << QStringList{u""_s};
    QTest::newRow("another host") << QStringList{u"https://example.org/a/b"_s};
    QTest::newRow("bad revision") << QStringList{u"a/b"_s, u"--rev"_s, u"../../x"_s};
    QTest::newRow("bad revision in the name") << QStringList{u"a/b@../x"_s};
    QTest::newRow("token as repo") << QStringList{token};
    QTest::newRow("token as revision") << QStringList{u"a/b"_s, u"--rev"_s, token + u".."_s};
}

void TestFailures::wrongUse()
{
    QFETCH(QStringList, arguments);
    Program program;
    program.environment.insert(u"HF_TOKEN"_s, token);
    const Run run = program.getJson(arguments);
    verifyFailure(run, 2, __FILE__, __LINE__);
    QVERIFY(program.hub().requests().isEmpty());
    QVERIFY(!QFile::exists(program.cache()));
}

void TestFailures::wrongEndpoint()
{
    for (const QString &endpoint : {u"ftp://example.org"_s, u"example.org"_s, u"http://"_s,
                                    u"https://me:hf_abcdefghijklmnopqrstuvwxyz@example.org"_s}) {
        Program program;
        program.environment.insert(u"HF_ENDPOINT"_s, endpoint);
        verifyFailure(program.getJson({u"a/b"_s}), 2, __FILE__, __LINE__);
    }
}

void TestFailures::refused_data()
{
    QTest::addColumn<demo::Access>("access");
    QTest::addColumn<bool>("exists");
    QTest::addColumn<QString>("withToken");
    QTest::addColumn<bool>("known");
    QTest::addColumn<int>("exit");
    QTest::addColumn<QString>("kind");
    using demo::Access;
    const QString none;
    QTest::newRow("missing, anonymous")
        << Access::Open << false << none << false << 1 << u"repo-not-found"_s;
    QTest::newRow("missing, signed in")
        << Access::Open << false << token << true << 1 << u"repo-not-found"_s;
    QTest::newRow("private, anonymous")
        << Access::Private << true << none << false << 1 << u"repo-not-found"_s;
    QTest::newRow("gated, anonymous")
        << Access::GatedManual << true << none << false << 3 << u"gated"_s;
    QTest::newRow("gated, signed in")
        << Access::GatedAutomatic << true << token << true << 3 << u"gated"_s;
    QTest::newRow("token unknown")
        << Access::Private << true << token << false << 3 << u"unauthorized"_s;
    QTest::newRow("disabled") << Access::Disabled << true << none << false << 1 << u"disabled"_s;
}

void TestFailures::refused()
{
    QFETCH(demo::Access, access);
    QFETCH(bool, exists);
    QFETCH(QString, withToken);
    QFETCH(bool, known);
    QFETCH(int, exit);
    QFETCH(QString, kind);
    Program program;
    demo::DemoOptions options;
    if (known)
        options.tokens = {withToken};
    program.useHub(options);
    if (exists)
        program.hub().setRepo(repoOf(access));
    if (!withToken.isEmpty())
        program.environment.insert(u"HF_TOKEN"_s, withToken);
    FAILS(program.getJson({u"org/repo"_s, u"--log"_s, u"normal"_s}), exit, kind);
}

void TestFailures::missingRevision()
{
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    FAILS(program.getJson({u"org/repo"_s, u"--rev"_s, u"nowhere"_s}), 1, u"revision-not-found"_s);
    FAILS(program.getJson({u"org/repo"_s, u"--rev"_s, QString(40, u'1')}), 1,
          u"revision-not-found"_s);
}

void TestFailures::nothingMatches()
{
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    FAILS(program.getJson({u"org/repo"_s, u"--files"_s, u"*.GGUF"_s}), 1, u"entry-not-found"_s);
    FAILS(program.getJson({u"org/repo"_s, u"--exclude"_s, u"*"_s}), 1, u"entry-not-found"_s);
    FAILS(program.getJson({u"hf://org/repo/nothing"_s}), 1, u"entry-not-found"_s);
}

void TestFailures::unusableNames_data()
{
    QTest::addColumn<QByteArray>("entry");
    const auto named = [](const QByteArray &path) {
        return R"({"type":"file","size":2,"oid":"x","path":")"_ba + path + "\"}";
    };
    QTest::newRow("out of the folder") << named("../../x");
    QTest::newRow("a thousand folders") << named("x/"_ba.repeated(1000) + 'x');
    QTest::newRow("escape sequence") << named("\\u001b[2J\\nhubload: done.");
    QTest::newRow("size missing") << R"({"type":"file","path":"a"})"_ba;
    QTest::newRow("size negative") << R"({"type":"file","path":"a","size":-5})"_ba;
    QTest::newRow("size a text") << R"({"type":"file","path":"a","size":"5"})"_ba;
}

void TestFailures::unusableNames()
{
    QFETCH(QByteArray, entry);
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    program.hub().addRule(demo::Origin::Hub, QRegularExpression(u"/tree/"_s),
                          FaultyHub::status(200, {}, '[' + entry + ']'));
    const Run run = program.getJson({u"org/repo"_s});
    FAILS(run, 1, u"protocol"_s);
    QVERIFY(!run.err.contains('\x1b'));
}

void TestFailures::serverError()
{
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    program.hub().addRule(demo::Origin::Hub, anything, FaultyHub::status(500));
    const Run run = program.getJson({u"org/repo"_s});
    FAILS(run, 1, u"server-error"_s);
    QVERIFY(run.milliseconds < 40'000);
}

void TestFailures::nothingListens()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const quint16 port = server.serverPort();
    server.close();
    Program program;
    program.environment.insert(u"HF_ENDPOINT"_s, u"http://127.0.0.1:%1"_s.arg(port));
    const Run run = program.getJson({u"org/repo"_s});
    FAILS(run, 5, u"connection-lost"_s);
    QVERIFY(run.milliseconds < 40'000);
}

// The listing is there, the bytes are not: five attempts in a row, then it is given up.
void TestFailures::fileHostIsGone()
{
    Program program;
    const demo::Repo repo = repoOf(demo::Access::Open);
    program.hub().setRepo(repo);
    program.hub().addRule(demo::Origin::Cdn, anything, FaultyHub::reset());
    const Run run = program.getJson({u"org/repo"_s}, 120);
    FAILS(run, 5, u"connection-lost"_s);
    QVERIFY(run.milliseconds < 60'000);
    QVERIFY(program.isRight(repo, repo.files[1])); // what could be had is here
    QVERIFY(!QFile::exists(program.layout().ref(repo.id, u"main"_s)));
}

void TestFailures::corruptedTwice()
{
    Program program;
    const demo::Repo repo = repoOf(demo::Access::Open);
    program.hub().setRepo(repo);
    program.hub().addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(1000, '!'));
    FAILS(program.getJson({u"org/repo"_s}), 6, u"checksum"_s);
    QVERIFY(!QFile::exists(program.entry(repo, u"m.bin"_s)));
    QVERIFY(!QFile::exists(program.layout().ref(repo.id, u"main"_s)));
}

void TestFailures::noRoom()
{
    const cachetest::SmallDisk disk(u"6m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    program.environment.insert(u"HF_HUB_CACHE"_s, disk.path() + "/hub"_L1);
    FAILS(program.getJson({u"org/repo"_s}), 4, u"disk-full"_s);
    QVERIFY(program.hub().requests(demo::Origin::Cdn, anything).isEmpty());
}

void TestFailures::diskFillsUp()
{
    const cachetest::SmallDisk disk(u"12m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Program program;
    QList<demo::File> files;
    for (int i = 0; i < 8; ++i) // too small to get their room in advance
        files.append(support::lfsFile(u"%1.bin"_s.arg(i), MiB, quint64(i + 1)));
    program.hub().setRepo(support::makeRepo(u"org/many"_s, files));
    program.environment.insert(u"HF_HUB_CACHE"_s, disk.path() + "/hub"_L1);
    const QString filler = disk.path() + "/filler"_L1;
    program.hub().addRule(
        demo::Origin::Cdn, anything,
        [filler](const demo::Request &, demo::Response &) {
            QFile file(filler);
            if (!file.open(QIODevice::Append | QIODevice::Unbuffered))
                return;
            const QByteArray block(4096, 'f');
            for (int i = 0; i < 2560 && file.write(block) == 4096; ++i) { }
        },
        1);
    FAILS(program.getJson({u"org/many"_s}), 4, u"disk-full"_s);

    QVERIFY(QFile::remove(filler));
    QCOMPARE(program.getJson({u"org/many"_s}).exit, 0);
}

void TestFailures::folderIsNotOurs()
{
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    QVERIFY(cachetest::writeFile(program.folder() + "/file"_L1, "x"));
    program.environment.insert(u"HF_HUB_CACHE"_s, program.folder() + "/file/hub"_L1);
    FAILS(program.getJson({u"org/repo"_s}), 1, u"file-io"_s);
}

void TestFailures::folderThatCannotBe()
{
    Program program;
    program.hub().setRepo(repoOf(demo::Access::Open));
    program.environment.insert(u"HF_HUB_CACHE"_s, u"/proc/hubload"_s); // no room there, either
    FAILS(program.getJson({u"org/repo"_s}), 1, u"file-io"_s);
}

void TestFailures::echoedTokenStaysSecret()
{
    Program program;
    program.environment.insert(u"HF_TOKEN"_s, token);
    const QByteArray echo = "you sent Bearer " + token.toLatin1() + ", or " + token.toLatin1();
    program.hub().addRule(demo::Origin::Hub, anything,
                          FaultyHub::status(403, {{"X-Error-Message"_ba, echo}}, echo));
    const Run run = program.getJson({u"org/repo"_s, u"--log"_s, u"detailed"_s});
    QCOMPARE(run.exit, 3);
    QVERIFY(!run.both().contains("hf_"));
    QVERIFY(!run.both().contains("AbCdEfGh"));
    // A mirror's token may look like anything.
    program.hub().clearRules();
    const QByteArray plain = "a-secret.of/another+kind"_ba;
    program.environment.insert(u"HF_TOKEN"_s, QString::fromLatin1(plain));
    program.hub().addRule(demo::Origin::Hub, anything,
                          FaultyHub::status(403, {{"X-Error-Message"_ba, "not " + plain}}, plain));
    const Run other = program.getJson({u"org/repo"_s, u"--log"_s, u"detailed"_s});
    QCOMPARE(other.exit, 3);
    QVERIFY(!other.both().contains(plain));
}

// One chosen file cannot be written: the rest is fetched, and whoever is without a network keeps
// the complete version he has.
void TestFailures::leftOutFilesHoldTheRef()
{
    Program program;
    demo::Repo repo = repoOf(demo::Access::Open);
    program.hub().setRepo(repo);
    QCOMPARE(program.getJson({u"org/repo"_s}).exit, 0);
    const auto ref = [&] {
        QFile file(program.layout().ref(repo.id, u"main"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QByteArray old = ref();
    QCOMPARE(old.size(), 40);
    repo.files.append(support::gitFile(u"new.txt"_s, "new"_ba));
    repo.files.append(support::gitFile(u"..\\b"_s, "bad"_ba));
    repo.commit.clear();
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/repo"_s});
    QCOMPARE(run.exit, 1);
    QCOMPARE(run.errorLines().size(), 1);
    QVERIFY(run.errorLines().first().startsWith(u"hubload: "_s));
    QCOMPARE(run.end().value("state"_L1).toString(), u"failed"_s);
    QVERIFY(!run.end().value("checked"_L1).toBool(true));
    QVERIFY(run.end().value("error"_L1).toObject().value("message"_L1).toString().contains(u"b"_s));
    QCOMPARE(ref(), old);
    // Without that file nothing is missing.
    QCOMPARE(program.getJson({u"org/repo"_s, u"--exclude"_s, u"..*"_s}).exit, 0);
    QVERIFY(ref() != old);
}

QTEST_GUILESS_MAIN(TestFailures)
#include "test_failures.moc"
