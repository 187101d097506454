#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include "hub/lowcalls.h"
#include "hub/rig.h"
#include "hub/tlsserver.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using hub::Client;
using support::answer;
using support::model;
using support::RawRequest;
using support::RawServer;
using support::wait;
using Rig = support::RawRig;

namespace {

const QByteArray Info = R"({"id":"o/r","sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})"_ba;

// A typed call with one name in it that a caller gives.
struct Naming {
    const char *name;
    std::function<std::optional<core::Error>(Rig &, const QString &)> run;
    bool isEmptyFine = false;
};

template <typename Make> Naming naming(const char *name, Make make, bool isEmptyFine = false)
{
    return {name,
            [make](Rig &rig, const QString &text) {
                const auto result = wait(make(*rig.client, text), rig.clock);
                return result ? std::nullopt : std::optional(result.error());
            },
            isEmptyFine};
}

hub::NewCommit commitOf(const QString &path)
{
    hub::NewCommit commit;
    commit.summary = u"s"_s;
    commit.files = {{path, "x"_ba}};
    return commit;
}

QList<Naming> namings()
{
    static const core::RepoId repo = model(u"o/r"_s);
    static const QString main = u"main"_s;
    const QList<hub::FileSample> files = {{u"a"_s, 1, "a"_ba}};
    return {
        naming(
            "info", [](Client &c, const QString &x) { return c.info(repo, x); }, true),
        naming("tree",
               [](Client &c, const QString &x) -> hub::Call<hub::TreePage> * {
                   return c.tree(repo, x);
               }),
        naming("pathsInfo",
               [](Client &c, const QString &x) { return c.pathsInfo(repo, x, {u"a"_s}); }),
        naming("pathsInfo, path",
               [](Client &c, const QString &x) {
                   return c.pathsInfo(repo, main, {u"a"_s, x});
               }),
        naming("commits", [](Client &c, const QString &x) { return c.commits(repo, x); }),
        naming("card", [](Client &c, const QString &x) { return c.card(repo, x); }),
        naming("likesOf", [](Client &c, const QString &x) { return c.likesOf(x); }),
        naming("preupload",
               [files](Client &c, const QString &x) { return c.preupload(repo, x, files); }),
        naming("preupload, path",
               [](Client &c, const QString &x) {
                   return c.preupload(repo, main, {{x, 1, "a"_ba}});
               }),
        naming("commit",
               [](Client &c, const QString &x) { return c.commit(repo, x, commitOf(u"a"_s)); }),
        naming("commit, path",
               [](Client &c, const QString &x) { return c.commit(repo, main, commitOf(x)); }),
        naming("createBranch", [](Client &c, const QString &x) { return c.createBranch(repo, x); }),
        naming(
            "createBranch, start",
            [](Client &c, const QString &x) { return c.createBranch(repo, main, x); }, true),
        naming("deleteBranch", [](Client &c, const QString &x) { return c.deleteBranch(repo, x); }),
        naming("createTag", [](Client &c, const QString &x) { return c.createTag(repo, x, main); }),
        naming("createTag, revision",
               [](Client &c, const QString &x) { return c.createTag(repo, u"t"_s, x); }),
        naming("deleteTag", [](Client &c, const QString &x) { return c.deleteTag(repo, x); }),
    };
}

} // namespace

// What only the typed calls promise: names that are judged, answers that are whole, errors that say
// what they are about.
class TestTyped : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names_data();
    void names();
    void noRepo();
    void cardIsWhole_data();
    void cardIsWhole();
    void cardLeavesHttp2();
    void protocolErrorsSayWhere();
    void emptyFilesAreRegular();
    void moveKeepsTheType();
    void headersGoWithTheLooks();
    void expandedFields();
    void noSetting();
    void somebodyElsesRepo();
    void quotedTokens();
    void lengths();
    void renamedBesideAWebApp();
    void preuploadOfAPullRequest();
};

void TestTyped::names_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("text");
    const QList<Naming> all = namings();
    for (int i = 0; i < all.size(); ++i) {
        for (const char *text : {"..", ".", "a/../b", "../x", "a/..", "", "a//b", "/a", "a\n"}) {
            if (*text || !all[i].isEmptyFine)
                QTest::addRow("%s, <%s>", all[i].name, text) << i << QString::fromLatin1(text);
        }
    }
}

