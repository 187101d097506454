#include "cachefixture.h"

#include <QDirIterator>

#include <chrono>
#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include "cache/filelock.h"
#include "cache/removal.h"
#include "cache/scan.h"

using namespace Qt::StringLiterals;
using cache::Removal;

class TestRemoval : public cachetest::CacheTest {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void wholeRepo();
    void versionKeepsWhatOthersHave();
    void someFiles();
    void theLastFile();
    void realFiles();
    void hardLinks();
    void whatIsHeldStays();
    void usedAgainMeanwhile();
    void notHere();
    void outside_data();
    void outside();
    void killed();

private:
    QString one() const { return cachetest::commit('1'); }
    QString two() const { return cachetest::commit('2'); }
    QStringList files() const
    {
        QStringList found;
        QDirIterator it(m_root,
                        QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            it.next();
            if (!it.filePath().contains("/.locks/"_L1)
                && (!it.fileInfo().isDir() || it.fileInfo().isSymLink()))
                found += it.filePath().mid(m_root.size() + 1);
        }
        found.sort();
        return found;
    }
    // Both say the same, and it is so.
    void removes(const Removal &what, qint64 freed)
    {
        const qint64 before = bytes();
        const auto plan = cache::planRemoval(layout(), what);
        VERIFY_RESULT(plan);
        QCOMPARE(plan->freed, freed);
        const auto removed = cache::remove(layout(), *plan);
        VERIFY_RESULT(removed);
        QCOMPARE(removed->kept, QStringList());
        QCOMPARE(removed->freed, freed);
        QCOMPARE(before - bytes(), freed);
    }
    qint64 bytes() const
    {
        qint64 sum = 0;
        for (const QString &file : files()) {
            struct stat facts = {};
            if (::lstat(qPrintable(m_root + u'/' + file), &facts) == 0 && S_ISREG(facts.st_mode)
                && (file.contains("/blobs/"_L1) || file.contains("/snapshots/"_L1)))
                sum += facts.st_size;
        }
        return sum;
    }
    void twoVersions()
    {
        blob('a', 1000); // of both
        blob('b', 200); // of the first
        blob('c', 30); // of the second
        link('1', u"a"_s, 'a');
        link('1', u"sub/b"_s, 'b');
        link('1', u"again"_s, 'b');
        link('2', u"a"_s, 'a');
        link('2', u"c"_s, 'c');
        ref(u"main"_s, two().toLatin1());
        ref(u"v1"_s, one().toLatin1());
        ref(u"refs/pr/1"_s, one().toLatin1());
    }
};

void TestRemoval::init()
{
    beginAnew();
}

void TestRemoval::wholeRepo()
{
    twoVersions();
    blob('f', 7); // nothing leads to it
    QVERIFY(cachetest::writeFile(layout().tree(m_repo, one()), "{}"_ba));
    QVERIFY(cachetest::writeFile(layout().repo(m_repo) + "/.no_exist/x/y"_L1, {}));
    removes({m_repo, {}, {}}, 1000 + 200 + 30 + 7);
    QCOMPARE(files(), QStringList());
    QVERIFY(!QFileInfo::exists(layout().repo(m_repo)));
}

void TestRemoval::versionKeepsWhatOthersHave()
{
    twoVersions();
    QVERIFY(cachetest::writeFile(layout().repo(m_repo) + "/.no_exist/"_L1 + one() + "/y"_L1, {}));
    removes({m_repo, {one()}, {}}, 200);
    const auto result = cache::scanCache(layout());
    VERIFY_RESULT(result);
    QCOMPARE(result->repos.size(), 1);
    QCOMPARE(result->repos[0].problems, QStringList());
    QCOMPARE(result->repos[0].revisions.size(), 1);
    QCOMPARE(result->repos[0].revisions[0].refs, QStringList{u"main"_s});
    QCOMPARE(result->repos[0].size, 1030);
    QCOMPARE(result->repos[0].unusedSize, 0);
    for (const QString &file : files())
        QVERIFY2(!file.contains(one()), qPrintable(file));
}

void TestRemoval::someFiles()
{
    twoVersions();
    removes({m_repo, {one()}, {u"sub/b"_s}}, 0); // "again" has it, too
    QVERIFY(!QFileInfo::exists(layout().snapshot(m_repo, one()) + "/sub"_L1));
    removes({m_repo, {one()}, {u"again"_s}}, 200);
    QVERIFY(QFileInfo::exists(layout().ref(m_repo, u"v1"_s)));
    QVERIFY(QFileInfo::exists(layout().entry(m_repo, one(), u"a"_s)));
}

