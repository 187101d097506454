#include <QSignalSpy>
#include <QTest>

#include "hub/client.h"
#include "hub/rig.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using core::RepoType;
using demo::Origin;
using support::FaultyHub;
using support::model;
using support::Rig;
using support::wait;

namespace {

const QByteArray Writer = "hf_writer_of_this_test"_ba;
const QByteArray Reader = "hf_reader_of_this_test"_ba;

demo::DemoOptions options(const QString &prefix = {})
{
    demo::DemoOptions made;
    made.prefix = prefix;
    made.writeTokens = {QString::fromLatin1(Writer)};
    made.tokens = {QString::fromLatin1(Reader)};
    return made;
}

demo::Repo smallRepo()
{
    return support::makeRepo(u"demo-writer/tiny"_s,
                             {support::gitFile(u"README.md"_s, "# Tiny\n"_ba),
                              support::gitFile(u"a/old.txt"_s, "old"_ba)});
}

// What a client of ours, and its Hub, see of the same repo.
struct Stage {
    explicit Stage(const QString &prefix = {}, const QByteArray &token = Writer)
        : server({smallRepo()}, options(prefix))
        , rig(server, token)
    {
    }

    hub::Client &client() { return *rig.client; }
    template <typename T> core::Result<T> done(hub::Call<T> *call) { return wait(call, rig.clock); }
    QList<hub::CommitInfo> history(const QString &revision = u"main"_s)
    {
        const auto page = done(client().commits(repo, revision));
        return page ? page->commits : QList<hub::CommitInfo>();
    }
    QStringList files(const QString &revision = u"main"_s)
    {
        QStringList paths;
        const auto tree = done<hub::TreePage>(client().tree(repo, revision));
        for (const hub::TreeEntry &entry : tree ? tree->entries : QList<hub::TreeEntry>()) {
            if (entry.kind == hub::TreeEntry::Kind::File)
                paths.append(entry.path);
        }
        paths.sort();
        return paths;
    }
    qsizetype asked(const char *pattern)
    {
        return server.requests(Origin::Hub, QRegularExpression(QString::fromLatin1(pattern)))
            .size();
    }

    FaultyHub server;
    Rig rig;
    core::RepoId repo = model(u"demo-writer/tiny"_s);
};

hub::NewCommit firstCommit()
{
    hub::NewCommit commit;
    commit.summary = u"Add notes"_s;
    commit.description = u"Two of them\nand one less"_s;
    commit.files = {{u"notes/größe #1 100%+.txt"_s, "hello\n"_ba}, {u"empty"_s, {}}};
    commit.deletedFiles = {u"a/old.txt"_s};
    return commit;
}

// The ways to lose an answer after the deed.
struct Loss {
    const char *name;
    FaultyHub::Change change;
};
QList<Loss> losses()
{
    return {{"reset", FaultyHub::reset()},
            {"cut in the body", FaultyHub::cutAfter(3)},
            {"gateway gave up", FaultyHub::status(504)},
            {"a web page", FaultyHub::html()}};
}

} // namespace

// The typed writes against the demo Hub, which does what they ask, and against one that does it and
// then loses the answer.
class TestWrites : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lifeOfARepo_data();
    void lifeOfARepo();
    void commits();
    void commitsOnTopOfAParent();
    void refusesBadCommits_data();
    void refusesBadCommits();
    void pullRequest();
    void refs();
    void preupload();
    void likes();
    void asksForAccess();
    void rights();
    void answersThatGetLost_data();
    void answersThatGetLost();
    void commitThatDidNotArrive();
    void commitThatComesLate();
    void sameWordsOfSomebodyElse();
    void lostPullRequest();
    void existsAlready();
    void endsInDoubt();
    void cancelled();
};

void TestWrites::lifeOfARepo_data()
{
    QTest::addColumn<RepoType>("type");
    QTest::newRow("model") << RepoType::Model;
    QTest::newRow("dataset") << RepoType::Dataset;
    QTest::newRow("space") << RepoType::Space;
}

