#pragma once

#include <QJsonArray>
#include <QJsonObject>

#include "hub/asking.h"
#include "hub/client.h"
#include "hub/rawserver.h"
#include "support/manualclock.h"

namespace support {

using namespace Qt::StringLiterals;
using hub::Client;
using hub::Options;

// What came of a call, whatever its type.
struct CallOutcome {
    int ends = 0;
    std::optional<core::Error> error;
    QJsonValue value = QJsonValue::Undefined;
};

using Start = std::function<hub::CallBase *(hub::Client &, const QUrl &, const hub::Options &,
                                            QObject *, CallOutcome *)>;

template <typename T>
hub::CallBase *watch(hub::Call<T> *call, QObject *context, CallOutcome *outcome)
{
    call->onDone(context, [outcome](const core::Result<T> &result) {
        ++outcome->ends;
        if (!result)
            outcome->error = result.error();
        if constexpr (std::is_same_v<T, hub::Json>) {
            if (result)
                outcome->value = result->value;
        } else if constexpr (std::is_same_v<T, QJsonArray>) {
            if (result)
                outcome->value = *result;
        }
    });
    return call;
}

// One of the low-level calls.
struct Kind {
    QByteArray name;
    QByteArray verb;
    enum class Reads { Json, Array, Nothing };
    Reads reads;
    Start start;
    bool isWrite() const { return verb != "GET"_ba && verb != "HEAD"_ba; }
};

inline const QJsonObject Body{{u"a"_s, 1}};

inline QList<Kind> kinds()
{
    using Reads = Kind::Reads;
    const auto kind = [](const char *name, const char *verb, Reads reads, auto make) {
        return Kind{name, verb, reads,
                    [make](Client &client, const QUrl &url, const Options &options,
                           QObject *context, CallOutcome *outcome) {
                        return watch(make(client, url, options), context, outcome);
                    }};
    };
    return {
        kind("get", "GET", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) { return c.get(url, o); }),
        kind("getPaged", "GET", Reads::Array,
             [](Client &c, const QUrl &url, const Options &o) -> hub::Call<QJsonArray> * {
                 return c.getPaged(url, {}, o);
             }),
        kind("head", "HEAD", Reads::Nothing,
             [](Client &c, const QUrl &url, const Options &o) {
                 return c.head(url, hub::HttpRequest::Redirects::Follow, o);
             }),
        kind("post", "POST", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) { return c.post(url, Body, o); }),
        kind("post without a body", "POST", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) {
                 return c.post(url, QJsonValue::Undefined, o);
             }),
        kind("postAction", "POST", Reads::Nothing,
             [](Client &c, const QUrl &url, const Options &o) {
                 return c.postAction(url, Body, o);
             }),
        kind("postNdjson", "POST", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) {
                 return c.postNdjson(url, "{}\n{}\n"_ba, o);
             }),
        kind("put", "PUT", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) { return c.put(url, Body, o); }),
        kind("patch", "PATCH", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) { return c.patch(url, Body, o); }),
        kind("deleteResource", "DELETE", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) { return c.deleteResource(url, o); }),
        kind("deleteResource with a body", "DELETE", Reads::Json,
             [](Client &c, const QUrl &url, const Options &o) {
                 return c.deleteResource(url, Body, o);
             }),
    };
}

// A client of one server, on time that stands still but for what nobody waits for.
struct RawRig {
    explicit RawRig(const QByteArray &origin, const QByteArray &prefix = {})
        : http(configFor(origin + prefix))
        , gate(clock)
        , client(std::make_unique<Client>(http, gate, clock))
    {
    }

    bool run(const CallOutcome &outcome)
    {
        const bool isDone = QTest::qWaitFor(
            [&] {
                if (outcome.ends == 0 && clock.waiting() > 0)
                    clock.advanceToNext();
                return outcome.ends > 0;
            },
            15000);
        QTest::qWait(5); // a second end would come now
        return isDone && outcome.ends == 1;
    }

    QUrl url(const QByteArray &path = "/api/models/a/b"_ba) const
    {
        return client->endpoint().url(path);
    }

    ManualClock clock;
    hub::Http http;
    hub::Gate gate;
    std::unique_ptr<Client> client;
};

// Without its body where the question was for the head alone.
inline QByteArray fit(const RawRequest &request, const QByteArray &whole)
{
    return request.verb == "HEAD"_ba ? whole.left(whole.indexOf("\r\n\r\n") + 4) : whole;
}

} // namespace support
