#include <QTest>

#include "hub/forgetfulhub.h"
#include "hub/lowcalls.h"
#include "hub/rig.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using support::answer;
using support::Cut;
using support::ForgetfulHub;
using support::info;
using support::json;
using support::missing;
using support::model;
using support::newRepo;
using support::ours;
using support::RawRequest;
using support::RawServer;
using support::refusal;
using support::Silence;
using support::wait;
using support::writesOf;
using Rig = support::RawRig;

// Writes whose end is in doubt, against Hubs that lie and forget.
class TestDoubts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void forgottenCommits_data();
    void forgottenCommits();
    void commitBelowOneInItsWords();
    void commitInOtherWords();
    void commitOntoAMovedBranch();
    void seeOther_data();
    void seeOther();
    void access();
    void creationOfAnUnknownState();
    void creationForTheOwnAccount();
    void creationForNobodyKnown();
    void creationInTheQueue();
    void creationThatIsWelcome_data();
    void creationThatIsWelcome();
    void moveOfTheCaseAlone();
    void moveWithoutRedirects();
    void branchByItsFullName();
    void successThatIsNone_data();
    void successThatIsNone();
    void doubtStays();
    void pauseOfARefusal_data();
    void pauseOfARefusal();
    void hubIsAway();
    void commitBelowManyOthers();
    void cancelOfACommit_data();
    void cancelOfACommit();
    void limitOfAChange();
    void silenceOfAChange();
    void protectedCannotBeSeen();
    void creationUnderAnOldName();
};

void TestDoubts::forgottenCommits_data()
{
    QTest::addColumn<QString>("summary");
    QTest::addColumn<QString>("description");
    QTest::newRow("plain") << u"Upload"_s << u"a file"_s;
    QTest::newRow("two lines") << u"Add\nmore words"_s << u"desc"_s;
    QTest::newRow("blank lines") << u" Add \r\n\r\n more "_s << u"\n\n words\n"_s;
    QTest::newRow("long summary") << QString(5000, u'x') << u"desc"_s;
    QTest::newRow("long summary of words") << u"word "_s.repeated(3000) << QString();
    QTest::newRow("long description") << u"Upload"_s << u"word "_s.repeated(20000);
}

// Exactly one commit, and it is reported.
void TestDoubts::forgottenCommits()
{
    QFETCH(QString, summary);
    QFETCH(QString, description);
    ForgetfulHub hub;
    Rig rig(hub.server.origin());
    const auto made =
        wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours(summary, description)), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(hub.commits.size(), 2);
    QCOMPARE(made->commit, hub.commits.first().id);
    QCOMPARE(writesOf(hub.server), 1);
}

void TestDoubts::commitBelowOneInItsWords()
{
    ForgetfulHub hub;
    hub.onCommit = [&hub](const ForgetfulHub::Sent &sent) {
        hub.add(sent.words, true);
        hub.add(sent.words, false);
        return Cut;
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, hub.commits.at(1).id);
    QCOMPARE(writesOf(hub.server), 1);
}

// The Hub, or a hook of it, has words of its own.
void TestDoubts::commitInOtherWords()
{
    ForgetfulHub hub;
    hub.onCommit = [&hub](const ForgetfulHub::Sent &sent) {
        hub.add(u"[checked] "_s + sent.words, true);
        hub.add(u"Something else"_s, true);
        return Cut;
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, hub.commits.at(1).id);
    QCOMPARE(writesOf(hub.server), 1);
}

// Ours did not arrive and somebody else's did: not sent again.
void TestDoubts::commitOntoAMovedBranch()
{
    ForgetfulHub hub;
    hub.onCommit = [&hub](const ForgetfulHub::Sent &) {
        hub.add(u"Something else"_s, false);
        return Cut;
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY(!made);
    QVERIFY(made.error().mayHaveHappened);
    QCOMPARE(writesOf(hub.server), 1);
}

void TestDoubts::seeOther_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<bool>("isDone");
    for (const char *location : {"/login", "http://127.0.0.1:1/login"}) {
        QTest::addRow("%s, not done", location) << QByteArray(location) << false;
        QTest::addRow("%s, done", location) << QByteArray(location) << true;
    }
}