void TestWrites::lifeOfARepo()
{
    QFETCH(RepoType, type);
    Stage stage(u"/hf"_s);
    const core::RepoId old = *core::RepoId::make(type, u"demo-writer/new-one"_s);
    const core::RepoId moved = *core::RepoId::make(type, u"demo-writer/moved"_s);
    hub::NewRepo wanted;
    wanted.repo = old;
    wanted.visibility = hub::Visibility::Private;
    wanted.sdk = type == RepoType::Space ? u"static"_s : QString();
    const auto made = stage.done(stage.client().createRepo(wanted));
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QVERIFY(made->url.contains(u"demo-writer/new-one"_s));
    const auto info = stage.done(stage.client().info(old, {}));
    QVERIFY(info && info->summary.isPrivate);

    hub::RepoSettings settings;
    settings.visibility = hub::Visibility::Public;
    if (type != RepoType::Space)
        settings.gated = hub::GatedMode::Manual;
    QVERIFY(stage.done(stage.client().changeSettings(old, settings)));
    const auto changed = stage.done(stage.client().info(old, {}));
    QVERIFY(changed && !changed->summary.isPrivate);
    QCOMPARE(changed->summary.gated == hub::GatedMode::Manual, type != RepoType::Space);

    QVERIFY(stage.done(stage.client().moveRepo(old, moved)));
    const auto followed = stage.done(stage.client().info(old, {}));
    QVERIFY(followed);
    QCOMPARE(followed->summary.repo, moved);
    QVERIFY(stage.done(stage.client().deleteRepo(moved)));
    QCOMPARE(stage.done(stage.client().info(moved, {})).error().kind, ErrorKind::RepoNotFound);
    QCOMPARE(stage.done(stage.client().deleteRepo(moved)).error().kind, ErrorKind::RepoNotFound);
}

void TestWrites::commits()
{
    Stage stage;
    const auto before = stage.history();
    const auto made = stage.done(stage.client().commit(stage.repo, u"main"_s, firstCommit()));
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    const auto after = stage.history();
    QCOMPARE(after.size(), before.size() + 1);
    QCOMPARE(after.first().id, made->commit);
    QCOMPARE(after.first().title, firstCommit().summary);
    QCOMPARE(after.first().message, firstCommit().description);
    QCOMPARE(stage.files(),
             (QStringList{u"README.md"_s, u"empty"_s, u"notes/größe #1 100%+.txt"_s}));
    hub::NewCommit less;
    less.summary = u"Remove notes\nall of them"_s;
    less.description = u"why"_s;
    less.deletedFolders = {u"notes"_s};
    QVERIFY(stage.done(stage.client().commit(stage.repo, u"main"_s, less)));
    QCOMPARE(stage.files(), (QStringList{u"README.md"_s, u"empty"_s}));
    QCOMPARE(stage.history().first().title, u"Remove notes"_s);
    QCOMPARE(stage.history().first().message, u"all of them\n\nwhy"_s);
}

void TestWrites::commitsOnTopOfAParent()
{
    Stage stage;
    const QString head = stage.history().first().id;
    hub::NewCommit commit = firstCommit();
    commit.parentCommit = head;
    QVERIFY(stage.done(stage.client().commit(stage.repo, u"main"_s, commit)));
    commit.files = {{u"more"_s, "more"_ba}};
    commit.deletedFiles.clear();
    const auto late = stage.done(stage.client().commit(stage.repo, u"main"_s, commit));
    QCOMPARE(late.error().httpStatus, 412);
    QVERIFY(!late.error().mayHaveHappened);
    QCOMPARE(stage.asked("/commit/main"), 2);
}

void TestWrites::refusesBadCommits_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("summary");
    QTest::newRow("no summary") << u"a"_s << u" "_s;
    for (const char *path : {"", "..", "../x", "/x", "a//b", ".git/config", "a/.cache/b", "a\\b",
                             "a/../../b", "C:/x", "con\x01"})
        QTest::addRow("path %s", path) << QString::fromLatin1(path) << u"s"_s;
}

void TestWrites::refusesBadCommits()
{
    QFETCH(QString, path);
    QFETCH(QString, summary);
    Stage stage;
    hub::NewCommit commit;
    commit.summary = summary;
    commit.files = {{path, "x"_ba}};
    QVERIFY(!stage.done(stage.client().commit(stage.repo, u"main"_s, commit)));
    QVERIFY(stage.server.requests().isEmpty());
}

void TestWrites::pullRequest()
{
    Stage stage;
    hub::NewCommit commit = firstCommit();
    commit.as = hub::NewCommit::As::PullRequest;
    const auto made = stage.done(stage.client().commit(stage.repo, u"main"_s, commit));
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QVERIFY(made->pullRequest.has_value());
    const auto refs = stage.done(stage.client().refs(stage.repo));
    QVERIFY(refs);
    QCOMPARE(refs->pullRequests.size(), 1);
    QCOMPARE(refs->pullRequests.first().ref, u"refs/pr/%1"_s.arg(*made->pullRequest));
    QVERIFY(stage.files(refs->pullRequests.first().ref).contains(u"empty"_s));
    QVERIFY(!stage.files().contains(u"empty"_s));
}

