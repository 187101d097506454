#include "transfer/throttle.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr double savedSeconds = 0.25;
constexpr double portionSeconds = 0.02;
constexpr qint64 smallestPortion = 1024;
constexpr qint64 largestPortion = 256 * 1024;
constexpr auto shortestSleep = 4ms;
constexpr auto longestSleep = 10s; // limits change by a call, which wakes us
constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

TokenBucket::Time now()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

double seconds(TokenBucket::Time time)
{
    return std::chrono::duration<double>(time).count();
}

void removeOne(std::vector<Throttle::Reader *> *readers, const Throttle::Reader *reader)
{
    std::erase_if(*readers, [reader](const Throttle::Reader *one) { return one == reader; });
}

} // namespace

void TokenBucket::setLimit(const core::SpeedLimit &limit, Time now)
{
    m_limit = limit;
    m_tokens = 0;
    m_at = now;
}

double TokenBucket::most() const
{
    return std::max(static_cast<double>(portion()),
                    static_cast<double>(m_limit.value_or(0)) * savedSeconds);
}

double TokenBucket::tokens(Time now) const
{
    const double rate = static_cast<double>(m_limit.value_or(0));
    return std::min(most(), m_tokens + rate * seconds(now - m_at));
}

qint64 TokenBucket::available(Time now) const
{
    if (!m_limit)
        return unlimited;
    return *m_limit == 0 ? 0 : static_cast<qint64>(std::max(0.0, tokens(now)));
}

void TokenBucket::take(qint64 bytes, Time now)
{
    if (!m_limit)
        return;
    m_tokens = tokens(now) - static_cast<double>(bytes);
    m_at = now;
}

std::optional<TokenBucket::Time> TokenBucket::until(qint64 bytes, Time now) const
{
    if (!m_limit)
        return Time::zero();
    if (*m_limit == 0)
        return {};
    const double lacking = static_cast<double>(bytes) - tokens(now);
    const double time = std::max(0.0, lacking / static_cast<double>(*m_limit));
    return std::chrono::ceil<Time>(std::chrono::duration<double>(time));
}

qint64 TokenBucket::portion() const
{
    if (!m_limit)
        return largestPortion;
    const auto wanted = static_cast<qint64>(static_cast<double>(*m_limit) * portionSeconds);
    return std::clamp(wanted, smallestPortion, largestPortion);
}

struct Throttle::Flow {
    TokenBucket bucket;
    FlowUse use;
};

// ---- Reader

Throttle::Reader::Reader(Throttle *throttle, const QUuid &download, std::function<void()> wake)
    : m_throttle(throttle)
    , m_flow(throttle->flowOf(download))
    , m_wake(std::move(wake))
    , m_since(now())
{
    throttle->m_readers.push_back(this);
}

Throttle::Reader::~Reader()
{
    setMode(m_mode); // the time so far
    if (m_throttle)
        m_throttle->leave(*this);
}

void Throttle::Reader::setMode(Mode mode)
{
    const auto time = now();
    FlowUse &use = m_flow->use;
    (m_mode == Mode::Reading       ? use.reading
         : m_mode == Mode::Limited ? use.limited
                                   : use.held) += time - m_since;
    m_since = time;
    m_mode = mode;
}

qint64 Throttle::Reader::allowed()
{
    if (!m_throttle)
        return unlimited;
    const qint64 bytes = m_throttle->allowed(*this);
    if (m_mode != Mode::Held)
        setMode(bytes > 0 ? Mode::Reading : Mode::Limited);
    return bytes;
}

void Throttle::Reader::took(qint64 bytes)
{
    m_flow->use.bytes += bytes;
    m_granted -= std::min(bytes, m_granted);
}

void Throttle::Reader::setHeld(bool held)
{
    setMode(held ? Mode::Held : Mode::Reading);
}

bool Throttle::Reader::isHeldBack() const
{
    return m_mode != Mode::Reading;
}

// ---- Throttle

Throttle::Throttle(QObject *parent)
    : QObject(parent)
    , m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Throttle::onTimer);
}

Throttle::~Throttle() = default;

