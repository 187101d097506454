#include "hub/endpoint.h"

#include <QTest>

using namespace Qt::StringLiterals;
using core::RepoType;
using hub::Endpoint;

class TestEndpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void makes_data();
    void makes();
    void refuses_data();
    void refuses();
    void buildsAddresses();
    void encodesPaths_data();
    void encodesPaths();
    void searches();
    void filters();
    void buildsAddressesOfWrites();
    void refusesDots();
    void knowsItsBudgets();
    void knowsItsOrigin();
    void rebases_data();
    void rebases();
    void rebasesByWhatWasAsked();
};

static core::RepoId repo(RepoType type, const QString &id)
{
    return *core::RepoId::make(type, id);
}

void TestEndpoint::makes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QString>("prefix");
    QTest::newRow("plain") << u"https://huggingface.co"_s << u"https://huggingface.co"_s << u""_s;
    QTest::newRow("slash") << u" https://huggingface.co/ "_s << u"https://huggingface.co"_s
                           << u""_s;
    QTest::newRow("case") << u"HTTPS://HuggingFace.co"_s << u"https://huggingface.co"_s << u""_s;
    QTest::newRow("prefix") << u"http://127.0.0.1:8080/api/hf//"_s
                            << u"http://127.0.0.1:8080/api/hf"_s << u"/api/hf"_s;
    QTest::newRow("usual port") << u"https://huggingface.co:443/x"_s
                                << u"https://huggingface.co/x"_s << u"/x"_s;
    QTest::newRow("port of the other") << u"http://h:443"_s << u"http://h:443"_s << u""_s;
    QTest::newRow("ipv6") << u"http://[::1]:8080/p"_s << u"http://[::1]:8080/p"_s << u"/p"_s;
    QTest::newRow("encoded") << u"http://h/a%2Fb/"_s << u"http://h/a%2Fb"_s << u"/a%2Fb"_s;
}

void TestEndpoint::makes()
{
    QFETCH(QString, text);
    const auto made = Endpoint::make(text);
    QVERIFY(made);
    QTEST(made->text(), "expected");
    QTEST(made->prefix(), "prefix");
}

void TestEndpoint::refuses_data()
{
    QTest::addColumn<QString>("text");
    for (const auto &text :
         {u""_s, u"huggingface.co"_s, u"ftp://huggingface.co"_s, u"https://"_s,
          u"https://user:pw@huggingface.co"_s, u"https://h/?a=b"_s, u"https://h/#x"_s,
          u"https://h:99999"_s, u"https://a b/"_s, u"file:///etc/passwd"_s})
        QTest::newRow(qPrintable(u"<"_s + text + u">"_s)) << text;
}

void TestEndpoint::refuses()
{
    QFETCH(QString, text);
    const auto made = Endpoint::make(text);
    QVERIFY(!made);
    QCOMPARE(made.error().kind, core::ErrorKind::BadInput);
}

void TestEndpoint::buildsAddresses()
{
    const Endpoint hub = *Endpoint::make(u"http://h:1/p"_s);
    const auto model = repo(RepoType::Model, u"o/n"_s);
    const auto data = repo(RepoType::Dataset, u"o/n"_s);
    const auto space = repo(RepoType::Space, u"o/n"_s);
    QCOMPARE(hub.info(model, u"main"_s).toEncoded(),
             "http://h:1/p/api/models/o/n/revision/main"_ba);
    QCOMPARE(hub.info(model, {}).toEncoded(), "http://h:1/p/api/models/o/n"_ba);
    QCOMPARE(hub.info(data, u"refs/pr/1"_s).toEncoded(),
             "http://h:1/p/api/datasets/o/n/revision/refs%2Fpr%2F1"_ba);
    QCOMPARE(hub.tree(space, u"main"_s).toEncoded(),
             "http://h:1/p/api/spaces/o/n/tree/main?recursive=true"_ba);
    QCOMPARE(hub.whoami().toEncoded(), "http://h:1/p/api/whoami-v2"_ba);
    QCOMPARE(hub.webPage(data).toEncoded(), "http://h:1/p/datasets/o/n"_ba);
    QCOMPARE(hub.webPage(repo(RepoType::Model, u"gpt2"_s)).toEncoded(), "http://h:1/p/gpt2"_ba);
    QCOMPARE(Endpoint().text(), u"https://huggingface.co"_s);
}

