#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "demo/rawclient.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using support::gitFile;
using support::lfsFile;
using support::makeRepo;

namespace {

QJsonArray array(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).array();
}

QJsonObject object(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QByteArray nextOf(const RawAnswer &answer)
{
    const QByteArray link = answer.headers.value("link");
    return link.endsWith(">; rel=\"next\"") ? link.mid(1, link.indexOf('>') - 1) : QByteArray();
}

demo::Repo repoOf(demo::Access access)
{
    demo::Repo repo = makeRepo(u"ann/kept"_s,
                               {gitFile(u"README.md"_s, "# Kept\n"_ba),
                                gitFile(u"config.json"_s, "{}\n"_ba), lfsFile(u"w.bin"_s, 1000)});
    repo.access = access;
    repo.allowedTokens = {u"good"_s};
    return repo;
}

QByteArray bearer(const QByteArray &token)
{
    return token.isEmpty() ? token : "Authorization: Bearer " + token + "\r\n";
}

} // namespace

// The words of the Hub: paging, names, redirects, errors, gates, limits and the catalogue.
class TestHub : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pagesByAbsoluteLinks_data();
    void pagesByAbsoluteLinks();
    void pagesLists();
    void expandsOnlyWhatItIsAskedFor();
    void servesEveryOddName();
    void redirectsUnderAPrefix();
    void redirectsOldNames();
    void refuses_data();
    void refuses();
    void missingThings();
    void masksHashesBehindTheGate();
    void whoAmI();
    void quotas();
    void keepsOldCommits();
    void offersNoXet();
    void everyRepoHasACard();
};

void TestHub::pagesByAbsoluteLinks_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::newRow("root") << QString();
    QTest::newRow("prefix") << u"/mirror/hf"_s;
}

void TestHub::pagesByAbsoluteLinks()
{
    QFETCH(QString, prefix);
    QList<demo::File> files;
    for (int i = 0; i < 25; ++i)
        files.append(gitFile(u"f %1/x.txt"_s.arg(i), QByteArray::number(i)));
    demo::DemoOptions options;
    options.prefix = prefix;
    options.pageSize = 7;
    FaultyHub hub({makeRepo(u"ann/paged"_s, files)}, options);
    QByteArray url = hub.endpoint().toLatin1() + "/api/models/ann/paged/tree/main?recursive=true";
    QSet<QString> paths;
    int pages = 0;
    while (!url.isEmpty()) {
        QVERIFY(url.startsWith(hub.endpoint().toLatin1() + "/api/"));
        const RawAnswer answer = fetch(url);
        QCOMPARE(answer.status, 200);
        for (const QJsonValue entry : array(answer))
            paths.insert(entry["path"_L1].toString());
        url = nextOf(answer);
        ++pages;
    }
    QCOMPARE(paths.size(), 50);
    QCOMPARE(pages, 8);
}

void TestHub::pagesLists()
{
    FaultyHub hub(demo::demoCatalogue());
    const QByteArray base = hub.endpoint().toLatin1() + "/api/models";
    QByteArray url = base + "?sort=downloads&limit=5&expand=downloads&expand%5B%5D=author";
    QList<qint64> downloads;
    while (!url.isEmpty()) {
        const RawAnswer answer = fetch(url);
        for (const QJsonValue item : array(answer))
            downloads.append(item["downloads"_L1].toInteger());
        url = nextOf(answer);
    }
    QVERIFY(downloads.size() > 15);
    QVERIFY(std::is_sorted(downloads.rbegin(), downloads.rend()));
    QCOMPARE(array(fetch(base + "?search=LANTERN-320")).size(), 2);
    QCOMPARE(array(fetch(base + "?author=quillworks")).size(), 3);
    QCOMPARE(array(fetch(base + "?filter=gguf&filter=license%3Amit")).size(), 1);
    QCOMPARE(array(fetch(base + "?gated=true")).size(), 1);
    QCOMPARE(array(fetch(base + "?search=nothing-of-this-name")).size(), 0);
}

void TestHub::expandsOnlyWhatItIsAskedFor()
{
    FaultyHub hub({repoOf(demo::Access::GatedAutomatic)});
    const QByteArray base = hub.endpoint().toLatin1() + "/api/models";
    const QJsonObject item = array(fetch(base + "?expand=gated&expand=sha"))[0].toObject();
    QCOMPARE(item.keys(), (QStringList{u"_id"_s, u"gated"_s, u"id"_s, u"sha"_s}));
    QCOMPARE(item.value("gated"_L1).toString(), u"auto"_s);
    QCOMPARE(fetch(base + "?expand=nonsense").status, 400);
    QVERIFY(!array(fetch(base))[0].toObject().contains(u"author"_s));
}

