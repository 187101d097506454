#include <QJsonDocument>
#include <QTest>

#include "core/errortext.h"
#include "core/logging.h"
#include "hub/asking.h"
#include "hub/lowcalls.h"
#include "hub/proxyserver.h"
#include "hub/rawserver.h"
#include "hub/tlsserver.h"
#include "support/manualclock.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using hub::Client;
using hub::Options;
using support::answer;
using support::CallOutcome;
using support::fit;
using support::Kind;
using support::kinds;
using support::RawRequest;
using support::RawServer;
using support::watch;

namespace {

const QByteArray Token = "hf_MARKEDtokenMARKEDtoken"_ba;
const QByteArray OtherToken = "hf_jwt_MARKED.other-token"_ba;
const QByteArray Signature = "MARKEDsignature"_ba;
const QByteArray Gateway = "MARKEDgatewaykey"_ba;

// A mark of its own in everything that is secret.
bool isClean(const QString &text)
{
    return !text.contains(u"MARKED"_s, Qt::CaseInsensitive);
}

struct Rig {
    explicit Rig(const hub::HttpConfig &config)
        : http(config)
        , gate(clock)
        , client(std::make_unique<Client>(http, gate, clock))
    {
    }

    bool run(const CallOutcome &outcome)
    {
        return QTest::qWaitFor(
            [&] {
                if (outcome.ends == 0 && clock.waiting() > 0)
                    clock.advanceToNext();
                return outcome.ends > 0;
            },
            15000);
    }

    support::ManualClock clock;
    hub::Http http;
    hub::Gate gate;
    std::unique_ptr<Client> client;
};

hub::HttpConfig config(const QByteArray &endpoint)
{
    hub::HttpConfig made;
    made.endpoint = *hub::Endpoint::make(QString::fromLatin1(endpoint));
    made.token = core::Secret(Token);
    return made;
}

// Everything an Error can be shown as.
QString words(const core::Error &error)
{
    const core::ErrorText text = core::errorText(error);
    return QStringList{
        text.title,   text.advice,  core::errorSentence(error), core::errorDetails(error),
        error.url,    error.detail, error.serverMessage,        error.requestId,
        error.hubCode}
        .join(u'\n');
}

} // namespace

// Runs every call with marked secrets and looks for the marks in every sink: the log with all its
// categories on, the ring of recent lines, and all that an Error shows.
class TestSecrets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { core::installLogging(core::LogLevel::Detailed); }
    void calls_data();
    void calls();
    void oneLinePerExchange();
    void proxyOfATlsHub();
    void proxyAddress();
    void strangersNextLink();
    void strangersWayBack();
    void namedAddresses_data();
    void namedAddresses();
};

void TestSecrets::calls_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("how");
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        for (const char *how : {"fine", "refused", "echoed", "redirect", "redirect refused",
                                "nonsense", "cut", "silent", "limited", "user in address"})
            QTest::addRow("%s, %s", all[i].name.constData(), how) << i << QByteArray(how);
    }
}

