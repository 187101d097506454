#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTcpServer>
#include <QTest>

#include "cli/program.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;

namespace {

constexpr qint64 MiB = 1024 * 1024;
const QString token = u"hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"_s;

demo::Repo sampleRepo(const QString &id = u"org/sample"_s)
{
    return support::makeRepo(id,
                             {support::lfsFile(u"a.Q4.gguf"_s, 9 * MiB, 1),
                              support::lfsFile(u"a.Q8.gguf"_s, MiB, 2),
                              support::gitFile(u"config.json"_s, "{}"),
                              support::gitFile(u"sub/folder/readme.txt"_s, "hello"),
                              support::gitFile(u"sub/x y#%+ü.json"_s, "[1]")});
}

QStringList pathsOf(const QList<QJsonObject> &fileEvents)
{
    QStringList paths;
    for (const QJsonObject &event : fileEvents) {
        const QString path = event.value("path"_L1).toString();
        if (event.value("state"_L1).toString() == "done"_L1 && !paths.contains(path))
            paths.append(path);
    }
    paths.sort();
    return paths;
}

} // namespace

// "hubload get" where all goes well: what is fetched, what is said, and what the environment says.
class TestGet : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fetchesAll();
    void saysTheFolderToPeople();
    void saysWhatIsNotChecked();
    void noFasterThanItMay();
    void chooses_data();
    void chooses();
    void repoForms_data();
    void repoForms();
    void revisions();
    void fullCommitAsksNoInfo();
    void renamedRepoKeepsTheAskedId();
    void pathPrefix();
    void withoutLinks();
    void privateRepoByToken();
    void offlineFromTheCache();
    void namesLikeTokensStayTrueInJson();
    void twoAtOnce();
    void readerGoesAway();
    void closedOutput();
    void proxyIsAsked();
    void emptyRepo();
    void tellsThatTheHubLetsUsWait();
    void countsPathsAsFiles();
    void helpAndVersion();
};

void TestGet::fetchesAll()
{
    Program program;
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/sample"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY(run.err.isEmpty());
    QVERIFY(!run.events().isEmpty());
    QCOMPARE(run.events(u"plan"_s).size(), 1);
    int done = 0;
    for (const QJsonObject &event : run.events(u"file"_s)) {
        QVERIFY(!event.value("state"_L1).toString().isEmpty());
        QVERIFY(event.contains("bytes"_L1) && event.contains("size"_L1));
        if (event.value("state"_L1).toString() != "done"_L1)
            continue;
        ++done;
        const QString path = event.value("final_path"_L1).toString();
        QCOMPARE(path, program.entry(repo, event.value("path"_L1).toString()));
        QCOMPARE(QFileInfo(path).size(), event.value("size"_L1).toInteger());
        QVERIFY(event.value("checked"_L1).toBool());
    }
    QCOMPARE(done, repo.files.size());
    QCOMPARE(run.end().value("state"_L1).toString(), u"done"_s);
    QCOMPARE(run.end().value("exit_code"_L1).toInt(-1), 0);
    QVERIFY(program.allRight(repo));
    QCOMPARE(program.leftovers(repo), QStringList());

    program.hub().clearRequests();
    const Run again = program.getJson({u"org/sample"_s});
    QCOMPARE(again.exit, 0);
    QCOMPARE(pathsOf(again.events(u"file"_s)).size(), repo.files.size());
    QVERIFY(program.hub().requests(demo::Origin::Hub, QRegularExpression(u"resolve"_s)).isEmpty());
}

void TestGet::saysTheFolderToPeople()
{
    Program program;
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    const Run run = program.get({u"org/sample"_s, u"--files"_s, u"*.json"_s, u"--yes"_s});
    QCOMPARE(run.exit, 0);
    QCOMPARE(QString::fromUtf8(run.out), program.layout().snapshot(repo.id, repo.commit) + u'\n');
}