void TestHub::servesEveryOddName()
{
    FaultyHub hub(demo::demoCatalogue());
    const QByteArray base = hub.endpoint().toLatin1();
    const QByteArray id = "odd-corner/names-of-all-kinds";
    const QJsonArray tree = array(fetch(base + "/api/models/" + id + "/tree/main?recursive=true"));
    int files = 0;
    for (const QJsonValue entry : tree) {
        if (entry["type"_L1].toString() != "file"_L1)
            continue;
        const QString path = entry["path"_L1].toString();
        const QByteArray raw = QUrl::toPercentEncoding(path, "/"_ba);
        const RawAnswer hop = fetch(base + '/' + id + "/resolve/main/" + raw);
        const bool isLfs = !entry["lfs"_L1].isUndefined();
        QCOMPARE(hop.status, isLfs ? 302 : 307);
        QByteArray location = hop.headers.value("location");
        if (!isLfs) {
            QVERIFY(location.startsWith("/api/resolve-cache/models/" + id + '/'));
            QVERIFY(location.contains(QUrl::toPercentEncoding(path) + '?')); // '/' as %2F
            location.prepend(base);
        }
        const RawAnswer answer = fetch(location);
        QCOMPARE(answer.status, 200);
        const auto content = demo::Content::fromBytes(answer.body);
        QCOMPARE(isLfs ? content->sha256() : content->gitSha1(),
                 isLfs ? entry["lfs"_L1]["oid"_L1].toString() : entry["oid"_L1].toString());
        const RawAnswer folded =
            fetch(base + '/' + id + "/resolve/main/" + QUrl::toPercentEncoding(path));
        QCOMPARE(folded.status, hop.status);
        ++files;
    }
    QVERIFY(files >= 16);
}

void TestHub::redirectsUnderAPrefix()
{
    demo::DemoOptions options;
    options.prefix = u"/p"_s;
    FaultyHub hub({makeRepo(u"datasets/ann/small"_s, {gitFile(u"a/b.txt"_s, "x"_ba)})}, options);
    QVERIFY(hub.endpoint().endsWith(u"/p"_s));
    const QByteArray origin = originOf(hub.endpoint().toLatin1());
    const RawAnswer hop = fetch(origin + "/p/datasets/ann/small/resolve/main/a/b.txt");
    QCOMPARE(hop.status, 307);
    QVERIFY(hop.headers.value("location").startsWith("/p/api/resolve-cache/datasets/ann/small/"));
    QVERIFY(hop.headers.value("location").contains("/a%2Fb.txt?"));
    QCOMPARE(fetch(origin + hop.headers.value("location")).body, "x"_ba);
    QCOMPARE(fetch(origin + "/datasets/ann/small/resolve/main/a/b.txt").status, 404);
    QCOMPARE(fetch(origin + "/pp/api/datasets").status, 404);
}

void TestHub::redirectsOldNames()
{
    demo::Repo repo = makeRepo(u"ann/new"_s, {gitFile(u"a b.txt"_s, "x"_ba)});
    repo.oldNames = {u"bob/old"_s, u"bare"_s};
    FaultyHub hub({repo});
    const QByteArray base = hub.endpoint().toLatin1();
    const auto location = [&](const QByteArray &target) {
        const RawAnswer answer = fetch(base + target);
        return QByteArray::number(answer.status) + ' ' + answer.headers.value("location");
    };
    QCOMPARE(location("/api/models/bob/old?blobs=true"), "307 /api/models/ann/new?blobs=true"_ba);
    QCOMPARE(location("/api/models/bare"), "307 /api/models/ann/new"_ba);
    QCOMPARE(location("/api/models/bare/tree/main/x%20y?recursive=1"),
             "307 /api/models/ann/new/tree/main/x%20y?recursive=1"_ba);
    QCOMPARE(location("/bob/old/resolve/main/a%20b.txt?download=true"),
             "307 /ann/new/resolve/main/a%20b.txt?download=true"_ba);
    QCOMPARE(fetch(base + "/api/models/ANN/NEW").status, 200);
}

