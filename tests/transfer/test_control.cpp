#include "enginefixture.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

#include "cache/layout.h"

using namespace Qt::StringLiterals;
using transfer::Engine;
using transfer::Priority;
using transfer::State;

namespace {

demo::Repo repoOf(const QString &name, int files, qint64 size)
{
    QList<demo::File> list;
    for (int i = 0; i < files; ++i)
        list.append(support::lfsFile(u"f%1.bin"_s.arg(i), size,
                                     qHash(name) % 10000 + static_cast<quint64>(i)));
    return support::makeRepo(u"org/"_s + name, list);
}

hub::TreeEntry entryOf(const transfer::DownloadRequest &request, const QString &path)
{
    for (const hub::TreeEntry &entry : request.listing) {
        if (entry.path == path)
            return entry;
    }
    return {};
}

QString repoName(const EngineFixture &f, const transfer::DownloadId &id)
{
    return f.engine->status(id).repo.id().mid(4);
}

QStringList order(const EngineFixture &f)
{
    QStringList names;
    for (const auto &id : f.engine->downloads())
        names.append(repoName(f, id));
    return names;
}

std::optional<transfer::FileStatus> fileOf(const EngineFixture &f, const transfer::DownloadId &id,
                                           const QString &path)
{
    for (const transfer::FileStatus &file : f.engine->files(id)) {
        if (file.paths.contains(path))
            return file;
    }
    return std::nullopt;
}

} // namespace

// Order, choice and priorities of what is in the queue, over real sockets.
class TestControl : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theOrderChanges();
    void severalMoveTogether();
    void theOrderSurvivesARestart();
    void whatIsFirstIsFetchedFirst();
    void doneIsBelow();
    void startsNowBesideTheOthers();
    void fourFilesAtOnce();
    void smallFilesHaveTheirOwnSlots();
    void aFileIsAdded();
    void aFileIsLeftOut();
    void theLastFilesMayBeLeftOut();
    void leftOutAndTakenAgain();
    void theChoiceSurvivesARestart();
    void aPausedChoiceStaysPaused();
    void addingToADoneOne();
    void oneContentOfSeveralPaths();
    void anEmptyChoiceIsNone();
    void manyFilesByAndBy();
    void askedMeanwhile();
    void highPriorityGoesFirst();
    void skipped();
};

namespace {

constexpr int many = 20'000; // too many to be taken up at once

// Of files that no Hub has; the last one has the content of the first.
transfer::DownloadRequest manyOf(const EngineFixture &f)
{
    transfer::DownloadRequest request = f.request(repoOf(u"many"_s, 1, MiB));
    hub::TreeEntry entry;
    request.chosen.clear();
    for (int i = 0; i < many; ++i) {
        entry.path = u"f%1"_s.arg(i);
        entry.size = 10;
        entry.oid = QString::number(i % (many - 1)).rightJustified(40, u'0');
        request.chosen.append(entry);
    }
    return request;
}

QList<hub::TreeEntry> everySecond(const QList<hub::TreeEntry> &entries)
{
    QList<hub::TreeEntry> result;
    for (qsizetype i = 0; i < entries.size(); i += 2)
        result.append(entries.at(i));
    return result;
}

// Four that nobody fetches: they are paused.
QList<transfer::DownloadId> addFour(EngineFixture &f)
{
    QList<transfer::DownloadId> ids;
    for (const QString &name : {u"a"_s, u"b"_s, u"c"_s, u"d"_s}) {
        const demo::Repo repo = repoOf(name, 1, MiB);
        f.hub.setRepo(repo);
        ids.append(f.engine->add(f.request(repo), Engine::Begin::Paused));
    }
    return ids;
}

} // namespace

