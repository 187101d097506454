#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "session/config.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using session::Config;
using session::Profile;
using session::resolveConfig;

namespace {

using Pairs = QList<std::pair<const char *, const char *>>;

QProcessEnvironment environmentOf(const Pairs &pairs)
{
    QProcessEnvironment environment;
    environment.insert(u"HOME"_s, u"/home/me"_s);
    for (const auto &[name, value] : pairs)
        environment.insert(QString::fromUtf8(name), QString::fromUtf8(value));
    return environment;
}

Profile profile()
{
    return Profile::inFolder(u"/somewhere"_s);
}

Config configOf(const Pairs &pairs)
{
    return resolveConfig(environmentOf(pairs), nullptr, profile()).value_or(Config{});
}

} // namespace

Q_DECLARE_METATYPE(Pairs)

class TestConfig : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void defaults();
    void endpoint_data();
    void endpoint();
    void cacheFolder_data();
    void cacheFolder();
    void settings();
    void token_data();
    void token();
    void switches_data();
    void switches();
    void certificates();
    void proxies_data();
    void proxies();
    void demo();
};

void TestConfig::defaults()
{
    const auto config = resolveConfig(environmentOf({}), nullptr, profile());
    QVERIFY(config);
    QCOMPARE(config->endpoint.text(), u"https://huggingface.co"_s);
    QCOMPARE(config->place.path, u"/home/me/.cache/huggingface/hub"_s);
    QVERIFY(config->place.kind == cache::Location::Kind::HubCache && config->place.links);
    QVERIFY(config->token.isEmpty() && config->caFiles.isEmpty() && config->proxy.isEmpty());
    QVERIFY(!config->offline && !config->demo);
    QCOMPARE(config->stateFolder, u"/somewhere/state"_s);
}

void TestConfig::endpoint_data()
{
    QTest::addColumn<QString>("text"); // empty: BadInput
    const auto row = [](const char *given, const char *text) {
        QTest::newRow(given) << QString::fromUtf8(text);
    };
    row("https://hub.test", "https://hub.test");
    row("https://hub.test/", "https://hub.test");
    row("https://hub.test///", "https://hub.test");
    row(" http://127.0.0.1:5000/\n", "http://127.0.0.1:5000");
    row("https://mirror.test/hf", "https://mirror.test/hf");
    row("https://mirror.test/a/hf/", "https://mirror.test/a/hf");
    row("", "https://huggingface.co");
    row("  ", "https://huggingface.co");
    row("hub.test", "");
    row("hub.test:5000", "");
    row("ftp://hub.test", "");
    row("file:///etc", "");
    row("https://", "");
    row("https:///x", "");
    row("https://hub.test:99999", "");
    row("https://hub test", "");
    row("https://me:pw@hub.test", "");
    row("https://hub.test?x=1", "");
    row("https://hub.test#x", "");
    row("\xff\xfe", "");
}

void TestConfig::endpoint()
{
    QFETCH(QString, text);
    const auto config = resolveConfig(environmentOf({{"HF_ENDPOINT", QTest::currentDataTag()}}),
                                      nullptr, profile());
    if (text.isEmpty()) {
        QVERIFY(!config);
        QCOMPARE(config.error().kind, ErrorKind::BadInput);
        QVERIFY(!config.error().detail.isEmpty());
        return;
    }
    QVERIFY2(config, qPrintable(config ? QString() : config.error().detail));
    QCOMPARE(config->endpoint.text(), text);
}

