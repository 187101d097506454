#include <QJsonArray>
#include <QJsonObject>
#include <QTest>
#include <QUrlQuery>

#include "hub/asking.h"
#include "hub/lowcalls.h"
#include "hub/rawserver.h"
#include "support/manualclock.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using hub::Client;
using hub::Options;
using support::answer;
using support::Body;
using support::CallOutcome;
using support::fit;
using support::Kind;
using support::kinds;
using support::RawRequest;
using support::RawServer;
using support::watch;
using Rig = support::RawRig;

namespace {

QByteArray bodyOf(const QByteArray &name)
{
    if (name.startsWith("postNdjson"_ba))
        return "{}\n{}\n"_ba;
    return name.contains("without"_ba) || name == "deleteResource"_ba ? ""_ba : R"({"a":1})"_ba;
}

} // namespace

Q_DECLARE_METATYPE(core::ErrorKind)

// The low-level calls, each through each way an exchange can end, on real sockets.
class TestCalls : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void succeeds_data() { addKinds(); }
    void succeeds();
    void withoutContent_data() { addKinds(); }
    void withoutContent();
    void emptyAnswers_data();
    void emptyAnswers();
    void refusals_data();
    void refusals();
    void silence_data() { addKinds(); }
    void silence();
    void limit_data() { addKinds(); }
    void limit();
    void cancelBefore_data() { addKinds(); }
    void cancelBefore();
    void cancelDuring_data() { addKinds(); }
    void cancelDuring();
    void cuts_data();
    void cuts();
    void nobodyThere_data() { addKinds(); }
    void nobodyThere();
    void redirectAtHome_data();
    void redirectAtHome();
    void redirectAway_data();
    void redirectAway();
    void seeOther_data() { addKinds(); }
    void seeOther();
    void nonsense_data();
    void nonsense();
    void tokens_data() { addKinds(); }
    void tokens();
    void parametersKeepTheirOrder_data() { addKinds(); }
    void parametersKeepTheirOrder();

private:
    static void addKinds()
    {
        QTest::addColumn<int>("index");
        const QList<Kind> all = kinds();
        for (int i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name.constData()) << i;
    }
    static Kind kind(int index) { return kinds().at(index); }
};

void TestCalls::succeeds()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    const bool isArray = kind.reads == Kind::Reads::Array;
    RawServer server([isArray](const RawRequest &request) {
        return fit(request, answer("200 OK", "", isArray ? "[1,2]"_ba : R"({"b":2})"_ba));
    });
    Rig rig(server.origin(), "/hf"_ba);
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QCOMPARE(outcome.ends, 0);
    QVERIFY(rig.run(outcome));
    QVERIFY2(!outcome.error, qPrintable(outcome.error ? outcome.error->detail : QString()));
    if (kind.reads == Kind::Reads::Json)
        QCOMPARE(outcome.value.toObject().value(u"b"_s).toInt(), 2);
    if (isArray)
        QCOMPARE(outcome.value.toArray().size(), 2);
    QCOMPARE(server.seen.size(), 1);
    const RawRequest request = server.seen.first();
    QCOMPARE(request.verb, kind.verb);
    QCOMPARE(request.target, "/hf/api/models/a/b"_ba);
    QCOMPARE(request.header("Authorization"), "Bearer " + support::Token);
    if (kind.isWrite()) {
        QCOMPARE(request.body, bodyOf(kind.name));
        QCOMPARE(request.header("Content-Length"), QByteArray::number(request.body.size()));
    }
}

