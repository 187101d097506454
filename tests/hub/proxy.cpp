#include "hub/proxy.h"

#include <QLoggingCategory>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "hub/asking.h"
#include "hub/proxyserver.h"
#include "hub/tlsserver.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using hub::Http;
using hub::HttpConfig;
using hub::ProxyRules;
using hub::ProxyVariables;
using support::ask;
using support::configFor;
using support::FaultyHub;
using support::Outcome;
using support::ProxyServer;
using support::RawRequest;
using support::RawServer;
using support::requestFor;

Q_DECLARE_METATYPE(hub::ProxyVariables)

namespace {

// A message handler keeps what is logged: a plain function, hence the global.
QStringList &logged()
{
    static QStringList lines;
    return lines;
}

void keepLog(QtMsgType, const QMessageLogContext &, const QString &text)
{
    logged().append(text);
}

// "direct", "system", "error", or type user:password@host:port.
QString chosen(const ProxyVariables &variables, const QString &url)
{
    const auto proxy = ProxyRules(variables).proxyFor(QUrl(url));
    if (!proxy)
        return proxy.error().kind == ErrorKind::BadInput ? u"error"_s : u"another error"_s;
    if (proxy->type() == QNetworkProxy::NoProxy)
        return u"direct"_s;
    if (proxy->type() == QNetworkProxy::DefaultProxy)
        return u"system"_s;
    const bool remote = proxy->capabilities().testFlag(QNetworkProxy::HostNameLookupCapability);
    const QString type = proxy->type() == QNetworkProxy::HttpProxy ? u"http "_s
        : remote                                                   ? u"socks5h "_s
                                                                   : u"socks5 "_s;
    const QString who = proxy->user().isEmpty() && proxy->password().isEmpty()
        ? QString()
        : proxy->user() + u':' + proxy->password() + u'@';
    return type + who + hub::proxyName(*proxy);
}

QByteArray deadPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return QByteArray::number(server.serverPort());
}

} // namespace

class TestProxy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void choice_data();
    void choice();
    void text_data();
    void text();
    void exceptions_data();
    void exceptions();
    void hugeException();
    void brokenIsNotDirect();

    void plain();
    void plainWithCredentials();
    void wrongCredentials_data();
    void wrongCredentials();
    void tunnel_data();
    void tunnel();
    void refusedTunnel();
    void hangingUp();
    void socks_data();
    void socks();
    void dead_data();
    void dead();
    void unknownHost();
    void misspelt();
    void changedLater();
};

void TestProxy::init()
{
    logged().clear();
    QLoggingCategory::setFilterRules(u"hub.*=true"_s);
    qInstallMessageHandler(keepLog);
}

void TestProxy::cleanup()
{
    qInstallMessageHandler(nullptr);
    QLoggingCategory::setFilterRules({});
    const QString all = logged().join(u'\n');
    QVERIFY2(!all.contains(u"pa55"_s), qPrintable(all));
    QVERIFY2(!all.contains(QString::fromLatin1(support::Token)), qPrintable(all));
    QVERIFY2(!all.contains(QString::fromLatin1("me:pa55/w@rd"_ba.toBase64())), qPrintable(all));
}

void TestProxy::choice_data()
{
    QTest::addColumn<ProxyVariables>("variables");
    QTest::addColumn<QString>("forHttp");
    QTest::addColumn<QString>("forHttps");
    const QString direct = u"direct"_s;
    const QString system = u"system"_s;
    QTest::newRow("none") << ProxyVariables{} << system << system;
    QTest::newRow("http") << ProxyVariables{u"a:1"_s, {}, {}, {}} << u"http a:1"_s << direct;
    QTest::newRow("https") << ProxyVariables{{}, u"b:2"_s, {}, {}} << direct << u"http b:2"_s;
    QTest::newRow("both") << ProxyVariables{u"a:1"_s, u"b:2"_s, {}, {}} << u"http a:1"_s
                          << u"http b:2"_s;
    QTest::newRow("all") << ProxyVariables{{}, {}, u"c:3"_s, {}} << u"http c:3"_s << u"http c:3"_s;
    QTest::newRow("http and all") << ProxyVariables{u"a:1"_s, {}, u"c:3"_s, {}} << u"http a:1"_s
                                  << u"http c:3"_s;
    QTest::newRow("https and all")
        << ProxyVariables{{}, u"b:2"_s, u"c:3"_s, {}} << u"http c:3"_s << u"http b:2"_s;
    QTest::newRow("all but everywhere")
        << ProxyVariables{u"a:1"_s, u"b:2"_s, u"c:3"_s, u"*"_s} << direct << direct;
    QTest::newRow("only an exception")
        << ProxyVariables{{}, {}, {}, u"hub.test"_s} << direct << direct;
    QTest::newRow("only another's exception")
        << ProxyVariables{{}, {}, {}, u"other.test"_s} << system << system;
    QTest::newRow("broken") << ProxyVariables{u"ftp://x"_s, {}, u"c:3"_s, {}} << u"error"_s
                            << u"http c:3"_s;
    QTest::newRow("broken, not needed")
        << ProxyVariables{u"ftp://x"_s, u"b:2"_s, {}, u"hub.test:80"_s} << direct << u"http b:2"_s;
}

