#include <QTest>

#include <cmath>

#include "hub/jsonfields.h"
#include "hub/parse.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using core::RepoId;
using core::RepoType;

// The parsers of the smaller answers, and what all of them refuse alike.
class TestAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusals_data();
    void refusals();
    void oddButJson_data();
    void oddButJson();
    void depth();
    void shapes_data();
    void shapes();
    void repoNumbers();
    void trending();
    void tags();
    void security();
    void expandedTree();
    void refs();
    void commits();
    void account();
    void avatars_data();
    void avatars();
    void users();
    void likes();
    void created_data();
    void created();
    void preupload();
    void commitResult();
    void contentRanges_data();
    void contentRanges();
    void staleRates();
    void compressedErrorBody();
};

static const QByteArray Commit = "607a30d783dfa663caf39e06633721c8d4cfcd7e"_ba;

void TestAnswers::refusals_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words"); // that the error begins with
    QTest::newRow("nothing") << ""_ba << u"an empty answer"_s;
    QTest::newRow("blanks") << " \r\n\t"_ba << u"an empty answer"_s;
    QTest::newRow("a mark alone") << "\xef\xbb\xbf"_ba << u"JSON behind a byte order mark"_s;
    QTest::newRow("marked JSON") << "\xef\xbb\xbf[]"_ba << u"JSON behind a byte order mark"_s;
    QTest::newRow("page") << "\n<!DOCTYPE html><p>[]"_ba << u"a web page instead"_s;
    QTest::newRow("gzip") << "\x1f\x8b\x08[]"_ba << u"compressed bytes instead"_s;
    QTest::newRow("zero inside") << QByteArray("[{\"id\":\"a\0b\"}]", 14) << u"zero bytes"_s;
    QTest::newRow("UTF-16") << QByteArray("[\0]\0", 4) << u"zero bytes"_s;
    QTest::newRow("Latin-1") << "[{\"id\":\"gr\xfc\xdf\"}]"_ba << u"JSON that is not UTF-8"_s;
    QTest::newRow("overlong") << "[\"\xc0\xaf\"]"_ba << u"JSON that is not UTF-8"_s;
    QTest::newRow("surrogate bytes") << "[\"\xed\xa0\x80\"]"_ba << u"JSON that is not UTF-8"_s;
    QTest::newRow("words") << "OK"_ba << u"neither a JSON object"_s;
    QTest::newRow("number") << "1"_ba << u"neither a JSON object"_s;
    QTest::newRow("cut array") << "[{\"id\":\"a/b\"},"_ba << u"JSON that ends early"_s;
    QTest::newRow("cut object") << "{\"id\":{"_ba << u"JSON that ends early"_s;
    QTest::newRow("cut text") << "[{\"id\":\"a/b}]"_ba << u"JSON that ends early"_s;
    QTest::newRow("cut escape") << "[\"a\\"_ba << u"JSON that ends early"_s;
    QTest::newRow("escaped end") << "[\"a\\\"]"_ba << u"JSON that ends early"_s;
    QTest::newRow("garbage") << "[] x"_ba << u"JSON with something behind its end, at byte"_s;
    QTest::newRow("two answers") << "{}{}"_ba << u"JSON with something behind its end"_s;
    QTest::newRow("deep") << QByteArray(65, '[') + QByteArray(65, ']') << u"JSON nested deeper"_s;
    QTest::newRow("very deep") << QByteArray("{\"a\":[").repeated(500'000)
                               << u"JSON nested deeper"_s;
    QTest::newRow("comma") << "[1,]"_ba << u"not JSON: "_s;
    QTest::newRow("no value") << "{\"a\":}"_ba << u"not JSON: "_s;
    QTest::newRow("comment") << "[/*1*/]"_ba << u"not JSON: "_s;
    QTest::newRow("endless number") << "[1e999]"_ba << u"not JSON: illegal number"_s;
    QTest::newRow("not a number") << "[NaN]"_ba << u"not JSON: "_s;
}