void TestControl::theOrderChanges()
{
    EngineFixture f;
    const auto ids = addFour(f);
    QSignalSpy reordered(f.engine.get(), &Engine::reordered);
    QCOMPARE(f.engine->status(ids[2]).position, 3);
    f.engine->move({ids[2]}, Engine::Move::Up);
    QCOMPARE(order(f), QStringList({u"a"_s, u"c"_s, u"b"_s, u"d"_s}));
    QCOMPARE(f.engine->status(ids[2]).position, 2);
    f.engine->move({ids[0]}, Engine::Move::Down);
    QCOMPARE(order(f), QStringList({u"c"_s, u"a"_s, u"b"_s, u"d"_s}));
    f.engine->move({ids[3]}, Engine::Move::ToTop);
    QCOMPARE(order(f), QStringList({u"d"_s, u"c"_s, u"a"_s, u"b"_s}));
    f.engine->move({ids[2]}, Engine::Move::ToBottom);
    QCOMPARE(order(f), QStringList({u"d"_s, u"a"_s, u"b"_s, u"c"_s}));
    f.engine->moveTo(ids[2], 2);
    QCOMPARE(order(f), QStringList({u"d"_s, u"c"_s, u"a"_s, u"b"_s}));
    f.engine->moveTo(ids[3], 99);
    QCOMPARE(order(f), QStringList({u"c"_s, u"a"_s, u"b"_s, u"d"_s}));
    QCOMPARE(reordered.size(), 6);
    // At its end already, or unknown: nothing happens.
    f.engine->move({ids[2]}, Engine::Move::Up);
    f.engine->move({ids[3]}, Engine::Move::ToBottom);
    f.engine->move({QUuid::createUuid()}, Engine::Move::ToTop);
    f.engine->moveTo(ids[3], 4);
    QCOMPARE(reordered.size(), 6);
}

void TestControl::severalMoveTogether()
{
    EngineFixture f;
    const auto ids = addFour(f);
    f.engine->move({ids[3], ids[1]}, Engine::Move::ToTop); // named in any order
    QCOMPARE(order(f), QStringList({u"b"_s, u"d"_s, u"a"_s, u"c"_s}));
    f.engine->move({ids[1], ids[3]}, Engine::Move::Up); // already at the top
    QCOMPARE(order(f), QStringList({u"b"_s, u"d"_s, u"a"_s, u"c"_s}));
    f.engine->move({ids[1], ids[3]}, Engine::Move::Down);
    QCOMPARE(order(f), QStringList({u"a"_s, u"b"_s, u"d"_s, u"c"_s}));
    f.engine->move({ids[1], ids[2]}, Engine::Move::Up);
    QCOMPARE(order(f), QStringList({u"b"_s, u"a"_s, u"c"_s, u"d"_s}));
    f.engine->move({ids[1], ids[0]}, Engine::Move::ToBottom);
    QCOMPARE(order(f), QStringList({u"c"_s, u"d"_s, u"b"_s, u"a"_s}));
}

void TestControl::theOrderSurvivesARestart()
{
    EngineFixture f;
    const auto ids = addFour(f);
    // Often enough at one place that there is no room left between the numbers.
    for (int i = 0; i < 40; ++i)
        f.engine->moveTo(ids[i % 2 == 0 ? 3 : 2], 2);
    f.engine->move({ids[1]}, Engine::Move::ToTop);
    const QStringList before = order(f);
    QCOMPARE(before, QStringList({u"b"_s, u"a"_s, u"c"_s, u"d"_s}));
    f.restart();
    QCOMPARE(order(f), before);
    const demo::Repo fresh = repoOf(u"e"_s, 1, MiB);
    f.hub.setRepo(fresh);
    f.engine->add(f.request(fresh), Engine::Begin::Paused);
    QCOMPARE(order(f), before + QStringList{u"e"_s});
}

