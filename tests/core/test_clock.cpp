#include <QTest>

#include "support/manualclock.h"

using core::Clock;
using namespace std::chrono_literals;

class TestClock : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void systemClockMovesAndCallsBack();
    void systemClockIsNeverEarly();
    void systemClockForgetsDeadContexts();
    void manualClockRunsInOrder();
    void manualClockRunsWhatCallbacksAskFor();
    void manualClockForgetsDeadContexts();
};

void TestClock::systemClockMovesAndCallsBack()
{
    core::SystemClock clock;
    const Clock::Duration before = clock.monotonic();
    int calls = 0;
    QThread *where = nullptr;
    clock.after(20ms, this, [&] {
        ++calls;
        where = QThread::currentThread();
    });
    QCOMPARE(calls, 0);
    QTRY_COMPARE(calls, 1);
    QVERIFY(clock.monotonic() - before >= 20ms);
    QCOMPARE(where, QThread::currentThread());
    QTest::qWait(50);
    QCOMPARE(calls, 1);
    QCOMPARE(clock.utcNow().timeSpec(), Qt::UTC);
    clock.after(-5ms, this, [&] { ++calls; });
    QCOMPARE(calls, 1); // never inside the call
    QTRY_COMPARE(calls, 2);
}

// Long waits as well, which Qt's coarse timers would round by five per cent either way.
void TestClock::systemClockIsNeverEarly()
{
    core::SystemClock clock;
    const Clock::Duration start = clock.monotonic();
    int early = 0;
    int calls = 0;
    for (Clock::Duration delay = 2000ms; delay < 3000ms; delay += 20ms) {
        clock.after(delay, this, [&, delay] {
            ++calls;
            if (clock.monotonic() - start < delay)
                ++early;
        });
    }
    QTRY_COMPARE(calls, 50);
    QCOMPARE(early, 0);
}

void TestClock::systemClockForgetsDeadContexts()
{
    core::SystemClock clock;
    bool called = false;
    auto context = std::make_unique<QObject>();
    clock.after(1ms, context.get(), [&] { called = true; });
    clock.after(std::chrono::hours(24 * 365), this, [&] { called = true; }); // beyond Qt's int
    context.reset();
    QTest::qWait(50);
    QVERIFY(!called);
}

void TestClock::manualClockRunsInOrder()
{
    support::ManualClock clock;
    const Clock::Duration start = clock.monotonic();
    const QDateTime wall = clock.utcNow();
    QStringList order;
    QList<Clock::Duration> times;
    const auto note = [&](const QString &name) {
        return [&, name] {
            order.append(name);
            times.append(clock.monotonic() - start);
        };
    };
    clock.after(30ms, this, note(QStringLiteral("c")));
    clock.after(10ms, this, note(QStringLiteral("a")));
    clock.after(10ms, this, note(QStringLiteral("b")));
    clock.advance(9ms);
    QVERIFY(order.isEmpty());
    clock.advance(1ms);
    QCOMPARE(order, (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(clock.waiting(), 1);
    QVERIFY(clock.advanceToNext());
    QVERIFY(!clock.advanceToNext());
    QCOMPARE(order.size(), 3);
    QCOMPARE(times, (QList<Clock::Duration>{10ms, 10ms, 30ms}));
    QCOMPARE(wall.msecsTo(clock.utcNow()), 30);
}

void TestClock::manualClockRunsWhatCallbacksAskFor()
{
    support::ManualClock clock;
    int calls = 0;
    std::function<void()> again = [&] {
        ++calls;
        clock.after(10ms, this, again);
    };
    clock.after(10ms, this, again);
    clock.advance(100ms);
    QCOMPARE(calls, 10);
}

void TestClock::manualClockForgetsDeadContexts()
{
    support::ManualClock clock;
    bool called = false;
    auto context = std::make_unique<QObject>();
    clock.after(1ms, context.get(), [&] { called = true; });
    context.reset();
    QCOMPARE(clock.waiting(), 0);
    clock.advance(1s);
    QVERIFY(!called);
}

QTEST_GUILESS_MAIN(TestClock)
#include "test_clock.moc"