void TestAnswers::refusals()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    const auto document = hub::readJson(bytes);
    QVERIFY(!document);
    QCOMPARE(document.error().kind, ErrorKind::Protocol);
    QVERIFY2(document.error().detail.startsWith(words), qPrintable(document.error().detail));
    // Every parser refuses it by the same words.
    QCOMPARE(hub::parseTree(bytes).error().detail, document.error().detail);
    QCOMPARE(hub::parseAccount(bytes).error().detail, document.error().detail);
    QCOMPARE(hub::parseCommitResult(bytes).error().detail, document.error().detail);
}

void TestAnswers::oddButJson_data()
{
    QTest::addColumn<QByteArray>("likes");
    QTest::addColumn<qint64>("expected");
    QTest::newRow("plain") << "7"_ba << qint64(7);
    QTest::newRow("fraction of none") << "7.0"_ba << qint64(7);
    QTest::newRow("exponent") << "7e2"_ba << qint64(700);
    QTest::newRow("minus nothing") << "-0"_ba << qint64(0);
    QTest::newRow("minus nothing, a fraction") << "-0.0"_ba << qint64(0);
    QTest::newRow("2^53") << "9007199254740992"_ba << qint64(9007199254740992);
    QTest::newRow("2^63") << "9223372036854775808"_ba << qint64(-1);
    QTest::newRow("2^64") << "18446744073709551616"_ba << qint64(-1);
    QTest::newRow("-2^63") << "-9223372036854775808"_ba << qint64(-1);
    QTest::newRow("huge") << "1e308"_ba << qint64(-1);
    QTest::newRow("tiny") << "1e-300"_ba << qint64(-1);
    QTest::newRow("twice") << "1,\"likes\":2"_ba << qint64(2); // the last one counts
    QTest::newRow("twice, odd last") << "1,\"likes\":null"_ba << qint64(-1);
}

void TestAnswers::oddButJson()
{
    QFETCH(QByteArray, likes);
    const QByteArray json = " {\"id\":\"a/b\",\"likes\":"_ba + likes + "}\n"_ba;
    const auto info = hub::parseRepoInfo(RepoType::Model, json);
    QVERIFY2(info, qPrintable(info ? QString() : info.error().detail));
    QTEST(info->summary.likes, "expected");
}

void TestAnswers::depth()
{
    const QByteArray most(hub::DeepestJson, '[');
    QVERIFY(hub::readJson(most + QByteArray(hub::DeepestJson, ']')));
    QVERIFY(!hub::readJson('[' + most + QByteArray(hub::DeepestJson + 1, ']')));
    // Brackets in texts and side by side are no depth.
    QVERIFY(hub::readJson("[\"" + QByteArray(1000, '[') + "\\\"{\"]"));
    QVERIFY(hub::readJson('[' + "[],"_ba.repeated(1000) + "{}]"));
}

void TestAnswers::shapes_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const QByteArray &json :
         {"{}"_ba, "[]"_ba, "[{}]"_ba, "[[]]"_ba, "[null]"_ba, R"({"error":"no"})"_ba,
          R"({"branches":null,"files":null,"recentlyTrending":{},"url":5,"commitOid":5})"_ba})
        QTest::newRow(json.constData()) << json;
}

// What is no answer is Protocol; an empty list is a list.
void TestAnswers::shapes()
{
    QFETCH(QByteArray, json);
    const bool isList = json == "[]"_ba || json == "[{}]"_ba;
    QCOMPARE(hub::parseCommits(json).has_value(), isList);
    QCOMPARE(hub::parseUsers(json).has_value(), isList);
    QCOMPARE(hub::parseLikes(json).has_value(), isList);
    if (isList) {
        QVERIFY(hub::parseCommits(json)->isEmpty());
        QVERIFY(hub::parseUsers(json)->isEmpty());
        QVERIFY(hub::parseLikes(json)->isEmpty());
    }
    QVERIFY(!hub::parseRefs(json));
    QVERIFY(!hub::parseSecurity(json));
    QVERIFY(!hub::parseTrending(json));
    QVERIFY(!hub::parseCreated(json));
    QVERIFY(!hub::parsePreupload(json));
    QVERIFY(!hub::parseCommitResult(json));
    QVERIFY(!hub::parseRepoInfo(RepoType::Model, json));
    QCOMPARE(hub::parseTagsByType(json).has_value(), json == "{}"_ba);
}

