#include <QTest>

#include "demo/writerhub.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using support::gitFile;
using support::lfsFile;
using support::makeRepo;

namespace {

demo::Repo repoOf(demo::Access access)
{
    demo::Repo repo = makeRepo(u"ann/kept"_s, {gitFile(u"config.json"_s, "{}\n"_ba)});
    repo.access = access;
    return repo;
}

// "status error-code message"
QString said(const RawAnswer &answer)
{
    return u"%1 %2 %3"_s.arg(QString::number(answer.status),
                             QString::fromLatin1(answer.headers.value("x-error-code")),
                             errorOf(answer));
}

} // namespace

// What becomes of a repo as a whole: made, moved, deleted, opened and closed, liked.
class TestRepos : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whoAmI();
    void onlyWritersWrite_data();
    void onlyWritersWrite();
    void creates();
    void createsWithFiles();
    void refusesToCreate_data();
    void refusesToCreate();
    void keepsPrivateReposPrivate();
    void deletes();
    void moves();
    void refusesToMove();
    void settings();
    void likes();
    void asksForAccess();
    void scans();
    void trending();
    void validatesCards();
    void checksWriteAccess();
    void countsWritesToo();
    void losesOnlyTheAnswer();
    void unknownVerbs();
};

void TestRepos::whoAmI()
{
    WriterHub hub;
    const QJsonObject writer = objectOf(hub.get("/api/whoami-v2"));
    QCOMPARE(writer["name"_L1].toString(), u"demo-writer"_s);
    QCOMPARE(writer["auth"_L1]["accessToken"_L1]["role"_L1].toString(), u"write"_s);
    const QJsonObject reader = objectOf(hub.get("/api/whoami-v2", "reader"));
    QCOMPARE(reader["name"_L1].toString(), u"demo-visitor"_s);
    QCOMPARE(reader["auth"_L1]["accessToken"_L1]["role"_L1].toString(), u"read"_s);
}

void TestRepos::onlyWritersWrite_data()
{
    QTest::addColumn<QByteArray>("verb");
    QTest::addColumn<QByteArray>("target");
    const auto row = [](const char *verb, const char *target) {
        QTest::addRow("%s %s", verb, target) << QByteArray(verb) << QByteArray(target);
    };
    row("POST", "/api/repos/create");
    row("DELETE", "/api/repos/delete");
    row("POST", "/api/repos/move");
    row("PUT", "/api/models/ann/kept/settings");
    row("POST", "/api/models/ann/kept/preupload/main");
    row("POST", "/api/models/ann/kept/commit/main");
    row("POST", "/api/models/ann/kept/branch/b");
    row("DELETE", "/api/models/ann/kept/branch/main");
    row("POST", "/api/models/ann/kept/tag/main");
    row("DELETE", "/api/models/ann/kept/tag/t");
    row("POST", "/api/models/ann/kept/like");
    row("DELETE", "/api/models/ann/kept/like");
}

void TestRepos::onlyWritersWrite()
{
    QFETCH(QByteArray, verb);
    QFETCH(QByteArray, target);
    WriterHub hub({repoOf(demo::Access::Open)});
    const QString before = hub.head("ann/kept");
    QCOMPARE(said(hub.ask(verb, target, "{}", {})), u"401  Invalid username or password."_s);
    QCOMPARE(said(hub.ask(verb, target, "{}", "bad")),
             u"401  Invalid credentials in Authorization header"_s);
    QCOMPARE(said(hub.ask(verb, target, "{}", "reader")),
             u"403  You have read access but not the required permissions for this operation"_s);
    QCOMPARE(hub.head("ann/kept"), before);
}

