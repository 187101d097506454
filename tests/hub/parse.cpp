#include "hub/parse.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>

using namespace Qt::StringLiterals;
using core::ErrorKind;
using core::RepoType;
using hub::GatedMode;
using hub::HeaderList;
using hub::TreeEntry;

class TestParse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void models();
    void datasetsAndSpaces();
    void modelInfo();
    void datasetInfo();
    void tree();
    void treeRefuses_data();
    void treeRefuses();
    void account();
    void hostile_data();
    void hostile();
    void oddFieldsAreIgnored();
    void links_data();
    void links();
    void rates_data();
    void rates();
    void errorBodies_data();
    void errorBodies();
};

static QByteArray data(const QString &name)
{
    QFile file(qEnvironmentVariable("HUBLOAD_TEST_DATA") + u"/hub/"_s + name);
    if (!file.open(QIODevice::ReadOnly))
        qCritical("missing %s", qPrintable(file.fileName()));
    return file.readAll();
}

void TestParse::models()
{
    const auto repos = hub::parseRepoList(RepoType::Model, data(u"models-page.json"_s));
    QVERIFY(repos);
    QCOMPARE(repos->size(), 3);
    const hub::RepoSummary first = repos->at(0);
    QCOMPARE(first.repo.id(), u"acme/tiny-llm-GGUF"_s);
    QCOMPARE(first.author, u"acme"_s);
    QCOMPARE(first.pipelineTag, u"text-generation"_s);
    QCOMPARE(first.libraryName, u"gguf"_s);
    QCOMPARE(first.tags, (QStringList{u"gguf"_s, u"en"_s, u"license:apache-2.0"_s}));
    QCOMPARE(first.lastModified.toString(Qt::ISODate), u"2025-05-09T13:02:11Z"_s);
    QCOMPARE(first.downloads, 90211);
    QCOMPARE(first.likes, 131);
    QCOMPARE(first.parameters, 8190735360);
    QVERIFY(first.gated == GatedMode::Open);
    const hub::RepoSummary second = repos->at(1);
    QVERIFY(second.gated == GatedMode::Manual && second.isPrivate);
    QCOMPARE(second.author, u"acme"_s); // from the id
    QCOMPARE(second.parameters, 4022468096);
    QVERIFY(second.pipelineTag.isEmpty() && second.tags.isEmpty());
    QVERIFY(!second.lastModified.isValid());
    const hub::RepoSummary third = repos->at(2);
    QCOMPARE(third.repo.id(), u"gpt2"_s);
    QVERIFY(third.gated == GatedMode::Automatic);
    QCOMPARE(third.downloads, -1);
}

void TestParse::datasetsAndSpaces()
{
    const auto sets = hub::parseRepoList(RepoType::Dataset, data(u"datasets-page.json"_s));
    QVERIFY(sets && sets->size() == 1);
    QCOMPARE(sets->first().repo.display(), u"datasets/acme/rows"_s);
    const auto spaces = hub::parseRepoList(RepoType::Space, data(u"spaces-page.json"_s));
    QVERIFY(spaces && spaces->size() == 1);
    QCOMPARE(spaces->first().likes, 3);
    QCOMPARE(hub::parseRepoList(RepoType::Model, "[]"_ba)->size(), 0);
}

void TestParse::modelInfo()
{
    const auto info = hub::parseRepoInfo(RepoType::Model, data(u"model-info.json"_s));
    QVERIFY(info);
    QCOMPARE(info->commit, u"ae329b6937f31305a0d6c6779f6cd4072cc4097e"_s);
    QCOMPARE(info->license, u"mit, other"_s);
    QVERIFY(info->disabled);
    QCOMPARE(info->summary.parameters, 137022720);
}

void TestParse::datasetInfo()
{
    const auto info = hub::parseRepoInfo(RepoType::Dataset, data(u"dataset-info.json"_s));
    QVERIFY(info);
    QCOMPARE(info->license, u"cc-by-4.0"_s);
    QCOMPARE(info->description, u"Two\nlines"_s);
    QVERIFY(info->summary.gated == GatedMode::Automatic);
}

