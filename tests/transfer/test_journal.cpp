#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "transfer/journal.h"

using namespace Qt::StringLiterals;
using transfer::Intent;

class TestJournal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comesBackAsItWas();
    void priorities();
    void olderFilesHaveDefaults();
    void intentChangesAlone();
    void brokenFilesAreKeptAside_data();
    void brokenFilesAreKeptAside();
    void hashesAreHashes_data();
    void hashesAreHashes();
    void anotherSpellingOfANameIsNoSecondDownload();
    void aLostIntentPauses();
    void removed();
};

namespace {

hub::TreeEntry entry(const QString &path, qint64 size, const QString &sha256 = {})
{
    hub::TreeEntry entry;
    entry.path = path;
    entry.size = size;
    entry.oid = QString(40, u'a');
    entry.lfs = !sha256.isEmpty();
    entry.sha256 = sha256;
    return entry;
}

transfer::JournalEntry sample()
{
    transfer::DownloadRequest request;
    request.repo = *core::RepoId::make(core::RepoType::Dataset, u"org/näme"_s.replace(u'ä', u'a'));
    request.endpoint = u"http://127.0.0.1:1/prefix"_s;
    request.revision = u"refs/pr/1"_s;
    request.commit = QString(40, u'c');
    request.listing = {entry(u"data/ä b#%+.bin"_s, 5'000'000'000, QString(64, u'b')),
                       entry(u"README.md"_s, 0)};
    request.chosen = {request.listing.first()};
    request.place = {u"cache"_s, cache::Location::Kind::HubCache, u"/tmp/somewhere"_s, false};
    Intent intent;
    intent.wanted = Intent::Wanted::Pause;
    intent.order = 3;
    intent.limit = 2'000'000;
    intent.added = QDateTime(QDate(2026, 11, 24), QTime(1, 2, 3), Qt::UTC);
    return {QUuid::createUuid(), request, intent};
}

} // namespace

void TestJournal::comesBackAsItWas()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.filePath(u"queue"_s));
    QVERIFY(journal.load().entries.isEmpty());
    const auto saved = sample();
    QVERIFY(journal.saveRequest(saved));
    const auto loaded = journal.load();
    QVERIFY(loaded.problems.isEmpty());
    QCOMPARE(loaded.entries.size(), 1);
    const auto &back = loaded.entries.first();
    QCOMPARE(back.id, saved.id);
    QVERIFY(back.request.repo == saved.request.repo);
    QCOMPARE(back.request.endpoint, saved.request.endpoint);
    QCOMPARE(back.request.revision, saved.request.revision);
    QVERIFY(back.request.chosen == saved.request.chosen);
    QVERIFY(back.request.listing == saved.request.listing);
    QVERIFY(back.request.place == saved.request.place);
    QVERIFY(back.intent.wanted == Intent::Wanted::Pause);
    QCOMPARE(back.intent.order, 3);
    QVERIFY(back.intent.limit == core::SpeedLimit(2'000'000));
    QCOMPARE(back.intent.added, saved.intent.added);
}

void TestJournal::priorities()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    auto saved = sample();
    saved.request.chosen = saved.request.listing;
    saved.request.urgent = {u"README.md"_s};
    QVERIFY(journal.saveRequest(saved));
    QCOMPARE(journal.load().entries.first().request.urgent, saved.request.urgent);
    saved.request.chosen = {saved.request.listing.last()};
    saved.request.listing.clear();
    QVERIFY(journal.saveRequest(saved)); // another choice, in the same file
    const auto back = journal.load().entries.first().request;
    QVERIFY(back.chosen == saved.request.chosen);
    QVERIFY(back.listing.isEmpty());
    QCOMPARE(back.urgent, saved.request.urgent);
}