void TestRepos::creates()
{
    WriterHub hub;
    const RawAnswer made =
        hub.ask("POST", "/api/repos/create", "{\"name\": \"first\", \"organization\": null}");
    QCOMPARE(made.status, 200);
    const QString url = hub.hub().endpoint() + "/demo-writer/first"_L1;
    QCOMPARE(objectOf(made)["url"_L1].toString(), url);
    const QJsonObject info = objectOf(hub.get("/api/models/demo-writer/first", {}));
    QCOMPARE(info["_id"_L1].toString(), objectOf(made)["id"_L1].toString());
    QCOMPARE(info["private"_L1].toBool(true), false);
    QCOMPARE(hub.paths("demo-writer/first"), QStringList{u".gitattributes"_s});

    const RawAnswer again = hub.create("FIRST");
    QCOMPARE(said(again), u"409  You already created this model repo"_s);
    QCOMPARE(objectOf(again)["url"_L1].toString(), url);
    const RawAnswer dataset =
        hub.ask("POST", "/api/repos/create",
                "{\"name\": \"first\", \"organization\": \"acme\", \"type\": \"dataset\"}");
    QCOMPARE(objectOf(dataset)["url"_L1].toString(),
             hub.hub().endpoint() + "/datasets/acme/first"_L1);
    QCOMPARE(hub.get("/api/datasets/acme/first", {}).status, 200);
    QVERIFY(arrayOf(hub.get("/api/datasets?author=acme")).size() == 1);
}

void TestRepos::createsWithFiles()
{
    WriterHub hub;
    const auto create = [&hub](const QByteArray &name, const QByteArray &files) {
        return hub.ask("POST", "/api/repos/create",
                       "{\"name\": \"" + name + "\", \"files\": " + files + '}');
    };
    const RawAnswer made =
        create("full", R"([{"path": "dir/a.txt", "content": "aGVsbG8=", "encoding": "base64"},
                    {"path": ".gitattributes", "content": "mine"}])");
    QCOMPARE(made.status, 200);
    QCOMPARE(hub.paths("demo-writer/full"), (QStringList{u".gitattributes"_s, u"dir/a.txt"_s}));
    QVERIFY(hub.get("/api/models/demo-writer/full/tree/main/dir")
                .body.contains("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0")); // git's id of it
    for (const char *wrong :
         {R"([{"path": "../a", "content": "x"}])", R"([{"path": "a"}])", R"([7])",
          R"([{"path": "a", "content": "x"}, {"path": "a/b", "content": "x"}])",
          R"([{"path": "a", "content": "*", "encoding": "base64"}])"})
        QCOMPARE(create("wrong", wrong).status, 400);
}

void TestRepos::refusesToCreate_data()
{
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const char *body) {
        QTest::newRow(name) << QByteArray(body);
    };
    row("nothing", "");
    row("no JSON", "{\"name\": ");
    row("an array", "[]");
    row("no name", "{\"organization\": \"acme\"}");
    row("a bad name", "{\"name\": \"a--b\"}");
    row("a path", "{\"name\": \"../x\"}");
    row("two slashes", "{\"name\": \"a/b\", \"organization\": \"acme\"}");
    row("a bad owner", "{\"name\": \"a\", \"organization\": \"x y\"}");
    row("a bad type", "{\"name\": \"a\", \"type\": \"robot\"}");
    row("a bad visibility", "{\"name\": \"a\", \"visibility\": \"secret\"}");
    row("protected model", "{\"name\": \"a\", \"visibility\": \"protected\"}");
    row("Space without sdk", "{\"name\": \"a\", \"type\": \"space\"}");
}

void TestRepos::refusesToCreate()
{
    QFETCH(QByteArray, body);
    WriterHub hub;
    QCOMPARE(hub.ask("POST", "/api/repos/create", body).status, 400);
    QVERIFY(arrayOf(hub.get("/api/models")).isEmpty());
    QCOMPARE(hub.ask("POST", "/api/repos/create", QByteArray(2 * 1024 * 1024, ' ') + "{}").status,
             400);
}

