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
    demo::Repo repo =
        makeRepo(u"ann/kept"_s,
                 {gitFile(u"README.md"_s, "# Kept\n"_ba), gitFile(u"sub/a.txt"_s, "a"_ba),
                  gitFile(u"sub/b.txt"_s, "b"_ba), lfsFile(u"w.bin"_s, 1000)});
    repo.lastModified = QDateTime(QDate(2026, 5, 1), QTime(12, 0), Qt::UTC);
    return repo;
}

QString oidOf(const RawAnswer &answer)
{
    return objectOf(answer)["commitOid"_L1].toString();
}

QByteArray rename(const QByteArray &key, const QByteArray &path, const QByteArray &oldPath)
{
    return "{\"key\": \"" + key + "\", \"value\": {\"path\": \"" + path + "\", \"oldPath\": \""
        + oldPath + "\"}}";
}

} // namespace

// Commits, the history they make, and the refs that lead to them.
class TestCommits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void commitsEveryKindOfChange();
    void keepsThePast();
    void givesEachCommitItsOwnId();
    void refusesAMovedHead();
    void opensPullRequests();
    void refusesBodies_data();
    void refusesBodies();
    void refusesPathsThatDoNotFit();
    void missingTargets();
    void losesOnlyTheAnswer();
    void listsCommits();
    void branches();
    void tags();
    void catalogueReplacesRefs();
};

void TestCommits::commitsEveryKindOfChange()
{
    WriterHub hub({sample()});
    const RawAnswer answer = hub.commit(
        repoId, "Change it all",
        {fileLine("new/file.txt", "new\n"),
         "{\"key\": \"file\", \"value\": {\"path\": \"README.md\", \"content\": \"\\u00e4\","
         " \"encoding\": \"utf-8\"}}",
         rename("file", "copy.txt", "sub/a.txt"), rename("lfsFile", "w2.bin", "w.bin"),
         deleteLine("w.bin"), "{\"key\": \"deletedFolder\", \"value\": {\"path\": \"sub/\"}}",
         QByteArray()});
    QCOMPARE(answer.status, 200);
    const QJsonObject said = objectOf(answer);
    QCOMPARE(said["success"_L1].toBool(), true);
    QVERIFY(core::isCommitId(oidOf(answer)));
    QCOMPARE(said["commitUrl"_L1].toString(),
             hub.hub().endpoint() + "/ann/kept/commit/"_L1 + oidOf(answer));
    QVERIFY(!said.contains("pullRequestUrl"_L1));
    QCOMPARE(hub.head(repoId), oidOf(answer));
    QCOMPARE(hub.paths(repoId),
             (QStringList{u"README.md"_s, u"copy.txt"_s, u"new/file.txt"_s, u"w2.bin"_s}));
    QCOMPARE(hub.file(repoId, "README.md"), "\xc3\xa4"_ba);
    QCOMPARE(hub.file(repoId, "new/file.txt"), "new\n"_ba);
    QCOMPARE(hub.file(repoId, "copy.txt"), "a"_ba);
    QCOMPARE(hub.file(repoId, "w2.bin"), demo::Content::generated(1, 1000)->read(0, 1000));
    const QByteArray at = hub.hub().endpoint().toLatin1() + "/ann/kept/resolve/main/w2.bin";
    QCOMPARE(send("HEAD", at, {}).headers.value("x-repo-commit"), oidOf(answer).toLatin1());
}

void TestCommits::keepsThePast()
{
    WriterHub hub({sample()});
    const QByteArray before = hub.head(repoId).toLatin1();
    hub.commit(repoId, "One", {fileLine("README.md", "one")});
    hub.commit(repoId, "Two", {deleteLine("README.md")});
    QCOMPARE(hub.file(repoId, "README.md", before), "# Kept\n"_ba);
    QCOMPARE(hub.file(repoId, "README.md", before.left(9)), "# Kept\n"_ba);
    QVERIFY(hub.paths(repoId, before).contains(u"README.md"_s));
    QVERIFY(!hub.paths(repoId).contains(u"README.md"_s));
    const QJsonObject info = objectOf(hub.get("/api/models/ann/kept"));
    QCOMPARE(info["createdAt"_L1].toString(), u"2026-04-01T12:00:00.000Z"_s);
    QVERIFY(info["lastModified"_L1].toString() > u"2026-05-01T12:00:00.000Z"_s);
}

