#include <QTest>

#include "hub/lowcalls.h"
#include "hub/rig.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using hub::Client;
using hub::Options;
using support::answer;
using support::configFor;
using support::model;
using support::RawRequest;
using support::RawServer;
using support::Token;
using support::wait;
using Rig = support::RawRig;

namespace {

hub::NewRepo newRepo(const QString &id)
{
    hub::NewRepo wanted;
    wanted.repo = model(id);
    return wanted;
}

// A call that asks more than once: repeats, pages, looks.
struct Long {
    const char *name;
    std::function<void(Rig &, const Options &)> run;
};

template <typename Make> Long longCall(const char *name, Make make)
{
    return {name, [make](Rig &rig, const Options &o) { wait(make(*rig.client, o), rig.clock); }};
}

QList<Long> longCalls()
{
    static const core::RepoId repo = model(u"o/r"_s);
    static const QString main = u"main"_s;
    return {
        longCall("tree",
                 [](Client &c, const Options &o) -> hub::Call<hub::TreePage> * {
                     return c.tree(repo, main, o);
                 }),
        longCall("getPaged",
                 [](Client &c, const Options &o) -> hub::Call<QJsonArray> * {
                     return c.getPaged(c.endpoint().url("/api/models"), {}, o);
                 }),
        longCall("pathsInfo",
                 [](Client &c, const Options &o) {
                     QStringList paths;
                     for (int i = 0; i < 600; ++i)
                         paths.append(u"f%1"_s.arg(i));
                     return c.pathsInfo(repo, main, paths, o);
                 }),
        longCall("likers", [](Client &c, const Options &o) { return c.likers(repo, o); }),
        longCall("createRepo",
                 [](Client &c, const Options &o) { return c.createRepo(newRepo(u"o/r"_s), o); }),
        longCall("createRepo, own name",
                 [](Client &c, const Options &o) { return c.createRepo(newRepo(u"r"_s), o); }),
        longCall("deleteRepo", [](Client &c, const Options &o) { return c.deleteRepo(repo, o); }),
        longCall("moveRepo",
                 [](Client &c, const Options &o) { return c.moveRepo(repo, model(u"o/s"_s), o); }),
        longCall("changeSettings",
                 [](Client &c, const Options &o) {
                     hub::RepoSettings settings;
                     settings.visibility = hub::Visibility::Private;
                     return c.changeSettings(repo, settings, o);
                 }),
        longCall("commit",
                 [](Client &c, const Options &o) {
                     hub::NewCommit commit;
                     commit.summary = u"s"_s;
                     commit.files = {{u"a"_s, "x"_ba}};
                     return c.commit(repo, main, commit, o);
                 }),
        longCall("createBranch",
                 [](Client &c, const Options &o) { return c.createBranch(repo, u"b"_s, {}, o); }),
        longCall("deleteBranch",
                 [](Client &c, const Options &o) { return c.deleteBranch(repo, u"b"_s, o); }),
        longCall(
            "createTag",
            [](Client &c, const Options &o) { return c.createTag(repo, u"t"_s, main, {}, o); }),
        longCall("deleteTag",
                 [](Client &c, const Options &o) { return c.deleteTag(repo, u"t"_s, o); }),
        longCall("like", [](Client &c, const Options &o) { return c.like(repo, o); }),
        longCall("askAccess", [](Client &c, const Options &o) { return c.askAccess(repo, {}, o); }),
    };
}

// Whatever is asked: a page with a next one, and one that fits nobody, so that everything is asked
// again. A write gets no answer.
QByteArray unhelpful(const RawServer &server, const RawRequest &request)
{
    if (request.verb != "GET"_ba && !request.target.contains("paths-info"))
        return "\n"_ba;
    if (request.target.contains("cursor") || request.target.contains("paths-info"))
        return answer("503 Busy", "", "busy");
    if (request.target.contains("/tree/") || request.target.contains("/likers")
        || request.target == "/api/models")
        return answer("200 OK",
                      "Link: <" + server.origin() + request.target + "?cursor=2>; rel=\"next\"\r\n",
                      R"([{"type":"file","path":"a","size":1,"oid":"x","user":"u"}])");
    return request.target.contains("/refs") || request.target.contains("whoami")
        ? answer("200 OK", "", R"({"name":"o","branches":[],"tags":[]})")
        : answer("200 OK", "", R"({"id":"o/r","sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})");
}

} // namespace

// A call stays with the Hub and the account it was made for.
class TestPinned : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anotherConfig_data();
    void anotherConfig();
    void anotherHub();
};

void TestPinned::anotherConfig_data()
{
    QTest::addColumn<int>("index");
    const QList<Long> all = longCalls();
    for (int i = 0; i < all.size(); ++i)
        QTest::newRow(all[i].name) << i;
}

// While it is under way everything else is configured.
void TestPinned::anotherConfig()
{
    QFETCH(int, index);
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    std::function<void()> onRequest;
    RawServer *self = nullptr;
    RawServer server([&](const RawRequest &request) {
        onRequest();
        return unhelpful(*self, request);
    });
    self = &server;
    Rig rig(server.origin());
    hub::HttpConfig config = configFor(other.origin());
    config.token = core::Secret("hf_SomebodyElse"_ba);
    onRequest = [&] { rig.http.setConfig(config); };
    longCalls()[index].run(rig, {});
    QVERIFY(server.seen.size() > 1); // it did ask again
    for (const RawRequest &request : std::as_const(server.seen))
        QCOMPARE(request.header("Authorization"), "Bearer " + Token);
    QVERIFY2(other.seen.isEmpty(), other.targets().value(0).constData());
}

// The token of the one is not told to the other.
void TestPinned::anotherHub()
{
    RawServer own([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    RawServer other([](const RawRequest &) { return answer("200 OK", "", R"({"name":"o"})"); });
    Rig rig(own.origin());
    Options options;
    options.endpoint = *hub::Endpoint::make(QString::fromLatin1(other.origin()));
    QVERIFY(wait(rig.client->whoami(options), rig.clock));
    options.token = core::Secret("hf_TheirToken"_ba);
    QVERIFY(wait(rig.client->whoami(options), rig.clock));
    QVERIFY(own.seen.isEmpty());
    QCOMPARE(other.seen.size(), 2);
    QCOMPARE(other.seen[0].header("Authorization"), ""_ba);
    QCOMPARE(other.seen[1].header("Authorization"), "Bearer hf_TheirToken"_ba);
}

QTEST_GUILESS_MAIN(TestPinned)
#include "pinned.moc"
