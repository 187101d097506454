#include "enginefixture.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <numeric>

#include "cache/filelock.h"
#include "cache/layout.h"
#include "core/errortext.h"

using namespace Qt::StringLiterals;
using transfer::State;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("?");
}
} // namespace

class TestEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aWholeRepo();
    void oneContentTwoPaths();
    void manySmallFiles();
    void pauseAndResume();
    void resumeAfterQuit();
    void cancelKeepsThePartial();
    void removedIsGone();
    void whatIsHereIsNotFetched();
    void aDamagedEntryIsReplaced();
    void aDamagedBlobIsReplaced();
    void waitsForALockOfAnother();
    void pausedHoldsNoLock();
    void noRoom();
    void noRoomForTheCommandLine();
    void driveIsTaken_data();
    void driveIsTaken();
    void anotherHubIsNotAsked();
    void theHubChangesWhileItRuns();
    void tellsWhatIsStillToCome();
    void sizesBeyondAllBounds();
    void theRefWaitsForAllFiles();
    void finishedComesBackAsDone();
    void hollowPartialIsNotTrusted();
    void oneRepoAtATime();
    void cancelledWhileItWaits();
};

void TestEngine::aWholeRepo()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(
        u"org/whole"_s,
        {support::gitFile(u"README.md"_s, "# hello\n"), support::gitFile(u"empty.txt"_s, ""),
         support::lfsFile(u"sub/dir/model.bin"_s, 40 * MiB, 7),
         support::lfsFile(u"ä b#%+?.bin"_s, 3 * MiB, 8)});
    QSignalSpy finished(f.engine.get(), &transfer::Engine::finished);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(finished.size(), 1);
    for (const demo::File &file : repo.files)
        QVERIFY2(f.isRight(repo, file), qPrintable(file.path));
    QVERIFY(f.engine->status(id).checked);
    QCOMPARE(f.engine->status(id).done, f.engine->status(id).size);
    const cache::Layout layout(f.place.path);
    QCOMPARE(contentOf(layout.ref(repo.id, u"main"_s)), repo.commit.toLatin1());
    QVERIFY(QFile::exists(layout.tree(repo.id, repo.commit)));
    QCOMPARE(QFile::symLinkTarget(f.entry(repo, u"sub/dir/model.bin"_s)),
             f.blob(repo, repo.files[2]));
    QCOMPARE(f.leftovers(repo), QStringList());
}

void TestEngine::oneContentTwoPaths()
{
    EngineFixture f;
    auto first = support::lfsFile(u"a.bin"_s, 9 * MiB, 3);
    auto second = first;
    second.path = u"copy/b.bin"_s;
    const demo::Repo repo = support::makeRepo(u"org/twice"_s, {first, second});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(f.engine->files(id).size(), 1);
    QVERIFY(f.isRight(repo, first) && f.isRight(repo, second));
    // Once; a little is on its way twice when the rest of an answer is shared.
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 15 * MiB);
}

void TestEngine::manySmallFiles()
{
    EngineFixture f;
    QList<demo::File> files;
    for (int i = 0; i < 300; ++i)
        files.append(support::gitFile(u"d%1/f%2.txt"_s.arg(i % 7).arg(i),
                                      "content " + QByteArray::number(i)));
    const demo::Repo repo = support::makeRepo(u"org/many"_s, files);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done, 60));
    for (const demo::File &file : repo.files)
        QVERIFY2(f.isRight(repo, file), qPrintable(file.path));
    QCOMPARE(f.leftovers(repo), QStringList());
}

void TestEngine::pauseAndResume()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/pause"_s, {support::lfsFile(u"m.bin"_s, 80 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 5 * MiB));
    f.engine->pause(id);
    QCOMPARE(f.engine->status(id).state, State::Paused);
    QTest::qWait(1000);
    const qint64 served = f.hub.bodyBytes(demo::Origin::Cdn);
    const qint64 here = f.engine->status(id).done;
    QVERIFY(here >= 5 * MiB);
    QTest::qWait(1000);
    QCOMPARE(f.hub.bodyBytes(demo::Origin::Cdn), served); // nothing moves
    QVERIFY(!QFile::exists(f.blob(repo, repo.files[0])));
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    // What was here was not fetched again; only what was on its way may be.
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 80 * MiB + (served - here) + 8 * 4 * MiB);
}

