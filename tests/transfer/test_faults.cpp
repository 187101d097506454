#include "enginefixture.h"

#include <QFile>
#include <QStorageInfo>
#include <QTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "cache/layout.h"
#include "core/errortext.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;
using transfer::State;

// Lies and accidents of the network; whatever happens, the file ends right or not at all.
class TestFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void endsRight_data();
    void endsRight();
    void neverPublishesWrongBytes();
    void fetchedAgainAfterOneMismatch();
    void changedAtTheHub_data();
    void changedAtTheHub();
    void gatedNeedsAPerson();
    void givesUpAfterFiveInARow();
    void oddAnswersEndTheCommandLine_data();
    void oddAnswersEndTheCommandLine();
    void onlyByXet_data();
    void onlyByXet();
    void rateLimitIsNoFailure();
    void tokenStaysAtTheHub();
    void maskedEntries();
    void twoVersionsWithoutADigest_data();
    void twoVersionsWithoutADigest();
    void listingOfPointers();
    void fileHostThatWantsAPause();
    void fileHostPausesForAll();
    void fileHostServesTwoAtATime_data();
    void fileHostServesTwoAtATime();
    void theHubItselfIsWaitedFor();
    void nothingStaysOfNothing();
    void beginningAgainAndAgain_data();
    void beginningAgainAndAgain();
};

void TestFaults::endsRight_data()
{
    QTest::addColumn<FaultyHub::Change>("change");
    QTest::addColumn<int>("times");
    QTest::addColumn<bool>("atCdn");
    QTest::newRow("cut once") << FaultyHub::cutAfter(MiB) << 1 << true;
    QTest::newRow("cut again and again") << FaultyHub::cutAfter(3 * MiB) << 12 << true;
    QTest::newRow("reset before the head") << FaultyHub::reset() << 2 << true;
    QTest::newRow("range ignored") << FaultyHub::ignoreRange() << -1 << true;
    QTest::newRow("range ignored once") << FaultyHub::ignoreRange() << 1 << true;
    QTest::newRow("wrong Content-Range") << FaultyHub::wrongContentRange() << 1 << true;
    QTest::newRow("a web page") << FaultyHub::html() << 1 << true;
    QTest::newRow("server error") << FaultyHub::status(503) << 2 << true;
    QTest::newRow("link refused once") << FaultyHub::status(403) << 1 << true;
    QTest::newRow("link refused for a while") << FaultyHub::status(403) << 3 << true;
    QTest::newRow("every range refused")
        << FaultyHub::Change([](const demo::Request &request, demo::Response &response) {
               if (!request.header("Range").isEmpty())
                   FaultyHub::status(416)(request, response);
           })
        << -1 << true;
    QTest::newRow("shorter ranges than asked for")
        << FaultyHub::Change([](const demo::Request &, demo::Response &response) {
               if (response.status != 206 || response.contentLength < 2 * MiB)
                   return;
               response.contentLength /= 2;
               response.setHeader(
                   "Content-Range",
                   "bytes " + QByteArray::number(response.contentOffset) + '-'
                       + QByteArray::number(response.contentOffset + response.contentLength - 1)
                       + '/' + QByteArray::number(response.content->size()));
           })
        << -1 << true;
    QTest::newRow("total not told")
        << FaultyHub::Change([](const demo::Request &, demo::Response &response) {
               for (auto &[name, value] : response.headers) {
                   if (name == "Content-Range")
                       value = value.left(value.indexOf('/')) + "/*";
               }
           })
        << -1 << true;
    QTest::newRow("hub error") << FaultyHub::status(502) << 1 << false;
    QTest::newRow("hub resets") << FaultyHub::reset() << 2 << false;
    QTest::newRow("hub without HEAD")
        << FaultyHub::Change([](const demo::Request &request, demo::Response &response) {
               if (request.verb == "HEAD")
                   FaultyHub::status(405)(request, response);
           })
        << -1 << false;
}

