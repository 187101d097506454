#include <QTest>

#include "core/ids.h"

using core::ContentId;
using core::ErrorKind;
using core::RepoId;
using core::RepoType;
using namespace Qt::StringLiterals;

class TestIds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void repoIds_data();
    void repoIds();
    void repoIdParts();
    void commits();
    void revisions_data();
    void revisions();
    void accounts_data();
    void accounts();
    void filePaths_data();
    void filePaths();
    void contentIds_data();
    void contentIds();
};

void TestIds::repoIds_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<bool>("good");
    const auto row = [](const QString &id, bool good) {
        QTest::addRow("%s", qPrintable(id.left(40))) << id << good;
    };
    for (const QString &id : {u"gpt2"_s, u"org/name"_s, u"O.rg/na_me-1.5"_s, u"_a/b_"_s, u"a"_s,
                              QString(96, u'x'), QString(96, u'x') + u'/' + QString(96, u'y')})
        row(id, true);
    for (const QString &id :
         {u""_s,        u"/"_s,     u"a/"_s,   u"/a"_s,    u"a/b/c"_s, u"a--b"_s,        u"a..b"_s,
          u"a/b.git"_s, u"../x"_s,  u"-a/b"_s, u"a/b-"_s,  u".a"_s,    u"a."_s,          u"a b"_s,
          u"ä/b"_s,     u"a/b\n"_s, u"a\\b"_s, u"a%2Fb"_s, u"a@b"_s,   QString(97, u'x')})
        row(id, false);
}

void TestIds::repoIds()
{
    QFETCH(QString, id);
    QFETCH(bool, good);
    const auto result = RepoId::make(RepoType::Model, id);
    QCOMPARE(result.has_value(), good);
    if (good)
        QCOMPARE(result->id(), id);
    else
        QCOMPARE(result.error().kind, ErrorKind::BadInput);
}

void TestIds::repoIdParts()
{
    const RepoId data = *RepoId::make(RepoType::Dataset, u"org/name"_s);
    QCOMPARE(data.owner(), u"org"_s);
    QCOMPARE(data.name(), u"name"_s);
    QCOMPARE(data.display(), u"datasets/org/name"_s);
    const RepoId old = *RepoId::make(RepoType::Model, u"gpt2"_s);
    QCOMPARE(old.owner(), QString());
    QCOMPARE(old.name(), u"gpt2"_s);
    QCOMPARE(old.display(), u"gpt2"_s);
    QVERIFY(!RepoId().isValid());
    QCOMPARE(core::typePlural(RepoType::Space), u"spaces"_s);
    const QHash<RepoId, int> hash{{data, 1}, {old, 2}};
    QCOMPARE(hash.value(*RepoId::make(RepoType::Dataset, u"org/name"_s)), 1);
    QVERIFY(!hash.contains(*RepoId::make(RepoType::Model, u"org/name"_s)));
}

void TestIds::commits()
{
    QVERIFY(core::isCommitId(QString(40, u'a')));
    QVERIFY(!core::isCommitId(QString(40, u'A')));
    QVERIFY(!core::isCommitId(QString(39, u'a')));
    QVERIFY(!core::isCommitId(QString(40, u'g')));
}

void TestIds::revisions_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    for (const QString &text : {u"main"_s, u"refs/pr/1"_s, u"feature/x-y"_s, u"v1.0"_s, u"a@b"_s,
                                u"Ü"_s, u"a%2Fb"_s, u"refs/convert/parquet"_s})
        QTest::addRow("%s", qPrintable(text)) << text << true;
    for (const QString &text : {u""_s,
                                u"/a"_s,
                                u"a/"_s,
                                u"a//b"_s,
                                u".."_s,
                                u"a/../b"_s,
                                u"a..b"_s,
                                u".a"_s,
                                u"a/.b"_s,
                                u"a.lock"_s,
                                u"a.lock/b"_s,
                                u"a b"_s,
                                u"a\tb"_s,
                                u"a~1"_s,
                                u"a^"_s,
                                u"a:b"_s,
                                u"a?"_s,
                                u"a*"_s,
                                u"[a"_s,
                                u"a\\b"_s,
                                u"@"_s,
                                u"a@{1}"_s,
                                u"a."_s,
                                u"a\u0000b"_s,
                                u"a\u0085b"_s,
                                QString(300, u'x'),
                                QString(QChar(0xd800))})
        QTest::addRow("bad %s", qPrintable(text.left(20))) << text << false;
}