void TestEndpoint::encodesPaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("folder") << u"a/b.txt"_s << "a/b.txt"_ba;
    QTest::newRow("blank") << u"a b"_s << "a%20b"_ba;
    QTest::newRow("marks") << u"a#b?c%d+e&f=g"_s << "a%23b%3Fc%25d%2Be%26f%3Dg"_ba;
    QTest::newRow("already encoded") << u"a%20b%2Fc"_s << "a%2520b%252Fc"_ba;
    QTest::newRow("umlaut") << u"grüße/日本.bin"_s << "gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC.bin"_ba;
    QTest::newRow("brackets") << u"a[1](2){3}.bin"_s << "a%5B1%5D%282%29%7B3%7D.bin"_ba;
    QTest::newRow("rest") << u"a\"b'c<d>e|f`g^h~i,j;k:l@m!n$o*p"_s
                          << "a%22b%27c%3Cd%3Ee%7Cf%60g%5Eh~i%2Cj%3Bk%3Al%40m%21n%24o%2Ap"_ba;
}

void TestEndpoint::encodesPaths()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, expected);
    const auto model = repo(RepoType::Model, u"o/n"_s);
    QCOMPARE(Endpoint().resolve(model, u"refs/pr/1"_s, path).toEncoded(),
             "https://huggingface.co/o/n/resolve/refs%2Fpr%2F1/"_ba + expected);
}

void TestEndpoint::searches()
{
    hub::SearchQuery query;
    query.text = u" qwen3 & co+ "_s;
    query.author = u"me"_s;
    query.filters = {u"gguf"_s, u"license:mit"_s};
    query.sort = hub::SortOrder::Created;
    const QByteArray url = Endpoint().search(query).toEncoded();
    QVERIFY(url.startsWith("https://huggingface.co/api/models?sort=createdAt&limit=50"
                           "&search=qwen3%20%26%20co%2B&author=me&filter=gguf"
                           "&filter=license%3Amit&expand="_ba));
    QVERIFY(url.contains("&expand=safetensors"_ba));
    QCOMPARE(url.count("&expand=likes"_ba), 1);

    query.type = RepoType::Space;
    query.pageSize = 0;
    const QByteArray spaces = Endpoint().search(query).toEncoded();
    QVERIFY(spaces.startsWith("https://huggingface.co/api/spaces?"_ba));
    QVERIFY(spaces.contains("&limit=1&"_ba));
    QVERIFY(!spaces.contains("gated"_ba)); // would be answered with 400
}

// Every filter of hub-api.md 5.1, where it belongs and nowhere else.
void TestEndpoint::filters()
{
    hub::SearchQuery query;
    query.task = u"text-generation"_s;
    query.apps = {u"ollama"_s, u"llama.cpp"_s};
    query.inferenceProviders = {u"all"_s};
    query.isServed = true;
    query.gated = false;
    query.leastParameters = 1'000'000;
    query.mostParameters = 7'000'000'000;
    query.datasets = {u"o/d"_s};
    query.models = {u"o/m"_s};
    query.isLinked = true;
    query.expand = {u"sha"_s};
    query.sort = hub::SortOrder::Parameters;
    QCOMPARE(Endpoint().search(query).toEncoded(),
             "https://huggingface.co/api/models?sort=num_parameters&limit=50&gated=false"
             "&pipeline_tag=text-generation&apps=ollama&apps=llama.cpp&inference_provider=all"
             "&inference=warm&num_parameters=min%3A1000000%2Cmax%3A7000000000"
             "&filter=dataset%3Ao%2Fd&expand=sha"_ba);
    query.type = RepoType::Dataset;
    QCOMPARE(Endpoint().search(query).toEncoded(),
             "https://huggingface.co/api/datasets?sort=num_parameters&limit=50&gated=false"
             "&expand=sha"_ba);
    query.type = RepoType::Space;
    query.sort = hub::SortOrder::LikesOfMonth;
    QCOMPARE(Endpoint().search(query).toEncoded(),
             "https://huggingface.co/api/spaces?sort=likes30d&limit=50&datasets=o%2Fd"
             "&models=o%2Fm&linked=true&expand=sha"_ba);
}