std::shared_ptr<Throttle::Flow> Throttle::flowOf(const QUuid &download)
{
    std::shared_ptr<Flow> &flow = m_flows[download];
    if (!flow)
        flow = std::make_shared<Flow>();
    return flow;
}

void Throttle::setLimit(const core::SpeedLimit &limit)
{
    if (m_all.limit() == limit)
        return;
    revokeGrants();
    m_all.setLimit(limit, now());
    serve();
}

void Throttle::setLimit(const QUuid &download, const core::SpeedLimit &limit)
{
    TokenBucket &bucket = flowOf(download)->bucket;
    if (bucket.limit() == limit)
        return;
    revokeGrants();
    bucket.setLimit(limit, now());
    serve();
}

void Throttle::forget(const QUuid &download)
{
    m_flows.remove(download); // a Reader that still ends keeps its own
}

// Leave to read was given under the old limit.
void Throttle::revokeGrants()
{
    for (Reader *reader : m_readers) {
        m_all.take(-reader->m_granted, now());
        reader->m_flow->bucket.take(-reader->m_granted, now());
        reader->m_granted = 0;
    }
}

QHash<QUuid, FlowUse> Throttle::use() const
{
    for (Reader *reader : m_readers)
        reader->setMode(reader->m_mode); // the time so far
    QHash<QUuid, FlowUse> uses;
    for (auto it = m_flows.cbegin(); it != m_flows.cend(); ++it) {
        FlowUse use = it.value()->use;
        use.connections = static_cast<int>(
            std::count_if(m_readers.begin(), m_readers.end(),
                          [&it](const Reader *reader) { return reader->m_flow == it.value(); }));
        uses.insert(it.key(), use);
    }
    return uses;
}

qint64 Throttle::allowed(Reader &reader)
{
    if (!m_all.limit() && !reader.m_flow->bucket.limit()) {
        removeOne(&m_waiting, &reader);
        return unlimited;
    }
    if (reader.m_granted > 0)
        return reader.m_granted;
    if (std::find(m_waiting.begin(), m_waiting.end(), &reader) != m_waiting.end())
        return 0; // its turn comes
    m_waiting.push_back(&reader);
    serve();
    removeOne(&m_granted, &reader); // it knows
    return reader.m_granted;
}

void Throttle::leave(Reader &reader)
{
    m_all.take(-reader.m_granted, now());
    reader.m_flow->bucket.take(-reader.m_granted, now());
    removeOne(&m_readers, &reader);
    removeOne(&m_waiting, &reader);
    removeOne(&m_granted, &reader);
}

// One whose Download may not read yet does not hold up those of others behind it.
void Throttle::serve()
{
    std::erase_if(m_waiting, [this](Reader *reader) {
        if (!grant(*reader))
            return false;
        m_granted.push_back(reader);
        return true;
    });
    plan();
}

bool Throttle::grant(Reader &reader)
{
    TokenBucket &own = reader.m_flow->bucket;
    const qint64 portion = std::min(m_all.portion(), own.portion());
    const auto time = now();
    if (std::min(m_all.available(time), own.available(time)) < portion)
        return false;
    m_all.take(portion, time);
    own.take(portion, time);
    reader.m_granted = portion;
    return true;
}

// The next time somebody can be served.
void Throttle::plan()
{
    std::optional<TokenBucket::Time> soonest;
    const auto time = now();
    for (const Reader *reader : m_waiting) {
        const TokenBucket &own = reader->m_flow->bucket;
        const qint64 portion = std::min(m_all.portion(), own.portion());
        const auto all = m_all.until(portion, time);
        const auto flow = own.until(portion, time);
        if (all && flow)
            soonest = std::min(soonest.value_or(TokenBucket::Time::max()), std::max(*all, *flow));
    }
    if (!m_granted.empty())
        return m_timer.start(0);
    if (!soonest)
        return m_timer.stop();
    const auto sleep = std::clamp<TokenBucket::Time>(*soonest, shortestSleep, longestSleep);
    m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(sleep));
}

// Whoever is woken may end, ask again, or end another one.
void Throttle::onTimer()
{
    serve();
    while (!m_granted.empty()) {
        Reader *reader = m_granted.front();
        m_granted.erase(m_granted.begin());
        reader->m_wake();
    }
    plan();
}

} // namespace transfer
