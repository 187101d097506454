#include "cachefixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cache/check.h"
#include "cache/store.h"
#include "cache/verified.h"
#include "core/digest.h"

using namespace Qt::StringLiterals;
using cache::Checked;

class TestCheck : public cachetest::CacheTest {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void eachContentOnce();
    void damaged();
    void missing();
    void realFiles();
    void chosenVersions();
    void noRepo();
    void stops();

private:
    // A file as it is fetched: the blob is named by what it holds.
    core::ContentId put(char commitDigit, const QString &path, const QByteArray &bytes)
    {
        core::Digest digest(core::ContentId::Kind::Sha256, bytes.size());
        digest.add(bytes);
        const auto id = core::ContentId::make(digest.hex()).value();
        const QString entry = layout().entry(m_repo, cachetest::commit(commitDigit), path);
        if (!cachetest::writeFile(layout().blob(m_repo, id), bytes)
            || !QDir().mkpath(QFileInfo(entry).path())
            || ::symlink(qPrintable(layout().linkTarget(path, id)), qPrintable(entry)) != 0)
            qFatal("cannot write the cache of the test");
        return id;
    }
    QList<cache::CheckItem> items(const QStringList &commits = {}) const
    {
        return cache::itemsToCheck(layout(), m_repo, commits).value_or(QList<cache::CheckItem>());
    }
};

void TestCheck::init()
{
    beginAnew();
}

void TestCheck::eachContentOnce()
{
    const auto id = put('1', u"x"_s, "hello"_ba);
    const QString target = layout().linkTarget(u"sub/y"_s, id);
    const QString second = layout().entry(m_repo, cachetest::commit('2'), u"sub/y"_s);
    QVERIFY(QDir().mkpath(QFileInfo(second).path()));
    QCOMPARE(::symlink(qPrintable(target), qPrintable(second)), 0);
    const auto found = items();
    QCOMPARE(found.size(), 1);
    QCOMPARE(found[0].entries.size(), 2);
    QCOMPARE(found[0].entries[1].commit, cachetest::commit('2'));
    QCOMPARE(found[0].entries[1].path, u"sub/y"_s);
    QCOMPARE(found[0].size, 5);
    std::atomic<qint64> done = 0;
    QCOMPARE(cache::checkItem(found[0], nullptr, &done).value(), Checked::Good);
    QCOMPARE(done.load(), 5);
}

// What was noted before it rotted is noted no longer.
void TestCheck::damaged()
{
    const auto id = put('1', u"x"_s, "hello"_ba);
    const QString blob = layout().blob(m_repo, id);
    QCOMPARE(cache::checkItem(items()[0]).value(), Checked::Good);
    struct stat before = {};
    QCOMPARE(::stat(qPrintable(blob), &before), 0);
    QVERIFY(cachetest::writeFile(blob, "hellO"_ba));
    const timespec times[] = {before.st_atim, before.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, qPrintable(blob), times, 0), 0);
    QCOMPARE(cache::checkItem(items()[0]).value(), Checked::Damaged);
    QVERIFY(!cache::isNotedVerified(blob, id));
}

void TestCheck::missing()
{
    const auto id = put('1', u"x"_s, "hello"_ba);
    QVERIFY(QFile::remove(layout().blob(m_repo, id)));
    const auto found = items();
    QCOMPARE(found.size(), 1);
    QVERIFY(found[0].isMissing);
    QVERIFY(found[0].id == id);
    QCOMPARE(cache::checkItem(found[0]).value(), Checked::Missing);
}

// Without links only the listing of the commit says what they should be.
void TestCheck::realFiles()
{
    const QString commit = cachetest::commit('1');
    const auto write = [&](const QString &path, const QByteArray &bytes) {
        QVERIFY(cachetest::writeFile(layout().entry(m_repo, commit, path), bytes));
    };
    write(u"good"_s, "Hello, World!"_ba);
    write(u"bad"_s, "Hello, world!"_ba);
    write(u"unknown"_s, "x"_ba);
    const QString oid = u"b45ef6fec89518d314f546fd6c3025367b721684"_s;
    const cache::Store store({u"cache"_s, cache::Location::Kind::HubCache, m_root, false});
    VERIFY_RESULT(store.prepare(m_repo));
    QVERIFY(store.writeTree(m_repo, commit,
                            {{u"good"_s, 13, oid, {}, {}}, {u"bad"_s, 13, oid, {}, {}}}));
    const auto found = items();
    QCOMPARE(found.size(), 3);
    QCOMPARE(found[0].entries[0].path, u"bad"_s);
    QCOMPARE(cache::checkItem(found[0]).value(), Checked::Damaged);
    QCOMPARE(cache::checkItem(found[1]).value(), Checked::Good);
    QCOMPARE(cache::checkItem(found[2]).value(), Checked::NoId);
}

void TestCheck::chosenVersions()
{
    put('1', u"x"_s, "one"_ba);
    put('2', u"x"_s, "two"_ba);
    QCOMPARE(items().size(), 2);
    QCOMPARE(items({cachetest::commit('2')}).size(), 1);
    QCOMPARE(items({u".."_s}).size(), 0);
}

void TestCheck::noRepo()
{
    const auto found = cache::itemsToCheck(layout(), m_repo, {});
    QVERIFY(!found);
    QCOMPARE(found.error().kind, core::ErrorKind::RepoNotFound);
}

void TestCheck::stops()
{
    put('1', u"x"_s, "one"_ba);
    const std::atomic<bool> stop = true;
    const auto checked = cache::checkItem(items()[0], &stop);
    QVERIFY(!checked);
    QCOMPARE(checked.error().kind, core::ErrorKind::Cancelled);
}

QTEST_GUILESS_MAIN(TestCheck)

#include "testcheck.moc"