void TestIds::revisions()
{
    QFETCH(QString, text);
    QFETCH(bool, good);
    QCOMPARE(core::checkRevision(text).has_value(), good);
}

void TestIds::accounts_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    for (const char *good : {"demo-writer", "a", "A_1.b", "123"})
        QTest::addRow("%s", good) << QString::fromLatin1(good) << true;
    for (const char *bad : {"", ".", "..", "a/b", "/a", "a/", "a b", "-a", "a-", "a--b", "a..b",
                            "a.git", "a\n", "a?b", "a%2Fb", "a#", "\xe4"})
        QTest::addRow("bad <%s>", bad) << QString::fromLatin1(bad) << false;
}

void TestIds::accounts()
{
    QFETCH(QString, text);
    QFETCH(bool, good);
    const auto checked = core::checkAccountName(text);
    QCOMPARE(checked.has_value(), good);
    if (!good)
        QCOMPARE(checked.error().kind, ErrorKind::BadInput);
}

void TestIds::filePaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("good");
    for (const QString &path : {u"a"_s, u"a/b.txt"_s, u"with space/ü#%+.bin"_s, u".gitattributes"_s,
                                u"a..b"_s, u"..a"_s, u"ab:c"_s, u"12:30.log"_s, u"a/...x"_s,
                                u"xa:"_s, QString(255, u'x'), u"日本語/😀"_s, u"~/x"_s, u"CON"_s})
        QTest::addRow("%s", qPrintable(path.left(40))) << path << true;
    for (const QString &path : {u""_s,
                                u"/a"_s,
                                u"a/"_s,
                                u"a//b"_s,
                                u"."_s,
                                u".."_s,
                                u"a/../b"_s,
                                u"a/./b"_s,
                                u"..\\a"_s,
                                u"a\\b"_s,
                                u"C:\\x"_s,
                                u"C:/x"_s,
                                u"D:x"_s,
                                u"folder/c:x"_s,
                                u"a\u0000b"_s,
                                u"a\nb"_s,
                                u"a\u007fb"_s,
                                QString(256, u'x'),
                                QString(128, u'ü'),
                                u"a/"_s.repeated(2048) + u"abc"_s,
                                u"a"_s + QChar(0xdc00)})
        QTest::addRow("bad %s", qPrintable(path.left(20))) << path << false;
}

void TestIds::filePaths()
{
    QFETCH(QString, path);
    QFETCH(bool, good);
    const auto result = core::checkFilePath(path);
    QCOMPARE(result.has_value(), good);
    if (!good)
        QVERIFY(!result.error().detail.contains(u'\n'));
}

void TestIds::contentIds_data()
{
    QTest::addColumn<QString>("etag");
    QTest::addColumn<int>("kind"); // -1: refused
    QTest::addColumn<QString>("text");
    const QString sha(64, u'a');
    const QString git(40, u'0');
    const int opaque = int(ContentId::Kind::Opaque);
    QTest::newRow("sha") << sha << int(ContentId::Kind::Sha256) << sha;
    QTest::newRow("capital letters") << sha.toUpper() << int(ContentId::Kind::Sha256) << sha;
    QTest::newRow("quoted") << u"\"%1\""_s.arg(sha) << int(ContentId::Kind::Sha256) << sha;
    QTest::newRow("weak") << u"W/\"%1\""_s.arg(git) << int(ContentId::Kind::GitSha1) << git;
    QTest::newRow("other") << u"\"abc-12\""_s << opaque << u"abc-12"_s;
    for (const QString &bad : {u""_s, u"\"\""_s, u"../x"_s, u"a/b"_s, u".hidden"_s, u"a b"_s,
                               u"a\\b"_s, u"x.incomplete"_s, u"x.hubload.incomplete.json"_s,
                               u"x.lock"_s, QString(129, u'a'), u"a\nb"_s, u"ä"_s, u"-rf"_s})
        QTest::addRow("bad %s", qPrintable(bad.left(20))) << bad << -1 << QString();
}

void TestIds::contentIds()
{
    QFETCH(QString, etag);
    QFETCH(int, kind);
    QFETCH(QString, text);
    const auto result = ContentId::make(etag);
    QCOMPARE(result.has_value(), kind >= 0);
    if (kind < 0) {
        QCOMPARE(result.error().kind, ErrorKind::Protocol);
        return;
    }
    QCOMPARE(int(result->kind), kind);
    QCOMPARE(result->text, text);
}

QTEST_GUILESS_MAIN(TestIds)
#include "test_ids.moc"
