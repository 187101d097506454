#include <QTest>

#include "transfer/paces.h"

using namespace std::chrono_literals;
using transfer::Paces;

namespace {
constexpr qint64 MiB = 1024 * 1024;
}

class TestPaces : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tellsDelayAndPace();
    void slowsDownLate();
    void crawlsBehindTheBest();
    void nobodyToCompareWith();

private:
    // Brings so much a second for so long, told ten times a second.
    static void bring(Paces &paces, const int &one, qint64 perSecond, Paces::Time time);

    static inline Paces::Time m_now{0};
    static inline QHash<const int *, qint64> m_received;
    int m_one = 0;
    int m_other = 0;
};

void TestPaces::bring(Paces &paces, const int &one, qint64 perSecond, Paces::Time time)
{
    for (const Paces::Time end = m_now + time; m_now < end;) {
        m_now += 100ms;
        m_received[&one] += perSecond / 10;
        paces.note(&one, m_received[&one], m_now);
    }
}

void TestPaces::tellsDelayAndPace()
{
    m_received.clear();
    Paces paces;
    paces.asked(&m_one, m_now);
    QCOMPARE(paces.serving(), 0);
    QVERIFY(!paces.secondsFor(&m_one, MiB));
    m_now += 70ms;
    QCOMPARE(paces.begun(&m_one, m_now), 70ms);
    QCOMPARE(paces.serving(), 1);
    QVERIFY(!paces.secondsFor(&m_one, MiB)); // it has brought nothing yet
    bring(paces, m_one, MiB, 500ms);
    QCOMPARE(qRound(*paces.secondsFor(&m_one, 10 * MiB)), 10);
    paces.ended(&m_one);
    QCOMPARE(paces.serving(), 0);
}

// What counts is the last second and not its life.
void TestPaces::slowsDownLate()
{
    m_received.clear();
    Paces paces;
    paces.asked(&m_one, m_now);
    paces.begun(&m_one, m_now);
    bring(paces, m_one, 100 * MiB, 20s);
    QVERIFY(*paces.secondsFor(&m_one, MiB) < 0.1);
    bring(paces, m_one, 1000, 3s);
    QVERIFY(*paces.secondsFor(&m_one, MiB) > 900);
    bring(paces, m_one, 0, 2s);
    QVERIFY(*paces.secondsFor(&m_one, MiB) > 1000);
}

void TestPaces::crawlsBehindTheBest()
{
    m_received.clear();
    Paces paces;
    for (const int *one : {&m_one, &m_other}) {
        paces.asked(one, m_now);
        paces.begun(one, m_now);
    }
    bring(paces, m_one, 10 * MiB, 2s);
    paces.ended(&m_one);
    bring(paces, m_other, 10 * MiB, 6s);
    QVERIFY(!paces.isCrawling(&m_other, MiB, m_now)); // it will be here in a moment
    bring(paces, m_other, 100'000, 3s);
    QVERIFY(paces.isCrawling(&m_other, MiB, m_now)); // ten seconds
    QVERIFY(!paces.isCrawling(&m_other, 100'000, m_now)); // one
    paces.ended(&m_other);
    paces.asked(&m_other, m_now);
    paces.begun(&m_other, m_now);
    m_received.clear();
    bring(paces, m_other, 100'000, 3s);
    QVERIFY(!paces.isCrawling(&m_other, MiB, m_now)); // the new one has its time
    bring(paces, m_other, 100'000, 3s);
    QVERIFY(paces.isCrawling(&m_other, MiB, m_now));
}

// A line may be as slow as that.
void TestPaces::nobodyToCompareWith()
{
    m_received.clear();
    Paces paces;
    paces.asked(&m_one, m_now);
    paces.begun(&m_one, m_now);
    bring(paces, m_one, 100, 60s);
    QVERIFY(!paces.isCrawling(&m_one, MiB, m_now));
}

QTEST_GUILESS_MAIN(TestPaces)
#include "test_paces.moc"