// With one place in the queue what is moved to the top takes it, and gives it back when done.
void TestControl::whatIsFirstIsFetchedFirst()
{
    EngineFixture f({}, slow(2 * MiB));
    const auto first = f.get(repoOf(u"first"_s, 1, 60 * MiB));
    const demo::Repo other = repoOf(u"second"_s, 1, 4 * MiB);
    const auto second = f.get(other);
    QVERIFY(f.waitForBytes(first, MiB));
    QCOMPARE(f.engine->status(second).state, State::Queued);
    f.engine->move({second}, Engine::Move::ToTop);
    QCOMPARE(f.engine->status(first).state, State::Queued);
    QVERIFY(f.waitForState(second, State::Fetching));
    QVERIFY(f.waitForState(second, State::Done));
    const qint64 kept = f.engine->status(first).done;
    QVERIFY(kept >= MiB);
    QVERIFY(f.waitForState(first, State::Fetching));
    QVERIFY(f.waitForBytes(first, kept + MiB));
    QVERIFY(f.isRight(other, other.files[0]));
    // It went on where it was.
    const auto asked = f.hub.requests(demo::Origin::Cdn, anything);
    QVERIFY(!asked.last().request.header("Range").startsWith("bytes=0-"));
}

void TestControl::doneIsBelow()
{
    EngineFixture f;
    const auto one = f.get(repoOf(u"one"_s, 1, MiB));
    QVERIFY(f.waitForState(one, State::Done));
    const auto two = f.get(repoOf(u"two"_s, 1, MiB));
    QVERIFY(f.waitForState(two, State::Done));
    const demo::Repo open = repoOf(u"open"_s, 1, MiB);
    f.hub.setRepo(open);
    QSignalSpy added(f.engine.get(), &Engine::added);
    f.engine->add(f.request(open), Engine::Begin::Paused);
    QCOMPARE(order(f), QStringList({u"open"_s, u"two"_s, u"one"_s}));
    QCOMPARE(f.engine->status(two).position, 0);
    f.restart();
    QCOMPARE(order(f), QStringList({u"open"_s, u"two"_s, u"one"_s}));
    f.engine->move({one}, Engine::Move::ToTop); // it is no longer in the queue
    QCOMPARE(order(f), QStringList({u"open"_s, u"two"_s, u"one"_s}));
}

void TestControl::startsNowBesideTheOthers()
{
    transfer::Limits limits;
    limits.connections = 2; // all of them are taken
    limits.filesAtOnce = 2;
    EngineFixture f(limits, slow(MiB));
    const auto first = f.get(repoOf(u"first"_s, 3, 60 * MiB));
    const auto second = f.get(repoOf(u"second"_s, 2, 3 * MiB));
    QVERIFY(f.waitForBytes(first, MiB));
    QCOMPARE(f.engine->status(second).state, State::Queued);
    QVERIFY(!f.engine->status(second).isOverLimit);
    f.engine->startNow(second);
    QVERIFY(f.engine->status(second).isOverLimit);
    QVERIFY(f.waitForBytes(second, MiB));
    QCOMPARE(f.engine->status(first).state, State::Fetching);
    QCOMPARE(order(f), QStringList({u"first"_s, u"second"_s}));
    f.engine->pause(second);
    f.engine->resume(second); // waits for a place as before
    QVERIFY(!f.engine->status(second).isOverLimit);
    QTest::qWait(300);
    QCOMPARE(f.engine->status(second).state, State::Queued);
    f.engine->startNow(second);
    QVERIFY(f.waitForState(second, State::Done));
    QVERIFY(f.engine->status(first).state == State::Fetching);
}

void TestControl::fourFilesAtOnce()
{
    EngineFixture f({}, slow(MiB));
    const auto id = f.get(repoOf(u"six"_s, 6, 12 * MiB));
    const auto running = [&] {
        int count = 0;
        for (const transfer::FileStatus &file : f.engine->files(id))
            count += transfer::isActive(file.state) ? 1 : 0;
        return count;
    };
    QVERIFY(f.waitForBytes(id, MiB));
    QCOMPARE(running(), 4);
    QTest::qWait(500);
    QCOMPARE(running(), 4);
}