void TestRepos::keepsPrivateReposPrivate()
{
    WriterHub hub;
    hub.ask("POST", "/api/repos/create", "{\"name\": \"mine\", \"visibility\": \"private\"}");
    const QByteArray target = "/api/models/demo-writer/mine";
    QCOMPARE(objectOf(hub.get(target))["private"_L1].toBool(), true);
    QCOMPARE(hub.get(target, {}).status, 401);
    QCOMPARE(said(hub.get(target, "reader")), u"404 RepoNotFound Repository not found"_s);
    QCOMPARE(hub.ask("POST", target + "/commit/main", "{}", "reader").status, 404);
    QCOMPARE(arrayOf(hub.get("/api/models?author=demo-writer")).size(), 1);
    QCOMPARE(arrayOf(hub.get("/api/models?author=demo-writer", "reader")).size(), 0);
}

void TestRepos::deletes()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    hub.create("gone");
    const QByteArray body = "{\"name\": \"gone\", \"organization\": null, \"type\": \"model\"}";
    const QString oldId = objectOf(hub.get("/api/models/demo-writer/gone"))["_id"_L1].toString();
    const RawAnswer deleted = hub.ask("DELETE", "/api/repos/delete", body);
    QCOMPARE(deleted.status, 200);
    QCOMPARE(deleted.body, "OK"_ba);
    QCOMPARE(said(hub.ask("DELETE", "/api/repos/delete", body)),
             u"404 RepoNotFound Repository not found"_s);
    QCOMPARE(hub.get("/api/models/demo-writer/gone").status, 404);
    QCOMPARE(hub.get("/demo-writer/gone/resolve/main/.gitattributes").status, 404);
    QCOMPARE(arrayOf(hub.get("/api/models")).size(), 1); // the other one is still there
    hub.create("gone");
    QVERIFY(objectOf(hub.get("/api/models/demo-writer/gone"))["_id"_L1].toString() != oldId);
    QCOMPARE(hub.ask("DELETE", "/api/repos/delete", "{}").status, 400);
    QCOMPARE(hub.ask("DELETE", "/api/repos/delete", "nonsense").status, 400);
}

void TestRepos::moves()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    const QString head = hub.head("ann/kept");
    const auto move = [&](const QByteArray &from, const QByteArray &to) {
        return hub.ask("POST", "/api/repos/move",
                       "{\"fromRepo\": \"" + from + "\", \"toRepo\": \"" + to
                           + "\", \"type\": \"model\"}");
    };
    QCOMPARE(move("ann/kept", "acme/new").status, 200);
    QCOMPARE(hub.head("acme/new"), head);
    const RawAnswer old = hub.get("/api/models/ann/kept/tree/main?recursive=true");
    QCOMPARE(old.status, 307);
    QCOMPARE(old.headers.value("location"), "/api/models/acme/new/tree/main?recursive=true"_ba);
    const RawAnswer file = hub.get("/ann/kept/resolve/main/config.json");
    QCOMPARE(file.headers.value("location"), "/acme/new/resolve/main/config.json"_ba);
    const RawAnswer write = hub.ask("POST", "/api/models/ann/kept/branch/b", "{}");
    QCOMPARE(write.status, 307);
    QCOMPARE(write.headers.value("location"), "/api/models/acme/new/branch/b"_ba);

    QCOMPARE(move("acme/new", "acme/newest").status, 200);
    QCOMPARE(hub.get("/api/models/ann/kept").headers.value("location"),
             "/api/models/acme/newest"_ba); // not by way of a name that is gone too
    QCOMPARE(move("acme/newest", "ann/kept").status, 200);
    QCOMPARE(hub.head("ann/kept"), head);
    QCOMPARE(hub.get("/api/models/acme/new").headers.value("location"), "/api/models/ann/kept"_ba);
    QCOMPARE(
        hub.ask("DELETE", "/api/repos/delete", "{\"name\": \"kept\", \"organization\": \"ann\"}")
            .status,
        200);
    QCOMPARE(hub.get("/api/models/acme/new").status, 404);
}