void TestAnswers::repoNumbers()
{
    const auto info = hub::parseRepoInfo(RepoType::Space, R"({"id":"a/b","sdk":"docker",
        "createdAt":"2025-11-04T08:25:31.250Z","lastModified":"2025-11-05T08:25:31",
        "trendingScore":12.5,"usedStorage":43587527997,"downloadsAllTime":28272325,
        "gguf":{"total":5,"architecture":"qwen3","context_length":40960}})"_ba);
    QVERIFY(info);
    QCOMPARE(info->summary.sdk, u"docker"_s);
    QCOMPARE(info->summary.created.toString(Qt::ISODateWithMs), u"2025-11-04T08:25:31.250Z"_s);
    QCOMPARE(info->summary.lastModified.toString(Qt::ISODate), u"2025-11-05T08:25:31Z"_s);
    QCOMPARE(info->summary.trendingScore, 12.5);
    QCOMPARE(info->usedStorage, 43587527997);
    QCOMPARE(info->downloadsAllTime, 28272325);
    QCOMPARE(info->summary.parameters, 5);
    QCOMPARE(info->summary.ggufArchitecture, u"qwen3"_s);
    QCOMPARE(info->summary.contextLength, 40960);

    const auto bare = hub::parseRepoInfo(RepoType::Model, R"({"id":"a/b","gguf":null,
        "trendingScore":"many","createdAt":17,"usedStorage":-4,"sdk":["x"]})"_ba);
    QVERIFY(bare);
    QVERIFY(!bare->summary.created.isValid() && bare->summary.sdk.isEmpty());
    QVERIFY(bare->summary.trendingScore < 0.0);
    QCOMPARE(bare->usedStorage, -1);
    QCOMPARE(bare->downloadsAllTime, -1);
    QCOMPARE(bare->summary.contextLength, -1);
}

void TestAnswers::trending()
{
    const auto repos = hub::parseTrending(R"({"recentlyTrending":[
        {"repoType":"model","repoData":{"id":"a/m","author":"a","likes":4,"numParameters":7000}},
        {"repoType":"space","repoData":{"id":"a/s","sdk":"gradio"}},
        {"repoType":"dataset","repoData":{"id":"a/d","gated":"auto"}},
        {"repoType":"kernel","repoData":{"id":"a/k"}},
        {"repoType":"model","repoData":{"id":"../m"}}, {"repoType":"model"}, 5, null]})"_ba);
    QVERIFY(repos);
    QCOMPARE(repos->size(), 3);
    QCOMPARE(repos->at(0).repo.display(), u"a/m"_s);
    QCOMPARE(repos->at(0).parameters, 7000);
    QCOMPARE(repos->at(1).repo.display(), u"spaces/a/s"_s);
    QCOMPARE(repos->at(2).repo.display(), u"datasets/a/d"_s);
    QVERIFY(repos->at(2).gated == hub::GatedMode::Automatic);
}

