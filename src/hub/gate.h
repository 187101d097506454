#pragma once

#include <QObject>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/error.h"
#include "hub/types.h"

namespace hub {

// The Hub counts requests in fixed five-minute windows per bucket (hub-api.md 3).
enum class Bucket { Api, Resolvers, Pages };
enum class Priority { Foreground, Background }; // a person waits, or nobody does

// What is known of one bucket. Times are of Clock::monotonic().
struct Budget {
    bool isStated = false; // an answer has told; before that nothing is counted against anybody
    qint64 quota = 0;
    qint64 left = 0;
    core::Clock::Duration resetAt{0}; // 0: no window seen yet
    core::Clock::Duration blockedUntil{0}; // after a 429
    core::Clock::Duration window = std::chrono::minutes(5);
};

struct Decision {
    bool go = false;
    core::Clock::Duration until{0}; // when !go: ask again then
};

// Pure: whether a request may leave now. Background leaves the last fifth of a budget alone and is
// spread over the rest of the window below one half.
Decision decide(core::Clock::Duration now, const Budget &budget, Priority priority);

// The only door to the Hub: every Call and every resolve passes here, files' bytes from other
// hosts do not. Owner: session::Services. GUI thread.
class Gate : public QObject {
    Q_OBJECT
public:
    explicit Gate(core::Clock &clock, QObject *parent = nullptr);
    ~Gate() override;

    // Runs go once the bucket allows, foreground first, in order of asking; never inside enter().
    // Dropped when context is gone.
    void enter(Bucket bucket, Priority priority, QObject *context, std::function<void()> go);

    // Takes over what an answer said.
    void observe(const QList<RateInfo> &rates);

    // A 429: closes the bucket until the time that is known best (r = 0: t; else Retry-After; else
    // growing with attempt), plus up to a second; returns how long. attempt counts from 0.
    std::chrono::seconds refused(Bucket bucket, const QList<RateInfo> &rates,
                                 const core::Error &error, int attempt);

    Budget budget(Bucket bucket) const;

Q_SIGNALS:
    // Somebody waits for this bucket for so long from now; nothing when nobody waits any more.
    void waiting(hub::Bucket bucket, std::optional<std::chrono::seconds> time);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace hub