void TestCalls::withoutContent()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server([](const RawRequest &) {
        return "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"_ba;
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    // Nothing is no page of a listing; everywhere else it is an answer.
    QCOMPARE(outcome.error.has_value(), kind.reads == Kind::Reads::Array);
    QVERIFY(outcome.value.isUndefined());
}

void TestCalls::emptyAnswers_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<ErrorKind>>("expected"); // none: fine
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        const Kind &kind = all[i];
        const auto row = [&](const char *how, const QByteArray &bytes, bool isFine) {
            const QList<ErrorKind> error = {ErrorKind::Protocol};
            QTest::addRow("%s, %s", kind.name.constData(), how)
                << i << bytes << (isFine ? QList<ErrorKind>() : error);
        };
        const bool isRead = !kind.isWrite() && kind.reads != Kind::Reads::Nothing;
        row("200", answer("200 OK", ""), !isRead);
        row("blank", answer("200 OK", "", kind.verb == "HEAD"_ba ? ""_ba : " \n"_ba), !isRead);
        row("a part",
            answer("206 Partial Content", "Content-Range: bytes 0-1/9\r\n",
                   kind.verb == "HEAD"_ba ? ""_ba : "{}"_ba),
            false);
    }
}

// An empty answer may be one to a write, and never to a question.
void TestCalls::emptyAnswers()
{
    QFETCH(int, index);
    QFETCH(QByteArray, bytes);
    QFETCH(QList<ErrorKind>, expected);
    const Kind kind = TestCalls::kind(index);
    RawServer server([&](const RawRequest &) { return bytes; });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.has_value(), !expected.isEmpty());
    if (expected.isEmpty())
        return;
    QCOMPARE(outcome.error->kind, expected.first());
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
}

void TestCalls::refusals_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<ErrorKind>("expected");
    struct Refusal {
        const char *status;
        const char *headers;
        ErrorKind kind;
    };
    const Refusal refusals[] = {
        {"400 Bad Request", "", ErrorKind::BadRequest},
        {"401 Unauthorized", "X-Error-Message: Invalid credentials in Authorization header\r\n",
         ErrorKind::Unauthorized},
        {"401 Unauthorized", "X-Error-Message: Invalid username or password.\r\n",
         ErrorKind::RepoNotFound},
        {"401 Unauthorized", "X-Error-Code: GatedRepo\r\n", ErrorKind::Gated},
        {"402 Payment Required", "", ErrorKind::Forbidden},
        {"403 Forbidden", "", ErrorKind::Forbidden},
        {"403 Forbidden", "X-Error-Code: GatedRepo\r\n", ErrorKind::Gated},
        {"403 Forbidden", "X-Error-Message: Access to this resource is disabled.\r\n",
         ErrorKind::Disabled},
        {"404 Not Found", "X-Error-Code: RepoNotFound\r\n", ErrorKind::RepoNotFound},
        {"404 Not Found", "X-Error-Code: RevisionNotFound\r\n", ErrorKind::RevisionNotFound},
        {"404 Not Found", "X-Error-Code: EntryNotFound\r\n", ErrorKind::EntryNotFound},
        {"408 Request Timeout", "", ErrorKind::ServerError},
        {"409 Conflict", "", ErrorKind::BadRequest},
        {"412 Precondition Failed", "", ErrorKind::BadRequest},
        {"413 Too Large", "", ErrorKind::BadRequest},
        {"416 Range", "", ErrorKind::RemoteChanged},
        {"422 Unprocessable", "", ErrorKind::BadRequest},
        {"429 Too Many", "RateLimit: \"api\";r=0;t=20\r\n", ErrorKind::RateLimited},
        {"451 Legal", "", ErrorKind::Disabled},
        {"500 Error", "", ErrorKind::ServerError},
        {"501 Not Implemented", "", ErrorKind::BadRequest},
        {"502 Bad Gateway", "", ErrorKind::ServerError},
        {"503 Unavailable", "Retry-After: 3\r\n", ErrorKind::ServerError},
        {"504 Timeout", "", ErrorKind::ServerError},
    };
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        for (const Refusal &refusal : refusals) {
            QTest::addRow("%s, %s %.30s", all[i].name.constData(), refusal.status, refusal.headers)
                << i << QByteArray(refusal.status) << QByteArray(refusal.headers) << refusal.kind;
        }
    }
}