void TestFaults::endsRight()
{
    QFETCH(FaultyHub::Change, change);
    QFETCH(int, times);
    QFETCH(bool, atCdn);
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/fault"_s, {support::lfsFile(u"m.bin"_s, 70 * MiB, 5)});
    f.hub.addRule(atCdn ? demo::Origin::Cdn : demo::Origin::Hub, atCdn ? anything : resolve, change,
                  times);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]));
    QVERIFY(f.engine->status(id).checked);
    QCOMPARE(f.leftovers(repo), QStringList());
}

void TestFaults::neverPublishesWrongBytes()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(
        u"org/wrong"_s,
        {support::lfsFile(u"m.bin"_s, 20 * MiB), support::lfsFile(u"small.bin"_s, MiB, 2)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(1000, '!'));
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::Checksum);
    for (const demo::File &file : repo.files) {
        QVERIFY(!QFile::exists(f.blob(repo, file)));
        QVERIFY(!QFile::exists(f.entry(repo, file.path)));
    }
}

void TestFaults::fetchedAgainAfterOneMismatch()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/once"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::corrupt(1000, '!'), 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

void TestFaults::changedAtTheHub_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("size") << "X-Linked-Size"_ba
                          << "123"_ba;
    QTest::newRow("content") << "X-Linked-Etag"_ba << '"' + QByteArray(64, 'e') + '"';
    QTest::newRow("commit") << "X-Repo-Commit"_ba << QByteArray(40, 'c');
}

void TestFaults::changedAtTheHub()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, value);
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/changed"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    f.hub.addRule(demo::Origin::Hub, resolve, [&](const demo::Request &, demo::Response &response) {
        response.setHeader(header, value);
    });
    f.limits.attempts = 2;
    f.engine->setLimits(f.limits);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::RemoteChanged);
    QCOMPARE(f.hub.bodyBytes(demo::Origin::Cdn), 0);
}

void TestFaults::gatedNeedsAPerson()
{
    EngineFixture f;
    demo::Repo repo = support::makeRepo(u"org/gated"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    repo.access = demo::Access::GatedManual;
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::Gated);
}

void TestFaults::givesUpAfterFiveInARow()
{
    transfer::Limits limits;
    limits.attempts = 3;
    EngineFixture f(limits);
    const demo::Repo repo =
        support::makeRepo(u"org/dead"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::reset());
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.engine->status(id).retryAt.isValid());
    QVERIFY(f.waitForState(id, State::Failed));
    QVERIFY(f.engine->status(id).error->kind == core::ErrorKind::ConnectionLost);
}

void TestFaults::oddAnswersEndTheCommandLine_data()
{
    QTest::addColumn<FaultyHub::Change>("change");
    QTest::addColumn<core::ErrorKind>("kind");
    QTest::newRow("a web page") << FaultyHub::html() << core::ErrorKind::Protocol;
    QTest::newRow("link refused") << FaultyHub::status(403) << core::ErrorKind::LinkExpired;
}

// With as many tries as after any other failure.
void TestFaults::oddAnswersEndTheCommandLine()
{
    QFETCH(FaultyHub::Change, change);
    QFETCH(core::ErrorKind, kind);
    transfer::Limits limits;
    limits.attempts = 5;
    EngineFixture f(limits);
    f.hub.addRule(demo::Origin::Cdn, anything, change);
    const auto id = f.get(support::makeRepo(u"org/odd"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)}));
    QVERIFY(f.waitForState(id, State::Failed, 60));
    QVERIFY(f.engine->status(id).error->kind == kind);
    QCOMPARE(f.engine->status(id).retries, 4);
}

void TestFaults::onlyByXet_data()
{
    QTest::addColumn<qint64>("size");
    QTest::addColumn<bool>("isXet");
    QTest::addColumn<core::ErrorKind>("kind");
    constexpr qint64 limit = 50'000'000'000;
    QTest::newRow("larger") << limit + 1 << true << core::ErrorKind::XetOnly;
    QTest::newRow("as large as links go") << limit << true << core::ErrorKind::LinkExpired;
    QTest::newRow("larger, not by Xet") << limit + 1 << false << core::ErrorKind::LinkExpired;
}