void TestCommits::givesEachCommitItsOwnId()
{
    WriterHub hub({sample()});
    QSet<QString> ids{hub.head(repoId)};
    for (int i = 0; i < 3; ++i) {
        ids.insert(oidOf(hub.commit(repoId, "Same", {fileLine("a.txt", "same")})));
        ids.insert(oidOf(hub.commit(repoId, "Same", {deleteLine("a.txt")})));
    }
    QCOMPARE(ids.size(), 7);
}

void TestCommits::refusesAMovedHead()
{
    WriterHub hub({sample()});
    const QByteArray first = hub.head(repoId).toLatin1();
    const QByteArray second =
        oidOf(hub.commit(repoId, "One", {fileLine("a", "1")}, "main", first)).toLatin1();
    QVERIFY(!second.isEmpty());
    const RawAnswer late = hub.commit(repoId, "Two", {fileLine("b", "2")}, "main", first);
    QCOMPARE(late.status, 412);
    QCOMPARE(errorOf(late),
             u"The branch was updated since you opened this page. Please refresh and try again."_s);
    QVERIFY(!hub.paths(repoId).contains(u"b"_s));
    QCOMPARE(hub.commit(repoId, "Two", {fileLine("b", "2")}, "main", second.left(5)).status, 200);
    QCOMPARE(hub.commit(repoId, "Three", {fileLine("c", "3")}, "main", "12g45").status, 400);
    QCOMPARE(hub.commit(repoId, "Three", {fileLine("c", "3")}, "main", "1234").status, 400);
    // Without a parent the last writer wins, file by file.
    QCOMPARE(hub.commit(repoId, "Three", {fileLine("c", "3")}).status, 200);
    QVERIFY(hub.paths(repoId).contains(u"b"_s));
}

void TestCommits::opensPullRequests()
{
    WriterHub hub({sample()});
    const QByteArray before = hub.head(repoId).toLatin1();
    hub.commit(repoId, "Go on", {fileLine("later.txt", "x")});
    const QString main = hub.head(repoId);
    const RawAnswer pull = hub.commit(repoId, "Propose", {fileLine("idea.txt", "i")},
                                      "main?create_pr=1", before, "reader");
    QCOMPARE(pull.status, 200);
    QCOMPARE(objectOf(pull)["pullRequestUrl"_L1].toString(),
             hub.hub().endpoint() + "/ann/kept/discussions/1"_L1);
    QCOMPARE(hub.head(repoId), main);
    QVERIFY(!hub.paths(repoId).contains(u"idea.txt"_s));
    QCOMPARE(hub.head(repoId, "refs%2Fpr%2F1"), oidOf(pull));
    QVERIFY(hub.paths(repoId, "refs%2Fpr%2F1").contains(u"idea.txt"_s));
    QVERIFY(!hub.paths(repoId, "refs%2Fpr%2F1").contains(u"later.txt"_s)); // begun before it
    QCOMPARE(hub.file(repoId, "idea.txt", "refs%2Fpr%2F1"), "i"_ba);

    QCOMPARE(hub.commit(repoId, "More", {fileLine("idea2.txt", "i")}, "refs%2Fpr%2F1").status, 200);
    const RawAnswer second =
        hub.commit(repoId, "Again", {fileLine("x.txt", "i")}, "main?create_pr=1");
    QVERIFY(objectOf(second)["pullRequestUrl"_L1].toString().endsWith(u"/discussions/2"_s));
    QVERIFY(hub.paths(repoId, "refs%2Fpr%2F2").contains(u"later.txt"_s));
    const QJsonObject refs = objectOf(hub.get("/api/models/ann/kept/refs?include_prs=1"));
    QCOMPARE(refs["pullRequests"_L1].toArray().size(), 2);
    QCOMPARE(refs["pullRequests"_L1][1]["ref"_L1].toString(), u"refs/pr/2"_s);
    QVERIFY(!objectOf(hub.get("/api/models/ann/kept/refs")).contains("pullRequests"_L1));
    const QByteArray other = "main?create_pr=1";
    QCOMPARE(hub.commit(repoId, "No", {fileLine("x", "i")}, other, "0123456789").status, 404);
    QCOMPARE(hub.commit(repoId, "No", {fileLine("x", "i")}, other, {}, {}).status, 401);
}