// Nothing that would lead elsewhere is ever sent.
void TestTyped::names()
{
    QFETCH(int, index);
    QFETCH(QString, text);
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "[]"); });
    Rig rig(server.origin());
    const auto error = namings()[index].run(rig, text);
    QVERIFY(error);
    QCOMPARE(error->kind, ErrorKind::BadInput);
    QCOMPARE(server.targets(), QList<QByteArray>());
}

void TestTyped::noRepo()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "[]"); });
    Rig rig(server.origin());
    const core::RepoId none;
    QCOMPARE(wait(rig.client->info(none, {}), rig.clock).error().kind, ErrorKind::BadInput);
    QCOMPARE(wait(rig.client->deleteRepo(none), rig.clock).error().kind, ErrorKind::BadInput);
    QCOMPARE(wait(rig.client->moveRepo(model(u"o/r"_s), none), rig.clock).error().kind,
             ErrorKind::BadInput);
    QCOMPARE(wait(rig.client->like(none), rig.clock).error().kind, ErrorKind::BadInput);
    QCOMPARE(server.seen.size(), 0);
}

void TestTyped::cardIsWhole_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("isWhole");
    QTest::newRow("whole") << answer("200 OK", "", "# Title") << true;
    QTest::newRow("identity") << answer("200 OK", "Content-Encoding: identity\r\n", "# Title")
                              << true;
    QTest::newRow("short") << "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n# Title"_ba << false;
    QTest::newRow("compressed, though not asked to")
        << answer("200 OK", "Content-Encoding: gzip\r\n", QByteArray::fromHex("1f8b08000000"))
        << false;
    QTest::newRow("a part") << answer("206 Partial Content", "Content-Range: bytes 0-6/100\r\n",
                                      "# Title")
                            << false;
}

// Compressed text that ends early cannot be told from text.
void TestTyped::cardIsWhole()
{
    QFETCH(QByteArray, answer);
    QFETCH(bool, isWhole);
    RawServer server([&](const RawRequest &) { return answer; });
    Rig rig(server.origin());
    const auto card = wait(rig.client->card(model(u"o/r"_s), u"main"_s), rig.clock);
    QCOMPARE(card.has_value(), isWhole);
    QCOMPARE(server.seen.first().header("Accept-Encoding"), "identity"_ba);
    if (isWhole)
        QCOMPARE(*card, "# Title"_ba);
}

// There the end of a stream that was reset looks like the end of the text.
void TestTyped::cardLeavesHttp2()
{
    QTemporaryDir folder;
    QVERIFY(support::makeCertificate(folder.path()));
    auto tls = support::makeTlsServer(folder.path());
    QSslConfiguration both = tls->sslConfiguration();
    both.setAllowedNextProtocols({QSslConfiguration::ALPNProtocolHTTP2, "http/1.1"_ba});
    tls->setSslConfiguration(both);
    RawServer server(std::move(tls),
                     [](const RawRequest &) { return answer("200 OK", "", "# T"); });
    Rig rig(server.origin("https"_ba));
    hub::HttpConfig config = rig.http.config();
    config.caFiles = {folder.path() + u"/cert.pem"_s};
    rig.http.setConfig(config);
    QVERIFY(wait(rig.client->card(model(u"o/r"_s), u"main"_s), rig.clock));
    QCOMPARE(server.seen.size(), 1);
    QCOMPARE(server.seen.first().verb, "GET"_ba);
}

void TestTyped::protocolErrorsSayWhere()
{
    RawServer server([](const RawRequest &request) {
        return answer("200 OK", "X-Request-Id: Root=1-2-3\r\nContent-Type: text/html\r\n",
                      request.verb == "GET"_ba ? "<html>Log in</html>" : "<html>");
    });
    Rig rig(server.origin());
    const QString begin = QString::fromLatin1(server.origin()) + u"/api/"_s;
    const auto check = [&](const core::Error &error) {
        QCOMPARE(error.kind, ErrorKind::Protocol);
        QCOMPARE(error.httpStatus, 200);
        QCOMPARE(error.requestId, u"Root=1-2-3"_s);
        QVERIFY2(error.url.startsWith(begin), qPrintable(error.url));
    };
    const core::RepoId repo = model(u"o/r"_s);
    check(wait(rig.client->info(repo, {}), rig.clock).error());
    check(wait<hub::TreePage>(rig.client->tree(repo, u"main"_s), rig.clock).error());
    check(wait(rig.client->pathsInfo(repo, u"main"_s, {u"a"_s}), rig.clock).error());
    check(wait(rig.client->unlike(repo), rig.clock).error());
}