void TestControl::smallFilesHaveTheirOwnSlots()
{
    EngineFixture f({}, slow(200'000));
    QList<demo::File> files;
    for (int i = 0; i < 50; ++i)
        files.append(support::lfsFile(u"s%1.bin"_s.arg(i), 900'000, 100 + static_cast<quint64>(i)));
    const auto id = f.get(support::makeRepo(u"org/small"_s, files));
    int most = 0;
    const auto running = [&] {
        int count = 0;
        for (const transfer::FileStatus &file : f.engine->files(id))
            count += transfer::isActive(file.state) ? 1 : 0;
        most = std::max(most, count);
        return count;
    };
    QVERIFY(QTest::qWaitFor([&] { return running() == 32; }, 10000));
    QCOMPARE(most, 32);
}

void TestControl::aFileIsAdded()
{
    EngineFixture f({}, slow(2 * MiB));
    const demo::Repo repo = repoOf(u"grows"_s, 3, 6 * MiB);
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    request.chosen = {entryOf(request, u"f0.bin"_s)};
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForBytes(id, MiB));
    QCOMPARE(f.engine->status(id).files, 1);
    QVERIFY(f.engine->choose(id, {entryOf(request, u"f0.bin"_s), entryOf(request, u"f2.bin"_s)}));
    QCOMPARE(f.engine->status(id).files, 2);
    QCOMPARE(f.engine->status(id).size, 12 * MiB);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, repo.files[0]) && f.isRight(repo, repo.files[2]));
    QVERIFY(!QFile::exists(f.entry(repo, u"f1.bin"_s)));
    QCOMPARE(f.engine->status(id).filesDone, 2);
    QCOMPARE(f.engine->request(id).chosen.size(), 2);
}

void TestControl::aFileIsLeftOut()
{
    EngineFixture f({}, slow(2 * MiB));
    const demo::Repo repo = repoOf(u"shrinks"_s, 2, 40 * MiB);
    const auto id = f.get(repo);
    QVERIFY(QTest::qWaitFor(
        [&] {
            return fileOf(f, id, u"f0.bin"_s)->done > MiB && fileOf(f, id, u"f1.bin"_s)->done > MiB;
        },
        20000));
    const auto request = f.engine->request(id);
    QVERIFY(f.engine->choose(id, {entryOf(request, u"f1.bin"_s)}));
    QCOMPARE(f.engine->files(id).size(), 1);
    QCOMPARE(f.engine->status(id).size, 40 * MiB);
    QVERIFY(f.engine->status(id).done < 40 * MiB);
    QCOMPARE(f.engine->status(id).state, State::Fetching);
    QTest::qWait(1000); // it stops
    const auto content = *core::ContentId::make(repo.files[0].content->sha256());
    const cache::Layout layout(f.place.path);
    QVERIFY(QFile::exists(layout.partial(repo.id, content)));
    QVERIFY(QFile::exists(layout.sidecar(repo.id, content)));
    const qint64 asked = f.hub.requests(demo::Origin::Cdn, anything).size();
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[1]));
    QVERIFY(!QFile::exists(f.blob(repo, repo.files[0])));
    QVERIFY(QFile::exists(layout.partial(repo.id, content)));
    QVERIFY(f.hub.requests(demo::Origin::Cdn, anything).size() <= asked + 16);
    QVERIFY(f.engine->status(id).checked);
}

// What was still missing is not wanted any more: the rest is a whole.
void TestControl::theLastFilesMayBeLeftOut()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"rest"_s, 2, 9 * MiB);
    f.hub.setRepo(repo);
    const auto second = repo.files[1].content->sha256();
    f.hub.addRule(demo::Origin::Hub, QRegularExpression(u"f1.bin"_s),
                  support::FaultyHub::status(403));
    const auto id = f.engine->add(f.request(repo));
    QVERIFY(f.waitForState(id, State::Failed));
    QSignalSpy finished(f.engine.get(), &Engine::finished);
    QVERIFY(f.engine->setPriority(id, {u"f1.bin"_s}, Priority::Skip));
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(finished.size(), 1);
    QVERIFY(QFile::exists(cache::Layout(f.place.path).ref(repo.id, u"main"_s)));
}

