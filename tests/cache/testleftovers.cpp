#include "cachefixture.h"

#include <QDateTime>

#include "cache/filelock.h"
#include "cache/leftovers.h"

using namespace Qt::StringLiterals;
using namespace cachetest;

// What interrupted downloads left, of any program.
class TestLeftovers : public CacheTest {
    Q_OBJECT
private Q_SLOTS:
    void init() { beginAnew(); }
    void findsAndRemoves();
    void leavesWhatIsBusy();
    void followsNoLink();

private:
    QString file(const QString &name, qint64 size, int hoursAgo)
    {
        const QString path = layout().blobs(m_repo) + u'/' + name;
        if (!writeFile(path, QByteArray(size, 'x')))
            return {};
        QFile one(path);
        const bool isSet = one.open(QIODevice::ReadWrite)
            && one.setFileTime(QDateTime::currentDateTimeUtc().addSecs(-3600 * hoursAgo),
                               QFile::FileModificationTime);
        return isSet ? path : QString();
    }
    QList<cache::Leftover> found() const
    {
        return cache::findLeftovers(layout(), {m_repo}).value_or(QList<cache::Leftover>());
    }
    const QString m_a = sha256Id('a').text;
    const QString m_b = sha256Id('b').text;
};

void TestLeftovers::findsAndRemoves()
{
    blob('c', 900);
    const QString ours = file(m_a + u".hubload.incomplete"_s, 5000, 3);
    const QString note = file(m_a + u".hubload.incomplete.json"_s, 100, 3);
    const QString theirs = file(m_b + u".incomplete"_s, 700, 3);
    const QString alone = file(sha256Id('d').text + u".hubload.incomplete.json"_s, 100, 3);
    const auto all = found();
    QCOMPARE(all.size(), 2);
    QCOMPARE(all[0].size + all[1].size, 5800);
    for (const cache::Leftover &one : all) {
        const auto freed = cache::removeLeftover(layout(), one);
        VERIFY_RESULT(freed);
        QCOMPARE(*freed, one.size);
    }
    QVERIFY(!QFile::exists(ours) && !QFile::exists(note) && !QFile::exists(theirs));
    QVERIFY(QFile::exists(layout().blob(m_repo, sha256Id('c'))) && QFile::exists(alone));
    QVERIFY(found().isEmpty());
}

void TestLeftovers::leavesWhatIsBusy()
{
    file(m_a + u".incomplete"_s, 500, 0); // written to just now
    QVERIFY(found().isEmpty());
    const QString locked = file(m_b + u".incomplete"_s, 500, 3);
    QCOMPARE(found().size(), 1);
    const cache::Leftover leftover = found().constFirst();
    const auto lock = cache::FileLock::tryLock(layout().lock(m_repo, sha256Id('b')));
    VERIFY_RESULT(lock);
    QVERIFY(found().isEmpty());
    const auto removed = cache::removeLeftover(layout(), leftover);
    QVERIFY(!removed && removed.error().kind == core::ErrorKind::Locked);
    QVERIFY(QFile::exists(locked));
}

void TestLeftovers::followsNoLink()
{
    const QString outside = m_folder->filePath(u"mine.incomplete"_s);
    QVERIFY(writeFile(outside, "mine"));
    const QString partial = file(m_a + u".incomplete"_s, 500, 3);
    QVERIFY(QFile::remove(partial));
    QCOMPARE(::symlink(qPrintable(outside), qPrintable(partial)), 0);
    QVERIFY(found().isEmpty());
    // A name that leads out of the folder, as a hostile list would have it.
    const auto freed =
        cache::removeLeftover(layout(), {m_repo, m_a.toLatin1(), {"../../../mine.incomplete"}, 4});
    QVERIFY(freed && *freed == 0);
    QVERIFY(QFile::exists(outside));
    // A whole folder of blobs that lies elsewhere.
    const QString blobs = layout().blobs(m_repo);
    QVERIFY(QDir(blobs).removeRecursively());
    const QString elsewhere = m_folder->filePath(u"elsewhere"_s);
    QVERIFY(writeFile(elsewhere + u'/' + m_b + u".incomplete"_s, "mine"));
    QCOMPARE(::symlink(qPrintable(elsewhere), qPrintable(blobs)), 0);
    QVERIFY(!cache::removeLeftover(layout(),
                                   {m_repo, m_b.toLatin1(), {m_b.toLatin1() + ".incomplete"}, 4}));
    QVERIFY(QFile::exists(elsewhere + u'/' + m_b + u".incomplete"_s));
}

QTEST_GUILESS_MAIN(TestLeftovers)
#include "testleftovers.moc"
