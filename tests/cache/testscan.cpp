#include "cachefixture.h"

#include <QTest>

#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "cache/partial.h"
#include "cache/scan.h"
#include "cache/verified.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::ScannedRepo;

class TestScan : public cachetest::CacheTest {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void missingRoot();
    void fileAsRoot();
    void countsDistinctBlobs();
    void realFilesInSnapshots();
    void refsAndRevisions();
    void notedAsChecked();
    void times();
    void incompleteFiles();
    void strangers();
    void oddReposAreListed_data();
    void oddReposAreListed();
    void linksInCircles();
    void deepFolders();
    void manyProblemsAreSummedUp();
    void rootBehindALink();
    void sharedStore();
    void stops();

private:
    ScannedRepo scan() const
    {
        const auto result = cache::scanCache(layout());
        return result && result->repos.size() == 1 ? result->repos.first() : ScannedRepo();
    }
};

void TestScan::init()
{
    beginAnew();
}

void TestScan::missingRoot()
{
    const auto result = cache::scanCache(layout());
    VERIFY_RESULT(result);
    QVERIFY(result->repos.isEmpty());
    QCOMPARE(result->size, 0);
}

void TestScan::fileAsRoot()
{
    QVERIFY(cachetest::writeFile(m_root, "x"_ba));
    const auto result = cache::scanCache(layout());
    QVERIFY(!result);
    QCOMPARE(result.error().kind, core::ErrorKind::FileIo);
}

void TestScan::countsDistinctBlobs()
{
    blob('a', 100);
    blob('b', 20);
    blob('e', 5000); // nobody links to it
    link('1', u"x"_s, 'a');
    link('1', u"sub/same"_s, 'a');
    link('2', u"x"_s, 'a');
    link('2', u"deep/er/y"_s, 'b');
    const ScannedRepo repo = scan();
    QVERIFY(repo.repo == m_repo);
    QCOMPARE(repo.path, layout().repo(m_repo));
    QCOMPARE(repo.size, 120);
    QCOMPARE(repo.unusedSize, 5000);
    QCOMPARE(repo.files, 2);
    QCOMPARE(repo.problems, QStringList());
    QCOMPARE(repo.revisions.size(), 2);
    QCOMPARE(repo.revisions.at(0).ownSize, 0);
    QCOMPARE(repo.revisions.at(1).ownSize, 20);
    QCOMPARE(repo.revisions.at(0).commit, cachetest::commit('1'));
    QCOMPARE(repo.revisions.at(0).size, 100);
    QCOMPARE(repo.revisions.at(0).files, 2);
    QCOMPARE(repo.revisions.at(1).size, 120);
    QCOMPARE(cache::scanCache(layout())->size, 120);
}

void TestScan::realFilesInSnapshots()
{
    for (const QString &path : {u"a"_s, u"d/a"_s}) {
        QVERIFY(cachetest::writeFile(layout().entry(m_repo, cachetest::commit(), path),
                                     QByteArray(7, 'x')));
    }
    const ScannedRepo repo = scan();
    QCOMPARE(repo.size, 14);
    QCOMPARE(repo.files, 2);
    QCOMPARE(repo.problems, QStringList());
}

void TestScan::refsAndRevisions()
{
    blob('a', 1);
    link('1', u"x"_s, 'a');
    link('2', u"x"_s, 'a');
    const QByteArray one = cachetest::commit('1').toLatin1();
    ref(u"main"_s, one);
    ref(u"refs/pr/1"_s, one);
    ref(u".DS_Store"_s, "rubbish"_ba);
    const ScannedRepo repo = scan();
    QCOMPARE(repo.revisions.at(0).refs, QStringList({u"main"_s, u"refs/pr/1"_s}));
    QCOMPARE(repo.revisions.at(1).refs, QStringList());
    QCOMPARE(repo.problems, QStringList());
}

// Only what was read, and is still as it was then.
void TestScan::notedAsChecked()
{
    blob('a', 10);
    blob('b', 10);
    link('1', u"x"_s, 'a');
    link('1', u"y"_s, 'a');
    link('1', u"z"_s, 'b');
    const QString checked = layout().blob(m_repo, cachetest::sha256Id('a'));
    cache::noteVerified(checked, cachetest::sha256Id('a'));
    if (!cache::isNotedVerified(checked, cachetest::sha256Id('a')))
        QSKIP("this file system keeps no attributes");
    QCOMPARE(scan().checked, 1);
    QCOMPARE(scan().revisions.at(0).checked, 2);
    const utimbuf other{1, 1};
    QCOMPARE(::utime(qPrintable(checked), &other), 0);
    QCOMPARE(scan().checked, 0);
    cache::noteVerified(checked, cachetest::sha256Id('b')); // of another id
    QCOMPARE(scan().checked, 0);
}