void TestRemoval::theLastFile()
{
    twoVersions();
    removes({m_repo, {one()}, {u"a"_s, u"again"_s, u"sub/b"_s}}, 200);
    QVERIFY(!QFileInfo::exists(layout().ref(m_repo, u"v1"_s)));
    QVERIFY(!QFileInfo::exists(layout().snapshot(m_repo, one())));
}

void TestRemoval::realFiles()
{
    for (const QString &commit : {one(), two()})
        QVERIFY(
            cachetest::writeFile(layout().entry(m_repo, commit, u"d/a"_s), QByteArray(70, 'x')));
    removes({m_repo, {one()}, {}}, 70);
    QVERIFY(QFileInfo::exists(layout().entry(m_repo, two(), u"d/a"_s)));
}

// A file with a name elsewhere gives nothing back.
void TestRemoval::hardLinks()
{
    twoVersions();
    const QString elsewhere = m_folder->filePath(u"b"_s);
    QCOMPARE(
        ::link(qPrintable(layout().blob(m_repo, cachetest::sha256Id('b'))), qPrintable(elsewhere)),
        0);
    const auto plan = cache::planRemoval(layout(), {m_repo, {one()}, {}});
    VERIFY_RESULT(plan);
    QCOMPARE(plan->freed, 0);
    QCOMPARE(plan->blobs.size(), 1);
    QCOMPARE(cache::remove(layout(), *plan)->freed, 0);
    QCOMPARE(cachetest::readFile(elsewhere).size(), 200);
}

void TestRemoval::whatIsHeldStays()
{
    twoVersions();
    QVERIFY(cachetest::writeFile(layout().partial(m_repo, cachetest::sha256Id('e')),
                                 QByteArray(5000, 'x')));
    const auto lock = cache::FileLock::tryLock(layout().lock(m_repo, cachetest::sha256Id('e')));
    VERIFY_RESULT(lock);
    const auto plan = cache::planRemoval(layout(), {m_repo, {}, {}});
    VERIFY_RESULT(plan);
    const auto removed = cache::remove(layout(), *plan);
    VERIFY_RESULT(removed);
    QCOMPARE(removed->freed, 1230);
    QCOMPARE(removed->kept.size(), 1);
    QVERIFY2(removed->kept[0].contains("another program"_L1), qPrintable(removed->kept[0]));
    QCOMPARE(files().size(), 1);
    QVERIFY(QFileInfo::exists(layout().partial(m_repo, cachetest::sha256Id('e'))));
}

// Somebody links to the content after the plan was made.
void TestRemoval::usedAgainMeanwhile()
{
    twoVersions();
    const auto plan = cache::planRemoval(layout(), {m_repo, {one()}, {}});
    VERIFY_RESULT(plan);
    QCOMPARE(plan->freed, 200);
    link('2', u"new"_s, 'b');
    QCOMPARE(cache::remove(layout(), *plan)->freed, 0);
    QCOMPARE(cachetest::readFile(layout().entry(m_repo, two(), u"new"_s)).size(), 200);
}

void TestRemoval::notHere()
{
    const auto none = cache::planRemoval(layout(), {m_repo, {}, {}});
    QVERIFY(!none);
    QCOMPARE(none.error().kind, core::ErrorKind::RepoNotFound);
    twoVersions();
    const auto before = files();
    for (const QString &odd :
         {cachetest::commit('9'), u".."_s, u"."_s, u"../refs"_s, QString(), u"a\0b"_s}) {
        const auto plan = cache::planRemoval(layout(), {m_repo, {odd}, {}});
        VERIFY_RESULT(plan);
        QCOMPARE(plan->missing, QStringList{odd});
        QCOMPARE(plan->freed, 0);
        if (!plan->what.commits.isEmpty())
            QFAIL("nothing of it is here");
    }
    QCOMPARE(files(), before);
}

