#include <QTest>
#include <QUrlQuery>

#include "hub/lowcalls.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using core::ErrorKind;
using support::answer;
using support::CallOutcome;
using support::RawRequest;
using support::RawServer;
using support::watch;
using Rig = support::RawRig;

// What only one of the low-level calls does: pages, progress, heads, long content.
class TestCallDetails : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void progress();
    void headStopsAtRedirects();
    void pages();
    void pagesStream();
    void pagesAreBounded();
    void pagesOfAnotherHost();
    void pagesBelowAPrefix();
    void pagesWithinALimit();
    void pagesThatLeadNowhere_data();
    void pagesThatLeadNowhere();
    void questionsStayAtHome();
    void pauseOfNone();
    void pauseThatNobodyNames();
    void pauseTooLong();
    void anyJson_data();
    void anyJson();
    void part();
    void largeContent();
    void illegiblePieces();
    void nothingOfALength();
    void packedCuts_data();
    void packedCuts();
};

void TestCallDetails::progress()
{
    const QByteArray body = "[\"" + QByteArray(3'000'000, 'x') + "\"]";
    RawServer server([&](const RawRequest &) { return answer("200 OK", "", body); });
    Rig rig(server.origin());
    CallOutcome outcome;
    auto *get = rig.client->get(rig.url());
    watch(get, this, &outcome);
    QList<qint64> received;
    connect(get, &hub::CallBase::received, this, [&](qint64 bytes, qint64 total) {
        QCOMPARE(total, body.size());
        received.append(bytes);
    });
    QVERIFY(rig.run(outcome));
    QVERIFY(received.size() > 1 && std::is_sorted(received.begin(), received.end()));
    QCOMPARE(received.last(), body.size());

    CallOutcome posted;
    auto *post = rig.client->postNdjson(rig.url(), QByteArray(900'000, 'y'));
    watch(post, this, &posted);
    qint64 sent = 0;
    connect(post, &hub::CallBase::sent, this, [&](qint64 bytes, qint64 total) {
        QCOMPARE(total, 900'000);
        sent = bytes;
    });
    QVERIFY(rig.run(posted));
    QCOMPARE(sent, 900'000);
}

void TestCallDetails::headStopsAtRedirects()
{
    RawServer server([](const RawRequest &) {
        return "HTTP/1.1 302 Found\r\nLocation: https://cdn.example/x\r\nX-Linked-Size: 7\r\n"
               "Content-Length: 0\r\n\r\n"_ba;
    });
    Rig rig(server.origin());
    std::optional<core::Result<hub::Head>> head;
    rig.client->head(rig.url(), hub::HttpRequest::Redirects::Never)
        ->onDone(this, [&](const core::Result<hub::Head> &result) { head = result; });
    QTRY_VERIFY(head);
    QVERIFY(*head);
    QCOMPARE((*head)->status, 302);
    QCOMPARE(hub::headerValue((*head)->headers, "location"), "https://cdn.example/x"_ba);
    QCOMPARE(hub::headerValue((*head)->headers, "x-linked-size"), "7"_ba);
}

void TestCallDetails::pages()
{
    RawServer server([&](const RawRequest &request) {
        const int page =
            QUrlQuery(QUrl::fromEncoded(request.target)).queryItemValue(u"page"_s).toInt();
        const QByteArray next = page < 2
            ? "Link: </api/list?page=" + QByteArray::number(page + 1) + ">; rel=\"next\"\r\n"
            : ""_ba;
        return answer("200 OK", next, '[' + QByteArray::number(page) + ']');
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    auto *call = rig.client->getPaged(rig.url("/api/list"_ba));
    watch<QJsonArray>(call, this, &outcome);
    QList<int> arrived;
    connect(call, &hub::PagedCall::pageArrived, this,
            [&](const QJsonArray &items) { arrived.append(items.first().toInt()); });
    QVERIFY(rig.run(outcome));
    QCOMPARE(arrived, (QList<int>{0, 1, 2}));
    QCOMPARE(outcome.value.toArray(), (QJsonArray{0, 1, 2}));
}

void TestCallDetails::pagesStream()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "[1,2,3]"); });
    Rig rig(server.origin());
    CallOutcome outcome;
    auto *call = rig.client->getPaged(rig.url(), {.keep = hub::Paging::Keep::None});
    watch<QJsonArray>(call, this, &outcome);
    qsizetype count = 0;
    connect(call, &hub::PagedCall::pageArrived, this,
            [&](const QJsonArray &items) { count += items.size(); });
    QVERIFY(rig.run(outcome));
    QCOMPARE(count, 3);
    QVERIFY(outcome.value.toArray().isEmpty());
}

void TestCallDetails::pagesAreBounded()
{
    int page = 0;
    const auto serve = [&](const QByteArray &next, const QByteArray &items) {
        return answer("200 OK", "Link: <" + next + ">; rel=\"next\"\r\n", items);
    };
    QByteArray how = "loop"_ba;
    RawServer server([&](const RawRequest &request) {
        ++page;
        if (how == "loop"_ba)
            return serve(request.target, "[1]");
        if (how == "fragments"_ba)
            return serve("/api/list?page=1#" + QByteArray::number(page), "[1]");
        return serve("/api/list?page=" + QByteArray::number(page),
                     how == "empty"_ba ? "[]"_ba : "[1,2]"_ba);
    });
    Rig rig(server.origin());
    for (const QByteArray &way :
         {"loop"_ba, "fragments"_ba, "empty"_ba, "pages"_ba, "items"_ba, "bytes"_ba}) {
        how = way;
        page = 0;
        hub::Paging paging;
        paging.mostPages = way == "pages"_ba ? 7 : 2000;
        paging.mostItems = way == "items"_ba ? 9 : 1'000'000;
        if (way == "bytes"_ba)
            paging.mostBytes = 20;
        CallOutcome outcome;
        watch<QJsonArray>(rig.client->getPaged(rig.url("/api/list"_ba), paging), this, &outcome);
        QVERIFY(rig.run(outcome));
        QVERIFY(outcome.error);
        QCOMPARE(outcome.error->kind, ErrorKind::Protocol);
        QVERIFY(page <= 8);
    }
}

void TestCallDetails::pagesOfAnotherHost()
{
    RawServer other([](const RawRequest &) { return answer("200 OK", "", "[9]"); });
    RawServer server([&](const RawRequest &request) {
        if (request.target.contains("cursor"))
            return answer("200 OK", "", "[2]");
        return answer("200 OK",
                      "Link: <" + other.origin() + "/api/list?cursor=x>; rel=\"next\"\r\n", "[1]");
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    watch<QJsonArray>(rig.client->getPaged(rig.url("/api/list"_ba)), this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.value.toArray(), (QJsonArray{1, 2}));
    QCOMPARE(other.seen.size(), 0);
}

// A proxy that passes on the prefix it was asked with, under its own name for itself.
void TestCallDetails::pagesBelowAPrefix()
{
    RawServer server([&](const RawRequest &request) {
        if (request.target == "/hf/api/list?cursor=x"_ba)
            return answer("200 OK", "", "[2]");
        return answer("200 OK", "Link: <http://inside:8080/hf/api/list?cursor=x>; rel=next\r\n",
                      "[1]");
    });
    Rig rig(server.origin(), "/hf"_ba);
    CallOutcome outcome;
    watch<QJsonArray>(rig.client->getPaged(rig.url("/api/list"_ba)), this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.value.toArray(), (QJsonArray{1, 2}));
}

// The limit is one for all pages.
void TestCallDetails::pagesWithinALimit()
{
    Rig *clockOf = nullptr;
    int page = 0;
    RawServer server([&](const RawRequest &) {
        clockOf->clock.advance(700ms);
        return answer("200 OK",
                      "Link: </api/list?page=" + QByteArray::number(++page) + ">; rel=next\r\n",
                      "[1]");
    });
    Rig rig(server.origin());
    clockOf = &rig;
    CallOutcome outcome;
    hub::Options options;
    options.limit = 2s;
    watch<QJsonArray>(rig.client->getPaged(rig.url("/api/list"_ba), {}, options), this, &outcome);
    QTRY_COMPARE(outcome.ends, 1);
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::Timeout);
    QCOMPARE(page, 3);
    QVERIFY(outcome.error->url.contains(u"/api/list"_s));
}

void TestCallDetails::pagesThatLeadNowhere_data()
{
    QTest::addColumn<QByteArray>("link");
    for (const char *link :
         {"<file:///etc/passwd>; rel=next", "<>; rel=next", "<http:///x>; rel=next",
          "</api/list?p=2; rel=next", "<http://[::1>; rel=next"})
        QTest::newRow(link) << QByteArray(link);
}

// The beginning of a listing is not all of it.
void TestCallDetails::pagesThatLeadNowhere()
{
    QFETCH(QByteArray, link);
    RawServer server([&](const RawRequest &) {
        return answer("200 OK", "Link: " + link + "\r\n", R"([{"id":"a/b"}])"_ba);
    });
    Rig rig(server.origin());
    CallOutcome paged;
    watch<QJsonArray>(rig.client->getPaged(rig.url("/api/list"_ba)), this, &paged);
    QVERIFY(rig.run(paged));
    QVERIFY(paged.error);
    QCOMPARE(paged.error->kind, ErrorKind::Protocol);
    QVERIFY(paged.error->url.contains(u"/api/list"_s));
    CallOutcome searched;
    watch(rig.client->search({}), this, &searched);
    QVERIFY(rig.run(searched));
    QCOMPARE(searched.error.value_or(core::Error()).kind, ErrorKind::Protocol);
}

// What files are to be uploaded is nobody else's business.
void TestCallDetails::questionsStayAtHome()
{
    RawServer other([](const RawRequest &) { return answer("200 OK", "", R"({"files":[]})"_ba); });
    RawServer server(
        [&](const RawRequest &) { return support::redirect("307", other.origin() + "/x"); });
    Rig rig(server.origin());
    CallOutcome outcome;
    const auto repo = *core::RepoId::make(core::RepoType::Model, u"o/r"_s);
    watch(rig.client->preupload(repo, u"main"_s, {{u"secret.txt"_s, 5, "plans"_ba}}), this,
          &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::Protocol);
    CallOutcome paths;
    watch(rig.client->pathsInfo(repo, u"main"_s, {u"secret.txt"_s}), this, &paths);
    QVERIFY(rig.run(paths));
    QCOMPARE(paths.error.value_or(core::Error()).kind, ErrorKind::Protocol);
    QCOMPARE(other.seen.size(), 0);
}

// "Now" and "a minute ago" name no time to wait for: it grows from try to try.
void TestCallDetails::pauseOfNone()
{
    for (const QByteArray &when : {"0"_ba, "-5"_ba, "Thu, 01 Jan 1998 00:00:00 GMT"_ba}) {
        RawServer server([&](const RawRequest &) {
            return answer("429 Too Many Requests", "Retry-After: " + when + "\r\n");
        });
        Rig rig(server.origin());
        CallOutcome outcome;
        const auto before = rig.clock.monotonic();
        watch(rig.client->get(rig.url()), this, &outcome);
        QVERIFY(rig.run(outcome));
        QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::RateLimited);
        QVERIFY(rig.clock.monotonic() - before >= 63s); // 1 + 2 + 4 and so on to 32
    }
}

// The edge refuses all, without a word of the budget.
void TestCallDetails::pauseThatNobodyNames()
{
    const core::Clock *clock = nullptr;
    core::Clock::Duration end{};
    RawServer server([&](const RawRequest &) {
        return clock->monotonic() < end ? answer("429 Too Many Requests", "", "busy")
                                        : answer("200 OK", "", "{}");
    });
    Rig rig(server.origin());
    clock = &rig.clock;
    end = clock->monotonic() + 50s;
    CallOutcome outcome;
    watch(rig.client->get(rig.url()), this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(!outcome.error);
    QVERIFY(server.seen.size() <= 7);
}

// Refused alone, with requests left, and for an hour: that is for people to decide.
void TestCallDetails::pauseTooLong()
{
    RawServer server([&](const RawRequest &) {
        return answer("429 Too Many Requests",
                      "Retry-After: 3600\r\nRateLimit: \"api\";r=400;t=200\r\n");
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    const auto before = rig.clock.monotonic();
    watch(rig.client->get(rig.url()), this, &outcome);
    QVERIFY(rig.run(outcome));
    QCOMPARE(outcome.error.value_or(core::Error()).kind, ErrorKind::RateLimited);
    QVERIFY(outcome.error->retryAfter.value_or(0s) >= 3600s);
    QVERIFY(rig.clock.monotonic() - before < 10s);
    QCOMPARE(server.seen.size(), 1);
}

void TestCallDetails::anyJson_data()
{
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("text") << QJsonValue(u"te\"xt"_s) << R"("te\"xt")"_ba;
    QTest::newRow("number") << QJsonValue(17) << "17"_ba;
    QTest::newRow("truth") << QJsonValue(true) << "true"_ba;
    QTest::newRow("null") << QJsonValue(QJsonValue::Null) << "null"_ba;
    QTest::newRow("array") << QJsonValue(QJsonArray{1, u"a"_s}) << R"([1,"a"])"_ba;
    QTest::newRow("empty array") << QJsonValue(QJsonArray()) << "[]"_ba;
    QTest::newRow("object") << QJsonValue(QJsonObject{{u"a"_s, QJsonArray{1}}})
                            << R"({"a":[1]})"_ba;
}

void TestCallDetails::anyJson()
{
    QFETCH(QJsonValue, value);
    QFETCH(QByteArray, expected);
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    Rig rig(server.origin());
    CallOutcome outcome;
    watch(rig.client->post(rig.url(), value), this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(!outcome.error);
    QCOMPARE(server.seen.first().body, expected);
}

// Whoever asks for a part may have one.
void TestCallDetails::part()
{
    RawServer server([](const RawRequest &) { return answer("206 Partial Content", "", "{}"); });
    Rig rig(server.origin());
    CallOutcome outcome;
    hub::Options options;
    options.headers = {{"Range"_ba, "bytes=0-1"_ba}};
    watch(rig.client->get(rig.url(), options), this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(!outcome.error);
}

// Does not fit into the buffers on the way, so it is really read by the other side.
void TestCallDetails::largeContent()
{
    RawServer server([](const RawRequest &) { return answer("200 OK", "", "{}"); });
    Rig rig(server.origin());
    QByteArray lines;
    for (int i = 0; lines.size() < 700'000; ++i)
        lines += "{\"key\":" + QByteArray::number(i) + "}\n";
    CallOutcome outcome;
    watch(rig.client->postNdjson(rig.url(), lines), this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(!outcome.error);
    QCOMPARE(server.seen.first().body, lines);
    QCOMPARE(server.seen.first().header("Content-Type"), "application/x-ndjson"_ba);
}

// Qt takes a piece whose length it cannot read for the last one.
void TestCallDetails::illegiblePieces()
{
    for (const QByteArray &size : {"zz"_ba, "-5"_ba, "ffffffffffffffffff"_ba}) {
        RawServer server([&](const RawRequest &) {
            return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size
                + "\r\n{\"a\":1}\r\n0\r\n\r\n";
        });
        Rig rig(server.origin());
        CallOutcome put;
        watch(rig.client->put(rig.url(), QJsonObject()), this, &put);
        QVERIFY(rig.run(put));
        QVERIFY(put.error);
        QCOMPARE(put.error->kind, ErrorKind::Protocol);
        QVERIFY(put.error->mayHaveHappened);
        CallOutcome get;
        watch(rig.client->get(rig.url()), this, &get);
        QVERIFY(rig.run(get));
        QVERIFY(get.error);
        QCOMPARE(server.seen.size(), 2);
    }
}

// A 204 has no content, whatever it says of its length.
void TestCallDetails::nothingOfALength()
{
    RawServer server([](const RawRequest &) {
        return "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"_ba;
    });
    Rig rig(server.origin());
    CallOutcome acted;
    watch(rig.client->postAction(rig.url(), QJsonObject()), this, &acted);
    QVERIFY(rig.run(acted));
    QVERIFY2(!acted.error, qPrintable(acted.error ? acted.error->detail : QString()));
    CallOutcome removed;
    watch(rig.client->deleteResource(rig.url()), this, &removed);
    QVERIFY(rig.run(removed));
    QVERIFY2(!removed.error, qPrintable(removed.error ? removed.error->detail : QString()));
}

void TestCallDetails::packedCuts_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("coding");
    QTest::addColumn<QByteArray>("body");
    const QList<support::Kind> all = support::kinds();
    for (int i = 0; i < all.size(); ++i) {
        if (all[i].verb == "HEAD"_ba)
            continue;
        const char *name = all[i].name.constData();
        for (const char *coding : {"gzip", "deflate", "br"})
            QTest::addRow("%s, %s, nothing of it", name, coding)
                << i << QByteArray(coding) << QByteArray(69, ' ');
        QTest::addRow("%s, no such code", name) << i << "br"_ba
                                                << "\1\2\3\4"_ba;
    }
}

// Nothing that can be unpacked is no answer: what breaks off counts as that, and a write is in
// doubt.
void TestCallDetails::packedCuts()
{
    QFETCH(int, index);
    QFETCH(QByteArray, coding);
    QFETCH(QByteArray, body);
    const support::Kind kind = support::kinds().at(index);
    const bool isCut = body.trimmed().isEmpty();
    RawServer server([&](const RawRequest &) {
        const QByteArray whole = answer("200 OK", "Content-Encoding: " + coding + "\r\n", body);
        return isCut ? whole.chopped(body.size()) : whole;
    });
    Rig rig(server.origin());
    CallOutcome outcome;
    kind.start(*rig.client, rig.url(), {}, this, &outcome);
    QVERIFY(rig.run(outcome));
    QVERIFY(outcome.error);
    QCOMPARE(outcome.error->mayHaveHappened, kind.isWrite());
    if (kind.isWrite())
        QCOMPARE(server.seen.size(), 1);
    else if (isCut)
        QVERIFY(server.seen.size() > 1); // worth another try
}

QTEST_GUILESS_MAIN(TestCallDetails)
#include "calldetails.moc"