void TestProxy::choice()
{
    QFETCH(ProxyVariables, variables);
    QFETCH(QString, forHttp);
    QFETCH(QString, forHttps);
    QCOMPARE(chosen(variables, u"http://hub.test/x"_s), forHttp);
    QCOMPARE(chosen(variables, u"https://hub.test/x"_s), forHttps);
}

void TestProxy::text_data()
{
    QTest::addColumn<QString>("proxy");
    const auto row = [](const char *text, const char *proxy) {
        QTest::newRow(text) << QString::fromUtf8(proxy);
    };
    row("proxy.test:3128", "http proxy.test:3128");
    row(" proxy.test:3128 ", "http proxy.test:3128");
    row("proxy.test", "http proxy.test:80");
    row("http://proxy.test", "http proxy.test:80");
    row("HTTP://Proxy.Test:8080/", "http proxy.test:8080");
    row("http://proxy.test:8080/path?x#y", "http proxy.test:8080");
    row("https://proxy.test:8443", "http proxy.test:8443");
    row("https://proxy.test", "http proxy.test:443");
    row("socks5://proxy.test", "socks5 proxy.test:1080");
    row("socks5h://proxy.test:9050", "socks5h proxy.test:9050");
    row("SOCKS5H://proxy.test:9050", "socks5h proxy.test:9050");
    row("socks://127.0.0.1:7891/", "socks5h 127.0.0.1:7891");
    row("127.0.0.1:1", "http 127.0.0.1:1");
    row("[::1]:3128", "http [::1]:3128");
    row("http://[::1]", "http [::1]:80");
    row("me@proxy.test:1", "http me:@proxy.test:1");
    row("http://me:secret@proxy.test:1", "http me:secret@proxy.test:1");
    row("socks5://me:secret@proxy.test", "socks5 me:secret@proxy.test:1080");
    row("http://me%40work:p%3Aa%2F%25%C3%A4@proxy.test:1", "http me@work:p:a/%ä@proxy.test:1");
    row("http://me:a:b@c/d#e?@proxy.test:1", "http me:a:b@c/d#e?@proxy.test:1");
    row("http://:@proxy.test:1", "http proxy.test:1");
    row("http://", "error");
    row("http://:3128", "error");
    row("http://me:secret@", "error");
    row("proxy.test:0", "error");
    row("proxy.test:65536", "error");
    row("proxy.test:x", "error");
    row("proxy test:1", "error");
    row("[::1:3128", "error");
    row("::1", "error");
    row("socks4://proxy.test", "error");
    row("ftp://proxy.test", "error");
    row("file:///etc/passwd", "error");
    row("://", "error");
    row("@", "error");
}

void TestProxy::text()
{
    QFETCH(QString, proxy);
    const QString given = QString::fromUtf8(QTest::currentDataTag());
    QCOMPARE(chosen({{}, {}, given, {}}, u"https://hub.test/x"_s), proxy);
    const auto made = hub::proxyFromText(given);
    if (!made)
        QVERIFY(!made.error().detail.contains(u"secret"_s));
}