void TestRepos::refusesToMove()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    hub.create("other");
    const auto move = [&](const QByteArray &body) {
        return said(hub.ask("POST", "/api/repos/move", body));
    };
    QCOMPARE(move("{\"fromRepo\": \"ann/kept\", \"toRepo\": \"demo-writer/other\"}"),
             u"409  A model repository called demo-writer/other already exists"_s);
    QCOMPARE(move("{\"fromRepo\": \"no/such\", \"toRepo\": \"a/b\"}"),
             u"404 RepoNotFound Repository not found"_s);
    const QString bare = u"400  fromRepo and toRepo must be full names"_s;
    QCOMPARE(move("{\"fromRepo\": \"kept\", \"toRepo\": \"a/b\"}"), bare);
    QCOMPARE(move("{\"fromRepo\": \"ann/kept\", \"toRepo\": \"b\"}"), bare);
    QCOMPARE(move("{\"fromRepo\": \"ann/kept\", \"toRepo\": \"a/..\"}"), bare);
    QCOMPARE(hub.get("/api/models/ann/kept").status, 200);
}

void TestRepos::settings()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    const QByteArray target = "/api/models/ann/kept/settings";
    const auto change = [&](const QByteArray &body) { return hub.ask("PUT", target, body); };
    const auto info = [&](const QByteArray &token) {
        return hub.get("/api/models/ann/kept", token);
    };
    const RawAnswer echoed = change("{\"gated\":\"manual\"}");
    QCOMPARE(echoed.status, 200);
    QCOMPARE(echoed.body, "{\"gated\":\"manual\"}"_ba);
    QCOMPARE(objectOf(info({}))["gated"_L1].toString(), u"manual"_s);
    QCOMPARE(hub.get("/ann/kept/resolve/main/config.json", {}).status, 401);
    QCOMPARE(hub.get("/ann/kept/resolve/main/config.json").status, 200);

    QCOMPARE(change("{\"visibility\":\"private\"}").status, 200);
    QCOMPARE(info({}).status, 401);
    QCOMPARE(info("writer").status, 200);
    QCOMPARE(change("{\"private\":false}").status, 200);
    QCOMPARE(objectOf(info({}))["gated"_L1].toString(), u"manual"_s); // as before
    QCOMPARE(change("{\"gated\":false}").status, 200);
    QCOMPARE(hub.get("/ann/kept/resolve/main/config.json", {}).status, 307);

    for (const char *body : {"{\"gated\":\"perhaps\"}", "{\"gated\":true}", "{\"private\":3}",
                             "{\"visibility\":\"odd\"}", "[1]"})
        QCOMPARE(change(body).status, 400);
    QCOMPARE(hub.ask("PATCH", target, "{}").status, 405);
}

void TestRepos::likes()
{
    demo::Repo repo = repoOf(demo::Access::Open);
    repo.likes = 7;
    WriterHub hub({repo});
    const auto count = [&] {
        return objectOf(hub.get("/api/models/ann/kept"))["likes"_L1].toInt();
    };
    QCOMPARE(hub.ask("POST", "/api/models/ann/kept/like").status, 200);
    QCOMPARE(hub.ask("POST", "/api/models/ann/kept/like").status, 200);
    QCOMPARE(count(), 8); // one person, one like
    const QJsonArray likers = arrayOf(hub.get("/api/models/ann/kept/likers", {}));
    QCOMPARE(likers.size(), 1);
    QCOMPARE(likers[0]["user"_L1].toString(), u"demo-writer"_s);
    const QJsonArray liked = arrayOf(hub.get("/api/users/demo-writer/likes", {}));
    QCOMPARE(liked.size(), 1);
    QCOMPARE(liked[0]["repo"_L1].toObject(),
             (QJsonObject{{u"name"_s, u"ann/kept"_s}, {u"type"_s, u"model"_s}}));
    QCOMPARE(hub.ask("DELETE", "/api/models/ann/kept/like").status, 200);
    QCOMPARE(count(), 7);
    QVERIFY(arrayOf(hub.get("/api/users/demo-writer/likes")).isEmpty());
    QCOMPARE(hub.get("/api/users/nobody/likes").status, 404);

    hub.create("mine");
    hub.ask("PUT", "/api/models/demo-writer/mine/settings", "{\"private\": true}");
    hub.ask("POST", "/api/models/demo-writer/mine/like");
    QCOMPARE(arrayOf(hub.get("/api/users/demo-writer/likes")).size(), 1);
    QCOMPARE(arrayOf(hub.get("/api/users/demo-writer/likes", "reader")).size(), 0);
}