// The Hub names no id that is a digest; the others are compared as ever.
void TestGet::saysWhatIsNotChecked()
{
    Program program;
    const demo::Repo repo = support::makeRepo(
        u"org/sample"_s,
        {support::lfsFile(u"a.bin"_s, 9 * MiB, 1), support::gitFile(u"config.json"_s, "{}")});
    program.hub().setRepo(repo);
    const QByteArray digest = repo.files[0].content->sha256().toLatin1();
    program.hub().addRule(demo::Origin::Hub, QRegularExpression(u"/tree/"_s),
                          [digest](const demo::Request &, demo::Response &response) {
                              response.body.replace(digest, QByteArray(64, '*'));
                          });
    program.hub().addRule(demo::Origin::Hub, QRegularExpression(u"/resolve/.*a\\.bin"_s),
                          [](const demo::Request &, demo::Response &response) {
                              response.setHeader("X-Linked-ETag", "\"opaque\"");
                          });
    const Run run = program.get({u"org/sample"_s, u"--yes"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY2(run.err.contains("not checked: a.bin."), run.err.constData());
    QVERIFY(!run.err.contains("config.json"));
    program.hub().clearRules();
    const Run checked = program.get({u"org/sample"_s, u"--files"_s, u"*.json"_s, u"--yes"_s});
    QVERIFY2(!checked.err.contains("not checked"), checked.err.constData());
}

void TestGet::noFasterThanItMay()
{
    Program program;
    const demo::Repo repo =
        support::makeRepo(u"org/limited"_s, {support::lfsFile(u"m.bin"_s, 12'000'000)});
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/limited"_s, u"--limit"_s, u"3M"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY(program.allRight(repo));
    QVERIFY2(run.milliseconds > 3800 && run.milliseconds < 9000,
             qPrintable(QString::number(run.milliseconds)));
    const Run other = program.getJson({u"org/limited"_s, u"--limit"_s, u"none"_s});
    QCOMPARE(other.exit, 0);
}

void TestGet::chooses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("expected");
    const QStringList ggufs{u"a.Q4.gguf"_s, u"a.Q8.gguf"_s};
    QTest::newRow("one pattern") << QStringList{u"--files"_s, u"*.gguf"_s} << ggufs;
    QTest::newRow("equals sign") << QStringList{u"--files=*.gguf"_s} << ggufs;
    QTest::newRow("two patterns") << QStringList{u"--files"_s, u"*.gguf"_s, u"--files"_s,
                                                 u"config.json"_s}
                                  << ggufs + QStringList{u"config.json"_s};
    QTest::newRow("exclude wins") << QStringList{u"--files"_s, u"*.gguf"_s, u"--exclude"_s,
                                                 u"*Q8*"_s}
                                  << QStringList{u"a.Q4.gguf"_s};
    QTest::newRow("two excludes") << QStringList{u"--exclude"_s, u"*.gguf"_s, u"--exclude"_s,
                                                 u"sub/*"_s}
                                  << QStringList{u"config.json"_s};
    QTest::newRow("star crosses folders")
        << QStringList{u"--files"_s, u"*.txt"_s} << QStringList{u"sub/folder/readme.txt"_s};
    QTest::newRow("folder with a slash")
        << QStringList{u"--files"_s, u"sub/"_s}
        << QStringList{u"sub/folder/readme.txt"_s, u"sub/x y#%+ü.json"_s};
    QTest::newRow("set") << QStringList{u"--files"_s, u"a.Q[!4].gguf"_s}
                         << QStringList{u"a.Q8.gguf"_s};
    QTest::newRow("log follows the verb")
        << QStringList{u"--log"_s, u"detailed"_s, u"--files"_s, u"a.Q8*"_s}
        << QStringList{u"a.Q8.gguf"_s};
}

void TestGet::chooses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, expected);
    Program program;
    program.hub().setRepo(sampleRepo());
    const Run run = program.getJson(arguments + QStringList{u"org/sample"_s});
    QCOMPARE(run.exit, 0);
    QCOMPARE(pathsOf(run.events(u"file"_s)), expected);
}

void TestGet::repoForms_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("text"); // %1: the endpoint
    QTest::addColumn<QStringList>("expected");
    const QStringList all{u"a.Q4.gguf"_s, u"a.Q8.gguf"_s, u"config.json"_s,
                          u"sub/folder/readme.txt"_s, u"sub/x y#%+ü.json"_s};
    const QStringList sub{u"sub/folder/readme.txt"_s, u"sub/x y#%+ü.json"_s};
    const QStringList config{u"config.json"_s};
    QTest::newRow("type") << QString() << u"models/org/sample"_s << all;
    QTest::newRow("revision") << QString() << u"org/sample@main"_s << all;
    QTest::newRow("dataset") << QString() << u"datasets/org/data"_s << config;
    QTest::newRow("hf") << QString() << u"hf://org/sample"_s << all;
    QTest::newRow("hf dataset") << QString() << u"hf://datasets/org/data@main/config.json"_s
                                << config;
    QTest::newRow("hf folder") << QString() << u"hf://org/sample/sub"_s << sub;
    QTest::newRow("link") << QString() << u"%1/org/sample"_s << all;
    QTest::newRow("folder link") << QString() << u"%1/org/sample/tree/main/sub"_s << sub;
    QTest::newRow("file link") << QString() << u"%1/org/sample/blob/main/config.json"_s << config;
    QTest::newRow("encoded file link")
        << QString() << u"%1/org/sample/resolve/main/sub/x%20y%23%25%2B%C3%BC.json?download=true"_s
        << QStringList{u"sub/x y#%+ü.json"_s};
    QTest::newRow("link below a prefix")
        << u"/mirror/hub"_s << u"%1/org/sample/tree/main/sub"_s << sub;
}

