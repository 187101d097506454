#include "cachefixture.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStorageInfo>
#include <QTest>
#include <QThread>

#include <sys/stat.h>
#include <unistd.h>

#include "cache/partial.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Partial;
using cachetest::identity;

namespace {

constexpr qint64 mebi = 1024 * 1024;
constexpr qint64 large = 12 * mebi;

core::RangeSet ranges(std::initializer_list<core::Range> list)
{
    core::RangeSet set;
    for (const core::Range &range : list)
        set.insert(range);
    return set;
}

QJsonObject json(const QString &path)
{
    return QJsonDocument::fromJson(cachetest::readFile(path)).object();
}

// Writes, checkpoints, and leaves everything on disk.
core::Result<void> fill(const Layout &layout, const cache::PartialIdentity &what,
                        const QByteArray &content, core::Range range)
{
    auto partial = Partial::open(layout, what);
    if (!partial)
        return core::Unexpected(partial.error());
    const auto bytes = QByteArrayView(content).sliced(range.begin, range.size());
    if (auto written = (*partial)->write(range.begin, bytes); !written)
        return written;
    const auto checkpoint = (*partial)->checkpoint();
    if (auto ran = checkpoint.run(); !ran)
        return ran;
    (*partial)->checkpointed(checkpoint);
    return {};
}

} // namespace

class TestPartial : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatDiffersOnDisk();
    void beginsWithAnEmptySidecar();
    void goesOnWithTheGaps();
    void smallFilesBeginAgain();
    void emptyFile();
    void hintIsBelievedUnderTheSameBoot();
    void hintOfAnotherBootIsNot();
    void hintIsClipped();
    void differentContentBeginsAgain_data();
    void differentContentBeginsAgain();
    void anotherEndpoint();
    void noSecretInTheSidecar();
    void hostileSidecar_data();
    void hostileSidecar();
    void sidecarWithoutFile();
    void fileWithoutSidecar();
    void linkAtItsPlace();
    void secondNameIsNotWritten();
    void folderAtItsPlace();
    void writesOutsideAreRefused();
    void noticesItsRemoval();
    void restartForgets();
    void discardRemovesAll();
    void staleCheckpointChangesNothing();
    void countsUnsyncedBytes();
    void writtenStaysAsItIs();
    void checkpointOutlivesPartial();
};

void TestPartial::beginsWithAnEmptySidecar()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    const auto id = cachetest::sha256Id();
    QCOMPARE((*partial)->filePath(), layout.partial(cachetest::repo(), id));
    QCOMPARE((*partial)->size(), large);
    QVERIFY((*partial)->isLinked());
    QVERIFY((*partial)->written().isEmpty());
    const QJsonObject sidecar = json(layout.sidecar(cachetest::repo(), id));
    QCOMPARE(sidecar.value("v"_L1).toInt(), 1);
    QCOMPARE(sidecar.value("repo"_L1).toString(), u"owner/name"_s);
    QCOMPARE(sidecar.value("etag"_L1).toString(), id.text);
    QCOMPARE(sidecar.value("size"_L1).toInteger(), large);
    QCOMPARE(sidecar.value("commit"_L1).toString(), cachetest::commit());
    QCOMPARE(sidecar.value("path"_L1).toString(), u"a/b.bin"_s);
    QCOMPARE(sidecar.value("have"_L1), QJsonValue(QJsonArray()));
    for (const QString &name : cachetest::namesIn(layout.blobs(cachetest::repo())))
        QVERIFY2(name.contains(".hubload.incomplete"_L1), qPrintable(name));
    QCOMPARE(cachetest::namesIn(layout.blobs(cachetest::repo())).size(), 2);
    struct stat facts = {};
    QCOMPARE(::stat(qPrintable((*partial)->filePath()), &facts), 0);
    QCOMPARE(facts.st_size, 0); // room is taken, length tells the truth
    if (QStorageInfo(folder.path()).fileSystemType() != "tmpfs"_ba) // that has it as it is written
        QVERIFY(facts.st_blocks * 512 >= large);
}

