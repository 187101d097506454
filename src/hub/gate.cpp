#include "hub/gate.h"

#include <QLoggingCategory>
#include <QPointer>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <deque>

namespace hub {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Duration = core::Clock::Duration;

namespace {

Q_LOGGING_CATEGORY(logGate, "hub.gate", QtInfoMsg)

constexpr size_t BucketCount = 3;
constexpr qint64 ReserveShare = 5; // background leaves the last fifth alone
constexpr std::chrono::seconds LongestBlock = 1h; // more is not believed
constexpr std::chrono::seconds LongestWindow = 1h;
constexpr int MostDoublings = 8;

std::optional<Bucket> bucketOf(const QString &name)
{
    if (name == "api"_L1)
        return Bucket::Api;
    if (name == "resolvers"_L1)
        return Bucket::Resolvers;
    if (name == "pages"_L1)
        return Bucket::Pages;
    return std::nullopt;
}

bool hasRunOut(Duration now, const Budget &budget)
{
    return budget.resetAt != Duration(0) && now >= budget.resetAt;
}

// Below one half background follows a straight line from half of the quota at the window's start
// to the reserve at its end: whoever is below the line waits until it has come down.
Duration backgroundTime(Duration now, const Budget &budget)
{
    const qint64 reserve = budget.quota / ReserveShare;
    const qint64 half = budget.quota / 2;
    if (budget.left > half || budget.resetAt == Duration(0))
        return now;
    if (budget.left <= reserve || half <= reserve)
        return budget.resetAt;
    const double share =
        static_cast<double>(budget.left - reserve) / static_cast<double>(half - reserve);
    const auto ahead =
        Duration(static_cast<Duration::rep>(share * static_cast<double>(budget.window.count())));
    return std::clamp(budget.resetAt - ahead, now, budget.resetAt);
}

Duration jitter()
{
    return Duration(QRandomGenerator::global()->bounded(1001));
}

struct Waiter {
    QPointer<QObject> context;
    std::function<void()> go;
};

struct Door {
    Budget budget;
    std::deque<Waiter> foreground;
    std::deque<Waiter> background;
    std::optional<Duration> announced; // what waiting() said last

    bool isEmpty() const { return foreground.empty() && background.empty(); }
    void dropGone()
    {
        for (auto *queue : {&foreground, &background})
            std::erase_if(*queue, [](const Waiter &waiter) { return waiter.context.isNull(); });
    }
};

} // namespace

Decision decide(Duration now, const Budget &budget, Priority priority)
{
    if (now < budget.blockedUntil)
        return {.go = false, .until = budget.blockedUntil};
    if (!budget.isStated)
        return {.go = true};
    if (hasRunOut(now, budget))
        return {.go = true};
    if (budget.left <= 0) {
        const bool isKnown = budget.resetAt != Duration(0);
        return {.go = false, .until = isKnown ? budget.resetAt : now + budget.window};
    }
    const Duration time = priority == Priority::Background ? backgroundTime(now, budget) : now;
    return time <= now ? Decision{.go = true} : Decision{.go = false, .until = time};
}

struct Gate::Private {
    Private(Gate *gate, core::Clock &theClock)
        : q(gate)
        , clock(theClock)
    {
    }

    Door &door(Bucket bucket) { return doors[static_cast<size_t>(bucket)]; }
    void refill(Door &door);
    void take(Door &door);
    void wake();
    void pumpAll();
    void pump(Bucket bucket);
    void arm(Duration until);
    void announce(Bucket bucket, std::optional<Duration> until);