void TestControl::leftOutAndTakenAgain()
{
    EngineFixture f({}, slow(4 * MiB));
    const demo::Repo repo = repoOf(u"back"_s, 2, 24 * MiB);
    const auto id = f.get(repo);
    QVERIFY(QTest::qWaitFor([&] { return fileOf(f, id, u"f0.bin"_s)->done > 2 * MiB; }, 20000));
    const auto request = f.engine->request(id);
    for (int i = 0; i < 5; ++i) {
        QVERIFY(f.engine->choose(id, {entryOf(request, u"f1.bin"_s)}));
        if (i % 2)
            QTest::qWait(30);
        QVERIFY(f.engine->choose(id, request.chosen));
        QCOMPARE(f.engine->status(id).size, 48 * MiB);
        QCOMPARE(f.engine->files(id).size(), 2);
    }
    QVERIFY(f.waitForState(id, State::Done, 60));
    QVERIFY(f.isRight(repo, repo.files[0]) && f.isRight(repo, repo.files[1]));
    QCOMPARE(f.engine->status(id).done, 48 * MiB);
    QCOMPARE(f.engine->status(id).filesDone, 2);
}

void TestControl::theChoiceSurvivesARestart()
{
    EngineFixture f({}, slow(MiB));
    const demo::Repo repo = repoOf(u"kept"_s, 4, 5 * MiB);
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, MiB));
    const auto request = f.engine->request(id);
    QVERIFY(f.engine->choose(id, {entryOf(request, u"f1.bin"_s), entryOf(request, u"f3.bin"_s)}));
    QVERIFY(f.engine->setPriority(id, {u"f3.bin"_s}, Priority::High));
    f.restart();
    QCOMPARE(f.engine->files(id).size(), 2);
    QCOMPARE(f.engine->request(id).listing.size(), 4);
    QCOMPARE(fileOf(f, id, u"f3.bin"_s)->priority, Priority::High);
    QCOMPARE(fileOf(f, id, u"f1.bin"_s)->priority, Priority::Normal);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(!QFile::exists(f.entry(repo, u"f0.bin"_s)));
    QVERIFY(f.isRight(repo, repo.files[1]) && f.isRight(repo, repo.files[3]));
}

void TestControl::aPausedChoiceStaysPaused()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"paused"_s, 3, 2 * MiB);
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    request.chosen = {request.listing[0]};
    const auto id = f.engine->add(request, Engine::Begin::Paused);
    QVERIFY(f.engine->choose(id, request.listing));
    QVERIFY(f.engine->choose(id, {request.listing[1]}));
    QVERIFY(f.engine->choose(id, {request.listing[0], request.listing[1]}));
    QTest::qWait(300);
    QCOMPARE(f.engine->status(id).state, State::Paused);
    QCOMPARE(f.hub.requests().size(), 0);
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(f.engine->status(id).filesDone, 2);
}