// A page to look at is no proof.
void TestDoubts::seeOther()
{
    QFETCH(QByteArray, location);
    QFETCH(bool, isDone);
    bool isSent = false;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "GET"_ba)
            return isSent && isDone ? missing() : info(u"o/r"_s);
        isSent = true;
        return support::redirect("303", location);
    });
    Rig rig(server.origin());
    const auto gone = wait(rig.client->deleteRepo(model(u"o/r"_s)), rig.clock);
    QCOMPARE(gone.has_value(), isDone);
    if (isDone)
        return;
    QCOMPARE(gone.error().kind, ErrorKind::Protocol);
    QCOMPARE(gone.error().httpStatus, 303);
    QVERIFY(gone.error().mayHaveHappened);
}

// The one write whose answer is a page; of this Hub, that is.
void TestDoubts::access()
{
    QByteArray location = "/o/r"_ba;
    bool isOpen = false;
    RawServer server([&](const RawRequest &request) {
        if (request.verb != "GET"_ba)
            return answer("303 See Other",
                          "Location: " + location + "\r\nContent-Type: text/html\r\n", "<p>");
        return isOpen ? answer("200 OK", "", "OK")
                      : answer("403 Forbidden", "X-Error-Code: GatedRepo\r\n", "");
    });
    Rig rig(server.origin());
    QVERIFY(wait(rig.client->askAccess(model(u"o/r"_s)), rig.clock));
    QCOMPARE(server.seen.size(), 1);
    location = "http://127.0.0.1:1/login"_ba;
    QVERIFY(!wait(rig.client->askAccess(model(u"o/r"_s)), rig.clock));
    isOpen = true;
    QVERIFY(wait(rig.client->askAccess(model(u"o/r"_s)), rig.clock));
}

// What could not be read beforehand proves nothing afterwards.
void TestDoubts::creationOfAnUnknownState()
{
    int asked = 0;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "POST"_ba)
            return Cut;
        return ++asked <= 5 ? answer("500 Oops", "", "x") : info(u"o/r"_s);
    });
    Rig rig(server.origin());
    const auto made = wait(rig.client->createRepo(newRepo(model(u"o/r"_s))), rig.clock);
    QVERIFY(!made);
    QVERIFY(made.error().mayHaveHappened);
    QCOMPARE(writesOf(server), 1);
}

void TestDoubts::creationForTheOwnAccount()
{
    bool isMade = false;
    RawServer server([&](const RawRequest &request) {
        if (request.target.endsWith("/whoami-v2"))
            return json(QJsonObject{{u"name"_s, u"me"_s}, {u"type"_s, u"user"_s}});
        if (request.verb == "POST"_ba) {
            isMade = true;
            return Cut;
        }
        return isMade && request.target == "/api/models/me/thing"_ba ? info(u"me/thing"_s)
                                                                     : missing();
    });
    Rig rig(server.origin());
    const auto made = wait(rig.client->createRepo(newRepo(model(u"thing"_s))), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QCOMPARE(made->repo, model(u"me/thing"_s));
    QCOMPARE(made->url.toLatin1(), server.origin() + "/me/thing");
    QCOMPARE(writesOf(server), 1);
}

// Without a name there is nothing to look at, and so nothing is sent again.
void TestDoubts::creationForNobodyKnown()
{
    RawServer server(
        [](const RawRequest &request) { return request.verb == "POST"_ba ? Cut : missing(); });
    Rig rig(server.origin());
    const auto made = wait(rig.client->createRepo(newRepo(model(u"thing"_s))), rig.clock);
    QCOMPARE(made.error().kind, ErrorKind::ConnectionLost);
    QVERIFY(made.error().mayHaveHappened);
    QCOMPARE(writesOf(server), 1);
}

void TestDoubts::creationInTheQueue()
{
    int refusals = 2;
    RawServer server([&](const RawRequest &request) {
        if (request.verb != "POST"_ba)
            return missing();
        if (refusals-- > 0)
            return refusal("409 Conflict"_ba,
                           u"Cannot create repo: another conflicting operation is in progress"_s);
        return json(QJsonObject{{u"url"_s, u"http://h/o/r"_s}});
    });
    Rig rig(server.origin());
    const auto made = wait(rig.client->createRepo(newRepo(model(u"o/r"_s))), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QCOMPARE(writesOf(server), 3);
    refusals = 100;
    const auto refused = wait(rig.client->createRepo(newRepo(model(u"o/r"_s))), rig.clock);
    QCOMPARE(refused.error().httpStatus, 409);
    QVERIFY(!refused.error().mayHaveHappened);
}

void TestDoubts::creationThatIsWelcome_data()
{
    QTest::addColumn<QByteArray>("status");
    for (const char *status : {"401 Unauthorized", "402 Payment Required", "403 Forbidden"})
        QTest::newRow(status) << QByteArray(status);
}

void TestDoubts::creationThatIsWelcome()
{
    QFETCH(QByteArray, status);
    bool isThere = true;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "POST"_ba)
            return refusal(status, u"no right to create in this namespace"_s);
        return isThere ? info(u"o/r"_s) : missing();
    });
    Rig rig(server.origin());
    hub::NewRepo wanted = newRepo(model(u"o/r"_s));
    QCOMPARE(wait(rig.client->createRepo(wanted), rig.clock).error().httpStatus,
             status.left(3).toInt());
    wanted.existing = hub::NewRepo::Existing::Accept;
    const auto made = wait(rig.client->createRepo(wanted), rig.clock);
    QVERIFY(made);
    QCOMPARE(made->repo, wanted.repo);
    isThere = false;
    QCOMPARE(wait(rig.client->createRepo(wanted), rig.clock).error().httpStatus,
             status.left(3).toInt());
}