void TestEngine::resumeAfterQuit()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/quit"_s, {support::lfsFile(u"m.bin"_s, 80 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 20 * MiB));
    f.restart();
    QCOMPARE(f.engine->downloads(), QList{id});
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 80 * MiB + 8 * 4 * MiB);
}

void TestEngine::cancelKeepsThePartial()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/cancel"_s, {support::lfsFile(u"m.bin"_s, 60 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 8 * MiB));
    QSignalSpy finished(f.engine.get(), &transfer::Engine::finished);
    f.engine->cancel(id);
    QCOMPARE(f.engine->status(id).state, State::Cancelled);
    QCOMPARE(finished.size(), 1);
    QTest::qWait(500);
    QVERIFY(f.leftovers(repo).size() >= 2); // file and sidecar
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

void TestEngine::removedIsGone()
{
    EngineFixture f({}, slow(MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/gone"_s, {support::lfsFile(u"m.bin"_s, 60 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, MiB));
    f.engine->remove(id);
    QVERIFY(f.engine->downloads().isEmpty());
    QVERIFY(f.engine->isIdle());
    f.restart();
    QVERIFY(f.engine->downloads().isEmpty());
}

void TestEngine::whatIsHereIsNotFetched()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/here"_s, {support::lfsFile(u"m.bin"_s, 12 * MiB)});
    QVERIFY(f.waitForState(f.get(repo), State::Done));
    f.hub.clearRequests();
    const auto again = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(again, State::Done));
    QVERIFY(f.engine->files(again).first().reused);
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 0);
    // The link is gone but the blob is there: it is compared, then linked.
    QVERIFY(QFile::remove(f.entry(repo, u"m.bin"_s)));
    const auto third = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(third, State::Done));
    QVERIFY(f.engine->status(third).checked);
    QVERIFY(f.isRight(repo, repo.files[0]));
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 0);
}

// Right in name and size, wrong in content: found out by reading it, and fetched again.
void TestEngine::aDamagedEntryIsReplaced()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/flipped"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    QVERIFY(f.waitForState(f.get(repo), State::Done));
    QTest::qWait(20); // the clock of the file system is a coarse one
    QFile blob(f.blob(repo, repo.files[0]));
    QVERIFY(blob.open(QIODevice::ReadWrite) && blob.seek(MiB) && blob.write("?!") == 2);
    blob.close();
    const auto again = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(again, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.engine->status(again).checked);
    QVERIFY(!f.engine->files(again).first().reused);
    // A real file in place of the link.
    QVERIFY(QFile::remove(f.entry(repo, u"m.bin"_s)));
    QFile real(f.entry(repo, u"m.bin"_s));
    QVERIFY(real.open(QIODevice::WriteOnly) && real.write(QByteArray(9 * MiB, 'W')) == 9 * MiB);
    real.close();
    QVERIFY(QFile::remove(f.blob(repo, repo.files[0])));
    const auto third = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(third, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    const auto begins = [&f, &repo](char c) {
        QFile entry(f.entry(repo, u"m.bin"_s));
        return entry.open(QIODevice::ReadOnly) && entry.read(1) == QByteArray(1, c);
    };
    QVERIFY(!begins('W'));
    // The same while the blob is there and right.
    QVERIFY(QFile::remove(f.entry(repo, u"m.bin"_s)));
    QVERIFY(real.open(QIODevice::WriteOnly) && real.write(QByteArray(9 * MiB, 'W')) == 9 * MiB);
    real.close();
    f.hub.clearRequests();
    const auto fourth = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(fourth, State::Done));
    QVERIFY(!begins('W'));
    QCOMPARE(f.hub.requests(demo::Origin::Cdn, anything).size(), 0);
}

void TestEngine::aDamagedBlobIsReplaced()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/damaged"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    const QString blob = f.blob(repo, repo.files[0]);
    QVERIFY(QDir().mkpath(QFileInfo(blob).path()));
    QFile file(blob);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(QByteArray(9 * MiB, 'x')), 9 * MiB);
    file.close();
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QCOMPARE(f.leftovers(repo), QStringList());
}

void TestEngine::waitsForALockOfAnother()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/locked"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    const auto content = core::ContentId::make(repo.files[0].content->sha256());
    auto lock = cache::FileLock::tryLock(cache::Layout(f.place.path).lock(repo.id, *content));
    QVERIFY(lock);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::Locked);
    QCOMPARE(f.hub.bodyBytes(demo::Origin::Cdn), 0);
    lock->release();
    QVERIFY(f.waitForState(id, State::Done));
}