void TestControl::addingToADoneOne()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"more"_s, 3, 3 * MiB);
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    request.chosen = {request.listing[0], request.listing[1]};
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForState(id, State::Done));
    f.restart(); // what was checked is known from the journal only
    QSignalSpy finished(f.engine.get(), &Engine::finished);
    const qint64 before = f.hub.bodyBytes(demo::Origin::Cdn);
    // Fewer of what is here: done all the same.
    QVERIFY(f.engine->choose(id, {request.listing[0]}));
    QCOMPARE(f.engine->status(id).state, State::Done);
    QVERIFY(f.engine->status(id).checked);
    QCOMPARE(finished.size(), 0);
    QVERIFY(QFile::exists(f.entry(repo, u"f1.bin"_s)));
    QVERIFY(f.engine->choose(id, request.listing));
    QVERIFY(f.engine->status(id).state != State::Done);
    QCOMPARE(f.engine->status(id).position, 1);
    QVERIFY(f.waitForState(id, State::Done));
    QCOMPARE(finished.size(), 1);
    QVERIFY(f.engine->status(id).checked);
    QVERIFY(f.isRight(repo, repo.files[2]));
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) - before < 4 * MiB);
    f.restart();
    QCOMPARE(f.engine->status(id).state, State::Done);
    QCOMPARE(f.engine->status(id).files, 3);
}

void TestControl::oneContentOfSeveralPaths()
{
    EngineFixture f({}, slow(2 * MiB));
    auto first = support::lfsFile(u"a.bin"_s, 8 * MiB, 3);
    auto second = first;
    second.path = u"copy/b.bin"_s;
    auto third = first;
    third.path = u"copy/c.bin"_s;
    const demo::Repo repo = support::makeRepo(u"org/thrice"_s, {first, second, third});
    f.hub.setRepo(repo);
    transfer::DownloadRequest request = f.request(repo);
    request.chosen = {request.listing[0], request.listing[1]};
    const auto id = f.engine->add(request);
    QVERIFY(f.waitForBytes(id, MiB));
    // Another path of what is being fetched, and one less.
    QVERIFY(f.engine->choose(id, {request.listing[0], request.listing[2]}));
    QCOMPARE(f.engine->status(id).files, 2);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(f.isRight(repo, first) && f.isRight(repo, third));
    QCOMPARE(f.engine->status(id).filesDone, 2);
    QVERIFY(f.hub.bodyBytes(demo::Origin::Cdn) < 9 * MiB);
}

void TestControl::anEmptyChoiceIsNone()
{
    EngineFixture f;
    const demo::Repo repo = repoOf(u"none"_s, 1, MiB);
    f.hub.setRepo(repo);
    const auto id = f.engine->add(f.request(repo), Engine::Begin::Paused);
    QVERIFY(!f.engine->choose(id, {}));
    QVERIFY(!f.engine->setPriority(id, {u"f0.bin"_s}, Priority::Skip));
    QVERIFY(!f.engine->choose(QUuid::createUuid(), f.request(repo).chosen));
    QCOMPARE(f.engine->files(id).size(), 1);
}

void TestControl::manyFilesByAndBy()
{
    EngineFixture f;
    const transfer::DownloadRequest request = manyOf(f);
    const auto id = f.engine->add(request, Engine::Begin::Paused);
    QVERIFY(f.engine->fileCount(id) < many - 1); // or the test shows nothing
    QCOMPARE(f.engine->status(id).files, many);
    QCOMPARE(f.engine->status(id).state, State::Paused);
    QVERIFY(!f.engine->status(id).isCounted);
    QTRY_COMPARE(f.engine->fileCount(id), many - 1);
    QTRY_VERIFY(f.engine->status(id).isCounted);
    QCOMPARE(f.engine->status(id).size, 10 * (many - 1));
    QCOMPARE(fileOf(f, id, u"f0"_s)->paths, (QStringList{u"f0"_s, u"f%1"_s.arg(many - 1)}));

    QVERIFY(f.engine->choose(id, everySecond(request.chosen)));
    QTRY_COMPARE(f.engine->fileCount(id), many / 2);
    QTRY_COMPARE(f.engine->status(id).size, 10 * (many / 2));
    QCOMPARE(fileOf(f, id, u"f0"_s)->paths, QStringList(u"f0"_s));
    QVERIFY(!fileOf(f, id, u"f1"_s));
    QVERIFY(f.engine->choose(id, request.chosen));
    QTRY_COMPARE(f.engine->status(id).size, 10 * (many - 1));
    QCOMPARE(f.engine->fileCount(id), many - 1);
    QCOMPARE(f.engine->status(id).state, State::Paused);
    QVERIFY(f.engine->isIdle());
}