void TestHub::refuses_data()
{
    QTest::addColumn<demo::Access>("access");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QByteArray>("info"); // status and X-Error-Code
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("card");
    using demo::Access;
    const auto row = [](const char *name, Access access, const char *token, const char *info,
                        const char *file, const char *card) {
        QTest::newRow(name) << access << QByteArray(token) << QByteArray(info) << QByteArray(file)
                            << QByteArray(card);
    };
    row("open, nobody", Access::Open, "", "200 ", "307 ", "307 ");
    row("open, bad token", Access::Open, "bad", "200 ", "401 ", "401 ");
    row("gated, nobody", Access::GatedManual, "", "200 ", "401 GatedRepo", "200 ");
    row("gated, stranger", Access::GatedManual, "other", "200 ", "403 GatedRepo", "200 ");
    row("gated, bad token", Access::GatedManual, "bad", "200 ", "401 GatedRepo", "200 ");
    row("gated, friend", Access::GatedManual, "good", "200 ", "200 ", "200 ");
    row("private, nobody", Access::Private, "", "401 ", "401 ", "401 ");
    row("private, stranger", Access::Private, "other", "404 RepoNotFound", "404 RepoNotFound",
        "404 RepoNotFound");
    row("private, friend", Access::Private, "good", "200 ", "200 ", "200 ");
    row("disabled, nobody", Access::Disabled, "", "403 ", "403 ", "403 ");
    row("disabled, friend", Access::Disabled, "good", "403 ", "403 ", "403 ");
}

void TestHub::refuses()
{
    QFETCH(demo::Access, access);
    QFETCH(QByteArray, token);
    demo::DemoOptions options;
    options.tokens = {u"other"_s};
    FaultyHub hub({repoOf(access)}, options);
    const auto ask = [&](const QByteArray &target) {
        const RawAnswer answer = fetch(hub.endpoint().toLatin1() + target, bearer(token));
        return QByteArray::number(answer.status) + ' ' + answer.headers.value("x-error-code");
    };
    QTEST(ask("/api/models/ann/kept"), "info");
    QTEST(ask("/ann/kept/resolve/main/config.json"), "file");
    QTEST(ask("/ann/kept/resolve/main/README.md"), "card");
}

void TestHub::missingThings()
{
    demo::DemoOptions options;
    options.tokens = {u"good"_s};
    FaultyHub hub({repoOf(demo::Access::Open), repoOf(demo::Access::Open)}, options);
    const QByteArray base = hub.endpoint().toLatin1();
    const RawAnswer nobody = fetch(base + "/api/models/ann/none");
    QCOMPARE(nobody.status, 401);
    QCOMPARE(nobody.body, "{\"error\":\"Invalid username or password.\"}"_ba);
    QVERIFY(!nobody.headers.contains("x-error-code"));
    const RawAnswer known = fetch(base + "/api/models/ann/none", bearer("good"));
    QCOMPARE(known.status, 404);
    QCOMPARE(known.headers.value("x-error-code"), "RepoNotFound"_ba);
    const RawAnswer bad = fetch(base + "/api/models/ann/none", bearer("bad"));
    QCOMPARE(bad.headers.value("x-error-message"),
             "Invalid credentials in Authorization header"_ba);
    const RawAnswer revision = fetch(base + "/api/models/ann/kept/revision/no%2Fbranch");
    QCOMPARE(revision.status, 404);
    QCOMPARE(revision.headers.value("x-error-code"), "RevisionNotFound"_ba);
    QCOMPARE(object(revision).value("error"_L1).toString(), u"Invalid rev id: no/branch"_s);
    const RawAnswer entry = fetch(base + "/ann/kept/resolve/main/none.txt");
    QCOMPARE(entry.status, 404);
    QCOMPARE(entry.body, "Entry not found"_ba);
    QCOMPARE(entry.headers.value("x-error-code"), "EntryNotFound"_ba);
    QCOMPARE(entry.headers.value("x-repo-commit").size(), 40);
    const RawAnswer folder = fetch(base + "/api/models/ann/kept/tree/main/none");
    QCOMPARE(object(folder).value("error"_L1).toString(), u"none does not exist on \"main\""_s);
}

void TestHub::masksHashesBehindTheGate()
{
    FaultyHub hub({repoOf(demo::Access::GatedManual)});
    const QByteArray url = hub.endpoint().toLatin1() + "/api/models/ann/kept/tree/main";
    const auto oid = [&](const QByteArray &headers) {
        return array(fetch(url, headers))[2]["lfs"_L1]["oid"_L1].toString();
    };
    QCOMPARE(oid({}), QString(64, u'*'));
    QCOMPARE(oid(bearer("good")), demo::Content::generated(1, 1000)->sha256());
}

void TestHub::whoAmI()
{
    FaultyHub hub({repoOf(demo::Access::Private)});
    const QByteArray url = hub.endpoint().toLatin1() + "/api/whoami-v2";
    QCOMPARE(fetch(url).status, 401);
    QCOMPARE(fetch(url, bearer("bad")).status, 401);
    QCOMPARE(object(fetch(url, bearer("good"))).value("type"_L1).toString(), u"user"_s);
}

