#include "enginefixture.h"

#include <QElapsedTimer>
#include <QHash>
#include <QTest>

#include <atomic>
#include <memory>
#include <mutex>

using namespace Qt::StringLiterals;
using support::FaultyHub;
using transfer::State;

namespace {

// Each answer of the Hub names a link of its own, also within one second.
FaultyHub::Change ownLink()
{
    auto count = std::make_shared<std::atomic<int>>(0);
    return [count](const demo::Request &, demo::Response &response) {
        for (auto &[name, value] : response.headers) {
            if (name.toLower() == "location")
                value += "&own=" + QByteArray::number(++*count);
        }
    };
}

QByteArray linkOf(const demo::Request &request)
{
    return request.target.mid(request.target.indexOf("&own="));
}

struct Uses {
    std::mutex mutex;
    QHash<QByteArray, int> count;
    QHash<QByteArray, QElapsedTimer> since;
    int refused = 0;
};
} // namespace

// For how long a link to the bytes is good, and for what, is the file host's affair.
class TestLinks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void eachServesOnce();
    void runOutUnderWay();
};

void TestLinks::eachServesOnce()
{
    EngineFixture f({}, slow(4 * MiB));
    auto uses = std::make_shared<Uses>();
    f.hub.addRule(demo::Origin::Hub, resolve, ownLink());
    f.hub.addRule(demo::Origin::Cdn, anything,
                  [uses](const demo::Request &request, demo::Response &response) {
                      const std::scoped_lock lock(uses->mutex);
                      if (uses->count[linkOf(request)]++ > 0) {
                          ++uses->refused;
                          FaultyHub::status(403)(request, response);
                      }
                  });
    const demo::Repo repo =
        support::makeRepo(u"org/once"_s, {support::lfsFile(u"m.bin"_s, 48 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    const std::scoped_lock lock(uses->mutex);
    const auto resolves = f.hub.requests(demo::Origin::Hub, resolve).size();
    QVERIFY(uses->refused > 0); // or the test shows nothing
    QVERIFY2(uses->refused <= 2 * 8, qPrintable(QString::number(uses->refused)));
    QVERIFY2(resolves <= 8, qPrintable(QString::number(resolves)));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < (48 + 16) * MiB);
}

// What a link began goes on; the next one is asked for at once, and as many connections use it.
void TestLinks::runOutUnderWay()
{
    EngineFixture f({}, slow(MiB));
    auto uses = std::make_shared<Uses>();
    f.hub.addRule(demo::Origin::Hub, resolve, ownLink());
    f.hub.addRule(demo::Origin::Cdn, anything,
                  [uses](const demo::Request &request, demo::Response &response) {
                      const std::scoped_lock lock(uses->mutex);
                      QElapsedTimer &since = uses->since[linkOf(request)];
                      if (!since.isValid())
                          since.start();
                      if (since.hasExpired(3000)) {
                          ++uses->refused;
                          FaultyHub::status(403)(request, response);
                      }
                  });
    const demo::Repo repo =
        support::makeRepo(u"org/expiry"_s, {support::lfsFile(u"m.bin"_s, 128 * MiB)});
    const auto id = f.get(repo);
    const auto refused = [&] {
        const std::scoped_lock lock(uses->mutex);
        return uses->refused;
    };
    QTRY_VERIFY_WITH_TIMEOUT(refused() > 0, 15000);
    QTest::qWait(2000);
    QVERIFY(f.engine->status(id).state == State::Fetching);
    QVERIFY2(f.engine->status(id).connections >= 12,
             qPrintable(QString::number(f.engine->status(id).connections)));
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    const auto resolves = f.hub.requests(demo::Origin::Hub, resolve).size();
    QVERIFY2(resolves <= 8, qPrintable(QString::number(resolves)));
}

QTEST_GUILESS_MAIN(TestLinks)
#include "test_links.moc"