void TestPartial::goesOnWithTheGaps()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const QByteArray content = cachetest::randomBytes(large, 1);
    VERIFY_RESULT(fill(layout, identity(large), content, {0, mebi}));
    VERIFY_RESULT(fill(layout, identity(large), content, {5 * mebi, 7 * mebi}));
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    QCOMPARE((*partial)->written(), ranges({{0, mebi}, {5 * mebi, 7 * mebi}}));
    QCOMPARE((*partial)->unsynced(), 0);
    for (const core::Range &gap : (*partial)->written().gaps(large)) {
        VERIFY_RESULT(
            (*partial)->write(gap.begin, QByteArrayView(content).sliced(gap.begin, gap.size())));
    }
    QVERIFY((*partial)->written().contains({0, large}));
    QVERIFY(cachetest::readFile((*partial)->filePath()) == content);
}

// Until the first checkpoint: most are here before it would be worth the while.
void TestPartial::smallFilesBeginAgain()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const QByteArray content = cachetest::randomBytes(5000, 2);
    const auto small = identity(content.size());
    {
        const auto partial = Partial::open(layout, small);
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(0, QByteArrayView(content).first(4000)));
        VERIFY_RESULT((*partial)->noteWritten());
        VERIFY_RESULT((*partial)->checkpoint().run());
        QVERIFY(!(*partial)->isKept());
        QCOMPARE(cachetest::namesIn(layout.blobs(small.repo)).size(), 1);
    }
    {
        const auto partial = Partial::open(layout, small);
        VERIFY_RESULT(partial);
        QVERIFY((*partial)->written().isEmpty());
        (*partial)->keep();
        VERIFY_RESULT((*partial)->write(0, QByteArrayView(content).first(3000)));
        VERIFY_RESULT((*partial)->checkpoint().run());
    }
    QCOMPARE(Partial::writtenSoFar(layout, small), 3000);
    const auto partial = Partial::open(layout, small);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->isKept());
    QCOMPARE((*partial)->written(), ranges({{0, 3000}}));
    VERIFY_RESULT((*partial)->write(3000, QByteArrayView(content).sliced(3000, 1000)));
    VERIFY_RESULT((*partial)->noteWritten());
    QCOMPARE(Partial::writtenSoFar(layout, small), 4000);
}

void TestPartial::emptyFile()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(0));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, {}));
    VERIFY_RESULT((*partial)->checkpoint().run());
    QVERIFY((*partial)->written().gaps(0).isEmpty());
    QVERIFY(QFile::exists((*partial)->filePath()));
}

void TestPartial::hintIsBelievedUnderTheSameBoot()
{
    if (core::bootId().isEmpty())
        QSKIP("this system does not name its boots");
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const QByteArray content = cachetest::randomBytes(large, 3);
    VERIFY_RESULT(fill(layout, identity(large), content, {0, mebi}));
    {
        const auto partial = Partial::open(layout, identity(large));
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(mebi, QByteArrayView(content).sliced(mebi, mebi)));
        VERIFY_RESULT((*partial)->noteWritten());
    }
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    QCOMPARE((*partial)->written(), ranges({{0, 2 * mebi}}));
    QCOMPARE((*partial)->unsynced(), mebi); // written, not known to be safe
}

void TestPartial::hintOfAnotherBootIsNot()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    const QByteArray content = cachetest::randomBytes(large, 3);
    VERIFY_RESULT(fill(layout, what, content, {0, 4 * mebi}));
    const QString hint = layout.hint(what.repo, what.content);
    for (const QString &boot : {QString(), u"another"_s}) {
        QVERIFY(cachetest::writeFile(hint, cache::encodeHint(what, boot, ranges({{0, 2 * mebi}}))));
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        QCOMPARE((*partial)->written(), ranges({{0, 4 * mebi}}));
    }
}

void TestPartial::hintIsClipped()
{
    const auto what = identity(large);
    const QByteArray hint = cache::encodeHint(what, u"b"_s, ranges({{0, 10}, {20, 40}, {50, 60}}));
    QCOMPARE(cache::decodeHint(hint, what, u"b"_s, large), ranges({{0, 10}, {20, 40}, {50, 60}}));
    QCOMPARE(cache::decodeHint(hint, what, u"b"_s, 30), ranges({{0, 10}, {20, 30}}));
    QCOMPARE(cache::decodeHint(hint, what, u"b"_s, 0), ranges({}));
    QCOMPARE(cache::decodeHint(hint, identity(large + 1), u"b"_s, large), ranges({}));
    QCOMPARE(cache::decodeHint("[]"_ba, what, u"b"_s, large), ranges({}));
}

void TestPartial::differentContentBeginsAgain_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    QTest::newRow("version") << u"v"_s << QJsonValue(2);
    QTest::newRow("etag") << u"etag"_s << QJsonValue(QString(64, u'b'));
    QTest::newRow("size") << u"size"_s << QJsonValue(large + 1);
    QTest::newRow("size as text") << u"size"_s << QJsonValue(QString::number(large));
}

