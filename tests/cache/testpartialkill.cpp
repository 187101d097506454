// A child process fills a partial and is killed at random moments; whatever the sidecar and the
// hint claim afterwards must be true.

#include "cachefixture.h"

#include <QCoreApplication>
#include <QTest>
#include <QThread>

#include <cstdio>

#include "cache/partial.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Partial;
using cachetest::identity;

namespace {

constexpr qint64 mebi = 1024 * 1024;
constexpr quint32 killSeed = 77;
constexpr qint64 killSize = 8 * mebi;

// The child: goes on with the partial, in random pieces, until it is killed or done.
int writeUntilKilled(const QString &root, quint32 seed)
{
    const QByteArray content = cachetest::randomBytes(killSize, killSeed);
    QRandomGenerator random(seed);
    const auto partial = Partial::open(Layout(root), identity(killSize));
    if (!partial)
        return 1;
    std::puts("begun");
    std::fflush(stdout);
    for (int i = 0; !(*partial)->written().contains({0, killSize}); ++i) {
        const auto gaps = (*partial)->written().gaps(killSize);
        const core::Range gap = gaps.at(random.bounded(gaps.size()));
        const qint64 begin = gap.begin + random.bounded(gap.size());
        const qint64 size = std::min<qint64>(gap.end - begin, 1 + random.bounded(40000));
        if (!(*partial)->write(begin, QByteArrayView(content).sliced(begin, size)))
            return 2;
        if (i % 5 == 0 && !(*partial)->noteWritten())
            return 3;
        if (i % 17 == 0) {
            const auto checkpoint = (*partial)->checkpoint();
            if (!checkpoint.run())
                return 4;
            (*partial)->checkpointed(checkpoint);
        }
    }
    return (*partial)->checkpoint().run() ? 0 : 5;
}

} // namespace

class TestPartialKill : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void survivesKills();
};

void TestPartialKill::survivesKills()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(killSize);
    const QByteArray content = cachetest::randomBytes(killSize, killSeed);
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    qint64 before = 0;
    int kills = 0;
    for (int round = 0; round < 20; ++round) {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(),
                    {u"--write"_s, folder.path(), QString::number(random.generate())});
        QVERIFY(child.waitForReadyRead(30000));
        QThread::usleep(static_cast<unsigned long>(random.bounded(30000)));
        child.kill();
        QVERIFY(child.waitForFinished(30000));
        kills += child.exitStatus() == QProcess::CrashExit ? 1 : 0;

        const auto safe = cache::decodeSidecar(
            cachetest::readFile(layout.sidecar(what.repo, what.content)), what);
        QVERIFY2(safe, "a kill left no readable sidecar");
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        const QByteArray disk = cachetest::readFile((*partial)->filePath());
        for (const core::Range &range : (*partial)->written().ranges()) {
            QVERIFY(range.end <= disk.size());
            QVERIFY2(QByteArrayView(disk).sliced(range.begin, range.size())
                         == QByteArrayView(content).sliced(range.begin, range.size()),
                     "a claimed byte is wrong");
        }
        for (const core::Range &range : safe->have.ranges())
            QVERIFY((*partial)->written().contains(range));
        QVERIFY2((*partial)->written().total() >= before, "a kill lost what was there");
        before = (*partial)->written().total();
    }
    QVERIFY(kills > 0);
    QVERIFY(before > 0);
    QCOMPARE(writeUntilKilled(folder.path(), seed), 0);
    QVERIFY(cachetest::readFile(layout.partial(what.repo, what.content)) == content);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 4 && arguments.at(1) == "--write"_L1)
        return writeUntilKilled(arguments.at(2), arguments.at(3).toUInt());
    TestPartialKill test;
    return QTest::qExec(&test, argc, argv);
}

#include "testpartialkill.moc"
