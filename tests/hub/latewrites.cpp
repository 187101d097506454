#include <QTest>

#include "hub/forgetfulhub.h"
#include "hub/lowcalls.h"
#include "hub/rig.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using support::answer;
using support::Cut;
using support::ForgetfulHub;
using support::info;
using support::json;
using support::missing;
using support::model;
using support::ours;
using support::RawRequest;
using support::RawServer;
using support::refusal;
using support::wait;
using support::writesOf;
using Rig = support::RawRig;
using Sent = support::ForgetfulHub::Sent;

namespace {

const QString Moved = u"The branch was updated since you opened this page."_s;

QByteArray gaveUp()
{
    return answer("504 Gateway Time-out", "Content-Type: text/html\r\n", "<p>");
}

QByteArray madeCommit(const QString &id)
{
    return json(QJsonObject{{u"commitOid"_s, id}, {u"success"_s, true}});
}

} // namespace

// Writes that the Hub gets to long after we gave them up, and others' in between.
class TestLateWrites : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void commitThatLandsLate_data();
    void commitThatLandsLate();
    void parentOfTheCaller();
    void overtaken();
    void overtakenForEver();
    void deletions_data();
    void deletions();
    void sentTwiceOnTheWay();
    void refilledFolder();
    void namedTwice();
    void earlyRefusal();
};

void TestLateWrites::commitThatLandsLate_data()
{
    QTest::addColumn<bool>("isBeforeTheSecond");
    QTest::newRow("before the second is looked at") << true;
    QTest::newRow("after the second was made") << false;
}

// The first is still under way when we have looked in vain and send it again: one commit all the
// same, since both name what they are on top of.
void TestLateWrites::commitThatLandsLate()
{
    QFETCH(bool, isBeforeTheSecond);
    ForgetfulHub hub;
    std::optional<Sent> late;
    hub.onCommit = [&](const Sent &sent) {
        if (!late) {
            late = sent;
            return gaveUp();
        }
        if (isBeforeTheSecond)
            hub.accept(*late);
        const QByteArray reply = hub.accept(sent) ? madeCommit(hub.commits.first().id)
                                                  : refusal("412 Precondition Failed"_ba, Moved);
        if (!isBeforeTheSecond)
            hub.accept(*late);
        return reply;
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QCOMPARE(hub.commits.size(), 2);
    QCOMPARE(made->commit, hub.commits.first().id);
    QCOMPARE(writesOf(hub.server), 2);
}

// What the caller wants to be on top of stays, whatever was found since.
void TestLateWrites::parentOfTheCaller()
{
    ForgetfulHub hub;
    QStringList parents;
    hub.onCommit = [&](const Sent &sent) {
        parents.append(sent.parent);
        return parents.size() == 1 ? Cut : refusal("412 Precondition Failed"_ba, Moved);
    };
    hub::NewCommit wanted = ours();
    wanted.parentCommit = QString(40, u'e');
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock);
    QVERIFY(!made);
    QVERIFY(parents.size() > 1);
    QCOMPARE(parents, QStringList(parents.size(), wanted.parentCommit));

    // Refused at once, it is not asked again: the caller said what it must be on top of.
    parents = {QString()};
    const auto refused = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock);
    QCOMPARE(refused.error().httpStatus, 412);
    QVERIFY(!refused.error().mayHaveHappened);
    QCOMPARE(parents.size(), 2);
}

// Somebody else commits between our look and our commit, and we said nothing of what to be on.
void TestLateWrites::overtaken()
{
    ForgetfulHub hub;
    bool isFirst = true;
    hub.onCommit = [&](const Sent &sent) {
        if (std::exchange(isFirst, false))
            hub.add(u"Something else"_s, false);
        return hub.accept(sent) ? madeCommit(hub.commits.first().id)
                                : refusal("412 Precondition Failed"_ba, Moved);
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().serverMessage));
    QCOMPARE(hub.commits.size(), 3);
    QCOMPARE(made->commit, hub.commits.first().id);
    QCOMPARE(writesOf(hub.server), 2);
}

void TestLateWrites::overtakenForEver()
{
    ForgetfulHub hub;
    hub.onCommit = [](const Sent &) { return refusal("412 Precondition Failed"_ba, Moved); };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QCOMPARE(made.error().httpStatus, 412);
    QVERIFY(!made.error().mayHaveHappened);
    QVERIFY(writesOf(hub.server) <= 5);
}

