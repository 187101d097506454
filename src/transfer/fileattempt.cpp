#include "transfer/fileattempt.h"

#include <QRandomGenerator>

#include <algorithm>

#include "hub/errors.h"
#include "hub/retry.h"
#include "transfer/fetch.h"
#include "transfer/filepartial.h"
#include "transfer/worker.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 checkpointBytes = 32 * MiB;
constexpr qint64 brakeBytes = 64 * MiB; // not yet on stable storage: the disk is behind
constexpr int failuresInARow = 5;
constexpr int rangeNotSatisfiable = 416;
constexpr auto reconnectPause = 200ms; // after an answer that brought something

double jitter()
{
    return QRandomGenerator::global()->generateDouble() * 2 - 1;
}

bool isPage(const FileRequest &request)
{
    const auto hasItsName = [](const QString &path) {
        return path.endsWith(".html"_L1, Qt::CaseInsensitive)
            || path.endsWith(".htm"_L1, Qt::CaseInsensitive);
    };
    return hasItsName(request.url.path()) || hasItsName(request.destination);
}

// A file of a repo; those of a bucket are of no commit.
bool isOfCommit(const hub::Endpoint &endpoint, const QUrl &url)
{
    return endpoint.bucketOf(url) == hub::Bucket::Resolvers
        && !url.path(QUrl::FullyEncoded).startsWith(endpoint.prefix() + "/buckets/"_L1);
}

std::chrono::steady_clock::time_point now()
{
    return std::chrono::steady_clock::now();
}

// The same request may well succeed in a moment.
bool isRepeatable(core::ErrorKind kind)
{
    return core::isTransient(kind) && kind != core::ErrorKind::Offline
        && kind != core::ErrorKind::RemoteChanged && kind != core::ErrorKind::Locked;
}

// What was fetched is good for a later call.
bool keepsBytes(core::ErrorKind kind)
{
    return isRepeatable(kind) || kind == core::ErrorKind::Offline
        || kind == core::ErrorKind::DiskFull || kind == core::ErrorKind::Cancelled
        || kind == core::ErrorKind::BadInput // nobody was asked
        || kind == core::ErrorKind::ProxyDenied
        || kind == core::ErrorKind::Tls; // often a network that wants a visit to its own page
}

} // namespace

FileAttempt::FileAttempt(Worker &worker, quint64 id, const FileRequest &request)
    : m_worker(worker)
    , m_id(id)
    , m_request(request)
    , m_stopFlag(std::make_shared<std::atomic<bool>>(false))
{
    m_answer.url = request.url;
}

FileAttempt::~FileAttempt() = default;

// It may be the sender of the signal being handled.
void FileAttempt::DeleteLater::operator()(Fetch *fetch) const
{
    fetch->deleteLater();
}

// Runs task in the pool and counts it, so that the attempt outlives its tasks.
template <typename T>
void FileAttempt::inPool(std::function<T()> task, std::function<void(T &)> then)
{
    ++m_tasks;
    m_worker.inPool<T>(this, std::move(task), [this, then = std::move(then)](T &result) {
        --m_tasks;
        then(result);
        endWhenQuiet();
    });
}

qint64 FileAttempt::bytes() const
{
    return m_partial ? m_partial->length() : m_done;
}

void FileAttempt::begin()
{
    inPool<core::Result<FilePartial::Opened>>(
        [request = m_request, stop = m_stopFlag] { return FilePartial::open(request, stop.get()); },
        [this](core::Result<FilePartial::Opened> &opened) {
            if (!opened)
                return fail(opened.error());
            m_partial = std::move(opened->partial);
            if (m_end)
                return;
            if (m_partial)
                return onOpened();
            m_done = m_total = opened->there.bytes;
            finish({{}, opened->there});
        });
}

void FileAttempt::onOpened()
{
    const qint64 length = m_partial->length();
    m_farthest = m_synced = length;
    m_isPatched = length > 0;
    m_content = m_request.content;
    m_total = m_request.size.value_or(m_partial->source() ? m_partial->source()->total : -1);
    if (length > 0 && m_request.size == length && isCheckable(m_request.content))
        return publish(); // the digest decides; nobody needs to be asked
    Q_EMIT asks(m_id, {});
}

void FileAttempt::stop()
{
    *m_stopFlag = true;
    if (m_fetch && !m_end)
        m_fetch->stop(); // what has arrived is written first
    fail(core::makeError(core::ErrorKind::Cancelled));
}

