#include <QRandomGenerator>
#include <QTest>

#include <set>

#include "transfer/indexset.h"

using transfer::IndexSet;

// Against the set of the standard library.
class TestIndexSet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void walks();
};

void TestIndexSet::walks()
{
    QRandomGenerator random(4711);
    for (const int most : {1, 64, 65, 1000, 100'000}) {
        IndexSet ours;
        std::set<int> theirs;
        for (int step = 0; step < 20'000; ++step) {
            const int index = random.bounded(most);
            // Most of the time it empties, as a queue does, so that it begins anywhere.
            if (random.bounded(3) == 0) {
                ours.insert(index);
                theirs.insert(index);
            } else {
                const int gone = theirs.empty() || step % 2 == 0 ? index : *theirs.begin();
                ours.erase(gone);
                theirs.erase(gone);
            }
            const auto wanted = static_cast<size_t>(random.bounded(70));
            std::vector<int> seen;
            ours.first(wanted, &seen);
            std::vector<int> expected(
                theirs.begin(),
                std::next(theirs.begin(),
                          static_cast<std::ptrdiff_t>(std::min(wanted, theirs.size()))));
            QCOMPARE(seen, expected);
        }
    }
    IndexSet both;
    both.insert(3);
    std::vector<int> indices{7, 9};
    both.first(2, &indices);
    QCOMPARE(indices, (std::vector<int>{7, 9}));
    both.first(3, &indices);
    QCOMPARE(indices, (std::vector<int>{7, 9, 3}));
}

QTEST_GUILESS_MAIN(TestIndexSet)
#include "test_indexset.moc"
