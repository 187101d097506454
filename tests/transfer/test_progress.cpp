#include "enginefixture.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include "cache/layout.h"
#include "cache/store.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using transfer::State;

// What is told of how far a download is: never more than is so, all of it only at the end, and less
// than before only with an event that says why.
class TestProgress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void allOnlyAtTheEnd();
    void firstFigureAfterARestart();
    void firstFigureOfANewDownload();
    void wrongSource();
    void partialIsGone();
    void storedIsDamaged();
    void smallFileGoesOn_data();
    void smallFileGoesOn();

private:
    struct Figure {
        qint64 done = 0;
        qint64 size = 0;
        State state = State::Queued;
    };
    // Everything that is told of a download from now on.
    struct Watcher : QObject {
        explicit Watcher(EngineFixture &fixture)
        {
            connect(fixture.engine.get(), &transfer::Engine::changed, this,
                    [this, &fixture](const QList<transfer::DownloadId> &ids) {
                        for (const transfer::DownloadId &id : ids)
                            look(fixture.engine->status(id));
                    });
            connect(fixture.engine.get(), &transfer::Engine::startedOver, this,
                    [this](const transfer::DownloadId &, const transfer::StartOver &what) {
                        startOvers.append(what);
                        mayFall = true;
                    });
        }
        void look(const transfer::DownloadStatus &status)
        {
            if (!status.isCounted)
                return;
            isTrue = isTrue && status.done <= status.size
                && (status.done < status.size || status.state == State::Done)
                && (figures.isEmpty() || mayFall || status.done >= figures.last().done);
            mayFall = false;
            figures.append({status.done, status.size, status.state});
        }

        QList<Figure> figures;
        QList<transfer::StartOver> startOvers;
        bool isTrue = true;
        bool mayFall = false;
    };
};

void TestProgress::allOnlyAtTheEnd()
{
    EngineFixture f({}, slow(4 * MiB));
    Watcher watcher(f);
    const demo::Repo repo = support::makeRepo(
        u"org/told"_s,
        {support::lfsFile(u"large.bin"_s, 40 * MiB), support::lfsFile(u"small.bin"_s, MiB, 2),
         support::gitFile(u"empty"_s, {}), support::gitFile(u"one"_s, "1")});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(watcher.isTrue);
    QVERIFY(watcher.startOvers.isEmpty());
    QVERIFY(watcher.figures.size() > 2);
    QCOMPARE(f.engine->status(id).done, f.engine->status(id).size);
    const auto files = f.engine->files(id);
    for (const transfer::FileStatus &file : files)
        QCOMPARE(file.done, file.size);
}

void TestProgress::firstFigureAfterARestart()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/again"_s, {support::lfsFile(u"m.bin"_s, 64 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 10 * MiB));
    f.engine->shutdown();
    const auto content = core::ContentId::make(repo.files[0].content->sha256());
    const cache::Store store(f.place);
    const qint64 onDisk = store.storedBytes(repo.id, repo.commit, u"m.bin"_s, *content, 64 * MiB);
    QVERIFY(onDisk >= 9 * MiB);
    f.hub.addRule(demo::Origin::Hub, anything, FaultyHub::status(503), 1); // nothing comes yet
    f.restart();
    Watcher watcher(f);
    QVERIFY(QTest::qWaitFor([&] { return !watcher.figures.isEmpty(); }, 10000));
    QCOMPARE(watcher.figures.first().done, onDisk);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(watcher.isTrue);
    QVERIFY(watcher.startOvers.isEmpty());
}

// Of a queue that is not kept: the same files are asked for once more.
void TestProgress::firstFigureOfANewDownload()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/anew"_s, {support::lfsFile(u"m.bin"_s, 64 * MiB)});
    const auto first = f.get(repo);
    QVERIFY(f.waitForBytes(first, 10 * MiB));
    f.engine->cancel(first);
    QTRY_VERIFY_WITH_TIMEOUT(f.engine->isIdle(), 10000);
    f.engine->remove(first);
    Watcher watcher(f);
    const auto second = f.engine->add(f.request(repo), transfer::Engine::Begin::Paused);
    QVERIFY(QTest::qWaitFor([&] { return f.engine->status(second).isCounted; }, 10000));
    QVERIFY(f.engine->status(second).done >= 9 * MiB);
}