void TestParse::tree()
{
    const auto page = hub::parseTree(data(u"tree.json"_s));
    QVERIFY(page);
    QVERIFY(page->refused.isEmpty());
    QCOMPARE(page->entries.size(), 5);
    QVERIFY(page->entries[0].kind == TreeEntry::Kind::Folder);
    QVERIFY(!page->entries[0].contentId());
    const TreeEntry config = page->entries[1];
    QVERIFY(!config.lfs && config.size == 313);
    QVERIFY(config.contentId()->kind == core::ContentId::Kind::GitSha1);
    QCOMPARE(config.contentId()->text, u"fca794a5f07ff8f963fe8b61e3694b0fb7f955df"_s);
    const TreeEntry model = page->entries[2];
    QVERIFY(model.lfs && model.size == 440473133);
    QVERIFY(model.contentId()->kind == core::ContentId::Kind::Sha256);
    QCOMPARE(model.contentId()->text, model.sha256);
    QCOMPARE(model.xetHash.size(), 64);
    const TreeEntry masked = page->entries[3];
    QVERIFY(masked.lfs && masked.size == 7);
    QVERIFY(masked.sha256.isEmpty() && masked.xetHash.isEmpty() && !masked.contentId());
    QCOMPARE(page->entries[4].path, u"grüße + 100%.txt"_s);
}

void TestParse::treeRefuses_data()
{
    QTest::addColumn<QByteArray>("entry");
    const QByteArray file = R"("type":"file","oid":"fca794a5f07ff8f963fe8b61e3694b0fb7f955df")"_ba;
    for (const QByteArray &path :
         {"../x"_ba, "/etc/passwd"_ba, "a/../../b"_ba, "a\\\\b"_ba, "C:/x"_ba, ""_ba, "a//b"_ba,
          "./a"_ba, "a\\u0000b"_ba, "a\\u001bb"_ba})
        QTest::newRow(path.constData())
            << R"({"size":1,"path":")"_ba + path + R"(",)"_ba + file + '}';
    for (const QByteArray &size : {"-1"_ba, "9007199254740994"_ba, "1e300"_ba, "1.5"_ba, "\"1\""_ba,
                                   "null"_ba, "true"_ba, "[1]"_ba})
        QTest::newRow(size.constData()) << R"({"path":"a","size":)"_ba + size + ',' + file + '}';
    QTest::newRow("no size") << R"({"path":"a",)"_ba + file + '}';
    QTest::newRow("bad lfs size") << R"({"path":"a","size":1,"lfs":{"size":-5},)"_ba + file + '}';
    QTest::newRow("odd type") << R"({"path":"a","size":1,"type":"unknown"})"_ba;
    QTest::newRow("no type") << R"({"path":"a","size":1})"_ba;
}

void TestParse::treeRefuses()
{
    QFETCH(QByteArray, entry);
    const auto page = hub::parseTree(
        "["_ba + entry + R"(,{"type":"file","path":"good","size":9007199254740992}])"_ba);
    QVERIFY(page);
    QCOMPARE(page->refused.size(), 1);
    QCOMPARE(page->entries.size(), 1);
    QCOMPARE(page->entries.first().size, 9007199254740992);
    QVERIFY(!page->entries.first().contentId()); // it has no id at all
}

void TestParse::account()
{
    const auto account = hub::parseAccount(data(u"whoami.json"_s));
    QVERIFY(account);
    QCOMPARE(account->name, u"someuser"_s);
    QCOMPARE(account->fullName, u"Some User"_s);
    QCOMPARE(account->role, u"fineGrained"_s);
    QVERIFY(account->isPro);
    QVERIFY(hub::parseAccount(R"({"name":"x","auth":null})"_ba)->role.isEmpty());
    QCOMPARE(hub::parseAccount(R"({"error":"no"})"_ba).error().kind, ErrorKind::Protocol);
}

