#include "hub/client.h"

#include <QSignalSpy>
#include <QTest>

#include "hub/rig.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using core::RepoType;
using demo::Origin;
using support::FaultyHub;
using support::model;
using support::Rig;
using support::wait;

namespace {

demo::Repo smallRepo()
{
    return support::makeRepo(u"acme/tiny"_s,
                             {support::gitFile(u"README.md"_s, "# Tiny\n"_ba),
                              support::gitFile(u"config.json"_s, "{}"_ba),
                              support::lfsFile(u"a/model.bin"_s, 1000)});
}

const QRegularExpression All(u"."_s);

// The longest wait that the Gate has told of.
struct Announced {
    explicit Announced(const hub::Gate &gate)
    {
        QObject::connect(&gate, &hub::Gate::waiting, &context,
                         [this](hub::Bucket, std::optional<std::chrono::seconds> time) {
                             seconds = std::max(seconds, int(time.value_or(0s).count()));
                         });
    }

    QObject context;
    int seconds = 0;
};

} // namespace

class TestClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void search();
    void info();
    void infoOfARenamedRepo();
    void tree();
    void treeInPages();
    void treeThatLoops();
    void treeThatRepeatsItself();
    void treeWithoutEnd_data();
    void treeWithoutEnd();
    void treeMovedToTheMirror();
    void longAnswersAreReadInThePool();
    void card();
    void whoami();
    void repeatsTransientErrors();
    void givesUp();
    void doesNotRepeatForPeople();
    void waitsWhenLimited();
    void endsWhenLimitedForEver();
    void waitsAlone_data();
    void waitsAlone();
    void longPausesAreTold();
    void notWorthRepeating();
    void notTheHub();
    void offline();
    void cancels_data();
    void cancels();
    void endsWithTheClient();
    void askedAgainAtTheEnd();
    void goneContext();
};

void TestClient::search()
{
    FaultyHub server(demo::demoCatalogue());
    Rig rig(server);
    hub::SearchQuery query;
    query.pageSize = 2;
    QStringList ids;
    auto page = wait(rig.client->search(query), rig.clock);
    QVERIFY2(page, qPrintable(page ? QString() : page.error().detail));
    for (int pages = 1; pages < 20; ++pages) {
        QVERIFY(page && page->repos.size() <= 2);
        for (const hub::RepoSummary &repo : std::as_const(page->repos))
            ids.append(repo.repo.id());
        if (page->next.isEmpty())
            break;
        page = wait(rig.client->nextPage(query.type, page->next), rig.clock);
    }
    QVERIFY(ids.size() > 3);
    QCOMPARE(QSet<QString>(ids.begin(), ids.end()).size(), ids.size());
    QVERIFY(rig.gate.budget(hub::Bucket::Api).resetAt > rig.clock.monotonic());
}

void TestClient::info()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    const auto info = wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY(info);
    QVERIFY(core::isCommitId(info->commit));
    QCOMPARE(info->summary.repo.id(), u"acme/tiny"_s);
    const auto missing = wait(rig.client->info(model(u"acme/none"_s), u"main"_s), rig.clock);
    QCOMPARE(missing.error().kind, ErrorKind::RepoNotFound);
    const auto revision = wait(rig.client->info(model(u"acme/tiny"_s), u"refs/pr/9"_s), rig.clock);
    QCOMPARE(revision.error().kind, ErrorKind::RevisionNotFound);
}

void TestClient::infoOfARenamedRepo()
{
    demo::Repo repo = smallRepo();
    repo.oldNames = {u"old/name"_s};
    demo::DemoOptions options;
    options.prefix = u"/hf"_s;
    FaultyHub server({repo}, options);
    Rig rig(server);
    const auto info = wait(rig.client->info(model(u"old/name"_s), u"main"_s), rig.clock);
    QVERIFY(info);
    QCOMPARE(info->summary.repo.id(), u"acme/tiny"_s);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"old/name"_s), info->commit), rig.clock);
    QVERIFY(tree && !tree->entries.isEmpty());
    const auto card = wait(rig.client->card(model(u"old/name"_s), u"main"_s), rig.clock);
    QVERIFY(card);
    QCOMPARE(*card, "# Tiny\n"_ba);
}