void TestFaults::onlyByXet()
{
    QFETCH(qint64, size);
    QFETCH(bool, isXet);
    QFETCH(core::ErrorKind, kind);
    EngineFixture f;
    if (QStorageInfo(f.folder.path()).bytesAvailable() < size + (8LL << 30))
        QSKIP("no room for such a file");
    const demo::Repo repo =
        support::makeRepo(u"org/huge"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    f.hub.setRepo(repo);
    f.hub.addRule(demo::Origin::Hub, resolve,
                  [size](const demo::Request &, demo::Response &response) {
                      response.setHeader("X-Linked-Size", QByteArray::number(size));
                  });
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::status(403));
    transfer::DownloadRequest request = f.request(repo);
    request.listing.first().size = size;
    request.listing.first().xetHash = isXet ? QString(64, u'a') : QString();
    request.chosen = request.listing;
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForState(id, State::Waiting));
    const core::Error error = *f.engine->status(id).error;
    QCOMPARE(core::kindName(error.kind), core::kindName(kind));
    QCOMPARE(core::errorSentence(error).contains(u"Xet"_s), kind == core::ErrorKind::XetOnly);
    QVERIFY(!f.hub.requests(demo::Origin::Cdn, anything).isEmpty()); // it was tried
}

void TestFaults::rateLimitIsNoFailure()
{
    transfer::Limits limits;
    limits.attempts = 1; // a failure would end it
    EngineFixture f(limits);
    const demo::Repo repo =
        support::makeRepo(u"org/limited"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB)});
    f.hub.addRule(demo::Origin::Hub, resolve, FaultyHub::rateLimited(2), 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.waitForState(id, State::Done));
}

void TestFaults::tokenStaysAtTheHub()
{
    EngineFixture f;
    demo::Repo repo = support::makeRepo(
        u"org/mine"_s, {support::lfsFile(u"m.bin"_s, 9 * MiB), support::gitFile(u"a"_s, "b")});
    repo.access = demo::Access::Private;
    repo.allowedTokens = {u"hf_right"_s};
    f.http.token = core::Secret("hf_right");
    f.restart();
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(!f.hub.tokenLeaked());
    const auto seen = f.hub.requests(demo::Origin::Hub, resolve);
    QVERIFY(!seen.isEmpty());
    for (const support::Seen &one : seen)
        QVERIFY(one.hasToken);
}

// A listing made before access was granted names no content ids; the Hub's answers do now.
void TestFaults::maskedEntries()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(
        u"org/masked"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB), support::lfsFile(u"n"_s, 100)});
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    for (auto *list : {&request.chosen, &request.listing}) {
        for (hub::TreeEntry &entry : *list)
            entry.sha256.clear();
    }
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]) && f.isRight(repo, repo.files[1]));
    QVERIFY(f.engine->status(id).checked);
}

void TestFaults::twoVersionsWithoutADigest_data()
{
    QTest::addColumn<qint64>("size");
    QTest::addColumn<bool>("restarts");
    QTest::addColumn<bool>("isTold");
    QTest::newRow("large") << 20 * MiB << false << true;
    QTest::newRow("large, after a restart") << 20 * MiB << true << true;
    QTest::newRow("small") << 5 * MiB << false << true;
    QTest::newRow("large, without a validator") << 20 * MiB << true << false;
    QTest::newRow("small, without a validator") << 5 * MiB << true << false;
}

