#pragma once

#include <QTest>

#include "hub/client.h"
#include "support/faultyhub.h"
#include "support/manualclock.h"

namespace support {

// A client with all it needs, on time that stands still.
struct Rig {
    explicit Rig(const FaultyHub &server, const QByteArray &token = {})
        : http(configFor(server.endpoint(), token))
        , gate(clock)
        , client(std::make_unique<hub::Client>(http, gate, clock))
    {
    }

    static hub::HttpConfig configFor(const QString &endpoint, const QByteArray &token)
    {
        hub::HttpConfig config;
        config.endpoint = *hub::Endpoint::make(endpoint);
        config.token = core::Secret(token);
        return config;
    }

    ManualClock clock;
    hub::Http http;
    hub::Gate gate;
    std::unique_ptr<hub::Client> client;
};

// Waits for a call; moves the clock on whenever only time is waited for.
template <typename T> core::Result<T> wait(hub::Call<T> *call, ManualClock &clock)
{
    QObject context;
    std::optional<core::Result<T>> result;
    int ends = 0;
    call->onDone(&context, [&](const core::Result<T> &r) {
        result = r;
        ++ends;
    });
    if (call->isFinished() && result)
        qCritical("a call ended inside the function that made it");
    const bool done = QTest::qWaitFor(
        [&] {
            if (!result && clock.waiting() > 0)
                clock.advanceToNext();
            return result.has_value();
        },
        20000);
    QTest::qWait(5);
    if (!done || ends != 1)
        return core::fail(core::ErrorKind::BadInput, QStringLiteral("ended %1 times").arg(ends));
    return *result;
}

inline core::RepoId model(const QString &id)
{
    return *core::RepoId::make(core::RepoType::Model, id);
}

} // namespace support