// As the first version wrote them.
void TestJournal::olderFilesHaveDefaults()
{
    QTemporaryDir folder;
    const QString name = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const auto write = [&](const QString &ending, const QByteArray &content) {
        QFile file(folder.filePath(name + ending));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    };
    QVERIFY(write(u".json"_s,
                  R"({"v":1,"type":"model","repo":"o/n","revision":"main","commit":")"
                      + QByteArray(40, 'a')
                      + R"(","place":{"path":"/tmp/x"},"files":[{"path":"a","size":1,"oid":"",)"
                      + R"("chosen":true}]})"));
    QVERIFY(write(u".state.json"_s, R"({"v":1,"wanted":"run","order":7})"));
    const auto loaded = transfer::Journal(folder.path()).load();
    QVERIFY(loaded.problems.isEmpty());
    QCOMPARE(loaded.entries.size(), 1);
    QCOMPARE(loaded.entries.first().intent.order, 7);
    QVERIFY(loaded.entries.first().request.urgent.isEmpty());
    QVERIFY(!loaded.entries.first().intent.limit);
}

void TestJournal::intentChangesAlone()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    auto one = sample();
    auto two = sample();
    two.intent.order = 1;
    QVERIFY(journal.saveRequest(one));
    QVERIFY(journal.saveRequest(two));
    one.intent.wanted = Intent::Wanted::Done;
    one.intent.checked = true;
    one.intent.begun = true;
    QVERIFY(journal.saveIntent(one.id, one.intent));
    const auto loaded = journal.load();
    QCOMPARE(loaded.entries.size(), 2);
    QCOMPARE(loaded.entries[0].id, two.id); // by order
    QVERIFY(loaded.entries[1].intent.wanted == Intent::Wanted::Done);
    QVERIFY(loaded.entries[1].intent.checked);
    QVERIFY(loaded.entries[1].intent.begun);
}

void TestJournal::brokenFilesAreKeptAside_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not json") << QByteArray("{\"v\":1,");
    QTest::newRow("newer") << QByteArray("{\"v\":2}");
    QTest::newRow("path out of the repo") << QByteArray(
        R"({"v":1,"type":"model","repo":"o/n","revision":"main","commit":")" + QByteArray(40, 'a')
        + R"(","place":{"path":"/tmp/x"},"files":[{"path":"../../etc/passwd","size":1,"oid":"","chosen":true}]})");
    QTest::newRow("nothing chosen")
        << QByteArray(R"({"v":1,"type":"model","repo":"o/n","revision":"main","commit":")"
                      + QByteArray(40, 'a') + R"(","place":{"path":"/tmp/x"},"files":[]})");
    QTest::newRow("repo out of the cache") << QByteArray(
        R"({"v":1,"type":"model","repo":"../n","revision":"main","commit":")" + QByteArray(40, 'a')
        + R"(","place":{"path":"/tmp/x"},"files":[{"path":"a","size":1,"oid":"",)"
        + R"("chosen":true}]})");
    QTest::newRow("revision out of the cache")
        << QByteArray(R"({"v":1,"type":"model","repo":"o/n","revision":"../../x","commit":")"
                      + QByteArray(40, 'a')
                      + R"(","place":{"path":"/tmp/x"},"files":[{"path":"a","size":1,"oid":"",)"
                      + R"("chosen":true}]})");
    QTest::newRow("relative place") << QByteArray(
        R"({"v":1,"type":"model","repo":"o/n","revision":"main","commit":")" + QByteArray(40, 'a')
        + R"(","place":{"path":"x"},"files":[{"path":"a","size":1,"oid":"","chosen":true}]})");
}

// One file of the request, with this text among what is said of it.
QByteArray requestSaying(const QByteArray &words)
{
    return R"({"v":1,"type":"model","repo":"o/n","revision":"main","commit":")"
        + QByteArray(40, 'a')
        + R"(","place":{"path":"/tmp/x"},"files":[{"path":"a","size":1,"chosen":true,)" + words
        + "}]}";
}

