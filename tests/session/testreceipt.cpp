#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "cache/layout.h"
#include "cache/store.h"
#include "session/receipt.h"

using namespace Qt::StringLiterals;

class TestReceipt : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void addsUp();
    void aPartialHasItsRoom();
    void countsTheQueueOfTheSameVolume();
    void countsContentOnce();
    void sizesBeyondAllBounds();
};

namespace {

constexpr qint64 beyondAnyDisk = 1LL << 50;

QList<hub::TreeEntry> entries(int count, qint64 size)
{
    QList<hub::TreeEntry> entries(count);
    for (int i = 0; i < count; ++i) {
        entries[i].path = u"f%1.bin"_s.arg(i);
        entries[i].size = size;
        entries[i].oid = QString::number(i).rightJustified(40, u'0');
    }
    return entries;
}

cache::Location placeAt(const QString &path)
{
    return {u"cache"_s, cache::Location::Kind::HubCache, path, true};
}

core::RepoId repo()
{
    return *core::RepoId::make(core::RepoType::Model, u"org/name"_s);
}

session::Receipt receiptAt(const QTemporaryDir &folder, const QList<hub::TreeEntry> &chosen,
                           qint64 reserve, const QList<transfer::Need> &queue = {})
{
    return session::makeReceipt(placeAt(folder.path()), repo(), QString(40, u'c'), chosen, reserve,
                                queue);
}

session::Receipt receiptFor(const QList<hub::TreeEntry> &chosen, qint64 reserve)
{
    const QTemporaryDir folder;
    return receiptAt(folder, chosen, reserve);
}

// As one that was begun: with the room of all its bytes.
void layPartial(const QTemporaryDir &folder, const core::ContentId &content, qint64 size)
{
    const cache::Layout layout(folder.path());
    QVERIFY(QDir().mkpath(QFileInfo(layout.partial(repo(), content)).path()));
    QFile file(layout.partial(repo(), content));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(QByteArray(size, 'x')), size);
}

} // namespace

void TestReceipt::addsUp()
{
    const session::Receipt receipt = receiptFor(entries(3, 7), 0);
    QCOMPARE(receipt.files, 3);
    QCOMPARE(receipt.chosen, 21);
    QCOMPARE(receipt.toFetch, 21);
    QCOMPARE(receipt.shortBy, 0);
}

// What a partial took is not free any more, and is not needed a second time.
void TestReceipt::aPartialHasItsRoom()
{
    constexpr qint64 size = 8LL * 1024 * 1024;
    const QTemporaryDir folder;
    const auto chosen = entries(2, size);
    // Others use the disk, too: what counts is what each receipt itself found free.
    const auto roomNeeded = [&] {
        const auto receipt = receiptAt(folder, chosen, beyondAnyDisk);
        return receipt.shortBy - beyondAnyDisk + receipt.freeBytes;
    };
    QCOMPARE(roomNeeded(), 2 * size);
    layPartial(folder, *chosen[0].contentId(), size);
    QCOMPARE(roomNeeded(), size);
}

void TestReceipt::countsTheQueueOfTheSameVolume()
{
    constexpr qint64 size = 8LL * 1024 * 1024;
    const QTemporaryDir folder;
    const auto begun = entries(1, size).constFirst().contentId();
    layPartial(folder, *begun, size);
    const QList<transfer::Need> queue{
        {repo(), placeAt(folder.path() + u"/other"_s), {}, beyondAnyDisk},
        {repo(), placeAt(folder.path()), {{*begun, size}}, 0}, // takes nothing more
        {repo(), placeAt(u"/proc"_s), {}, 1'000}, // another volume
    };
    const auto receipt = receiptAt(folder, entries(3, 1'000'000), 0, queue);
    QCOMPARE(receipt.queued, beyondAnyDisk);
    QCOMPARE(receipt.shortBy, 0);
    QVERIFY(receipt.shortByQueue > 0);
    QCOMPARE(receiptAt(folder, entries(3, 1'000'000), 0, queue.mid(1)).shortByQueue, 0);
}

// Chosen and queued, or queued twice: fetched once.
void TestReceipt::countsContentOnce()
{
    const QTemporaryDir folder;
    const auto chosen = entries(3, 1'000);
    const auto needOf = [](const QString &path, const QList<hub::TreeEntry> &files) {
        transfer::Need need{repo(), placeAt(path), {}, 0};
        for (const hub::TreeEntry &file : files)
            need.files.append({*file.contentId(), file.size});
        return need;
    };
    const auto queued = needOf(folder.path(), chosen);
    QCOMPARE(receiptAt(folder, chosen, 0, {queued}).queued, 0);
    QCOMPARE(receiptAt(folder, chosen.mid(0, 1), 0, {queued, queued}).queued, 2'000);
    const auto elsewhere = needOf(folder.path() + u"/other"_s, chosen);
    QCOMPARE(receiptAt(folder, chosen, 0, {queued, elsewhere}).queued, 3'000);
}

// Each is as large as a listing may say; all together are more than a qint64 holds.
void TestReceipt::sizesBeyondAllBounds()
{
    constexpr qint64 most = std::numeric_limits<qint64>::max();
    const session::Receipt receipt = receiptFor(entries(1100, 1LL << 53), most);
    QCOMPARE(receipt.chosen, most);
    QCOMPARE(receipt.toFetch, most);
    QCOMPARE(receipt.shortBy, most);
}

QTEST_GUILESS_MAIN(TestReceipt)
#include "testreceipt.moc"
