#include "transfer/filler.h"

#include <QTimer>

#include <algorithm>

#include "core/redact.h"
#include "transfer/fileversion.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr int firstConnections = 8; // of all files together
constexpr qint64 smallestChunk = 4 * MiB;
constexpr qint64 firstChunk = 16 * MiB; // before anything is measured
constexpr qint64 largestChunk = 128 * MiB;
constexpr double chunkSeconds = 4; // asking for the next one then costs little
constexpr qint64 smallestHalf = MiB / 8; // of what lasts long enough to be shared
constexpr qint64 lastPiece = MiB; // of one that leaves: what has come for it already
constexpr qint64 smallestOwnLink = 32 * MiB; // where each piece costs a request to the Hub
constexpr qint64 allBuffers = 2 * MiB; // of all connections; Qt holds up to four times as much
constexpr auto measureEvery = 25ms;
constexpr auto reconnectPause = 200ms;
constexpr int rangeNotSatisfiable = 416;

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

Filler::Filler(const Means &means, cache::Partial &partial, const FillJob &job, QObject *parent)
    : QObject(parent)
    , m_http(means.http)
    , m_throttle(means.throttle)
    , m_hosts(means.hosts)
    , m_lines(means.lines)
    , m_partial(partial)
    , m_job(job)
    , m_adaptation(firstConnections / (means.lines.members() + 1), job.connections)
    , m_measurer(this)
    , m_passes(job.passes)
{
    m_measurer.setInterval(measureEvery);
    connect(&m_measurer, &QTimer::timeout, this, &Filler::measure);
    m_pause.setSingleShot(true);
    m_pause.setInterval(reconnectPause);
    connect(&m_pause, &QTimer::timeout, this, &Filler::fillSlots);
}

Filler::~Filler()
{
    stop();
}

// It may be the sender of the signal being handled.
void Filler::DeleteLater::operator()(Fetch *fetch) const
{
    fetch->abandon();
    fetch->deleteLater();
}

bool Filler::isSmall() const
{
    return m_job.size < cache::Partial::sidecarFrom;
}

void Filler::begin()
{
    m_totalBefore = m_partial.written().total();
    m_clock.start();
    if (!isProven() && m_totalBefore > 0 && m_partial.validator().isEmpty())
        return beginAnew(u"nothing tells whether what is here is of the same version"_s);
    if (!isSmall()) {
        m_lines.join(this);
        connect(&m_lines, &Lines::freed, this, &Filler::fillSlots);
        m_measurer.start();
    }
    // A chain of redirects cannot be stopped in front of a host that is to be left alone.
    if (isSmall() && !m_hosts.isAnyPaused(std::chrono::steady_clock::now())) {
        m_links = Links::PerRange;
        fillSlots();
    } else {
        askLink();
    }
}

void Filler::ask()
{
    m_passAsked = false;
    ++m_passes;
    fillSlots();
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
    m_measurer.stop();
    m_pause.stop();
    for (const auto &fetch : m_fetches)
        fetch->stop();
    dropAll();
    m_lines.leave(this);
    if (m_asking) {
        m_asking->disconnect(this);
        m_asking->cancel();
    }
}

void Filler::setConnections(int most)
{
    m_adaptation.setMost(most);
    while (static_cast<int>(m_fetches.size()) > m_adaptation.target()) {
        m_fetches.back()->stop();
        drop(m_fetches.back().get());
    }
    fillSlots();
}

core::RangeSet Filler::claimed() const
{
    core::RangeSet claimed = m_partial.written();
    for (const auto &fetch : m_fetches)
        claimed.insert({fetch->position(), fetch->end()});
    return claimed;
}

// Long enough that asking for the next one does not count, and short towards the end, so that all
// come to an end together.
qint64 Filler::chunkSize(qint64 unclaimed) const
{
    const int target = m_adaptation.target();
    if (m_adaptation.most() == 1)
        return m_job.size;
    const qint64 wanted = m_bytesPerSecond > 0
        ? std::clamp(static_cast<qint64>(m_bytesPerSecond * chunkSeconds), firstChunk, largestChunk)
        : firstChunk;
    const qint64 least = m_links == Links::PerRange ? smallestOwnLink : smallestChunk;
    return std::max(least, std::min(wanted, unclaimed / (2 * target)));
}

