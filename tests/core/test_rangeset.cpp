#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <vector>

#include "core/rangeset.h"

using core::Range;
using core::RangeSet;

class TestRangeSet : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsEmpty();
    void joinsWhatTouches();
    void removesFromTheMiddle();
    void ignoresWhatIsNoRange();
    void agreesWithABitArray();
    void staysFastWithManyRanges();
};

void TestRangeSet::startsEmpty()
{
    const RangeSet set;
    QVERIFY(set.isEmpty());
    QCOMPARE(set.total(), 0);
    QCOMPARE(set.gaps(0), QList<Range>());
    QCOMPARE(set.gaps(5), (QList<Range>{{0, 5}}));
    QVERIFY(set.contains({3, 3}));
    QVERIFY(!set.contains({3, 4}));
}

void TestRangeSet::joinsWhatTouches()
{
    RangeSet set;
    set.insert({0, 10});
    set.insert({20, 30});
    set.insert({10, 20});
    QCOMPARE(set.ranges(), (QList<Range>{{0, 30}}));
    set.insert({5, 8});
    QCOMPARE(set.total(), 30);
}

void TestRangeSet::removesFromTheMiddle()
{
    RangeSet set;
    set.insert({0, 100});
    set.remove({40, 60});
    QCOMPARE(set.ranges(), (QList<Range>{{0, 40}, {60, 100}}));
    QCOMPARE(set.gaps(120), (QList<Range>{{40, 60}, {100, 120}}));
    QCOMPARE(set.gaps(50), (QList<Range>{{40, 50}}));
    QVERIFY(!set.contains({39, 41}));
    QCOMPARE(set.gaps({10, 40}), QList<Range>());
    QCOMPARE(set.gaps({30, 50}), (QList<Range>{{40, 50}}));
    QCOMPARE(set.gaps({45, 110}), (QList<Range>{{45, 60}, {100, 110}}));
    QCOMPARE(set.gaps({120, 130}), (QList<Range>{{120, 130}}));
    QCOMPARE(set.gaps({50, 50}), QList<Range>());
}

void TestRangeSet::ignoresWhatIsNoRange()
{
    RangeSet set;
    set.insert({5, 5});
    set.insert({9, 3});
    set.insert({-4, 3});
    QVERIFY(set.isEmpty());
    set.insert({0, 3});
    set.remove({2, 2});
    QCOMPARE(set.total(), 3);
}

void TestRangeSet::agreesWithABitArray()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    for (int round = 0; round < 50; ++round) {
        const int size = random.bounded(1, 200);
        std::vector<bool> bits(static_cast<size_t>(size));
        RangeSet set;
        for (int step = 0; step < 200; ++step) {
            const int a = random.bounded(size + 1);
            const int b = std::min(size, a + random.bounded(size / 4 + 2));
            const bool add = random.bounded(100) < 60;
            add ? set.insert({a, b}) : set.remove({a, b});
            std::fill(bits.begin() + a, bits.begin() + b, add);

            QList<Range> expected;
            QList<Range> missing;
            for (int i = 0; i < size; ++i) {
                QList<Range> &list = bits[static_cast<size_t>(i)] ? expected : missing;
                if (!list.isEmpty() && list.last().end == i)
                    list.last().end = i + 1;
                else
                    list.append({i, i + 1});
            }
            QCOMPARE(set.ranges(), expected);
            QCOMPARE(set.gaps(size), missing);
            QCOMPARE(set.total(), std::count(bits.begin(), bits.end(), true));
            const int c = random.bounded(size + 1);
            const int d = std::min(size, c + random.bounded(10));
            QCOMPARE(set.contains({c, d}),
                     std::all_of(bits.begin() + c, bits.begin() + d, [](bool bit) { return bit; }));
        }
    }
}

void TestRangeSet::staysFastWithManyRanges()
{
    RangeSet set;
    for (qint64 i = 0; i < 200'000; ++i)
        set.insert({i * 4, i * 4 + 2});
    QCOMPARE(set.ranges().size(), 200'000);
    for (qint64 i = 0; i < 200'000; ++i)
        QVERIFY(set.contains({i * 4, i * 4 + 2}) && !set.contains({i * 4, i * 4 + 3}));
    set.insert({0, 800'000});
    QCOMPARE(set.ranges().size(), 1);
}

QTEST_GUILESS_MAIN(TestRangeSet)
#include "test_rangeset.moc"