void TestAnswers::tags()
{
    const auto tags = hub::parseTagsByType(R"({"license":[
        {"id":"license:mit","label":"mit","type":"license"}, {"id":"license:x"}, {"label":"y"}],
        "library":[{"id":"gguf","label":"GGUF","type":"library"}, 7], "region":null})"_ba);
    QVERIFY(tags);
    const QList<hub::Tag> expected = {{u"gguf"_s, u"GGUF"_s, u"library"_s},
                                      {u"license:mit"_s, u"mit"_s, u"license"_s},
                                      {u"license:x"_s, u"license:x"_s, u"license"_s}};
    QCOMPARE(*tags, expected);
    const auto many =
        hub::parseTagsByType("{\"language\":[" + "{\"id\":\"x\"},"_ba.repeated(60'000) + "{}]}");
    QVERIFY(many);
    QCOMPARE(many->size(), 50'000);
}

void TestAnswers::security()
{
    const QByteArray bare = R"({"scansDone":true,"filesWithIssues":[
        {"path":"a/model.pkl","level":"unsafe"}, {"path":"../x","level":"unsafe"},
        {"path":"b.bin"}, {"level":"caution"}, 1]})"_ba;
    for (const QByteArray &json :
         {bare, R"({"id":"a/b","scansDone":false,"securityRepoStatus":)"_ba + bare + '}'}) {
        const auto status = hub::parseSecurity(json);
        QVERIFY(status && status->scansDone);
        const QList<hub::SecurityStatus::Issue> expected = {{u"a/model.pkl"_s, u"unsafe"_s},
                                                            {u"b.bin"_s, QString()}};
        QCOMPARE(status->issues, expected);
    }
    QVERIFY(!hub::parseSecurity(R"({"filesWithIssues":[]})"_ba)->scansDone);
    QVERIFY(!hub::parseSecurity(R"({"securityRepoStatus":null})"_ba)->scansDone);
    QVERIFY(!hub::parseSecurity(R"({"id":"a/b","securityRepoStatus":5})"_ba));
}

void TestAnswers::expandedTree()
{
    const auto page = hub::parseTree(R"([
        {"type":"file","path":"a","size":1,"securityFileStatus":{"status":"unsafe","avScan":{}},
         "lastCommit":{"id":")"_ba + Commit
                                     + R"(","title":"t","date":"2019-09-23T19:48:44.000Z"}},
        {"type":"directory","path":"d","lastCommit":null,"securityFileStatus":7},
        {"type":"file","path":"b","size":1,"lastCommit":{"id":"main"},"securityFileStatus":null}])"_ba);
    QVERIFY(page);
    QCOMPARE(page->entries.size(), 3);
    const hub::TreeEntry first = page->entries.first();
    QCOMPARE(first.securityStatus, u"unsafe"_s);
    QVERIFY(first.lastCommit);
    QCOMPARE(first.lastCommit->id, QString::fromLatin1(Commit));
    QCOMPARE(first.lastCommit->title, u"t"_s);
    QCOMPARE(first.lastCommit->date.toString(Qt::ISODate), u"2019-09-23T19:48:44Z"_s);
    for (const hub::TreeEntry &other : page->entries.sliced(1))
        QVERIFY(!other.lastCommit && other.securityStatus.isEmpty());
}

void TestAnswers::refs()
{
    const auto refs = hub::parseRefs(R"({"branches":[
        {"name":"main","ref":"refs/heads/main","targetCommit":")"_ba
                                     + Commit.toUpper() + R"("},
        {"name":"../x","ref":"refs/heads/x"}, {"name":"y","ref":"refs/heads/../y"}, {"name":"z"}],
        "tags":[{"name":"v1","ref":"refs/tags/v1","targetCommit":"../../etc"}],"converts":7,
        "pullRequests":[{"name":"refs/pr/3","ref":"refs/pr/3"}]})"_ba);
    QVERIFY(refs);
    const QList<hub::RefInfo> branches = {
        {u"main"_s, u"refs/heads/main"_s, QString::fromLatin1(Commit)}};
    QCOMPARE(refs->branches, branches);
    const QList<hub::RefInfo> tags = {{u"v1"_s, u"refs/tags/v1"_s, QString()}};
    QCOMPARE(refs->tags, tags);
    QVERIFY(refs->converts.isEmpty());
    QCOMPARE(refs->pullRequests.value(0).ref, u"refs/pr/3"_s);
}

