#include <QRandomGenerator>
#include <QTest>

#include <deque>

#include "hub/gate.h"
#include "support/manualclock.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using hub::Bucket;
using hub::Gate;
using hub::Payer;
using hub::Priority;
using hub::RateInfo;
using Duration = core::Clock::Duration;

namespace {

constexpr std::chrono::seconds Window = 300s;

// The Hub as it counts: hard windows that begin when they like, whole seconds in its headers.
class Counter {
public:
    Counter(core::Clock &clock, qint64 quota, Duration begun)
        : m_clock(clock)
        , m_quota(quota)
        , m_begin(begun)
    {
    }

    // One request comes in; false: 429.
    bool take()
    {
        roll();
        if (visitEvery > 0 && m_windows % visitEvery == 0 && m_used == m_quota * 2 / 5) {
            m_used += m_quota / 2;
            m_visits.append(0);
        }
        if (m_used >= m_quota) {
            if (!m_visits.isEmpty())
                ++m_visits.last();
            ++m_refusals;
            m_worst = std::max(m_worst, m_refusals);
            return false;
        }
        ++m_used;
        return true;
    }
    RateInfo header()
    {
        roll();
        const auto left = m_begin + Window - m_clock.monotonic();
        RateInfo info;
        info.bucket = u"api"_s;
        info.left = m_quota - m_used;
        info.reset = std::chrono::floor<std::chrono::seconds>(left);
        info.quota = m_quota;
        info.window = Window;
        return info;
    }
    int worst() const { return m_worst; } // refusals of one window
    int visitEvery = 0; // in each of so many windows somebody takes half of it at once
    QList<int> refusalsOfVisits() const { return m_visits; }
    int windows() const { return m_windows; }

private:
    void roll()
    {
        while (m_clock.monotonic() >= m_begin + Window) {
            m_begin += Window;
            m_used = 0;
            m_refusals = 0;
            ++m_windows;
        }
    }

    core::Clock &m_clock;
    qint64 m_quota;
    Duration m_begin;
    qint64 m_used = 0;
    int m_refusals = 0;
    int m_worst = 0;
    QList<int> m_visits;
    int m_windows = 0;
};

// Many calls through one Gate to one Counter, each a while under way, both there and back.
class Rush {
public:
    Rush(Gate &gate, core::Clock &clock, Counter &counter, quint32 seed)
        : m_gate(gate)
        , m_clock(clock)
        , m_counter(counter)
        , m_random(seed)
    {
    }

    void ask(Priority priority, size_t lane = 0)
    {
        enter({priority, lane, m_clock.monotonic(), 0});
    }
    void steal() { m_steals = true; } // with each request of ours somebody else sends one

    int done() const { return m_done; }
    int refusals() const { return m_refusals; }
    Duration longestForeground() const { return m_longest; }

private:
    struct One {
        Priority priority = Priority::Foreground;
        size_t lane = 0;
        Duration asked{0};
        int attempt = 0;
    };

    Duration delay() { return Duration(m_random.bounded(5, 400)); }

    void enter(const One &one)
    {
        const Gate::Wish wish{.bucket = Bucket::Api,
                              .priority = one.priority,
                              .lane = one.lane,
                              .turn = one.attempt > 0 ? Gate::Turn::Again : Gate::Turn::Last};
        m_gate.enter(wish, &m_context, [this, one](const Gate::Ticket &ticket) {
            m_clock.after(delay(), &m_context, [this, one, ticket] { arrive(one, ticket); });
        });
    }

    void arrive(const One &one, const Gate::Ticket &ticket)
    {
        if (m_steals)
            m_counter.take();
        const bool isServed = m_counter.take();
        const RateInfo header = m_counter.header();
        m_clock.after(delay(), &m_context, [this, one, ticket, isServed, header] {
            if (!isServed)
                return refuse(one, ticket, header);
            m_gate.answered(ticket, {header});
            ++m_done;
            if (one.priority == Priority::Foreground)
                m_longest = std::max(m_longest, m_clock.monotonic() - one.asked);
        });
    }

    void refuse(One one, const Gate::Ticket &ticket, const RateInfo &header)
    {
        ++m_refusals;
        m_gate.refused(ticket, {header}, core::makeError(core::ErrorKind::RateLimited),
                       one.attempt++);
        enter(one);
    }

    QObject m_context;
    Gate &m_gate;
    core::Clock &m_clock;
    Counter &m_counter;
    QRandomGenerator m_random;
    bool m_steals = false;
    int m_done = 0;
    int m_refusals = 0;
    Duration m_longest{0};
};

// A Gate, a Hub that counts to 100 in windows the first of which began a while ago, and who asks.
struct Scene {
    Scene(core::Clock &clock, std::chrono::seconds begun, int seed)
        : gate(clock)
        , counter(clock, 100, clock.monotonic() - begun)
        , rush(gate, clock, counter, quint32(seed))
    {
    }

    Gate gate;
    Counter counter;
    Rush rush;
};

} // namespace