void TestGet::repoForms()
{
    QFETCH(QString, prefix);
    QFETCH(QString, text);
    QFETCH(QStringList, expected);
    Program program;
    demo::DemoOptions options;
    options.prefix = prefix;
    program.useHub(options);
    program.hub().setRepo(sampleRepo());
    program.hub().setRepo(
        support::makeRepo(u"datasets/org/data"_s, {support::gitFile(u"config.json"_s, "{}")}));
    const QString repo =
        text.contains("%1"_L1) ? QString(text).replace("%1"_L1, program.hub().endpoint()) : text;
    const Run run = program.getJson({repo});
    QCOMPARE(run.exit, 0);
    QCOMPARE(pathsOf(run.events(u"file"_s)), expected);
}

void TestGet::revisions()
{
    Program program;
    demo::Repo repo = sampleRepo();
    repo.branches = {u"main"_s, u"v1.0"_s, u"refs/pr/1"_s};
    program.hub().setRepo(repo);
    for (const QString &revision : {u"v1.0"_s, u"refs/pr/1"_s}) {
        const Run run = program.getJson(
            {u"org/sample"_s, u"--rev"_s, revision, u"--files"_s, u"config.json"_s});
        QCOMPARE(run.exit, 0);
        QFile ref(program.layout().ref(repo.id, revision));
        QVERIFY(ref.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromLatin1(ref.readAll()), repo.commit);
    }
}

void TestGet::fullCommitAsksNoInfo()
{
    Program program;
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/sample"_s, u"--rev"_s, repo.commit});
    QCOMPARE(run.exit, 0);
    QVERIFY(program.allRight(repo));
    QVERIFY(QDir(program.layout().refs(repo.id)).isEmpty());
    QVERIFY(
        program.hub().requests(demo::Origin::Hub, QRegularExpression(u"/revision/"_s)).isEmpty());
}

void TestGet::renamedRepoKeepsTheAskedId()
{
    Program program;
    demo::Repo repo = sampleRepo(u"org/new"_s);
    repo.oldNames = {u"org/old"_s};
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/old"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY(QFile::exists(program.cache() + "/models--org--old/refs/main"_L1));
    QVERIFY(!QFile::exists(program.cache() + "/models--org--new"_L1));
    repo.id = *core::RepoId::make(core::RepoType::Model, u"org/old"_s);
    QVERIFY(program.allRight(repo));
}

void TestGet::pathPrefix()
{
    Program program;
    demo::DemoOptions options;
    options.prefix = u"/a/prefix"_s;
    program.useHub(options);
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    QCOMPARE(program.getJson({u"org/sample"_s}).exit, 0);
    QVERIFY(program.allRight(repo));
}

void TestGet::withoutLinks()
{
    Program program;
    program.environment.insert(u"HF_HUB_DISABLE_SYMLINKS"_s, u"1"_s);
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    QCOMPARE(program.getJson({u"org/sample"_s}).exit, 0);
    QVERIFY(program.allRight(repo));
    for (const demo::File &file : repo.files)
        QVERIFY(!QFileInfo(program.entry(repo, file.path)).isSymLink());
    program.hub().clearRequests();
    QCOMPARE(program.getJson({u"org/sample"_s}).exit, 0);
    QVERIFY(program.hub().requests(demo::Origin::Hub, QRegularExpression(u"resolve"_s)).isEmpty());
    QVERIFY(program.hub().requests(demo::Origin::Cdn, QRegularExpression(u"."_s)).isEmpty());
}