void TestWrites::refs()
{
    Stage stage;
    const QString branch = u"feature/ü#1"_s;
    QVERIFY(stage.done(stage.client().createBranch(stage.repo, branch)));
    QVERIFY(stage.done(stage.client().commit(stage.repo, branch, firstCommit())));
    QVERIFY(stage.done(stage.client().createTag(stage.repo, u"v1.0"_s, branch, u"the first"_s)));
    auto refs = stage.done(stage.client().refs(stage.repo));
    QVERIFY(refs);
    QCOMPARE(refs->branches.size(), 2);
    QCOMPARE(refs->tags.size(), 1);
    QCOMPARE(refs->tags.first().name, u"v1.0"_s);
    QCOMPARE(refs->tags.first().commit, stage.history(branch).first().id);
    QCOMPARE(stage.done(stage.client().createBranch(stage.repo, branch)).error().httpStatus, 409);
    QCOMPARE(
        stage.done(stage.client().createTag(stage.repo, u"v1.0"_s, u"main"_s)).error().httpStatus,
        409);
    QVERIFY(stage.done(stage.client().deleteTag(stage.repo, u"v1.0"_s)));
    QVERIFY(stage.done(stage.client().deleteBranch(stage.repo, branch)));
    refs = stage.done(stage.client().refs(stage.repo));
    QCOMPARE(refs->branches.size(), 1);
    QCOMPARE(refs->tags.size(), 0);
    QVERIFY(!stage.done(stage.client().deleteBranch(stage.repo, branch)));
}

void TestWrites::preupload()
{
    Stage stage;
    const auto modes = stage.done(stage.client().preupload(
        stage.repo, u"main"_s,
        {{u"text.md"_s, 5, "hello"_ba}, {u"big.bin"_s, 50'000'000, QByteArray(512, '\0')}}));
    QVERIFY(modes);
    QCOMPARE(modes->size(), 2);
    QCOMPARE(modes->at(0).mode, hub::UploadMode::Mode::Regular);
    QCOMPARE(modes->at(1).mode, hub::UploadMode::Mode::Lfs);
    QVERIFY(!stage.done(stage.client().preupload(
        stage.repo, u"main"_s, QList<hub::FileSample>(251, {u"a"_s, 1, "a"_ba}))));
}

void TestWrites::likes()
{
    Stage stage;
    QVERIFY(stage.done(stage.client().like(stage.repo)));
    auto liked = stage.done(stage.client().likesOf(u"demo-writer"_s));
    QVERIFY(liked);
    QCOMPARE(liked->size(), 1);
    QCOMPARE(liked->first().repo, stage.repo);
    const auto likers = stage.done(stage.client().likers(stage.repo));
    QVERIFY(likers);
    QCOMPARE(likers->size(), 1);
    QCOMPARE(likers->first().name, u"demo-writer"_s);
    QVERIFY(stage.done(stage.client().unlike(stage.repo)));
    liked = stage.done(stage.client().likesOf(u"demo-writer"_s));
    QVERIFY(liked && liked->isEmpty());
}

void TestWrites::asksForAccess()
{
    Stage stage({}, Reader);
    demo::Repo gated = smallRepo();
    gated.access = demo::Access::GatedAutomatic;
    stage.server.setRepo(gated);
    QCOMPARE(stage.done(stage.client().authCheck(stage.repo)).error().kind, ErrorKind::Gated);
    QVERIFY(stage.done(stage.client().askAccess(stage.repo, {{u"Full name"_s, u"Ü & Co"_s}})));
    QVERIFY(stage.done(stage.client().authCheck(stage.repo)));
}

void TestWrites::rights()
{
    Stage guest({}, {});
    QVERIFY(!guest.done(guest.client().commit(guest.repo, u"main"_s, firstCommit())));
    Stage reader({}, Reader);
    const auto refused = reader.done(reader.client().commit(reader.repo, u"main"_s, firstCommit()));
    QCOMPARE(refused.error().kind, ErrorKind::Forbidden);
    QVERIFY(refused.error().serverMessage.contains(u"permissions"_s));
    QCOMPARE(reader.done(reader.client().deleteRepo(reader.repo)).error().kind,
             ErrorKind::Forbidden);
    QCOMPARE(reader.history().size(), 1);
    // One call may speak for somebody else.
    hub::Options options;
    options.token = core::Secret(Writer);
    QVERIFY(reader.done(reader.client().commit(reader.repo, u"main"_s, firstCommit(), options)));
}

