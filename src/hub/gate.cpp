#include "hub/gate.h"

#include <QLoggingCategory>
#include <QPointer>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <vector>

#include "core/digest.h"
#include "hub/lanes.h"
#include "hub/parse.h"

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
// The seconds of a header are whole ones: a window may end so much after them.
constexpr std::chrono::seconds Rounding = 1s;
constexpr qint64 MostUnderWay = 32; // more than the connections of one host
constexpr qint64 MostUnheard = 4; // before the first answer: its budget may be nearly used up
constexpr qint64 CautiousShare = 4;
// Of a request, and the Hub counts each: the redirect of an old name, that to a file, the answer.
constexpr qint64 MostHops = 3;
constexpr int RivalWindows = 6; // so long somebody who was noticed is reckoned with
// Longer: it hangs, and need not hold up others; and the Hub has counted it, if it ever will.
constexpr Duration LongUnderWay = 10s;

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
    const qint64 left = budget.left - budget.underWay;
    if (left > half || budget.resetAt == Duration(0))
        return now;
    if (left <= reserve || half <= reserve)
        return budget.resetAt;
    const double share = static_cast<double>(left - reserve) / static_cast<double>(half - reserve);
    const auto ahead =
        Duration(static_cast<Duration::rep>(share * static_cast<double>(budget.window.count())));
    return std::clamp(budget.resetAt - ahead, now, budget.resetAt);
}

Duration jitter()
{
    return Duration(QRandomGenerator::global()->bounded(1001));
}

struct Door {
    using Line = Lanes<Gate::Go>;

    Budget budget;
    Line foreground;
    Line background;
    std::vector<Gate::Pass *> passes; // under way, the oldest first

    bool isEmpty() { return foreground.isEmpty() && background.isEmpty(); }
};

// One that was sent back alone, whatever the others may do.
struct Sidelined {
    Gate::Wish wish;
    QPointer<QObject> context;
    Gate::Go go;
    Duration until;
};

// The budgets of one payer, and who waits for them.
struct Purse {
    Payer payer;
    std::array<Door, BucketCount> doors;
};

} // namespace

Payer Payer::of(const Endpoint &endpoint, const core::Secret &token)
{
    Payer payer{.endpoint = endpoint.text(), .account = {}};
    if (token.isEmpty())
        return payer;
    core::Digest digest(core::ContentId::Kind::Sha256, token.reveal().size());
    digest.add(token.reveal());
    payer.account = digest.hex().toLatin1();
    return payer;
}

class Gate::Pass {
public:
    Pass(Gate &theGate, const Payer &who, Bucket what, Priority urgency, Duration now)
        : gate(&theGate)
        , payer(who)
        , bucket(what)
        , priority(urgency)
        , since(now)
    {
    }
    ~Pass();
    Q_DISABLE_COPY_MOVE(Pass)

    QPointer<Gate> gate;
    Payer payer;
    Bucket bucket;
    Priority priority;
    Duration since;
    std::optional<Duration> sent; // since when it is known to be on its way
    bool isHeard = false; // the Hub has told its number
    bool isCounted = false; // in the number of a later answer: no longer among those under way
};

Decision decide(Duration now, const Budget &budget, Priority priority)
{
    if (now < budget.blockedUntil)
        return {.go = false, .until = budget.blockedUntil};
    if (!budget.isStated)
        return {.go = true};
    if (hasRunOut(now, budget))
        return {.go = true};
    const qint64 needed = std::clamp<qint64>(budget.quota, 1, MostHops);
    if (budget.left - MostHops * budget.underWay < needed) {
        const bool isKnown = budget.resetAt != Duration(0);
        return {.go = false, .until = isKnown ? budget.resetAt : now + budget.window};
    }
    const Duration time = priority == Priority::Background ? backgroundTime(now, budget) : now;
    return time <= now ? Decision{.go = true} : Decision{.go = false, .until = time};
}

qint64 mostUnderWay(Duration now, const Budget &budget)
{
    if (now < budget.rivalsUntil)
        return 1;
    if (!budget.isHeard)
        return MostUnheard;
    if (!budget.isStated)
        return MostUnderWay;
    return std::clamp<qint64>(budget.left / CautiousShare, 1, MostUnderWay);
}

struct Gate::Private {
    Private(Gate *gate, core::Clock &theClock)
        : q(gate)
        , clock(theClock)
    {
        purses.push_back(std::make_unique<Purse>());
    }

