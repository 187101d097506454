#include "hub/gate.h"

#include <QSignalSpy>
#include <QTest>

#include "support/manualclock.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using hub::Bucket;
using hub::Budget;
using hub::decide;
using hub::Gate;
using hub::Priority;
using hub::RateInfo;
using Ticket = hub::Gate::Ticket;
using Duration = core::Clock::Duration;

Q_DECLARE_METATYPE(hub::Priority)

namespace {

Budget budgetOf(qint64 quota, qint64 left, Duration resetAt, Duration blockedUntil = 0s)
{
    Budget budget;
    budget.isStated = true;
    budget.quota = quota;
    budget.left = left;
    budget.resetAt = resetAt;
    budget.blockedUntil = blockedUntil;
    return budget;
}

RateInfo rate(const QString &bucket, qint64 left, std::chrono::seconds reset, qint64 quota = -1)
{
    RateInfo info;
    info.bucket = bucket;
    info.left = left;
    info.reset = reset;
    info.quota = quota;
    return info;
}

Gate::Wish at(Bucket bucket, Priority priority)
{
    return {.bucket = bucket, .priority = priority};
}

} // namespace

class TestGate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decides_data();
    void decides();
    void backgroundIsSpread();
    void countsOnlyWhatIsStated();
    void neverInsideEnter();
    void foregroundFirst();
    void dropsTheGone();
    void waitsForTheWindow();
    void windowRefillsItself();
    void backgroundKeepsAFifth();
    void bucketsAreApart();
    void refusals_data();
    void refusals();
    void refusalHoldsEverybody();
    void foregroundPassesTheCrowd();
    void rivals();
    void sidelined();
    void sidelinedIsGone();
    void hostileRates();
    void mayDieInside();

private:
    support::ManualClock m_clock;
};

void TestGate::decides_data()
{
    QTest::addColumn<Budget>("budget");
    QTest::addColumn<Priority>("priority");
    QTest::addColumn<bool>("go");
    QTest::addColumn<qint64>("until");
    const auto row = [](const char *name, const Budget &budget, Priority priority, bool go,
                        Duration until = 0s) {
        QTest::newRow(name) << budget << priority << go << qint64(until.count());
    };
    const auto front = Priority::Foreground;
    const auto back = Priority::Background; // now is 1000 s
    row("nothing known", budgetOf(500, 500, 0s), front, true);
    row("last three", budgetOf(500, 3, 1100s), front, true);
    row("last two, and redirects would need three", budgetOf(500, 2, 1100s), front, false, 1100s);
    row("the only one", budgetOf(1, 1, 1100s), front, true);
    row("empty", budgetOf(500, 0, 1100s), front, false, 1100s);
    row("window over", budgetOf(500, 0, 1000s), front, true);
    row("blocked", budgetOf(500, 400, 1100s, 1050s), front, false, 1050s);
    row("blocked beyond the window", budgetOf(500, 400, 900s, 1050s), front, false, 1050s);
    row("block over", budgetOf(500, 400, 1100s, 1000s), front, true);
    row("background, more than half", budgetOf(500, 251, 1290s), back, true);
    row("background, reserve", budgetOf(500, 100, 1100s), back, false, 1100s);
    row("background, reserve of a past window", budgetOf(500, 100, 999s), back, true);
    row("background, early and at half", budgetOf(500, 250, 1299s), back, true);
    row("background, early and low", budgetOf(500, 175, 1300s), back, false, 1150s);
    row("background, late and low", budgetOf(500, 175, 1100s), back, true);
    row("background, nothing known", budgetOf(500, 200, 0s), back, true);
    row("no quota", budgetOf(0, 0, 0s), front, false, 1300s);
    row("a Hub that states no limits", Budget(), back, true);
    Budget refused;
    refused.blockedUntil = 1050s;
    row("no limits, yet refused", refused, front, false, 1050s);
}

void TestGate::decides()
{
    QFETCH(Budget, budget);
    QFETCH(Priority, priority);
    QFETCH(qint64, until);
    const hub::Decision decision = decide(1000s, budget, priority);
    QTEST(decision.go, "go");
    if (!decision.go)
        QCOMPARE(qint64(decision.until.count()), until);
}

// Whatever the seed: background never takes the reserve and is not done before the window is.
void TestGate::backgroundIsSpread()
{
    Budget budget = budgetOf(1000, 500, 300s);
    Duration now = 0s;
    Duration last = 0s;
    int sent = 0;
    while (now < budget.resetAt) {
        const hub::Decision decision = decide(now, budget, Priority::Background);
        if (!decision.go) {
            QVERIFY(decision.until > now);
            now = decision.until;
            continue;
        }
        --budget.left;
        ++sent;
        last = now;
    }
    QCOMPARE(budget.left, 200);
    QCOMPARE(sent, 300);
    QVERIFY(last > 290s);
}