void TestRemoval::outside_data()
{
    QTest::addColumn<QString>("shell"); // in the folder of the repo; $OUT is not ours
    QTest::addColumn<QStringList>("commits");
    QTest::addColumn<QStringList>("paths");
    const QStringList first{one()};
    QTest::newRow("repo")
        << u"cd ..; mv $PWD/models--owner--name $OUT/r; ln -s $OUT/r models--owner--name"_s
        << QStringList() << QStringList();
    QTest::newRow("snapshots")
        << u"cp -r snapshots blobs $OUT/; rm -r snapshots; ln -s $OUT/snapshots snapshots"_s
        << first << QStringList();
    QTest::newRow("version") << u"v=$(ls -d snapshots/1*); mv $v $OUT/v; ln -s $OUT/v $v"_s << first
                             << QStringList();
    QTest::newRow("folder in a version")
        << u"v=$(ls -d snapshots/1*); mv $v/sub $OUT/sub; ln -s $OUT/sub $v/sub"_s << first
        << QStringList();
    QTest::newRow("file through a link")
        << u"v=$(ls -d snapshots/1*); mv $v/sub $OUT/sub; ln -s $OUT/sub $v/sub"_s << first
        << QStringList{u"sub/b"_s};
    QTest::newRow("dots") << u"true"_s << first << QStringList{u"../../../../out/kept"_s};
    QTest::newRow("absolute link")
        << u"v=$(ls -d snapshots/1*); ln -s $OUT/kept $v/kept"_s << first << QStringList();
    QTest::newRow("blobs") << u"mv blobs $OUT/b; ln -s $OUT/b blobs"_s << first << QStringList();
    QTest::newRow("refs") << u"mv refs $OUT/refs; ln -s $OUT/refs refs"_s << first << QStringList();
    QTest::newRow("folder of refs")
        << u"mv refs/refs $OUT/refs; ln -s $OUT/refs refs/refs"_s << first << QStringList();
}

void TestRemoval::outside()
{
    QFETCH(QString, shell);
    QFETCH(QStringList, commits);
    QFETCH(QStringList, paths);
    twoVersions();
    const QString out = m_folder->filePath(u"out"_s);
    QVERIFY(cachetest::writeFile(out + "/kept"_L1, "x"_ba));
    QProcess process;
    process.setWorkingDirectory(layout().repo(m_repo));
    process.start(u"sh"_s, {u"-ec"_s, u"OUT=%1; "_s.arg(out) + shell});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const auto listed = [&out] {
        QStringList found;
        QDirIterator it(out, QDir::Files | QDir::System | QDir::Hidden,
                        QDirIterator::Subdirectories);
        while (it.hasNext())
            found += it.next();
        return found;
    };
    const auto before = listed();
    const auto plan = cache::planRemoval(layout(), {m_repo, commits, paths});
    if (plan)
        std::ignore = cache::remove(layout(), *plan);
    QCOMPARE(listed(), before);
}

// Wherever it ends: no ref and no link without what it leads to, and nothing of others is lost.
void TestRemoval::killed()
{
    constexpr int rounds = 100;
    QRandomGenerator random(20'261'128);
    qint64 longest = 20'000; // microseconds; learned from the runs that came to their end
    int ended = 0;
    for (int round = 0; round < rounds; ++round) {
        beginAnew();
        for (int i = 0; i < 16; ++i) {
            const char digit = "0123456789abcdef"[i];
            blob(digit, 100 + i);
            link(i % 2 == 0 ? '1' : '2', u"f%1"_s.arg(i), digit);
            if (i % 4 == 0)
                link('2', u"sub/f%1"_s.arg(i), digit);
        }
        ref(u"main"_s, two().toLatin1());
        ref(u"v1"_s, one().toLatin1());
        const bool isWhole = round % 3 == 0;
        const auto plan = cache::planRemoval(
            layout(), {m_repo, isWhole ? QStringList() : QStringList{one()}, {}});
        VERIFY_RESULT(plan);
        const auto begin = std::chrono::steady_clock::now();
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            std::ignore = cache::remove(layout(), *plan);
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random.bounded(longest)));
        ::kill(child, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            ++ended;
            longest = std::max<qint64>(500,
                                       std::chrono::duration_cast<std::chrono::microseconds>(
                                           std::chrono::steady_clock::now() - begin)
                                           .count());
        } else {
            longest += longest / 8;
        }
        const auto result = cache::scanCache(layout());
        VERIFY_RESULT(result);
        if (result->repos.isEmpty())
            continue;
        for (const QString &problem : result->repos[0].problems)
            QVERIFY2(isWhole && problem.contains("folder \"snapshots\""_L1), qPrintable(problem));
        if (isWhole)
            continue;
        const auto &versions = result->repos[0].revisions;
        const auto kept =
            std::find_if(versions.begin(), versions.end(),
                         [this](const auto &version) { return version.commit == two(); });
        QVERIFY(kept != versions.end());
        QCOMPARE(kept->files, 12);
        QCOMPARE(kept->refs, QStringList{u"main"_s});
    }
    QVERIFY2(ended > 0 && ended < rounds, qPrintable(QString::number(ended)));
}

QTEST_GUILESS_MAIN(TestRemoval)

#include "testremoval.moc"