void TestCalls::refusals()
{
    QFETCH(int, index);
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, headers);
    QFETCH(ErrorKind, expected);
    const Kind kind = TestCalls::kind(index);
    RawServer server([&](const RawRequest &request) {
        return fit(request,
                   answer(status, headers + "X-Request-Id: Root=1-2-3\r\n"_ba,
                          R"({"error":"so it is"})"_ba));
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    QCOMPARE(core::kindName(outcome.error->kind), core::kindName(expected));
    QCOMPARE(outcome.error->httpStatus, status.left(3).toInt());
    QCOMPARE(outcome.error->requestId, u"Root=1-2-3"_s);
    if (kind.verb != "HEAD"_ba)
        QVERIFY(outcome.error->serverMessage.contains(u"so it is"_s));
    // A server that fails may have done it; one that refuses has not.
    const bool isDoubtful = kind.isWrite() && expected == ErrorKind::ServerError;
    QCOMPARE(outcome.error->mayHaveHappened, isDoubtful);
    if (isDoubtful)
        QCOMPARE(server.seen.size(), 1);
    else if (expected == ErrorKind::ServerError)
        QCOMPARE(server.seen.size(), 5);
    else if (expected == ErrorKind::RateLimited)
        QCOMPARE(server.seen.size(), 7);
    else if (expected != ErrorKind::RemoteChanged)
        QCOMPARE(server.seen.size(), 1);
}

void TestCalls::silence()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server([](const RawRequest &) { return QByteArray(); });
    Rig rig(server.origin());
    CallOutcome outcome;
    Options options;
    options.silence = 150ms;
    kind.start(*rig.client, rig.url(), options, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    QCOMPARE(outcome.error->kind, ErrorKind::Timeout);
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
    QCOMPARE(server.seen.size(), kind.isWrite() ? 1 : 2);
}

void TestCalls::limit()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server([](const RawRequest &) { return QByteArray(); });
    Rig rig(server.origin());
    CallOutcome outcome;
    Options options;
    options.limit = 20s;
    kind.start(*rig.client, rig.url(), options, this, &outcome);
    QTRY_COMPARE(server.seen.size(), 1);
    rig.clock.advance(19s);
    QTest::qWait(5);
    QCOMPARE(outcome.ends, 0);
    rig.clock.advance(1s);
    QTRY_COMPARE(outcome.ends, 1);
    QVERIFY(outcome.error);
    QCOMPARE(outcome.error->kind, ErrorKind::Timeout);
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
}

void TestCalls::cancelBefore()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    Rig rig(server.origin());
    CallOutcome outcome;
    hub::CallBase *call = kind.start(*rig.client, rig.url(), {}, this, &outcome);
    call->cancel();
    call->cancel();
    QCOMPARE(outcome.ends, 0);
    QTRY_COMPARE(outcome.ends, 1);
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::Cancelled);
    QVERIFY(!outcome.error->mayHaveHappened);
    QTest::qWait(20);
    QCOMPARE(outcome.ends, 1);
    QCOMPARE(server.seen.size(), 0);
}

void TestCalls::cancelDuring()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server([](const RawRequest &) { return QByteArray(); });
    Rig rig(server.origin());
    CallOutcome outcome;
    hub::CallBase *call = kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QTRY_COMPARE(server.seen.size(), 1);
    call->cancel();
    QTRY_COMPARE(outcome.ends, 1);
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::Cancelled);
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
    QTest::qWait(20);
    QCOMPARE(outcome.ends, 1);
    QCOMPARE(rig.gate.budget(hub::Bucket::Api).underWay, 0);
}

void TestCalls::cuts_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("bytes");
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        const auto row = [&](const char *how, const QByteArray &bytes) {
            QTest::addRow("%s, %s", all[i].name.constData(), how) << i << bytes;
        };
        row("no answer", "\n"_ba);
        row("half a head", "HTTP/1.1 200 OK\r\nConte"_ba);
        if (all[i].verb != "HEAD"_ba) {
            row("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\""_ba);
            row("half a chunk",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{\"a\""_ba);
        }
    }
}

