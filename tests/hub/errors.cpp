#include "hub/errors.h"

#include <QTest>

#include "core/errortext.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using hub::HeaderList;
using hub::HttpReply;

Q_DECLARE_METATYPE(core::ErrorKind)

class TestErrors : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kinds_data();
    void kinds();
    void guests_data();
    void guests();
    void facts();
    void retryAfter_data();
    void retryAfter();
    void transport_data();
    void transport();
    void keepsSecrets();
};

namespace {

const QString Api = u"https://h/api/models/o/n/revision/main"_s;
const QString Tree = u"https://h/api/models/o/n/tree/main"_s;
const QString File = u"https://h/o/n/resolve/main/a.bin"_s;
const QString WhoAmI = u"https://h/api/whoami-v2"_s;

HttpReply replyOf(int status, const QString &url, const HeaderList &headers = {},
                  const QByteArray &body = {})
{
    HttpReply reply;
    reply.status = status;
    reply.url = QUrl(url);
    reply.headers = headers;
    reply.body = body;
    return reply;
}

HeaderList code(const QByteArray &text)
{
    return {{"x-error-code"_ba, text}};
}

HeaderList message(const QByteArray &text)
{
    return {{"X-Error-Message"_ba, text}};
}

} // namespace

void TestErrors::kinds_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("url");
    QTest::addColumn<HeaderList>("headers");
    QTest::addColumn<bool>("fromEndpoint");
    QTest::addColumn<ErrorKind>("kind");
    const auto row = [](const char *name, int status, const QString &url, const HeaderList &headers,
                        ErrorKind kind, bool ours = true) {
        QTest::newRow(name) << status << url << headers << ours << kind;
    };
    const QByteArray credentials = "Invalid credentials in Authorization header"_ba;
    row("revision", 404, Api, code("RevisionNotFound"_ba), ErrorKind::RevisionNotFound);
    row("entry", 404, File, code("EntryNotFound"_ba), ErrorKind::EntryNotFound);
    row("gated anonymous", 401, File, code("GatedRepo"_ba), ErrorKind::Gated);
    row("gated", 403, Api, code("GatedRepo"_ba), ErrorKind::Gated);
    row("repo", 404, Api, code("RepoNotFound"_ba), ErrorKind::RepoNotFound);
    row("repo by 401", 401, Api, code("RepoNotFound"_ba), ErrorKind::RepoNotFound);
    row("bad token", 401, Api, message(credentials), ErrorKind::Unauthorized);
    row("bad token on a file", 401, File, message(credentials), ErrorKind::Unauthorized);
    row("anonymous", 401, Api, message("Invalid username or password."_ba),
        ErrorKind::RepoNotFound);
    row("anonymous file", 401, File, {}, ErrorKind::RepoNotFound);
    row("anonymous, plain http", 401, u"http://127.0.0.1:5/p/api/datasets/o/n"_s, {},
        ErrorKind::RepoNotFound);
    row("whoami", 401, WhoAmI, message("Invalid username or password."_ba),
        ErrorKind::Unauthorized);
    row("search", 401, u"https://h/api/models?search=x"_s, {}, ErrorKind::Unauthorized);
    row("disabled", 403, Api, message("Access to this resource is disabled."_ba),
        ErrorKind::Disabled);
    row("legal", 451, Api, {}, ErrorKind::Disabled);
    row("forbidden", 403, Api, {}, ErrorKind::Forbidden);
    row("expired link", 403, u"https://cdn/x?Signature=a"_s, {}, ErrorKind::LinkExpired, false);
    row("expired link by 401", 401, u"https://cdn/x"_s, {}, ErrorKind::LinkExpired, false);
    row("gated mirror elsewhere", 403, File, code("GatedRepo"_ba), ErrorKind::Gated, false);
    row("file 404", 404, File, {}, ErrorKind::EntryNotFound);
    row("cached file 404", 404, u"https://h/api/resolve-cache/models/o/n/c/a"_s, {},
        ErrorKind::EntryNotFound);
    row("api 404", 404, Api, {}, ErrorKind::RepoNotFound);
    row("owner called resolve", 404, u"https://h/api/models/resolve/n"_s, {},
        ErrorKind::RepoNotFound);
    row("file like an address", 404, u"https://h/o/n/resolve/main/api/models/x"_s, {},
        ErrorKind::EntryNotFound);
    row("tree 404", 404, Tree, message("x does not exist on \"main\""_ba),
        ErrorKind::EntryNotFound);
    row("revision 404 by words", 404, Api, message("Invalid rev id: x"_ba),
        ErrorKind::RevisionNotFound);
    row("revision of a file by words", 404, File, message("Invalid rev id: x"_ba),
        ErrorKind::RevisionNotFound);
    row("repo of a file by words", 404, File, message("Repository not found"_ba),
        ErrorKind::RepoNotFound);
    row("entry by words", 404, Api, message("Entry not found"_ba), ErrorKind::EntryNotFound);
    row("repo to be moved", 404, u"https://h/api/repos/move"_s, message("Repository not found"_ba),
        ErrorKind::RepoNotFound);
    row("no Hub at all", 404, WhoAmI, {}, ErrorKind::Protocol);
    row("range", 416, u"https://cdn/x"_s, {}, ErrorKind::RemoteChanged, false);
    row("408", 408, Api, {}, ErrorKind::ServerError);
    row("500", 500, Api, {}, ErrorKind::ServerError);
    row("503 of the CDN", 503, u"https://cdn/x"_s, {}, ErrorKind::ServerError, false);
    row("429", 429, Api, {}, ErrorKind::RateLimited);
    row("429 with a code", 429, Api, code("TooMany"_ba), ErrorKind::RateLimited);
    row("400", 400, Api, {}, ErrorKind::BadRequest);
    row("409", 409, Api, {}, ErrorKind::BadRequest);
    row("422", 422, Api, {}, ErrorKind::BadRequest);
    row("unknown code", 403, Api, code("SomethingNew"_ba), ErrorKind::Forbidden);
    row("501", 501, Api, {}, ErrorKind::BadRequest);
    row("502", 502, Api, {}, ErrorKind::ServerError);
    row("proxy", 407, Api, {}, ErrorKind::ProxyDenied);
}

