#include <QTest>

#include <algorithm>
#include <functional>
#include <random>

#include "transfer/adaptation.h"

using namespace std::chrono_literals;
using transfer::Adaptation;

namespace {

constexpr double MB = 1e6;

// A line by its speed for so many connections; time stands still but for step().
class Line {
public:
    using Speed = std::function<double(int connections, double seconds)>;

    Line(Adaptation &adaptation, Speed speed)
        : m_adaptation(adaptation)
        , m_speed(std::move(speed))
    {
    }

    // Connections come and go at once.
    void run(std::chrono::milliseconds time)
    {
        constexpr auto step = 50ms;
        for (auto passed = 0ms; passed < time; passed += step) {
            m_now += step;
            const double seconds = std::chrono::duration<double>(m_now).count();
            m_bytes += m_speed(m_adaptation.target(), seconds)
                * std::chrono::duration<double>(step).count();
            m_adaptation.tell(m_now, static_cast<qint64>(m_bytes), m_adaptation.target());
            m_most = std::max(m_most, m_adaptation.target());
        }
    }

    double bytes() const { return m_bytes; }
    int most() const { return m_most; }

private:
    Adaptation &m_adaptation;
    Speed m_speed;
    std::chrono::milliseconds m_now{0};
    double m_bytes = 0;
    int m_most = 0;
};

} // namespace

class TestAdaptation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void throttledConnections();
    void fullLine();
    void oneFillsIt();
    void lossyLine();
    void changingLine();
    void fastBeginning();
    void brokenConnections();
    void slowStart();
};

// Each connection brings 20 MB/s: all are used, soon and for good.
void TestAdaptation::throttledConnections()
{
    Adaptation adaptation(4, 16);
    Line line(adaptation, [](int connections, double) { return 20 * MB * connections; });
    line.run(1s);
    QCOMPARE(adaptation.target(), 16);
    const double before = line.bytes();
    line.run(60s);
    QVERIFY2(line.bytes() - before > 0.98 * 16 * 20 * MB * 60,
             qPrintable(QString::number((line.bytes() - before) / MB)));
}

// Four fill it: more are given up, and few are tried again.
void TestAdaptation::fullLine()
{
    Adaptation adaptation(4, 16);
    Line line(adaptation,
              [](int connections, double) { return std::min(200 * MB, 50 * MB * connections); });
    line.run(30s);
    QCOMPARE(adaptation.target(), 4);
    QVERIFY(line.most() <= 8);
}

// More only cost: the fewest are found by and by.
void TestAdaptation::oneFillsIt()
{
    Adaptation adaptation(4, 16);
    Line line(adaptation,
              [](int connections, double) { return 100 * MB / (1 + 0.02 * connections); });
    line.run(30s);
    QVERIFY2(adaptation.target() <= 2, qPrintable(QString::number(adaptation.target())));
    QVERIFY(line.most() <= 8);
}

// Each connection is held back by lost packets, and no two windows are alike.
void TestAdaptation::lossyLine()
{
    std::mt19937 random(7);
    std::uniform_real_distribution<double> noise(0.7, 1.3);
    Adaptation adaptation(4, 16);
    adaptation.learnDelay(60ms);
    Line line(adaptation,
              [&](int connections, double) { return 0.5 * MB * connections * noise(random); });
    line.run(20s);
    QVERIFY2(adaptation.target() >= 12, qPrintable(QString::number(adaptation.target())));
}

// What was right at first is asked again.
void TestAdaptation::changingLine()
{
    Adaptation adaptation(4, 16);
    Line line(adaptation, [](int connections, double seconds) {
        return seconds < 10 ? 50 * MB : 10 * MB * connections;
    });
    line.run(10s);
    QVERIFY(adaptation.target() <= 4);
    line.run(60s);
    QCOMPARE(adaptation.target(), 16);
}

// A host that gives all there is for a moment and then 20 MB/s to each: that is seen at once.
void TestAdaptation::fastBeginning()
{
    Adaptation adaptation(8, 16);
    Line line(adaptation, [](int connections, double seconds) {
        return seconds < 0.3 ? 900 * MB : 20 * MB * connections;
    });
    line.run(1200ms);
    QCOMPARE(adaptation.target(), 16);
    line.run(30s);
    QCOMPARE(adaptation.target(), 16);
}

void TestAdaptation::brokenConnections()
{
    Adaptation adaptation(4, 16);
    Line line(adaptation, [](int connections, double) { return 20 * MB * connections; });
    line.run(5s);
    QCOMPARE(adaptation.target(), 16);
    adaptation.limitTo(3); // the server suffers no more
    QCOMPARE(adaptation.target(), 3);
    line.run(60s);
    QCOMPARE(adaptation.target(), 3);
    adaptation.setMost(1);
    QCOMPARE(adaptation.target(), 1);
}

// A connection over a long way needs a while to reach its speed, and that is not the merit of more.
void TestAdaptation::slowStart()
{
    Adaptation adaptation(4, 16);
    adaptation.learnDelay(60ms);
    Line line(adaptation,
              [](int, double seconds) { return 40 * MB * std::min(1.0, seconds / 0.5); });
    line.run(40s);
    QVERIFY2(adaptation.target() <= 2, qPrintable(QString::number(adaptation.target())));
}

QTEST_GUILESS_MAIN(TestAdaptation)
#include "test_adaptation.moc"
