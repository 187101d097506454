#include "transfer/worker.h"

#include <algorithm>

#include "cache/store.h"

using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr int poolThreads = 2;
constexpr auto reportEvery = 250ms;

QList<cache::TreeFile> treeFiles(const QList<hub::TreeEntry> &listing)
{
    QList<cache::TreeFile> files;
    files.reserve(listing.size());
    for (const hub::TreeEntry &entry : listing) {
        if (entry.kind == hub::TreeEntry::Kind::File)
            files.append({entry.path, entry.size, entry.oid, entry.sha256, entry.xetHash});
    }
    return files;
}

// A tree file that lacks ids would tell others of files they cannot find.
bool isComplete(const QList<hub::TreeEntry> &listing)
{
    return std::all_of(listing.begin(), listing.end(), [](const hub::TreeEntry &entry) {
        return !entry.oid.isEmpty() && (!entry.lfs || !entry.sha256.isEmpty());
    });
}

core::Result<void> completeDownload(const DownloadRequest &request)
{
    const cache::Store store(request.place);
    if (const auto prepared = store.prepare(request.repo); !prepared) // no file: nobody else has
        return prepared;
    if (!request.listing.isEmpty() && isComplete(request.listing)) {
        const auto tree = store.writeTree(request.repo, request.commit, treeFiles(request.listing));
        if (!tree)
            return tree;
    }
    return store.writeRef(request.repo, request.revision, request.commit);
}

} // namespace

Worker::Worker(const hub::HttpConfig &http)
    : m_http(http, this)
    , m_pool(this)
    , m_ticker(this)
{
    m_pool.setMaxThreadCount(poolThreads);
    m_ticker.setInterval(reportEvery);
    connect(&m_ticker, &QTimer::timeout, this, &Worker::report);
}

Worker::~Worker()
{
    m_pool.waitForDone();
}

void Worker::begin(const AttemptJob &job)
{
    auto *attempt = new Attempt(*this, job);
    attempt->setParent(this);
    m_attempts.insert(job.id, attempt);
    connect(attempt, &Attempt::phase, this, &Worker::phase);
    connect(attempt, &Attempt::ratesSeen, this, &Worker::ratesSeen);
    connect(attempt, &Attempt::ended, this, &Worker::onEnded);
    if (!m_ticker.isActive())
        m_ticker.start();
    attempt->begin();
    if (m_stoppingAll)
        attempt->stop();
}

void Worker::stop(quint64 id)
{
    if (Attempt *attempt = m_attempts.value(id))
        attempt->stop();
}

void Worker::stopAll()
{
    m_stoppingAll = true;
    const auto attempts = m_attempts.values();
    for (Attempt *attempt : attempts)
        attempt->stop();
    if (m_attempts.isEmpty())
        Q_EMIT allStopped();
}

void Worker::setHttpConfig(const hub::HttpConfig &config)
{
    m_http.setConfig(config);
}

void Worker::complete(const QUuid &download, const DownloadRequest &request)
{
    inPool<core::Result<void>>(
        this, [request] { return completeDownload(request); },
        [this, download](core::Result<void> &result) {
            Q_EMIT completed(download, result ? std::nullopt : std::optional(result.error()));
        });
}

void Worker::survey(const QUuid &download, const DownloadRequest &request,
                    const QList<SurveyItem> &items)
{
    inPool<QList<qint64>>(
        this,
        [request, items] {
            const cache::Store store(request.place);
            QList<qint64> bytes;
            for (const SurveyItem &item : items) {
                bytes.append(item.content ? store.storedBytes(request.repo, request.commit,
                                                              item.path, *item.content, item.size)
                                          : 0);
            }
            return bytes;
        },
        [this, download](QList<qint64> &bytes) { Q_EMIT surveyed(download, bytes); });
}

void Worker::run(const std::function<void()> &task)
{
    task();
}

void Worker::onEnded(quint64 id, const AttemptEnd &end)
{
    Attempt *attempt = m_attempts.take(id);
    m_reported.remove(id);
    attempt->deleteLater();
    Q_EMIT ended(id, end);
    if (m_attempts.isEmpty()) {
        m_ticker.stop();
        if (m_stoppingAll)
            Q_EMIT allStopped();
    }
}

void Worker::report()
{
    QList<Progress> progress;
    for (auto it = m_attempts.cbegin(); it != m_attempts.cend(); ++it) {
        const qint64 written = it.value()->writtenBytes();
        if (m_reported.value(it.key(), -1) == written)
            continue;
        m_reported.insert(it.key(), written);
        progress.append({it.key(), written});
    }
    if (!progress.isEmpty())
        Q_EMIT progressed(progress);
}

} // namespace transfer
