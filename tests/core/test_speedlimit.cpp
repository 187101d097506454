#include <QTest>

#include "core/speedlimit.h"

using namespace Qt::StringLiterals;
using core::SpeedLimit;

class TestSpeedLimit : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void understood_data();
    void understood();
    void notUnderstood_data();
    void notUnderstood();
    void thereAndBack();
};

void TestSpeedLimit::understood_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("limit"); // -1: none
    QTest::newRow("none") << u"none"_s << qint64(-1);
    QTest::newRow("hold") << u" Hold "_s << qint64(0);
    QTest::newRow("bytes") << u"250000"_s << qint64(250'000);
    QTest::newRow("M") << u"2M"_s << qint64(2'000'000);
    QTest::newRow("k") << u"800k"_s << qint64(800'000);
    QTest::newRow("fraction") << u"1.5MB"_s << qint64(1'500'000);
    QTest::newRow("per second") << u"20 mb/s"_s << qint64(20'000'000);
    QTest::newRow("slowest") << u"16 KB/s"_s << qint64(16'000);
    QTest::newRow("fastest") << u"10G"_s << qint64(10'000'000'000);
    QTest::newRow("B") << u"20000B"_s << qint64(20'000);
}

void TestSpeedLimit::understood()
{
    QFETCH(QString, text);
    QFETCH(qint64, limit);
    const auto parsed = core::parseSpeedLimit(text);
    QVERIFY(parsed);
    QCOMPARE(parsed->value_or(-1), limit);
}

void TestSpeedLimit::notUnderstood_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "0", "fast", "-1M", "2T", "2 M B", "1e6", "15K", "11G", "1,5M",
                             "2M/s/s", "0x10000", "99999999999999999999", "nan", "inf", ".5M"})
        QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
}

void TestSpeedLimit::notUnderstood()
{
    QFETCH(QString, text);
    QVERIFY(!core::parseSpeedLimit(text));
}

void TestSpeedLimit::thereAndBack()
{
    for (const SpeedLimit &limit :
         {SpeedLimit(), SpeedLimit(0), SpeedLimit(16'000), SpeedLimit(123'456'789)}) {
        const auto back = core::parseSpeedLimit(core::speedLimitText(limit));
        QVERIFY(back);
        QVERIFY(*back == limit);
    }
}

QTEST_GUILESS_MAIN(TestSpeedLimit)
#include "test_speedlimit.moc"