// Both are called the same, and only the file host's validator tells them apart, or nothing does.
void TestFaults::twoVersionsWithoutADigest()
{
    QFETCH(qint64, size);
    QFETCH(bool, restarts);
    QFETCH(bool, isTold);
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/opaque"_s, {support::lfsFile(u"m.bin"_s, size)});
    f.hub.setRepo(repo);
    f.hub.addRule(demo::Origin::Hub, resolve, [](const demo::Request &, demo::Response &response) {
        response.setHeader("X-Linked-Etag", "\"opaque-1\"");
    });
    auto isSecond = std::make_shared<std::atomic<bool>>(false);
    f.hub.addRule(demo::Origin::Cdn, anything,
                  [=](const demo::Request &, demo::Response &response) {
                      response.headers.removeIf([](const auto &header) {
                          return header.first == "ETag" || header.first == "Last-Modified";
                      });
                      if (isTold)
                          response.setHeader("ETag", *isSecond ? "\"v2\"" : "\"v1\"");
                      if (*isSecond)
                          return;
                      response.bytesPerSecond = MiB;
                      for (const qint64 at : {1000LL, response.content->size() - 1000}) {
                          if (at >= response.contentOffset
                              && at < response.contentOffset + response.contentLength)
                              response.corruptByte = {at, '!'};
                      }
                      response.cutAfter = 3 * MiB;
                  });
    transfer::DownloadRequest request = f.request(repo);
    for (auto *list : {&request.chosen, &request.listing}) {
        for (hub::TreeEntry &entry : *list)
            entry.sha256.clear();
    }
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForBytes(id, 2 * MiB));
    *isSecond = true;
    if (restarts) {
        f.restart();
        QTRY_VERIFY(f.engine->downloads().contains(id));
    }
    QVERIFY(f.waitForState(id, State::Done, 60));
    QFile file(f.entry(repo, u"m.bin"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll() == repo.files[0].content->read(0, size));
    QVERIFY(!f.engine->status(id).checked);
}

// A listing without "lfs" names the git ids of pointers; the Hub's answers name the files.
void TestFaults::listingOfPointers()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/pointers"_s,
                          {support::lfsFile(u"m.bin"_s, 20 * MiB), support::lfsFile(u"n"_s, 100),
                           support::gitFile(u"t"_s, "plain")});
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    for (auto *list : {&request.chosen, &request.listing}) {
        for (hub::TreeEntry &entry : *list) {
            if (entry.lfs)
                entry.oid = QString(40, entry.path.front() == u'm' ? u'1' : u'2');
            entry.lfs = false;
            entry.sha256.clear();
        }
    }
    for (int round = 0; round < 2; ++round) {
        const auto id = f.engine->add(request);
        QVERIFY(f.waitForState(id, State::Done));
        for (const demo::File &file : repo.files)
            QVERIFY(f.isRight(repo, file)); // by the name that other programs look for
        QCOMPARE(f.leftovers(repo), QStringList());
    }
    const qint64 sent = f.hub.bodyBytes(demo::Origin::Cdn);
    QVERIFY2(sent < 21 * MiB,
             qPrintable(QString::number(sent))); // the second round fetched nothing
    const cache::Layout layout(f.place.path);
    QVERIFY(!QFile::exists(layout.tree(repo.id, request.commit)));
}

// It is asked again later; the Hub's own budget has nothing to do with it.
void TestFaults::fileHostThatWantsAPause()
{
    EngineFixture f;
    const demo::Repo repo = support::makeRepo(u"org/busy"_s, {support::lfsFile(u"n.bin"_s, 1000)});
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::rateLimited(2, false), 1);
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    const auto now = f.clock.monotonic();
    QVERIFY(f.gate->budget(hub::Bucket::Resolvers).blockedUntil < now);
    QVERIFY(f.waitForState(id, State::Done));
}

// What one file was told holds for the others.
void TestFaults::fileHostPausesForAll()
{
    EngineFixture f;
    QList<demo::File> files;
    for (int i = 0; i < 3; ++i)
        files.append(support::lfsFile(u"m%1.bin"_s.arg(i), 9 * MiB, quint64(i + 1)));
    const demo::Repo repo = support::makeRepo(u"org/all"_s, files);
    f.limits.filesAtOnce = 1;
    f.engine->setLimits(f.limits);
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::status(503, {{"Retry-After", "4"}}), 1);
    const auto id = f.get(repo);
    const auto asked = [&f] { return f.hub.requests(demo::Origin::Cdn, anything).size(); };
    QTRY_COMPARE_WITH_TIMEOUT(asked(), 1, 20000);
    // The other files have their turn meanwhile, and leave the host alone.
    QTest::qWait(2500);
    QCOMPARE(asked(), 1);
    QVERIFY(f.waitForState(id, State::Done));
    for (const demo::File &file : files)
        QVERIFY(f.isRight(repo, file));
}

void TestFaults::fileHostServesTwoAtATime_data()
{
    QTest::addColumn<FaultyHub::Change>("refusal");
    QTest::newRow("503") << FaultyHub::status(503);
    QTest::newRow("429") << FaultyHub::status(429);
    QTest::newRow("429, later") << FaultyHub::status(429, {{"Retry-After", "5"}});
}