void TestPartial::differentContentBeginsAgain()
{
    QFETCH(QString, key);
    QFETCH(QJsonValue, value);
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    VERIFY_RESULT(fill(layout, what, cachetest::randomBytes(large, 4), {0, mebi}));
    const QString path = layout.sidecar(what.repo, what.content);
    QJsonObject sidecar = json(path);
    sidecar[key] = value;
    QVERIFY(cachetest::writeFile(path, QJsonDocument(sidecar).toJson()));
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->written().isEmpty());
    QCOMPARE(QFileInfo((*partial)->filePath()).size(), 0);
}

void TestPartial::anotherEndpoint()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const QByteArray content = cachetest::randomBytes(large, 5);
    auto proven = identity(large);
    auto opaque = identity(large, core::ContentId::make(u"some-etag"_s).value());
    QCOMPARE(opaque.content.kind, core::ContentId::Kind::Opaque);
    VERIFY_RESULT(fill(layout, proven, content, {0, mebi}));
    VERIFY_RESULT(fill(layout, opaque, content, {0, mebi}));
    {
        const auto same = Partial::open(layout, opaque);
        VERIFY_RESULT(same);
        QCOMPARE((*same)->written().total(), mebi);
    }
    proven.endpoint = opaque.endpoint = u"https://mirror.example"_s;
    const auto first = Partial::open(layout, proven);
    VERIFY_RESULT(first);
    QCOMPARE((*first)->written().total(), mebi); // the digest proves the bytes
    const auto second = Partial::open(layout, opaque);
    VERIFY_RESULT(second);
    QVERIFY((*second)->written().isEmpty());
}

void TestPartial::noSecretInTheSidecar()
{
    auto what = identity(large);
    what.endpoint = u"https://user:hf_secret@host.example/prefix?token=hf_secret#x"_s;
    const QByteArray text = cache::encodeSidecar(what, {});
    QVERIFY(text.contains("https://host.example/prefix"));
    QVERIFY(!text.contains("secret"));
}

void TestPartial::hostileSidecar_data()
{
    QTest::addColumn<QByteArray>("have");
    QTest::addColumn<bool>("raw"); // the whole file rather than "have"
    const QByteArray beyond = QByteArray::number(large + 1);
    QTest::newRow("negative") << "[[-5,10]]"_ba << false;
    QTest::newRow("beyond the end") << "[[0," + beyond + "]]" << false;
    QTest::newRow("beyond the file") << "[[0,12000000]]"_ba << false;
    QTest::newRow("overflow") << "[[0,9223372036854775807]]"_ba << false;
    QTest::newRow("huge number") << "[[0,1e300]]"_ba << false;
    QTest::newRow("fraction") << "[[0,1.5]]"_ba << false;
    QTest::newRow("overlapping") << "[[0,100],[50,200]]"_ba << false;
    QTest::newRow("unordered") << "[[100,200],[0,50]]"_ba << false;
    QTest::newRow("backwards") << "[[200,100]]"_ba << false;
    QTest::newRow("empty range") << "[[5,5]]"_ba << false;
    QTest::newRow("three numbers") << "[[0,1,2]]"_ba << false;
    QTest::newRow("text") << "[[\"0\",\"5\"]]"_ba << false;
    QTest::newRow("object") << "{}"_ba << false;
    QTest::newRow("null") << "null"_ba << false;
    QTest::newRow("nothing") << ""_ba << true;
    QTest::newRow("no JSON") << "\xff\xfe\0\0garbage"_ba << true;
    QTest::newRow("array") << "[]"_ba << true;
    QTest::newRow("deep") << QByteArray(500000, '[') << true;
    QTest::newRow("too large") << QByteArray(2 * mebi, ' ') << true;
}

void TestPartial::hostileSidecar()
{
    QFETCH(QByteArray, have);
    QFETCH(bool, raw);
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    VERIFY_RESULT(fill(layout, what, cachetest::randomBytes(large, 6), {0, mebi}));
    const QString path = layout.sidecar(what.repo, what.content);
    QByteArray text = cachetest::readFile(path);
    QVERIFY(text.contains("[[0,1048576]]"));
    text = raw ? have : text.replace("[[0,1048576]]", have);
    QVERIFY(cachetest::writeFile(path, text));
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->written().isEmpty());
    QCOMPARE(json(path).value("have"_L1), QJsonValue(QJsonArray()));
}

