#include "transfer/filedownload.h"

#include "transfer/worker.h"

namespace transfer {

FileDownload::FileDownload(const Ways &ways, quint64 id, const FileRequest &request,
                           QObject *parent)
    : hub::Call<FileResult>(parent)
    , m_ways(ways)
    , m_id(id)
    , m_request(request)
{
    Worker *worker = ways.worker;
    if (!worker) {
        finish(core::fail(core::ErrorKind::Cancelled));
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
    QMetaObject::invokeMethod(
        this, [this] { begin(); }, Qt::QueuedConnection);
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
        return hub::Call<FileResult>::cancel();
    QMetaObject::invokeMethod(m_ways.worker,
                              [worker = m_ways.worker, id = m_id] { worker->stopFile(id); });
}

void FileDownload::end()
{
    m_leaving = true;
    hub::Call<FileResult>::end();
}

void FileDownload::onAsks(const FileWait &wait)
{
    if (isFinished())
        return;
    // A file host that asks for a pause is no reason to ask the Hub less.
    const bool isHub = wait.refusal && m_ways.endpoint.isSameOrigin(QUrl(wait.refusal->url));
    core::Clock::Duration delay = wait.delay;
    if (isHub) {
        const hub::Gate::Refusal refusal =
            m_ways.gate.refused(hub::Bucket::Resolvers, wait.rates, *wait.refusal, wait.refusals);
        delay = refusal.isForAll ? core::Clock::Duration(0) : refusal.wait;
    }
    if (delay.count() == 0)
        return enter();
    m_ways.clock.after(delay, this, [this] { enter(); });
}

void FileDownload::onRates(const QList<hub::RateInfo> &rates)
{
    if (!m_ticket)
        return m_ways.gate.observe(rates);
    m_ways.gate.answered(m_ticket, rates);
    m_ticket.reset();
}

void FileDownload::enter()
{
    const auto go = [this](const hub::Gate::Ticket &ticket) {
        if (isFinished())
            return;
        m_ticket = ticket;
        QMetaObject::invokeMethod(m_ways.worker,
                                  [worker = m_ways.worker, id = m_id] { worker->askFile(id); });
    };
    if (m_ways.endpoint.isSameOrigin(m_request.url))
        m_ways.gate.enter({.bucket = hub::Bucket::Resolvers}, this, go);
    else
        go({});
}

void FileDownload::onEnded(const FileEnd &end)
{
    if (end.error)
        return finish(core::Unexpected(*end.error));
    if (m_told != std::pair(end.result.bytes, end.result.bytes))
        Q_EMIT progressed(end.result.bytes, end.result.bytes);
    finish(end.result);
}

} // namespace transfer
