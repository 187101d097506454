#include "hub/client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "hub/client_p.h"
#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int NoContent = 204;
constexpr int NotModified = 304;

// What a read was asked for; an empty body is none.
core::Result<Json> jsonAnswer(const HttpReply &reply)
{
    Json json{.status = reply.status, .headers = reply.headers, .value = QJsonValue::Undefined};
    if (reply.status == NoContent || reply.status == NotModified)
        return json;
    const auto document = readJson(reply.body);
    if (!document)
        return core::Unexpected(document.error());
    json.value = document->isArray() ? QJsonValue(document->array()) : document->object();
    return json;
}

// What came of a write: the Hub may have nothing to say of it. Of pieces whose length cannot be
// read Qt makes nothing.
core::Result<Json> jsonOrNothing(const HttpReply &reply)
{
    const bool isInPieces =
        reply.status != NoContent && headerValue(reply.headers, "Transfer-Encoding").has_value();
    if (reply.body.isEmpty() && isInPieces)
        return core::fail(core::ErrorKind::Protocol,
                          u"an answer in pieces, none of them legible"_s);
    if (reply.body.trimmed().isEmpty())
        return Json{
            .status = reply.status, .headers = reply.headers, .value = QJsonValue::Undefined};
    return jsonAnswer(reply);
}

// Of any kind of value; a document of Qt's holds arrays and objects only.
QByteArray compact(const QJsonValue &value)
{
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.sliced(1, list.size() - 2);
}

struct ItemPage {
    QJsonArray items;
    QUrl next;
};

core::Result<ItemPage> itemPage(const HttpReply &reply)
{
    const auto document = readJson(reply.body);
    if (!document)
        return core::Unexpected(document.error());
    if (!document->isArray())
        return core::fail(core::ErrorKind::Protocol, u"a page of a listing is not an array"_s);
    return ItemPage{document->array(), {}};
}

} // namespace

core::Result<void> anyAnswer(const HttpReply &reply)
{
    const QByteArray type = headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    const QByteArray body = reply.body.trimmed();
    if (type.toLower().contains("html") || body.startsWith('<'))
        return core::fail(core::ErrorKind::Protocol, u"a web page in place of an answer"_s);
    if (!body.startsWith('{') && !body.startsWith('['))
        return {};
    const auto document = readJson(body);
    if (!document)
        return core::Unexpected(document.error());
    const QJsonObject said = document->object();
    if (!said.value("error"_L1).toString().isEmpty()
        || said.value("success"_L1) == QJsonValue(false))
        return core::fail(core::ErrorKind::Protocol, u"a success that tells of a failure"_s);
    return {};
}

Options pinned(const Options &options, const HttpConfig &configured)
{
    const HttpConfig meant = configured.with(options.endpoint, options.token);
    Options pinned = options;
    pinned.endpoint = meant.endpoint;
    pinned.token = meant.token;
    return pinned;
}

Ask::Wish Client::Private::wishFor(const QUrl &url, const Options &options, qint64 longest) const
{
    Ask::Wish wish;
    wish.request.url = Endpoint::with(url, options.parameters);
    wish.request.headers = options.headers;
    const Options meant = pin(options);
    wish.request.endpoint = meant.endpoint;
    wish.request.token = meant.token;
    wish.request.silence = options.silence.value_or(wish.request.silence);
    wish.request.bodyLimit = options.bodyLimit.value_or(longest);
    wish.bucket = meant.endpoint->bucketOf(url);
    wish.priority = options.priority;
    return wish;
}

Ask::Wish Client::Private::wishToSend(const QByteArray &verb, const QUrl &url,
                                      const QJsonValue &body, const Options &options) const
{
    Ask::Wish wish = wishFor(url, options);
    wish.request.verb = verb;
    if (body.isUndefined())
        return wish;
    wish.request.content = compact(body);
    wish.request.headers.append({"Content-Type"_ba, "application/json"_ba});
    return wish;
}

Call<Json> *Client::Private::send(const QByteArray &verb, const QUrl &url, const QJsonValue &body,
                                  const Options &options)
{
    auto *call = make<Call<Json>>(options);
    start<Json>(call, tools, wishToSend(verb, url, body, options), jsonOrNothing);
    return call;
}

Client::Client(Http &http, Gate &gate, core::Clock &clock, QObject *parent)
    : QObject(parent)
    , d(new Private{this, {http, gate, clock}})
{
    const auto tell = [&http, &gate] {
        gate.setPayer(Payer::of(http.config().endpoint, http.config().token));
    };
    tell();
    connect(&http, &Http::configChanged, this, tell);
}