    Purse &purse(const Payer &payer);
    void dropUnused();
    Purse &present() { return *purses.front(); }
    Door &door(const Payer &payer, Bucket bucket)
    {
        return purse(payer).doors[static_cast<size_t>(bucket)];
    }
    static void refill(Door &door, Duration now);
    void take(Door &door);
    bool end(Pass &pass);
    void spend(const Pass &pass, int asked);
    Refusal refuse(Door &door, Bucket bucket, const QList<RateInfo> &rates,
                   const core::Error &error, int attempt);
    void learn(Door &door, const RateInfo &rate);
    void wake();
    void join(const Wish &wish, QObject *context, Go go);
    void recall();
    void pumpAll();
    void pump(Purse &purse, Bucket bucket);
    bool isCrowded(const Door &door, Priority priority);
    void waitUntil(Bucket bucket, Duration until);
    void arm(Duration until);
    void announce();

    Gate *q;
    core::Clock &clock;
    std::vector<std::unique_ptr<Purse>> purses; // the present payer's first
    std::vector<Sidelined> sidelined;
    std::array<std::optional<Duration>, BucketCount> opens; // somebody waits until then
    std::array<std::optional<Duration>, BucketCount> announced; // what waiting() said last
    bool isWoken = false;
    std::optional<Duration> armed; // when the clock will call
};

Purse &Gate::Private::purse(const Payer &payer)
{
    const auto found = std::find_if(purses.begin(), purses.end(),
                                    [&payer](const auto &one) { return one->payer == payer; });
    if (found != purses.end())
        return **found;
    purses.push_back(std::make_unique<Purse>());
    purses.back()->payer = payer;
    return *purses.back();
}

// Those nobody waits with and that have nothing left to remember.
void Gate::Private::dropUnused()
{
    const Duration now = clock.monotonic();
    const auto isUnused = [now](Door &door) {
        return door.isEmpty() && door.passes.empty() && now >= door.budget.blockedUntil
            && now >= door.budget.resetAt;
    };
    const auto begin = purses.begin() + 1; // the present payer stays
    purses.erase(std::remove_if(begin, purses.end(),
                                [&isUnused](const auto &purse) {
                                    return std::all_of(purse->doors.begin(), purse->doors.end(),
                                                       isUnused);
                                }),
                 purses.end());
}

void Gate::Private::refill(Door &door, Duration now)
{
    if (!hasRunOut(now, door.budget))
        return;
    door.budget.left = door.budget.quota;
    door.budget.resetAt = Duration(0);
}

void Gate::Private::take(Door &door)
{
    Budget &budget = door.budget;
    refill(door, clock.monotonic());
    if (budget.isStated && budget.resetAt == Duration(0))
        budget.resetAt = clock.monotonic() + budget.window;
    ++budget.underWay;
}

// The request is no longer under way; false when it was not.
bool Gate::Private::end(Pass &pass)
{
    Door &entrance = door(pass.payer, pass.bucket);
    if (std::erase(entrance.passes, &pass) == 0)
        return false;
    if (!pass.isCounted)
        --entrance.budget.underWay;
    return true;
}

// What was sent and brought no numbers is taken for counted.
void Gate::Private::spend(const Pass &pass, int asked)
{
    Budget &budget = door(pass.payer, pass.bucket).budget;
    if (budget.isStated && !pass.isHeard && !pass.isCounted)
        budget.left = std::max<qint64>(0, budget.left - asked);
    wake();
}

void Gate::Private::learn(Door &door, const RateInfo &rate)
{
    Budget &budget = door.budget;
    const Duration now = clock.monotonic();
    for (Pass *pass : door.passes) {
        if (!pass->isCounted && pass->sent && *pass->sent < now - LongUnderWay) {
            pass->isCounted = true;
            --budget.underWay;
        }
    }
    // At least a moment, so that nothing left is not taken for nothing known.
    const auto reset = std::clamp<Duration>(rate.reset, 0s, LongestWindow) + Rounding;
    if (rate.window > 0s)
        budget.window = std::min(rate.window, LongestWindow);
    // Answers overtake each other: within one window the smallest number is the newest. Under
    // another quota what is remembered, or was reckoned from the former one, says nothing.
    const bool isSameQuota = rate.quota <= 0 || rate.quota == budget.quota;
    const bool isSameWindow = budget.isStated && isSameQuota && budget.resetAt != Duration(0)
        && !hasRunOut(now, budget) && now + reset < budget.resetAt + budget.window / 2;
    // Each request of ours may have cost that much; what is gone beyond that was somebody else's.
    if (isSameWindow && rate.left < budget.left - MostHops * (budget.underWay + 1))
        budget.rivalsUntil = now + RivalWindows * budget.window;
    budget.isStated = true;
    if (rate.quota > 0)
        budget.quota = rate.quota;
    budget.quota = std::max(budget.quota, rate.left);
    budget.left = isSameWindow ? std::min(budget.left, rate.left) : rate.left;
    budget.resetAt = now + reset;
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
    opens = {};
    recall();
    dropUnused();
    for (size_t i = 0; i < purses.size(); ++i) {
        for (const Bucket bucket : {Bucket::Api, Bucket::Resolvers, Bucket::Pages}) {
            pump(*purses[i], bucket);
            if (!alive)
                return;
        }
    }
    announce();
}

