#include "cachefixture.h"

#include <QTest>

#include "cache/layout.h"
#include "cache/temporary.h"

using namespace Qt::StringLiterals;
using cache::Layout;

class TestLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void repoFolders_data();
    void repoFolders();
    void refusesOtherFolders_data();
    void refusesOtherFolders();
    void paths();
    void linkTargets_data();
    void linkTargets();
    void temporariesNameTheirMaker();
};

void TestLayout::repoFolders_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("folder");
    QTest::newRow("model") << int(core::RepoType::Model) << u"google/gemma-2-2b"_s
                           << u"models--google--gemma-2-2b"_s;
    QTest::newRow("old name") << int(core::RepoType::Model) << u"gpt2"_s << u"models--gpt2"_s;
    QTest::newRow("dataset") << int(core::RepoType::Dataset) << u"a/b"_s << u"datasets--a--b"_s;
    QTest::newRow("space") << int(core::RepoType::Space) << u"A.b/c_d-e"_s
                           << u"spaces--A.b--c_d-e"_s;
}

void TestLayout::repoFolders()
{
    QFETCH(int, type);
    QFETCH(QString, id);
    QFETCH(QString, folder);
    const auto repo = core::RepoId::make(static_cast<core::RepoType>(type), id);
    VERIFY_RESULT(repo);
    QCOMPARE(Layout::repoFolderName(*repo), folder);
    const auto back = Layout::repoFromFolderName(folder);
    QVERIFY(back);
    QVERIFY(*back == *repo);
}

void TestLayout::refusesOtherFolders_data()
{
    QTest::addColumn<QString>("folder");
    for (const char *name :
         {"", "models", "models--", "--", "kernels--a--b", "model--a--b", "models--a--b--c",
          "models--a---b", "models--..--b", "models--a/b", "Models--a--b", "buckets--a--b",
          ".locks", "models--a--", "models----a"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestLayout::refusesOtherFolders()
{
    QFETCH(QString, folder);
    QVERIFY(!Layout::repoFromFolderName(folder));
}

void TestLayout::paths()
{
    const Layout layout(u"/c//hub/"_s);
    const auto repo = cachetest::repo();
    const auto id = cachetest::sha256Id();
    const QString commit = cachetest::commit();
    const QString base = u"/c/hub/models--owner--name"_s;
    QCOMPARE(layout.root(), u"/c/hub"_s);
    QCOMPARE(layout.repo(repo), base);
    QCOMPARE(layout.blob(repo, id), base + "/blobs/"_L1 + id.text);
    QCOMPARE(layout.partial(repo, id), layout.blob(repo, id) + ".hubload.incomplete"_L1);
    QCOMPARE(layout.sidecar(repo, id), layout.partial(repo, id) + ".json"_L1);
    QCOMPARE(layout.hint(repo, id), layout.partial(repo, id) + ".written"_L1);
    QCOMPARE(layout.entry(repo, commit, u"a/ü b.txt"_s),
             base + "/snapshots/"_L1 + commit + u"/a/ü b.txt"_s);
    QCOMPARE(layout.ref(repo, u"refs/pr/1"_s), base + "/refs/refs/pr/1"_L1);
    QCOMPARE(layout.tree(repo, commit), base + "/trees/"_L1 + commit + ".json"_L1);
    QCOMPARE(layout.lock(repo, id), "/c/hub/.locks/models--owner--name/"_L1 + id.text + ".lock"_L1);
    QCOMPARE(layout.cacheDirTag(), u"/c/hub/CACHEDIR.TAG"_s);
}

void TestLayout::linkTargets_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("up");
    QTest::newRow("top") << u"config.json"_s << u"../../blobs/"_s;
    QTest::newRow("folder") << u"a/config.json"_s << u"../../../blobs/"_s;
    QTest::newRow("deep") << u"a/b/c/config.json"_s << u"../../../../../blobs/"_s;
}

void TestLayout::linkTargets()
{
    QFETCH(QString, path);
    QFETCH(QString, up);
    const Layout layout(u"/c"_s);
    const auto id = cachetest::sha256Id();
    const QString target = layout.linkTarget(path, id);
    QCOMPARE(target, up + id.text);
    const QString entry = layout.entry(cachetest::repo(), cachetest::commit(), path);
    QCOMPARE(QDir::cleanPath(entry + "/../"_L1 + target), layout.blob(cachetest::repo(), id));
}

void TestLayout::temporariesNameTheirMaker()
{
    const Layout layout(u"/c"_s);
    const QString path = layout.temporary(cachetest::repo());
    QVERIFY(path.startsWith(layout.blobs(cachetest::repo()) + u'/'));
    const QString name = path.mid(path.lastIndexOf(u'/') + 1);
    QVERIFY(name.contains(".hubload.incomplete"_L1));
    QVERIFY(cache::isTemporaryName(name));
    QVERIFY(layout.temporary(cachetest::repo()) != path);
    QCOMPARE(cache::temporaryMaker(name), cache::Maker::Alive);

    QStringList parts = name.split(u'-');
    QCOMPARE(parts.size(), 4);
    QStringList other = parts;
    other[2] = QString::number(parts.at(2).toULongLong() + 1); // the id was used again
    QCOMPARE(cache::temporaryMaker(other.join(u'-')), cache::Maker::Gone);
    other = parts;
    other[0] = u"00000000"_s; // another machine
    QCOMPARE(cache::temporaryMaker(other.join(u'-')), cache::Maker::Unknown);
    QCOMPARE(cache::temporaryMaker(u"x.hubload.incomplete.tmp"_s), cache::Maker::Unknown);
}

QTEST_GUILESS_MAIN(TestLayout)

#include "testlayout.moc"