// The storage refuses objects of nothing (hub-api.md 8.2), whatever the Hub says.
void TestTyped::emptyFilesAreRegular()
{
    const QByteArray modes = R"({"files":[{"path":"none","uploadMode":"lfs"},)"
                             R"({"path":"some","uploadMode":"lfs"}]})";
    RawServer server([&](const RawRequest &) { return answer("200 OK", "", modes); });
    Rig rig(server.origin());
    const auto told = wait(rig.client->preupload(model(u"o/r"_s), u"main"_s,
                                                 {{u"none"_s, 0, {}}, {u"some"_s, 1, "x"_ba}}),
                           rig.clock);
    QVERIFY(told && told->size() == 2);
    QCOMPARE(told->at(0).mode, hub::UploadMode::Mode::Regular);
    QCOMPARE(told->at(1).mode, hub::UploadMode::Mode::Lfs);
}

void TestTyped::moveKeepsTheType()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    Rig rig(server.origin());
    const auto data = *core::RepoId::make(core::RepoType::Dataset, u"o/s"_s);
    QCOMPARE(wait(rig.client->moveRepo(model(u"o/r"_s), data), rig.clock).error().kind,
             ErrorKind::BadInput);
    QVERIFY(server.seen.isEmpty());
}

// A gateway that wants a key wants it of every request.
void TestTyped::headersGoWithTheLooks()
{
    RawServer server(
        [](const RawRequest &) { return answer("200 OK", "", R"({"branches":[],"tags":[]})"); });
    Rig rig(server.origin());
    hub::Options options;
    options.headers = {{"X-Gateway-Key"_ba, "open"_ba}};
    QVERIFY(wait(rig.client->createBranch(model(u"o/r"_s), u"b"_s, {}, options), rig.clock));
    QCOMPARE(server.seen.size(), 2); // the branches there are, then the new one
    for (const RawRequest &request : std::as_const(server.seen))
        QCOMPARE(request.header("X-Gateway-Key"), "open"_ba);
}

// Whatever a caller asks the Hub to tell of each repo.
void TestTyped::expandedFields()
{
    RawServer server([](const RawRequest &) {
        return answer("200 OK", "",
                      R"([{"_id":"1","id":"o/r","sha":"ab","mainSize":7,"likes":3}])");
    });
    Rig rig(server.origin());
    hub::SearchQuery query;
    query.type = core::RepoType::Dataset;
    query.sort = hub::SortOrder::Rows;
    query.expand = {u"sha"_s, u"mainSize"_s};
    const auto page = wait(rig.client->search(query), rig.clock);
    QVERIFY(page);
    QCOMPARE(page->repos.value(0).rest, (QJsonObject{{u"sha"_s, u"ab"_s}, {u"mainSize"_s, 7}}));
    QVERIFY(server.targets().value(0).contains("sort=datasetsServerInfo.numRows"));
    QVERIFY(server.targets().value(0).contains("expand=mainSize"));
}

void TestTyped::noSetting()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    Rig rig(server.origin());
    const auto end = wait(rig.client->changeSettings(model(u"o/r"_s), {}), rig.clock);
    QCOMPARE(end.error().kind, ErrorKind::BadInput);
    QVERIFY(server.seen.isEmpty());
}

// It shows up while the account's other repo is being made: whoever wants none that is there has
// not made it.
void TestTyped::somebodyElsesRepo()
{
    int posts = 0;
    RawServer server([&posts](const RawRequest &request) {
        if (request.verb == "GET"_ba)
            return posts == 0 ? answer("404 Not Found", "X-Error-Code: RepoNotFound\r\n")
                              : answer("200 OK", "", Info);
        return answer("409 Conflict", "Content-Type: application/json\r\n",
                      ++posts == 1 ? R"({"error":"Another conflicting operation is in progress"})"
                                   : R"({"error":"You already created this model repo"})");
    });
    Rig rig(server.origin());
    hub::NewRepo wanted;
    wanted.repo = model(u"o/r"_s);
    const auto end = wait(rig.client->createRepo(wanted), rig.clock);
    QVERIFY(!end);
    QCOMPARE(end.error().httpStatus, 409);
    QCOMPARE(posts, 2);
}