void TestProgress::wrongSource()
{
    EngineFixture f({}, slow(4 * MiB));
    Watcher watcher(f);
    const demo::Repo repo =
        support::makeRepo(u"org/wrong"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(5, 'x'), 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(watcher.isTrue);
    QCOMPARE(watcher.startOvers.size(), 1);
    QCOMPARE(watcher.startOvers[0].path, u"m.bin"_s);
    QCOMPARE(watcher.startOvers[0].left, 0);
    QCOMPARE(watcher.startOvers[0].why.kind, core::ErrorKind::Checksum);
    QVERIFY(f.engine->status(id).lastStartOver.has_value());
}

// Another program removed it while nothing ran.
void TestProgress::partialIsGone()
{
    EngineFixture f({}, slow(2 * MiB));
    Watcher watcher(f);
    const demo::Repo repo =
        support::makeRepo(u"org/pruned"_s, {support::lfsFile(u"m.bin"_s, 32 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 10 * MiB));
    f.engine->pause(id);
    QTRY_VERIFY_WITH_TIMEOUT(f.engine->isIdle(), 10000);
    const auto content = core::ContentId::make(repo.files[0].content->sha256());
    QTest::qWait(500); // the last note is written
    QVERIFY(QFile::remove(cache::Layout(f.place.path).partial(repo.id, *content)));
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(watcher.isTrue);
    QCOMPARE(watcher.startOvers.size(), 1);
    QCOMPARE(core::kindName(watcher.startOvers[0].why.kind), u"partial-gone"_s);
}

// What lies under the name of its digest is not what it says.
void TestProgress::storedIsDamaged()
{
    EngineFixture f;
    Watcher watcher(f);
    const demo::Repo repo =
        support::makeRepo(u"org/damaged"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    const QString path = f.blob(repo, repo.files[0]);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile blob(path);
    QVERIFY(blob.open(QIODevice::WriteOnly) && blob.resize(20 * MiB));
    blob.close();
    f.hub.setRepo(repo);
    f.hub.addRule(demo::Origin::Cdn, QRegularExpression(u"."_s),
                  support::FaultyHub::drip(2 * MiB)); // slower than figures are told
    const auto id = f.engine->add(f.request(repo), transfer::Engine::Begin::Paused);
    QTRY_VERIFY(f.engine->status(id).isCounted);
    QVERIFY(f.engine->status(id).done > 0);
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(watcher.isTrue);
    QCOMPARE(watcher.startOvers.size(), 1);
    QCOMPARE(core::kindName(watcher.startOvers[0].why.kind), u"stored-damaged"_s);
}

void TestProgress::smallFileGoesOn_data()
{
    QTest::addColumn<qint64>("bytesPerSecond");
    QTest::newRow("stopped at once") << 4 * MiB;
    QTest::newRow("on a slow line") << MiB / 2;
}

void TestProgress::smallFileGoesOn()
{
    QFETCH(qint64, bytesPerSecond);
    EngineFixture f({}, slow(bytesPerSecond));
    Watcher watcher(f);
    const demo::Repo repo =
        support::makeRepo(u"org/small"_s, {support::lfsFile(u"m.bin"_s, 4 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, MiB));
    f.engine->pause(id);
    QTRY_VERIFY(f.engine->isIdle());
    QVERIFY(f.engine->status(id).done >= MiB);
    f.restart();
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(watcher.isTrue);
    QVERIFY(watcher.startOvers.isEmpty());
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 4 * MiB + MiB / 2);
}

QTEST_GUILESS_MAIN(TestProgress)
#include "test_progress.moc"