void TestSecrets::calls()
{
    QFETCH(int, index);
    QFETCH(QByteArray, how);
    const Kind kind = kinds().at(index);
    const QByteArray signedPart = "/file?X-Amz-Signature=" + Signature + "&Expires=1";
    RawServer other([&](const RawRequest &) {
        return how == "redirect refused"_ba
            ? answer("403 No", "X-Error-Message: see " + signedPart + "\r\n", signedPart)
            : answer("200 OK", "", "[]");
    });
    RawServer server([&](const RawRequest &request) -> QByteArray {
        const QByteArray echo =
            "you sent Authorization: Bearer " + Token + " and " + OtherToken + " and " + Gateway;
        if (how == "refused"_ba)
            return answer("403 No",
                          "X-Error-Message: " + echo + "\r\nX-Request-Id: " + Token
                              + "\r\nX-Error-Code: " + OtherToken + "\r\n");
        if (how == "echoed"_ba)
            return answer("400 No", "Content-Type: application/json\r\n",
                          "{\"error\":\"" + echo + " at https://u:MARKEDpassword@h" + signedPart
                              + "\"}");
        if (how.startsWith("redirect"_ba))
            return support::redirect("302", other.origin() + signedPart);
        if (how == "nonsense"_ba)
            return answer("200 OK", "", "{\"" + echo);
        if (how == "cut"_ba)
            return "HTTP/1.1 200 OK\r\nX-Token: " + Token + "\r\nContent-Length: 100\r\n\r\n{";
        if (how == "silent"_ba)
            return {};
        if (how == "limited"_ba)
            return answer("429 Slow", "Retry-After: 1\r\nX-Error-Message: " + echo + "\r\n");
        Q_UNUSED(request);
        return answer("200 OK",
                      "Set-Cookie: a=MARKEDcookie\r\nRateLimit: \"" + Token + "\";r=5;t=9\r\n",
                      "[]");
    });
    Rig rig(config(server.origin()));
    Options options;
    options.silence = 150ms;
    options.headers = {{"X-Api-Key"_ba, Gateway}};
    options.parameters = {{u"token"_s, QString::fromLatin1(OtherToken)}};
    QUrl url = rig.client->endpoint().url("/api/models/a/b?key=MARKEDkey"_ba);
    if (how == "user in address"_ba)
        url.setUserInfo(u"me:MARKEDpassword"_s);
    const qsizetype before = core::recentLogLines().size();
    CallOutcome outcome;
    kind.start(*rig.client, url, options, this, &outcome);
    QVERIFY(rig.run(outcome));
    if (outcome.error)
        QVERIFY2(isClean(words(*outcome.error)), qPrintable(words(*outcome.error)));
    const QStringList lines = core::recentLogLines();
    QVERIFY(before == 500 || lines.size() > before); // it was logged at all
    for (const QString &line : lines)
        QVERIFY2(isClean(line), qPrintable(line));
    for (const RawRequest &request : std::as_const(other.seen)) {
        QVERIFY(!request.head.contains(Token));
        QVERIFY(!request.head.contains("Authorization"));
    }
}

void TestSecrets::oneLinePerExchange()
{
    RawServer server([](const RawRequest &) {
        return answer("200 OK", "RateLimit: \"api\";r=5;t=9\r\n", R"({"a":1})");
    });
    Rig rig(config(server.origin()));
    CallOutcome outcome;
    watch(rig.client->get(rig.client->endpoint().url("/api/x?q=1"_ba)), this, &outcome);
    QVERIFY(rig.run(outcome));
    const QString line = core::recentLogLines().last();
    static const QRegularExpression form(
        u"hub.http: \\d+ \"?GET\"? \"?http://127.0.0.1:\\d+/api/x\\?…\"? 200 7 bytes \\d+ ms "
        "\"?api\"? \"?ok\"?$"_s);
    QVERIFY2(form.match(line).hasMatch(), qPrintable(line));
}

// CONNECT carries nothing of ours, and a 407 gets none of it either.
void TestSecrets::proxyOfATlsHub()
{
    QTemporaryDir folder;
    QVERIFY(support::makeCertificate(folder.path()));
    RawServer tls(support::makeTlsServer(folder.path()),
                  [](const RawRequest &) { return answer("200 OK", "", "[]"); });
    support::ProxyServer proxy;
    proxy.credentials = "somebody:else"_ba;
    hub::HttpConfig settings = config(tls.origin("https"_ba));
    settings.caFiles = {folder.path() + u"/cert.pem"_s};
    settings.proxy.https = u"http://"_s + proxy.place();
    const QList<Kind> all = kinds();
    for (const Kind &kind : all) {
        Rig rig(settings);
        CallOutcome outcome;
        kind.start(*rig.client, rig.client->endpoint().url("/api/models/a/b"_ba), {}, this,
                   &outcome);
        QVERIFY(rig.run(outcome));
        QVERIFY(outcome.error);
        QVERIFY(!outcome.error->mayHaveHappened);
    }
    QVERIFY(!proxy.heads.isEmpty());
    for (const QByteArray &head : std::as_const(proxy.heads))
        QVERIFY2(!head.contains(Token) && !head.contains("\nAuthorization"), head.constData());
    QVERIFY(tls.seen.isEmpty());
}