void TestEngine::pausedHoldsNoLock()
{
    EngineFixture f({}, slow(2 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/unlocked"_s, {support::lfsFile(u"m.bin"_s, 60 * MiB)});
    const auto content = core::ContentId::make(repo.files[0].content->sha256());
    const QString path = cache::Layout(f.place.path).lock(repo.id, *content);
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 2 * MiB));
    QVERIFY(!cache::FileLock::tryLock(path));
    f.engine->pause(id);
    QVERIFY(QTest::qWaitFor([&] { return cache::FileLock::tryLock(path).has_value(); }, 5000));
}

void TestEngine::noRoom()
{
    transfer::Limits limits;
    limits.reserve = 1LL << 60; // more than any volume has
    EngineFixture f(limits);
    const demo::Repo repo =
        support::makeRepo(u"org/room"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::DiskFull);
    QVERIFY(!f.engine->isIdle());
    QCOMPARE(f.hub.bodyBytes(demo::Origin::Cdn), 0);
    f.engine->setLimits({}); // from now on there is room, and nobody says so
    QVERIFY(f.waitForState(id, State::Done));
}

// Nobody waits for the command line to find room.
void TestEngine::noRoomForTheCommandLine()
{
    transfer::Limits limits;
    limits.reserve = 1LL << 60;
    limits.attempts = 5;
    EngineFixture f(limits);
    const auto id =
        f.get(support::makeRepo(u"org/room"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)}));
    QVERIFY(f.waitForState(id, State::Failed));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::DiskFull);
}

void TestEngine::driveIsTaken_data()
{
    QTest::addColumn<bool>("isFolderLeft");
    QTest::newRow("the folder is gone") << false;
    QTest::newRow("an empty folder is left") << true;
}

// Nothing is written to what lies under a drive that was unplugged.
void TestEngine::driveIsTaken()
{
    QFETCH(bool, isFolderLeft);
    EngineFixture f({}, slow(8 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/drive"_s, {support::lfsFile(u"m.bin"_s, 24 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 4 * MiB));
    f.engine->pause(id);
    QTRY_VERIFY_WITH_TIMEOUT(f.engine->isIdle(), 10000);
    QTest::qWait(500); // the last note
    QDir folder(QFileInfo(f.place.path).path());
    const QString name = QFileInfo(f.place.path).fileName();
    QVERIFY(folder.rename(name, u"elsewhere"_s));
    if (isFolderLeft)
        QVERIFY(folder.mkdir(name));
    f.restart(); // while it runs it knows the file system, which is the same here
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::PlaceMissing);
    QCOMPARE(folder.exists(name), isFolderLeft);
    QVERIFY(!isFolderLeft || QDir(f.place.path).isEmpty());
    if (isFolderLeft)
        QVERIFY(folder.rmdir(name));
    QVERIFY(folder.rename(u"elsewhere"_s, name));
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < (24 + 8) * MiB);
}

// A name may mean other bytes there. What began elsewhere keeps nobody waiting meanwhile.
void TestEngine::anotherHubIsNotAsked()
{
    EngineFixture f({}, slow(8 * MiB));
    const demo::Repo repo =
        support::makeRepo(u"org/hub"_s, {support::lfsFile(u"m.bin"_s, 24 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 4 * MiB));
    support::FaultyHub other;
    other.setRepo(repo);
    const demo::Repo next =
        support::makeRepo(u"org/next"_s, {support::lfsFile(u"n.bin"_s, MiB, 7)});
    other.setRepo(next);
    f.http.endpoint = *hub::Endpoint::make(other.endpoint());
    f.restart();
    const qsizetype before = f.hub.requests().size();
    QVERIFY(f.waitForState(id, State::Failed));
    const transfer::DownloadStatus status = f.engine->status(id);
    QVERIFY(status.error->kind == core::ErrorKind::OtherHub);
    const QString sentence = core::errorSentence(*status.error);
    QVERIFY2(sentence.contains(f.hub.endpoint()), qPrintable(sentence));
    QVERIFY2(sentence.contains(other.endpoint()), qPrintable(sentence));
    f.engine->resume(id);
    QTest::qWait(500);
    QVERIFY(f.engine->status(id).state == State::Failed);
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::OtherHub);
    QVERIFY(f.engine->status(id).done >= 4 * MiB);
    QCOMPARE(f.hub.requests().size(), before);
    QVERIFY(other.requests().isEmpty());
    const core::ContentId content = *core::ContentId::make(repo.files[0].content->sha256());
    QVERIFY(cache::FileLock::tryLock(cache::Layout(f.place.path).lock(repo.id, content)));

    transfer::DownloadRequest wanted = f.request(next);
    wanted.endpoint = other.endpoint() + u'/'; // the same address
    QVERIFY(f.waitForState(f.engine->add(wanted), State::Done));

    f.http.endpoint = *hub::Endpoint::make(f.hub.endpoint());
    f.restart();
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < (24 + 8) * MiB);
}