void TestPartial::sidecarWithoutFile()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    VERIFY_RESULT(fill(layout, what, cachetest::randomBytes(large, 7), {0, mebi}));
    QVERIFY(QFile::remove(layout.partial(what.repo, what.content)));
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->written().isEmpty());
}

void TestPartial::fileWithoutSidecar()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    VERIFY_RESULT(fill(layout, what, cachetest::randomBytes(large, 8), {0, mebi}));
    QVERIFY(QFile::remove(layout.sidecar(what.repo, what.content)));
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->written().isEmpty());
    QCOMPARE(QFileInfo((*partial)->filePath()).size(), 0);
}

void TestPartial::linkAtItsPlace()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const QByteArray precious(large, 'p');
    const QString outside = folder.filePath(u"precious"_s);
    QVERIFY(cachetest::writeFile(outside, precious));
    for (const qint64 size : {qint64(100), large}) {
        const auto what = identity(size);
        VERIFY_RESULT(fill(layout, what, cachetest::randomBytes(size, 9), {0, size}));
        const QString path = layout.partial(what.repo, what.content);
        QVERIFY(QFile::remove(path));
        QVERIFY(QFile::link(outside, path));
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        QVERIFY(!QFileInfo(path).isSymLink());
        QVERIFY((*partial)->written().isEmpty());
        VERIFY_RESULT((*partial)->write(0, "x"_ba));
        QVERIFY(cachetest::readFile(outside) == precious);
        (*partial)->discard();
    }
}

void TestPartial::secondNameIsNotWritten()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    const QByteArray content = cachetest::randomBytes(large, 10);
    VERIFY_RESULT(fill(layout, what, content, {0, large}));
    const QString blob = layout.blob(what.repo, what.content);
    QCOMPARE(::link(qPrintable(layout.partial(what.repo, what.content)), qPrintable(blob)), 0);
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, "x"_ba));
    QVERIFY(cachetest::readFile(blob) == content);
}

void TestPartial::folderAtItsPlace()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    QVERIFY(QDir().mkpath(layout.partial(what.repo, what.content)));
    const auto partial = Partial::open(layout, what);
    QVERIFY(!partial);
    QCOMPARE(partial.error().kind, core::ErrorKind::FileIo);
}

void TestPartial::writesOutsideAreRefused()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(100));
    VERIFY_RESULT(partial);
    QVERIFY(!(*partial)->write(-1, "x"_ba));
    QVERIFY(!(*partial)->write(100, "x"_ba));
    QVERIFY(!(*partial)->write(99, "xy"_ba));
    QVERIFY(!(*partial)->write(std::numeric_limits<qint64>::max(), "xy"_ba));
    QVERIFY((*partial)->written().isEmpty());
    VERIFY_RESULT((*partial)->write(99, "x"_ba));
    QCOMPARE((*partial)->written(), ranges({{99, 100}}));
}

void TestPartial::noticesItsRemoval()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->isLinked());
    QVERIFY(QFile::remove((*partial)->filePath()));
    QVERIFY(!(*partial)->isLinked());
    QVERIFY(cachetest::writeFile((*partial)->filePath(), "another"_ba));
    QVERIFY(!(*partial)->isLinked());
}

void TestPartial::restartForgets()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    {
        const auto partial = Partial::open(layout, what);
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(0, QByteArray(mebi, 'x')));
        VERIFY_RESULT((*partial)->noteWritten());
        const auto checkpoint = (*partial)->checkpoint();
        VERIFY_RESULT(checkpoint.run());
        (*partial)->checkpointed(checkpoint);
        VERIFY_RESULT((*partial)->restart());
        QVERIFY((*partial)->written().isEmpty());
        QCOMPARE((*partial)->unsynced(), 0);
        QCOMPARE(QFileInfo((*partial)->filePath()).size(), 0);
        VERIFY_RESULT((*partial)->write(5, "abc"_ba));
        QCOMPARE((*partial)->written(), ranges({{5, 8}}));
    }
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    QVERIFY((*partial)->written().isEmpty());
}

void TestPartial::discardRemovesAll()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, "x"_ba));
    VERIFY_RESULT((*partial)->noteWritten());
    QCOMPARE(cachetest::namesIn(layout.blobs(cachetest::repo())).size(), 3);
    (*partial)->discard();
    QVERIFY(cachetest::namesIn(layout.blobs(cachetest::repo())).isEmpty());
}

