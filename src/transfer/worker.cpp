#include "transfer/worker.h"

#include <QFileInfo>

#include <algorithm>

#ifdef Q_OS_LINUX
#include <pthread.h>
#include <sched.h>
#endif

#include "cache/store.h"

using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr int poolThreads = 4; // they wait for the disk more than they compute
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

// Before there is a ref, whoever tidies up takes what was finished early for left over.
QStringList goneFiles(const cache::Store &store, const DownloadRequest &request)
{
    QStringList gone;
    for (const hub::TreeEntry &file : request.chosen) {
        if (!store.hasFile(request.repo, request.commit, file.path, file.size))
            gone.append(file.path);
    }
    return gone;
}

core::Result<void> writeTreeAndRef(const cache::Store &store, const DownloadRequest &request)
{
    if (const auto prepared = store.prepare(request.repo); !prepared) // no file: nobody else has
        return prepared;
    if (!request.listing.isEmpty() && isComplete(request.listing)) {
        const auto tree = store.writeTree(request.repo, request.commit, treeFiles(request.listing));
        if (!tree)
            return tree;
    }
    // Readers without a network keep the complete version they have.
    if (request.leftOut > 0 && store.readRef(request.repo, request.revision))
        return {};
    return store.writeRef(request.repo, request.revision, request.commit);
}

// The files that are gone: with any of them nothing is complete.
core::Result<QStringList> completeDownload(const DownloadRequest &request)
{
    const cache::Store store(request.place);
    if (!request.chosen.isEmpty() && !store.isThere())
        return core::fail(core::ErrorKind::PlaceMissing, request.place.path);
    if (const QStringList gone = goneFiles(store, request); !gone.isEmpty())
        return gone;
    if (const auto written = writeTreeAndRef(store, request); !written)
        return tl::unexpected(written.error());
    return goneFiles(store, request); // of somebody who looked before the ref was there
}

} // namespace

Worker::Worker(const hub::HttpConfig &http)
    : m_http(http, this)
    , m_throttle(this)
    , m_lines(this)
    , m_prepared(std::make_shared<Prepared>())
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

// Not allowed: then it is as it was.
void Worker::enter()
{
#ifdef Q_OS_LINUX
    const sched_param priority{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &priority);
#endif
}

void Worker::begin(const AttemptJob &job)
{
    auto *attempt = new Attempt(*this, job);
    attempt->setParent(this);
    m_attempts.insert(job.id, attempt);
    connect(attempt, &Attempt::asks, this, &Worker::asks);
    connect(attempt, &Attempt::phase, this, &Worker::phase);
    connect(
        attempt, &Attempt::ratesSeen, this,
        [this, id = job.id](const QList<hub::RateInfo> &rates) { Q_EMIT ratesSeen(id, rates); });
    connect(attempt, &Attempt::ended, this, &Worker::onEnded);
    startTicker();
    attempt->begin();
    if (m_stoppingAll)
        attempt->stop();
}

void Worker::beginFile(quint64 id, const FileRequest &request)
{
    auto *file = new FileAttempt(*this, id, request);
    file->setParent(this);
    m_files.insert(id, file);
    connect(file, &FileAttempt::asks, this, &Worker::fileAsks);
    connect(file, &FileAttempt::ratesSeen, this,
            [this, id](const QList<hub::RateInfo> &rates) { Q_EMIT fileRatesSeen(id, rates); });
    connect(file, &FileAttempt::ended, this, &Worker::onFileEnded);
    startTicker();
    file->begin();
    if (m_stoppingAll)
        file->stop();
}

void Worker::askFile(quint64 id)
{
    if (FileAttempt *file = m_files.value(id))
        file->ask();
}

void Worker::stopFile(quint64 id)
{
    if (FileAttempt *file = m_files.value(id))
        file->stop();
}

void Worker::startTicker()
{
    if (!m_ticker.isActive())
        m_ticker.start();
}

void Worker::ask(quint64 id)
{
    if (Attempt *attempt = m_attempts.value(id))
        attempt->ask();
}

void Worker::setMostConnections(quint64 id, int most)
{
    if (Attempt *attempt = m_attempts.value(id))
        attempt->setConnections(most);
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
    const auto files = m_files.values();
    for (FileAttempt *file : files)
        file->stop();
    settle();
}

void Worker::setHttpConfig(const hub::HttpConfig &config)
{
    m_http.setConfig(config);
}

void Worker::setConnections(int most)
{
    m_lines.setMost(most);
}

void Worker::complete(const QUuid &download, const DownloadRequest &request)
{
    inPool<core::Result<QStringList>>(
        this, [request] { return completeDownload(request); },
        [this, download](core::Result<QStringList> &gone) {
            Q_EMIT completed(download, gone.value_or(QStringList()),
                             gone ? std::nullopt : std::optional(gone.error()));
        });
}

void Worker::survey(const QUuid &download, const DownloadRequest &request,
                    const QList<SurveyItem> &items, bool isBegun)
{
    inPool<QList<SurveyItem>>(
        this,
        [request, items, isBegun] {
            const cache::Store store(request.place);
            QList<SurveyItem> counted = items;
            const bool hasAny = QFileInfo::exists(store.layout().repo(request.repo));
            for (qsizetype i = 0; hasAny && i < counted.size(); ++i) {
                SurveyItem &item = counted[i];
                if (item.content)
                    item.here = store.storedBytes(request.repo, request.commit, item.path,
                                                  *item.content, item.size);
            }
            // Afterwards: the drive may have been pulled meanwhile, and then nobody can tell.
            return isBegun && !store.isThere() ? QList<SurveyItem>() : counted;
        },
        [this, download](QList<SurveyItem> &counted) { Q_EMIT surveyed(download, counted); });
}

void Worker::onEnded(quint64 id, const AttemptEnd &end)
{
    Attempt *attempt = m_attempts.take(id);
    m_reported.remove(id);
    attempt->deleteLater();
    Q_EMIT flowed(m_throttle.use()); // no report may follow
    Q_EMIT ended(id, end);
    settle();
}

void Worker::onFileEnded(quint64 id, const FileEnd &end)
{
    FileAttempt *file = m_files.take(id);
    m_reportedFiles.remove(id);
    file->deleteLater();
    Q_EMIT fileEnded(id, end);
    settle();
}

void Worker::settle()
{
    if (!m_attempts.isEmpty() || !m_files.isEmpty())
        return;
    m_ticker.stop();
    m_prepared->forget();
    if (m_stoppingAll)
        Q_EMIT allStopped();
}

void Worker::report()
{
    QList<Progress> progress;
    for (auto it = m_attempts.cbegin(); it != m_attempts.cend(); ++it) {
        const qint64 written = it.value()->writtenBytes();
        if (!it.value()->found() || m_reported.value(it.key(), -1) == written)
            continue;
        m_reported.insert(it.key(), written);
        progress.append({it.key(), written, *it.value()->found()});
    }
    Q_EMIT flowed(m_throttle.use());
    if (!progress.isEmpty())
        Q_EMIT progressed(progress);
    reportFiles();
}

void Worker::reportFiles()
{
    for (auto it = m_files.cbegin(); it != m_files.cend(); ++it) {
        const std::pair now(it.value()->bytes(), it.value()->total());
        if (m_reportedFiles.value(it.key(), {0, -1}) == now)
            continue;
        m_reportedFiles.insert(it.key(), now);
        Q_EMIT fileProgressed(it.key(), now.first, now.second);
    }
}

} // namespace transfer