void TestEngine::theHubChangesWhileItRuns()
{
    EngineFixture f({}, slow(8 * MiB));
    const demo::Repo repo = support::makeRepo(
        u"org/hub"_s,
        {support::lfsFile(u"m.bin"_s, 24 * MiB), support::lfsFile(u"n.bin"_s, 24 * MiB, 3)});
    const auto id = f.get(repo);
    const auto paused = f.engine->add(f.request(repo), transfer::Engine::Begin::Paused);
    QVERIFY(f.waitForBytes(id, 4 * MiB));
    support::FaultyHub other;
    other.setRepo(repo);
    f.http.endpoint = *hub::Endpoint::make(other.endpoint());
    f.engine->setHttpConfig(f.http);
    QVERIFY(f.engine->status(id).state == State::Failed);
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::OtherHub);
    QVERIFY(f.engine->status(paused).state == State::Paused);
    QTest::qWait(500);
    const qsizetype before = f.hub.requests().size();
    QTest::qWait(1500);
    QCOMPARE(f.hub.requests().size(), before);
    QVERIFY(other.requests().isEmpty());
    f.http.endpoint = *hub::Endpoint::make(f.hub.endpoint());
    f.engine->setHttpConfig(f.http);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.engine->status(paused).state == State::Paused);
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < (48 + 16) * MiB);
}

void TestEngine::tellsWhatIsStillToCome()
{
    EngineFixture f({}, slow(8 * MiB));
    const demo::Repo repo = support::makeRepo(
        u"org/one"_s,
        {support::lfsFile(u"m.bin"_s, 24 * MiB), support::lfsFile(u"n.bin"_s, 2 * MiB, 3)});
    const demo::Repo other =
        support::makeRepo(u"org/other"_s, {support::lfsFile(u"o.bin"_s, 5 * MiB, 7)});
    const auto paused = f.engine->add(f.request(other), transfer::Engine::Begin::Paused);
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, 4 * MiB));
    const auto bytesOf = [](const transfer::Need &need) {
        qint64 bytes = need.unnamed;
        for (const auto &file : need.files)
            bytes += file.size;
        return bytes;
    };
    auto needs = f.engine->needs();
    QCOMPARE(needs.size(), 2);
    const auto &running = needs[0].repo == f.request(repo).repo ? needs[0] : needs[1];
    const auto &waiting = needs[0].repo == f.request(repo).repo ? needs[1] : needs[0];
    QVERIFY(bytesOf(running) >= 24 * MiB);
    QCOMPARE(waiting.files.size(), 1);
    QCOMPARE(bytesOf(waiting), 5 * MiB);
    f.engine->cancel(paused);
    QVERIFY(f.waitForState(id, State::Done));
    needs = f.engine->needs();
    QCOMPARE(std::accumulate(needs.begin(), needs.end(), qint64(0),
                             [&](qint64 sum, const auto &need) { return sum + bytesOf(need); }),
             0);
}

// Each is as large as a listing may say; all together are more than a qint64 holds.
void TestEngine::sizesBeyondAllBounds()
{
    constexpr qint64 most = std::numeric_limits<qint64>::max();
    EngineFixture f;
    transfer::DownloadRequest request =
        f.request(support::makeRepo(u"org/boundless"_s, {support::lfsFile(u"m.bin"_s, MiB)}));
    hub::TreeEntry entry = request.listing.first();
    entry.size = 1LL << 53;
    request.chosen.clear();
    for (int i = 0; i < 1100; ++i) {
        entry.path = u"f%1.bin"_s.arg(i);
        entry.sha256 = QString::number(i).rightJustified(64, u'0');
        request.chosen.append(entry);
    }
    request.listing = request.chosen;
    const auto id = f.engine->add(request, transfer::Engine::Begin::Paused);
    QTRY_VERIFY(f.engine->status(id).isCounted);
    QCOMPARE(f.engine->status(id).size, most);
    QCOMPARE(f.engine->status(id).done, 0);
    QVERIFY(f.engine->choose(id, {request.chosen.first()}));
    QTRY_COMPARE(f.engine->status(id).size, entry.size);
}