void TestProxy::exceptions_data()
{
    QTest::addColumn<QString>("no");
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("direct");
    int number = 0;
    const auto row = [&number](const char *no, const char *url, bool direct) {
        QTest::addRow("%d: %s for %s", ++number, no, url)
            << QString::fromUtf8(no) << QString::fromUtf8(url) << direct;
    };
    row("", "http://hub.test", false);
    row("*", "http://hub.test", true);
    row(" * ", "http://127.0.0.1", true);
    row("a.test,*", "http://[::1]:8", true);
    row("hub.test", "http://hub.test", true);
    row("hub.test", "https://hub.test:8443/x", true);
    row("hub.test", "http://cdn.hub.test", true);
    row("hub.test", "http://github.test", false);
    row("hub.test", "http://hub.test.evil", false);
    row("hub.test", "http://test", false);
    row(".hub.test", "http://hub.test", true);
    row(".hub.test", "http://a.b.hub.test", true);
    row(".hub.test", "http://github.test", false);
    row("*.hub.test", "http://cdn.hub.test", true);
    row("hub.*", "http://hub.test", false);
    row("HUB.Test", "http://hub.TEST", true);
    row("hub.test.", "http://hub.test", true);
    row("hub.test", "http://hub.test./x", true);
    row("a.test, hub.test ,b.test", "http://hub.test", true);
    row("a.test hub.test", "http://hub.test", true);
    row(",, ,hub.test,", "http://hub.test", true);
    row(",", "http://hub.test", false);
    row(".", "http://hub.test", false);
    row("hub.test:8080", "http://hub.test:8080", true);
    row("hub.test:8080", "http://cdn.hub.test:8080", true);
    row("hub.test:8080", "http://hub.test", false);
    row("hub.test:443", "https://hub.test", true);
    row("hub.test:443", "http://hub.test", false);
    row("hub.test:80", "http://hub.test", true);
    row("hub.test:99999", "http://hub.test", false);
    row("hub.test:", "http://hub.test", false);
    row("bücher.test", "http://xn--bcher-kva.test", true);
    row("xn--bcher-kva.test", "http://bücher.test", true);
    row("localhost", "http://localhost:5000", true);
    row("localhost", "http://127.0.0.1:5000", false);
    row("127.0.0.1", "http://127.0.0.1:5000", true);
    row("127.0.0.1:5000", "http://127.0.0.1:5000", true);
    row("127.0.0.1:5001", "http://127.0.0.1:5000", false);
    row("0.0.1", "http://127.0.0.1", false);
    row(".0.0.1", "http://127.0.0.1", false);
    row("127.0.0.1", "http://1.127.0.0.1.test", false);
    row("10.0.0.0/8", "http://10.200.3.4", true);
    row("10.9.9.9/8", "http://10.200.3.4", true);
    row("10.0.0.0/8", "http://11.0.0.1", false);
    row("10.0.0.0/8", "http://10.a.test", false);
    row("192.168.4.0/22", "http://192.168.7.255", true);
    row("192.168.4.0/22", "http://192.168.8.0", false);
    row("192.168.4.1/32", "http://192.168.4.1", true);
    row("192.168.4.1/32", "http://192.168.4.2", false);
    row("0.0.0.0/0", "http://8.8.8.8", true);
    row("0.0.0.0/0", "http://hub.test", false);
    row("0.0.0.0/0", "http://[::1]", false);
    row("10.0.0.0/33", "http://10.0.0.1", false);
    row("10.0.0.0/x", "http://10.0.0.1", false);
    row("::1", "http://[::1]:5000", true);
    row("[::1]", "http://[::1]:5000", true);
    row("[::1]:5000", "http://[::1]:5000", true);
    row("[::1]:5001", "http://[::1]:5000", false);
    row("0:0:0:0:0:0:0:1", "http://[::1]", true);
    row("::1", "http://[::2]", false);
    row("fd00::/8", "http://[fd12:3456::1]", true);
    row("fd00::/8", "http://[fe80::1]", false);
    row("[", "http://[::1]", false);
    row("]:80", "http://[::1]", false);
}

void TestProxy::exceptions()
{
    QFETCH(QString, no);
    QFETCH(QString, url);
    QFETCH(bool, direct);
    const QString expected = direct ? u"direct"_s : u"http p:1"_s;
    QCOMPARE(chosen({u"p:1"_s, u"p:1"_s, {}, no}, url), expected);
}

// As long as an environment may hold: read once, and fast enough to be asked for every request.
void TestProxy::hugeException()
{
    const QString no = u"a.test:1,[::1],10.0.0.0/8,..,"_s.repeated(4000);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(chosen({u"p:1"_s, {}, {}, no + QString(100000, u':')}, u"http://hub.test"_s),
             u"http p:1"_s);
    QVERIFY(timer.elapsed() < 5000);
}