void TestParse::hostile_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("nothing") << ""_ba;
    QTest::newRow("html") << "<!DOCTYPE html><html>"_ba;
    QTest::newRow("cut") << R"([{"id":"a/b","li)"_ba;
    QTest::newRow("text") << R"("x")"_ba;
    QTest::newRow("null") << "null"_ba;
    QTest::newRow("array of arrays") << "[[]]"_ba;
    QTest::newRow("array of null") << "[null]"_ba;
    QTest::newRow("deep arrays") << QByteArray(2'000'000, '[');
    QTest::newRow("deep objects") << QByteArray("{\"a\":").repeated(500'000);
    QTest::newRow("broken UTF-8") << "[{\"id\":\"a/\xff\xfe\",\"path\":\"\xc3\x28\"}]"_ba;
    QTest::newRow("zeros") << QByteArray(1000, '\0');
}

void TestParse::hostile()
{
    QFETCH(QByteArray, json);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!hub::parseRepoList(RepoType::Model, json));
    QVERIFY(!hub::parseTree(json));
    QVERIFY(!hub::parseRepoInfo(RepoType::Model, json));
    QVERIFY(!hub::parseAccount(json));
    hub::parseErrorBody(json, "application/json");
    QVERIFY(timer.elapsed() < 5000);
}

void TestParse::oddFieldsAreIgnored()
{
    const auto repos = hub::parseRepoList(RepoType::Model, R"([
        {"id":"../../etc","likes":1}, {"id":5}, {},
        {"id":"a/b","id":"c/d","likes":-3,"downloads":1e300,"tags":{"a":1},"gated":[],"author":7,
         "lastModified":"yesterday","safetensors":"x","gguf":{"total":"many"},"private":"yes"},
        {"id":"e/f","likes":1.5,"downloads":true,"tags":["a",1,null,["b"],"c"],"gated":true}])"_ba);
    QVERIFY(repos);
    QCOMPARE(repos->size(), 2);
    const hub::RepoSummary odd = repos->first();
    QVERIFY(odd.repo.id() == u"c/d"_s || odd.repo.id() == u"a/b"_s);
    QCOMPARE(odd.likes, -1);
    QCOMPARE(odd.downloads, -1);
    QCOMPARE(odd.parameters, -1);
    QVERIFY(!odd.lastModified.isValid() && odd.tags.isEmpty() && !odd.isPrivate);
    QCOMPARE(repos->last().tags, (QStringList{u"a"_s, u"c"_s}));
    QCOMPARE(repos->last().likes, -1);
    QVERIFY(
        hub::parseRepoInfo(RepoType::Model, R"({"id":"a/b","sha":"../x"})"_ba)->commit.isEmpty());
}