std::optional<FetchPlan> Filler::nextPlan()
{
    FetchPlan plan;
    plan.url = source();
    plan.size = m_job.size;
    plan.content = m_job.content;
    plan.commit = m_job.commit;
    plan.pageExpected = m_job.pageExpected;
    plan.readBuffer = std::clamp(allBuffers / std::max(1, m_lines.inUse()), MiB / 4, MiB / 2);
    plan.download = m_job.download;
    if (m_body == Body::Whole || (isSmall() && m_partial.written().isEmpty())) {
        if (!m_fetches.empty())
            return {};
        plan.ask = FetchPlan::Ask::Whole;
        plan.range = {0, m_job.size};
        return plan;
    }
    const auto gaps = claimed().gaps(m_job.size);
    if (gaps.isEmpty()) {
        const auto half = splitSlowest();
        if (!half)
            return {};
        plan.range = *half;
        return plan;
    }
    qint64 unclaimed = 0;
    for (const core::Range &gap : gaps)
        unclaimed += gap.size();
    plan.range = gaps.first();
    plan.range.end = std::min(plan.range.end, plan.range.begin + chunkSize(unclaimed));
    return plan;
}

// Too little to be shared, and it crawls: what it leaves is a gap again for another connection.
void Filler::dropStraggler()
{
    for (const auto &fetch : m_fetches) {
        const qint64 rest = fetch->end() - fetch->position();
        if (!fetch->isShared() || !m_paces.isCrawling(fetch.get(), rest, now()))
            continue;
        fetch->stop();
        return drop(fetch.get());
    }
}

// The second half of what lasts longest, unless it will soon be here anyway.
std::optional<core::Range> Filler::splitSlowest()
{
    Fetch *slowest = nullptr;
    double longest = m_adaptation.worthSharing();
    const qint64 least = m_links == Links::PerRange ? smallestOwnLink : smallestHalf;
    for (const auto &fetch : m_fetches) {
        const qint64 rest = fetch->end() - fetch->position();
        const double seconds = m_paces.secondsFor(fetch.get(), rest).value_or(0);
        if (!fetch->isShared() || fetch->isHeldBack() || seconds <= longest || rest < 2 * least)
            continue;
        slowest = fetch.get();
        longest = seconds;
    }
    if (!slowest)
        return {};
    const core::Range half{slowest->end() - (slowest->end() - slowest->position()) / 2,
                           slowest->end()};
    slowest->shorten(half.begin);
    return half;
}

void Filler::fillSlots()
{
    if (m_ended || m_pause.isActive())
        return;
    if (m_partial.written().gaps(m_job.size).isEmpty()) {
        stop();
        Q_EMIT ended({});
        return;
    }
    if (m_isAnnounced && m_linkUses == 0 && m_fetches.empty()) {
        m_isAnnounced = false;
        Q_EMIT linkLost();
    }
    if (m_links == Links::Shared && m_link.isEmpty())
        return askLink();
    if (const auto pause = pauseOfHost(); pause && m_fetches.empty())
        return end(*pause);
    else if (pause)
        return; // what runs may go on; the next connection would be refused
    while (static_cast<int>(m_fetches.size()) < m_adaptation.target() && !isBeingTried()
           && startNext()) { }
}

// False: nothing is left to begin, or it may not begin now.
bool Filler::startNext()
{
    if (m_links == Links::PerRange && m_passes == 0) {
        takePass();
        return false;
    }
    if (!isSmall() && !m_lines.take(this))
        return false; // freed() comes
    const auto plan = nextPlan();
    if (!plan) {
        m_lines.putBack(this);
        return false;
    }
    if (m_links == Links::PerRange)
        takePass();
    startFetch(*plan);
    return true;
}