// Budgets over a long time: what the Hub's counter sees of us.
class TestBudget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tenThousandCalls_data();
    void tenThousandCalls();
    void aThief_data();
    void aThief();
    void aThiefNowAndThen();
    void foregroundIsNotStarved();
    void downloadsTakeTurns();
    void signInInMidWindow();
    void ownTokenOwnBudget();
    void oldAnswersComeLate();
    void anotherQuota();
    void aHangingRequestHoldsNobodyUp();
    void refusedGoesFirst();
    void unusedTicketsCostNothing();

private:
    // Lets everything happen until so many are done.
    void run(const Rush &rush, int wanted)
    {
        for (int idle = 0; rush.done() < wanted && idle < 50;) {
            QCoreApplication::processEvents();
            idle = m_clock.advanceToNext() ? 0 : idle + 1;
        }
    }

    support::ManualClock m_clock;
};

void TestBudget::tenThousandCalls_data()
{
    QTest::addColumn<int>("offset");
    QTest::addColumn<int>("seed");
    for (const int offset : {0, 1, 37, 150, 299}) {
        for (const int seed : {1, 2})
            QTest::addRow("window begun %d s ago, seed %d", offset, seed) << offset << seed;
    }
}

void TestBudget::tenThousandCalls()
{
    QFETCH(int, offset);
    QFETCH(int, seed);
    Scene scene(m_clock, std::chrono::seconds(offset), seed);
    Rush &rush = scene.rush;
    for (int i = 0; i < 10000; ++i)
        rush.ask(i % 3 == 0 ? Priority::Background : Priority::Foreground);
    run(rush, 10000);
    QCOMPARE(rush.done(), 10000);
    QCOMPARE(rush.refusals(), 0);
    QVERIFY2(scene.counter.windows() <= 110, qPrintable(QString::number(scene.counter.windows())));
}

void TestBudget::aThief_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %d", seed) << seed;
}

void TestBudget::aThief()
{
    QFETCH(int, seed);
    Scene scene(m_clock, 111s, seed);
    Rush &rush = scene.rush;
    rush.steal();
    for (int i = 0; i < 2000; ++i)
        rush.ask(Priority::Foreground);
    run(rush, 2000);
    QCOMPARE(rush.done(), 2000); // nothing is lost
    QVERIFY2(rush.refusals() < 2 * scene.counter.windows(),
             qPrintable(QString::number(rush.refusals())));
    QVERIFY(scene.counter.windows() <= 60);
}

// Half of every fifth window is gone at once: who came once is reckoned with when he comes again.
void TestBudget::aThiefNowAndThen()
{
    Scene scene(m_clock, 11s, 3);
    Rush &rush = scene.rush;
    for (int i = 0; i < 6000; ++i)
        rush.ask(Priority::Foreground);
    scene.counter.visitEvery = 5;
    run(rush, 6000);
    QCOMPARE(rush.done(), 6000);
    const QList<int> refusals = scene.counter.refusalsOfVisits();
    QVERIFY(refusals.size() > 8);
    QVERIFY(*std::max_element(refusals.begin() + 1, refusals.end()) < 2);
}

// Background fills every window; a person who asks in between is served within moments.
void TestBudget::foregroundIsNotStarved()
{
    Scene scene(m_clock, 70s, 7);
    Rush &rush = scene.rush;
    for (int i = 0; i < 3000; ++i)
        rush.ask(Priority::Background);
    QObject context;
    int asked = 0;
    std::function<void()> again = [&] {
        if (asked >= 100)
            return;
        ++asked;
        rush.ask(Priority::Foreground);
        m_clock.after(61s, &context, again); // well within the fifth that is theirs
    };
    again();
    run(rush, 3100);
    QCOMPARE(rush.done(), 3100);
    QCOMPARE(rush.refusals(), 0);
    QVERIFY2(rush.longestForeground() < 12s,
             qPrintable(QString::number(rush.longestForeground().count())));
}

void TestBudget::downloadsTakeTurns()
{
    Gate gate(m_clock);
    QString order;
    const auto ask = [&](size_t lane, QChar name) {
        gate.enter({.bucket = Bucket::Resolvers, .priority = Priority::Background, .lane = lane},
                   this, [&order, name](const Gate::Ticket &) { order += name; });
    };
    for (int i = 0; i < 4; ++i)
        ask(1, u'a');
    for (int i = 0; i < 3; ++i)
        ask(2, u'b');
    ask(3, u'c');
    QTRY_COMPARE(order, u"abcababa"_s);
}

