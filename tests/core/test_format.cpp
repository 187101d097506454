#include <QLocale>
#include <QTest>

#include <limits>

#include "core/format.h"

using namespace Qt::StringLiterals;
using core::Isolation;

class TestFormat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void sizes_data();
    void sizes();
    void speeds();
    void durations_data();
    void durations();
    void marks();
    void followsTheLocale();
};

void TestFormat::sizes_data()
{
    QTest::addColumn<qint64>("bytes");
    QTest::addColumn<QString>("expected");
    const auto row = [](qint64 bytes, const QString &expected) {
        QTest::addRow("%lld", static_cast<long long>(bytes)) << bytes << expected;
    };
    row(0, u"0 B"_s);
    row(-5, u"0 B"_s);
    row(999, u"999 B"_s);
    row(1000, u"1 KB"_s);
    row(1234, u"1.23 KB"_s);
    row(850'000, u"850 KB"_s);
    row(999'499, u"999 KB"_s);
    row(999'500, u"1 MB"_s);
    row(9'994'000, u"9.99 MB"_s);
    row(9'996'000, u"10 MB"_s);
    row(41'230'000'000, u"41.2 GB"_s);
    row(7'300'000'000, u"7.30 GB"_s);
    row(61'000'000'000, u"61 GB"_s);
    row(99'960'000'000, u"100 GB"_s);
    row(std::numeric_limits<qint64>::max(), u"9.22 EB"_s);
}

void TestFormat::sizes()
{
    QFETCH(qint64, bytes);
    QFETCH(QString, expected);
    QCOMPARE(core::formatSize(bytes, Isolation::Plain), expected);
}

void TestFormat::speeds()
{
    QCOMPARE(core::formatSpeed(12'345'678.9, Isolation::Plain), u"12.3 MB/s"_s);
    QCOMPARE(core::formatSpeed(0, Isolation::Plain), u"0 B/s"_s);
    QCOMPARE(core::formatSpeed(-1, Isolation::Plain), u"0 B/s"_s);
    QCOMPARE(core::formatSpeed(std::numeric_limits<double>::quiet_NaN(), Isolation::Plain),
             u"0 B/s"_s);
    QCOMPARE(core::formatSpeed(std::numeric_limits<double>::infinity(), Isolation::Plain),
             u"9 EB/s"_s);
}

void TestFormat::durations_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<QString>("expected");
    const auto row = [](int seconds, const QString &expected) {
        QTest::addRow("%d", seconds) << seconds << expected;
    };
    row(-1, u"0 s"_s);
    row(42, u"42 s"_s);
    row(60, u"1 min"_s);
    row(75, u"1 min 15 s"_s);
    row(599, u"9 min 59 s"_s);
    row(601, u"10 min"_s);
    row(3599, u"59 min"_s);
    row(3600, u"1 h"_s);
    row(88 * 60 + 20, u"1 h 28 min"_s);
    row(86'399, u"23 h 59 min"_s);
    row(86'400, u"1 d"_s);
    row(100'000, u"1 d 3 h"_s);
    row(20 * 86'400 + 7200, u"20 d"_s);
}

void TestFormat::durations()
{
    QFETCH(int, seconds);
    QFETCH(QString, expected);
    QCOMPARE(core::formatDuration(std::chrono::seconds(seconds), Isolation::Plain), expected);
}

void TestFormat::marks()
{
    const QChar open(0x2068);
    const QChar close(0x2069);
    QCOMPARE(core::formatSize(5), open + u"5 B"_s + close);
    QCOMPARE(core::formatDuration(std::chrono::seconds(5)), open + u"5 s"_s + close);
    QCOMPARE(core::isolate(u"org/name"_s), open + u"org/name"_s + close);
    QCOMPARE(core::isolate(u"שלום.txt"_s), QString(open) + QChar(0x200e) + u"שלום.txt"_s + close);
}

void TestFormat::followsTheLocale()
{
    QLocale::setDefault(QLocale(QLocale::German));
    QCOMPARE(core::formatSize(7'300'000'000, Isolation::Plain), u"7,30 GB"_s);
    QCOMPARE(core::formatCount(12'345), u"12.345"_s);
    QLocale::setDefault(QLocale::c());
}

QTEST_GUILESS_MAIN(TestFormat)
#include "test_format.moc"