// What an access manager gets when it asks on its own.
void TestProxy::brokenIsNotDirect()
{
    hub::ProxyFactory factory(ProxyRules({{}, {}, u"socks4://x"_s, {}}));
    const auto proxies = factory.queryProxy(QNetworkProxyQuery(QUrl(u"http://hub.test/"_s)));
    QCOMPARE(proxies.size(), 1);
    QCOMPARE(proxies.first().type(), QNetworkProxy::FtpCachingProxy);
}

// A whole download of the test Hub, storage host included; then the same past the proxy.
void TestProxy::plain()
{
    ProxyServer proxy;
    demo::DemoOptions options;
    options.tokens = {QString::fromLatin1(support::Token)};
    FaultyHub server({support::makeRepo(u"acme/tiny"_s, {support::lfsFile(u"m.bin"_s, 300000)})},
                     options);
    HttpConfig config = configFor(server.endpoint().toLatin1());
    config.proxy.http = u"http://"_s + proxy.place();
    const QByteArray file = server.endpoint().toLatin1() + "/acme/tiny/resolve/main/m.bin";
    hub::HttpRequest request = requestFor(file);
    request.body = hub::HttpRequest::Body::Stream;
    {
        Http http(config);
        const Outcome outcome = ask(http, request);
        QVERIFY2(outcome.result,
                 qPrintable(outcome.result ? QString() : outcome.result.error().detail));
        QCOMPARE(outcome.stream.size(), 300000);
    }
    QCOMPARE(proxy.targets.value(0), file);
    QVERIFY(proxy.targets.value(1).startsWith(server.cdnOrigin().toLatin1()));
    QCOMPARE(proxy.targets.size(), 2);
    QVERIFY(proxy.heads.at(0).contains(support::Token)); // a proxied http origin is the Hub still
    QVERIFY(!proxy.heads.at(1).contains(support::Token));
    const QList<support::Seen> seen = server.requests();
    QCOMPARE(seen.size(), 2);
    QVERIFY(seen.at(0).hasToken && !seen.at(1).hasToken);

    config.proxy.no = u"127.0.0.0/8,localhost"_s;
    Http direct(config);
    QCOMPARE(ask(direct, request).stream.size(), 300000);
    QCOMPARE(proxy.targets.size(), 2);
    QCOMPARE(server.requests().size(), 4);
}

void TestProxy::plainWithCredentials()
{
    ProxyServer proxy;
    proxy.credentials = "me:pa55/w@rd"_ba;
    RawServer server([](const RawRequest &) { return support::answer("200 OK", "", "x"); });
    HttpConfig config = configFor(server.origin());
    config.proxy.all = u"http://me:pa55%2Fw%40rd@"_s + proxy.place();
    Http http(config);
    const Outcome outcome = ask(http, requestFor(server.origin() + "/a"));
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(server.seen.size(), 1);
    QCOMPARE(proxy.heads.size(), 1);
    QVERIFY(!server.seen.first().head.contains("Proxy-"_ba));
    QCOMPARE(server.seen.first().header("Authorization"_ba), "Bearer "_ba + support::Token);
    QVERIFY(!logged().isEmpty());

    config.proxy.no = u"127.0.0.1"_s; // a host that is reached directly learns nothing of it
    Http direct(config);
    QVERIFY(ask(direct, requestFor(server.origin() + "/b")).result);
    QCOMPARE(server.seen.size(), 2);
    QVERIFY(!server.seen.last().head.contains("Proxy-"_ba));
}

void TestProxy::wrongCredentials_data()
{
    QTest::addColumn<QString>("user");
    QTest::addColumn<QByteArray>("scheme");
    for (const QByteArray &scheme : {"http"_ba, "https"_ba}) {
        QTest::addRow("none, %s", scheme.constData()) << QString() << scheme;
        QTest::addRow("wrong, %s", scheme.constData()) << u"me:pa55wrong@"_s << scheme;
    }
}

void TestProxy::wrongCredentials()
{
    QFETCH(QString, user);
    QFETCH(QByteArray, scheme);
    ProxyServer proxy;
    proxy.credentials = "me:pa55/w@rd"_ba;
    RawServer server([](const RawRequest &) { return support::answer("200 OK", "", "x"); });
    HttpConfig config = configFor(server.origin(scheme));
    config.proxy.all = user + proxy.place();
    Http http(config);
    const Outcome outcome = ask(http, requestFor(server.origin(scheme) + "/a"));
    QVERIFY(!outcome.result);
    const core::Error &error = outcome.result.error();
    QCOMPARE(error.kind, ErrorKind::ProxyDenied); // the same words would be refused again
    QVERIFY2(error.detail.contains(proxy.place()), qPrintable(error.detail));
    QVERIFY2(!error.detail.contains(u"pa55"_s), qPrintable(error.detail));
    QVERIFY(server.seen.isEmpty());
    QVERIFY(proxy.heads.size() <= 3);
}

