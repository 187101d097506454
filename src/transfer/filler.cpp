#include "transfer/filler.h"

#include <QTimer>

#include <algorithm>

#include "core/redact.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 smallestChunk = 8 * MiB;
constexpr qint64 largestChunk = 64 * MiB;
constexpr auto reconnectPause = 200ms;
constexpr int rangeNotSatisfiable = 416;
constexpr int serviceUnavailable = 503;
constexpr int linkStrikesBeforePerRange = 2;
constexpr int linkStrikesBeforeGivingUp = 5;

// Only this file's connection is concerned; another one may do.
bool isConnectionTrouble(const core::Error &error)
{
    switch (error.kind) {
    case core::ErrorKind::ConnectionLost:
    case core::ErrorKind::Timeout:
    case core::ErrorKind::Truncated:
        return true;
    default:
        return false;
    }
}

} // namespace

Filler::Filler(hub::Http &http, Throttle &throttle, Hosts &hosts, cache::Partial &partial,
               const FillJob &job, QObject *parent)
    : QObject(parent)
    , m_http(http)
    , m_throttle(throttle)
    , m_hosts(hosts)
    , m_partial(partial)
    , m_job(job)
    , m_connections(std::max(1, job.connections))
{
}

Filler::~Filler()
{
    stop();
}

// It may be the sender of the signal being handled.
void Filler::DeleteLater::operator()(Fetch *fetch) const
{
    fetch->deleteLater();
}

bool Filler::isSmall() const
{
    return m_job.size < cache::Partial::sidecarFrom;
}

void Filler::begin()
{
    m_totalBefore = m_partial.written().total();
    // A chain of redirects cannot be stopped in front of a host that is to be left alone.
    if (isSmall() && !m_hosts.isAnyPaused(std::chrono::steady_clock::now())) {
        m_links = Links::PerRange;
        fillSlots();
    } else {
        askLink();
    }
}

void Filler::hold()
{
    m_held = true;
    for (const auto &fetch : m_fetches)
        fetch->hold();
}

void Filler::release()
{
    m_held = false;
    for (const auto &fetch : m_fetches)
        fetch->release();
}

void Filler::stop()
{
    if (m_ended)
        return;
    m_ended = true;
    for (const auto &fetch : m_fetches)
        fetch->stop();
    dropAll();
    if (m_asking) {
        m_asking->disconnect(this);
        m_asking->cancel();
    }
}

void Filler::setConnections(int most)
{
    m_connections = std::max(1, most);
    while (static_cast<int>(m_fetches.size()) > m_connections) {
        const auto surplus = std::move(m_fetches.back());
        m_fetches.pop_back();
        surplus->stop();
    }
    fillSlots();
}

// Where the bytes are: the first redirect to another origin, or the address that answered.
void Filler::askLink()
{
    if (m_asking)
        return;
    hub::HttpRequest request;
    request.verb = "HEAD"_ba;
    request.url = m_job.resolveUrl;
    request.redirects = hub::HttpRequest::Redirects::StopAtOtherOrigin;
    m_asking = m_http.send(request);
    connect(m_asking, &hub::Exchange::finished, this,
            [this, exchange = m_asking.data()] { onLink(exchange); });
}

void Filler::onLink(hub::Exchange *exchange)
{
    m_asking = nullptr;
    if (exchange->reply().status > 0)
        Q_EMIT ratesSeen(exchange->reply().rates);
    if (m_ended)
        return;
    const auto &result = exchange->result();
    if (!result) {
        const int status = result.error().httpStatus;
        if (status != 405 && status != 501)
            return end(result.error());
        m_links = Links::PerRange; // a Hub without HEAD
        return fillSlots();
    }
    const Statement statement = statementOf(*result, m_job.content, m_job.size);
    if (statement.contradiction)
        return contradict(statement);
    m_link = result->otherOrigin.isEmpty() ? result->url : result->otherOrigin;
    fillSlots();
}

qint64 Filler::chunkSize() const
{
    if (m_connections == 1)
        return m_job.size;
    return std::clamp(m_job.size / (4 * m_connections), smallestChunk, largestChunk);
}

std::optional<FetchPlan> Filler::nextPlan() const
{
    FetchPlan plan;
    plan.url = m_links == Links::Shared ? m_link : m_job.resolveUrl;
    plan.size = m_job.size;
    plan.content = m_job.content;
    plan.pageExpected = m_job.pageExpected;
    plan.download = m_job.download;
    if (m_body == Body::Whole || (isSmall() && m_partial.written().isEmpty())) {
        if (!m_fetches.empty())
            return {};
        plan.ask = FetchPlan::Ask::Whole;
        plan.range = {0, m_job.size};
        return plan;
    }
    core::RangeSet taken = m_partial.written();
    for (const auto &fetch : m_fetches)
        taken.insert({fetch->position(), fetch->plan().range.end});
    const auto gaps = taken.gaps(m_job.size);
    if (gaps.isEmpty())
        return {};
    plan.range = {gaps.first().begin, std::min(gaps.first().end, gaps.first().begin + chunkSize())};
    return plan;
}

void Filler::fillSlots()
{
    if (m_ended)
        return;
    if (m_partial.written().gaps(m_job.size).isEmpty()) {
        stop();
        Q_EMIT ended({});
        return;
    }
    if (m_links == Links::Shared && m_link.isEmpty())
        return askLink();
    if (const auto pause = pauseOfHost(); pause && m_fetches.empty())
        return end(*pause);
    else if (pause)
        return; // what runs may go on; the next connection would be refused
    while (static_cast<int>(m_fetches.size()) < m_connections) {
        const auto plan = nextPlan();
        if (!plan)
            break;
        startFetch(*plan);
    }
}