void TestConfig::cacheFolder_data()
{
    QTest::addColumn<Pairs>("variables");
    QTest::addColumn<QString>("path");
    const Pairs::value_type hub = {"HF_HUB_CACHE", "/a"};
    const Pairs::value_type old = {"HUGGINGFACE_HUB_CACHE", "/b"};
    const Pairs::value_type home = {"HF_HOME", "/c"};
    const Pairs::value_type xdg = {"XDG_CACHE_HOME", "/d"};
    QTest::newRow("all") << Pairs{hub, old, home, xdg} << u"/a"_s;
    QTest::newRow("without the first") << Pairs{old, home, xdg} << u"/b"_s;
    QTest::newRow("home") << Pairs{home, xdg} << u"/c/hub"_s;
    QTest::newRow("xdg") << Pairs{xdg} << u"/d/huggingface/hub"_s;
    QTest::newRow("empty ones are unset")
        << Pairs{{"HF_HUB_CACHE", ""}, {"HUGGINGFACE_HUB_CACHE", ""}, {"HF_HOME", ""}, xdg}
        << u"/d/huggingface/hub"_s;
    QTest::newRow("all empty") << Pairs{{"HF_HUB_CACHE", ""}, {"XDG_CACHE_HOME", ""}}
                               << u"/home/me/.cache/huggingface/hub"_s;
    QTest::newRow("slash at the end") << Pairs{{"HF_HUB_CACHE", "/a/b//"}} << u"/a/b"_s;
    QTest::newRow("~") << Pairs{{"HF_HUB_CACHE", "~"}} << u"/home/me"_s;
    QTest::newRow("~/") << Pairs{{"HF_HUB_CACHE", "~/x y"}} << u"/home/me/x y"_s;
    QTest::newRow("~ of HF_HOME") << Pairs{{"HF_HOME", "~/h"}} << u"/home/me/h/hub"_s;
    QTest::newRow("~ of XDG_CACHE_HOME")
        << Pairs{{"XDG_CACHE_HOME", "~/c"}} << u"/home/me/c/huggingface/hub"_s;
    QTest::newRow("~ inside") << Pairs{{"HF_HUB_CACHE", "/a/~/b"}} << u"/a/~/b"_s;
    QTest::newRow("$VAR") << Pairs{{"HF_HUB_CACHE", "$BIG/hub"}, {"BIG", "/big"}} << u"/big/hub"_s;
    QTest::newRow("${VAR}") << Pairs{{"HF_HUB_CACHE", "${BIG}s/${BIG}"}, {"BIG", "/big"}}
                            << u"/bigs/big"_s;
    QTest::newRow("$HOME") << Pairs{{"HF_HOME", "$HOME/h"}} << u"/home/me/h/hub"_s;
    QTest::newRow("unknown stays")
        << Pairs{{"HF_HUB_CACHE", "/a/$NOPE/${NOPE}"}} << u"/a/$NOPE/${NOPE}"_s;
    QTest::newRow("not twice") << Pairs{{"HF_HUB_CACHE", "/$A"}, {"A", "$B"}, {"B", "x"}}
                               << u"/$B"_s;
    QTest::newRow("relative") << Pairs{{"HF_HUB_CACHE", "here/hub"}}
                              << QDir::currentPath() + u"/here/hub"_s;
    QTest::newRow("relative home")
        << Pairs{{"HF_HOME", "../h"}} << QDir::cleanPath(QDir::currentPath() + u"/../h/hub"_s);
}

void TestConfig::cacheFolder()
{
    QFETCH(Pairs, variables);
    QFETCH(QString, path);
    QCOMPARE(configOf(variables).place.path, path);
}

// Variables before settings, settings before the defaults.
void TestConfig::settings()
{
    QTemporaryDir folder;
    core::Settings settings(folder.path() + u"/hubload.ini"_s);
    settings.set(core::Setting::Endpoint, u"https://mirror.test/hf"_s);
    settings.set(core::Setting::CacheFolder, u"/disk/models"_s);
    const auto plain = resolveConfig(environmentOf({}), &settings, profile());
    QVERIFY(plain);
    QCOMPARE(plain->endpoint.text(), u"https://mirror.test/hf"_s);
    QCOMPARE(plain->place.path, u"/disk/models"_s);
    const auto named =
        resolveConfig(environmentOf({{"HF_ENDPOINT", "http://other.test"}, {"HF_HOME", "/h"}}),
                      &settings, profile());
    QVERIFY(named);
    QCOMPARE(named->endpoint.text(), u"http://other.test"_s);
    QCOMPARE(named->place.path, u"/h/hub"_s);
    settings.set(core::Setting::Endpoint, u"nonsense"_s);
    const auto bad = resolveConfig(environmentOf({}), &settings, profile());
    QVERIFY(!bad);
    QCOMPARE(bad.error().kind, ErrorKind::BadInput);
}

void TestConfig::token_data()
{
    QTest::addColumn<Pairs>("variables");
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("none") << Pairs{} << ""_ba;
    QTest::newRow("plain") << Pairs{{"HF_TOKEN", "hf_a"}} << "hf_a"_ba;
    QTest::newRow("line end") << Pairs{{"HF_TOKEN", " hf_a\r\n"}} << "hf_a"_ba;
    QTest::newRow("old name") << Pairs{{"HUGGING_FACE_HUB_TOKEN", "hf_b"}} << "hf_b"_ba;
    QTest::newRow("empty") << Pairs{{"HF_TOKEN", "\n"}, {"HUGGING_FACE_HUB_TOKEN", "hf_b"}}
                           << "hf_b"_ba;
    QTest::newRow("not unasked") << Pairs{{"HF_TOKEN", "hf_a"},
                                          {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}
                                 << ""_ba;
    QTest::newRow("asked") << Pairs{{"HF_TOKEN", "hf_a"}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "0"}}
                           << "hf_a"_ba;
}

void TestConfig::token()
{
    QFETCH(Pairs, variables);
    QFETCH(QByteArray, token);
    QCOMPARE(configOf(variables).token.reveal(), token);
}