Client::~Client()
{
    // Whoever hears of an end may ask anew; that ends as well, but not for ever.
    constexpr int mostRounds = 8;
    for (int round = 0; round < mostRounds; ++round) {
        const auto calls = findChildren<CallBase *>(QString(), Qt::FindDirectChildrenOnly);
        const QList<QPointer<CallBase>> alive(calls.begin(), calls.end());
        for (const QPointer<CallBase> &call : alive) {
            if (call)
                call->end(); // once is enough; again is nothing
        }
    }
}

const Endpoint &Client::endpoint() const
{
    return d->tools.http.config().endpoint;
}

Call<Json> *Client::get(const QUrl &url, const Options &options)
{
    auto *call = d->make<Call<Json>>(options);
    start<Json>(call, d->tools, d->wishFor(url, options), jsonAnswer);
    return call;
}

PagedCall *Client::getPaged(const QUrl &url, const Paging &paging, const Options &options)
{
    using Walk = PageWalk<ItemPage>;
    struct Collected {
        QJsonArray items;
        qsizetype count = 0;
    };
    auto *call = d->make<PagedCall>(options);
    const auto all = std::make_shared<Collected>();
    Walk::Plan plan;
    plan.first = d->wishFor(url, options);
    plan.parse = [hub = d->hub(options)](const HttpReply &reply) {
        return withNext(itemPage(reply), hub, reply);
    };
    plan.mostPages = paging.mostPages;
    plan.mostBytes = paging.mostBytes;
    plan.take = [call, all, paging](ItemPage &page) {
        all->count += page.items.size();
        if (all->count > paging.mostItems) {
            page.next = QUrl();
            call->finish(core::fail(core::ErrorKind::Protocol, u"a listing without end"_s));
            return Walk::Brought::Nothing;
        }
        if (paging.keep == Paging::Keep::All) {
            for (const QJsonValue &item : std::as_const(page.items))
                all->items.append(item);
        }
        Q_EMIT call->pageArrived(page.items);
        return page.items.isEmpty() ? Walk::Brought::Nothing : Walk::Brought::Something;
    };
    plan.end = [call, all](const core::Result<void> &end) {
        call->finish(end.map([all] { return all->items; }));
    };
    walk<ItemPage>(call, d->tools, plan);
    return call;
}

Call<Head> *Client::head(const QUrl &url, HttpRequest::Redirects redirects, const Options &options)
{
    auto *call = d->make<Call<Head>>(options);
    Ask::Wish wish = d->wishFor(url, options);
    wish.request.verb = "HEAD"_ba;
    wish.request.redirects = redirects;
    start<Head>(call, d->tools, wish, [](const HttpReply &reply) -> core::Result<Head> {
        return Head{.status = reply.status, .url = reply.url, .headers = reply.headers};
    });
    return call;
}

Call<Json> *Client::post(const QUrl &url, const QJsonValue &body, const Options &options)
{
    return d->send("POST"_ba, url, body, options);
}

Call<void> *Client::postAction(const QUrl &url, const QJsonValue &body, const Options &options)
{
    auto *call = d->make<Call<void>>(options);
    start<void>(call, d->tools, d->wishToSend("POST"_ba, url, body, options), anyAnswer);
    return call;
}

Call<Json> *Client::postNdjson(const QUrl &url, const QByteArray &lines, const Options &options)
{
    auto *call = d->make<Call<Json>>(options);
    Ask::Wish wish = d->wishToSend("POST"_ba, url, QJsonValue::Undefined, options);
    wish.request.content = lines;
    wish.request.headers.append({"Content-Type"_ba, "application/x-ndjson"_ba});
    start<Json>(call, d->tools, wish, jsonOrNothing);
    return call;
}

Call<Json> *Client::put(const QUrl &url, const QJsonValue &body, const Options &options)
{
    return d->send("PUT"_ba, url, body, options);
}

Call<Json> *Client::patch(const QUrl &url, const QJsonValue &body, const Options &options)
{
    return d->send("PATCH"_ba, url, body, options);
}

Call<Json> *Client::deleteResource(const QUrl &url, const Options &options)
{
    return d->send("DELETE"_ba, url, QJsonValue::Undefined, options);
}

Call<Json> *Client::deleteResource(const QUrl &url, const QJsonValue &body, const Options &options)
{
    return d->send("DELETE"_ba, url, body, options);
}

} // namespace hub