void TestErrors::kinds()
{
    QFETCH(int, status);
    QFETCH(QString, url);
    QFETCH(HeaderList, headers);
    QFETCH(bool, fromEndpoint);
    HttpReply reply = replyOf(status, url, headers);
    reply.fromEndpoint = fromEndpoint;
    reply.tokenSent = true;
    const core::Error error = hub::errorFromReply(reply);
    QTEST(error.kind, "kind");
    QCOMPARE(error.httpStatus, status);
}

void TestErrors::guests_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<ErrorKind>("kind");
    const QByteArray password = "Invalid username or password."_ba;
    const QByteArray credentials = "Invalid credentials in Authorization header"_ba;
    QTest::newRow("account") << WhoAmI << password << ErrorKind::SignInNeeded;
    QTest::newRow("new repo") << u"https://h/api/repos/create"_s << password
                              << ErrorKind::SignInNeeded;
    QTest::newRow("search") << u"https://h/api/models?search=x"_s << ""_ba
                            << ErrorKind::SignInNeeded;
    QTest::newRow("repo") << Api << password << ErrorKind::RepoNotFound;
    QTest::newRow("file") << File << ""_ba << ErrorKind::RepoNotFound;
    QTest::newRow("somebody's token on the way")
        << WhoAmI << credentials << ErrorKind::Unauthorized;
}