// By us: what comes then tells nothing of the line.
bool Filler::isHeldBack() const
{
    return std::any_of(m_fetches.begin(), m_fetches.end(),
                       [](const auto &fetch) { return fetch->isHeldBack(); });
}

// How fast one connection is, and whether more of them help.
void Filler::measure()
{
    const auto time = now();
    const auto working = static_cast<int>(m_fetches.size());
    for (const auto &fetch : m_fetches)
        m_paces.note(fetch.get(), fetch->received(), time);
    constexpr auto rateWindow = 500ms;
    if (time - m_measuredAt >= rateWindow && working > 0) {
        const double seconds = std::chrono::duration<double>(time - m_measuredAt).count();
        m_bytesPerSecond = static_cast<double>(m_received - m_receivedBefore) / seconds / working;
        m_receivedBefore = m_received;
        m_measuredAt = time;
    }
    if (isHeldBack() || m_body == Body::Whole)
        return m_adaptation.interrupt();
    if (claimed().gaps(m_job.size).isEmpty()) {
        m_adaptation.interrupt();
        dropStraggler();
        return fillSlots(); // a straggler may show itself late
    }
    const int before = m_adaptation.target();
    m_adaptation.tell(time, m_received, m_paces.serving());
    if (m_adaptation.target() > before)
        fillSlots();
    else if (m_adaptation.target() < before)
        shrink();
}

// The youngest leave what they have not begun.
void Filler::shrink()
{
    const auto wanted = static_cast<size_t>(m_adaptation.target());
    for (size_t i = wanted; i < m_fetches.size(); ++i)
        m_fetches[i]->shorten(m_fetches[i]->position() + lastPiece);
}

void Filler::startFetch(const FetchPlan &plan)
{
    auto sink = [this](qint64 offset, QByteArrayView data) {
        const qint64 before = m_partial.written().total();
        m_received += data.size();
        auto written = m_partial.write(offset, data);
        // What is written over itself brings nobody further: a server without ranges sends the
        // beginning again and again.
        if (written && m_partial.written().total() > before) {
            m_newBytes = true;
            Q_EMIT wrote(data.size());
        }
        return written;
    };
    auto *fetch = new Fetch(m_http, m_throttle, plan, std::move(sink), this);
    m_fetches.emplace_back(fetch);
    m_paces.asked(fetch, now());
    if (m_held)
        fetch->hold();
    connect(fetch, &Fetch::begun, this, [this, fetch] { onBegun(fetch); });
    connect(fetch, &Fetch::wholeFile, this, [this, fetch] { onWholeFile(fetch); });
    if (m_http.config().endpoint.isSameOrigin(plan.url)) // a file host knows no budgets
        connect(fetch, &Fetch::ratesSeen, this, &Filler::ratesSeen);
    connect(fetch, &Fetch::ended, this, [this, fetch](const std::optional<core::Error> &trouble) {
        onFetchEnded(fetch, trouble);
    });
}

void Filler::onBegun(Fetch *fetch)
{
    m_adaptation.learnDelay(m_paces.begun(fetch, now()));
    if (fetch->plan().ask == FetchPlan::Ask::Whole && m_body == Body::Ranges && !isSmall()) {
        m_body = Body::Whole; // 200 to the first range: this one brings everything
        std::vector<Fetch *> others;
        for (const auto &other : m_fetches) {
            if (other.get() != fetch)
                others.push_back(other.get());
        }
        for (Fetch *other : others)
            drop(other);
    }
    if (!isOfOneVersion(*fetch))
        return onOtherVersion(fetch);
    m_hosts.served(fetch->plan().url, std::chrono::steady_clock::now());
    if (!m_isAnnounced) {
        m_isAnnounced = true;
        Q_EMIT linkKnown();
    }
    if (fetch->plan().url != source())
        return;
    if (++m_linkUses > 1 || m_links == Links::PerRange)
        m_linkStrikes = 0; // one that serves a single answer may be bound to it
    if (m_linkUses == 1)
        fillSlots();
}