void TestWrites::answersThatGetLost_data()
{
    QTest::addColumn<int>("loss");
    QTest::addColumn<QByteArray>("what");
    const QList<Loss> all = losses();
    for (int i = 0; i < all.size(); ++i) {
        for (const char *what : {"commit", "create", "delete", "move", "settings", "branch",
                                 "unbranch", "tag", "untag", "like", "unlike"})
            QTest::addRow("%s, %s", what, all[i].name) << i << QByteArray(what);
    }
}

// The Hub does it and the answer is lost: done once, and said to be done.
void TestWrites::answersThatGetLost()
{
    QFETCH(int, loss);
    QFETCH(QByteArray, what);
    Stage stage;
    hub::Client &client = stage.client();
    const core::RepoId other = model(u"demo-writer/other"_s);
    if (what == "unbranch"_ba)
        QVERIFY(stage.done(client.createBranch(stage.repo, u"b"_s)));
    if (what == "untag"_ba)
        QVERIFY(stage.done(client.createTag(stage.repo, u"t"_s, u"main"_s)));
    const auto before = stage.history();
    stage.server.clearRequests();
    const QRegularExpression write(u"/commit/|/repos/|/settings|/branch/|/tag/|/like"_s);
    stage.server.addRule(Origin::Hub, write, losses()[loss].change, 1);
    std::optional<core::Error> error;
    const auto run = [&](auto *call) {
        const auto result = stage.done(call);
        if (!result)
            error = result.error();
    };
    if (what == "commit"_ba)
        run(client.commit(stage.repo, u"main"_s, firstCommit()));
    else if (what == "create"_ba)
        run(client.createRepo({.repo = other, .visibility = {}, .sdk = {}, .license = {}}));
    else if (what == "delete"_ba)
        run(client.deleteRepo(stage.repo));
    else if (what == "move"_ba)
        run(client.moveRepo(stage.repo, other));
    else if (what == "settings"_ba)
        run(client.changeSettings(
            stage.repo,
            {.visibility = hub::Visibility::Private, .gated = {}, .discussionsDisabled = {}}));
    else if (what == "branch"_ba)
        run(client.createBranch(stage.repo, u"b"_s));
    else if (what == "unbranch"_ba)
        run(client.deleteBranch(stage.repo, u"b"_s));
    else if (what == "tag"_ba)
        run(client.createTag(stage.repo, u"t"_s, u"main"_s));
    else if (what == "untag"_ba)
        run(client.deleteTag(stage.repo, u"t"_s));
    else if (what == "like"_ba)
        run(client.like(stage.repo));
    else
        run(client.unlike(stage.repo));
    QVERIFY2(!error, qPrintable(error ? core::kindName(error->kind) + error->detail : QString()));
    int sent = 0;
    for (const support::Seen &seen : stage.server.requests())
        sent += seen.request.verb != "GET"_ba && seen.request.verb != "HEAD"_ba
            && !seen.request.target.contains("paths-info");
    // Liking twice is liking once; where the answer was only short nobody is in doubt.
    if (what.endsWith("like"_ba))
        QVERIFY(sent == 1 || sent == 2);
    else
        QCOMPARE(sent, 1);
    if (what == "commit"_ba)
        QCOMPARE(stage.history().size(), before.size() + 1);
}

// A gateway gave up before the Hub heard of it: asked for again, on top of what was looked at.
void TestWrites::commitThatDidNotArrive()
{
    Stage stage;
    const QString head = stage.history().first().id;
    // The first one is answered for another address, so that the Hub does nothing.
    hub::NewCommit commit = firstCommit();
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commit/elsewhere"_s),
                         FaultyHub::status(504));
    QVERIFY(stage.done(stage.client().createBranch(stage.repo, u"elsewhere"_s)));
    commit.deletedFiles = {u"not/there"_s}; // which the Hub refuses, unheard by us
    const auto result = stage.done(stage.client().commit(stage.repo, u"elsewhere"_s, commit));
    QVERIFY(!result);
    QVERIFY(result.error().mayHaveHappened);
    const auto requests =
        stage.server.requests(Origin::Hub, QRegularExpression(u"/commit/elsewhere"_s));
    QCOMPARE(requests.size(), 3);
    // What is sent again names the head that was looked at.
    QVERIFY(requests.last().request.body.contains(head.toLatin1()));
    QCOMPARE(stage.history(u"elsewhere"_s).size(), stage.history().size());
}

