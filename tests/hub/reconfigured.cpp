#include <QTemporaryDir>
#include <QTest>

#include "hub/lowcalls.h"
#include "hub/rig.h"
#include "hub/tlsserver.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using hub::Exchange;
using hub::Http;
using hub::HttpConfig;
using support::answer;
using support::ask;
using support::configFor;
using support::RawRequest;
using support::RawServer;
using support::requestFor;

namespace {

QString withPassword(const RawServer &proxy)
{
    return u"http://me:MARKEDpassword@"_s + QString::fromLatin1(proxy.origin().mid(7));
}

bool sawPassword(const RawServer &server)
{
    return std::any_of(server.seen.begin(), server.seen.end(), [](const RawRequest &request) {
        return !request.header("Proxy-Authorization").isEmpty();
    });
}

} // namespace

// Http::setConfig() is for what is asked from then on: all of it, and nothing else.
class TestReconfigured : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void proxyOfARedirect_data();
    void proxyOfARedirect();
    void proxyOfWhoWaits();
    void certificates();
};

void TestReconfigured::proxyOfARedirect_data()
{
    QTest::addColumn<bool>("isOther");
    QTest::newRow("none any more") << false;
    QTest::newRow("another one") << true;
}

// What has begun by way of a proxy goes on by way of it; its password is nobody else's business.
void TestReconfigured::proxyOfARedirect()
{
    QFETCH(bool, isOther);
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "[]"); });
    std::function<void()> change;
    RawServer proxy([&change](const RawRequest &request) {
        change();
        return request.target.endsWith("/y") ? answer("200 OK", "", "[]")
                                             : support::redirect("302", "http://foreign.example/y");
    });
    HttpConfig config = configFor("http://hub.example");
    config.proxy.http = withPassword(proxy);
    Http http(config);
    config.proxy.http = isOther ? QString::fromLatin1(other.origin()) : QString();
    change = [&] { http.setConfig(config); };
    QVERIFY(ask(http, requestFor("http://hub.example/x")).result);
    QCOMPARE(proxy.seen.size(), 2);
    QVERIFY(other.seen.isEmpty());
}

void TestReconfigured::proxyOfWhoWaits()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "[]"); });
    RawServer proxy([](const RawRequest &request) {
        return request.target.endsWith("/hang") ? ""_ba : answer("200 OK", "", "[]");
    });
    HttpConfig config = configFor(server.origin());
    config.proxy.http = withPassword(proxy);
    Http http(config);
    QList<Exchange *> hanging;
    for (int i = 0; i < 6; ++i)
        hanging.append(http.send(requestFor(server.origin() + "/hang")));
    QTRY_COMPARE(proxy.seen.size(), 6);
    bool isDone = false;
    Exchange *waiting = http.send(requestFor(server.origin() + "/waits"));
    connect(waiting, &Exchange::finished, this, [&isDone] { isDone = true; });
    QTest::qWait(20);
    config.proxy = {};
    http.setConfig(config);
    hanging.first()->cancel();
    QTRY_VERIFY(isDone);
    QVERIFY(!sawPassword(server));
    QCOMPARE(proxy.seen.size(), 7);
    QVERIFY(ask(http, requestFor(server.origin() + "/later")).result);
    QCOMPARE(server.targets(), (QList<QByteArray>{"/later"}));
}

// A connection that is kept was trusted by another configuration.
void TestReconfigured::certificates()
{
    QTemporaryDir folder;
    QVERIFY(support::makeCertificate(folder.path()));
    RawServer server(support::makeTlsServer(folder.path()),
                     [](const RawRequest &) { return answer("200 OK", "", "[]"); });
    HttpConfig config = configFor(server.origin("https"));
    Http http(config);
    const auto request = requestFor(server.origin("https") + "/x");
    QCOMPARE(ask(http, request).result.error().kind, ErrorKind::Tls);
    config.caFiles = {folder.filePath(u"cert.pem"_s)};
    http.setConfig(config);
    QVERIFY(ask(http, request).result);
    config.caFiles.clear();
    http.setConfig(config);
    QCOMPARE(ask(http, request).result.error().kind, ErrorKind::Tls);
}

QTEST_GUILESS_MAIN(TestReconfigured)
#include "reconfigured.moc"