// Whether all answers are of one version of the file. Where a digest proves it in the end, those of
// one link are compared, to find out before; nodes of a file host may leave the validator out.
// Without a digest nothing else tells, also of what came in earlier tries.
bool Filler::isOfOneVersion(const Fetch &fetch)
{
    if (isProven()) {
        const QByteArray etag = FileVersion::of(fetch.reply()).tag();
        if (fetch.plan().ask != FetchPlan::Ask::Range || m_links == Links::PerRange
            || etag.isEmpty())
            return true;
        if (m_etag.isEmpty())
            m_etag = etag;
        return m_etag == etag;
    }
    const QByteArray validator = FileVersion::of(fetch.reply()).validator();
    if (m_partial.written().isEmpty() && m_partial.validator().isEmpty())
        m_partial.setValidator(validator);
    return m_partial.validator() == validator;
}

// What is here is not to be told from what would come, unless a digest does that.
void Filler::onOtherVersion(Fetch *fetch)
{
    fetch->abandon();
    beginAnew(u"two answers for the file have different validators"_s);
}

void Filler::beginAnew(const QString &why)
{
    stop();
    auto trouble = core::makeError(core::ErrorKind::RemoteChanged, why);
    if (!isProven()) {
        if (const auto restarted = m_partial.restart(); !restarted)
            trouble = restarted.error();
    }
    Q_EMIT ended(trouble);
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
    const bool gained = total > m_totalBefore;
    m_totalBefore = total;
    const Statement statement = fetch->statement();
    const Last last{fetch->plan().url, fetch->received() > 0, gained};
    drop(fetch);
    if (m_ended)
        return;
    if (statement.contradiction)
        contradict(statement);
    else if (trouble)
        onTrouble(*trouble, last);
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

// The Hub's own refusals are the Gate's.
bool Filler::isFileHostsRefusal(const core::Error &error) const
{
    return Hosts::isRefusal(error) && !m_http.config().endpoint.isSameOrigin(QUrl(error.url));
}

// One more than it serves at a time: the others go on.
void Filler::onCrowded(const QUrl &url)
{
    const auto others = static_cast<int>(m_fetches.size());
    m_hosts.crowded(url, others, std::chrono::steady_clock::now());
    m_adaptation.limitTo(others);
    m_pause.start();
}

// A small file is asked for by a range only where some of it is here: then it may as well come
// anew.
bool Filler::isRangeRefusal(const core::Error &error) const
{
    if (m_body != Body::Ranges)
        return false;
    const bool isOdd =
        error.kind == core::ErrorKind::Protocol || error.kind == core::ErrorKind::BadRequest;
    return error.httpStatus == rangeNotSatisfiable
        || (isSmall() && isOdd && !m_partial.written().isEmpty());
}

void Filler::onTrouble(const core::Error &error, const Last &last)
{
    const bool isRefusal = isFileHostsRefusal(error);
    if (isRefusal && m_paces.serving() > 0)
        return onCrowded(QUrl(error.url));
    if (isRefusal)
        m_hosts.refused(QUrl(error.url), error.retryAfter, std::chrono::steady_clock::now());
    if (error.kind == core::ErrorKind::LinkExpired)
        return onLinkRefused(error, last.link);
    if (isRangeRefusal(error))
        return onRangeRefused();
    if (!isConnectionTrouble(error))
        return end(error);
    if (!last.isGain && m_fetches.empty())
        return end(error); // the caller waits longer than we would
    if (!last.isGain && !last.hasReceived)
        return m_adaptation.limitTo(static_cast<int>(m_fetches.size()));
    m_pause.start();
}

void Filler::drop(Fetch *fetch)
{
    m_paces.note(fetch, fetch->received(), now());
    m_paces.ended(fetch);
    std::erase_if(m_fetches, [fetch](const auto &one) { return one.get() == fetch; });
    m_lines.give(this);
}

void Filler::dropAll()
{
    while (!m_fetches.empty())
        drop(m_fetches.back().get());
}

void Filler::end(const std::optional<core::Error> &trouble)
{
    if (m_ended)
        return;
    stop();
    Q_EMIT ended(trouble);
}

} // namespace transfer