void FileAttempt::ask()
{
    if (m_end || m_fetch || !m_partial)
        return;
    m_isTaking = true;
    m_fetchBegan = m_partial->length();
    FetchPlan plan;
    plan.url = m_request.url;
    plan.ask = m_fetchBegan > 0 ? FetchPlan::Ask::Rest : FetchPlan::Ask::Whole;
    plan.size = m_request.size.value_or(-1);
    plan.range = {m_fetchBegan, m_request.size.value_or(FetchPlan::openEnd)};
    plan.content = m_request.content.value_or(core::ContentId());
    plan.pageExpected = isPage(m_request);
    plan.commitExpected = isOfCommit(*m_request.options.endpoint, plan.url);
    plan.endpoint = m_request.options.endpoint;
    plan.token = m_request.options.token;
    plan.silence = m_request.options.silence.value_or(plan.silence);
    plan.pauseOf = [&hosts = m_worker.hosts()](const QUrl &url) {
        return hosts.pauseOf(url, now());
    };
    plan.headers = m_request.options.headers;
    plan.headers.removeIf([](const auto &header) {
        return header.first.compare("Range", Qt::CaseInsensitive) == 0
            || header.first.compare("Accept-Encoding", Qt::CaseInsensitive) == 0
            || header.first.left(3).compare("If-", Qt::CaseInsensitive) == 0;
    });
    if (const QByteArray known = condition(); !known.isEmpty())
        plan.headers.append({"If-Range"_ba, known});
    m_fetch.reset(new Fetch(
        m_worker.http(), m_worker.throttle(), plan,
        [this](qint64 offset, QByteArrayView data) { return take(offset, data); }, this));
    connect(m_fetch.get(), &Fetch::begun, this, &FileAttempt::onBegun);
    connect(m_fetch.get(), &Fetch::ratesSeen, this, [this](const QList<hub::RateInfo> &rates) {
        m_rates = rates;
        Q_EMIT ratesSeen(rates);
    });
    connect(m_fetch.get(), &Fetch::ended, this, &FileAttempt::onFetchEnded);
}

// What a server is told so that it sends the whole of a file that is another one by now. The answer
// is compared all the same: not every file host listens.
QByteArray FileAttempt::condition() const
{
    const auto &source = m_partial->source();
    return m_fetchBegan > 0 && source ? source->version.ifRange() : QByteArray();
}

// Of the file that the bytes that are here belong to and the one that this answer is about.
Sameness FileAttempt::sameness(qint64 total) const
{
    const auto &source = m_partial->source();
    if (!source)
        return Sameness::Unknown;
    if (total >= 0 && source->total >= 0 && total != source->total)
        return Sameness::Other;
    return compare(source->version, FileVersion::of(m_answer));
}

// The head is right and no byte of the body was taken yet.
void FileAttempt::onBegun()
{
    m_answer = m_fetch->reply();
    m_worker.hosts().served(m_answer.url, now());
    learnContent();
    const qint64 total = m_fetch->plan().size;
    const bool fromZero = m_fetch->position() == 0;
    const Sameness same = fromZero ? Sameness::Same : sameness(total);
    if (same == Sameness::Other) {
        return restart(core::makeError(core::ErrorKind::RemoteChanged,
                                       u"the file changes while it is fetched"_s),
                       Tries::Thrice);
    }
    if (same == Sameness::Unknown && !isCheckable(m_content)) {
        return restart(core::makeError(core::ErrorKind::RemoteChanged,
                                       u"nothing proves what the first bytes belong to"_s),
                       Tries::Any);
    }
    core::Result<void> done;
    if (fromZero && m_partial->length() > 0)
        done = m_partial->restart();
    m_isPatched = !fromZero;
    m_total = total;
    m_synced = std::min(m_synced, m_partial->length());
    // Where only the digest vouches for the bytes, this answer does not.
    const bool isProven = same == Sameness::Same;
    if (done)
        done =
            m_partial->beginAnswer({m_request.url.toString(QUrl::FullyEncoded),
                                    isProven ? FileVersion::of(m_answer) : FileVersion(), total});
    if (!done)
        return fail(done.error());
}

// The Hub says what it sends; so that is compared even where nobody asked for it.
void FileAttempt::learnContent()
{
    m_content = m_request.content;
    const auto etag = hub::headerValue(m_answer.hubHeaders, "X-Linked-Etag").value_or(QByteArray());
    const auto named = core::ContentId::make(QString::fromLatin1(etag));
    if (!m_content && named && isCheckable(*named))
        m_content = *named;
}