void TestEndpoint::buildsAddressesOfWrites()
{
    const Endpoint hub = *Endpoint::make(u"http://h:1/p"_s);
    const auto data = repo(RepoType::Dataset, u"o/n"_s);
    const QString odd = u"refs/pr/1 ü%#?"_s;
    const QByteArray oddly = "refs%2Fpr%2F1%20%C3%BC%25%23%3F"_ba;
    using Target = Endpoint::Target;
    QCOMPARE(hub.createRepo().toEncoded(), "http://h:1/p/api/repos/create"_ba);
    QCOMPARE(hub.deleteRepo().toEncoded(), "http://h:1/p/api/repos/delete"_ba);
    QCOMPARE(hub.moveRepo().toEncoded(), "http://h:1/p/api/repos/move"_ba);
    QCOMPARE(hub.settings(data).toEncoded(), "http://h:1/p/api/datasets/o/n/settings"_ba);
    QCOMPARE(hub.commit(data, odd, Target::Revision).toEncoded(),
             "http://h:1/p/api/datasets/o/n/commit/"_ba + oddly);
    QCOMPARE(hub.commit(data, odd, Target::PullRequest).toEncoded(),
             "http://h:1/p/api/datasets/o/n/commit/"_ba + oddly + "?create_pr=1");
    QCOMPARE(hub.preupload(data, odd, Target::Revision).toEncoded(),
             "http://h:1/p/api/datasets/o/n/preupload/"_ba + oddly);
    QCOMPARE(hub.pathsInfo(data, odd).toEncoded(),
             "http://h:1/p/api/datasets/o/n/paths-info/"_ba + oddly);
    QCOMPARE(hub.branch(data, odd).toEncoded(), "http://h:1/p/api/datasets/o/n/branch/"_ba + oddly);
    QCOMPARE(hub.tag(data, odd).toEncoded(), "http://h:1/p/api/datasets/o/n/tag/"_ba + oddly);
    QCOMPARE(hub.commits(data, odd, 2, 50).toEncoded(),
             "http://h:1/p/api/datasets/o/n/commits/"_ba + oddly + "?p=2&limit=50");
    QCOMPARE(hub.refs(data).toEncoded(), "http://h:1/p/api/datasets/o/n/refs?include_prs=1"_ba);
    QCOMPARE(hub.like(data).toEncoded(), "http://h:1/p/api/datasets/o/n/like"_ba);
    QCOMPARE(hub.askAccess(data).toEncoded(), "http://h:1/p/datasets/o/n/ask-access"_ba);
    QCOMPARE(hub.authCheck(data).toEncoded(), "http://h:1/p/api/datasets/o/n/auth-check"_ba);
    QCOMPARE(hub.likesOf(u"a/b"_s).toEncoded(), "http://h:1/p/api/users/a%2Fb/likes"_ba);
    QCOMPARE(hub.trending(std::nullopt, 99).toEncoded(),
             "http://h:1/p/api/trending?type=all&limit=20"_ba);
}