// Those that are served go on, and what was found out holds for the next file.
void TestFaults::fileHostServesTwoAtATime()
{
    QFETCH(FaultyHub::Change, refusal);
    constexpr qint64 perSecond = 4 * MiB;
    EngineFixture f;
    QList<std::chrono::steady_clock::time_point> ends;
    std::mutex mutex;
    int refused = 0;
    f.hub.addRule(
        demo::Origin::Cdn, anything, [&](const demo::Request &request, demo::Response &response) {
            const std::scoped_lock lock(mutex);
            const auto now = std::chrono::steady_clock::now();
            ends.removeIf([now](auto end) { return end <= now; });
            if (ends.size() >= 2) {
                ++refused;
                return refusal(request, response);
            }
            response.bytesPerSecond = perSecond;
            ends.append(now + std::chrono::milliseconds(response.contentLength * 1000 / perSecond));
        });
    for (int round = 0; round < 2; ++round) {
        const demo::Repo repo =
            support::makeRepo(u"org/two-%1"_s.arg(round),
                              {support::lfsFile(u"m.bin"_s, 24 * MiB, quint64(round + 1))});
        const qsizetype before = f.hub.requests(demo::Origin::Hub, resolve).size();
        const auto id = f.get(repo);
        QVERIFY(f.waitForState(id, State::Done));
        QVERIFY(f.isRight(repo, repo.files[0]));
        // One, and further ones as a connection that was left counts here until its end.
        QVERIFY(f.hub.requests(demo::Origin::Hub, resolve).size() - before < 8);
    }
    QVERIFY2(refused > 0 && refused < 8, QByteArray::number(refused).constData());
}

// It serves this file, and its refusal is no word on how many connections it likes.
void TestFaults::theHubItselfIsWaitedFor()
{
    EngineFixture f;
    const demo::Repo repo =
        support::makeRepo(u"org/own"_s, {support::gitFile(u"m.bin"_s, QByteArray(12 * MiB, 'x'))});
    auto asked = std::make_shared<std::atomic<int>>(0);
    f.hub.addRule(demo::Origin::Hub, anything,
                  [=](const demo::Request &request, demo::Response &response) {
                      if (request.header("Range").isEmpty())
                          return;
                      if (++*asked == 3)
                          return FaultyHub::rateLimited(2)(request, response);
                      response.bytesPerSecond = MiB;
                  });
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Waiting));
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]));
}

// The room that was taken for a file of which no byte came.
void TestFaults::nothingStaysOfNothing()
{
    transfer::Limits limits;
    limits.attempts = 2;
    EngineFixture f(limits);
    f.hub.addRule(demo::Origin::Cdn, anything, FaultyHub::status(403));
    const demo::Repo repo =
        support::makeRepo(u"org/none"_s, {support::lfsFile(u"m.bin"_s, 20 * MiB)});
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed));
    QCOMPARE(f.leftovers(repo), QStringList());
}

void TestFaults::beginningAgainAndAgain_data()
{
    QTest::addColumn<qint64>("size");
    QTest::newRow("small") << 3 * MiB;
    QTest::newRow("large") << 40 * MiB;
}

// A server without ranges that always breaks off at the same place brings nobody further.
void TestFaults::beginningAgainAndAgain()
{
    QFETCH(qint64, size);
    EngineFixture f;
    f.limits.attempts = 3;
    f.engine->setLimits(f.limits);
    const demo::Repo repo = support::makeRepo(u"org/again"_s, {support::lfsFile(u"m.bin"_s, size)});
    f.hub.addRule(demo::Origin::Cdn, anything,
                  [](const demo::Request &request, demo::Response &response) {
                      FaultyHub::ignoreRange()(request, response);
                      FaultyHub::cutAfter(MiB)(request, response);
                  });
    const auto id = f.get(repo);
    QVERIFY(f.waitForState(id, State::Failed));
    const auto requests = f.hub.requests(demo::Origin::Cdn, anything).size();
    QVERIFY2(requests <= 24, qPrintable(QString::number(requests)));
}

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