void Gate::Private::pump(Purse &purse, Bucket bucket)
{
    const QPointer<Gate> alive(q);
    Door &entrance = purse.doors[static_cast<size_t>(bucket)];
    while (!entrance.isEmpty()) {
        const bool isForeground = !entrance.foreground.isEmpty();
        auto &line = isForeground ? entrance.foreground : entrance.background;
        const auto priority = isForeground ? Priority::Foreground : Priority::Background;
        const Duration now = clock.monotonic();
        const Decision decision = decide(now, entrance.budget, priority);
        if (!decision.go) {
            waitUntil(bucket, decision.until);
            return;
        }
        if (isCrowded(entrance, priority))
            return; // an answer opens it
        const auto waiter = line.take();
        take(entrance);
        const auto ticket = std::make_shared<Pass>(*q, purse.payer, bucket, priority, now);
        entrance.passes.push_back(ticket.get());
        waiter.go(ticket);
        if (!alive)
            return;
    }
}

void Gate::Private::waitUntil(Bucket bucket, Duration until)
{
    arm(until);
    auto &time = opens[static_cast<size_t>(bucket)];
    time = std::min(time.value_or(until), until);
}

// The foreground does not wait for answers to the background: those count in the budget only.
bool Gate::Private::isCrowded(const Door &door, Priority priority)
{
    const Duration old = clock.monotonic() - LongUnderWay;
    const auto isInTheWay = [old, priority](const Pass *pass) {
        return pass->since > old
            && (priority == Priority::Background || pass->priority == Priority::Foreground);
    };
    const auto &passes = door.passes;
    if (std::count_if(passes.begin(), passes.end(), isInTheWay)
        < mostUnderWay(clock.monotonic(), door.budget))
        return false;
    const auto oldest = std::find_if(passes.begin(), passes.end(), isInTheWay);
    arm((*oldest)->since + LongUnderWay);
    return true;
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

void Gate::Private::announce()
{
    const QPointer<Gate> alive(q);
    for (const Bucket bucket : {Bucket::Api, Bucket::Resolvers, Bucket::Pages}) {
        const auto index = static_cast<size_t>(bucket);
        if (announced[index] == opens[index])
            continue;
        announced[index] = opens[index];
        std::optional<std::chrono::seconds> time;
        if (const auto until = opens[index])
            time = std::chrono::ceil<std::chrono::seconds>(
                std::max(Duration(0), *until - clock.monotonic()));
        Q_EMIT q->waiting(bucket, time);
        if (!alive)
            return;
    }
}

Gate::Pass::~Pass()
{
    if (gate && gate->d->end(*this))
        gate->d->spend(*this, 1);
}

Gate::Gate(core::Clock &clock, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, clock))
{
}

Gate::~Gate() = default;

void Gate::setPayer(const Payer &payer)
{
    if (d->present().payer == payer)
        return;
    Purse &next = d->purse(payer);
    for (size_t i = 0; i < BucketCount; ++i) {
        Door &left = d->present().doors[i];
        left.foreground.moveTo(next.doors[i].foreground);
        left.background.moveTo(next.doors[i].background);
    }
    const auto found = std::find_if(d->purses.begin(), d->purses.end(),
                                    [&next](const auto &one) { return one.get() == &next; });
    std::swap(*found, d->purses.front());
    d->wake();
}

void Gate::onContextGone()
{
    d->wake(); // who waited does so no more, and that is told
}

void Gate::enter(const Wish &wish, QObject *context, Go go)
{
    connect(context, &QObject::destroyed, this, &Gate::onContextGone, Qt::UniqueConnection);
    if (wish.pause > Duration(0)) {
        const Duration until = d->clock.monotonic() + std::min<Duration>(wish.pause, LongestBlock);
        d->sidelined.push_back({wish, context, std::move(go), until});
    } else {
        d->join(wish, context, std::move(go));
    }
    d->wake();
}

