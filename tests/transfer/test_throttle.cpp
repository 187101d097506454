#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <memory>

#include "transfer/throttle.h"

using namespace std::chrono_literals;
using transfer::FlowUse;
using transfer::Throttle;
using transfer::TokenBucket;

class TestThrottle : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refillsAsTimeGoesBy();
    void savesUpLittle();
    void paysBack();
    void zeroHolds();
    void withoutALimit();
    void neverTooMuch();
    void readersGetTheRate();
    void readersShareEvenly();
    void theSmallerLimitCounts();
    void oneDownloadDoesNotHoldUpAnother();
    void changesWhileTheyWait();
    void tellsWhatHeldThemBack();
    void readersOutliveIt();
};

namespace {

constexpr qint64 many = 1'000'000'000;

// Always has bytes; takes all it may.
class Glutton {
public:
    Glutton(Throttle &throttle, const QUuid &download)
        : m_reader(&throttle, download, [this] { eat(); })
    {
    }
    void eat()
    {
        while (eaten < many) {
            const qint64 bytes = std::min<qint64>(m_reader.allowed(), 10'000);
            if (bytes == 0)
                return;
            m_reader.took(bytes);
            eaten += bytes;
        }
    }
    bool isHeldBack() const { return m_reader.isHeldBack(); }
    void setHeld(bool held) { m_reader.setHeld(held); }

    qint64 eaten = 0;

private:
    Throttle::Reader m_reader;
};

double rate(const QList<Glutton *> &eaters, std::chrono::milliseconds time)
{
    const auto sum = [&eaters] {
        qint64 bytes = 0;
        for (const Glutton *one : eaters)
            bytes += one->eaten;
        return bytes;
    };
    const qint64 before = sum();
    QElapsedTimer clock;
    clock.start();
    QTest::qWait(static_cast<int>(time.count()));
    return static_cast<double>(sum() - before) * 1e9 / static_cast<double>(clock.nsecsElapsed());
}

} // namespace

void TestThrottle::refillsAsTimeGoesBy()
{
    TokenBucket bucket;
    bucket.setLimit(1'000'000, 5s);
    QCOMPARE(bucket.available(5s), 0);
    QCOMPARE(bucket.available(5s + 100ms), 100'000);
    bucket.take(60'000, 5s + 100ms);
    QCOMPARE(bucket.available(5s + 100ms), 40'000);
    QCOMPARE(bucket.available(5s + 200ms), 140'000);
    QCOMPARE(*bucket.until(150'000, 5s + 200ms), TokenBucket::Time(10ms));
    QCOMPARE(*bucket.until(1000, 5s + 200ms), TokenBucket::Time(0));
    QCOMPARE(bucket.portion(), 20'000);
}

void TestThrottle::savesUpLittle()
{
    TokenBucket bucket;
    bucket.setLimit(1'000'000, 0s);
    QCOMPARE(bucket.available(1h), 250'000);
    bucket.setLimit(16'000, 1h);
    QCOMPARE(bucket.available(2h), 4000);
    QCOMPARE(bucket.portion(), 1024);
}

void TestThrottle::paysBack()
{
    TokenBucket bucket;
    bucket.setLimit(100'000, 0s);
    bucket.take(300'000, 0s);
    QCOMPARE(bucket.available(2s), 0);
    QCOMPARE(*bucket.until(10'000, 2s), TokenBucket::Time(1100ms));
    QCOMPARE(bucket.available(3100ms), 10'000);
}

void TestThrottle::zeroHolds()
{
    TokenBucket bucket;
    bucket.setLimit(0, 0s);
    QCOMPARE(bucket.available(24h), 0);
    QVERIFY(!bucket.until(1, 24h));
    bucket.setLimit(50'000, 24h);
    QCOMPARE(bucket.available(24h), 0); // nothing was saved up meanwhile
    QCOMPARE(bucket.available(24h + 100ms), 5000);
}

void TestThrottle::withoutALimit()
{
    TokenBucket bucket;
    QVERIFY(bucket.available(0s) > many);
    bucket.take(many, 0s);
    QVERIFY(bucket.available(0s) > many);
    QCOMPARE(*bucket.until(many, 0s), TokenBucket::Time(0));
}

// Whatever pattern of asking: in no ten seconds more than five percent above.
void TestThrottle::neverTooMuch()
{
    for (const qint64 limit : {16'000LL, 300'000LL, 2'000'000LL, 1'000'000'000LL}) {
        TokenBucket bucket;
        bucket.setLimit(limit, 0s);
        QList<std::pair<TokenBucket::Time, qint64>> taken;
        TokenBucket::Time now = 0s;
        for (int i = 0; now < 60s; ++i) {
            now += i % 97 == 0 ? 3s : std::chrono::milliseconds(1 + i % 40);
            const qint64 bytes = bucket.available(now);
            if (bytes < bucket.portion())
                continue;
            bucket.take(bytes, now);
            taken.append({now, bytes});
        }
        for (qsizetype first = 0; first < taken.size(); ++first) {
            qint64 sum = 0;
            for (qsizetype i = first; i < taken.size() && taken[i].first - taken[first].first < 10s;
                 ++i)
                sum += taken[i].second;
            QVERIFY2(sum <= limit * 10 * 105 / 100, qPrintable(QString::number(limit)));
        }
    }
}

void TestThrottle::readersGetTheRate()
{
    for (const qint64 limit : {50'000LL, 3'000'000LL}) {
        Throttle throttle;
        throttle.setLimit(limit);
        Glutton one(throttle, QUuid::createUuid());
        Glutton two(throttle, QUuid::createUuid());
        one.eat();
        two.eat();
        const double measured = rate({&one, &two}, 2s);
        QVERIFY2(std::abs(measured / static_cast<double>(limit) - 1) < 0.05,
                 qPrintable(QString::number(measured)));
    }
}

void TestThrottle::readersShareEvenly()
{
    Throttle throttle;
    throttle.setLimit(1'000'000);
    std::vector<std::unique_ptr<Glutton>> eaters;
    for (int i = 0; i < 5; ++i)
        eaters.push_back(std::make_unique<Glutton>(throttle, QUuid::createUuid()));
    for (const auto &one : eaters)
        one->eat();
    QTest::qWait(2000);
    const auto [least, most] =
        std::minmax_element(eaters.begin(), eaters.end(),
                            [](const auto &a, const auto &b) { return a->eaten < b->eaten; });
    QVERIFY((*least)->eaten > 0);
    QVERIFY((*most)->eaten - (*least)->eaten <= 40'000); // two portions
}

void TestThrottle::theSmallerLimitCounts()
{
    Throttle throttle;
    const QUuid slow = QUuid::createUuid();
    const QUuid quick = QUuid::createUuid();
    throttle.setLimit(1'000'000);
    throttle.setLimit(slow, 200'000);
    Glutton one(throttle, slow);
    Glutton two(throttle, quick);
    one.eat();
    two.eat();
    QTest::qWait(300);
    const qint64 before = one.eaten;
    const double all = rate({&one, &two}, 2s);
    const double own = static_cast<double>(one.eaten - before) / 2;
    QVERIFY2(std::abs(own / 200'000 - 1) < 0.06, qPrintable(QString::number(own)));
    QVERIFY2(std::abs(all / 1'000'000 - 1) < 0.05, qPrintable(QString::number(all)));
}

void TestThrottle::oneDownloadDoesNotHoldUpAnother()
{
    Throttle throttle;
    const QUuid held = QUuid::createUuid();
    throttle.setLimit(held, 0);
    Glutton one(throttle, held);
    Glutton two(throttle, QUuid::createUuid());
    one.eat();
    two.eat();
    QCOMPARE(one.eaten, 0);
    QVERIFY(one.isHeldBack());
    QCOMPARE(two.eaten, many);
    QVERIFY(!two.isHeldBack());
}

void TestThrottle::changesWhileTheyWait()
{
    Throttle throttle;
    throttle.setLimit(0);
    Glutton one(throttle, QUuid::createUuid());
    one.eat();
    QTest::qWait(300);
    QCOMPARE(one.eaten, 0);
    throttle.setLimit(2'000'000);
    const double measured = rate({&one}, 1s);
    QVERIFY2(std::abs(measured / 2'000'000 - 1) < 0.08, qPrintable(QString::number(measured)));
    throttle.setLimit(0);
    const qint64 at = one.eaten;
    QTest::qWait(300);
    QCOMPARE(one.eaten, at);
    throttle.setLimit(std::nullopt);
    QTRY_COMPARE(one.eaten, many);
}

void TestThrottle::tellsWhatHeldThemBack()
{
    Throttle throttle;
    const QUuid id = QUuid::createUuid();
    throttle.setLimit(id, 0);
    auto one = std::make_unique<Glutton>(throttle, id);
    auto two = std::make_unique<Glutton>(throttle, id);
    one->eat();
    two->setHeld(true);
    QTest::qWait(200);
    FlowUse use = throttle.use().value(id);
    QCOMPARE(use.connections, 2);
    QCOMPARE(use.bytes, 0);
    QVERIFY(use.limited >= 190ms && use.limited < 2s);
    QVERIFY(use.held >= 190ms && use.held < 2s);
    QVERIFY(use.reading < 100ms);
    one.reset();
    two.reset();
    QCOMPARE(throttle.use().value(id).connections, 0);
    QVERIFY(throttle.use().value(id).limited >= use.limited); // it is not forgotten
    throttle.forget(id);
    QVERIFY(!throttle.use().contains(id));
}

void TestThrottle::readersOutliveIt()
{
    auto throttle = std::make_unique<Throttle>();
    throttle->setLimit(0);
    Glutton one(*throttle, QUuid::createUuid());
    one.eat();
    throttle.reset();
    one.eat();
    QCOMPARE(one.eaten, many);
}

QTEST_GUILESS_MAIN(TestThrottle)
#include "test_throttle.moc"