// Above all: no write is sent twice, by us or by the network library below us.
void TestCalls::cuts()
{
    QFETCH(int, index);
    QFETCH(QByteArray, bytes);
    const Kind kind = TestCalls::kind(index);
    RawServer server([bytes](const RawRequest &) { return bytes; });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    const ErrorKind got = outcome.error->kind;
    QVERIFY2(got == ErrorKind::ConnectionLost || got == ErrorKind::Truncated
                 || got == ErrorKind::Protocol,
             qPrintable(core::kindName(got)));
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
    if (kind.isWrite())
        QCOMPARE(server.seen.size(), 1);
    else
        QVERIFY(server.seen.size() >= 1);
}

void TestCalls::nobodyThere()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    const QByteArray origin = "http://127.0.0.1:" + QByteArray::number(taken.serverPort());
    taken.close();
    Rig rig(origin);
    CallOutcome outcome;
    const auto before = rig.clock.monotonic();
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::ConnectionLost);
    QVERIFY(!outcome.error->mayHaveHappened);
    QVERIFY(rig.clock.monotonic() - before > 10s); // repeated: it reached nobody
}

void TestCalls::redirectAtHome_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("status");
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        for (const char *status : {"301", "302", "307", "308"})
            QTest::addRow("%s, %s", all[i].name.constData(), status) << i << QByteArray(status);
    }
}