// A mirror without limits is not slowed down; what is stated for one bucket says nothing of others.
void TestGate::countsOnlyWhatIsStated()
{
    Gate gate(m_clock);
    gate.observe({rate(u"api"_s, 5, 60s, 500)});
    int runs = 0;
    for (int i = 0; i < 5000; ++i)
        gate.enter(at(Bucket::Resolvers, Priority::Background), this,
                   [&](const Ticket &) { ++runs; });
    QTRY_COMPARE(runs, 5000);
    QVERIFY(!gate.budget(Bucket::Resolvers).isStated);
    QVERIFY(gate.budget(Bucket::Api).isStated);
}

void TestGate::neverInsideEnter()
{
    Gate gate(m_clock);
    gate.observe({rate(u"api"_s, 500, 300s, 500)});
    int runs = 0;
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    QCOMPARE(runs, 0);
    QTRY_COMPARE(runs, 1);
    QCOMPARE(gate.budget(Bucket::Api).left, 499);
    QCOMPARE(gate.budget(Bucket::Api).resetAt, m_clock.monotonic() + 301s); // whole seconds
}

void TestGate::foregroundFirst()
{
    Gate gate(m_clock);
    QString order;
    gate.enter(at(Bucket::Api, Priority::Background), this, [&](const Ticket &) { order += u'a'; });
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { order += u'b'; });
    gate.enter(at(Bucket::Api, Priority::Background), this, [&](const Ticket &) { order += u'c'; });
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { order += u'd'; });
    QTRY_COMPARE(order, u"bdac"_s);
}

void TestGate::dropsTheGone()
{
    Gate gate(m_clock);
    gate.observe({rate(u"api"_s, 500, 300s, 500)});
    int runs = 0;
    auto gone = std::make_unique<QObject>();
    gate.enter(at(Bucket::Api, Priority::Foreground), gone.get(),
               [&](const Ticket &) { runs += 100; });
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    gone.reset();
    QTRY_COMPARE(runs, 1);
    QCOMPARE(gate.budget(Bucket::Api).left, 499);
}

void TestGate::waitsForTheWindow()
{
    Gate gate(m_clock);
    QList<std::optional<std::chrono::seconds>> times;
    connect(&gate, &Gate::waiting, this,
            [&](Bucket, std::optional<std::chrono::seconds> time) { times.append(time); });
    gate.observe({rate(u"api"_s, 4, 60s, 500)}); // the last two stay for redirects
    int runs = 0;
    for (int i = 0; i < 5; ++i)
        gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    QTRY_COMPARE(runs, 2);
    QCOMPARE(times.size(), 1);
    QCOMPARE(times.first(), 61s); // the seconds of the header are whole ones
    m_clock.advance(60s);
    QCoreApplication::processEvents();
    QCOMPARE(runs, 2);
    m_clock.advance(1s);
    QCOMPARE(runs, 5);
    QCOMPARE(times.size(), 2);
    QCOMPARE(times.last(), std::nullopt);
    QCOMPARE(gate.budget(Bucket::Api).left, 497);
}