void TestDoubts::moveOfTheCaseAlone()
{
    QString name = u"o/foo"_s;
    bool isMoving = false;
    RawServer server([&](const RawRequest &request) {
        if (request.verb != "POST"_ba)
            return info(name);
        if (isMoving)
            name = u"o/Foo"_s;
        return Cut;
    });
    Rig rig(server.origin());
    const auto left = wait(rig.client->moveRepo(model(u"o/foo"_s), model(u"o/Foo"_s)), rig.clock);
    QVERIFY(!left);
    QVERIFY(left.error().mayHaveHappened);
    isMoving = true;
    QVERIFY(wait(rig.client->moveRepo(model(u"o/foo"_s), model(u"o/Foo"_s)), rig.clock));
}

void TestDoubts::moveWithoutRedirects()
{
    QString name = u"o/foo"_s;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "POST"_ba) {
            name = u"o/bar"_s;
            return Cut;
        }
        return request.target.endsWith(name.toLatin1()) ? info(name) : missing();
    });
    Rig rig(server.origin());
    QVERIFY(wait(rig.client->moveRepo(model(u"o/foo"_s), model(u"o/bar"_s)), rig.clock));
    QCOMPARE(writesOf(server), 1);
    // Neither was there before, so that the new one proves nothing.
    QVERIFY(!wait(rig.client->moveRepo(model(u"o/other"_s), model(u"o/bar"_s)), rig.clock));
}

// The first request gets lost on its way, so that the branch is still there, under its short name.
void TestDoubts::branchByItsFullName()
{
    QJsonArray branches{QJsonObject{{u"name"_s, u"x"_s}, {u"ref"_s, u"refs/heads/x"_s}}};
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "GET"_ba)
            return json(QJsonObject{{u"branches"_s, branches}, {u"tags"_s, QJsonArray()}});
        if (writesOf(server) == 1)
            return Cut;
        branches = {};
        return json(QJsonObject());
    });
    Rig rig(server.origin());
    const auto gone = wait(rig.client->deleteBranch(model(u"o/r"_s), u"refs/heads/x"_s), rig.clock);
    QVERIFY2(gone, qPrintable(gone ? QString() : gone.error().detail));
    QVERIFY(branches.isEmpty());
}

void TestDoubts::successThatIsNone_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<bool>("isDone");
    const QByteArray type = "Content-Type: application/json\r\n";
    const auto ok = [](const QByteArray &headers, const QByteArray &body) {
        return answer("200 OK", headers, body);
    };
    QTest::newRow("an error") << ok(type, R"({"error":"You are not allowed to do that"})") << false;
    QTest::newRow("no success") << ok(type, R"({"success":false})") << false;
    QTest::newRow("a page") << ok({}, "\n<!DOCTYPE html><p>log in") << false;
    QTest::newRow("a page as text") << ok("Content-Type: text/plain\r\n", "<html>") << false;
    QTest::newRow("a page in XHTML") << ok("Content-Type: application/xhtml+xml\r\n", "x") << false;
    QTest::newRow("cut JSON") << ok(type, R"({"id":"o)") << false;
    QTest::newRow("OK") << ok("Content-Type: text/plain\r\n", "OK") << true;
    QTest::newRow("no error") << ok(type, R"({"error":null,"success":true})") << true;
    QTest::newRow("a word") << ok(type, R"("OK")") << true;
}