// A renamed repo: verb, content and token stay.
void TestCalls::redirectAtHome()
{
    QFETCH(int, index);
    QFETCH(QByteArray, status);
    const Kind kind = TestCalls::kind(index);
    const bool isArray = kind.reads == Kind::Reads::Array;
    RawServer server([&](const RawRequest &request) {
        if (request.target == "/api/models/a/b"_ba)
            return fit(request, support::redirect(status, "/api/models/c/d"));
        return fit(request, answer("200 OK", "", isArray ? "[1]"_ba : R"({"b":2})"_ba));
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(!outcome.error);
    QCOMPARE(server.targets(), (QList<QByteArray>{"/api/models/a/b", "/api/models/c/d"}));
    const RawRequest last = server.seen.last();
    QCOMPARE(last.verb, kind.verb);
    QCOMPARE(last.header("Authorization"), "Bearer " + support::Token);
    if (kind.isWrite()) {
        QCOMPARE(last.body, bodyOf(kind.name));
        QCOMPARE(last.header("Content-Type"), server.seen.first().header("Content-Type"));
    }
}

void TestCalls::redirectAway_data()
{
    redirectAtHome_data();
}

// Reads go on without the token; what was to be written leaves for nobody else.
void TestCalls::redirectAway()
{
    QFETCH(int, index);
    QFETCH(QByteArray, status);
    const Kind kind = TestCalls::kind(index);
    const bool isArray = kind.reads == Kind::Reads::Array;
    RawServer other([&](const RawRequest &request) {
        return fit(request, answer("200 OK", "", isArray ? "[1]"_ba : R"({"b":2})"_ba));
    });
    RawServer server([&](const RawRequest &request) {
        return fit(request, support::redirect(status, other.origin() + "/somewhere"));
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.has_value(), kind.isWrite());
    QCOMPARE(other.seen.size(), kind.isWrite() ? 0 : 1);
    QVERIFY(!support::sawToken(other));
    if (!kind.isWrite())
        return;
    QCOMPARE(outcome.error->kind, ErrorKind::Protocol);
    QVERIFY(!outcome.error->mayHaveHappened);
    QCOMPARE(server.seen.size(), 1);
}

// A read follows it; a write has got no answer: it may have been done, or somebody has to log in.
void TestCalls::seeOther()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    const bool isArray = kind.reads == Kind::Reads::Array;
    RawServer server([&](const RawRequest &request) {
        if (request.target == "/api/models/a/b"_ba)
            return "HTTP/1.1 303 See Other\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n"_ba;
        return fit(request, answer("200 OK", "", isArray ? "[1]"_ba : R"({"b":2})"_ba));
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.has_value(), kind.isWrite());
    QCOMPARE(server.seen.size(), kind.isWrite() ? 1 : 2);
    if (!kind.isWrite())
        return;
    QCOMPARE(outcome.error->kind, ErrorKind::Protocol);
    QCOMPARE(outcome.error->httpStatus, 303);
    QVERIFY(outcome.error->mayHaveHappened);
}

void TestCalls::nonsense_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("body");
    const QList<Kind> all = kinds();
    for (int i = 0; i < all.size(); ++i) {
        if (all[i].reads == Kind::Reads::Nothing)
            continue;
        const auto row = [&](const char *what, const QByteArray &body) {
            QTest::addRow("%s, %s", all[i].name.constData(), what) << i << body;
        };
        row("truncated", R"({"a":)"_ba);
        row("a web page", "<!DOCTYPE html><html></html>"_ba);
        row("compressed", QByteArray::fromHex("1f8b0800000000000003ab"));
        row("a number", "17"_ba);
        row("bad UTF-8", "{\"a\":\"\xff\xfe\"}"_ba);
        row("deep", QByteArray(5000, '[') + QByteArray(5000, ']'));
        row("two values", "{} {}"_ba);
    }
}

void TestCalls::nonsense()
{
    QFETCH(int, index);
    QFETCH(QByteArray, body);
    const Kind kind = TestCalls::kind(index);
    RawServer server(
        [body](const RawRequest &) { return answer("200 OK", "X-Request-Id: Root=1\r\n", body); });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    QCOMPARE(outcome.error->kind, ErrorKind::Protocol);
    QVERIFY(!outcome.error->detail.isEmpty());
    QCOMPARE(outcome.error->httpStatus, 200);
    QCOMPARE(outcome.error->requestId, u"Root=1"_s);
    QCOMPARE(outcome.error->url.toLatin1(), rig.url().toEncoded());
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
    QCOMPARE(server.seen.size(), 1);
}

// One of its own, none, and none for strangers.
void TestCalls::tokens()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    const auto serve = [](const RawRequest &request) {
        return fit(request, answer("200 OK", "", "[]"));
    };
    RawServer server(serve);
    RawServer other(serve);
    Rig rig(server.origin());
    CallOutcome own;
    Options options;
    options.token = core::Secret("hf_another"_ba);
    kind.start(*rig.client, rig.url(), options, this, &own);
    QVERIFY(rig.run(own));
    QCOMPARE(server.seen.last().header("Authorization"), "Bearer hf_another"_ba);
    CallOutcome guest;
    options.token = core::Secret();
    kind.start(*rig.client, rig.url(), options, this, &guest);
    QVERIFY(rig.run(guest));
    QVERIFY(server.seen.last().header("Authorization").isEmpty());
    // As an LFS upload, completion or verify address may be, a presigned one or xet-auth.
    CallOutcome stranger;
    options.token = core::Secret("hf_another"_ba);
    options.headers = {{"X-Secret"_ba, "hf_another"_ba}};
    kind.start(*rig.client, QUrl::fromEncoded(other.origin() + "/upload?X-Signature=s"), options,
               this, &stranger);
    QVERIFY(rig.run(stranger));
    QCOMPARE(other.seen.size(), 1);
    QVERIFY(!support::sawToken(other));
    QVERIFY(!other.seen.first().head.contains("hf_another"));
}

void TestCalls::parametersKeepTheirOrder()
{
    QFETCH(int, index);
    const Kind kind = TestCalls::kind(index);
    RawServer server(
        [](const RawRequest &request) { return fit(request, answer("200 OK", "", "[]")); });
    Rig rig(server.origin());
    CallOutcome outcome;
    Options options;
    options.parameters = {{u"z"_s, u"a b+c&d"_s}, {u"a"_s, u"ä"_s}, {u"z"_s, u"2"_s}};
    options.headers = {{"X-Extra"_ba, "1"_ba}};
    kind.start(*rig.client, rig.url("/api/x?first=0"_ba), options, this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(server.seen.first().target, "/api/x?first=0&z=a%20b%2Bc%26d&a=%C3%A4&z=2"_ba);
    QCOMPARE(server.seen.first().header("X-Extra"), "1"_ba);
}

QTEST_GUILESS_MAIN(TestCalls)
#include "calls.moc"
