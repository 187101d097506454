#include <QTest>

#include "transfer/hosts.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using transfer::Hosts;

class TestHosts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void namedTime();
    void growsWithoutOne();
    void isBounded();
    void hostsAreApart();
    void servesOnlySoMany();

private:
    const QUrl m_url{u"https://cdn.example/a?sig=1"_s};
    const Hosts::Time m_now = Hosts::Time() + 1000s;
};

void TestHosts::namedTime()
{
    Hosts hosts;
    QVERIFY(!hosts.pauseOf(m_url, m_now));
    QVERIFY(!hosts.isAnyPaused(m_now));
    hosts.refused(m_url, 30s, m_now);
    QCOMPARE(hosts.pauseOf(m_url, m_now), 30s);
    QCOMPARE(hosts.pauseOf(QUrl(u"https://cdn.example:443/b"_s), m_now + 10s), 20s);
    QVERIFY(hosts.isAnyPaused(m_now + 29s));
    hosts.refused(m_url, 5s, m_now + 1s); // does not shorten it
    QCOMPARE(hosts.pauseOf(m_url, m_now + 1s), 29s);
    QVERIFY(!hosts.pauseOf(m_url, m_now + 30s));
    hosts.refused(m_url, 30s, m_now);
    hosts.served(m_url, m_now + 1s); // by a connection from before
    QCOMPARE(hosts.pauseOf(m_url, m_now + 1s), 29s);
}

void TestHosts::growsWithoutOne()
{
    Hosts hosts;
    hosts.refused(m_url, {}, m_now);
    hosts.refused(m_url, {}, m_now); // another connection that heard the same
    QCOMPARE(hosts.pauseOf(m_url, m_now), 1s);
    hosts.refused(m_url, {}, m_now + 1s);
    QCOMPARE(hosts.pauseOf(m_url, m_now + 1s), 2s);
    hosts.refused(m_url, {}, m_now + 3s);
    QCOMPARE(hosts.pauseOf(m_url, m_now + 3s), 4s);
    hosts.served(m_url, m_now + 8s);
    hosts.refused(m_url, {}, m_now + 9s);
    QCOMPARE(hosts.pauseOf(m_url, m_now + 9s), 1s);
}

void TestHosts::isBounded()
{
    Hosts hosts;
    hosts.refused(m_url, 1'000'000'000s, m_now);
    QCOMPARE(hosts.pauseOf(m_url, m_now), 3600s);
    hosts.refused(m_url, -5s, m_now + 3600s);
    QCOMPARE(hosts.pauseOf(m_url, m_now + 3600s), 1s);
}

void TestHosts::hostsAreApart()
{
    Hosts hosts;
    hosts.refused(m_url, 30s, m_now);
    QVERIFY(!hosts.pauseOf(QUrl(u"https://cdn.example:8443/a"_s), m_now));
    QVERIFY(!hosts.pauseOf(QUrl(u"https://other.example/a"_s), m_now));
}

// Which is no reason to leave it alone.
void TestHosts::servesOnlySoMany()
{
    Hosts hosts;
    QVERIFY(!hosts.mostOf(m_url, m_now));
    hosts.crowded(m_url, 2, m_now);
    hosts.served(m_url, m_now + 1s);
    QCOMPARE(hosts.mostOf(m_url, m_now + 2s), 2);
    QVERIFY(!hosts.pauseOf(m_url, m_now));
    QVERIFY(!hosts.mostOf(QUrl(u"https://other.example/a"_s), m_now));
    QVERIFY(!hosts.mostOf(m_url, m_now + 10min)); // it is asked again whether it serves more
}

QTEST_GUILESS_MAIN(TestHosts)
#include "test_hosts.moc"