void TestConfig::switches_data()
{
    QTest::addColumn<bool>("on");
    for (const char *value : {"1", "on", "ON", "yes", "Yes", "true", "TRUE"})
        QTest::newRow(value) << true;
    for (const char *value : {"", "0", "off", "no", "false", "2", "y", "enabled"})
        QTest::addRow("%s", value) << false;
}

void TestConfig::switches()
{
    QFETCH(bool, on);
    const char *value = QTest::currentDataTag();
    QCOMPARE(configOf({{"HF_HUB_OFFLINE", value}}).offline, on);
    QCOMPARE(configOf({{"TRANSFORMERS_OFFLINE", value}}).offline, on);
    QCOMPARE(configOf({{"HF_HUB_OFFLINE", "0"}, {"TRANSFORMERS_OFFLINE", value}}).offline, on);
    QCOMPARE(configOf({{"HF_HUB_DISABLE_SYMLINKS", value}}).place.links, !on);
}

void TestConfig::certificates()
{
    QCOMPARE(configOf({{"SSL_CERT_FILE", "~/ca.pem"}}).caFiles, QStringList{u"/home/me/ca.pem"_s});
    QCOMPARE(configOf({{"SSL_CERT_FILE", ""}}).caFiles, QStringList());
}

void TestConfig::proxies_data()
{
    QTest::addColumn<QString>("lower");
    QTest::newRow("http_proxy") << u"http_proxy"_s;
    QTest::newRow("https_proxy") << u"https_proxy"_s;
    QTest::newRow("all_proxy") << u"all_proxy"_s;
    QTest::newRow("no_proxy") << u"no_proxy"_s;
}

void TestConfig::proxies()
{
    QFETCH(QString, lower);
    const QByteArray name = lower.toLatin1();
    const QByteArray upper = name.toUpper();
    const auto value = [&name](const Pairs &pairs) {
        const hub::ProxyVariables proxy = configOf(pairs).proxy;
        const QHash<QByteArray, QString> values = {{"http_proxy"_ba, proxy.http},
                                                   {"https_proxy"_ba, proxy.https},
                                                   {"all_proxy"_ba, proxy.all},
                                                   {"no_proxy"_ba, proxy.no}};
        const QString own = values.value(name);
        const bool isAlone = values.values().join(QString()) == own;
        return isAlone ? own : u"another variable was touched"_s;
    };
    QCOMPARE(value({{name.constData(), " a:1 "}}), u"a:1"_s);
    QCOMPARE(value({{upper.constData(), "b:2"}}), u"b:2"_s);
    QCOMPARE(value({{name.constData(), "a:1"}, {upper.constData(), "b:2"}}), u"a:1"_s);
    QCOMPARE(value({{name.constData(), ""}, {upper.constData(), "b:2"}}), QString());
}

void TestConfig::demo()
{
    QTemporaryDir folder;
    Profile demo = Profile::inFolder(folder.path());
    demo.demo = true;
    core::Settings settings(folder.path() + u"/hubload.ini"_s);
    settings.set(core::Setting::Endpoint, u"https://mirror.test"_s);
    settings.set(core::Setting::CacheFolder, u"/disk/models"_s);
    const auto config = resolveConfig(environmentOf({{"HF_ENDPOINT", "nonsense"},
                                                     {"HF_TOKEN", "hf_a"},
                                                     {"HUGGING_FACE_HUB_TOKEN", "hf_b"},
                                                     {"HF_HUB_CACHE", "/a"},
                                                     {"HF_HOME", "/c"},
                                                     {"HF_HUB_OFFLINE", "1"},
                                                     {"HF_HUB_DISABLE_SYMLINKS", "1"},
                                                     {"SSL_CERT_FILE", "/ca.pem"},
                                                     {"http_proxy", "a:1"},
                                                     {"ALL_PROXY", "b:2"}}),
                                      &settings, demo);
    QVERIFY(config && config->demo);
    QVERIFY(config->token.isEmpty() && config->caFiles.isEmpty() && !config->offline);
    QCOMPARE(config->endpoint, hub::Endpoint());
    QCOMPARE(config->place.path, folder.path() + u"/state/cache"_s);
    QVERIFY(config->place.links);
    const QUrl url(u"http://127.0.0.1:5000/x"_s); // the Hub inside: nobody's proxy
    const auto proxy = hub::ProxyRules(config->proxy).proxyFor(url);
    QVERIFY(proxy && proxy->type() == QNetworkProxy::NoProxy);
    const QString own = Profile::demoProfile().stateFolder;
    QVERIFY(own != Profile::standard().stateFolder && Profile::demoProfile().demo);
}

QTEST_GUILESS_MAIN(TestConfig)
#include "testconfig.moc"
