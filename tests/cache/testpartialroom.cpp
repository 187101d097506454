#include "cachefixture.h"

#include <QTest>

#include <csignal>
#include <sys/resource.h>

#include "cache/partial.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Partial;
using cachetest::identity;

namespace {

constexpr qint64 mebi = 1024 * 1024;
constexpr qint64 large = 12 * mebi;

core::RangeSet firstBytes(qint64 count)
{
    core::RangeSet set;
    set.insert({0, count});
    return set;
}

} // namespace

// What a partial does when the disk takes no more.
class TestPartialRoom : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fullDiskAtBegin();
    void fullDiskWhileWriting();
    void failedWriteFallsBack();
};

void TestPartialRoom::fullDiskAtBegin()
{
    const cachetest::SmallDisk disk(u"4m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    const Layout layout(disk.path());
    const auto partial = Partial::open(layout, identity(large));
    QVERIFY(!partial);
    QCOMPARE(partial.error().kind, core::ErrorKind::DiskFull);
    QVERIFY(cachetest::namesIn(layout.blobs(cachetest::repo())).isEmpty());
}

void TestPartialRoom::fullDiskWhileWriting()
{
    const cachetest::SmallDisk disk(u"16M"_s, cachetest::SmallDisk::Kind::Disk);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    const Layout layout(disk.path());
    const QByteArray content = cachetest::randomBytes(large, 11);
    {
        const auto partial = Partial::open(layout, identity(large));
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(0, QByteArrayView(content).first(mebi)));
        const auto checkpoint = (*partial)->checkpoint();
        VERIFY_RESULT(checkpoint.run());
        (*partial)->checkpointed(checkpoint);
        QFile filler(disk.path() + "/filler"_L1);
        QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        const auto fill = [&filler] {
            for (const int step : {4096, 256}) {
                while (filler.write(QByteArray(step, 'f')) == step) { }
            }
        };
        fill();
        // Room was held for what tells of the bytes.
        VERIFY_RESULT((*partial)->write(mebi, QByteArrayView(content).sliced(mebi, mebi)));
        VERIFY_RESULT((*partial)->noteWritten());
        QCOMPARE(Partial::writtenSoFar(layout, identity(large)), 2 * mebi);
        VERIFY_RESULT((*partial)->checkpoint().run());
        // Somebody takes that, too.
        fill();
        VERIFY_RESULT((*partial)->write(2 * mebi, QByteArrayView(content).sliced(2 * mebi, mebi)));
        const auto full = (*partial)->checkpoint().run();
        QVERIFY(!full);
        QCOMPARE(full.error().kind, core::ErrorKind::DiskFull);
        const auto note = (*partial)->noteWritten();
        QVERIFY(!note);
        QCOMPARE(note.error().kind, core::ErrorKind::DiskFull);
    }
    // What was safe is safe.
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    QCOMPARE((*partial)->written(), firstBytes(2 * mebi));
    QVERIFY(cachetest::readFile((*partial)->filePath()).first(2 * mebi) == content.first(2 * mebi));
    QFile::remove(disk.path() + "/filler"_L1);
}

void TestPartialRoom::failedWriteFallsBack()
{
    // A file larger than this process may write: a failure that is no full disk.
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, QByteArray(mebi, 'x')));
    const auto checkpoint = (*partial)->checkpoint();
    VERIFY_RESULT(checkpoint.run());
    (*partial)->checkpointed(checkpoint);
    VERIFY_RESULT((*partial)->write(mebi, QByteArray(mebi, 'y')));
    VERIFY_RESULT((*partial)->noteWritten());

    auto *const old = ::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit limit{3 * mebi, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto written = (*partial)->write(6 * mebi, QByteArray(mebi, 'z'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, old);
    QVERIFY(!written);
    QCOMPARE((*partial)->written(), firstBytes(mebi));
    QVERIFY(!(*partial)->write(0, "x"_ba));
    QVERIFY(!(*partial)->noteWritten());
    QVERIFY(!(*partial)->checkpoint().run());
    const auto again = Partial::open(layout, identity(large));
    VERIFY_RESULT(again);
    QCOMPARE((*again)->written(), firstBytes(mebi));
}

QTEST_GUILESS_MAIN(TestPartialRoom)

#include "testpartialroom.moc"