void TestScan::times()
{
    blob('a', 1);
    blob('b', 1);
    link('1', u"x"_s, 'a');
    link('2', u"y"_s, 'b');
    const utimbuf older{2'000'000, 1'000'000};
    const utimbuf newer{1'500'000, 3'000'000};
    QCOMPARE(::utime(qPrintable(layout().blob(m_repo, cachetest::sha256Id('a'))), &older), 0);
    QCOMPARE(::utime(qPrintable(layout().blob(m_repo, cachetest::sha256Id('b'))), &newer), 0);
    const ScannedRepo repo = scan();
    QCOMPARE(repo.lastModified.toSecsSinceEpoch(), 3'000'000);
    QCOMPARE(repo.lastAccessed.toSecsSinceEpoch(), 2'000'000);
    QCOMPARE(repo.lastModified.timeSpec(), Qt::UTC);
    QCOMPARE(repo.revisions.at(0).lastModified.toSecsSinceEpoch(), 1'000'000);
}

void TestScan::incompleteFiles()
{
    blob('a', 10);
    link('1', u"x"_s, 'a');
    const QString blobs = layout().blobs(m_repo) + u'/';
    QVERIFY(cachetest::writeFile(blobs + u"1.incomplete"_s, QByteArray(8192, 'x')));
    QVERIFY(cachetest::writeFile(blobs + u"2.0123abcd.incomplete"_s, QByteArray(8192, 'x')));
    QVERIFY(cachetest::writeFile(blobs + u"3.downloadInProgress"_s, QByteArray(8192, 'x')));
    constexpr qint64 size = 64 * 1024 * 1024; // reserved, hardly written
    const auto partial =
        cache::Partial::open(layout(), cachetest::identity(size, cachetest::sha256Id('f')));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, QByteArray(4096, 'x')));
    VERIFY_RESULT((*partial)->noteWritten());
    const ScannedRepo repo = scan();
    QCOMPARE(repo.size, 10);
    QCOMPARE(repo.incompleteSize, 3 * 8192 + 4096);
    QCOMPARE(repo.problems, QStringList());
}

void TestScan::strangers()
{
    blob('a', 1);
    link('1', u"x"_s, 'a');
    for (const QString &name :
         {u"CACHEDIR.TAG"_s, u".DS_Store"_s, u"version.txt"_s, u"models--a--file"_s,
          u".locks/models--a--b/x.lock"_s, u"kernels--a--b/x"_s, u"tmp1/x"_s, u"blobs/x"_s})
        QVERIFY(cachetest::writeFile(m_root + u'/' + name, "x"_ba));
    const auto result = cache::scanCache(layout());
    VERIFY_RESULT(result);
    QCOMPARE(result->repos.size(), 1);
    QStringList names;
    for (const cache::Stranger &one : result->strangers) {
        names += one.name;
        QCOMPARE(one.size, 1);
        QCOMPARE(one.isKernel, one.name.startsWith("kernels--"_L1));
    }
    QCOMPARE(names,
             QStringList({u"blobs"_s, u"kernels--a--b"_s, u"models--a--file"_s, u"tmp1"_s,
                          u"version.txt"_s}));
}

void TestScan::oddReposAreListed_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QString>("problem");
    QTest::newRow("dead link") << u"rm blobs/b*"_s << u"not there"_s;
    QTest::newRow("no snapshots") << u"rm -r snapshots"_s << u"snapshots"_s;
    QTest::newRow("snapshots is a file")
        << u"rm -r snapshots; echo > snapshots"_s << u"snapshots"_s;
    QTest::newRow("file in snapshots") << u"echo > snapshots/x"_s << u"not a folder"_s;
    QTest::newRow("branch as snapshot") << u"mkdir snapshots/main"_s << u"commit"_s;
    QTest::newRow("refs is a file") << u"rm -r refs; echo > refs"_s << u"refs"_s;
    QTest::newRow("ref to nowhere") << u"printf 0123 > refs/main"_s << u"not here"_s;
    QTest::newRow("ref with line end") << u"echo >> refs/main"_s << u"more than"_s;
    QTest::newRow("huge ref") << u"head -c 9000000 /dev/zero > refs/x"_s << u"cannot be read"_s;
    QTest::newRow("pipe as ref") << u"mkfifo refs/x"_s << u"cannot be read"_s;
    QTest::newRow("pipe as file") << u"mkfifo snapshots/$(ls snapshots)/pipe"_s << u"not a file"_s;
    QTest::newRow("device") << u"ln -s /dev/zero snapshots/$(ls snapshots)/zero"_s
                            << u"not a file"_s;
}

