#include "enginefixture.h"

#include <QDir>
#include <QTest>

#include "cache/layout.h"

using namespace Qt::StringLiterals;
using transfer::Engine;
using transfer::Factor;
using transfer::State;

namespace {

demo::Repo oneFile(const QString &name, qint64 size, quint64 seed)
{
    return support::makeRepo(u"org/"_s + name, {support::lfsFile(u"m.bin"_s, size, seed)});
}

} // namespace

// What is told of a Download while it runs: numbers that add up.
class TestMeasures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bytesBySource();
    void whatWasHereIsReused();
    void connectionsAndSpeed();
    void retries();
    void limitedByOurLimit();
    void limitedByTheServer();
    void allTogether();
};

void TestMeasures::bytesBySource()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo = oneFile(u"source"_s, 24 * MiB, 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 6 * MiB));
    QVERIFY(f.engine->status(id).fetched >= 6 * MiB);
    QCOMPARE(f.engine->status(id).reused, 0);
    f.engine->pause(id);
    QTest::qWait(1000);
    f.engine->resume(id); // of what was fetched a moment ago nothing is reused
    QVERIFY(f.waitForBytes(id, 10 * MiB));
    QCOMPARE(f.engine->status(id).reused, 0);
    f.restart();
    QVERIFY(f.waitForState(id, State::Done));
    const auto status = f.engine->status(id);
    QVERIFY(status.reused >= 10 * MiB);
    QVERIFY(status.fetched > 0);
    // What of an answer was on its way when another connection took its rest comes for nothing.
    const qint64 needed = status.size - status.reused;
    QVERIFY(status.fetched >= needed);
    QVERIFY2(status.fetched < needed + 4 * MiB, qPrintable(QString::number(status.fetched)));
}

void TestMeasures::whatWasHereIsReused()
{
    EngineFixture f;
    const demo::Repo repo = oneFile(u"here"_s, 9 * MiB, 2);
    QVERIFY(f.waitForState(f.get(repo), State::Done));
    const auto again = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(again, State::Done));
    QCOMPARE(f.engine->status(again).reused, 9 * MiB);
    QCOMPARE(f.engine->status(again).fetched, 0);
}

void TestMeasures::connectionsAndSpeed()
{
    transfer::Limits limits;
    limits.connectionsPerFile = 8;
    EngineFixture f(limits, slow(MiB));
    const auto id = f.get(oneFile(u"many"_s, 200 * MiB, 3));
    QVERIFY(QTest::qWaitFor([&] { return f.engine->status(id).connections >= 8; }, 15000));
    QTest::qWait(6500);
    const auto status = f.engine->status(id);
    QVERIFY2(status.bytesPerSecond > 5e6 && status.bytesPerSecond < 9e6,
             qPrintable(QString::number(status.bytesPerSecond)));
    QVERIFY(status.secondsLeft && *status.secondsLeft > 10 && *status.secondsLeft < 60);
    f.engine->pause(id);
    QVERIFY(QTest::qWaitFor([&] { return f.engine->status(id).connections == 0; }, 5000));
    QCOMPARE(f.engine->status(id).bytesPerSecond, 0.0);
    QVERIFY(!f.engine->status(id).limitedBy);
}

void TestMeasures::retries()
{
    EngineFixture f;
    f.hub.addRule(demo::Origin::Cdn, anything, support::FaultyHub::status(500), 2);
    const auto id = f.get(oneFile(u"again"_s, 9 * MiB, 4));
    QVERIFY(f.waitForState(id, State::Done));
    const auto status = f.engine->status(id);
    QCOMPARE(status.retries, 2);
    QVERIFY(status.lastRetry && status.lastRetry->kind == core::ErrorKind::ServerError);
    QVERIFY(status.lastRetryAt.isValid());
    QVERIFY(!status.error);
}

void TestMeasures::limitedByOurLimit()
{
    EngineFixture f;
    const auto id = f.get(oneFile(u"limited"_s, 120 * MiB, 5));
    f.engine->setLimit(id, 3'000'000);
    QVERIFY(f.waitForBytes(id, MiB));
    QTest::qWait(5000);
    QVERIFY(!f.engine->status(id).limitedBy); // too early to say
    QVERIFY(QTest::qWaitFor([&] { return f.engine->status(id).limitedBy.has_value(); }, 9000));
    QCOMPARE(*f.engine->status(id).limitedBy, Factor::Limit);
    QCOMPARE(*f.engine->total().limitedBy, Factor::Limit);
    f.engine->pause(id);
    QVERIFY(!f.engine->status(id).limitedBy);
}

void TestMeasures::limitedByTheServer()
{
    EngineFixture f({}, slow(MiB / 2));
    const auto id = f.get(oneFile(u"slow"_s, 150 * MiB, 6));
    QVERIFY(QTest::qWaitFor([&] { return f.engine->status(id).limitedBy.has_value(); }, 25000));
    QCOMPARE(*f.engine->status(id).limitedBy, Factor::Network);
}

void TestMeasures::allTogether()
{
    transfer::Limits limits;
    limits.downloadsAtOnce = 2;
    limits.speed = 4'000'000;
    EngineFixture f(limits);
    const auto one = f.get(oneFile(u"one"_s, 40 * MiB, 7));
    const auto two = f.get(oneFile(u"two"_s, 40 * MiB, 8));
    f.hub.setRepo(oneFile(u"three"_s, 5 * MiB, 9));
    f.engine->add(f.request(oneFile(u"three"_s, 5 * MiB, 9)), Engine::Begin::Paused);
    QVERIFY(f.waitForBytes(one, 3 * MiB) && f.waitForBytes(two, MiB));
    QTest::qWait(5500);
    const auto total = f.engine->total();
    QVERIFY2(total.bytesPerSecond > 3.4e6 && total.bytesPerSecond < 4.6e6,
             qPrintable(QString::number(total.bytesPerSecond)));
    QCOMPARE(total.left, 80 * MiB - f.engine->status(one).done - f.engine->status(two).done);
    QVERIFY(total.secondsLeft && *total.secondsLeft > 5 && *total.secondsLeft < 30);
    QVERIFY(total.connections >= 2);
    QVERIFY(total.fetched >= 20 * MiB);
    f.engine->pauseAll();
    QVERIFY(QTest::qWaitFor([&] { return f.engine->total().connections == 0; }, 5000));
    QCOMPARE(f.engine->total().left, 0);
    f.engine->remove(one);
    QVERIFY(f.engine->total().fetched >= total.fetched); // what was fetched was fetched
}

QTEST_GUILESS_MAIN(TestMeasures)
#include "test_measures.moc"