void TestClient::tree()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY(tree);
    QStringList paths;
    for (const hub::TreeEntry &entry : std::as_const(tree->entries)) {
        if (entry.kind == hub::TreeEntry::Kind::File)
            paths.append(entry.path);
    }
    paths.sort();
    QCOMPARE(paths, (QStringList{u"README.md"_s, u"a/model.bin"_s, u"config.json"_s}));
}

void TestClient::treeInPages()
{
    QList<demo::File> files;
    for (int i = 0; i < 25; ++i)
        files.append(support::gitFile(u"f%1.txt"_s.arg(i, 3, 10, QChar(u'0')), "x"_ba));
    demo::DemoOptions options;
    options.pageSize = 10;
    options.prefix = u"/hf"_s;
    FaultyHub server({support::makeRepo(u"acme/many"_s, files)}, options);
    Rig rig(server);
    hub::TreeCall *call = rig.client->tree(model(u"acme/many"_s), u"main"_s);
    QList<qsizetype> pages;
    connect(call, &hub::TreeCall::pageArrived, this,
            [&](const hub::TreePage &page) { pages.append(page.entries.size()); });
    QVERIFY(pages.isEmpty());
    const auto tree = wait<hub::TreePage>(call, rig.clock);
    QVERIFY(tree);
    QCOMPARE(tree->entries.size(), 25);
    QCOMPARE(pages, (QList<qsizetype>{10, 10, 5}));
}

void TestClient::treeThatLoops()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, QRegularExpression(u"/tree/"_s),
                   [&](const demo::Request &request, demo::Response &response) {
                       response.setHeader("Link"_ba,
                                          "<"_ba + request.target + ">; rel=\"next\""_ba);
                   });
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(tree.error().kind, ErrorKind::Protocol);
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::treeThatRepeatsItself()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, QRegularExpression(u"recursive=true$"_s),
                   [](const demo::Request &request, demo::Response &response) {
                       response.setHeader("Link"_ba,
                                          "<"_ba + request.target + "&cursor=x>; rel=\"next\""_ba);
                   });
    server.addRule(Origin::Hub, QRegularExpression(u"cursor=x"_s),
                   FaultyHub::status(200, {}, R"([{"type":"file","path":"config.json","size":9},
                       {"type":"file","path":"new","size":1}])"_ba));
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY(tree);
    QCOMPARE(tree->refused, QStringList{u"config.json"_s});
    QCOMPARE(tree->entries.last().path, u"new"_s);
}

void TestClient::treeWithoutEnd_data()
{
    QTest::addColumn<QByteArray>("page");
    QTest::newRow("empty pages") << "[]"_ba;
    QTest::newRow("one page again and again")
        << R"([{"type":"file","path":"a","size":1},{"type":"file","path":"a","size":1}])"_ba;
}

// Each page has an address of its own, and none brings anything.
void TestClient::treeWithoutEnd()
{
    QFETCH(QByteArray, page);
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, QRegularExpression(u"/tree/"_s),
                   [page, n = std::make_shared<int>(0)](const demo::Request &request,
                                                        demo::Response &response) {
                       FaultyHub::status(200, {}, page)(request, response);
                       const QByteArray path = request.target.left(request.target.indexOf('?'));
                       response.setHeader("Link"_ba,
                                          "<"_ba + path + "?cursor=" + QByteArray::number(++*n)
                                              + ">; rel=\"next\"");
                   });
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(tree.error().kind, ErrorKind::Protocol);
    QVERIFY(server.requests().size() < 10);
}

// A mirror that passes on the public Hub's absolute link.
void TestClient::treeMovedToTheMirror()
{
    demo::DemoOptions options;
    options.prefix = u"/hf"_s;
    FaultyHub server({smallRepo()}, options);
    server.addRule(Origin::Hub, QRegularExpression(u"/hf/api/.*recursive=true$"_s),
                   [](const demo::Request &request, demo::Response &response) {
                       response.setHeader("Link"_ba,
                                          "<https://huggingface.co"_ba + request.target.mid(3)
                                              + "&cursor=x%2Fy>; rel=\"next\""_ba);
                   });
    server.addRule(Origin::Hub, QRegularExpression(u"^/hf/api/.*cursor=x%2Fy$"_s),
                   FaultyHub::status(200, {}, R"([{"type":"file","path":"new","size":1}])"_ba));
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY(tree);
    QCOMPARE(tree->entries.last().path, u"new"_s);
}