core::Result<void> FileAttempt::take(qint64 offset, QByteArrayView data)
{
    if (!m_isTaking)
        return core::fail(core::ErrorKind::Cancelled);
    auto done = m_partial->append(offset, data);
    if (!done)
        return done;
    const qint64 unsynced = m_partial->length() - m_synced;
    if (unsynced >= checkpointBytes)
        checkpoint();
    if (unsynced >= brakeBytes)
        m_fetch->hold();
    return done;
}

void FileAttempt::checkpoint()
{
    if (m_checkpointing)
        return;
    m_checkpointing = true;
    inPool<core::Result<void>>(
        [partial = m_partial, mark = m_partial->mark()] { return partial->sync(mark); },
        [this, upTo = m_partial->length()](core::Result<void> &result) {
            m_checkpointing = false;
            if (m_end)
                return;
            if (!result)
                return fail(result.error());
            m_synced = std::min(upTo, m_partial->length());
            if (m_fetch)
                m_fetch->release();
        });
}

void FileAttempt::onFetchEnded(const std::optional<core::Error> &trouble)
{
    if (m_end)
        return;
    m_broughtBytes = m_partial->length() > m_farthest;
    if (m_broughtBytes) {
        m_farthest = m_partial->length();
        m_failures = m_refusals = 0;
    }
    m_answer = m_fetch->reply();
    if (trouble && m_answer.status == rangeNotSatisfiable)
        return onRangeRefused(*trouble);
    if (trouble)
        return adoptFileBehindPointer() ? void() : onTrouble(aboutThisUrl(*trouble));
    if (m_fetch->isEndUnproven() && !isCheckable(m_content))
        return confirmEnd();
    m_total = m_fetch->plan().size;
    dropFetch();
    publish();
}

// Asks for what comes after the end: nothing, says a 416.
void FileAttempt::confirmEnd()
{
    if (m_isConfirming || m_partial->length() == 0) {
        return fail(core::makeError(core::ErrorKind::Protocol,
                                    u"the server does not say how long the file is"_s));
    }
    m_isConfirming = true;
    dropFetch();
    Q_EMIT asks(m_id, {});
}

// There is nothing after what we have: all of it is here, or it is of another file. That it refused
// proves nothing by itself: not every host looks at the version it is asked for.
void FileAttempt::onRangeRefused(const core::Error &error)
{
    const qint64 length = m_partial->length();
    // File hosts do not tell the total here; an answer of an earlier run did.
    const auto &source = m_partial->source();
    const qint64 noted = source ? source->total : -1;
    const qint64 assumed = m_isConfirming ? length : noted;
    const qint64 total = m_fetch->refusedTotal().value_or(m_request.size.value_or(assumed));
    learnContent();
    const Sameness same = sameness(total);
    const bool isProven = same == Sameness::Same
        || (same == Sameness::Unknown && (m_isConfirming || isCheckable(m_content)));
    const bool isWhole =
        length > 0 && total == length && m_request.size.value_or(total) == total && isProven;
    if (!isWhole)
        return restart(error, Tries::Once);
    dropFetch();
    m_total = total;
    publish();
}

// At another host than the Hub nobody can make a new link.
core::Error FileAttempt::aboutThisUrl(core::Error error) const
{
    const bool isOwn = m_request.options.endpoint->isSameOrigin(m_request.url);
    if (error.kind != core::ErrorKind::LinkExpired || isOwn)
        return error;
    error.kind =
        error.httpStatus == 410 ? core::ErrorKind::EntryNotFound : core::ErrorKind::Forbidden;
    return error;
}

// The listing told of a pointer, and the Hub names the file behind it.
bool FileAttempt::adoptFileBehindPointer()
{
    const auto behind = m_fetch->statement().fileBehindPointer;
    if (!behind || m_partial->length() > 0)
        return false;
    m_request.content = *behind;
    dropFetch();
    Q_EMIT asks(m_id, {});
    return true;
}

// A file host that asks for a pause gets it from every file.
void FileAttempt::rememberHost(const core::Error &error)
{
    const QUrl url(error.url);
    const bool isAnswer = error.httpStatus > 0; // else it was not asked at all
    if (isAnswer && Hosts::isRefusal(error) && !m_request.options.endpoint->isSameOrigin(url))
        m_worker.hosts().refused(url, error.retryAfter, now());
}

