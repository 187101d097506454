#include <QTest>

#include "core/bytesum.h"

using core::ByteSum;

namespace {
constexpr qint64 most = std::numeric_limits<qint64>::max();
constexpr qint64 least = std::numeric_limits<qint64>::min();
} // namespace

class TestByteSum : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isExact();
    void staysAtTheLargest();
    void comesBackFromBeyond();
};

void TestByteSum::isExact()
{
    ByteSum sum;
    QCOMPARE(sum.total(), 0);
    const QList<qint64> sizes{0, 1, 0xffffffff, 0x100000000, 5'000'000'001, 1LL << 53, 7};
    qint64 expected = 0;
    for (const qint64 size : sizes) {
        sum += size;
        expected += size;
        QCOMPARE(sum.total(), expected);
    }
    for (const qint64 size : sizes) {
        sum -= size;
        expected -= size;
        QCOMPARE(sum.total(), expected);
    }
    sum -= 3;
    QCOMPARE(sum.total(), -3);
    sum += -(1LL << 40);
    QCOMPARE(sum.total(), -3 - (1LL << 40));
}

void TestByteSum::staysAtTheLargest()
{
    ByteSum sum;
    sum += most;
    QCOMPARE(sum.total(), most);
    sum += 1;
    QCOMPARE(sum.total(), most);
    for (int i = 0; i < 100'000; ++i)
        sum += most;
    QCOMPARE(sum.total(), most);
    ByteSum below;
    below += least;
    below -= 1;
    QCOMPARE(below.total(), least);
    QCOMPARE((below - sum).total(), least);
}

// What was told of beyond the largest is forgotten when it leaves.
void TestByteSum::comesBackFromBeyond()
{
    ByteSum sum;
    sum += 12;
    for (int i = 0; i < 3; ++i)
        sum += most;
    ByteSum part = sum;
    part -= 5;
    QCOMPARE((sum - part).total(), 5);
    for (int i = 0; i < 3; ++i)
        sum -= most;
    QCOMPARE(sum.total(), 12);
}

QTEST_GUILESS_MAIN(TestByteSum)
#include "test_bytesum.moc"
