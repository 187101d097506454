#include "enginefixture.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

#include "transfer/filedownload.h"

using namespace Qt::StringLiterals;
using transfer::Engine;
using transfer::State;

namespace {

demo::Repo repoOf(const QString &name, int files, qint64 size, quint64 seed)
{
    QList<demo::File> list;
    for (int i = 0; i < files; ++i)
        list.append(
            support::lfsFile(u"f%1.bin"_s.arg(i), size, seed * 1000 + static_cast<quint64>(i)));
    return support::makeRepo(u"org/"_s + name, list);
}

// Bytes per second of all Downloads, from one report of them to another that comes so much later.
double measured(EngineFixture &f, int seconds)
{
    const auto bytes = [&f] {
        qint64 sum = 0;
        for (const auto &id : f.engine->downloads())
            sum += f.engine->status(id).done;
        return sum;
    };
    QElapsedTimer clock;
    clock.start();
    struct Report {
        qint64 bytes = 0;
        qint64 time = -1;
    };
    Report first{bytes(), -1};
    Report last = first;
    const bool isOver = QTest::qWaitFor(
        [&] {
            if (const qint64 now = bytes(); now != last.bytes)
                last = {now, clock.nsecsElapsed()};
            if (first.time < 0)
                first = last;
            return first.time >= 0 && last.time - first.time >= qint64(seconds) * 1'000'000'000;
        },
        seconds * 1000 + 5000);
    return isOver ? static_cast<double>(last.bytes - first.bytes) * 1e9
            / static_cast<double>(last.time - first.time)
                  : 0;
}

bool isWithin(double rate, double wanted, double part)
{
    qInfo("%.0f bytes/s where %.0f are allowed: %+.2f %%", rate, wanted, (rate / wanted - 1) * 100);
    return std::abs(rate / wanted - 1) <= part;
}

int connectionsToCdn(const EngineFixture &f)
{
    const auto seen = f.hub.requests(demo::Origin::Cdn, anything);
    return static_cast<int>(std::count_if(seen.begin(), seen.end(), [](const auto &one) {
        return one.status == 0; // not at its end
    }));
}

} // namespace

// How fast bytes are read under limits, over real sockets and in real time.
class TestLimit : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ofAllOverTenSeconds();
    void ofOneOverTenSeconds();
    void smallFilesObeyToo();
    void holdIsNoStall();
    void holdBeginsNothing();
    void aNarrowLimitIsForOneFile();
    void aFileOutsideTheQueue();
    void survivesARestart();
};

void TestLimit::ofAllOverTenSeconds()
{
    transfer::Limits limits;
    limits.downloadsAtOnce = 2;
    limits.speed = 4'000'000;
    EngineFixture f(limits);
    f.get(repoOf(u"one"_s, 2, 150 * MiB, 1));
    const auto two = f.get(repoOf(u"two"_s, 1, 100 * MiB, 2));
    QVERIFY(f.waitForBytes(two, MiB));
    QVERIFY(isWithin(measured(f, 10), 4e6, 0.05));
    // Changed while they run.
    limits.speed = 800'000;
    f.engine->setLimits(limits);
    QTest::qWait(500);
    QVERIFY(isWithin(measured(f, 10), 8e5, 0.05));
    limits.speed = 8'000'000;
    f.engine->setLimits(limits);
    QTest::qWait(1000);
    QVERIFY(isWithin(measured(f, 5), 8e6, 0.05));
    limits.speed.reset();
    f.engine->setLimits(limits);
    QVERIFY(f.waitForState(two, State::Done, 60));
}

void TestLimit::ofOneOverTenSeconds()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"one"_s, 1, 120 * MiB, 3);
    const auto id = f.get(repo);
    f.engine->setLimit(id, 2'500'000);
    QVERIFY(f.waitForBytes(id, MiB));
    QVERIFY(isWithin(measured(f, 10), 2.5e6, 0.05));
    f.engine->setLimit(id, std::nullopt);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