void TestCommits::refusesBodies_data()
{
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const QByteArray &body) { QTest::newRow(name) << body; };
    const QByteArray header = "{\"key\": \"header\", \"value\": {\"summary\": \"s\"}}\n";
    const QByteArray file = "{\"key\": \"file\", \"value\": ";
    const auto path = [&](const QByteArray &text) {
        return header + file + "{\"path\": \"" + text + "\", \"content\": \"\"}}";
    };
    row("nothing", {});
    row("blank lines", "\n\n  \n");
    row("header only", header);
    row("no header", fileLine("a", "b"));
    row("no summary",
        "{\"key\": \"header\", \"value\": {\"summary\": \" \"}}\n" + fileLine("a", "b"));
    row("no JSON", header + "file a b c");
    row("cut JSON", header + fileLine("a", "b").chopped(2));
    row("an array", header + "[1, 2]");
    row("no value", header + "{\"key\": \"file\"}");
    row("unknown key", header + "{\"key\": \"fire\", \"value\": {\"path\": \"a\"}}");
    row("no content", header + file + "{\"path\": \"a\"}}");
    row("bad base64",
        header + file + "{\"path\": \"a\", \"content\": \"a*b\", \"encoding\": \"base64\"}}");
    row("bad encoding",
        header + file + "{\"path\": \"a\", \"content\": \"a\", \"encoding\": \"rot13\"}}");
    row("deep JSON", header + QByteArray(100'000, '['));
    row("no path", path({}));
    row("root", path("/etc/passwd"));
    row("up", path("../up"));
    row("up inside", path("a/../../up"));
    row("dot", path("."));
    row("git", path("a/.git/config"));
    row("cache", path(".cache/x"));
    row("control", path("a\\u0007"));
    row("bad oid", header + lfsLine("a", "123", 3));
    row("other digest",
        header
            + "{\"key\": \"lfsFile\", \"value\": {\"path\": \"a\", \"algo\": \"md5\","
              " \"oid\": \""
            + QByteArray(64, 'a') + "\"}}");
    row("unknown object", header + lfsLine("a", QByteArray(64, 'a'), 3));
    row("huge regular file", header + fileLine("a", QByteArray(10 * 1024 * 1024 + 1, 'x')));
    row("too many lines", header + (deleteLine("README.md") + '\n').repeated(10'001));
}

void TestCommits::refusesBodies()
{
    QFETCH(QByteArray, body);
    WriterHub hub({sample()});
    const QString before = hub.head(repoId);
    const RawAnswer answer = hub.ask("POST", "/api/models/ann/kept/commit/main", body);
    QCOMPARE(answer.status, 400);
    QVERIFY(!errorOf(answer).isEmpty());
    QCOMPARE(hub.head(repoId), before);
}

void TestCommits::refusesPathsThatDoNotFit()
{
    WriterHub hub({sample()});
    const QString before = hub.head(repoId);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("README.md/inside", "x")}).status, 400);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("sub", "x")}).status, 400);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("n", "x"), fileLine("n/m/o", "x")}).status, 400);
    for (const QByteArray &gone :
         {deleteLine("none"), deleteLine("sub"), rename("file", "x", "none"),
          "{\"key\": \"deletedFolder\", \"value\": {\"path\": \"none/\"}}"_ba,
          "{\"key\": \"deletedFolder\", \"value\": {\"path\": \"README.md\"}}"_ba}) {
        const RawAnswer answer = hub.commit(repoId, "x", {fileLine("fine", "x"), gone});
        QCOMPARE(answer.status, 404);
        QCOMPARE(answer.headers.value("x-error-code"), "EntryNotFound"_ba);
        QVERIFY(errorOf(answer).startsWith(u"A file with this name doesn't exist"_s));
    }
    QCOMPARE(hub.head(repoId), before);
    QCOMPARE(hub.paths(repoId).size(), 4); // nothing of a refused commit stays
}

void TestCommits::missingTargets()
{
    WriterHub hub({sample()});
    const auto code = [](const RawAnswer &answer) {
        return QByteArray::number(answer.status) + ' ' + answer.headers.value("x-error-code");
    };
    const QByteArrayList lines{fileLine("a", "b")};
    QCOMPARE(code(hub.commit("no/such", "x", lines)), "404 RepoNotFound"_ba);
    QCOMPARE(code(hub.commit(repoId, "x", lines, "none")), "404 RevisionNotFound"_ba);
    // A commit is no branch: it cannot move.
    QCOMPARE(code(hub.commit(repoId, "x", lines, hub.head(repoId).toLatin1())),
             "404 RevisionNotFound"_ba);
    QCOMPARE(code(hub.ask("POST", "/api/models/ann/kept/preupload/none", "{\"files\": []}")),
             "404 RevisionNotFound"_ba);
}