// What a person asks for before all is taken up holds for all of it.
void TestControl::askedMeanwhile()
{
    EngineFixture f;
    const transfer::DownloadRequest request = manyOf(f);
    const auto isAll = [&](const transfer::DownloadId &id, State state) {
        const auto files = f.engine->files(id);
        return std::all_of(files.begin(), files.end(),
                           [state](const auto &file) { return file.state == state; });
    };
    const auto paused = f.engine->add(request);
    QCOMPARE(f.engine->status(paused).state, State::Queued);
    QVERIFY(!f.engine->isIdle());
    f.engine->pause(paused);
    QCOMPARE(f.engine->fileCount(paused), many - 1);
    QVERIFY(isAll(paused, State::Paused));
    QVERIFY(f.engine->isIdle());

    QVERIFY(f.engine->choose(paused, everySecond(request.chosen)));
    QVERIFY(f.engine->choose(paused, request.chosen)); // before the other is
    f.engine->cancel(paused);
    QCOMPARE(f.engine->fileCount(paused), many - 1);
    QVERIFY(isAll(paused, State::Cancelled));

    const auto removed = f.engine->add(request, Engine::Begin::Paused);
    f.engine->remove(removed);
    const auto last = f.engine->add(request, Engine::Begin::Paused);
    QVERIFY(f.engine->setPriority(last, {u"f%1"_s.arg(many - 2)}, Priority::High));
    QCOMPARE(fileOf(f, last, u"f%1"_s.arg(many - 2))->priority, Priority::High);
    const auto again = f.engine->add(request, Engine::Begin::Paused);
    f.restart();
    QTRY_COMPARE(f.engine->fileCount(again), many - 1);
    QCOMPARE(f.engine->status(again).state, State::Paused);
    QVERIFY(!f.engine->downloads().contains(removed));
}

void TestControl::highPriorityGoesFirst()
{
    transfer::Limits limits;
    limits.filesAtOnce = 1;
    EngineFixture f(limits);
    const demo::Repo repo = repoOf(u"urgent"_s, 5, 2 * MiB);
    f.hub.setRepo(repo);
    const auto id = f.engine->add(f.request(repo), Engine::Begin::Paused);
    QVERIFY(f.engine->setPriority(id, {u"f3.bin"_s, u"f4.bin"_s}, Priority::High));
    QVERIFY(f.engine->setPriority(id, {u"f4.bin"_s, u"nowhere.bin"_s}, Priority::Normal));
    QCOMPARE(f.engine->request(id).urgent, QSet<QString>{u"f3.bin"_s});
    f.engine->resume(id);
    QVERIFY(f.waitForState(id, State::Done));
    const auto asked = f.hub.requests(demo::Origin::Hub, QRegularExpression(u"/resolve/"_s));
    QVERIFY(asked.first().request.target.contains("f3.bin"));
    QVERIFY(asked.at(1).request.target.contains("f0.bin"));
}

void TestControl::skipped()
{
    EngineFixture f({}, slow(MiB));
    const demo::Repo repo = repoOf(u"skip"_s, 3, 3 * MiB);
    const auto id = f.get(repo);
    QVERIFY(f.waitForBytes(id, MiB));
    QVERIFY(f.engine->setPriority(id, {u"f0.bin"_s, u"f1.bin"_s}, Priority::Skip));
    QCOMPARE(f.engine->files(id).size(), 1);
    QVERIFY(f.waitForState(id, State::Done));
    QVERIFY(!QFile::exists(f.entry(repo, u"f0.bin"_s)));
    QVERIFY(f.isRight(repo, repo.files[2]));
}

QTEST_GUILESS_MAIN(TestControl)
#include "test_control.moc"