// The repo is still there, so that only a plain success is believed.
void TestDoubts::successThatIsNone()
{
    QFETCH(QByteArray, said);
    QFETCH(bool, isDone);
    RawServer server([&](const RawRequest &request) {
        return request.verb == "GET"_ba ? info(u"o/r"_s) : said;
    });
    Rig rig(server.origin());
    const auto gone = wait(rig.client->deleteRepo(model(u"o/r"_s)), rig.clock);
    QCOMPARE(gone.has_value(), isDone);
    if (!isDone)
        QVERIFY(gone.error().mayHaveHappened);
}

// The second try is refused, and the first may be the reason.
void TestDoubts::doubtStays()
{
    int tries = 0;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "GET"_ba)
            return json(QJsonObject{{u"branches"_s, QJsonArray()}, {u"tags"_s, QJsonArray()}});
        return ++tries == 1 ? Cut : refusal("403 Forbidden"_ba, u"no right"_s);
    });
    Rig rig(server.origin());
    const auto made = wait(rig.client->createBranch(model(u"o/r"_s), u"b"_s), rig.clock);
    QCOMPARE(made.error().kind, ErrorKind::Forbidden);
    QVERIFY(made.error().mayHaveHappened);
}

void TestDoubts::pauseOfARefusal_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<bool>("isWaitedFor");
    QTest::newRow("a minute") << 60 << true;
    QTest::newRow("an hour") << 3600 << false;
}

// A Hub that wants to be left alone for a while is not asked what became of it before.
void TestDoubts::pauseOfARefusal()
{
    QFETCH(int, seconds);
    QFETCH(bool, isWaitedFor);
    Rig *current = nullptr;
    QList<core::Clock::Duration> times;
    RawServer server([&](const RawRequest &request) {
        times.append(current->clock.monotonic());
        if (request.verb == "GET"_ba)
            return json(QJsonObject{{u"branches"_s, QJsonArray()}, {u"tags"_s, QJsonArray()}});
        return answer("503 Busy", "Retry-After: " + QByteArray::number(seconds) + "\r\n", "");
    });
    Rig rig(server.origin());
    current = &rig;
    const auto made = wait(rig.client->createBranch(model(u"o/r"_s), u"b"_s), rig.clock);
    QVERIFY(made.error().mayHaveHappened);
    QCOMPARE(server.seen.last().verb == "GET"_ba, isWaitedFor);
    for (qsizetype i = 1; i < times.size(); ++i) {
        if (server.seen[i - 1].verb != "GET"_ba)
            QVERIFY(times[i] - times[i - 1] >= std::chrono::seconds(seconds));
    }
}

// After the doubt nobody answers for most of a minute.
void TestDoubts::hubIsAway()
{
    ForgetfulHub hub;
    Rig rig(hub.server.origin());
    std::optional<core::Clock::Duration> since;
    hub.onCommit = [&](const ForgetfulHub::Sent &sent) {
        hub.accept(sent);
        since = rig.clock.monotonic();
        return Cut;
    };
    hub.isAway = [&] { return since && rig.clock.monotonic() - *since < 50s; };
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, hub.commits.first().id);
    QCOMPARE(hub.commits.size(), 2);
}

// Others went on while the answer got lost, for more than a page of the history.
void TestDoubts::commitBelowManyOthers()
{
    ForgetfulHub hub;
    hub.pageLength = 50;
    QString id;
    hub.onCommit = [&](const ForgetfulHub::Sent &sent) {
        hub.accept(sent);
        id = hub.commits.first().id;
        for (int i = 0; i < 120; ++i)
            hub.add(u"Other %1"_s.arg(i), true);
        return Cut;
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, id);
}

void TestDoubts::cancelOfACommit_data()
{
    QTest::addColumn<QByteArray>("stopAt"); // what is being asked when it is cancelled
    QTest::addColumn<bool>("mayHaveHappened");
    QTest::newRow("before") << "/revision/"_ba << false;
    QTest::newRow("under way") << "/commit/"_ba << true;
    QTest::newRow("in doubt") << "/commits/"_ba << true;
}

