#include "enginefixture.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <thread>
#include <unistd.h>

#include "cache/layout.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using transfer::State;

namespace {

QString partialOf(const EngineFixture &f, const demo::Repo &repo)
{
    const QString blobs = QFileInfo(f.blob(repo, repo.files[0])).path();
    const QStringList names = QDir(blobs).entryList({u"*.hubload.incomplete"_s}, QDir::Files);
    return names.size() == 1 ? blobs + u'/' + names.first() : QString();
}

// As another program would: opened, written to, closed.
bool flip(const QString &path, qint64 offset)
{
    QFile file(path);
    char byte = 0;
    return file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered)
        && file.seek(offset) && file.getChar(&byte) && file.seek(offset)
        && file.putChar(static_cast<char>(byte ^ 1));
}
} // namespace

// Bytes that change on disk between their arrival and the final name.
class TestRepair : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void behindTheDigest();
    void afterAPause();
    void aDiskThatNeverKeeps();
    void aWrongSourceOnce();
    void aWrongSource();
    void deletedBeforeTheRef();
    void deletedAgainAndAgain();
};

// The digest has long passed when the byte changes; that is noticed, and one piece is fetched
// again.
void TestRepair::behindTheDigest()
{
    EngineFixture f({}, slow(6 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/flip"_s, {support::lfsFile(u"m.bin"_s, 64 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 40 * MiB, 60));
    QVERIFY(flip(partialOf(f, repo), 100));
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.engine->status(id).checked);
    const qint64 sent = f.hub.bodyBytes(demo::Origin::Cdn);
    QVERIFY2(sent < (64 + 8 + 4) * MiB, qPrintable(QString::number(sent)));
    QCOMPARE(f.leftovers(repo), QStringList());
}

// What the sidecar knows of the arrival outlives the program.
void TestRepair::afterAPause()
{
    EngineFixture f({}, slow(6 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/paused"_s, {support::lfsFile(u"m.bin"_s, 64 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 40 * MiB, 60));
    f.engine->pause(id);
    QTRY_VERIFY_WITH_TIMEOUT(f.engine->isIdle(), 10000);
    f.restart();
    QVERIFY(flip(partialOf(f, repo), 9 * MiB));
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    const qint64 sent = f.hub.bodyBytes(demo::Origin::Cdn);
    QVERIFY2(sent < (64 + 8 + 8) * MiB, qPrintable(QString::number(sent)));
}

// It is repaired a few times, then a person is needed.
void TestRepair::aDiskThatNeverKeeps()
{
    EngineFixture f({}, slow(24 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/rotten"_s, {support::lfsFile(u"m.bin"_s, 48 * MiB)});
    const auto id = f.get(repo);
    const auto state = [&] { return f.engine->status(id).state; };
    bool isLate = false; // what was flipped perhaps had its final name by then
    for (int i = 0; i < 6000 && state() != State::Failed && state() != State::Done; ++i) {
        QTest::qWait(20);
        if (const QString partial = partialOf(f, repo); !partial.isEmpty()) {
            flip(partial, 5 * MiB + 1);
            isLate = !QFile::exists(partial);
        }
    }
    if (state() == State::Done)
        QVERIFY(isLate || f.isRight(repo, repo.files[0])); // an even number of flips
    else
        QCOMPARE(f.engine->status(id).error->kind, core::ErrorKind::Checksum);
}

// All pieces are as they arrived: the whole file is fetched once more.
void TestRepair::aWrongSourceOnce()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/wrongonce"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(5, 'x'), 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) >= 40 * MiB);
}

void TestRepair::aWrongSource()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/wrong"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(5, 'x'));
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed, 60));
    QCOMPARE(f.engine->status(id).error->kind, core::ErrorKind::Checksum);
    QVERIFY(!QFile::exists(f.blob(repo, repo.files[0])));
    QVERIFY(!QFile::exists(f.entry(repo, u"m.bin"_s)));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 45 * MiB);
}

// Whoever deletes what no ref leads to does so with all that is finished of a first download.
void TestRepair::deletedBeforeTheRef()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo = support::makeRepo(u"org/pruned"_s,
                                              {support::gitFile(u"a/README.md"_s, "# Pruned"_ba),
                                               support::lfsFile(u"b.bin"_s, 4 * MiB),
                                               support::lfsFile(u"m.bin"_s, 100 * MiB)});
    const QSignalSpy startedOver(f.engine.get(), &transfer::Engine::startedOver);
    const auto id = f.get(repo);
    const auto isDone = [&f, &repo](qsizetype file) {
        return QFile::exists(f.entry(repo, repo.files[file].path));
    };
    QTRY_VERIFY_WITH_TIMEOUT(isDone(0) && isDone(1), 20000);
    for (const qsizetype file : {0, 1})
        QVERIFY(QFile::remove(f.blob(repo, repo.files[file])));
    QVERIFY(QDir(QFileInfo(f.entry(repo, u"m.bin"_s)).path()).removeRecursively());
    QVERIFY(f.waitForState(id, State::Done, 60));
    for (const demo::File &file : repo.files)
        QVERIFY2(f.isRight(repo, file), qPrintable(file.path));
    QCOMPARE(startedOver.count(), 1);
    const transfer::DownloadStatus status = f.engine->status(id);
    QVERIFY(status.checked);
    QCOMPARE(status.done, status.size);
    QCOMPARE(status.filesDone, 3);
    QCOMPARE(f.leftovers(repo), QStringList());
    QVERIFY(QFile::exists(cache::Layout(f.place.path).ref(repo.id, u"main"_s)));
}

// It is fetched anew a few times, then a person is needed, and there is no ref.
void TestRepair::deletedAgainAndAgain()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/hated"_s, {support::gitFile(u"README.md"_s, "# Hated"_ba)});
    const QByteArray entry = QFile::encodeName(f.entry(repo, u"README.md"_s));
    std::atomic<bool> isOver = false;
    std::thread hater([&entry, &isOver] {
        while (!isOver)
            ::unlink(entry.constData());
    });
    const auto id = f.get(repo);
    const bool hasFailed = f.waitForState(id, State::Failed, 60);
    isOver = true;
    hater.join();
    QVERIFY(hasFailed);
    QCOMPARE(f.engine->status(id).error->kind, core::ErrorKind::FileIo);
    const QString ref = cache::Layout(f.place.path).ref(repo.id, u"main"_s);
    QVERIFY(!QFile::exists(ref));
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(QFile::exists(ref));
}

QTEST_GUILESS_MAIN(TestRepair)
#include "test_repair.moc"