void TestGet::privateRepoByToken()
{
    Program program;
    demo::Repo repo = sampleRepo();
    repo.access = demo::Access::Private;
    repo.allowedTokens = {token};
    program.hub().setRepo(repo);
    program.environment.insert(u"HF_TOKEN"_s, token);
    const Run run = program.getJson({u"org/sample"_s, u"--log"_s, u"detailed"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY(program.allRight(repo));
    QVERIFY(!run.both().contains("hf_"));

    program.environment.insert(u"HF_HUB_DISABLE_IMPLICIT_TOKEN"_s, u"1"_s);
    program.hub().clearRequests();
    QCOMPARE(program.getJson({u"org/sample"_s}).exit, 1);
    for (const support::Seen &seen : program.hub().requests())
        QVERIFY(!seen.hasToken);
}

void TestGet::offlineFromTheCache()
{
    Program program;
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    QCOMPARE(program.getJson({u"org/sample"_s, u"--files"_s, u"*.json"_s}).exit, 0);

    program.environment.insert(u"HF_HUB_OFFLINE"_s, u"1"_s);
    program.hub().clearRequests();
    const Run here = program.getJson({u"org/sample"_s, u"--files"_s, u"*.json"_s});
    QCOMPARE(here.exit, 0);
    QCOMPARE(pathsOf(here.events(u"file"_s)),
             QStringList({u"config.json"_s, u"sub/x y#%+ü.json"_s}));
    QCOMPARE(
        program.getJson({u"org/sample"_s, u"--rev"_s, repo.commit, u"--files"_s, u"c*"_s}).exit, 0);
    const Run missing = program.getJson({u"org/sample"_s});
    QCOMPARE(missing.exit, 5);
    QCOMPARE(missing.errorLines().size(), 1);
    QVERIFY(missing.err.contains("a.Q4.gguf"));
    QVERIFY(missing.err.contains("HF_HUB_OFFLINE"));
    QCOMPARE(program.getJson({u"org/sample"_s, u"--rev"_s, u"other"_s}).exit, 5);
    QVERIFY(QFile::remove(program.layout().tree(repo.id, repo.commit)));
    const Run unlisted = program.getJson({u"org/sample"_s});
    QCOMPARE(unlisted.exit, 5);
    QCOMPARE(unlisted.errorLines().size(), 1);
    QVERIFY(program.hub().requests().isEmpty());
}

void TestGet::namesLikeTokensStayTrueInJson()
{
    Program program;
    const demo::Repo repo =
        support::makeRepo(u"org/hf_transfer"_s, {support::gitFile(u"hf_convert.py"_s, "print()")});
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/hf_transfer"_s});
    QCOMPARE(run.exit, 0);
    QCOMPARE(pathsOf(run.events(u"file"_s)), QStringList{u"hf_convert.py"_s});
    QVERIFY(QFile::exists(run.events(u"file"_s).last().value("final_path"_L1).toString()));
    const Run text = program.get({u"org/hf_transfer"_s});
    QVERIFY(QFile::exists(QString::fromUtf8(text.out).trimmed()));
}

void TestGet::twoAtOnce()
{
    Program program;
    const demo::Repo repo = support::makeRepo(u"org/both"_s,
                                              {support::lfsFile(u"m.bin"_s, 40 * MiB, 3),
                                               support::lfsFile(u"n.bin"_s, 20 * MiB, 4),
                                               support::gitFile(u"x"_s, "x")});
    program.hub().setRepo(repo);
    program.hub().addRule(demo::Origin::Cdn, QRegularExpression(u"."_s), FaultyHub::drip(20 * MiB));
    const QStringList arguments{u"get"_s, u"org/both"_s, u"--json"_s, u"--yes"_s};
    const auto first = program.begin(arguments);
    const auto second = program.begin(arguments);
    const Run one = Program::finish(first.get());
    const Run two = Program::finish(second.get());
    QCOMPARE(one.exit, 0);
    QCOMPARE(two.exit, 0);
    QVERIFY(program.allRight(repo));
    QCOMPARE(program.leftovers(repo), QStringList());
    // Each byte once, and what was on its way on connections that were shortened.
    QVERIFY(program.hub().bodyBytes(demo::Origin::Cdn) < 80 * MiB);
}

void TestGet::readerGoesAway()
{
    Program program;
    program.hub().setRepo(support::makeRepo(u"org/big"_s, {support::lfsFile(u"m"_s, 200 * MiB)}));
    program.hub().addRule(demo::Origin::Cdn, QRegularExpression(u"."_s), FaultyHub::drip(8 * MiB));
    QProcess shell;
    shell.setProcessEnvironment(program.environment);
    shell.start(u"bash"_s,
                {u"-c"_s, u"set -o pipefail; \"$0\" get org/big --json --yes | head -n 1"_s,
                 QStringLiteral(HUBLOAD_PROGRAM)});
    const Run run = Program::finish(&shell, 20);
    QCOMPARE(run.exit, 7);
    QCOMPARE(run.out.count('\n'), 1);
}

void TestGet::closedOutput()
{
    Program program;
    const demo::Repo repo = sampleRepo();
    program.hub().setRepo(repo);
    for (const QString &where : {u">&- 2>&- <&-"_s, u">/dev/full"_s}) {
        QProcess shell;
        shell.setProcessEnvironment(program.environment);
        shell.start(u"bash"_s,
                    {u"-c"_s, u"\"$0\" get org/sample --json --yes "_s + where,
                     QStringLiteral(HUBLOAD_PROGRAM)});
        const Run run = Program::finish(&shell, 30);
        QCOMPARE(run.exit, 0);
        QVERIFY(program.allRight(repo));
        QVERIFY(QDir(program.cache()).removeRecursively());
    }
}

// The proxy of the environment is what the program speaks to; the Hub's name leads nowhere.
void TestGet::proxyIsAsked()
{
    Program program;
    program.hub().setRepo(sampleRepo());
    program.environment.insert(u"http_proxy"_s, program.hub().endpoint());
    program.environment.insert(u"HF_ENDPOINT"_s, u"http://hub.invalid"_s);
    const Run run = program.getJson({u"org/sample"_s});
    QVERIFY(run.exit != 0);
    const auto seen = program.hub().requests();
    QVERIFY(!seen.isEmpty());
    QVERIFY(seen.first().request.target.startsWith("http://hub.invalid/"));
}

// Nothing to fetch is no failure, and what is left is a repo that other programs can read.
void TestGet::emptyRepo()
{
    Program program;
    const demo::Repo repo = support::makeRepo(u"org/empty"_s, {});
    program.hub().setRepo(repo);
    const Run run = program.getJson({u"org/empty"_s});
    QCOMPARE(run.exit, 0);
    QVERIFY2(run.err.isEmpty(), run.err.constData());
    QVERIFY(QFile::exists(program.layout().ref(repo.id, u"main"_s)));
    QVERIFY(QDir(program.layout().snapshot(repo.id, repo.commit)).exists());
}

void TestGet::tellsThatTheHubLetsUsWait()
{
    Program program;
    demo::DemoOptions options;
    options.resolverQuota = 50; // as the first answers tell
    program.useHub(options);
    QList<demo::File> files;
    for (int i = 0; i < 60; ++i)
        files.append(support::gitFile(u"%1.txt"_s.arg(i), QByteArray::number(i)));
    program.hub().setRepo(support::makeRepo(u"org/many"_s, files));
    const auto process =
        program.begin({u"get"_s, u"org/many"_s, u"--yes"_s, u"--wait"_s, u"--json"_s});
    QByteArray out;
    QVERIFY(QTest::qWaitFor(
        [&] {
            out += process->readAllStandardOutput();
            return out.contains("\"hub_wait_seconds\":");
        },
        30'000));
    process->terminate();
    QCOMPARE(Program::finish(process.get()).exit, 7);
}

void TestGet::countsPathsAsFiles()
{
    Program program;
    program.hub().setRepo(support::makeRepo(
        u"org/twice"_s, {support::gitFile(u"a"_s, "same"), support::gitFile(u"b"_s, "same")}));
    const Run run = program.getJson({u"org/twice"_s});
    QCOMPARE(run.events(u"plan"_s).first().value("files"_L1).toInt(), 2);
    QCOMPARE(run.end().value("files"_L1).toInt(), 2);
    QCOMPARE(run.end().value("files_done"_L1).toInt(), 2);
}

void TestGet::helpAndVersion()
{
    Program program;
    for (const QStringList &arguments :
         {QStringList{u"--help"_s}, QStringList{u"--version"_s}, QStringList{u"get"_s, u"--help"_s},
          QStringList{u"get"_s, u"-h"_s}}) {
        const Run run = program.run(arguments);
        QCOMPARE(run.exit, 0);
        QVERIFY(!run.out.isEmpty());
        QVERIFY(run.err.isEmpty());
    }
}

QTEST_GUILESS_MAIN(TestGet)
#include "test_get.moc"