void TestParse::links_data()
{
    QTest::addColumn<QList<QByteArray>>("values");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const QList<QByteArray> &values,
                        const QByteArray &expected) { QTest::newRow(name) << values << expected; };
    row("plain", {R"(<https://h/api/models?limit=2&cursor=eyIk%3D%3D>; rel="next")"_ba},
        "https://h/api/models?limit=2&cursor=eyIk%3D%3D"_ba);
    row("commas inside", {R"(<https://h/a?b=1,2>; rel="prev", <https://h/a?b=3,4>; rel="next")"_ba},
        "https://h/a?b=3,4"_ba);
    row("other relations",
        {R"(</api/x>; rel="xet-auth", <https://c/v1>; rel="xet-reconstruction-info")"_ba}, ""_ba);
    row("two headers", {R"(<https://h/1>; rel="prev")"_ba, R"(<https://h/2>; rel="next")"_ba},
        "https://h/2"_ba);
    row("no quotes", {"<https://h/2>;rel=next"_ba}, "https://h/2"_ba);
    row("case", {R"(<https://h/2>; REL="Next")"_ba}, "https://h/2"_ba);
    row("many parameters",
        {R"(<https://h/2>; title="a, <b>; rel=\"no\""; rel = "last next"; x=y)"_ba},
        "https://h/2"_ba);
    row("single quotes", {"<https://h/2>; rel='next'"_ba}, "https://h/2"_ba);
    row("no brackets", {"https://h/2; rel=\"next\""_ba}, "refused"_ba);
    row("rel inside a title", {R"(<https://h/2>; title="rel=next")"_ba}, ""_ba);
    row("first rel counts", {R"(<https://h/2>; rel="prev"; rel="next")"_ba}, ""_ba);
    row("relative", {R"(</api/models?cursor=a%2Fb>; rel="next")"_ba},
        "http://base:1/api/models?cursor=a%2Fb"_ba);
    row("query only", {R"(<?cursor=x>; rel="next")"_ba}, "http://base:1/p/list?cursor=x"_ba);
    row("no comma between", {R"(<https://h/1>; rel="prev" <https://h/2>; rel="next")"_ba},
        "https://h/2"_ba);
    row("file", {R"(<file:///etc/passwd>; rel="next")"_ba}, "refused"_ba);
    row("script", {R"(<javascript:alert(1)>; rel="next")"_ba}, "refused"_ba);
    row("fragment", {"<https://h/2?a=%23b#c>;rel=next"_ba}, "https://h/2?a=%23b"_ba);
    row("dots", {"<https://h/a/../2>;rel=next"_ba}, "https://h/2"_ba);
    row("empty target", {R"(<>; rel="next")"_ba}, "refused"_ba);
    row("unfinished", {R"(<https://h/2; rel="next")"_ba}, "refused"_ba);
    row("broken off behind another", {R"(<https://h/1>; rel="prev", <https://h)"_ba}, "refused"_ba);
    row("open quote", {R"(<https://h/2>; rel="next)"_ba}, "https://h/2"_ba);
    row("nothing", {""_ba, ","_ba, ";;;"_ba, ">"_ba, "<>"_ba, "\""_ba}, ""_ba);
    row("a flood", {QByteArray("<a>;").repeated(100'000)}, ""_ba);
}

void TestParse::links()
{
    QFETCH(QList<QByteArray>, values);
    HeaderList headers = {{"Content-Type"_ba, "text/plain"_ba}};
    for (const QByteArray &value : values)
        headers.append({"LINK"_ba, value});
    const auto next = hub::parseNextLink(headers, QUrl(u"http://base:1/p/list?limit=5"_s));
    QTEST(next ? next->toEncoded() : "refused"_ba, "expected");
    if (!next)
        QCOMPARE(next.error().kind, core::ErrorKind::Protocol);
}

void TestParse::rates_data()
{
    QTest::addColumn<QByteArray>("limit");
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<QByteArray>("age");
    QTest::addColumn<QByteArray>("expected"); // bucket left reset quota window
    const QByteArray api = R"("api";r=489;t=189)"_ba;
    const QByteArray policy = R"("fixed window";"api";q=500;w=300)"_ba;
    QTest::newRow("both") << api << policy << ""_ba
                          << "api 489 189 500 300"_ba;
    QTest::newRow("limit only") << api << ""_ba
                                << ""_ba
                                << "api 489 189 -1 300"_ba;
    QTest::newRow("blanks") << R"( "resolvers" ; r = 0 ; t = 5 )"_ba
                            << R"("fixed window" ; "resolvers" ; q = 3000 ; w = 60)"_ba
                            << "0"_ba
                            << "resolvers 0 5 3000 60"_ba;
    QTest::newRow("stale") << api << policy << "1936"_ba
                           << ""_ba;
    QTest::newRow("nothing") << ""_ba << policy << ""_ba
                             << ""_ba;
    QTest::newRow("negative") << R"("api";r=-1;t=5)"_ba << policy << ""_ba
                              << ""_ba;
    QTest::newRow("huge") << R"("api";r=99999999999999999999;t=99999999999999999999)"_ba << policy
                          << ""_ba
                          << "api 1000000000 1000000000 500 300"_ba;
    QTest::newRow("odd policy") << api << "?"_ba
                                << ""_ba
                                << "api 489 189 -1 300"_ba;
    QTest::newRow("a flood") << QByteArray("\"a\";r=1;").repeated(10000) << policy << ""_ba
                             << ""_ba;
}

void TestParse::rates()
{
    QFETCH(QByteArray, limit);
    QFETCH(QByteArray, policy);
    QFETCH(QByteArray, age);
    HeaderList headers;
    const auto add = [&headers](const QByteArray &name, const QByteArray &value) {
        if (!value.isEmpty())
            headers.append({name, value});
    };
    add("rateLimit"_ba, limit);
    add("ratelimit-policy"_ba, policy);
    add("AGE"_ba, age);
    QByteArray found;
    if (const auto rate = hub::parseRate(headers)) {
        found = u"%1 %2 %3 %4 %5"_s.arg(rate->bucket)
                    .arg(rate->left)
                    .arg(rate->reset.count())
                    .arg(rate->quota)
                    .arg(rate->window.count())
                    .toLatin1();
    }
    QTEST(found, "expected");
}

void TestParse::errorBodies_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QString>("expected");
    const QByteArray json = "application/json; charset=utf-8"_ba;
    QTest::newRow("text") << R"({"error":"Repository not found"})"_ba << json
                          << u"Repository not found"_s;
    QTest::newRow("list") << R"({"error":["a","b","a"]})"_ba << json << u"a; b"_s;
    QTest::newRow("errors")
        << R"({"httpStatusCode":400,"errors":[{"message":"m","type":"error"}]})"_ba << json
        << u"m"_s;
    QTest::newRow("errors in one text")
        << R"({"errors":"only a text"})"_ba << json << u"only a text"_s;
    QTest::newRow("one error") << R"({"errors":{"message":"m"}})"_ba << json << u"m"_s;
    QTest::newRow("list of objects")
        << R"({"error":[{"message":"a"},"b",5,null]})"_ba << json << u"a; b"_s;
    QTest::newRow("nothing but a list")
        << R"(["first reason","second reason"])"_ba << json << u"first reason; second reason"_s;
    QTest::newRow("nothing but a list of objects")
        << R"([{"message":"a"},[],{"message":{}}])"_ba << json << u"a"_s;
    QTest::newRow("brackets in a text") << "[a] was refused"_ba
                                        << "text/plain"_ba << u"[a] was refused"_s;
    QTest::newRow("oauth") << R"({"error":"code","error_description":"words"})"_ba << json
                           << u"code; words"_s;
    QTest::newRow("git") << R"({"message":"words"})"_ba << json << u"words"_s;
    QTest::newRow("plain") << "Entry not found"_ba
                           << "text/plain; charset=utf-8"_ba << u"Entry not found"_s;
    QTest::newRow("html") << "<html>no</html>"_ba
                          << "text/html"_ba << u""_s;
    QTest::newRow("html in disguise") << " <!DOCTYPE html>"_ba
                                      << "text/plain"_ba << u""_s;
    QTest::newRow("bytes") << "\x89PNG"_ba
                           << "image/png"_ba << u""_s;
    QTest::newRow("odd") << R"({"error":5,"errors":{},"message":[]})"_ba << json << u""_s;
    QTest::newRow("long") << QByteArray(5000, 'x') << "text/plain"_ba << QString(1000, u'x');
    QTest::newRow("lines") << "a\r\nb\x1b[31m"_ba
                           << ""_ba << u"a b\x1b[31m"_s;
}

void TestParse::errorBodies()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, type);
    QTEST(hub::parseErrorBody(body, type), "expected");
}

QTEST_GUILESS_MAIN(TestParse)
#include "parse.moc"