    Gate *q;
    core::Clock &clock;
    std::array<Door, BucketCount> doors;
    bool isWoken = false;
    std::optional<Duration> armed; // when the clock will call
};

void Gate::Private::refill(Door &door)
{
    if (!hasRunOut(clock.monotonic(), door.budget))
        return;
    door.budget.left = door.budget.quota;
    door.budget.resetAt = Duration(0);
}

void Gate::Private::take(Door &door)
{
    if (!door.budget.isStated)
        return;
    refill(door);
    if (door.budget.resetAt == Duration(0))
        door.budget.resetAt = clock.monotonic() + door.budget.window;
    door.budget.left = std::max<qint64>(0, door.budget.left - 1);
}

void Gate::Private::wake()
{
    if (isWoken)
        return;
    isWoken = true;
    QMetaObject::invokeMethod(
        q,
        [this] {
            isWoken = false;
            pumpAll();
        },
        Qt::QueuedConnection);
}

void Gate::Private::pumpAll()
{
    const QPointer<Gate> alive(q);
    for (const Bucket bucket : {Bucket::Api, Bucket::Resolvers, Bucket::Pages}) {
        pump(bucket);
        if (!alive)
            return;
    }
}

void Gate::Private::pump(Bucket bucket)
{
    const QPointer<Gate> alive(q);
    Door &entrance = door(bucket);
    entrance.dropGone();
    while (!entrance.isEmpty()) {
        const bool isForeground = !entrance.foreground.empty();
        auto &queue = isForeground ? entrance.foreground : entrance.background;
        const auto priority = isForeground ? Priority::Foreground : Priority::Background;
        const Decision decision = decide(clock.monotonic(), entrance.budget, priority);
        if (!decision.go) {
            arm(decision.until);
            return announce(bucket, decision.until);
        }
        const Waiter waiter = std::move(queue.front());
        queue.pop_front();
        if (!waiter.context)
            continue;
        take(entrance);
        waiter.go();
        if (!alive)
            return;
    }
    announce(bucket, std::nullopt);
}

// A call of the clock cannot be taken back: a later one that is still to come does no harm.
void Gate::Private::arm(Duration until)
{
    const Duration now = clock.monotonic();
    if (armed && *armed > now && *armed <= until)
        return;
    armed = until;
    clock.after(std::max(Duration(1), until - now), q, [this, until] {
        if (armed == until)
            armed.reset();
        pumpAll();
    });
}

void Gate::Private::announce(Bucket bucket, std::optional<Duration> until)
{
    Door &entrance = door(bucket);
    if (entrance.announced == until)
        return;
    entrance.announced = until;
    if (!until) {
        Q_EMIT q->waiting(bucket, std::nullopt);
        return;
    }
    const Duration time = std::max(Duration(0), *until - clock.monotonic());
    Q_EMIT q->waiting(bucket, std::chrono::ceil<std::chrono::seconds>(time));
}

Gate::Gate(core::Clock &clock, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, clock))
{
}

Gate::~Gate() = default;

void Gate::enter(Bucket bucket, Priority priority, QObject *context, std::function<void()> go)
{
    Door &door = d->door(bucket);
    auto &queue = priority == Priority::Foreground ? door.foreground : door.background;
    queue.push_back({context, std::move(go)});
    d->wake();
}

void Gate::observe(const QList<RateInfo> &rates)
{
    for (const RateInfo &rate : rates) {
        const auto bucket = bucketOf(rate.bucket);
        if (!bucket)
            continue;
        Budget &budget = d->door(*bucket).budget;
        budget.isStated = true;
        if (rate.quota > 0)
            budget.quota = rate.quota;
        budget.quota = std::max(budget.quota, rate.left);
        if (rate.window > 0s)
            budget.window = std::min(rate.window, LongestWindow);
        budget.left = rate.left;
        // At least a moment, so that nothing left is not taken for nothing known.
        const auto reset = std::clamp<std::chrono::seconds>(rate.reset, 1s, LongestWindow);
        budget.resetAt = d->clock.monotonic() + reset;
    }
    d->wake();
}

std::chrono::seconds Gate::refused(Bucket bucket, const QList<RateInfo> &rates,
                                   const core::Error &error, int attempt)
{
    Duration wait = 1s * (1 << std::clamp(attempt, 0, MostDoublings));
    if (error.retryAfter)
        wait = *error.retryAfter;
    for (const RateInfo &rate : rates) {
        if (bucketOf(rate.bucket) == bucket && rate.left == 0)
            wait = rate.reset;
    }
    wait = std::clamp<Duration>(wait, 0s, LongestBlock) + jitter();
    Budget &budget = d->door(bucket).budget;
    budget.blockedUntil = std::max(budget.blockedUntil, d->clock.monotonic() + wait);
    qCDebug(logGate) << "bucket" << static_cast<int>(bucket) << "closed for" << wait.count()
                     << "ms";
    d->wake();
    return std::chrono::ceil<std::chrono::seconds>(wait);
}

Budget Gate::budget(Bucket bucket) const
{
    d->refill(d->door(bucket));
    return d->door(bucket).budget;
}

} // namespace hub