void TestRepos::asksForAccess()
{
    WriterHub hub({repoOf(demo::Access::GatedAutomatic)});
    const auto file = [&] { return hub.get("/ann/kept/resolve/main/config.json", "reader"); };
    const QByteArray ask = "/ann/kept/ask-access";
    const QByteArray cancel = "/api/models/ann/kept/user-access-request/cancel";
    QCOMPARE(file().status, 403);
    QCOMPARE(hub.ask("POST", ask, {}, {}).status, 401);
    QCOMPARE(hub.get(ask, "reader").status, 404);
    const RawAnswer asked = hub.ask("POST", ask, "company=acme", "reader");
    QCOMPARE(asked.status, 303);
    QCOMPARE(asked.headers.value("location"), "/ann/kept"_ba);
    QCOMPARE(asked.body, "See Other. Redirecting to /ann/kept"_ba);
    QCOMPARE(file().status, 200);

    hub.hub().setRepo(repoOf(demo::Access::GatedManual));
    QCOMPARE(hub.ask("POST", cancel, {}, "reader").status, 404);
    QCOMPARE(hub.ask("POST", ask, {}, "reader").status, 303);
    QCOMPARE(file().status, 403);
    QCOMPARE(
        file().headers.value("x-error-message"),
        "Your request to access model ann/kept is awaiting a review from the repo authors."_ba);
    QCOMPARE(hub.ask("POST", cancel, {}, "reader").body, "{\"ok\":true}"_ba);
    QVERIFY(file().headers.value("x-error-message").contains("not in the authorized list"));

    hub.hub().setRepo(repoOf(demo::Access::Open));
    QCOMPARE(hub.ask("POST", ask, {}, "reader").headers.value("x-error-code"), "RepoNotGated"_ba);
    QCOMPARE(said(hub.ask("POST", cancel, {}, "reader")),
             u"400 RepoNotGated model ann/kept is not gated"_s);
    QCOMPARE(hub.ask("POST", "/no/such/ask-access", {}, "reader").status, 404);
}

void TestRepos::scans()
{
    WriterHub hub({makeRepo(u"ann/odd"_s, {gitFile(u"a.txt"_s, "a"_ba), lfsFile(u"x.pkl"_s, 10)}),
                   makeRepo(u"datasets/ann/odd"_s, {gitFile(u"a.txt"_s, "a"_ba)})});
    const QJsonObject scan = objectOf(hub.get("/api/models/ann/odd/scan", {}));
    QCOMPARE(scan["scansDone"_L1].toBool(), true);
    QCOMPARE(scan["filesWithIssues"_L1][0]["path"_L1].toString(), u"x.pkl"_s);
    const QByteArray info = "/api/models/ann/odd";
    QCOMPARE(objectOf(hub.get(info + "?securityStatus=true"))["securityRepoStatus"_L1].toObject(),
             scan);
    QVERIFY(!objectOf(hub.get(info)).contains("securityRepoStatus"_L1));
    QCOMPARE(hub.get("/api/datasets/ann/odd/scan").status, 404);
}

