#include <QTest>

#include "transfer/speed.h"

using namespace std::chrono_literals;

class TestSpeed : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingIsGuessedEarly();
    void steadyRate();
    void rateFallsWhenNothingComes();
    void beginsAgainWhenBytesAreDropped();
};

void TestSpeed::nothingIsGuessedEarly()
{
    transfer::Speed speed;
    QCOMPARE(speed.bytesPerSecond(1s), 0.0);
    speed.add(1000ms, 0);
    speed.add(1500ms, 500000);
    QVERIFY(!speed.secondsLeft(1500ms, 1000000));
    speed.add(5500ms, 4500000);
    QVERIFY(!speed.secondsLeft(5500ms, 1000000));
    speed.add(6000ms, 5000000);
    QCOMPARE(*speed.secondsLeft(6000ms, 1000000), 1);
}

void TestSpeed::steadyRate()
{
    transfer::Speed speed;
    for (int i = 0; i <= 40; ++i)
        speed.add(i * 250ms, i * 250000);
    QVERIFY(qAbs(speed.bytesPerSecond(10s) - 1e6) < 1e5);
    QCOMPARE(*speed.secondsLeft(10s, 5000000), 5);
}

void TestSpeed::rateFallsWhenNothingComes()
{
    transfer::Speed speed;
    for (int i = 0; i <= 40; ++i)
        speed.add(i * 250ms, i * 250000);
    for (int i = 41; i <= 60; ++i)
        speed.add(i * 250ms, 10000000);
    QCOMPARE(speed.bytesPerSecond(15s), 0.0);
}

void TestSpeed::beginsAgainWhenBytesAreDropped()
{
    transfer::Speed speed;
    speed.add(0s, 0);
    speed.add(3s, 3000000);
    speed.add(4s, 0);
    QCOMPARE(speed.bytesPerSecond(4s), 0.0);
    speed.add(5s, 1000000);
    QVERIFY(qAbs(speed.bytesPerSecond(5s) - 1e6) < 1e5);
}

QTEST_GUILESS_MAIN(TestSpeed)
#include "test_speed.moc"