void TestClient::longAnswersAreReadInThePool()
{
    QByteArray json = "["_ba;
    for (int i = 0; i < 20000; ++i)
        json += R"({"type":"file","size":1,"path":"folder/file-)"_ba + QByteArray::number(i)
            + R"(.bin","oid":"fca794a5f07ff8f963fe8b61e3694b0fb7f955df"},)"_ba;
    json.chop(1);
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, QRegularExpression(u"/tree/"_s),
                   FaultyHub::status(200, {}, json + "]"_ba));
    Rig rig(server);
    const auto tree =
        wait<hub::TreePage>(rig.client->tree(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY(tree);
    QCOMPARE(tree->entries.size(), 20000);
    for (int i = 0; i < 5; ++i) { // gone while the pool works
        auto *call = rig.client->tree(model(u"acme/tiny"_s), u"main"_s);
        QTest::qWait(20 * i);
        call->cancel();
        QCOMPARE(wait<hub::TreePage>(call, rig.clock).error().kind, ErrorKind::Cancelled);
    }
}

void TestClient::card()
{
    demo::DemoOptions options;
    options.tokens = {u"hf_secretsecretsecret"_s};
    FaultyHub server({smallRepo(), support::makeRepo(u"acme/bare"_s, {})}, options);
    Rig rig(server, "hf_secretsecretsecret"_ba);
    const auto card = wait(rig.client->card(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QVERIFY2(card, qPrintable(card ? QString() : card.error().serverMessage));
    QCOMPARE(*card, "# Tiny\n"_ba);
    const auto missing = wait(rig.client->card(model(u"acme/bare"_s), u"main"_s), rig.clock);
    QCOMPARE(missing.error().kind, ErrorKind::EntryNotFound);
    server.addRule(Origin::Hub, All, FaultyHub::html());
    const auto page = wait(rig.client->card(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(page.error().kind, ErrorKind::Protocol);
    server.clearRules();
    server.addRule(Origin::Hub, All,
                   FaultyHub::status(200, {}, QByteArray(2 * 1024 * 1024 + 1, 'x')));
    const auto large = wait(rig.client->card(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(large.error().kind, ErrorKind::Protocol);
}

void TestClient::whoami()
{
    FaultyHub server({smallRepo()});
    Rig anonymous(server);
    QCOMPARE(wait(anonymous.client->whoami(), anonymous.clock).error().kind,
             ErrorKind::SignInNeeded);
    server.addRule(Origin::Hub, QRegularExpression(u"/api/whoami-v2$"_s),
                   FaultyHub::status(200, {}, R"({"name":"me","isPro":true})"_ba));
    Rig rig(server, "hf_secretsecretsecret"_ba);
    const auto account = wait(rig.client->whoami(), rig.clock);
    QVERIFY(account);
    QCOMPARE(account->name, u"me"_s);
    QVERIFY(server.requests().last().hasToken);
}

void TestClient::repeatsTransientErrors()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::status(503), 3);
    server.addRule(Origin::Hub, All, FaultyHub::reset(), 1);
    Rig rig(server);
    const auto before = rig.clock.monotonic();
    QVERIFY(wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock));
    // A connection reset before the first byte is repeated below us, so that one of four may hide.
    const auto passed = rig.clock.monotonic() - before;
    QVERIFY(passed >= 750ms * (1 + 2 + 4));
    QVERIFY(passed <= 1250ms * (1 + 2 + 4 + 8));
}

void TestClient::givesUp()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::status(500));
    Rig rig(server);
    const auto info = wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(info.error().kind, ErrorKind::ServerError);
    QCOMPARE(server.requests().size(), 5);
}

void TestClient::doesNotRepeatForPeople()
{
    demo::Repo gated = smallRepo();
    gated.access = demo::Access::GatedManual;
    FaultyHub server({gated});
    server.addRule(Origin::Hub, QRegularExpression(u"/resolve/"_s),
                   FaultyHub::status(401, {{"X-Error-Code"_ba, "GatedRepo"_ba}}));
    Rig rig(server);
    const auto card = wait(rig.client->card(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(card.error().kind, ErrorKind::Gated);
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::waitsWhenLimited()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::rateLimited(40), 1);
    Rig rig(server);
    const Announced announced(rig.gate);
    const auto before = rig.clock.monotonic();
    QVERIFY(wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock));
    const auto passed = rig.clock.monotonic() - before;
    QVERIFY(passed >= 41s && passed <= 42s); // the 40 of the header are whole seconds
    QVERIFY(announced.seconds >= 41 && announced.seconds <= 42);
    QCOMPARE(server.requests().size(), 2);
}

void TestClient::endsWhenLimitedForEver()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::rateLimited(10));
    Rig rig(server);
    const auto info = wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(info.error().kind, ErrorKind::RateLimited);
    QVERIFY(info.error().retryAfter.has_value());
    QCOMPARE(server.requests().size(), 7);
}