// Whoever sent no token is not told that it was wrong.
void TestErrors::guests()
{
    QFETCH(QString, url);
    QFETCH(QByteArray, words);
    QFETCH(ErrorKind, kind);
    const core::Error error = hub::errorFromReply(replyOf(401, url, message(words)));
    QCOMPARE(error.kind, kind);
    const QString sentence = core::errorSentence(error);
    if (kind != ErrorKind::Unauthorized) {
        QVERIFY2(!sentence.contains(u"accept the token"_s), qPrintable(sentence));
        QVERIFY2(!sentence.contains(u"password"_s), qPrintable(sentence));
        QVERIFY2(sentence.contains(u"ign in"_s), qPrintable(sentence));
    }
}

void TestErrors::facts()
{
    const core::Error error =
        hub::errorFromReply(replyOf(404, u"https://me:pw@h/o/n/resolve/main/a?x=secret#f"_s,
                                    {{"X-Error-Code"_ba, "EntryNotFound"_ba},
                                     {"X-Error-Message"_ba, "Entry not found"_ba},
                                     {"X-Amzn-Trace-Id"_ba, "second"_ba},
                                     {"X-Request-Id"_ba, "Root=1-2-3;4"_ba},
                                     {"Content-Type"_ba, "text/plain"_ba}},
                                    "Entry not found"_ba));
    QCOMPARE(error.hubCode, u"EntryNotFound"_s);
    QCOMPARE(error.serverMessage, u"Entry not found"_s); // said twice, kept once
    QCOMPARE(error.requestId, u"Root=1-2-3;4"_s);
    QCOMPARE(error.url, u"https://h/o/n/resolve/main/a?…"_s);
    const core::Error merged =
        hub::errorFromReply(replyOf(400, Api, message("one"_ba), R"({"error":"two"})"_ba));
    QCOMPARE(merged.serverMessage, u"one; two"_s);
}

void TestErrors::retryAfter_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<HeaderList>("headers");
    QTest::addColumn<int>("seconds");
    const auto limit = [](const QByteArray &value) {
        return std::pair<QByteArray, QByteArray>("RateLimit"_ba, value);
    };
    const std::pair<QByteArray, QByteArray> after = {"Retry-After"_ba, "7"_ba};
    const std::pair<QByteArray, QByteArray> date = {"Date"_ba, "Sun, 06 Nov 1994 08:49:37 GMT"_ba};
    QTest::newRow("window") << 429 << HeaderList{limit(R"("api";r=0;t=55)"_ba), after} << 55;
    QTest::newRow("action") << 429 << HeaderList{limit(R"("api";r=9;t=55)"_ba), after} << 7;
    QTest::newRow("action, silent") << 429 << HeaderList{limit(R"("api";r=9;t=55)"_ba)} << -1;
    QTest::newRow("date") << 429
                          << HeaderList{date,
                                        {"Retry-After"_ba, "Sun, 06 Nov 1994 08:50:37 GMT"_ba}}
                          << 60;
    QTest::newRow("date of RFC 850")
        << 429 << HeaderList{date, {"Retry-After"_ba, "Sunday, 06-Nov-94 08:50:37 GMT"_ba}} << 60;
    QTest::newRow("date of this century")
        << 429
        << HeaderList{{"Date"_ba, "Thursday, 26-Nov-26 08:49:37 GMT"_ba},
                      {"Retry-After"_ba, "Thu, 26 Nov 2026 08:50:37 GMT"_ba}}
        << 60;
    QTest::newRow("date of asctime")
        << 429 << HeaderList{date, {"Retry-After"_ba, "Sun Nov  6 08:50:37 1994"_ba}} << 60;
    QTest::newRow("past date") << 429
                               << HeaderList{{"Retry-After"_ba, "Sun, 06 Nov 1994 08:50:37 GMT"_ba}}
                               << 0;
    QTest::newRow("for ever") << 429 << HeaderList{{"Retry-After"_ba, "9223372036854775807"_ba}}
                              << 3600;
    QTest::newRow("nonsense") << 429 << HeaderList{{"Retry-After"_ba, "soon"_ba}} << -1;
    QTest::newRow("negative") << 429 << HeaderList{{"Retry-After"_ba, "-5"_ba}} << -1;
    QTest::newRow("503") << 503 << HeaderList{after} << 7;
    QTest::newRow("500") << 500 << HeaderList{after} << 7;
    QTest::newRow("408") << 408 << HeaderList{after} << 7;
    QTest::newRow("503 with a window")
        << 503 << HeaderList{limit(R"("api";r=0;t=55)"_ba), after} << 7;
    QTest::newRow("501") << 501 << HeaderList{after} << -1;
    QTest::newRow("404") << 404 << HeaderList{after} << -1;
}