void TestHub::quotas()
{
    demo::DemoOptions options;
    options.apiQuota = 3;
    options.resolverQuota = 2;
    FaultyHub hub({repoOf(demo::Access::Open)}, options);
    const QByteArray base = hub.endpoint().toLatin1();
    for (int left = 2; left >= 0; --left) {
        const RawAnswer answer = fetch(base + "/api/models");
        QCOMPARE(answer.status, 200);
        QVERIFY(
            answer.headers.value("ratelimit").startsWith("\"api\";r=" + QByteArray::number(left)));
    }
    const RawAnswer over = fetch(base + "/api/models");
    QCOMPARE(over.status, 429);
    QCOMPARE(over.headers.value("ratelimit-policy"), "\"fixed window\";\"api\";q=3;w=300"_ba);
    QVERIFY(!over.headers.contains("retry-after"));
    const RawAnswer hop = fetch(base + "/ann/kept/resolve/main/config.json");
    for (int i = 0; i < 5; ++i) // the cache in front of the Hub costs nothing
        QCOMPARE(fetch(base + hop.headers.value("location")).status, 200);
    QCOMPARE(fetch(base + "/ann/kept/resolve/main/config.json").status, 307);
    QCOMPARE(fetch(base + "/ann/kept/resolve/main/config.json").status, 429);
    QCOMPARE(fetch(base + "/api/models", bearer("good")).status, 200); // counted by caller
}

void TestHub::keepsOldCommits()
{
    FaultyHub hub({makeRepo(u"ann/moving"_s, {gitFile(u"a.txt"_s, "one"_ba)})});
    const QByteArray base = hub.endpoint().toLatin1();
    const auto sha = [&] {
        return object(fetch(base + "/api/models/ann/moving"))["sha"_L1].toString();
    };
    const QString first = sha();
    hub.setRepo(makeRepo(u"ann/moving"_s, {gitFile(u"a.txt"_s, "two"_ba)}));
    const QString second = sha();
    QVERIFY(first != second);
    const auto text = [&](const QString &revision) {
        const QByteArray url = base + "/ann/moving/resolve/" + revision.toLatin1() + "/a.txt";
        return fetch(base + fetch(url).headers.value("location")).body;
    };
    QCOMPARE(text(first), "one"_ba);
    QCOMPARE(text(second), "two"_ba);
    QCOMPARE(text(u"main"_s), "two"_ba);
    QCOMPARE(text(u"refs%2Fheads%2Fmain"_s), "two"_ba);
    QCOMPARE(text(first.left(8)), "one"_ba);
}

void TestHub::offersNoXet()
{
    FaultyHub hub({repoOf(demo::Access::Open)});
    const QByteArray base = hub.endpoint().toLatin1();
    const RawAnswer hop = fetch(base + "/ann/kept/resolve/main/w.bin");
    QVERIFY(!hop.headers.contains("x-xet-hash"));
    QVERIFY(!hop.headers.contains("link"));
    QVERIFY(!fetch(base + "/api/models/ann/kept/tree/main").body.contains("xetHash"));
}

void TestHub::everyRepoHasACard()
{
    const QList<demo::Repo> repos = demo::demoCatalogue();
    QVERIFY(repos.size() >= 20);
    bool hasManyFiles = false;
    for (const demo::Repo &repo : repos) {
        hasManyFiles = hasManyFiles || repo.files.size() >= 2000;
        const auto card = std::find_if(repo.files.begin(), repo.files.end(), [](const auto &file) {
            return file.path == "README.md"_L1;
        });
        QVERIFY2(card != repo.files.end(), qPrintable(repo.id.display()));
        QVERIFY(card->content->read(0, 4) == "---\n");
        for (const demo::File &file : repo.files)
            QVERIFY2(core::checkFilePath(file.path), qPrintable(file.path));
    }
    QVERIFY(hasManyFiles);
    const QList<demo::Repo> again = demo::demoCatalogue();
    FaultyHub one({repos.constFirst()});
    FaultyHub two({again.constFirst()});
    const auto sha = [&](const FaultyHub &hub) {
        const QByteArray url = hub.endpoint().toLatin1() + "/api/models/"
            + repos.constFirst().id.id().toLatin1() + "?expand=sha";
        return object(fetch(url)).value("sha"_L1).toString();
    };
    QCOMPARE(sha(one), sha(two));
}

QTEST_GUILESS_MAIN(TestHub)
#include "test_hub.moc"