void TestClient::waitsAlone_data()
{
    QTest::addColumn<FaultyHub::Change>("refusal");
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("atCdn");
    const auto with = [](int status, const QByteArray &rate) {
        const std::pair<QByteArray, QByteArray> after("Retry-After"_ba, "20"_ba);
        return rate.isEmpty() ? FaultyHub::status(status, {after})
                              : FaultyHub::status(status, {after, {"RateLimit"_ba, rate}});
    };
    QTest::newRow("the Hub is busy") << with(503, {}) << u"/revision/"_s << false;
    QTest::newRow("an action too often")
        << with(429, R"("api";r=400;t=100)"_ba) << u"/revision/"_s << false;
    QTest::newRow("a file host's own limit") << with(429, {}) << u"."_s << true;
    QTest::newRow("a file host is busy") << with(503, {}) << u"."_s << true;
}

// What is asked of one call holds no other one, and is told.
void TestClient::waitsAlone()
{
    QFETCH(FaultyHub::Change, refusal);
    QFETCH(QString, path);
    QFETCH(bool, atCdn);
    FaultyHub server({support::makeRepo(
        u"acme/tiny"_s,
        {support::lfsFile(u"README.md"_s, 100), support::gitFile(u"config.json"_s, "{}"_ba)})});
    server.addRule(atCdn ? Origin::Cdn : Origin::Hub, QRegularExpression(path), refusal, 1);
    Rig rig(server);
    const Announced announced(rig.gate);
    const auto before = rig.clock.monotonic();
    int done = 0;
    if (atCdn)
        rig.client->card(model(u"acme/tiny"_s), u"main"_s)
            ->onDone(this, [&](const core::Result<QByteArray> &card) { done += card ? 1 : 100; });
    else
        rig.client->info(model(u"acme/tiny"_s), u"main"_s)
            ->onDone(this,
                     [&](const core::Result<hub::RepoInfo> &info) { done += info ? 1 : 100; });
    QTRY_VERIFY(announced.seconds > 0);
    QVERIFY(announced.seconds >= 20 && announced.seconds <= 21);
    // Time stands still, and the others are answered all the same.
    int others = 0;
    rig.client->search({})->onDone(
        this, [&](const core::Result<hub::RepoPage> &p) { others += p ? 1 : 9; });
    rig.client
        ->head(rig.client->endpoint().resolve(model(u"acme/tiny"_s), u"main"_s, u"config.json"_s))
        ->onDone(this, [&](const core::Result<hub::Head> &head) { others += head ? 1 : 9; });
    QTRY_COMPARE(others, 2);
    QCOMPARE(done, 0);
    for (const auto bucket : {hub::Bucket::Api, hub::Bucket::Resolvers})
        QVERIFY(rig.gate.budget(bucket).blockedUntil <= before);
    QTRY_VERIFY_WITH_TIMEOUT(done > 0 || !rig.clock.advanceToNext(), 20000);
    QTRY_COMPARE(done, 1);
    QVERIFY(rig.clock.monotonic() - before >= 20s);
    QVERIFY(rig.clock.monotonic() - before <= 60s);
}

void TestClient::longPausesAreTold()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::status(503, {{"Retry-After"_ba, "3000"_ba}}));
    Rig rig(server);
    const auto info = wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock);
    QCOMPARE(info.error().kind, ErrorKind::ServerError);
    QVERIFY(info.error().retryAfter == 3000s);
    QCOMPARE(server.requests().size(), 1);
}

void TestClient::notWorthRepeating()
{
    for (const int status : {407, 501}) {
        FaultyHub server({smallRepo()});
        server.addRule(Origin::Hub, All, FaultyHub::status(status));
        Rig rig(server);
        const auto info = wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock);
        QVERIFY(!core::isTransient(info.error().kind));
        QCOMPARE(server.requests().size(), 1);
        const auto like = wait(rig.client->like(model(u"acme/tiny"_s)), rig.clock);
        QVERIFY(!like.error().mayHaveHappened);
        QCOMPARE(server.requests().size(), 2);
    }
}