void TestErrors::retryAfter()
{
    QFETCH(int, status);
    QFETCH(HeaderList, headers);
    QFETCH(int, seconds);
    const core::Error error = hub::errorFromReply(replyOf(status, Api, headers));
    QCOMPARE(error.retryAfter.has_value(), seconds >= 0);
    if (error.retryAfter)
        QCOMPARE(int(error.retryAfter->count()), seconds);
}

void TestErrors::transport_data()
{
    QTest::addColumn<QNetworkReply::NetworkError>("code");
    QTest::addColumn<ErrorKind>("kind");
    QTest::newRow("refused") << QNetworkReply::ConnectionRefusedError << ErrorKind::ConnectionLost;
    QTest::newRow("closed") << QNetworkReply::RemoteHostClosedError << ErrorKind::ConnectionLost;
    QTest::newRow("host") << QNetworkReply::HostNotFoundError << ErrorKind::HostNotFound;
    QTest::newRow("timeout") << QNetworkReply::TimeoutError << ErrorKind::Timeout;
    QTest::newRow("abort") << QNetworkReply::OperationCanceledError << ErrorKind::Cancelled;
    QTest::newRow("tls") << QNetworkReply::SslHandshakeFailedError << ErrorKind::Tls;
    QTest::newRow("proxy") << QNetworkReply::ProxyConnectionRefusedError
                           << ErrorKind::ConnectionLost;
    QTest::newRow("proxy name") << QNetworkReply::ProxyNotFoundError << ErrorKind::ConnectionLost;
    QTest::newRow("proxy password")
        << QNetworkReply::ProxyAuthenticationRequiredError << ErrorKind::ProxyDenied;
    QTest::newRow("unknown") << QNetworkReply::UnknownNetworkError << ErrorKind::ConnectionLost;
    QTest::newRow("protocol") << QNetworkReply::ProtocolFailure << ErrorKind::Protocol;
}

void TestErrors::transport()
{
    QFETCH(QNetworkReply::NetworkError, code);
    const core::Error error =
        hub::errorFromTransport(code, u"words"_s, QUrl(u"https://h/x?secret"_s));
    QTEST(error.kind, "kind");
    QCOMPARE(error.url, u"https://h/x?…"_s);
    const bool isProxy = QByteArray(QTest::currentDataTag()).startsWith("proxy");
    QCOMPARE(error.detail.contains(u"proxy"_s), isProxy);
}

void TestErrors::keepsSecrets()
{
    const core::Error transport = hub::errorFromTransport(
        QNetworkReply::UnknownNetworkError,
        u"Error transferring https://cdn/x?Signature=abc - hf_abcdefghijklmnopqrstuvwxyz"_s,
        QUrl(u"https://cdn/x?Signature=abc"_s));
    const core::Error reply = hub::errorFromReply(
        replyOf(403, Api, message("your token hf_abcdefghijklmnopqrstuvwxyz"_ba),
                "Bearer hf_abcdefghijklmnopqrstuvwxyz"_ba));
    for (const core::Error &error : {transport, reply}) {
        const QString all = error.detail + error.serverMessage + error.url + error.requestId;
        QVERIFY(!all.contains(u"hf_abc"_s));
        QVERIFY(!all.contains(u"Signature"_s));
    }
}

QTEST_GUILESS_MAIN(TestErrors)
#include "errors.moc"