void FileAttempt::onTrouble(const core::Error &error)
{
    rememberHost(error);
    const bool isOdd =
        error.kind == core::ErrorKind::Protocol || error.kind == core::ErrorKind::RemoteChanged;
    if (isOdd && m_fetchBegan > 0 && m_partial->length() <= m_fetchBegan)
        return restart(error, Tries::Once); // it may be the range that it does not understand
    if (!isRepeatable(error.kind))
        return fail(error);
    const bool isRefusal = error.kind == core::ErrorKind::RateLimited;
    if (isRefusal && error.httpStatus == 0)
        return wait(error, error.retryAfter.value_or(1s)); // another file was refused
    int &count = isRefusal ? m_refusals : m_failures;
    if (m_broughtBytes && !isRefusal)
        return wait(error, reconnectPause);
    if (++count >= failuresInARow)
        return fail(error);
    const bool isFirstLink = error.kind == core::ErrorKind::LinkExpired && count == 1;
    wait(error,
         isFirstLink ? reconnectPause : hub::retryDelay(error, count - 1, jitter()).value_or(0ms));
}

void FileAttempt::wait(const core::Error &error, std::chrono::milliseconds delay)
{
    dropFetch();
    const auto pause = m_worker.hosts().pauseOf(QUrl(error.url), now()).value_or(0s);
    FileWait wait{std::max<std::chrono::milliseconds>(delay, pause), {}, m_rates, m_refusals - 1};
    if (error.kind == core::ErrorKind::RateLimited)
        wait.refusal = error;
    Q_EMIT asks(m_id, wait);
}

// Forgets the bytes and asks for the whole file.
void FileAttempt::restart(const core::Error &why, Tries tries)
{
    const bool isSpent = tries != Tries::Any && m_restarts >= (tries == Tries::Once ? 1 : 3);
    if (isSpent || (m_fetch && m_fetchBegan == 0))
        return fail(why);
    dropFetch();
    if (const auto done = m_partial->restart(); !done)
        return fail(done.error());
    if (tries != Tries::Any) {
        ++m_restarts;
        m_farthest = 0; // of the other file
    }
    m_synced = 0;
    m_isPatched = false;
    m_total = m_request.size.value_or(-1);
    Q_EMIT asks(m_id, {});
}

void FileAttempt::publish()
{
    inPool<core::Result<bool>>(
        [partial = m_partial, content = m_content, stop = m_stopFlag] {
            return partial->publish(content, stop.get());
        },
        [this, bytes = m_partial->length()](core::Result<bool> &named) {
            if (named && *named) {
                m_end.reset(); // a stop that came meanwhile came too late
                m_total = m_done = bytes;
                return finish({{}, {m_request.destination, bytes, isCheckable(m_content)}});
            }
            if (m_end)
                return;
            if (!named)
                return fail(named.error());
            const auto error = core::makeError(core::ErrorKind::Checksum, m_request.destination);
            if (!m_isPatched || m_mismatched)
                return fail(error);
            m_mismatched = true; // the beginning was not ours, or not of this file
            m_restarts = 0;
            restart(error, Tries::Once);
        });
}

void FileAttempt::fail(const core::Error &error)
{
    if (m_end)
        return;
    core::Error told = error;
    if (told.url.isEmpty())
        hub::describe(told, m_answer);
    finish({told, {}});
}

void FileAttempt::finish(const FileEnd &end)
{
    m_end = end;
    dropFetch();
    endWhenQuiet();
}

// Saves or removes what is on disk, unlocks, and ends once the pool is done with it.
void FileAttempt::endWhenQuiet()
{
    if (!m_end || m_tasks > 0)
        return;
    if (m_partial && !m_closing) {
        m_closing = true;
        m_done = m_partial->length();
        const bool keeps = m_end->error && keepsBytes(m_end->error->kind) && !m_partial->isCopy();
        return inPool<core::Result<void>>(
            [partial = std::exchange(m_partial, nullptr), keeps] {
                return keeps ? partial->sync(partial->mark()) : partial->remove();
            },
            [](core::Result<void> &) {}); // the end is told as it is; the next run looks again
    }
    m_tasks = 1; // no second time
    QMetaObject::invokeMethod(
        this, [this, end = *m_end] { Q_EMIT ended(m_id, end); }, Qt::QueuedConnection);
}

// Nothing of it is taken any more.
void FileAttempt::dropFetch()
{
    m_isTaking = false;
    if (m_fetch)
        m_fetch->stop();
    m_fetch.reset();
}

} // namespace transfer