void TestJournal::hashesAreHashes_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<bool>("isRead");
    const QByteArray forty(40, 'd');
    const QByteArray sixtyFour(64, 'e');
    QTest::newRow("oid") << QByteArray(R"("oid":")" + forty + '"') << true;
    QTest::newRow("sha256") << QByteArray(R"("oid":"","sha256":")" + sixtyFour + '"') << true;
    QTest::newRow("masked") << QByteArray(R"("oid":")" + forty + R"(","sha256":"")") << true;
    QTest::newRow("unknown") << QByteArray(R"("oid":"")") << true;
    QTest::newRow("oid out of the cache") << QByteArray(R"("oid":"../../../evil")") << false;
    QTest::newRow("sha256 out of the cache")
        << QByteArray(R"("oid":"","sha256":"../../../evil")") << false;
    QTest::newRow("sha256 with a path, 64 long")
        << QByteArray(R"("oid":"","sha256":"../)" + QByteArray(61, 'e') + '"') << false;
    QTest::newRow("sha256 absolute") << QByteArray(R"("oid":"","sha256":"/etc/evil")") << false;
    QTest::newRow("sha256 of 40") << QByteArray(R"("oid":"","sha256":")" + forty + '"') << false;
    QTest::newRow("oid of 64") << QByteArray(R"("oid":")" + sixtyFour + '"') << false;
    QTest::newRow("sha256 a number") << QByteArray(R"("oid":"","sha256":7)") << false;
    QTest::newRow("xet") << QByteArray(R"("oid":"","xet":")" + sixtyFour + '"') << true;
    QTest::newRow("xet out of the cache") << QByteArray(R"("oid":"","xet":"../evil")") << false;
}

void TestJournal::hashesAreHashes()
{
    QFETCH(QByteArray, words);
    QFETCH(bool, isRead);
    QTemporaryDir folder;
    QFile file(folder.filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + u".json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.write(requestSaying(words)) > 0);
    file.close();
    const auto loaded = transfer::Journal(folder.path()).load();
    QCOMPARE(loaded.entries.size(), isRead ? 1 : 0);
    QCOMPARE(loaded.problems.size(), isRead ? 0 : 1);
}

void TestJournal::anotherSpellingOfANameIsNoSecondDownload()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    const auto saved = sample();
    QVERIFY(journal.saveRequest(saved));
    QVERIFY(QFile::copy(folder.filePath(saved.id.toString(QUuid::WithoutBraces) + u".json"_s),
                        folder.filePath(saved.id.toString(QUuid::WithBraces) + u".json"_s)));
    const auto loaded = journal.load();
    QCOMPARE(loaded.entries.size(), 1);
    QCOMPARE(loaded.problems.size(), 1);
}

void TestJournal::brokenFilesAreKeptAside()
{
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    const auto good = sample();
    QVERIFY(journal.saveRequest(good));
    const QString path =
        folder.filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + u".json"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
    file.close();
    const auto loaded = journal.load();
    QCOMPARE(loaded.entries.size(), 1);
    QCOMPARE(loaded.entries.first().id, good.id);
    QCOMPARE(loaded.problems.size(), 1);
    QVERIFY(QFile::exists(loaded.problems.first()));
    QVERIFY(journal.load().problems.isEmpty()); // said once
}

void TestJournal::aLostIntentPauses()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    auto entry = sample();
    entry.intent.wanted = Intent::Wanted::Run;
    QVERIFY(journal.saveRequest(entry));
    QVERIFY(
        QFile::remove(folder.filePath(entry.id.toString(QUuid::WithoutBraces) + u".state.json"_s)));
    const auto loaded = journal.load();
    QCOMPARE(loaded.entries.size(), 1);
    QVERIFY(loaded.entries.first().intent.wanted == Intent::Wanted::Pause);
}

void TestJournal::removed()
{
    QTemporaryDir folder;
    const transfer::Journal journal(folder.path());
    const auto entry = sample();
    QVERIFY(journal.saveRequest(entry));
    journal.remove(entry.id);
    QVERIFY(QDir(folder.path()).isEmpty());
}

QTEST_GUILESS_MAIN(TestJournal)
#include "test_journal.moc"