void TestClient::notTheHub()
{
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, All, FaultyHub::html());
    Rig rig(server);
    QCOMPARE(wait(rig.client->search({}), rig.clock).error().kind, ErrorKind::Protocol);
    QCOMPARE(wait(rig.client->info(model(u"acme/tiny"_s), u"main"_s), rig.clock).error().kind,
             ErrorKind::Protocol);
}

void TestClient::offline()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    hub::HttpConfig config = rig.http.config();
    config.offline = true;
    rig.http.setConfig(config);
    const auto before = rig.clock.monotonic();
    QCOMPARE(wait(rig.client->search({}), rig.clock).error().kind, ErrorKind::Offline);
    QVERIFY(rig.clock.monotonic() == before); // repeating would be pointless
    QVERIFY(server.requests().isEmpty());
}

void TestClient::cancels_data()
{
    QTest::addColumn<int>("milliseconds");
    for (const int time : {-1, 0, 1, 3, 10, 50, 200})
        QTest::addRow("after %d ms", time) << time;
}

// In the queue of the Gate, on the way, while waiting to repeat.
void TestClient::cancels()
{
    QFETCH(int, milliseconds);
    FaultyHub server({smallRepo()});
    server.addRule(Origin::Hub, QRegularExpression(u"/tree/"_s), FaultyHub::status(500));
    server.addRule(Origin::Hub, QRegularExpression(u"/revision/"_s), FaultyHub::stallAfter(10));
    server.addRule(Origin::Hub, QRegularExpression(u"whoami"_s), FaultyHub::rateLimited(60));
    Rig rig(server);
    const QList<hub::CallBase *> calls = {
        rig.client->search({}), rig.client->info(model(u"acme/tiny"_s), u"main"_s),
        rig.client->tree(model(u"acme/tiny"_s), u"main"_s),
        rig.client->card(model(u"acme/tiny"_s), u"main"_s), rig.client->whoami()};
    QList<int> ends(calls.size(), 0);
    QList<QPointer<hub::CallBase>> alive(calls.begin(), calls.end());
    for (qsizetype i = 0; i < calls.size(); ++i)
        connect(calls[i], &hub::CallBase::finished, this, [&ends, i] { ++ends[i]; });
    if (milliseconds >= 0)
        QTest::qWait(milliseconds);
    for (const QPointer<hub::CallBase> &call : std::as_const(alive)) {
        if (call) {
            call->cancel();
            call->cancel();
        }
    }
    QTRY_COMPARE(ends, QList<int>(calls.size(), 1));
    QTest::qWait(50);
    while (rig.clock.advanceToNext()) { }
    QTest::qWait(10);
    QCOMPARE(ends, QList<int>(calls.size(), 1));
}

void TestClient::endsWithTheClient()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    int cancelled = 0;
    for (int i = 0; i < 10; ++i) {
        rig.client->search({})->onDone(this, [&](const core::Result<hub::RepoPage> &result) {
            cancelled += !result && result.error().kind == ErrorKind::Cancelled ? 1 : 0;
        });
    }
    rig.client->tree(model(u"acme/tiny"_s), u"main"_s)->cancel();
    rig.client.reset();
    QCOMPARE(cancelled, 10);
    QTest::qWait(50);
    QCOMPARE(cancelled, 10);
}

// Whoever asks again when he is told of the end hears of that end, too.
void TestClient::askedAgainAtTheEnd()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    hub::Client *client = rig.client.get();
    QStringList ends;
    const auto end = [&ends](const core::Result<hub::RepoPage> &result) {
        ends.append(result ? u"done"_s : core::kindName(result.error().kind));
    };
    client->search({})->onDone(this, [&](const core::Result<hub::RepoPage> &result) {
        end(result);
        client->search({})->onDone(this, end);
    });
    rig.client.reset();
    QCOMPARE(ends, QStringList(2, u"cancelled"_s));
}

void TestClient::goneContext()
{
    FaultyHub server({smallRepo()});
    Rig rig(server);
    bool ran = false;
    {
        QObject context;
        rig.client->search({})->onDone(&context, [&](const auto &) { ran = true; });
    }
    QTest::qWait(200);
    QVERIFY(!ran);
}

QTEST_GUILESS_MAIN(TestClient)
#include "client.moc"
