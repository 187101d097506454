#include <QTest>

#include <random>

#include "cache/arrivals.h"

using cache::Arrivals;
using cache::ArrivedPiece;

namespace {

constexpr qint64 MiB = 1024 * 1024;

QByteArray bytes(qint64 size, unsigned seed = 1)
{
    std::mt19937 random(seed);
    QByteArray all(size, Qt::Uninitialized);
    for (char &byte : all)
        byte = static_cast<char>(random());
    return all;
}

quint64 checksumOf(const QByteArray &content, const core::Range &range)
{
    cache::Checksum checksum;
    checksum.add(QByteArrayView(content).sliced(range.begin, range.size()));
    return checksum.value();
}

// They are true and do not overlap; how many bytes they speak of.
qint64 covered(const Arrivals &arrivals, const QByteArray &content)
{
    qint64 total = 0;
    qint64 last = 0;
    for (const ArrivedPiece &piece : arrivals.pieces()) {
        if (piece.range.begin < last || piece.checksum != checksumOf(content, piece.range))
            return -1;
        last = piece.range.end;
        total += piece.range.size();
    }
    return total;
}

} // namespace

class TestArrivals : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inOrder();
    void inAnyOrder();
    void writtenTwice();
    void adopted();
    void fewPiecesOfLargeFiles();
};

void TestArrivals::inOrder()
{
    const QByteArray content = bytes(20 * MiB + 5);
    Arrivals arrivals(content.size());
    for (qint64 at = 0; at < content.size(); at += 100'000)
        arrivals.add(at,
                     QByteArrayView(content).sliced(at).first(
                         std::min<qint64>(100'000, content.size() - at)));
    QCOMPARE(covered(arrivals, content), content.size());
    QCOMPARE(arrivals.pieces().size(), 3);
    QCOMPARE(arrivals.pieces().first().range, (core::Range{0, 8 * MiB}));
}

// Several connections, each in order, at their own pace; some break and others go on there.
void TestArrivals::inAnyOrder()
{
    const QByteArray content = bytes(40 * MiB);
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        Arrivals arrivals(content.size());
        core::RangeSet written;
        while (written.total() < content.size()) {
            const auto gaps = written.gaps(content.size());
            const core::Range gap = gaps.at(static_cast<qsizetype>(random() % gaps.size()));
            const qint64 begin = random() % 4 == 0 ? gap.begin + gap.size() / 2 : gap.begin;
            const qint64 size = std::min<qint64>(gap.end - begin, 1 + random() % (3 * MiB));
            arrivals.add(begin, QByteArrayView(content).sliced(begin, size));
            written.insert({begin, begin + size});
        }
        QCOMPARE(covered(arrivals, content), content.size());
    }
}

void TestArrivals::writtenTwice()
{
    const QByteArray first = bytes(4 * MiB, 1);
    const QByteArray second = bytes(4 * MiB, 2);
    Arrivals arrivals(64 * MiB);
    arrivals.add(0, first);
    arrivals.add(0, QByteArrayView(second).first(MiB));
    QCOMPARE(arrivals.pieces().size(), 1); // of the rest nothing is known any more
    QCOMPARE(covered(arrivals, second), MiB);
    arrivals.add(MiB, QByteArrayView(second).sliced(MiB));
    QCOMPARE(covered(arrivals, second), 4 * MiB);
    arrivals.forget({0, 10});
    QCOMPARE(covered(arrivals, second), 0);
}

void TestArrivals::adopted()
{
    const QByteArray content = bytes(24 * MiB);
    Arrivals before(content.size());
    before.add(0, QByteArrayView(content).first(10 * MiB));
    Arrivals after(content.size());
    QList<ArrivedPiece> pieces = before.pieces();
    pieces.append({{9 * MiB, 11 * MiB}, 1}); // overlaps
    pieces.append({{12 * MiB, 12 * MiB}, 1}); // empty
    after.adopt(pieces);
    QCOMPARE(after.pieces(), before.pieces());
    after.add(10 * MiB, QByteArrayView(content).sliced(10 * MiB));
    QCOMPARE(covered(after, content), content.size());
}

void TestArrivals::fewPiecesOfLargeFiles()
{
    constexpr qint64 GiB = 1024 * MiB;
    const QByteArray block = bytes(MiB);
    Arrivals arrivals(200 * GiB);
    for (qint64 at = 0; at < 128 * MiB; at += MiB)
        arrivals.add(at, block);
    QCOMPARE(arrivals.pieces().size(), 1);
}

QTEST_APPLESS_MAIN(TestArrivals)
#include "testarrivals.moc"
