#include <QTemporaryDir>
#include <QTest>

#include "session/receipt.h"

using namespace Qt::StringLiterals;

class TestReceipt : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void addsUp();
    void sizesBeyondAllBounds();
};

namespace {

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

session::Receipt receiptFor(const QList<hub::TreeEntry> &chosen, qint64 reserve)
{
    const QTemporaryDir folder;
    const cache::Location place{u"cache"_s, cache::Location::Kind::HubCache, folder.path(), true};
    const auto repo = core::RepoId::make(core::RepoType::Model, u"org/name"_s);
    return session::makeReceipt(place, *repo, QString(40, u'c'), chosen, reserve);
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
