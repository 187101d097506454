#include "hub/retry.h"

#include <QTest>

using namespace std::chrono_literals;
using core::ErrorKind;
using hub::retryDelay;

class TestRetry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void grows();
    void jitters();
    void serversTime();
    void neverForPeople();
};

void TestRetry::grows()
{
    const core::Error lost = core::makeError(ErrorKind::ConnectionLost);
    const std::chrono::seconds expected[] = {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s};
    for (int attempt = 0; attempt < 11; ++attempt)
        QVERIFY(retryDelay(lost, attempt, 0.0) == expected[attempt]);
    QVERIFY(retryDelay(lost, 2'000'000'000, 0.0) == 300s);
    QVERIFY(retryDelay(lost, -1, 0.0) == 1s);
}

void TestRetry::jitters()
{
    const core::Error lost = core::makeError(ErrorKind::ServerError);
    QVERIFY(retryDelay(lost, 2, 1.0) == 5s);
    QVERIFY(retryDelay(lost, 2, -1.0) == 3s);
    QVERIFY(retryDelay(lost, 2, 9.0) == 5s);
}

void TestRetry::serversTime()
{
    core::Error limited = core::makeError(ErrorKind::RateLimited);
    QVERIFY(retryDelay(limited, 1, 0.0) == 2s);
    limited.retryAfter = 55s;
    QVERIFY(retryDelay(limited, 1, 1.0) == 55s);
    limited.retryAfter = 1'000'000h;
    QVERIFY(retryDelay(limited, 1, 0.0) == 1h);
    core::Error busy = core::makeError(ErrorKind::ServerError);
    busy.retryAfter = 20s;
    QVERIFY(retryDelay(busy, 0, 1.0) == 20s);
    busy.retryAfter = 0s;
    QVERIFY(retryDelay(busy, 0, 0.0) == 1s);
}

void TestRetry::neverForPeople()
{
    for (const auto kind :
         {ErrorKind::Gated, ErrorKind::Unauthorized, ErrorKind::SignInNeeded,
          ErrorKind::ProxyDenied, ErrorKind::Forbidden, ErrorKind::RepoNotFound,
          ErrorKind::RevisionNotFound, ErrorKind::EntryNotFound, ErrorKind::Tls,
          ErrorKind::Protocol, ErrorKind::BadInput, ErrorKind::Cancelled, ErrorKind::Disabled})
        QVERIFY(!retryDelay(core::makeError(kind), 0, 0.0));
}

QTEST_GUILESS_MAIN(TestRetry)
#include "retry.moc"