void TestProxy::tunnel_data()
{
    QTest::addColumn<QString>("user");
    QTest::newRow("open") << QString();
    QTest::newRow("credentials") << u"me:pa55%2Fw%40rd@"_s;
}

void TestProxy::tunnel()
{
    QFETCH(QString, user);
    QTemporaryDir folder;
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: no certificate for a TLS server.");
    QVERIFY(support::makeCertificate(folder.path()));
    RawServer tls(support::makeTlsServer(folder.path()),
                  [](const RawRequest &) { return support::answer("200 OK", "", "secure"); });
    ProxyServer proxy;
    if (!user.isEmpty())
        proxy.credentials = "me:pa55/w@rd"_ba;
    const QByteArray origin = tls.origin("https"_ba);
    HttpConfig config = configFor(origin);
    config.caFiles = {folder.path() + u"/cert.pem"_s};
    config.proxy.https = user + proxy.place();
    Http http(config);
    const Outcome outcome = ask(http, requestFor(origin + "/a"));
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(outcome.result->body, "secure"_ba);
    QCOMPARE(proxy.targets, QList<QByteArray>{origin.mid(8)});
    for (const QByteArray &head : std::as_const(proxy.heads)) {
        QVERIFY(head.startsWith("CONNECT "_ba));
        QVERIFY(!head.contains(support::Token));
    }
    QCOMPARE(tls.seen.size(), 1);
    QVERIFY(!tls.seen.first().head.contains("Proxy-"_ba));

    config.proxy.no = u"127.0.0.1"_s;
    Http direct(config);
    QVERIFY(ask(direct, requestFor(origin + "/b")).result);
    QCOMPARE(proxy.targets.size(), 1);

    config.proxy.no.clear();
    config.caFiles.clear(); // a proxy does not make a stranger trusted
    Http strict(config);
    const Outcome untrusted = ask(strict, requestFor(origin + "/c"));
    QVERIFY(!untrusted.result);
    QCOMPARE(untrusted.result.error().kind, ErrorKind::Tls);
}

void TestProxy::refusedTunnel()
{
    for (const QByteArray &refusal :
         {"403 Forbidden"_ba, "502 Bad Gateway"_ba, "503 Unavailable"_ba, "500 Oops"_ba}) {
        ProxyServer proxy;
        proxy.refusal = refusal;
        HttpConfig config = configFor("https://hub.test"_ba);
        config.proxy.all = u"me:pa55@"_s + proxy.place();
        Http http(config);
        const Outcome outcome = ask(http, requestFor("https://hub.test/a"_ba));
        QVERIFY(!outcome.result);
        const core::Error &error = outcome.result.error();
        QVERIFY2(error.kind == ErrorKind::ConnectionLost,
                 qPrintable(core::kindName(error.kind) + u' ' + error.detail));
        QVERIFY2(error.detail.contains(proxy.place()), qPrintable(error.detail));
    }
}

// What is not told at once (Qt does not tell of HTTP/1.1) ends in silence, and never in doubt.
void TestProxy::hangingUp()
{
    for (const QByteArray &verb : {"GET"_ba, "POST"_ba, "DELETE"_ba}) {
        ProxyServer proxy;
        proxy.hangsUp = true;
        HttpConfig config = configFor("https://hub.test"_ba);
        config.proxy.all = u"me:pa55@"_s + proxy.place();
        Http http(config);
        hub::HttpRequest request = requestFor("https://hub.test/a"_ba);
        request.verb = verb;
        request.silence = std::chrono::seconds(1);
        const Outcome outcome = ask(http, request);
        QVERIFY(!outcome.result);
        QVERIFY(core::isTransient(outcome.result.error().kind));
        QVERIFY(!outcome.result.error().mayHaveHappened);
    }
}

void TestProxy::socks_data()
{
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("socks5") << u"socks5://"_s << "socks:address:127.0.0.1:"_ba;
    QTest::newRow("socks5h") << u"socks5h://"_s << "socks:name:localhost:"_ba;
}