// They would be resolved before anything is sent, and lead to something else.
void TestEndpoint::refusesDots()
{
    const Endpoint hub = *Endpoint::make(u"http://h:1/p"_s);
    const auto model = repo(RepoType::Model, u"o/n"_s);
    using Target = Endpoint::Target;
    for (const QString &dots : {u"."_s, u".."_s}) {
        for (const QUrl &url :
             {hub.info(model, dots), hub.tree(model, dots), hub.pathsInfo(model, dots),
              hub.commits(model, dots, 0, 1), hub.resolve(model, dots, u"a"_s),
              hub.resolve(model, u"main"_s, dots), hub.resolve(model, u"main"_s, u"a/"_s + dots),
              hub.resolve(model, u"main"_s, dots + u"/a"_s), hub.likesOf(dots),
              hub.preupload(model, dots, Target::Revision),
              hub.commit(model, dots, Target::PullRequest), hub.branch(model, dots),
              hub.tag(model, dots), hub.url("/api/"_ba + dots.toLatin1() + "/x"),
              hub.url("/api/%2E%2e/x"_ba)})
            QVERIFY2(url.isEmpty(), url.toEncoded().constData());
    }
    QVERIFY(!hub.resolve(model, u"..a"_s, u"a..b/...c"_s).isEmpty());
    QVERIFY(!hub.branch(model, u"%2e%2e"_s).isEmpty());
}

void TestEndpoint::knowsItsBudgets()
{
    using hub::Bucket;
    const Endpoint hub = *Endpoint::make(u"http://h:1/p"_s);
    const auto of = [&hub](const char *url) { return hub.bucketOf(QUrl::fromEncoded(url)); };
    QCOMPARE(of("http://h:1/p/api/models"), Bucket::Api);
    QCOMPARE(of("http://h:1/p/o/n/resolve/main/a"), Bucket::Resolvers);
    QCOMPARE(of("http://h:1/p/api/resolve-cache/models/o/n/c/a"), Bucket::Resolvers);
    QCOMPARE(of("http://h:1/p/o/n"), Bucket::Pages);
    QCOMPARE(of("http://h:1/p/gpt2/resolve/main/a"), Bucket::Resolvers);
    QCOMPARE(of("http://h:1/p/datasets/o/n/resolve/main/a"), Bucket::Resolvers);
    for (const char *kind : {"", "/datasets", "/spaces"}) {
        const auto below = [&](const char *path) {
            return hub.bucketOf(QUrl::fromEncoded("http://h:1/p"_ba + kind + path));
        };
        QCOMPARE(below("/resolve/n"), Bucket::Pages);
        QCOMPARE(below("/resolve/n/ask-access"), Bucket::Pages);
        QCOMPARE(below("/resolve/n/resolve/main/a"), Bucket::Resolvers);
        QCOMPARE(below("/o/resolve/resolve/main/a"), Bucket::Resolvers);
    }
    QCOMPARE(of("http://h:1/p/api/models/resolve/n"), Bucket::Api);
    QCOMPARE(of("http://h:1/p/api/models/o/resolve/tree/main"), Bucket::Api);
    QVERIFY(!of("http://h:2/p/api/models"));
    QVERIFY(!of("https://cdn.example/api/models"));
}

void TestEndpoint::knowsItsOrigin()
{
    const Endpoint hub = *Endpoint::make(u"https://Hub.example/p"_s);
    QVERIFY(hub.isSameOrigin(QUrl(u"https://hub.example/other"_s)));
    QVERIFY(hub.isSameOrigin(QUrl(u"https://HUB.example:443/p"_s)));
    QVERIFY(!hub.isSameOrigin(QUrl(u"http://hub.example/p"_s)));
    QVERIFY(!hub.isSameOrigin(QUrl(u"https://hub.example:444/p"_s)));
    QVERIFY(!hub.isSameOrigin(QUrl(u"https://hub.example.evil/p"_s)));
    QVERIFY(!hub.isSameOrigin(QUrl(u"https://evil/?https://hub.example"_s)));
    QVERIFY(!hub.isSameOrigin(QUrl()));
}

