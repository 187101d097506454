#include "transfer/filedownload.h"

#include <utility>

#include "core/redact.h"
#include "transfer/worker.h"

namespace transfer {

using namespace Qt::StringLiterals;

namespace {

FileRequest withParameters(FileRequest request)
{
    request.url = hub::Endpoint::with(request.url, request.options.parameters);
    request.options.parameters.clear();
    return request;
}

} // namespace

FileDownload::FileDownload(const Ways &ways, quint64 id, const FileRequest &request,
                           QObject *parent)
    : hub::Call<FileResult>(parent)
    , m_ways(ways)
    , m_id(id)
    , m_request(withParameters(request))
{
    // While nobody else is at work, and at the end of the Engine.
    setAbort([this](core::Error &error) { error.url = core::redactUrl(m_request.url); });
    Worker *worker = ways.worker;
    if (!worker) {
        stop(core::makeError(core::ErrorKind::Cancelled));
        return;
    }
    connect(worker, &Worker::fileProgressed, this, [this](quint64 id, qint64 bytes, qint64 total) {
        if (id != m_id || isFinished())
            return;
        m_told = {bytes, total};
        Q_EMIT progressed(bytes, total);
    });
    connect(worker, &Worker::fileAsks, this, [this](quint64 id, const FileWait &wait) {
        if (id == m_id)
            onAsks(wait);
    });
    connect(worker, &Worker::fileRatesSeen, this,
            [this](quint64 id, const QList<hub::RateInfo> &rates) {
                if (id == m_id)
                    onRates(rates);
            });
    connect(worker, &Worker::fileEnded, this, [this](quint64 id, const FileEnd &end) {
        if (id == m_id)
            onEnded(end);
    });
    if (m_request.options.limit.count() > 0)
        m_ways.clock.after(m_request.options.limit, this, [this] { onLimit(); });
    QMetaObject::invokeMethod(
        this, [this] { begin(); }, Qt::QueuedConnection);
}

FileDownload::~FileDownload()
{
    if (m_begun && !isFinished())
        stopWork();
}

void FileDownload::begin()
{
    if (isFinished())
        return;
    m_begun = true;
    QMetaObject::invokeMethod(m_ways.worker,
                              [worker = m_ways.worker, id = m_id, request = m_request] {
                                  worker->beginFile(id, request);
                              });
}

void FileDownload::cancel()
{
    if (isFinished())
        return;
    if (!m_begun || m_leaving)
        return stop(m_late ? lateness() : core::makeError(core::ErrorKind::Cancelled));
    stopWork();
}

void FileDownload::stopWork()
{
    QMetaObject::invokeMethod(m_ways.worker,
                              [worker = m_ways.worker, id = m_id] { worker->stopFile(id); });
}

void FileDownload::end()
{
    m_leaving = true;
    hub::Call<FileResult>::end();
}

void FileDownload::onLimit()
{
    m_late = true;
    cancel();
}

void FileDownload::onAsks(const FileWait &wait)
{
    if (isFinished())
        return;
    // The request before is over: what waits here must not count as under way.
    const hub::Gate::Ticket ticket = std::exchange(m_ticket, {});
    // A file host that asks for a pause is no reason to ask the Hub less.
    const bool isHub =
        wait.refusal && m_request.options.endpoint->isSameOrigin(QUrl(wait.refusal->url));
    if (isHub && ticket) {
        const hub::Gate::Refusal refusal =
            m_ways.gate.refused(ticket, wait.rates, *wait.refusal, wait.refusals);
        return enter(refusal.isForAll ? core::Clock::Duration(0) : refusal.wait);
    }
    if (wait.delay.count() == 0)
        return enter();
    m_ways.clock.after(wait.delay, this, [this] { enter(); });
}

void FileDownload::onRates(const QList<hub::RateInfo> &rates)
{
    if (!m_ticket)
        return m_ways.gate.observe(rates);
    m_ways.gate.answered(m_ticket, rates);
}

void FileDownload::enter(core::Clock::Duration pause)
{
    const auto go = [this](const hub::Gate::Ticket &ticket) {
        if (isFinished())
            return;
        m_ticket = ticket;
        QMetaObject::invokeMethod(m_ways.worker,
                                  [worker = m_ways.worker, id = m_id] { worker->askFile(id); });
    };
    const auto bucket = m_request.options.endpoint->bucketOf(m_request.url);
    if (!bucket)
        return go({});
    const hub::Options &options = m_request.options;
    hub::Gate::Wish wish;
    wish.bucket = *bucket;
    wish.priority = options.priority;
    wish.pause = pause;
    wish.payer = hub::Payer::of(*options.endpoint, *options.token);
    m_ways.gate.enter(wish, this, go);
}

core::Error FileDownload::lateness() const
{
    core::Error error = core::makeError(core::ErrorKind::Timeout, u"not done in the time given"_s);
    error.url = core::redactUrl(m_request.url);
    return error;
}

void FileDownload::onEnded(const FileEnd &end)
{
    if (end.error && m_late && end.error->kind == core::ErrorKind::Cancelled)
        return finish(core::Unexpected(lateness()));
    if (end.error)
        return finish(core::Unexpected(*end.error));
    finish(end.result); // told later, and not at all where the next line is our end
    if (m_told != std::pair(end.result.bytes, end.result.bytes))
        Q_EMIT progressed(end.result.bytes, end.result.bytes);
}

} // namespace transfer