void Filler::startFetch(const FetchPlan &plan)
{
    auto sink = [this](qint64 offset, QByteArrayView data) {
        const qint64 before = m_partial.written().total();
        auto written = m_partial.write(offset, data);
        // What is written over itself brings nobody further: a server without ranges sends the
        // beginning again and again.
        if (written && m_partial.written().total() > before) {
            m_newBytes = true;
            m_linkStrikes = 0;
            Q_EMIT wrote(data.size());
        }
        return written;
    };
    auto *fetch = new Fetch(m_http, m_throttle, plan, std::move(sink), this);
    m_fetches.emplace_back(fetch);
    if (m_held)
        fetch->hold();
    connect(fetch, &Fetch::begun, this, [this, fetch] { onBegun(fetch); });
    connect(fetch, &Fetch::wholeFile, this, [this, fetch] { onWholeFile(fetch); });
    connect(fetch, &Fetch::ratesSeen, this, &Filler::ratesSeen);
    connect(fetch, &Fetch::ended, this, [this, fetch](const std::optional<core::Error> &trouble) {
        onFetchEnded(fetch, trouble);
    });
}

void Filler::onBegun(Fetch *fetch)
{
    if (fetch->plan().ask == FetchPlan::Ask::Whole && m_body == Body::Ranges && !isSmall()) {
        m_body = Body::Whole; // 200 to the first range: this one brings everything
        std::erase_if(m_fetches, [fetch](const auto &other) { return other.get() != fetch; });
    }
    if (fetch->plan().ask == FetchPlan::Ask::Range && m_links == Links::Shared) {
        if (m_etag.isEmpty())
            m_etag = fetch->etag();
        else if (m_etag != fetch->etag())
            return end(core::makeError(core::ErrorKind::RemoteChanged,
                                       u"two segments of the file have different validators"_s));
    }
    m_hosts.served(fetch->plan().url);
    if (!m_linkAnnounced) {
        m_linkAnnounced = true;
        Q_EMIT linkKnown();
    }
}

void Filler::onWholeFile(Fetch *fetch)
{
    if (m_body == Body::Whole)
        return drop(fetch);
    onRangeRefused();
}

void Filler::onFetchEnded(Fetch *fetch, const std::optional<core::Error> &trouble)
{
    const qint64 total = m_partial.written().total();
    const auto gained = total > m_totalBefore ? Gain::Some : Gain::None;
    m_totalBefore = total;
    const Statement statement = fetch->statement();
    drop(fetch);
    if (m_ended)
        return;
    if (statement.contradiction)
        contradict(statement);
    else if (trouble)
        onTrouble(*trouble, gained);
    else
        fillSlots();
}

void Filler::contradict(const Statement &statement)
{
    m_fileBehindPointer = statement.fileBehindPointer;
    end(statement.contradiction);
}

// A server that refuses every range may still send the whole file.
void Filler::onRangeRefused()
{
    m_body = Body::Whole;
    for (const auto &other : m_fetches)
        other->stop();
    dropAll();
    fillSlots();
}

// The link's host asked for a pause, of another file perhaps.
std::optional<core::Error> Filler::pauseOfHost() const
{
    if (m_links != Links::Shared)
        return {};
    const auto pause = m_hosts.pauseOf(m_link, std::chrono::steady_clock::now());
    if (!pause)
        return {};
    core::Error error = core::makeError(core::ErrorKind::RateLimited);
    error.url = core::redactUrl(m_link);
    error.retryAfter = pause;
    return error;
}

void Filler::rememberHost(const core::Error &error)
{
    const QUrl url(error.url);
    const bool asksForPause =
        error.kind == core::ErrorKind::RateLimited || error.httpStatus == serviceUnavailable;
    if (asksForPause && !m_http.config().endpoint.isSameOrigin(url))
        m_hosts.refused(url, error.retryAfter, std::chrono::steady_clock::now());
}

void Filler::onTrouble(const core::Error &error, Gain gain)
{
    rememberHost(error);
    if (error.kind == core::ErrorKind::LinkExpired)
        return onLinkRefused(error);
    if (error.httpStatus == rangeNotSatisfiable && m_body == Body::Ranges && !isSmall())
        return onRangeRefused();
    if (!isConnectionTrouble(error))
        return end(error);
    if (gain == Gain::None) {
        if (m_fetches.empty())
            return end(error); // the caller waits longer than we would
        m_connections = std::max(1, static_cast<int>(m_fetches.size()));
        return;
    }
    QTimer::singleShot(reconnectPause, this, &Filler::fillSlots);
}

void Filler::onLinkRefused(const core::Error &error)
{
    ++m_linkStrikes;
    if (m_linkStrikes >= linkStrikesBeforeGivingUp)
        return end(error);
    if (m_linkStrikes >= linkStrikesBeforePerRange)
        m_links = Links::PerRange;
    m_link.clear();
    m_etag.clear();
    if (m_linkAnnounced) {
        m_linkAnnounced = false;
        Q_EMIT linkLost();
    }
    QTimer::singleShot(reconnectPause, this, &Filler::fillSlots);
}

void Filler::drop(Fetch *fetch)
{
    std::erase_if(m_fetches, [fetch](const auto &one) { return one.get() == fetch; });
}

void Filler::dropAll()
{
    m_fetches.clear();
}

void Filler::end(const std::optional<core::Error> &trouble)
{
    if (m_ended)
        return;
    stop();
    Q_EMIT ended(trouble);
}

} // namespace transfer