void TestProxy::socks()
{
    QFETCH(QString, scheme);
    QFETCH(QByteArray, target);
    ProxyServer proxy;
    RawServer server([](const RawRequest &) { return support::answer("200 OK", "", "x"); });
    const QByteArray port = server.origin().mid(server.origin().lastIndexOf(':') + 1);
    const QByteArray origin = "http://localhost:"_ba + port;
    HttpConfig config = configFor(origin);
    config.proxy.all = scheme + proxy.place();
    Http http(config);
    const Outcome outcome = ask(http, requestFor(origin + "/a"));
    QVERIFY2(outcome.result,
             qPrintable(outcome.result ? QString() : outcome.result.error().detail));
    QCOMPARE(proxy.targets.size(), 1);
    QCOMPARE(proxy.targets.first(), target + port);
    QCOMPARE(server.targets(), QList<QByteArray>{"/a"_ba});
}

void TestProxy::dead_data()
{
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QByteArray>("url");
    for (const QString &scheme : {u"http://"_s, u"socks5://"_s, u"socks5h://"_s}) {
        for (const QByteArray &url : {"http://127.0.0.1:9/a"_ba, "https://127.0.0.1:9/a"_ba})
            QTest::addRow("%s for %s", qPrintable(scheme), url.constData()) << scheme << url;
    }
}

void TestProxy::dead()
{
    QFETCH(QString, scheme);
    QFETCH(QByteArray, url);
    const QString place = u"127.0.0.1:"_s + QString::fromLatin1(deadPort());
    HttpConfig config = configFor("http://hub.test"_ba);
    config.proxy.all = scheme + u"me:pa55@"_s + place;
    Http http(config);
    const Outcome outcome = ask(http, requestFor(url));
    QVERIFY(!outcome.result);
    const core::Error &error = outcome.result.error();
    QVERIFY2(error.kind == ErrorKind::ConnectionLost, qPrintable(core::kindName(error.kind)));
    QVERIFY2(error.detail.contains(u"proxy "_s + place), qPrintable(error.detail));
    QVERIFY2(!error.detail.contains(u"pa55"_s), qPrintable(error.detail));
}

void TestProxy::unknownHost()
{
    for (const QByteArray &url : {"http://127.0.0.1:9/a"_ba, "https://127.0.0.1:9/a"_ba}) {
        HttpConfig config = configFor("http://hub.test"_ba);
        config.proxy.all = u"proxy.invalid:3128"_s;
        Http http(config);
        const Outcome outcome = ask(http, requestFor(url));
        QVERIFY(!outcome.result);
        QCOMPARE(core::kindName(outcome.result.error().kind),
                 core::kindName(ErrorKind::ConnectionLost));
        QVERIFY(outcome.result.error().detail.contains(u"proxy proxy.invalid:3128"_s));
    }
}

void TestProxy::misspelt()
{
    RawServer server([](const RawRequest &) { return support::answer("200 OK", "", "x"); });
    HttpConfig config = configFor(server.origin());
    config.proxy.http = u"gopher://me:pa55@proxy.test"_s;
    Http http(config);
    const Outcome outcome = ask(http, requestFor(server.origin() + "/a"));
    QVERIFY(!outcome.result);
    QCOMPARE(outcome.result.error().kind, ErrorKind::BadInput);
    QVERIFY(outcome.result.error().detail.startsWith(u"http_proxy: "_s));
    QVERIFY(!outcome.result.error().detail.contains(u"pa55"_s));
    QVERIFY(server.seen.isEmpty());
}

void TestProxy::changedLater()
{
    ProxyServer proxy;
    RawServer server([](const RawRequest &) { return support::answer("200 OK", "", "x"); });
    HttpConfig config = configFor(server.origin());
    Http http(config);
    QVERIFY(ask(http, requestFor(server.origin() + "/a")).result);
    QCOMPARE(proxy.targets.size(), 0);
    config.proxy.http = proxy.place();
    http.setConfig(config);
    QVERIFY(ask(http, requestFor(server.origin() + "/b")).result);
    QCOMPARE(proxy.targets.size(), 1);
    config.proxy = {};
    http.setConfig(config);
    QVERIFY(ask(http, requestFor(server.origin() + "/c")).result);
    QCOMPARE(proxy.targets.size(), 1);
}

QTEST_GUILESS_MAIN(TestProxy)
#include "proxy.moc"
