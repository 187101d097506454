#include <QTest>

#include "hub/lowcalls.h"
#include "hub/rig.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using hub::Bucket;
using hub::Gate;
using hub::Options;
using hub::Priority;
using support::answer;
using support::CallOutcome;
using support::RawRequest;
using support::RawServer;
using support::wait;
using Rig = support::RawRig;

namespace {

constexpr qint64 Before = 300;

hub::RateInfo rate(qint64 left)
{
    hub::RateInfo rate;
    rate.bucket = u"api"_s;
    rate.left = left;
    rate.quota = 500;
    rate.reset = 200s;
    return rate;
}

} // namespace

// What the Gate writes down for requests that bring no numbers, or not yet.
class TestSpending : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void unsent_data();
    void unsent();
    void repeatedByQt();
    void hops();
    void headsTell();
    void hangingOnesAreCounted();
    void whoHasGoneWaitsNoMore_data();
    void whoHasGoneWaitsNoMore();
};

void TestSpending::unsent_data()
{
    QTest::addColumn<QByteArray>("how");
    for (const char *how : {"offline", "nobody there", "stopped at once", "bad header"})
        QTest::newRow(how) << QByteArray(how);
}

void TestSpending::unsent()
{
    QFETCH(QByteArray, how);
    Rig rig(support::originOfNobody());
    hub::HttpConfig config = rig.http.config();
    config.offline = how == "offline"_ba;
    rig.http.setConfig(config);
    rig.gate.observe({rate(Before)});
    Options options;
    if (how == "bad header"_ba)
        options.headers = {{"Host"_ba, "x"_ba}};
    auto *call = rig.client->get(rig.url(), options);
    if (how == "stopped at once"_ba)
        call->cancel();
    QVERIFY(!wait(call, rig.clock));
    QTRY_COMPARE(rig.gate.budget(Bucket::Api).underWay, 0);
    QCOMPARE(rig.gate.budget(Bucket::Api).left, Before);
}

// Where a connection breaks before an answer, it asks again without a word.
void TestSpending::repeatedByQt()
{
    RawServer server([](const RawRequest &) { return "\n"_ba; });
    Rig rig(server.origin());
    rig.gate.observe({rate(Before)});
    QVERIFY(!wait(rig.client->get(rig.url()), rig.clock));
    QVERIFY(server.seen.size() > 5); // our own repeats are four
    QCOMPARE(rig.gate.budget(Bucket::Api).left, Before - server.seen.size());
}

void TestSpending::hops()
{
    RawServer server([](const RawRequest &request) {
        return request.target.endsWith("/new") ? answer("200 OK", "", "{}")
                                               : support::redirect("307", request.target + "/new");
    });
    Rig rig(server.origin());
    rig.gate.observe({rate(Before)});
    QVERIFY(wait(rig.client->get(rig.url()), rig.clock));
    QCOMPARE(server.seen.size(), 2);
    QCOMPARE(rig.gate.budget(Bucket::Api).left, Before - 2);
}

// A long body is no reason to know it later.
void TestSpending::headsTell()
{
    RawServer server([](const RawRequest &) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nRateLimit: \"api\";r=77;t=50\r\n\r\n["_ba;
    });
    server.keepsOpen = true;
    Rig rig(server.origin());
    rig.gate.observe({rate(Before)});
    auto *call = rig.client->get(rig.url());
    QTRY_COMPARE(rig.gate.budget(Bucket::Api).left, 77);
    QVERIFY(!call->isFinished());
    call->cancel();
    QVERIFY(!wait(call, rig.clock));
    QCOMPARE(rig.gate.budget(Bucket::Api).left, 77); // not counted again
}

// Twelve are left, and four of the background hang. Ten seconds later they are in the Hub's number.
void TestSpending::hangingOnesAreCounted()
{
    support::ManualClock clock;
    Gate gate(clock);
    gate.observe({rate(Before)});
    QList<Gate::Ticket> hanging;
    for (int i = 0; i < 4; ++i)
        gate.enter({.priority = Priority::Background}, this, [&](const Gate::Ticket &ticket) {
            gate.left(ticket);
            hanging.append(ticket);
        });
    QTRY_COMPARE(hanging.size(), 4);
    gate.observe({rate(12)});
    int runs = 0;
    const auto person = [&runs](const Gate::Ticket &) { ++runs; };
    gate.enter({}, this, person);
    QTest::qWait(10);
    QCOMPARE(runs, 0); // each of them may cost three
    clock.advance(11s);
    gate.observe({rate(12)});
    QTRY_COMPARE(runs, 1);
    QCOMPARE(gate.budget(Bucket::Api).underWay, 0);
    hanging.clear();
    QCOMPARE(gate.budget(Bucket::Api).underWay, 0);
    QCOMPARE(gate.budget(Bucket::Api).left, 11);
}

void TestSpending::whoHasGoneWaitsNoMore_data()
{
    QTest::addColumn<QByteArray>("how");
    for (const char *how : {"cancelled", "deleted", "client gone"})
        QTest::newRow(how) << QByteArray(how);
}

// What the window shows ends with the wait, not with the Hub's time.
void TestSpending::whoHasGoneWaitsNoMore()
{
    QFETCH(QByteArray, how);
    Rig rig(support::originOfNobody());
    QList<bool> waits;
    connect(&rig.gate, &Gate::waiting, this,
            [&waits](Bucket, const auto &time) { waits.append(time.has_value()); });
    rig.gate.observe({rate(0)});
    auto *call = rig.client->get(rig.url());
    QTRY_COMPARE(waits, QList<bool>{true});
    if (how == "cancelled"_ba)
        call->cancel();
    else if (how == "deleted"_ba)
        delete call;
    else
        rig.client.reset();
    QTRY_COMPARE(waits, (QList<bool>{true, false}));
}

QTEST_GUILESS_MAIN(TestSpending)
#include "spending.moc"