void TestLateWrites::deletions_data()
{
    QTest::addColumn<QByteArray>("before"); // what is said of the repo
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<bool>("isProof");
    const QByteArray there = info(u"o/r"_s);
    const QByteArray guest = answer("401 Unauthorized", "X-Error-Code: RepoNotFound\r\n", "");
    QTest::newRow("gone") << there << missing() << true;
    QTest::newRow("never seen") << missing() << missing() << false;
    QTest::newRow("never answered") << refusal("403 Forbidden"_ba, u"no"_s) << missing() << false;
    QTest::newRow("not for guests") << there << guest << false;
    QTest::newRow("bad token") << there << refusal("401 Unauthorized"_ba, u"Invalid"_s) << false;
    QTest::newRow("a 404 of somebody") << there << answer("404 Not Found", "", "") << false;
    QTest::newRow("a page") << there
                            << answer("404 Not Found", "Content-Type: text/html\r\n", "<p>")
                            << false;
    QTest::newRow("still there") << there << there << false;
}

// An answer that proves nothing does not make "it is deleted" of "the connection broke".
void TestLateWrites::deletions()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(bool, isProof);
    bool isSent = false;
    RawServer server([&](const RawRequest &request) {
        if (request.verb != "DELETE"_ba)
            return isSent ? after : before;
        isSent = true;
        return Cut;
    });
    Rig rig(server.origin());
    const auto gone = wait(rig.client->deleteRepo(model(u"o/r"_s)), rig.clock);
    QCOMPARE(gone.has_value(), isProof);
    if (!isProof)
        QVERIFY(gone.error().mayHaveHappened);
}

// Something on the way repeats the request: the second meets the first, and the answer is a 412.
void TestLateWrites::sentTwiceOnTheWay()
{
    ForgetfulHub hub;
    int sent = 0;
    hub.onCommit = [&](const Sent &commit) {
        ++sent;
        hub.accept(commit);
        return refusal("412 Precondition Failed"_ba, Moved);
    };
    Rig rig(hub.server.origin());
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, ours()), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, hub.commits.first().id);
    QCOMPARE(sent, 1);
    QCOMPARE(hub.commits.size(), 2);
}

// A folder is emptied and filled anew by one commit, so it is there afterwards.
void TestLateWrites::refilledFolder()
{
    ForgetfulHub hub;
    hub.isInFolder = true;
    Rig rig(hub.server.origin());
    hub::NewCommit wanted = ours();
    wanted.files = {{u"dir/a.txt"_s, "hello"_ba}};
    wanted.deletedFolders = {u"dir"_s};
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock);
    QVERIFY2(made, qPrintable(made ? QString() : made.error().detail));
    QCOMPARE(made->commit, hub.commits.first().id);
}

void TestLateWrites::namedTwice()
{
    ForgetfulHub hub;
    Rig rig(hub.server.origin());
    hub::NewCommit wanted = ours();
    wanted.deletedFiles = {u"a.txt"_s};
    QCOMPARE(wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock).error().kind,
             ErrorKind::BadInput);
    wanted = ours();
    wanted.files.append(wanted.files.first());
    QCOMPARE(wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock).error().kind,
             ErrorKind::BadInput);
    QVERIFY(hub.server.seen.isEmpty());
}

// A server that says "too large" after the first bytes, and closes: the answer may be lost with the
// connection, but the upload is not repeated again and again, and the error tells how far it came.
void TestLateWrites::earlyRefusal()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    int uploads = 0;
    connect(&server, &QTcpServer::newConnection, this, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, &uploads] {
            const QByteArray bytes = socket->peek(64 * 1024);
            if (bytes.startsWith("GET") && bytes.contains("/commits/")) {
                socket->write(json(QJsonArray{QJsonObject{{u"id"_s, QString(40, u'a')}}}));
                return socket->disconnectFromHost();
            }
            if (bytes.startsWith("GET")) {
                socket->write(info(u"o/r"_s));
                return socket->disconnectFromHost();
            }
            if (bytes.size() < 64 * 1024 || !bytes.startsWith("POST"))
                return;
            ++uploads;
            socket->write(refusal("413 Payload Too Large"_ba, u"too large"_s));
            socket->flush();
            socket->abort(); // with unread bytes: a reset
        });
    });
    hub::NewCommit wanted = ours();
    wanted.files = {{u"a.bin"_s, QByteArray(20'000'000, 'x')}};
    Rig rig("http://127.0.0.1:" + QByteArray::number(server.serverPort()));
    const auto made = wait(rig.client->commit(model(u"o/r"_s), u"main"_s, wanted), rig.clock);
    QVERIFY(!made);
    QVERIFY2(uploads <= 2, qPrintable(QString::number(uploads)));
    if (made.error().httpStatus == 413)
        return;
    QCOMPARE(made.error().kind, ErrorKind::ConnectionLost);
    QVERIFY2(made.error().detail.contains("of 26666"_L1), qPrintable(made.error().detail));
}

QTEST_GUILESS_MAIN(TestLateWrites)
#include "latewrites.moc"