void TestRepos::trending()
{
    WriterHub hub(demo::demoCatalogue());
    const auto ask = [&](const QByteArray &query) {
        return objectOf(hub.get("/api/trending" + query, {}))["recentlyTrending"_L1].toArray();
    };
    QCOMPARE(ask({}).size(), 10);
    const QJsonArray datasets = ask("?type=dataset&limit=2");
    QCOMPARE(datasets.size(), 2);
    QCOMPARE(datasets[0]["repoType"_L1].toString(), u"dataset"_s);
    QVERIFY(datasets[0]["repoData"_L1]["id"_L1].toString().contains(u'/'));
    QCOMPARE(hub.get("/api/trending?limit=21").status, 400);
    QCOMPARE(hub.get("/api/trending?type=robot").status, 400);
}

void TestRepos::validatesCards()
{
    WriterHub hub;
    const RawAnswer fine =
        hub.ask("POST", "/api/validate-yaml", "{\"content\": \"# A\", \"repoType\": \"model\"}");
    QCOMPARE(fine.body, "{\"errors\":[],\"warnings\":[]}"_ba);
    QCOMPARE(hub.ask("POST", "/api/validate-yaml", "{").status, 400);
}

void TestRepos::checksWriteAccess()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    const QByteArray target = "/api/models/ann/kept/auth-check/write";
    QCOMPARE(hub.get(target).body, "OK"_ba);
    QCOMPARE(hub.get(target, "reader").status, 403);
    QCOMPARE(hub.get(target, {}).status, 401);
}

void TestRepos::countsWritesToo()
{
    demo::DemoOptions options;
    options.apiQuota = 2;
    WriterHub hub({}, options);
    QCOMPARE(hub.create("a").status, 200);
    const RawAnswer last = hub.create("b");
    QCOMPARE(last.status, 200);
    QVERIFY(last.headers.value("ratelimit").startsWith("\"api\";r=0;"));
    QCOMPARE(hub.create("c").status, 429);
    QCOMPARE(hub.get("/demo-writer/b/resolve/main/.gitattributes").status, 307);
    QCOMPARE(hub.get("/demo-writer/c/resolve/main/.gitattributes").status, 404);
}

// A fault changes the answer when the deed is done: only so can a client be tested that is left in
// the dark.
void TestRepos::losesOnlyTheAnswer()
{
    WriterHub hub;
    const QRegularExpression creation(u"/repos/create$"_s);
    const auto exists = [&](const QByteArray &name) {
        return hub.get("/api/models/demo-writer/" + name).status == 200;
    };
    hub.hub().addRule(demo::Origin::Hub, creation, FaultyHub::reset(), 1);
    QCOMPARE(hub.create("a").status, 0);
    QVERIFY(exists("a"));
    hub.hub().addRule(demo::Origin::Hub, creation, FaultyHub::cutAfter(5), 1);
    const RawAnswer cut = hub.create("b");
    QCOMPARE(cut.status, 200);
    QCOMPARE(cut.body.size(), 5);
    QVERIFY(exists("b"));
    hub.hub().addRule(demo::Origin::Hub, creation, FaultyHub::status(504), 1);
    QCOMPARE(hub.create("c").status, 504);
    QVERIFY(exists("c"));
}

void TestRepos::unknownVerbs()
{
    WriterHub hub({repoOf(demo::Access::Open)});
    QCOMPARE(hub.ask("DELETE", "/api/models/ann/kept").status, 405);
    QCOMPARE(hub.ask("PUT", "/api/models/ann/kept/tree/main").status, 405);
    QCOMPARE(hub.ask("BREW", "/api/models/ann/kept").status, 405);
    QCOMPARE(hub.ask("DELETE", "/ann/kept").status, 404);
    QCOMPARE(hub.ask("POST", "/api/repos/burn").status, 404);
    QCOMPARE(hub.get("/api/models/ann/kept/commit/main").status, 404);
    QCOMPARE(hub.get("/api/repos/create").status, 404);
    QCOMPARE(hub.get("/api/models/ann/kept").status, 200);
}

QTEST_GUILESS_MAIN(TestRepos)
#include "test_repos.moc"