// Such a file has arrived in the buffers before it may be read.
void TestLimit::smallFilesObeyToo()
{
    transfer::Limits limits;
    limits.speed = 1'000'000;
    EngineFixture f(limits);
    const auto id = f.get(repoOf(u"small"_s, 40, 700'000, 4));
    QVERIFY(f.waitForBytes(id, 100'000));
    QVERIFY(isWithin(measured(f, 10), 1e6, 0.05));
}

// Longer than silence is suffered anywhere.
void TestLimit::holdIsNoStall()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"held"_s, 1, 200 * MiB, 5);
    const auto id = f.get(repo);
    f.engine->setLimit(id, 3'000'000);
    QVERIFY(f.waitForBytes(id, 2 * MiB));
    f.engine->setLimit(id, 0);
    QTest::qWait(500);
    const qint64 here = f.engine->status(id).done;
    const auto requests = f.hub.requests().size();
    QTest::qWait(34000);
    QCOMPARE(f.engine->status(id).done, here);
    QCOMPARE(f.engine->status(id).state, State::Fetching);
    QCOMPARE(f.hub.requests().size(), requests);
    QVERIFY(!f.engine->status(id).error);
    f.engine->setLimit(id, std::nullopt);
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

void TestLimit::holdBeginsNothing()
{
    transfer::Limits limits;
    limits.speed = 0;
    EngineFixture f(limits);
    const auto id = f.get(repoOf(u"later"_s, 2, 2 * MiB, 6));
    QTest::qWait(800);
    QCOMPARE(f.hub.requests().size(), 0);
    QCOMPARE(f.engine->status(id).state, State::Queued);
    f.engine->setLimits({});
    QVERIFY(f.waitForState(id, State::Done));
}

void TestLimit::aNarrowLimitIsForOneFile()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"narrow"_s, 4, 70 * MiB, 7);
    const auto id = f.get(repo);
    const auto fetching = [&] {
        int count = 0;
        for (const transfer::FileStatus &file : f.engine->files(id))
            count += file.state == State::Fetching ? 1 : 0;
        return count;
    };
    f.engine->setLimit(id, 6'000'000);
    QVERIFY(QTest::qWaitFor([&] { return fetching() == 4; }, 20000));
    f.engine->setLimit(id, 1'500'000);
    QVERIFY(QTest::qWaitFor([&] { return fetching() == 1; }, 5000));
    QVERIFY(QTest::qWaitFor([&] { return connectionsToCdn(f) <= 1; }, 5000));
    QTest::qWait(1000);
    QCOMPARE(fetching(), 1);
    f.engine->setLimit(id, std::nullopt);
    QVERIFY(f.waitForState(id, State::Done, 90));
    for (const demo::File &file : repo.files)
        QVERIFY(f.isRight(repo, file));
}

void TestLimit::aFileOutsideTheQueue()
{
    transfer::Limits limits;
    limits.speed = 1'000'000;
    EngineFixture f(limits);
    const demo::Repo repo = repoOf(u"copy"_s, 1, 4'000'000, 8);
    f.hub.setRepo(repo);
    transfer::FileRequest request;
    request.url = f.http.endpoint.resolve(repo.id, repo.commit, u"f0.bin"_s);
    request.destination = f.folder.filePath(u"copy.bin"_s);
    QElapsedTimer clock;
    clock.start();
    auto *call = f.engine->downloadFile(request);
    QSignalSpy ended(call, &QObject::destroyed);
    QVERIFY(ended.wait(30000));
    QVERIFY2(clock.elapsed() > 3500 && clock.elapsed() < 7000,
             qPrintable(QString::number(clock.elapsed())));
    QCOMPARE(QFile(request.destination).size(), 4'000'000);
}

void TestLimit::survivesARestart()
{
    EngineFixture f;
    const auto id = f.get(repoOf(u"kept"_s, 1, 60 * MiB, 9));
    f.engine->setLimit(id, 3'000'000);
    QVERIFY(f.waitForBytes(id, MiB));
    f.restart();
    QVERIFY(f.engine->status(id).limit == core::SpeedLimit(3'000'000));
    QVERIFY(f.waitForState(id, State::Fetching));
    QTest::qWait(500);
    QVERIFY(isWithin(measured(f, 4), 3e6, 0.06));
    f.engine->setLimit(id, 0);
    f.restart();
    QVERIFY(f.engine->status(id).limit == core::SpeedLimit(0));
    f.engine->setLimit(id, std::nullopt);
    QVERIFY(f.waitForState(id, State::Done));
}

QTEST_GUILESS_MAIN(TestLimit)
#include "test_limit.moc"
