#include "cachefixture.h"

#include <QTest>

#include <csignal>
#include <fcntl.h>

#include "cache/partial.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Partial;
using cachetest::identity;

namespace {
constexpr qint64 mebi = 1024 * 1024;
constexpr qint64 large = 12 * mebi;
} // namespace

// A partial, and what other programs and other versions of the file may do to it.
class TestPartialOthers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whoWrites();
    void whoCutsItShort();
    void whoHadItOpenBefore();
    void remembersTheVersion();

private:
    // One MiB is written and noted; then it is closed.
    static core::Result<void> beginOne(const Layout &layout, const cache::PartialIdentity &what);
    static bool hasLeases(const QString &path);
};

core::Result<void> TestPartialOthers::beginOne(const Layout &layout,
                                               const cache::PartialIdentity &what)
{
    auto partial = Partial::open(layout, what);
    if (!partial)
        return core::Unexpected(partial.error());
    (*partial)->setValidator("\"one\"");
    if (auto written = (*partial)->write(0, QByteArray(mebi, 'x')); !written)
        return written;
    const auto checkpoint = (*partial)->checkpoint();
    return checkpoint.run();
}

bool TestPartialOthers::hasLeases(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly)
        && ::fcntl(file.handle(), F_SETSIG, SIGURG) == 0
        && ::fcntl(file.handle(), F_SETLEASE, F_WRLCK) == 0;
}

// Reading is nobody's harm; whoever may have written makes what was read back worthless.
void TestPartialOthers::whoWrites()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    const QByteArray bytes(100, 'x');
    VERIFY_RESULT((*partial)->write(0, bytes));
    QByteArray onDisk;
    const std::atomic<bool> stop = false;
    VERIFY_RESULT((*partial)->reader().read({0, 100}, stop,
                                            [&onDisk](QByteArrayView data) { onDisk += data; }));
    QCOMPARE(onDisk, bytes);
    VERIFY_RESULT((*partial)->write(large - 1, "x"_ba)); // as long as it should be
    cache::Seal seal = (*partial)->seal();
    QVERIFY(seal.isUntouched());
    QCOMPARE(Partial::writtenSoFar(layout, what), 0); // looks: nothing is safe yet
    QCOMPARE(cachetest::readFile((*partial)->filePath()).size(), large);
    QVERIFY(seal.isUntouched());
    {
        QFile other((*partial)->filePath());
        QVERIFY(other.open(QIODevice::ReadWrite | QIODevice::ExistingOnly));
        QVERIFY2(!seal.isUntouched(), "open for writing: it may be written to at any time");
    }
    QVERIFY(!seal.isUntouched());
}

// Nobody is told either when it is cut by its name, and no block need be missing then.
void TestPartialOthers::whoCutsItShort()
{
    const QTemporaryDir folder;
    const auto partial = Partial::open(Layout(folder.path()), identity(large));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, QByteArray(large, 'x')));
    QVERIFY(QFile::resize((*partial)->filePath(), large - 10));
    QVERIFY(!(*partial)->seal().isUntouched());
}

// Nobody is told what becomes of a file through a descriptor, or a mapping, from before.
void TestPartialOthers::whoHadItOpenBefore()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    VERIFY_RESULT(beginOne(layout, what));
    const QString path = layout.partial(what.repo, what.content);
    if (!hasLeases(path))
        QSKIP("the file system gives no leases, so a file that was there before is read again");
    const QByteArray rest(large - mebi, 'y');
    {
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        QCOMPARE((*partial)->written().total(), mebi);
        VERIFY_RESULT((*partial)->write(mebi, rest));
        QVERIFY((*partial)->seal().isUntouched());
    }
    QFile other(path);
    QVERIFY(other.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered));
    const auto open = [&] { return Partial::open(layout, what); };
    {
        const auto partial = open();
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(mebi, rest));
        QVERIFY(other.putChar('z'));
        QVERIFY(!(*partial)->seal().isUntouched());
    }
    uchar *const mapped = other.map(0, 100);
    QVERIFY(mapped);
    other.close(); // the mapping stays
    const auto partial = open();
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(mebi, rest));
    mapped[1] = 'z';
    QVERIFY(!(*partial)->seal().isUntouched());
}

// Without a digest nothing else tells whether what comes belongs to what is here.
void TestPartialOthers::remembersTheVersion()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large, core::ContentId::make(u"some-etag"_s).value());
    VERIFY_RESULT(beginOne(layout, what));
    {
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        QCOMPARE((*partial)->validator(), "\"one\"");
        VERIFY_RESULT((*partial)->write(mebi, QByteArray(100, 'x')));
        VERIFY_RESULT((*partial)->noteWritten()); // of which no checkpoint knows
    }
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QCOMPARE((*partial)->written().total(), mebi);
    VERIFY_RESULT((*partial)->restart());
    QCOMPARE((*partial)->validator(), QByteArray());
}

QTEST_GUILESS_MAIN(TestPartialOthers)
#include "testpartialothers.moc"