void TestGate::windowRefillsItself()
{
    Gate gate(m_clock);
    gate.observe({rate(u"pages"_s, 100, 300s, 100)});
    int runs = 0;
    for (int i = 0; i < 120; ++i)
        gate.enter(at(Bucket::Pages, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    QTRY_COMPARE(runs, 98); // no answer spoke again; the last two stay for redirects
    QTest::qWait(10);
    QCOMPARE(runs, 98);
    m_clock.advance(301s);
    QCOMPARE(runs, 120);
    m_clock.advance(301s);
    QCOMPARE(gate.budget(Bucket::Pages).left, 100);
}

void TestGate::backgroundKeepsAFifth()
{
    Gate gate(m_clock);
    gate.observe({rate(u"pages"_s, 100, 300s, 100)});
    int runs = 0;
    for (int i = 0; i < 100; ++i)
        gate.enter(at(Bucket::Pages, Priority::Background), this, [&](const Ticket &) { ++runs; });
    QTRY_COMPARE(runs, 50); // at one half the line begins
    for (int i = 0; i < 299; ++i) {
        m_clock.advance(1s);
        QVERIFY(gate.budget(Bucket::Pages).left >= 20);
    }
    QCOMPARE(runs, 80);
    int front = 0;
    gate.enter(at(Bucket::Pages, Priority::Foreground), this, [&](const Ticket &) { ++front; });
    QTRY_COMPARE(front, 1); // what the reserve is for
    m_clock.advance(2s);
    QCOMPARE(runs, 100);
}

void TestGate::bucketsAreApart()
{
    Gate gate(m_clock);
    gate.observe({rate(u"api"_s, 0, 60s), rate(u"search"_s, 0, 60s), rate(u""_s, 0, 60s)});
    QString order;
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { order += u'a'; });
    gate.enter(at(Bucket::Resolvers, Priority::Foreground), this,
               [&](const Ticket &) { order += u'r'; });
    QTRY_COMPARE(order, u"r"_s);
    m_clock.advance(61s);
    QCOMPARE(order, u"ra"_s);
}

void TestGate::refusals_data()
{
    QTest::addColumn<QList<RateInfo>>("rates");
    QTest::addColumn<int>("after");
    QTest::addColumn<int>("attempt");
    QTest::addColumn<int>("expected");
    QTest::addColumn<bool>("isForAll");
    QTest::newRow("r = 0") << QList<RateInfo>{rate(u"api"_s, 0, 55s)} << 7 << 0 << 56 << true;
    QTest::newRow("per action") << QList<RateInfo>{rate(u"api"_s, 99794, 241s)} << 7 << 0 << 7
                                << false;
    QTest::newRow("per action, no time named")
        << QList<RateInfo>{rate(u"api"_s, 99794, 241s)} << -1 << 2 << 4 << false;
    QTest::newRow("other bucket") << QList<RateInfo>{rate(u"pages"_s, 0, 55s)} << 7 << 0 << 56
                                  << false;
    QTest::newRow("unknown bucket")
        << QList<RateInfo>{rate(u"search"_s, 0, 200s)} << 7 << 0 << 201 << false;
    QTest::newRow("both") << QList<RateInfo>{rate(u"api"_s, 0, 20s), rate(u"pages"_s, 0, 55s)} << 7
                          << 0 << 21 << true;
    QTest::newRow("other bucket, not at its end")
        << QList<RateInfo>{rate(u"pages"_s, 5, 55s)} << 7 << 0 << 7 << true;
    QTest::newRow("nothing said") << QList<RateInfo>{} << -1 << 0 << 1 << true;
    QTest::newRow("nothing said, again") << QList<RateInfo>{} << -1 << 3 << 8 << true;
    QTest::newRow("nothing said, for ever") << QList<RateInfo>{} << -1 << 1000 << 256 << true;
    QTest::newRow("a lie") << QList<RateInfo>{rate(u"api"_s, 0, 1'000'000'000s)} << -1 << 0 << 3600
                           << true;
}

void TestGate::refusals()
{
    QFETCH(QList<RateInfo>, rates);
    QFETCH(int, after);
    QFETCH(int, attempt);
    QFETCH(int, expected);
    Gate gate(m_clock);
    core::Error error = core::makeError(core::ErrorKind::RateLimited);
    if (after >= 0)
        error.retryAfter = std::chrono::seconds(after);
    QFETCH(bool, isForAll);
    const Gate::Refusal refusal = gate.refused(Bucket::Api, rates, error, attempt);
    QVERIFY(refusal.wait >= std::chrono::seconds(expected));
    QVERIFY(refusal.wait <= std::chrono::seconds(expected + 1));
    QCOMPARE(refusal.isForAll, isForAll);
    const Duration blocked = gate.budget(Bucket::Api).blockedUntil - m_clock.monotonic();
    QCOMPARE(blocked >= std::chrono::seconds(expected), isForAll);
}

void TestGate::refusalHoldsEverybody()
{
    Gate gate(m_clock);
    core::Error error = core::makeError(core::ErrorKind::RateLimited);
    error.retryAfter = 10s;
    gate.refused(Bucket::Api, {}, error, 0);
    error.retryAfter = 1s;
    gate.refused(Bucket::Api, {}, error, 0); // does not shorten it
    int runs = 0;
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    QTest::qWait(10);
    m_clock.advance(9900ms);
    QCOMPARE(runs, 0);
    m_clock.advance(1200ms);
    QCOMPARE(runs, 1);
}

// Answers that the background waits for do not hold up a person.
void TestGate::foregroundPassesTheCrowd()
{
    Gate gate(m_clock);
    QList<Ticket> underWay;
    const auto keep = [&underWay](const Ticket &ticket) { underWay.append(ticket); };
    for (int i = 0; i < 8; ++i)
        gate.enter(at(Bucket::Api, Priority::Background), this, keep);
    QTRY_COMPARE(underWay.size(), 4); // as many as may be before the first answer
    QTest::qWait(10);
    QCOMPARE(underWay.size(), 4);
    int runs = 0;
    QList<Ticket> mine;
    for (int i = 0; i < 5; ++i)
        gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &ticket) {
            ++runs;
            mine.append(ticket);
        });
    QTRY_COMPARE(runs, 4);
    QTest::qWait(10);
    QCOMPARE(runs, 4); // among themselves they are careful
}

// Once somebody else was seen to use the budget, one at a time: a burst of theirs then costs one.
void TestGate::rivals()
{
    Gate gate(m_clock);
    QList<Ticket> underWay;
    const auto ask = [&] {
        gate.enter(at(Bucket::Api, Priority::Foreground), this,
                   [&underWay](const Ticket &ticket) { underWay.append(ticket); });
    };
    ask();
    QTRY_COMPARE(underWay.size(), 1);
    gate.answered(underWay.takeFirst(), {rate(u"api"_s, 99, 200s, 100)});
    ask();
    QTRY_COMPARE(underWay.size(), 1);
    gate.answered(underWay.takeFirst(), {rate(u"api"_s, 97, 200s, 100)}); // two hops of our own
    for (int i = 0; i < 6; ++i)
        ask();
    QTRY_COMPARE(underWay.size(), 6);
    gate.answered(underWay.takeFirst(), {rate(u"api"_s, 60, 200s, 100)}); // that was not us
    while (!underWay.isEmpty())
        gate.answered(underWay.takeFirst(), {rate(u"api"_s, 55, 200s, 100)});
    for (int i = 0; i < 6; ++i)
        ask();
    QTRY_COMPARE(underWay.size(), 1);
    QTest::qWait(10);
    QCOMPARE(underWay.size(), 1);
    gate.answered(underWay.takeFirst(), {rate(u"api"_s, 54, 200s, 100)});
    QTRY_COMPARE(underWay.size(), 1);
}

// One that was refused alone: told of, passed by everybody else, let go when its time has come.
void TestGate::sidelined()
{
    Gate gate(m_clock);
    QSignalSpy told(&gate, &Gate::waiting);
    QString order;
    Gate::Wish late = at(Bucket::Api, Priority::Foreground);
    late.pause = 30s;
    gate.enter(late, this, [&](const Ticket &) { order += u's'; });
    late.pause = 10s;
    late.turn = Gate::Turn::Again;
    gate.enter(late, this, [&](const Ticket &) { order += u'l'; });
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { order += u'o'; });
    QTRY_COMPARE(order, u"o"_s);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told.last().at(0).value<Bucket>(), Bucket::Api);
    QVERIFY(told.last().at(1).value<std::optional<std::chrono::seconds>>() == 10s);
    m_clock.advance(9900ms);
    QCOMPARE(order, u"o"_s);
    m_clock.advance(200ms);
    QCOMPARE(order, u"ol"_s);
    QVERIFY(told.last().at(1).value<std::optional<std::chrono::seconds>>() == 20s);
    m_clock.advance(20s);
    QCOMPARE(order, u"ols"_s);
    QVERIFY(!told.last().at(1).value<std::optional<std::chrono::seconds>>());
}