void TestCommits::losesOnlyTheAnswer()
{
    WriterHub hub({sample()});
    const QRegularExpression commits(u"/commit/main$"_s);
    hub.hub().addRule(demo::Origin::Hub, commits, FaultyHub::reset(), 1);
    QCOMPARE(hub.commit(repoId, "One", {fileLine("one", "1")}).status, 0);
    QVERIFY(hub.paths(repoId).contains(u"one"_s));
    hub.hub().addRule(demo::Origin::Hub, commits, FaultyHub::cutAfter(10), 1);
    QCOMPARE(hub.commit(repoId, "Two", {fileLine("two", "2")}).body.size(), 10);
    QVERIFY(hub.paths(repoId).contains(u"two"_s));
    QCOMPARE(hub.get("/api/models/ann/kept/commits/main").headers.value("x-total-count"), "3"_ba);
}

void TestCommits::listsCommits()
{
    WriterHub hub({sample()});
    QStringList made{hub.head(repoId)};
    for (int i = 0; i < 6; ++i) {
        const QByteArray name = QByteArray::number(i);
        made.prepend(oidOf(hub.commit(repoId, "Add <" + name + '>', {fileLine(name, name)})));
    }
    QByteArray url = hub.hub().endpoint().toLatin1()
        + "/api/models/ann/kept/commits/main?limit=3&expand%5B%5D=formatted";
    QStringList listed;
    QJsonArray all;
    int pages = 0;
    while (!url.isEmpty()) {
        const RawAnswer answer = fetch(url);
        QCOMPARE(answer.headers.value("x-total-count"), "7"_ba);
        for (const QJsonValue item : arrayOf(answer)) {
            listed.append(item["id"_L1].toString());
            all.append(item);
        }
        const QByteArray link = answer.headers.value("link");
        url = link.mid(1, link.indexOf('>') - 1);
        if (link.isEmpty())
            url.clear();
        ++pages;
    }
    QCOMPARE(listed, made);
    QCOMPARE(pages, 3);
    QCOMPARE(all[0]["title"_L1].toString(), u"Add <5>"_s);
    QCOMPARE(all[0]["message"_L1].toString(), u"why"_s);
    QCOMPARE(all[0]["formatted"_L1]["title"_L1].toString(), u"Add &lt;5&gt;"_s);
    QCOMPARE(all[0]["authors"_L1][0]["user"_L1].toString(), u"demo-writer"_s);
    QVERIFY(all[0]["date"_L1].toString() >= all[5]["date"_L1].toString());
    QCOMPARE(all[6]["authors"_L1][0]["user"_L1].toString(), u"ann"_s);
    const QByteArray older = "/api/models/ann/kept/commits/" + made[4].toLatin1();
    QCOMPARE(arrayOf(hub.get(older)).size(), 3);
    QVERIFY(arrayOf(hub.get(older + "?p=9")).isEmpty());
    QCOMPARE(arrayOf(hub.get(older + "?p=-1&limit=-3")).size(), 3);
    QVERIFY(arrayOf(hub.get(older + "?p=2147483647&limit=1000")).isEmpty());
    QCOMPARE(hub.get("/api/models/ann/kept/commits/none").status, 404);
}