// A server that answers with what it was sent.
void TestTyped::quotedTokens()
{
    RawServer server([](const RawRequest &request) {
        const QJsonObject file{
            {u"path"_s, u"a"_s},
            {u"uploadMode"_s, QString::fromLatin1(request.header("Authorization"))}};
        return answer("200 OK", "X-Request-Id: " + request.header("Authorization") + "\r\n",
                      QJsonDocument(QJsonObject{{u"files"_s, QJsonArray{file}}}).toJson());
    });
    Rig rig(server.origin());
    for (const QByteArray &token : {support::Token, "a-mirror's-own"_ba}) {
        hub::Options options;
        options.token = core::Secret(token);
        const auto modes =
            wait(rig.client->preupload(model(u"o/r"_s), u"main"_s, {{u"a"_s, 1, "a"_ba}}, options),
                 rig.clock);
        QVERIFY(!modes);
        QVERIFY(server.seen.last().head.contains(token));
        for (const QString &text : {modes.error().detail, modes.error().requestId})
            QVERIFY2(!text.contains(QString::fromLatin1(token)), qPrintable(text));
    }
}

// 64 MiB, or what the caller says; less for a card, and more where it is wanted.
void TestTyped::lengths()
{
    QByteArray body;
    RawServer server([&](const RawRequest &) { return answer("200 OK", "", body); });
    Rig rig(server.origin());
    hub::Options options;
    const auto filled = [](const QByteArray &begin, const QByteArray &end, qsizetype size) {
        return begin + QByteArray(size - begin.size() - end.size(), ' ') + end;
    };
    constexpr qsizetype MiB = 1024 * 1024;
    body = filled("["_ba, Info + "]", 40 * MiB);
    QVERIFY(wait(rig.client->search({}), rig.clock));
    options.bodyLimit = 40 * MiB - 1;
    QCOMPARE(wait(rig.client->search({}, options), rig.clock).error().kind, ErrorKind::Protocol);
    body = filled(Info, ""_ba, 65 * MiB);
    QVERIFY(!wait(rig.client->info(model(u"o/r"_s), {}), rig.clock));
    options.bodyLimit = 65 * MiB;
    QVERIFY(wait(rig.client->info(model(u"o/r"_s), {}, options), rig.clock));
    body = QByteArray(3 * MiB, 'x');
    QVERIFY(!wait(rig.client->card(model(u"o/r"_s), u"main"_s), rig.clock));
    QVERIFY(wait(rig.client->card(model(u"o/r"_s), u"main"_s, options), rig.clock));
}

// Everything outside of the prefix is answered, with a page.
void TestTyped::renamedBesideAWebApp()
{
    RawServer server([](const RawRequest &request) {
        if (!request.target.startsWith("/hf/"))
            return answer("200 OK", "Content-Type: text/html\r\n", "<html>app</html>");
        if (request.target == "/hf/api/models/o/old"_ba)
            return support::redirect("307", "/api/models/o/r");
        return answer("200 OK", "", Info);
    });
    Rig rig(server.origin(), "/hf"_ba);
    const auto info = wait(rig.client->info(model(u"o/old"_s), {}), rig.clock);
    QVERIFY2(info, qPrintable(info ? QString() : info.error().detail));
    QCOMPARE(info->summary.repo, model(u"o/r"_s));
}

void TestTyped::preuploadOfAPullRequest()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", R"({"files":[]})"); });
    Rig rig(server.origin());
    QVERIFY(wait(rig.client->preupload(model(u"o/r"_s), u"main"_s, {{u"a"_s, 1, "a"_ba}},
                                       hub::NewCommit::As::PullRequest),
                 rig.clock));
    QCOMPARE(server.seen.first().target, "/api/models/o/r/preupload/main?create_pr=1"_ba);
}

QTEST_GUILESS_MAIN(TestTyped)
#include "typed.moc"