void TestGate::sidelinedIsGone()
{
    Gate gate(m_clock);
    QSignalSpy told(&gate, &Gate::waiting);
    int runs = 0;
    {
        QObject context;
        Gate::Wish late = at(Bucket::Api, Priority::Foreground);
        late.pause = 10s;
        gate.enter(late, &context, [&](const Ticket &) { ++runs; });
        QTRY_COMPARE(told.size(), 1);
    }
    m_clock.advance(20s);
    QCOMPARE(runs, 0);
    QCOMPARE(told.size(), 2);
    QVERIFY(!told.last().at(1).value<std::optional<std::chrono::seconds>>());
}

void TestGate::hostileRates()
{
    Gate gate(m_clock);
    RateInfo odd = rate(u"api"_s, 1'000'000'000, 0s, 0);
    odd.window = -5s;
    gate.observe({odd});
    QVERIFY(gate.budget(Bucket::Api).window == 300s);
    odd = rate(u"api"_s, 0, 1'000'000'000s, 1'000'000'000);
    odd.window = 1'000'000'000s;
    gate.observe({odd});
    int runs = 0;
    gate.enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) { ++runs; });
    QTest::qWait(10);
    m_clock.advance(1h + 1s); // at most
    QCOMPARE(runs, 1);
}

void TestGate::mayDieInside()
{
    auto gate = std::make_unique<Gate>(m_clock);
    int runs = 0;
    for (int i = 0; i < 3; ++i) {
        gate->enter(at(Bucket::Api, Priority::Foreground), this, [&](const Ticket &) {
            ++runs;
            gate.reset();
        });
    }
    QTRY_COMPARE(runs, 1);
    QTest::qWait(10);
    QCOMPARE(runs, 1);
}

QTEST_GUILESS_MAIN(TestGate)
#include "gate.moc"