void TestCommits::branches()
{
    WriterHub hub({sample()});
    const QByteArray first = hub.head(repoId).toLatin1();
    hub.commit(repoId, "Go on", {fileLine("later.txt", "x")});
    const auto branch = [&](const QByteArray &verb, const QByteArray &name,
                            const QByteArray &body = {}) {
        return hub.ask(verb, "/api/models/ann/kept/branch/" + name, body);
    };
    QCOMPARE(branch("POST", "next").status, 200);
    QCOMPARE(branch("POST", "feature%2Fold", "{\"startingPoint\": \"" + first + "\"}").status, 200);
    QCOMPARE(hub.head(repoId, "next"), hub.head(repoId));
    QCOMPARE(hub.head(repoId, "feature%2Fold"), QString::fromLatin1(first));
    QCOMPARE(hub.commit(repoId, "There", {fileLine("there", "x")}, "feature%2Fold").status, 200);
    QVERIFY(!hub.paths(repoId).contains(u"there"_s));
    QCOMPARE(hub.paths(repoId, "refs%2Fheads%2Ffeature%2Fold").size(), 5);

    const RawAnswer twice = branch("POST", "next", "{}");
    QCOMPARE(twice.status, 409);
    QCOMPARE(errorOf(twice), u"Reference refs/heads/next already exists"_s);
    QCOMPARE(branch("POST", "next", "{\"emptyBranch\": true, \"overwrite\": true}").status, 200);
    QVERIFY(hub.paths(repoId, "next").isEmpty());
    QVERIFY(hub.head(repoId, "next") != hub.head(repoId));
    for (const char *bad : {"a..b", "refs%2Fpr%2F9", "a%20%7e", "HEAD", "x.lock"})
        QCOMPARE(errorOf(branch("POST", bad)), u"Invalid reference for a branch"_s);
    QCOMPARE(branch("POST", "other", "{\"startingPoint\": \"none\"}").status, 404);
    QCOMPARE(branch("POST", "other", "{]").status, 400);

    const QJsonArray listed =
        objectOf(hub.get("/api/models/ann/kept/refs"))["branches"_L1].toArray();
    QCOMPARE(listed.size(), 3);
    QCOMPARE(listed[2]["name"_L1].toString(), u"feature/old"_s);
    QCOMPARE(listed[2]["targetCommit"_L1].toString(), hub.head(repoId, "feature%2Fold"));
    QCOMPARE(branch("DELETE", "feature/old").status, 200); // as JavaScript sends slashes
    QCOMPARE(hub.get("/api/models/ann/kept/revision/feature%2Fold").status, 404);
    QCOMPARE(branch("DELETE", "feature%2Fold").headers.value("x-error-code"),
             "RevisionNotFound"_ba);
    const RawAnswer main = branch("DELETE", "main");
    QCOMPARE(main.status, 403);
    QCOMPARE(errorOf(main), u"Cannot delete refs/heads/main"_s);
}

void TestCommits::tags()
{
    WriterHub hub({sample()});
    const QString first = hub.head(repoId);
    const auto tag = [&](const QByteArray &verb, const QByteArray &word,
                         const QByteArray &body = {}) {
        return hub.ask(verb, "/api/models/ann/kept/tag/" + word, body);
    };
    QCOMPARE(tag("POST", "main", "{\"tag\": \"v1\", \"message\": \"m\"}").status, 200);
    hub.commit(repoId, "Go on", {fileLine("later.txt", "x")});
    QCOMPARE(hub.head(repoId, "v1"), first);
    QCOMPARE(hub.head(repoId, "refs%2Ftags%2Fv1"), first);
    const QJsonArray listed = objectOf(hub.get("/api/models/ann/kept/refs"))["tags"_L1].toArray();
    QCOMPARE(listed.size(), 1);
    QCOMPARE(listed[0].toObject(),
             (QJsonObject{
                 {u"name"_s, u"v1"_s}, {u"ref"_s, u"refs/tags/v1"_s}, {u"targetCommit"_s, first}}));
    QCOMPARE(tag("POST", "main", "{\"tag\": \"v1\"}").status, 409);
    QCOMPARE(tag("POST", "main", "{}").status, 400);
    QCOMPARE(tag("POST", "main", "{\"tag\": \"a b\"}").status, 400);
    QCOMPARE(tag("POST", "none", "{\"tag\": \"v2\"}").status, 404);
    QCOMPARE(hub.commit(repoId, "x", {fileLine("a", "b")}, "v1").status, 404); // no branch
    QCOMPARE(tag("DELETE", "v1").status, 200);
    QCOMPARE(tag("DELETE", "v1").status, 404);
    QCOMPARE(hub.get("/api/models/ann/kept/revision/v1").status, 404);
}

void TestCommits::catalogueReplacesRefs()
{
    WriterHub hub({sample()});
    hub.ask("POST", "/api/models/ann/kept/branch/next", "{}");
    const QByteArray written =
        oidOf(hub.commit(repoId, "Go on", {fileLine("later.txt", "x")})).toLatin1();
    hub.hub().setRepo(sample());
    QCOMPARE(hub.head(repoId), sample().commit);
    QCOMPARE(hub.get("/api/models/ann/kept/revision/next").status, 404);
    QCOMPARE(hub.file(repoId, "later.txt", written), "x"_ba);
    QCOMPARE(arrayOf(hub.get("/api/models/ann/kept/commits/main")).size(), 1);
}

QTEST_GUILESS_MAIN(TestCommits)
#include "test_commits.moc"