void TestAnswers::commits()
{
    const auto commits = hub::parseCommits(R"([{"id":")"_ba + Commit + R"(","title":"T",
        "message":"M","authors":[{"user":"a"},{"user":null},{"avatar":"x"},"b",{"user":"system"}],
        "date":"2024-02-19T10:57:45.000Z"}, {"id":"main","title":"no"},
        {"id":")"_ba + Commit + R"(","title":4,"authors":{},"date":"soon"}])"_ba);
    QVERIFY(commits);
    QCOMPARE(commits->size(), 2);
    const hub::CommitInfo first = commits->first();
    QCOMPARE(first.id, QString::fromLatin1(Commit));
    QCOMPARE(first.title + first.message, u"TM"_s);
    QCOMPARE(first.authors, (QStringList{u"a"_s, u"system"_s}));
    QCOMPARE(first.date.toString(Qt::ISODate), u"2024-02-19T10:57:45Z"_s);
    QVERIFY(commits->last().title.isEmpty() && !commits->last().date.isValid());
}

void TestAnswers::account()
{
    const auto account = hub::parseAccount(R"({"type":"user","name":"someuser","isPro":true,
        "avatarUrl":"/avatars/a.svg","orgs":[{"name":"acme"},{"name":"../x"},{"name":"a/b"},{},1],
        "auth":{"type":"access_token","accessToken":{"displayName":"laptop","role":"read"}}})"_ba);
    QVERIFY(account);
    QCOMPARE(account->type, u"user"_s);
    QCOMPARE(account->avatarUrl, u"/avatars/a.svg"_s);
    QCOMPARE(account->orgs, QStringList{u"acme"_s});
    QCOMPARE(account->tokenName, u"laptop"_s);
    QCOMPARE(account->role, u"read"_s);
    QVERIFY(account->isPro && !account->isFineGrained);
    QVERIFY(hub::parseAccount(R"({"name":"x","auth":{"accessToken":{"role":"fineGrained"}}})"_ba)
                ->isFineGrained);
    const auto bare = hub::parseAccount(R"({"name":"x","orgs":null,"auth":{"type":"oauth"}})"_ba);
    QVERIFY(bare && bare->orgs.isEmpty() && bare->role.isEmpty() && bare->tokenName.isEmpty());
}

void TestAnswers::avatars_data()
{
    QTest::addColumn<QString>("avatar");
    QTest::addColumn<QString>("expected");
    for (const auto &kept : {u"https://cdn/x.png"_s, u"http://cdn/x"_s, u"/avatars/x.svg"_s})
        QTest::newRow(qPrintable(kept)) << kept << kept;
    for (const auto &dropped :
         {u"//other.host/x"_s, u"file:///etc/passwd"_s, u"javascript:alert(1)"_s, u"x.png"_s,
          u"https://user:word@cdn/x"_s, u"https:///x"_s, u""_s})
        QTest::newRow(qPrintable(u"dropped "_s + dropped)) << dropped << QString();
    QTest::newRow("endless") << u"https://cdn/"_s + QString(5000, u'x') << QString();
}

void TestAnswers::avatars()
{
    QFETCH(QString, avatar);
    const auto users =
        hub::parseUsers("[{\"user\":\"a\",\"avatarUrl\":\""_ba + avatar.toUtf8() + "\"}]"_ba);
    QVERIFY(users && users->size() == 1);
    QTEST(users->first().avatarUrl, "expected");
}

void TestAnswers::users()
{
    const auto users = hub::parseUsers(R"([
        {"user":"a","fullname":"A B","isPro":true,"avatarUrl":"/x"}, {"name":"c","isPro":"yes"},
        {"user":"a/b"}, {"user":7}, {"fullname":"nobody"}])"_ba);
    QVERIFY(users);
    const QList<hub::User> expected = {{u"a"_s, u"A B"_s, u"/x"_s, true},
                                       {u"c"_s, QString(), QString(), false}};
    QCOMPARE(*users, expected);
}