void TestPartial::staleCheckpointChangesNothing()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, QByteArray(mebi, 'x')));
    const auto stale = (*partial)->checkpoint();
    VERIFY_RESULT((*partial)->restart());
    const auto ran = stale.run();
    QVERIFY(!ran);
    QCOMPARE(ran.error().kind, core::ErrorKind::Cancelled);
    (*partial)->checkpointed(stale);
    QCOMPARE(json(layout.sidecar(what.repo, what.content)).value("have"_L1),
             QJsonValue(QJsonArray()));
    const auto second = (*partial)->checkpoint();
    (*partial)->discard();
    QVERIFY(!second.run());
    QVERIFY(cachetest::namesIn(layout.blobs(what.repo)).isEmpty());
}

void TestPartial::countsUnsyncedBytes()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(0, QByteArray(1000, 'x')));
    const auto checkpoint = (*partial)->checkpoint();
    VERIFY_RESULT((*partial)->write(5000, QByteArray(300, 'x')));
    QCOMPARE((*partial)->unsynced(), 1300);
    VERIFY_RESULT(checkpoint.run());
    QCOMPARE((*partial)->unsynced(), 1300);
    (*partial)->checkpointed(checkpoint);
    QCOMPARE((*partial)->unsynced(), 300);
}

// Somebody may have digested it; what lies over it brings only the rest.
void TestPartial::writtenStaysAsItIs()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(10, QByteArray(10, 'a')));
    VERIFY_RESULT((*partial)->write(30, QByteArray(10, 'a')));
    VERIFY_RESULT((*partial)->write(5, QByteArray(40, 'b')));
    QCOMPARE((*partial)->unsynced(), 40);
    QCOMPARE((*partial)->written(), ranges({{5, 45}}));
    QFile file((*partial)->filePath());
    QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(5));
    QCOMPARE(file.read(40), "bbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbb"_ba);
    VERIFY_RESULT((*partial)->forget(ranges({{10, 12}})));
    VERIFY_RESULT((*partial)->write(5, QByteArray(40, 'c')));
    QVERIFY(file.seek(5));
    QCOMPARE(file.read(40), "bbbbbccaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbb"_ba);
}

void TestPartial::checkpointOutlivesPartial()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    std::optional<Partial::Checkpoint> checkpoint;
    {
        const auto partial = Partial::open(layout, identity(large));
        VERIFY_RESULT(partial);
        VERIFY_RESULT((*partial)->write(0, QByteArray(mebi, 'x')));
        checkpoint = (*partial)->checkpoint();
    }
    core::Result<void> ran;
    const std::unique_ptr<QThread> pool(QThread::create([&] { ran = checkpoint->run(); }));
    pool->start();
    QVERIFY(pool->wait(20000));
    VERIFY_RESULT(ran);
    const auto partial = Partial::open(layout, identity(large));
    VERIFY_RESULT(partial);
    QCOMPARE((*partial)->written(), ranges({{0, mebi}}));
}

void TestPartial::whatDiffersOnDisk()
{
    const QTemporaryDir folder;
    const Layout layout(folder.path());
    const auto what = identity(large);
    const QByteArray content(large, 'x');
    VERIFY_RESULT(fill(layout, what, content, {0, 9 * mebi})); // by an earlier run
    {
        QFile other(layout.partial(what.repo, what.content));
        QVERIFY(other.open(QIODevice::ReadWrite | QIODevice::ExistingOnly));
        QVERIFY(other.seek(8 * mebi + 1) && other.putChar('y'));
    }
    const auto partial = Partial::open(layout, what);
    VERIFY_RESULT(partial);
    VERIFY_RESULT((*partial)->write(9 * mebi, QByteArrayView(content).sliced(9 * mebi)));
    const std::atomic<bool> stop = false;
    const auto damage =
        (*partial)->reader().differing((*partial)->written(), (*partial)->pieces(), stop);
    VERIFY_RESULT(damage);
    QCOMPARE(*damage, ranges({{8 * mebi, 9 * mebi}}));
    VERIFY_RESULT((*partial)->forget(*damage));
    QCOMPARE((*partial)->written(), ranges({{0, 8 * mebi}, {9 * mebi, large}}));
    // The sidecar must not claim it any more, whatever happens next.
    QCOMPARE(json(layout.sidecar(what.repo, what.content)).value("have"_L1).toArray().size(), 1);
}

QTEST_GUILESS_MAIN(TestPartial)

#include "testpartial.moc"
