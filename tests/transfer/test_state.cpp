#include <QRandomGenerator>
#include <QTest>

#include "transfer/state.h"
#include "transfer/transfer.h"

using transfer::Event;
using transfer::State;

class TestState : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPairIsDecided();
    void endsStayEnds();
    void aPersonCanAlwaysStop();
    void randomWalksReachAnEnd();
    void tellsOfTriesThatBringNothing();
};

namespace {

template <typename F> void forAllPairs(F f)
{
    for (int state = 0; state < transfer::stateCount; ++state) {
        for (int event = 0; event < transfer::eventCount; ++event)
            f(static_cast<State>(state), static_cast<Event>(event));
    }
}

} // namespace

void TestState::everyPairIsDecided()
{
    int legal = 0;
    forAllPairs([&legal](State state, Event event) {
        const auto to = transfer::next(state, event);
        if (to) {
            ++legal;
            QVERIFY2(*to != state, "an event that changes nothing is not an event");
        }
    });
    QVERIFY(legal > 30);
    QCOMPARE(*transfer::next(State::Queued, Event::Start), State::Resolving);
    QCOMPARE(*transfer::next(State::Resolving, Event::LinkKnown), State::Fetching);
    QCOMPARE(*transfer::next(State::Fetching, Event::LinkLost), State::Resolving);
    QCOMPARE(*transfer::next(State::Fetching, Event::BytesDone), State::Verifying);
    QCOMPARE(*transfer::next(State::Verifying, Event::Mismatch), State::Queued);
    QCOMPARE(*transfer::next(State::Verifying, Event::Published), State::Done);
    QCOMPARE(*transfer::next(State::Fetching, Event::Yield), State::Queued);
    QVERIFY(!transfer::next(State::Verifying, Event::Yield)); // nothing is gained by it
    QVERIFY(!transfer::next(State::Fetching, Event::Published)); // unverified bytes are never done
    QVERIFY(!transfer::next(State::Queued, Event::BytesDone));
}

void TestState::endsStayEnds()
{
    for (int event = 0; event < transfer::eventCount; ++event) {
        const bool allowed = static_cast<Event>(event) == Event::Gone;
        QCOMPARE(transfer::next(State::Done, static_cast<Event>(event)).has_value(), allowed);
    }
    for (int event = 0; event < transfer::eventCount; ++event) {
        const auto to = transfer::next(State::Cancelled, static_cast<Event>(event));
        const bool allowed = static_cast<Event>(event) == Event::Resume
            || static_cast<Event>(event) == Event::Published;
        QCOMPARE(to.has_value(), allowed);
    }
}

void TestState::aPersonCanAlwaysStop()
{
    for (int i = 0; i < transfer::stateCount; ++i) {
        const auto state = static_cast<State>(i);
        if (state == State::Done || state == State::Cancelled)
            continue;
        QCOMPARE(*transfer::next(state, Event::Cancel), State::Cancelled);
        if (state != State::Paused && state != State::Failed)
            QCOMPARE(*transfer::next(state, Event::Pause), State::Paused);
    }
}

// Whatever happens in whatever order, no walk leaves the table, and from every state the good way
// to Done is open.
void TestState::randomWalksReachAnEnd()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    State state = State::Queued;
    for (int step = 0; step < 100000; ++step) {
        const auto event = static_cast<Event>(random.bounded(transfer::eventCount));
        if (const auto to = transfer::next(state, event))
            state = *to;
        State good = state;
        for (const Event e : {Event::Resume, Event::WaitOver, Event::Start, Event::LinkKnown,
                              Event::BytesDone, Event::Published})
            good = transfer::next(good, e).value_or(good);
        QVERIFY2(good == State::Done,
                 qPrintable(QStringLiteral("seed %1 step %2 state %3")
                                .arg(seed)
                                .arg(step)
                                .arg(transfer::stateName(state))));
        if (state == State::Done)
            state = State::Queued;
    }
}

// A person hears of it after an hour, unless it is known what is waited for.
void TestState::tellsOfTriesThatBringNothing()
{
    using namespace std::chrono_literals;
    transfer::Transfer transfer({QStringLiteral("a")}, std::nullopt, 10, State::Queued);
    QVERIFY(transfer.advance(Event::Start));
    transfer.fruitlessSince = 5s;
    QVERIFY(!transfer.isFruitless(2h)); // it is just being tried
    QVERIFY(transfer.advance(Event::Trouble));
    QVERIFY(!transfer.isFruitless(1h));
    QVERIFY(transfer.isFruitless(1h + 5s));
    transfer.error = core::makeError(core::ErrorKind::Offline);
    QVERIFY(!transfer.isFruitless(2h));
    transfer.error = core::makeError(core::ErrorKind::Timeout);
    QVERIFY(transfer.isFruitless(2h));
    transfer.forgive();
    QVERIFY(!transfer.isFruitless(2h));
}

QTEST_GUILESS_MAIN(TestState)
#include "test_state.moc"