// The guest's budget is used up; the account's is not. What comes back for the guest is his.
void TestBudget::signInInMidWindow()
{
    Gate gate(m_clock);
    const Payer guest{u"http://hub"_s, {}};
    const Payer account{u"http://hub"_s, "fingerprint"_ba};
    gate.setPayer(guest);
    RateInfo header;
    header.bucket = u"api"_s;
    header.quota = 500;
    header.left = 3;
    header.reset = 200s;
    Gate::Ticket underWay;
    gate.enter({}, this, [&](const Gate::Ticket &ticket) { underWay = ticket; });
    QTRY_VERIFY(underWay);
    header.left = 0;
    gate.observe({header});
    int runs = 0;
    gate.enter({}, this, [&](const Gate::Ticket &) { ++runs; });
    QTest::qWait(10);
    QCOMPARE(runs, 0);
    gate.setPayer(account);
    QTRY_COMPARE(runs, 1); // went over with the account
    gate.answered(underWay, {header});
    QVERIFY(!gate.budget(Bucket::Api).isStated);
    gate.setPayer(guest);
    QCOMPARE(gate.budget(Bucket::Api).left, 0);
    QVERIFY(Payer::of(hub::Endpoint(), core::Secret("hf_a"_ba))
            != Payer::of(hub::Endpoint(), core::Secret("hf_b"_ba)));
    QVERIFY(!Payer::of(hub::Endpoint(), core::Secret("hf_a"_ba)).account.contains("hf_a"));
}

void TestBudget::ownTokenOwnBudget()
{
    Gate gate(m_clock);
    RateInfo header;
    header.bucket = u"api"_s;
    header.quota = 500;
    header.reset = 200s;
    gate.observe({header}); // nothing left
    int runs = 0;
    gate.enter({}, this, [&](const Gate::Ticket &) { ++runs; });
    gate.enter({.payer = Payer{u"http://hub"_s, "other"_ba}}, this,
               [&](const Gate::Ticket &) { runs += 10; });
    QTRY_COMPARE(runs, 10);
    m_clock.advance(201s);
    QTRY_COMPARE(runs, 11);
}

// Within one window a larger number is an older one.
void TestBudget::oldAnswersComeLate()
{
    Gate gate(m_clock);
    RateInfo header;
    header.bucket = u"api"_s;
    header.quota = 500;
    header.reset = 100s;
    header.left = 10;
    gate.observe({header});
    header.left = 40;
    gate.observe({header});
    QCOMPARE(gate.budget(Bucket::Api).left, 10);
    m_clock.advance(102s); // the next window
    header.left = 450;
    header.reset = 290s;
    gate.observe({header});
    QCOMPARE(gate.budget(Bucket::Api).left, 450);
}

// A refusal spoke of 500; what comes after the pause is 2,990 of 3,000 and not what is left of 500.
void TestBudget::anotherQuota()
{
    Gate gate(m_clock);
    RateInfo header;
    header.bucket = u"api"_s;
    header.quota = 500;
    header.reset = 1s;
    gate.observe({header});
    m_clock.advance(3s);
    int runs = 0;
    const auto background = [&runs](const Gate::Ticket &) { ++runs; };
    gate.enter({.priority = Priority::Background}, this, background);
    QTRY_COMPARE(runs, 1);
    header.quota = 3000;
    header.left = 2990;
    header.reset = 200s;
    gate.observe({header});
    QCOMPARE(gate.budget(Bucket::Api).left, 2990);
    gate.enter({.priority = Priority::Background}, this, background);
    QTRY_COMPARE(runs, 2);
}

void TestBudget::aHangingRequestHoldsNobodyUp()
{
    Gate gate(m_clock);
    RateInfo header;
    header.bucket = u"api"_s;
    header.quota = 500;
    header.reset = 100s;
    header.left = 7; // one at a time
    gate.observe({header});
    QList<Gate::Ticket> tickets;
    for (int i = 0; i < 3; ++i)
        gate.enter({}, this, [&](const Gate::Ticket &ticket) { tickets.append(ticket); });
    QTRY_COMPARE(tickets.size(), 1);
    m_clock.advance(9s);
    QCOMPARE(tickets.size(), 1);
    m_clock.advance(2s);
    QCOMPARE(tickets.size(), 2);
}

void TestBudget::refusedGoesFirst()
{
    Gate gate(m_clock);
    QString order;
    const auto ask = [&](QChar name, Gate::Turn turn) {
        gate.enter({.turn = turn}, this, [&order, name](const Gate::Ticket &) { order += name; });
    };
    ask(u'a', Gate::Turn::Last);
    ask(u'b', Gate::Turn::Last);
    ask(u'c', Gate::Turn::Again);
    QTRY_COMPARE(order, u"cab"_s);
}

void TestBudget::unusedTicketsCostNothing()
{
    Gate gate(m_clock);
    RateInfo header;
    header.bucket = u"resolvers"_s;
    header.quota = 500;
    header.reset = 100s;
    header.left = 300;
    gate.observe({header});
    int runs = 0;
    for (int i = 0; i < 50; ++i) {
        gate.enter({.bucket = Bucket::Resolvers}, this, [&](const Gate::Ticket &ticket) {
            gate.unanswered(ticket, 0);
            ++runs;
        });
    }
    QTRY_COMPARE(runs, 50);
    QCOMPARE(gate.budget(Bucket::Resolvers).left, 300);
    QCOMPARE(gate.budget(Bucket::Resolvers).underWay, 0);
}

QTEST_GUILESS_MAIN(TestBudget)
#include "budget.moc"