void TestDoubts::cancelOfACommit()
{
    QFETCH(QByteArray, stopAt);
    QFETCH(bool, mayHaveHappened);
    RawServer server([&](const RawRequest &request) {
        if (request.target.contains(stopAt))
            return Silence;
        return request.verb == "POST"_ba ? Cut : info(u"o/r"_s);
    });
    Rig rig(server.origin());
    auto *call = rig.client->commit(model(u"o/r"_s), u"main"_s, ours());
    std::optional<core::Result<hub::CommitResult>> result;
    call->onDone(this, [&](const core::Result<hub::CommitResult> &end) { result = end; });
    QVERIFY(QTest::qWaitFor([&] {
        if (rig.clock.waiting() > 0)
            rig.clock.advanceToNext();
        return !server.seen.isEmpty() && server.seen.last().target.contains(stopAt);
    }));
    call->cancel();
    QTRY_VERIFY(result);
    QCOMPARE(result->error().kind, ErrorKind::Cancelled);
    QCOMPARE(result->error().mayHaveHappened, mayHaveHappened);
    QVERIFY2(result->error().url.contains("/commit"_L1), qPrintable(result->error().url));
    // Nothing is asked any more on behalf of it.
    const qsizetype seen = server.seen.size();
    QTest::qWait(30);
    while (rig.clock.advanceToNext()) { }
    QTest::qWait(30);
    QCOMPARE(server.seen.size(), seen);
}

// One limit for the whole, looks at the state and repeats included.
void TestDoubts::limitOfAChange()
{
    RawServer server(
        [](const RawRequest &request) { return request.verb == "POST"_ba ? Cut : missing(); });
    Rig rig(server.origin());
    hub::Options options;
    options.limit = 4s;
    const auto begin = rig.clock.monotonic();
    std::optional<core::Result<hub::CreatedRepo>> result;
    rig.client->createRepo(newRepo(model(u"o/r"_s)), options)
        ->onDone(this, [&](const core::Result<hub::CreatedRepo> &end) { result = end; });
    QVERIFY(QTest::qWaitFor([&] {
        if (!result)
            rig.clock.advance(50ms);
        return result.has_value();
    }));
    QVERIFY(rig.clock.monotonic() - begin <= 4100ms);
    QCOMPARE(result->error().kind, ErrorKind::Timeout);
    QVERIFY(result->error().mayHaveHappened);
}

// What the caller says about silence counts for changes too.
void TestDoubts::silenceOfAChange()
{
    RawServer server([](const RawRequest &request) {
        return request.verb == "PUT"_ba ? Silence : info(u"o/r"_s);
    });
    Rig rig(server.origin());
    hub::Options options;
    options.silence = 150ms;
    hub::RepoSettings settings;
    settings.visibility = hub::Visibility::Private;
    const auto changed =
        wait(rig.client->changeSettings(model(u"o/r"_s), settings, options), rig.clock);
    QCOMPARE(changed.error().kind, ErrorKind::Timeout);
    QVERIFY(changed.error().mayHaveHappened);
}

// A protected space looks like a public one.
void TestDoubts::protectedCannotBeSeen()
{
    RawServer server(
        [](const RawRequest &request) { return request.verb == "PUT"_ba ? Cut : info(u"o/r"_s); });
    Rig rig(server.origin());
    const auto space = *core::RepoId::make(core::RepoType::Space, u"o/r"_s);
    for (const auto visibility : {hub::Visibility::Protected, hub::Visibility::Public}) {
        hub::RepoSettings settings;
        settings.visibility = visibility;
        const auto changed = wait(rig.client->changeSettings(space, settings), rig.clock);
        QVERIFY(!changed);
        QVERIFY(changed.error().mayHaveHappened);
    }
}

// An old name that leads to another repo is no repo of that name, whatever the Hub's words are.
void TestDoubts::creationUnderAnOldName()
{
    QByteArray reply = Cut;
    RawServer server([&](const RawRequest &request) {
        if (request.verb == "POST"_ba)
            return reply;
        return request.target.endsWith("/o/old")
            ? support::redirect("307 Temporary Redirect", "/api/models/o/new")
            : info(u"o/new"_s);
    });
    Rig rig(server.origin());
    hub::NewRepo wanted = newRepo(model(u"o/old"_s));
    wanted.existing = hub::NewRepo::Existing::Accept;
    const auto lost = wait(rig.client->createRepo(wanted), rig.clock);
    QVERIFY(!lost);
    QVERIFY(lost.error().mayHaveHappened);
    reply = refusal("402 Payment Required"_ba, u"You have already used up your storage"_s);
    QCOMPARE(wait(rig.client->createRepo(wanted), rig.clock).error().httpStatus, 402);
}

QTEST_GUILESS_MAIN(TestDoubts)
#include "doubts.moc"