void TestAnswers::likes()
{
    const auto likes = hub::parseLikes(R"([
        {"createdAt":"2025-01-02T03:04:05.000Z","repo":{"name":"a/b","type":"dataset"}},
        {"createdAt":null,"repo":{"name":"gpt2","type":"model"}},
        {"repo":{"name":"a/b","type":"kernel"}}, {"repo":{"name":"a/../b","type":"model"}},
        {"repo":"a/b"}])"_ba);
    QVERIFY(likes);
    QCOMPARE(likes->size(), 2);
    QCOMPARE(likes->first().repo.display(), u"datasets/a/b"_s);
    QCOMPARE(likes->first().likedAt.toString(Qt::ISODate), u"2025-01-02T03:04:05Z"_s);
    QCOMPARE(likes->last().repo.display(), u"gpt2"_s);
    QVERIFY(!likes->last().likedAt.isValid());
}

void TestAnswers::created_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("repo"); // empty: the address tells none; "-": refused
    QTest::newRow("model") << u"https://huggingface.co/alice/m"_s << u"alice/m"_s;
    QTest::newRow("space") << u"https://huggingface.co/spaces/a/s"_s << u"spaces/a/s"_s;
    QTest::newRow("data set") << u"http://127.0.0.1:8080/datasets/a/d/"_s << u"datasets/a/d"_s;
    QTest::newRow("prefix") << u"https://mirror/hub/a/m"_s << u"a/m"_s;
    QTest::newRow("kernel") << u"https://huggingface.co/kernels/a/k"_s << u""_s;
    QTest::newRow("bad name") << u"https://huggingface.co/a/..%2Fb"_s << u""_s;
    QTest::newRow("short") << u"https://huggingface.co/a"_s << u""_s;
    QTest::newRow("script") << u"javascript:alert(1)"_s << u"-"_s;
    QTest::newRow("relative") << u"/a/b"_s << u"-"_s;
    QTest::newRow("password") << u"https://a:b@huggingface.co/a/b"_s << u"-"_s;
}

void TestAnswers::created()
{
    QFETCH(QString, url);
    QFETCH(QString, repo);
    const auto created = hub::parseCreated(R"({"error":"You already created this repo","url":")"_ba
                                           + url.toUtf8() + R"("})"_ba);
    QCOMPARE(created.has_value(), repo != u"-"_s);
    if (!created)
        return;
    QCOMPARE(created->url, url);
    QCOMPARE(created->repo ? created->repo->display() : QString(), repo);
}

void TestAnswers::preupload()
{
    using Mode = hub::UploadMode::Mode;
    const auto modes = hub::parsePreupload(R"({"files":[
        {"path":"README.md","uploadMode":"regular","shouldIgnore":false,"oid":null},
        {"path":"m.gguf","uploadMode":"lfs","oid":")"_ba
                                           + QByteArray(64, 'A') + R"("},
        {"path":"x.pyc","shouldIgnore":true,"uploadMode":null,"oid":"short"},
        {"path":"../x","uploadMode":"regular"}, 5]})"_ba);
    QVERIFY(modes);
    const QList<hub::UploadMode> expected = {
        {u"README.md"_s, Mode::Regular, false, QString()},
        {u"m.gguf"_s, Mode::Lfs, false, QString(64, u'a')},
        {u"x.pyc"_s, Mode::Regular, true, QString()},
    };
    QCOMPARE(*modes, expected);
    QVERIFY(!hub::parsePreupload(R"({"files":[{"path":"a","uploadMode":"pigeon"}]})"_ba));
    QVERIFY(!hub::parsePreupload(R"({"files":[{"path":"a"}]})"_ba));
    QVERIFY(hub::parsePreupload(R"({"files":[]})"_ba)->isEmpty());
}