void TestEndpoint::rebases_data()
{
    QTest::addColumn<QString>("endpoint");
    QTest::addColumn<QByteArray>("link");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray query = "/api/models?limit=2&cursor=eyIk%3D%3D&search=a%20b"_ba;
    QTest::newRow("same") << u"http://h:1"_s << "http://h:1"_ba + query << "http://h:1"_ba + query;
    QTest::newRow("other host") << u"http://h:1"_s << "https://huggingface.co"_ba + query
                                << "http://h:1"_ba + query;
    QTest::newRow("other host, prefix")
        << u"http://h:1/p"_s << "https://huggingface.co"_ba + query << "http://h:1/p"_ba + query;
    QTest::newRow("own prefix") << u"http://h:1/p"_s << "http://h:1/p"_ba + query
                                << "http://h:1/p"_ba + query;
    QTest::newRow("no host, no slash") << u"http://h:1"_s << "x:@evil.example/y"_ba
                                       << "http://h:1/@evil.example/y"_ba;
    QTest::newRow("nothing but a query") << u"http://h:1"_s << "?p=1"_ba
                                         << "http://h:1/?p=1"_ba;
    QTest::newRow("other host, own prefix")
        << u"http://h:1/p"_s << "https://inside:8080/p"_ba + query << "http://h:1/p"_ba + query;
    QTest::newRow("other scheme, own prefix")
        << u"https://h/p/q"_s << "http://h/p/q"_ba + query << "https://h/p/q"_ba + query;
    QTest::newRow("a longer name than the prefix") << u"http://h:1/p"_s << "http://i/path?a=b"_ba
                                                   << "http://h:1/p/path?a=b"_ba;
    QTest::newRow("dots") << u"http://h:1/p"_s << "http://i/p/api/x/../models?a=b"_ba
                          << "http://h:1/p/api/models?a=b"_ba;
    QTest::newRow("coded dots") << u"http://h:1/p"_s << "http://h:1/p/%2e%2e/api/models"_ba
                                << "http://h:1/p/api/models"_ba; // as any other dots
    QTest::newRow("credentials") << u"http://h:1/p"_s << "http://me:word@h:1/p"_ba + query
                                 << "http://h:1/p"_ba + query;
    QTest::newRow("prefix lost") << u"http://h:1/p"_s << "http://h:1"_ba + query
                                 << "http://h:1/p"_ba + query;
}

// A prefix that the Hub's own paths begin with.
void TestEndpoint::rebasesByWhatWasAsked()
{
    const Endpoint hub = *Endpoint::make(u"http://h/api"_s);
    const QUrl asked = hub.search({});
    const QUrl second(u"http://h/api/api/models?cursor=1"_s);
    for (const auto &link : {u"/api/models?cursor=1"_s, u"/api/api/models?cursor=1"_s}) {
        QCOMPARE(hub.rebase(asked.resolved(QUrl(link)), asked), second);
        QCOMPARE(hub.rebase(QUrl(u"https://huggingface.co"_s + link), asked), second);
    }
    QCOMPARE(hub.rebase(second), second);
    const Endpoint other = *Endpoint::make(u"http://h/google"_s);
    const QUrl file = other.resolve(*core::RepoId::make(core::RepoType::Model, u"google/bert"_s),
                                    u"main"_s, u"a"_s);
    QCOMPARE(other.rebase(QUrl(u"http://h/google/bert2/resolve/main/a"_s), file),
             QUrl(u"http://h/google/google/bert2/resolve/main/a"_s));
}

void TestEndpoint::rebases()
{
    QFETCH(QString, endpoint);
    QFETCH(QByteArray, link);
    QFETCH(QByteArray, expected);
    QCOMPARE(Endpoint::make(endpoint)->rebase(QUrl::fromEncoded(link)).toEncoded(), expected);
}

QTEST_GUILESS_MAIN(TestEndpoint)
#include "endpoint.moc"