void TestEngine::theRefWaitsForAllFiles()
{
    transfer::Limits limits;
    limits.attempts = 1;
    EngineFixture f(limits);
    const demo::Repo old = support::makeRepo(u"org/moves"_s, {support::gitFile(u"a"_s, "old")});
    QVERIFY(f.waitForState(f.get(old), State::Done));
    const QString ref = cache::Layout(f.place.path).ref(old.id, u"main"_s);
    QCOMPARE(contentOf(ref), old.commit.toLatin1());

    const demo::Repo fresh = support::makeRepo(
        u"org/moves"_s, {support::gitFile(u"a"_s, "new"), support::lfsFile(u"b"_s, 9 * MiB)});
    QVERIFY(fresh.commit != old.commit);
    f.hub.addRule(demo::Origin::Cdn, anything, support::FaultyHub::status(500));
    const auto id = f.get(fresh);
    QVERIFY(f.waitForState(id, State::Failed));
    QCOMPARE(contentOf(f.entry(fresh, u"a"_s)), QByteArray("new"));
    QCOMPARE(contentOf(ref), old.commit.toLatin1()); // an offline reader keeps its old version
    f.hub.clearRules();
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(contentOf(ref), fresh.commit.toLatin1());
}

void TestEngine::finishedComesBackAsDone()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(u"org/back"_s, {support::gitFile(u"a"_s, "x")});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    f.hub.clearRequests();
    f.restart();
    QCOMPARE(f.engine->status(id).state, State::Done);
    QVERIFY(f.engine->status(id).checked);
    QVERIFY(f.engine->isIdle());
    QTest::qWait(200);
    QCOMPARE(f.hub.requests().size(), 0);
}

// A file of full length beside a sidecar that lies about another content is begun again.
void TestEngine::hollowPartialIsNotTrusted()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/hollow"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    const auto content = *core::ContentId::make(repo.files[0].content->sha256());
    const cache::Layout layout(f.place.path);
    QVERIFY(QDir().mkpath(layout.blobs(repo.id)));
    QFile partial(layout.partial(repo.id, content));
    QVERIFY(partial.open(QIODevice::WriteOnly) && partial.resize(20 * MiB));
    QFile sidecar(layout.sidecar(repo.id, content));
    QVERIFY(sidecar.open(QIODevice::WriteOnly));
    sidecar.write(R"({"v":1,"etag":"0000","size":20971520,"have":[[0,20971520]]})");
    sidecar.close();
    partial.close();
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

void TestEngine::oneRepoAtATime()
{
    EngineFixture f({}, slow(2 * MiB));
    const auto first =
        f.get(support::makeRepo(u"org/first"_s, {support::lfsFile(u"m.bin"_s, 70 * MiB, 1)}));
    const auto second =
        f.get(support::makeRepo(u"org/second"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB, 2)}));
    QVERIFY(f.waitForBytes(first, MiB));
    QCOMPARE(f.engine->status(second).state, State::Queued);
    f.engine->pause(first);
    QVERIFY(f.waitForState(second, State::Done));
    QCOMPARE(f.engine->status(first).state, State::Paused);
}

// Nobody waits for the Hub any more, and nothing was asked of it.
void TestEngine::cancelledWhileItWaits()
{
    EngineFixture f;
    QList<bool> waits;
    connect(f.gate.get(), &hub::Gate::waiting, this,
            [&waits](hub::Bucket, const auto &time) { waits.append(time.has_value()); });
    hub::RateInfo rate;
    rate.bucket = u"resolvers"_s;
    rate.quota = 500;
    rate.reset = std::chrono::seconds(2);
    f.gate->observe({rate}); // nothing is left
    const auto id =
        f.get(support::makeRepo(u"org/repo"_s, {support::lfsFile(u"model.bin"_s, MiB, 7)}));
    QTRY_COMPARE(waits, QList<bool>{true});
    f.engine->cancel(id);
    QTRY_COMPARE(waits, (QList<bool>{true, false}));
    QTest::qWait(3500);
    QCOMPARE(f.gate->budget(hub::Bucket::Resolvers).left, 500);
    QVERIFY(f.hub.requests(demo::Origin::Hub, anything).isEmpty());
}

QTEST_GUILESS_MAIN(TestEngine)
#include "test_engine.moc"
