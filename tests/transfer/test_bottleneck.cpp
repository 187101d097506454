#include <QTest>

#include "transfer/bottleneck.h"

using namespace std::chrono_literals;
using transfer::Bottleneck;
using transfer::Factor;
using transfer::limitingFactor;

class TestBottleneck : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theLargestShare();
    void notBeforeTenSeconds();
    void onlyTheLastTenSeconds();
    void connectionsAddUp();
    void withoutAnyConnection();
};

namespace {

// Every quarter of a second from begin to end; each second adds these times.
void feed(Bottleneck *bottleneck, core::Clock::Duration begin, core::Clock::Duration end,
          Bottleneck::Sample *sample, std::chrono::milliseconds reading,
          std::chrono::milliseconds limited, std::chrono::milliseconds held)
{
    for (auto now = begin; now <= end; now += 250ms) {
        bottleneck->add(now, *sample);
        sample->use.reading += reading / 4;
        sample->use.limited += limited / 4;
        sample->use.held += held / 4;
    }
}

} // namespace

void TestBottleneck::theLargestShare()
{
    QCOMPARE(limitingFactor({}), Factor::Network);
    QCOMPARE(limitingFactor({.limited = 0.2, .held = 0.29}), Factor::Network);
    QCOMPARE(limitingFactor({.limited = 0.9}), Factor::Limit);
    QCOMPARE(limitingFactor({.limited = 0.4, .held = 0.5}), Factor::Disk);
    QCOMPARE(limitingFactor({.checking = 0.31}), Factor::Checking);
    QCOMPARE(limitingFactor({.held = 0.35, .refused = 0.8}), Factor::RateLimit);
}

void TestBottleneck::notBeforeTenSeconds()
{
    Bottleneck bottleneck;
    QVERIFY(!bottleneck.factor());
    Bottleneck::Sample sample;
    feed(&bottleneck, 0s, 9750ms, &sample, 100ms, 900ms, 0ms);
    QVERIFY(!bottleneck.factor());
    feed(&bottleneck, 10s, 10s, &sample, 100ms, 900ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::Limit);
    bottleneck.reset();
    QVERIFY(!bottleneck.factor());
}

void TestBottleneck::onlyTheLastTenSeconds()
{
    Bottleneck bottleneck;
    Bottleneck::Sample sample;
    feed(&bottleneck, 0s, 60s, &sample, 0ms, 1000ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::Limit);
    feed(&bottleneck, 60250ms, 66s, &sample, 200ms, 0ms, 800ms);
    QCOMPARE(*bottleneck.factor(), Factor::Disk);
    feed(&bottleneck, 66250ms, 80s, &sample, 1000ms, 0ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::Network);
}

// Of eight connections three wait for the disk.
void TestBottleneck::connectionsAddUp()
{
    Bottleneck bottleneck;
    Bottleneck::Sample sample;
    feed(&bottleneck, 0s, 12s, &sample, 5000ms, 0ms, 3000ms);
    QCOMPARE(*bottleneck.factor(), Factor::Disk);
}

void TestBottleneck::withoutAnyConnection()
{
    Bottleneck bottleneck;
    Bottleneck::Sample sample;
    sample.checks = true;
    feed(&bottleneck, 0s, 12s, &sample, 0ms, 0ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::Checking);
    sample.checks = false;
    sample.isRefused = true;
    feed(&bottleneck, 12250ms, 30s, &sample, 0ms, 0ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::RateLimit);
    sample.isRefused = false;
    feed(&bottleneck, 30250ms, 50s, &sample, 0ms, 0ms, 0ms);
    QCOMPARE(*bottleneck.factor(), Factor::Network);
}

QTEST_GUILESS_MAIN(TestBottleneck)
#include "test_bottleneck.moc"