void TestAnswers::commitResult()
{
    const auto result = hub::parseCommitResult(
        R"({"success":true,"commitOid":")"_ba + Commit
        + R"(","commitUrl":"https://h/a/b/commit/)"_ba + Commit
        + R"(","pullRequestUrl":"https://h/datasets/a/b/discussions/17"})"_ba);
    QVERIFY(result);
    QCOMPARE(result->commit, QString::fromLatin1(Commit));
    QCOMPARE(result->url, u"https://h/a/b/commit/"_s + result->commit);
    QCOMPARE(result->pullRequest.value_or(0), 17);

    const auto bare = hub::parseCommitResult(R"({"commitOid":")"_ba + Commit + R"(",
        "commitUrl":"file:///x","pullRequestUrl":"https://h/discussions/99999999999999"})"_ba);
    QVERIFY(bare && bare->url.isEmpty() && !bare->pullRequest);
    QVERIFY(!hub::parseCommitResult(R"({"success":true,"commitOid":"main"})"_ba));
    QVERIFY(!hub::parseCommitResult(R"({"success":false,"commitOid":")"_ba + Commit + "\"}"));
}

void TestAnswers::contentRanges_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("expected"); // begin, end behind the last byte, total
    QTest::newRow("plain") << "bytes 0-99/548105171"_ba << u"0 100 548105171"_s;
    QTest::newRow("blanks") << " Bytes\t 1000-1999/82468078 "_ba << u"1000 2000 82468078"_s;
    QTest::newRow("no total") << "BYTES 5-5/*"_ba << u"5 6 *"_s;
    QTest::newRow("whole") << "bytes 0-0/1"_ba << u"0 1 1"_s;
    QTest::newRow("largest") << "bytes 0-999999999999999998/999999999999999999"_ba
                             << u"0 999999999999999999 999999999999999999"_s;
    for (const QByteArray &odd : {""_ba,
                                  "bytes"_ba,
                                  "bytes "_ba,
                                  "bytes0-1/2"_ba,
                                  "items 0-1/2"_ba,
                                  "bytes */100"_ba,
                                  "bytes 0-1"_ba,
                                  "bytes 0-1/"_ba,
                                  "bytes 1-0/2"_ba,
                                  "bytes 0-2/2"_ba,
                                  "bytes -1-1/2"_ba,
                                  "bytes 0-1/2 3"_ba,
                                  "bytes 0-1/**"_ba,
                                  "bytes 0 -1/2"_ba,
                                  "bytes 0--1/2"_ba,
                                  "bytes 0-1/9999999999999999999"_ba,
                                  "bytes 0-1000000000000000000/*"_ba,
                                  "bytes 0-1/2,bytes 0-1/2"_ba,
                                  "bytes 0x0-1/2"_ba,
                                  "bytes 0-1/+2"_ba})
        QTest::newRow(odd.constData()) << odd << QString();
    QTest::newRow("endless") << "bytes "_ba + QByteArray(100'000, '0') + "-1/2"_ba << QString();
}

void TestAnswers::contentRanges()
{
    QFETCH(QByteArray, value);
    QString found;
    if (const auto range = hub::parseContentRange(value))
        found = u"%1 %2 %3"_s.arg(range->begin)
                    .arg(range->end)
                    .arg(range->total ? QString::number(*range->total) : u"*"_s);
    QTEST(found, "expected");
}

void TestAnswers::staleRates()
{
    const auto rateWith = [](const QByteArray &age) {
        return hub::parseRate({{"RateLimit"_ba, R"("api";r=1;t=2)"_ba}, {"Age"_ba, age}});
    };
    QVERIFY(rateWith("0"_ba) && rateWith(" 00 "_ba) && rateWith(""_ba));
    QVERIFY(!rateWith("1"_ba));
    QVERIFY(!rateWith("99999999999999999999999"_ba)); // beyond every number: old all the same
}

void TestAnswers::compressedErrorBody()
{
    QVERIFY(hub::parseErrorBody("\x1f\x8b\x08 words"_ba, "text/plain").isEmpty());
    QCOMPARE(hub::parseErrorBody("\xef\xbb\xbf{\"error\":\"no\"}"_ba, "application/json"), u"no"_s);
}

QTEST_GUILESS_MAIN(TestAnswers)
#include "answers.moc"