void TestScan::oddReposAreListed()
{
    QFETCH(QString, shell);
    QFETCH(QString, problem);
    blob('a', 100);
    blob('b', 20);
    link('1', u"x"_s, 'a');
    link('1', u"y"_s, 'b');
    ref(u"main"_s, cachetest::commit('1').toLatin1());
    QProcess process;
    process.setWorkingDirectory(layout().repo(m_repo));
    process.start(u"sh"_s, {u"-ec"_s, shell});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const ScannedRepo repo = scan();
    QVERIFY(repo.repo == m_repo);
    QCOMPARE(repo.problems.size(), problem == "snapshots"_L1 ? 2 : 1); // then its ref is lost too
    QVERIFY2(repo.problems.first().contains(problem), qPrintable(repo.problems.first()));
    if (problem != "snapshots"_L1)
        QCOMPARE(repo.size, problem == "not there"_L1 ? 100 : 120);
}

void TestScan::linksInCircles()
{
    blob('a', 100);
    link('1', u"x"_s, 'a');
    const QString snapshot = layout().snapshot(m_repo, cachetest::commit('1'));
    QCOMPARE(::symlink(".", qPrintable(snapshot + "/self"_L1)), 0);
    QCOMPARE(::symlink("../..", qPrintable(snapshot + "/up"_L1)), 0);
    QCOMPARE(::symlink("loop", qPrintable(snapshot + "/loop"_L1)), 0);
    const ScannedRepo repo = scan();
    QCOMPARE(repo.size, 100);
    QCOMPARE(repo.files, 1);
    QCOMPARE(repo.problems.size(), 1); // the link to itself leads nowhere
}

void TestScan::deepFolders()
{
    blob('a', 100);
    link('1', u"x"_s, 'a');
    const QString deep = layout().snapshot(m_repo, cachetest::commit('1')) + u"/d"_s.repeated(600);
    QVERIFY(QDir().mkpath(deep));
    const ScannedRepo repo = scan();
    QCOMPARE(repo.size, 100);
    QCOMPARE(repo.problems.size(), 1);
}

void TestScan::manyProblemsAreSummedUp()
{
    for (int i = 0; i < 500; ++i)
        link('1', QString::number(i), 'a');
    const ScannedRepo repo = scan();
    QCOMPARE(repo.problems.size(), 51);
    QVERIFY(repo.problems.last().contains("450"_L1));
}

void TestScan::rootBehindALink()
{
    blob('a', 100);
    link('1', u"x"_s, 'a');
    const QString entry = layout().entry(m_repo, cachetest::commit('1'), u"absolute"_s);
    QVERIFY(QFile::link(layout().blob(m_repo, cachetest::sha256Id('a')), entry));
    const QString alias = m_folder->filePath(u"alias"_s);
    QVERIFY(QFile::link(m_root, alias));
    const auto result = cache::scanCache(Layout(alias));
    VERIFY_RESULT(result);
    QCOMPARE(result->repos.size(), 1);
    QCOMPARE(result->repos.first().size, 100);
    QCOMPARE(result->repos.first().files, 1);
    QCOMPARE(result->repos.first().path, Layout(alias).repo(m_repo));
}

void TestScan::sharedStore()
{
    const QString store = m_root + "/blobs/"_L1;
    QVERIFY(cachetest::writeFile(store + ".huggingface-shared-blobs"_L1, "1\n"_ba));
    QVERIFY(cachetest::writeFile(store + "ab/abcd"_L1, QByteArray(500, 'x')));
    for (const char *id : {"owner/one", "owner/two"}) {
        const auto repo = cachetest::repo(id);
        const QString blob = layout().blob(repo, cachetest::sha256Id('a'));
        const QString entry = layout().entry(repo, cachetest::commit(), u"x"_s);
        QVERIFY(QDir().mkpath(QFileInfo(blob).path()));
        QVERIFY(QDir().mkpath(QFileInfo(entry).path()));
        QCOMPARE(::symlink("../../blobs/ab/abcd", qPrintable(blob)), 0);
        const QString target = layout().linkTarget(u"x"_s, cachetest::sha256Id('a'));
        QCOMPARE(::symlink(qPrintable(target), qPrintable(entry)), 0);
    }
    const auto result = cache::scanCache(layout());
    VERIFY_RESULT(result);
    QVERIFY(result->strangers.isEmpty());
    QCOMPARE(result->repos.size(), 2);
    QCOMPARE(result->repos.at(0).size, 500);
    QCOMPARE(result->repos.at(1).size, 500);
    QCOMPARE(result->size, 500);
}

void TestScan::stops()
{
    blob('a', 1);
    link('1', u"x"_s, 'a');
    const std::atomic<bool> stop = true;
    const auto result = cache::scanCache(layout(), &stop);
    QVERIFY(!result);
    QCOMPARE(result.error().kind, core::ErrorKind::Cancelled);
}

QTEST_GUILESS_MAIN(TestScan)

#include "testscan.moc"
