#include "cachefixture.h"

#include <QTest>

#include "cache/store.h"
#include "cache/treefile.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Location;
using cache::Store;

// What the cache tells of a repo without the Hub: refs and listings, whoever wrote them.
class TestStored : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsRefs();
    void readsTrees();
    void refusesDamagedTrees_data();
    void refusesDamagedTrees();

private:
    Location place() const { return {u"id"_s, Location::Kind::HubCache, m_folder.path(), true}; }

    const core::RepoId repo = cachetest::repo();
    const QString commit = cachetest::commit();
    QTemporaryDir m_folder;
};

void TestStored::readsRefs()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    const Layout layout(m_folder.path());
    QVERIFY(!store.readRef(repo, u"main"_s));
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    QCOMPARE(store.readRef(repo, u"main"_s).value(), commit);
    QCOMPARE(store.readRef(repo, cachetest::commit('d')).value(), cachetest::commit('d'));
    QVERIFY(cachetest::writeFile(layout.ref(repo, u"refs/pr/1"_s), commit.toLatin1() + "\n"));
    QCOMPARE(store.readRef(repo, u"refs/pr/1"_s).value(), commit);
    for (const QByteArray &wrong : {"../../x"_ba, "short"_ba, QByteArray(1000, 'a'), ""_ba}) {
        QVERIFY(cachetest::writeFile(layout.ref(repo, u"odd"_s), wrong));
        QVERIFY(!store.readRef(repo, u"odd"_s));
    }
    QVERIFY(!store.readRef(repo, u"../main"_s));
}

void TestStored::readsTrees()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    QVERIFY(!store.readTree(repo, commit));
    QVERIFY(!store.readTree(repo, u"../x"_s));
    const QList<cache::TreeFile> files{
        {u"a.txt"_s, 3, QString(40, u'1'), {}, {}},
        {u"dir/ü #.bin"_s, 5'000'000'000, QString(40, u'2'), QString(64, u'3'), QString(64, u'4')}};
    VERIFY_RESULT(store.writeTree(repo, commit, files));
    const auto tree = store.readTree(repo, commit);
    VERIFY_RESULT(tree);
    QVERIFY(tree->refused.isEmpty());
    QCOMPARE(tree->files.size(), files.size());
    for (qsizetype i = 0; i < files.size(); ++i) {
        QCOMPARE(tree->files[i].path, files[i].path);
        QCOMPARE(tree->files[i].size, files[i].size);
        QCOMPARE(tree->files[i].oid, files[i].oid);
        QCOMPARE(tree->files[i].sha256, files[i].sha256);
        QCOMPARE(tree->files[i].xetHash, files[i].xetHash);
    }
    const QByteArray oid(40, 'a');
    const auto hostile = cache::decodeTree(
        R"({"format_version": 1, "files": {"../../etc/x": {"size": 1, "blob_id": ")" + oid
        + R"("}, "fine": {"size": 1, "blob_id": ")" + oid + R"("}}})");
    VERIFY_RESULT(hostile);
    QCOMPARE(hostile->files.size(), 1);
    QCOMPARE(hostile->refused, QStringList{u"../../etc/x"_s});
}

void TestStored::refusesDamagedTrees_data()
{
    QTest::addColumn<QByteArray>("file");
    const QByteArray oid = R"("blob_id": ")" + QByteArray(40, 'a') + '"';
    const QByteArray hash = R"("lfs_sha256": ")" + QByteArray(64, 'b') + '"';
    QTest::newRow("no object") << "[]"_ba;
    QTest::newRow("no size") << '{' + oid + '}';
    QTest::newRow("negative") << R"({"size": -1, )" + oid + '}';
    QTest::newRow("fraction") << R"({"size": 1.5, )" + oid + '}';
    QTest::newRow("endless") << R"({"size": 1e300, )" + oid + '}';
    QTest::newRow("size as text") << R"({"size": "1", )" + oid + '}';
    QTest::newRow("no id") << R"({"size": 1})"_ba;
    QTest::newRow("id leads away") << R"({"size": 1, "blob_id": "../../x"})"_ba;
    QTest::newRow("hash without size") << R"({"size": 1, )" + oid + ", " + hash + '}';
    QTest::newRow("hash leads away")
        << R"({"size": 1, "lfs_size": 1, "lfs_sha256": "../../x", )" + oid + '}';
}

void TestStored::refusesDamagedTrees()
{
    QFETCH(QByteArray, file);
    QVERIFY(!cache::decodeTree(R"({"format_version": 1, "files": {"a": )" + file + "}}"));
    QVERIFY(!cache::decodeTree("not json"_ba));
    QVERIFY(!cache::decodeTree(R"({"format_version": 2, "files": {}})"_ba));
    QVERIFY(!cache::decodeTree(R"({"format_version": 1})"_ba));
    VERIFY_RESULT(cache::decodeTree(R"({"format_version": 1, "files": {}})"_ba));
}

QTEST_GUILESS_MAIN(TestStored)

#include "teststored.moc"