void TestSecrets::proxyAddress()
{
    hub::HttpConfig settings = config("http://hub.example"_ba);
    settings.proxy.http = u"http://me:MARKEDpassword@127.0.0.1:1"_s;
    Rig rig(settings);
    CallOutcome outcome;
    watch(rig.client->get(rig.client->endpoint().url("/api/x"_ba)), this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    QVERIFY2(isClean(words(*outcome.error)), qPrintable(words(*outcome.error)));
    for (const QString &line : core::recentLogLines())
        QVERIFY2(isClean(line), qPrintable(line));
}

// Asked of our own endpoint instead: a listing of somebody else's is not wanted.
void TestSecrets::strangersNextLink()
{
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "[]"); });
    RawServer server([&](const RawRequest &request) {
        if (request.target.contains("cursor"))
            return answer("200 OK", "", "[]");
        return answer("200 OK", "Link: <" + other.origin() + "/api/x?cursor=1>; rel=\"next\"\r\n",
                      "[{\"id\":\"a/b\"}]");
    });
    Rig rig(config(server.origin()));
    CallOutcome pages;
    watch<QJsonArray>(rig.client->getPaged(rig.client->endpoint().url("/api/x"_ba)), this, &pages);
    QVERIFY(rig.run(pages));
    CallOutcome search;
    rig.client->search({})->onDone(this, [&](const core::Result<hub::RepoPage> &page) {
        QVERIFY(page);
        rig.client->nextPage(core::RepoType::Model, page->next)
            ->onDone(this, [&](const core::Result<hub::RepoPage> &) { ++search.ends; });
    });
    QVERIFY(rig.run(search));
    QVERIFY(other.seen.isEmpty());
}

// Who was sent elsewhere and from there back to the Hub asks what a stranger wants to be asked.
void TestSecrets::strangersWayBack()
{
    QByteArray back;
    RawServer other([&back](const RawRequest &) { return support::redirect("302", back); });
    RawServer server([&other](const RawRequest &request) {
        return request.target == "/api/x" ? support::redirect("302", other.origin() + "/y")
                                          : answer("200 OK", "", "{}");
    });
    back = server.origin() + "/api/secrets";
    Rig rig(config(server.origin()));
    Options options;
    options.headers = {{"X-Api-Key"_ba, Gateway}};
    CallOutcome outcome;
    watch(rig.client->get(rig.client->endpoint().url("/api/x"_ba), options), this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(server.targets(), (QList<QByteArray>{"/api/x", "/api/secrets"}));
    QVERIFY(server.seen.first().head.contains(Token));
    QVERIFY2(isClean(QString::fromLatin1(server.seen.last().head)),
             server.seen.last().head.constData());
}

void TestSecrets::namedAddresses_data()
{
    QTest::addColumn<QByteArray>("question"); // where the Hub names the address
    QTest::addColumn<QByteArray>(
        "headers"); // of its answer; OTHER stands for the stranger's origin
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("with"); // the call that goes there
    const auto row = [](const char *name, const QByteArray &question, const QByteArray &headers,
                        const QByteArray &body, const QByteArray &with) {
        QTest::newRow(name) << question << headers << body << with;
    };
    const QByteArray batch = "/o/r.git/info/lfs/objects/batch";
    const auto action = [](const QByteArray &name) {
        return R"({"objects":[{"oid":"ab","size":1,"actions":{")" + name
            + R"(":{"href":"OTHER/at?sig=1"}}}]})";
    };
    row("xet-auth", "/o/r/resolve/main/a.bin",
        "Link: <OTHER/at?sig=1>; rel=\"xet-auth\", <OTHER/no>; rel=\"xet-reconstruction-info\"\r\n",
        "{}", "get");
    row("LFS upload", batch, "", action("upload"), "put");
    row("LFS part", batch, "",
        R"({"objects":[{"actions":{"upload":{"href":"OTHER/no","header":{"00001":"OTHER/at?sig=1"}}}}]})",
        "put");
    row("LFS completion", batch, "", action("upload"), "post");
    row("LFS verify", batch, "", action("verify"), "postAction");
    row("card image", "/o/r/resolve/main/README.md", "", R"({"card":"<img src='OTHER/at?sig=1'>"})",
        "get");
    row("avatar", "/api/whoami-v2", "", R"({"type":"user","avatarUrl":"OTHER/at?sig=1"})", "head");
    row("thumbnail", "/api/models/o/r", "", R"({"cardData":{"thumbnail":"OTHER/at?sig=1"}})",
        "get");
    row("file", "/o/r/resolve/main/a.bin", "Location: OTHER/at?sig=1\r\n", "{}", "getPaged");
}