void Gate::Private::join(const Wish &wish, QObject *context, Go go)
{
    Purse &payers = wish.payer ? purse(*wish.payer) : present();
    Door &door = payers.doors[static_cast<size_t>(wish.bucket)];
    auto &line = wish.priority == Priority::Foreground ? door.foreground : door.background;
    Door::Line::Waiter waiter{context, std::move(go), wish.payer.has_value()};
    if (wish.turn == Turn::Again)
        line.prepend(wish.lane, std::move(waiter));
    else
        line.append(wish.lane, std::move(waiter));
}

// Those whose pause is over get into their lanes.
void Gate::Private::recall()
{
    const Duration now = clock.monotonic();
    std::erase_if(sidelined, [this, now](Sidelined &one) {
        if (one.context.isNull())
            return true;
        if (now < one.until) {
            waitUntil(one.wish.bucket, one.until);
            return false;
        }
        join(one.wish, one.context, std::move(one.go));
        return true;
    });
}

void Gate::left(const Ticket &ticket)
{
    if (ticket && ticket->gate == this && !ticket->sent)
        ticket->sent = d->clock.monotonic();
}

void Gate::heard(const Ticket &ticket, const RateInfo &rate)
{
    const auto bucket = bucketNamed(rate.bucket);
    if (!ticket || ticket->gate != this || !bucket)
        return;
    d->learn(d->door(ticket->payer, *bucket), rate);
    ticket->isHeard = ticket->isHeard || *bucket == ticket->bucket;
    d->wake();
}

void Gate::answered(const Ticket &ticket, const QList<RateInfo> &rates, int asked)
{
    if (!ticket || ticket->gate != this || !d->end(*ticket))
        return;
    d->door(ticket->payer, ticket->bucket).budget.isHeard = true;
    if (!ticket->isHeard) {
        for (const RateInfo &rate : rates)
            heard(ticket, rate);
    }
    d->spend(*ticket, asked);
}

void Gate::unanswered(const Ticket &ticket, int asked)
{
    if (ticket && ticket->gate == this && d->end(*ticket))
        d->spend(*ticket, asked);
}

void Gate::observe(const QList<RateInfo> &rates)
{
    for (const RateInfo &rate : rates) {
        const auto bucket = bucketNamed(rate.bucket);
        if (!bucket)
            continue;
        Door &door = d->present().doors[static_cast<size_t>(*bucket)];
        door.budget.isHeard = true;
        d->learn(door, rate);
    }
    d->wake();
}

Gate::Refusal Gate::refused(const Ticket &ticket, const QList<RateInfo> &rates,
                            const core::Error &error, int attempt, int asked)
{
    answered(ticket, rates, asked);
    return d->refuse(d->door(ticket->payer, ticket->bucket), ticket->bucket, rates, error, attempt);
}

Gate::Refusal Gate::refused(Bucket bucket, const QList<RateInfo> &rates, const core::Error &error,
                            int attempt)
{
    observe(rates);
    return d->refuse(d->present().doors[static_cast<size_t>(bucket)], bucket, rates, error,
                     attempt);
}

Gate::Refusal Gate::Private::refuse(Door &door, Bucket bucket, const QList<RateInfo> &rates,
                                    const core::Error &error, int attempt)
{
    Refusal refusal;
    refusal.wait = 1s * (1 << std::clamp(attempt, 0, MostDoublings));
    if (error.retryAfter && *error.retryAfter > 0s) // none is no time to wait for
        refusal.wait = *error.retryAfter;
    std::optional<Duration> elsewhere; // the Hub took it for a request of another bucket
    bool isOursEmpty = false;
    for (const RateInfo &rate : rates) {
        const auto named = bucketNamed(rate.bucket);
        if (named == bucket) {
            isOursEmpty = rate.left == 0;
            refusal.isForAll = isOursEmpty;
        }
        if (rate.left == 0)
            (named == bucket ? refusal.wait : elsewhere.emplace()) = rate.reset + Rounding;
    }
    if (elsewhere && !isOursEmpty) { // whoever else waits here does not spend of that one
        refusal.wait = *elsewhere;
        refusal.isForAll = false;
    }
    refusal.wait = std::clamp<Duration>(refusal.wait, 0s, LongestBlock) + jitter();
    if (refusal.isForAll) {
        Budget &budget = door.budget;
        budget.rivalsUntil = clock.monotonic() + RivalWindows * budget.window;
        budget.blockedUntil = std::max(budget.blockedUntil, clock.monotonic() + refusal.wait);
        qCDebug(logGate) << "bucket" << static_cast<int>(bucket) << "closed for"
                         << refusal.wait.count() << "ms";
    }
    wake();
    return refusal;
}

Budget Gate::budget(Bucket bucket) const
{
    Door &door = d->present().doors[static_cast<size_t>(bucket)];
    Private::refill(door, d->clock.monotonic());
    return door.budget;
}

} // namespace hub