// The Hub is still at work when it is asked; it is asked again before anything is repeated.
void TestWrites::commitThatComesLate()
{
    Stage stage;
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commit/main"_s), FaultyHub::status(504),
                         1);
    // The first look still shows the old history.
    const auto old = stage.done(stage.client().commits(stage.repo, u"main"_s));
    const QByteArray page = R"([{"id":")"_ba + old->commits.first().id.toLatin1()
        + R"(","title":"Upload files","message":"","authors":[],"date":"2026-01-01T00:00:00.000Z"}])"_ba;
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commits/main"_s),
                         FaultyHub::status(200, {}, page), 2);
    const auto made = stage.done(stage.client().commit(stage.repo, u"main"_s, firstCommit()));
    QVERIFY(made);
    QCOMPARE(stage.asked("/commit/main"), 1);
    QCOMPARE(stage.history().first().id, made->commit);
}

// A commit in our words with other content is not ours.
void TestWrites::sameWordsOfSomebodyElse()
{
    Stage stage;
    hub::NewCommit theirs = firstCommit();
    theirs.files = {{u"empty"_s, "not empty"_ba}};
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commit/main"_s),
                         [](const demo::Request &request, demo::Response &response) {
                             if (request.body.contains("not empty"_ba.toBase64()))
                                 return;
                             FaultyHub::status(504)(request, response);
                         });
    QVERIFY(stage.done(stage.client().createBranch(stage.repo, u"old"_s)));
    hub::NewCommit ours = firstCommit();
    ours.parentCommit = stage.history().first().id;
    QVERIFY(stage.done(stage.client().commit(stage.repo, u"main"_s, theirs)));
    // Ours is refused with 412, of which we hear 504.
    const auto result = stage.done(stage.client().commit(stage.repo, u"main"_s, ours));
    QVERIFY(!result);
    QVERIFY(result.error().mayHaveHappened);
}

void TestWrites::lostPullRequest()
{
    for (const Loss &loss : losses()) {
        Stage stage;
        hub::NewCommit commit = firstCommit();
        commit.as = hub::NewCommit::As::PullRequest;
        QVERIFY(stage.done(stage.client().commit(stage.repo, u"main"_s, commit)));
        stage.server.addRule(Origin::Hub, QRegularExpression(u"/commit/main"_s), loss.change, 1);
        const auto made = stage.done(stage.client().commit(stage.repo, u"main"_s, commit));
        QVERIFY2(made, loss.name);
        const auto refs = stage.done(stage.client().refs(stage.repo));
        QCOMPARE(refs->pullRequests.size(), 2);
        QCOMPARE(made->commit, stage.history(u"refs/pr/%1"_s.arg(*made->pullRequest)).first().id);
        QCOMPARE(stage.asked("/commit/main"), 2);
    }
}

void TestWrites::existsAlready()
{
    Stage stage;
    hub::NewRepo wanted;
    wanted.repo = stage.repo;
    const auto refused = stage.done(stage.client().createRepo(wanted));
    QCOMPARE(refused.error().httpStatus, 409);
    wanted.existing = hub::NewRepo::Existing::Accept;
    const auto accepted = stage.done(stage.client().createRepo(wanted));
    QVERIFY(accepted);
    // One that was there before tells nothing of a lost answer.
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/repos/create"_s), FaultyHub::reset());
    wanted.existing = hub::NewRepo::Existing::Refuse;
    QVERIFY(!stage.done(stage.client().createRepo(wanted)));
}

// The Hub is gone for good after the first try: nobody knows, and that is what is said.
void TestWrites::endsInDoubt()
{
    Stage stage;
    const QString head = stage.history().first().id;
    Q_UNUSED(head);
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commit/"_s), FaultyHub::reset());
    stage.server.addRule(Origin::Hub, QRegularExpression(u"/commits/"_s), FaultyHub::reset());
    const auto result = stage.done(stage.client().commit(stage.repo, u"main"_s, firstCommit()));
    QVERIFY(!result);
    QVERIFY(result.error().mayHaveHappened);
    QCOMPARE(result.error().kind, ErrorKind::ConnectionLost);
    QCOMPARE(stage.asked("/commit/main"), 1);
}

void TestWrites::cancelled()
{
    for (const int time : {0, 1, 5, 20, 60}) {
        Stage stage;
        QPointer<hub::Call<hub::CommitResult>> call =
            stage.client().commit(stage.repo, u"main"_s, firstCommit());
        QList<core::Result<hub::CommitResult>> ends;
        call->onDone(this, [&ends](const auto &result) { ends.append(result); });
        QTest::qWait(time);
        if (call)
            call->cancel();
        QTRY_COMPARE(ends.size(), 1);
        QTest::qWait(20);
        QCOMPARE(ends.size(), 1);
        QVERIFY(ends.first() || ends.first().error().kind == ErrorKind::Cancelled);
        QVERIFY(stage.history().size() <= 2);
    }
}

QTEST_GUILESS_MAIN(TestWrites)
#include "writes.moc"