// Wherever the Hub says something is to be had: nothing of ours goes there, neither straight nor by
// way of the Hub.
void TestSecrets::namedAddresses()
{
    QFETCH(QByteArray, question);
    QFETCH(QByteArray, headers);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, with);
    RawServer other(
        [](const RawRequest &request) { return fit(request, answer("200 OK", "", "[]")); });
    RawServer server([&](const RawRequest &request) {
        if (request.target.startsWith("/passed-on"))
            return fit(request, support::redirect("307", other.origin() + "/at?sig=1"));
        return answer("200 OK", QByteArray(headers).replace("OTHER", other.origin()),
                      QByteArray(body).replace("OTHER", other.origin()));
    });
    Rig rig(config(server.origin()));
    QByteArray said;
    rig.client->get(rig.client->endpoint().url(question))
        ->onDone(this, [&](const core::Result<hub::Json> &json) {
            said = QJsonDocument(json->value.toObject()).toJson();
            for (const auto &[name, value] : json->headers)
                said += name + ": " + value + '\n';
        });
    QTRY_VERIFY(!said.isEmpty());
    QVERIFY(server.seen.first().head.contains(Token));
    const qsizetype begin = said.indexOf(other.origin() + "/at");
    QVERIFY2(begin >= 0, said.constData());
    const QUrl straight = QUrl::fromEncoded(said.mid(begin, other.origin().size() + 9));
    QCOMPARE(straight.query(), u"sig=1"_s);
    const QList<Kind> all = kinds();
    const auto kind =
        std::find_if(all.begin(), all.end(), [&](const Kind &one) { return one.name == with; });
    Options options;
    options.headers = {{"X-Api-Key"_ba, Token}};
    for (const QUrl &url : {straight, rig.client->endpoint().url("/passed-on"_ba)}) {
        CallOutcome outcome;
        kind->start(*rig.client, url, options, this, &outcome);
        QVERIFY(rig.run(outcome));
        if (outcome.error)
            QVERIFY2(isClean(words(*outcome.error)), qPrintable(words(*outcome.error)));
    }
    // A write does not leave for another origin at all.
    QCOMPARE(other.seen.size(), kind->isWrite() ? 1 : 2);
    for (const RawRequest &request : std::as_const(other.seen)) {
        QCOMPARE(request.target, "/at?sig=1"_ba);
        QVERIFY2(!request.head.contains("MARKED"), request.head.constData());
        QVERIFY(!request.head.contains("Authorization") && !request.head.contains("Cookie"));
        QVERIFY(!request.body.contains("MARKED"));
    }
    for (const QString &line : core::recentLogLines())
        QVERIFY2(isClean(line), qPrintable(line));
}

QTEST_GUILESS_MAIN(TestSecrets)
#include "secrets.moc"
