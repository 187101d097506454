#include <QFileInfo>

#include <algorithm>
#include <tuple>
#include <utility>

#include "cache/verified.h"
#include "core/digest.h"
#include "transfer/attempt_p.h"
#include "transfer/filler.h"
#include "transfer/follower.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 checkpointBytes = 32 * MiB;
constexpr std::chrono::milliseconds checkpointTime = 5s;
constexpr std::chrono::milliseconds unkeptTime = 1s; // a small file that takes longer is worth it
// Not yet on stable storage: the disk is behind, and a power cut would take that much.
constexpr qint64 brakeBytes = 64 * MiB;
constexpr qint64 brakeBytesOfConnection = 8 * MiB;
constexpr qint64 noteBytes = 8 * MiB;
constexpr std::chrono::milliseconds noteTime = 250ms;
constexpr auto tickTime = 125ms; // half of it, or a note would wait for the next but one

// People read of a file; what was wrong with the answer is kept beside it.
core::Error aboutFile(core::Error error, const QString &path)
{
    const bool named = error.kind == core::ErrorKind::RemoteChanged
        || error.kind == core::ErrorKind::EntryNotFound;
    if (!named)
        return error;
    if (error.serverMessage.isEmpty())
        error.serverMessage = error.detail;
    error.detail = path;
    return error;
}

bool isPage(const QStringList &paths)
{
    return std::any_of(paths.begin(), paths.end(), [](const QString &path) {
        return path.endsWith(".html"_L1, Qt::CaseInsensitive)
            || path.endsWith(".htm"_L1, Qt::CaseInsensitive);
    });
}

} // namespace

// What the pool hands over when the lock is ours.
struct Attempt::Opened {
    cache::FileLock lock;
    std::unique_ptr<cache::Partial> partial; // null: the blob is there already
};

// Blocks. A partial that is there already has its room.
core::Result<Attempt::Opened> Attempt::openPartial(const cache::Store &store, const AttemptJob &job)
{
    const qint64 room = store.freeBytes();
    const qint64 needed = std::max<qint64>(0, job.size - store.takenBytes(job.repo, *job.content));
    if (room >= 0 && room < needed + job.reserve) {
        return core::fail(
            core::ErrorKind::DiskFull,
            u"%1 bytes are missing on the volume of %2"_s.arg(needed + job.reserve - room)
                .arg(job.place.path));
    }
    auto partial = cache::Partial::open(
        store.layout(),
        {job.repo, job.endpoint, job.commit, job.paths.first(), *job.content, job.size});
    if (!partial)
        return tl::unexpected(partial.error());
    Opened opened;
    opened.partial = std::move(*partial);
    return opened;
}

Attempt::Attempt(Worker &worker, const AttemptJob &job)
    : m_worker(worker)
    , m_job(job)
    , m_store(job.place)
    , m_ticker(this)
    , m_stopFlag(std::make_shared<std::atomic<bool>>(false))
{
    m_ticker.setInterval(tickTime);
    connect(&m_ticker, &QTimer::timeout, this, &Attempt::tick);
}

Attempt::~Attempt() = default;

qint64 Attempt::writtenBytes() const
{
    return m_partial ? m_partial->written().total() : 0;
}

void Attempt::begin()
{
    if (m_job.content)
        lookForEntries();
    else
        askContent();
}

void Attempt::ask()
{
    if (m_filler)
        m_filler->ask();
    else
        ++m_passes;
}

void Attempt::setConnections(int most)
{
    m_job.connections = most;
    if (m_filler && !m_end)
        m_filler->setConnections(most);
}

void Attempt::stop()
{
    *m_stopFlag = true;
    finish(AttemptEnd::Kind::Stopped);
}

// What the snapshot holds under the paths of the job.
struct Attempt::Entries {
    enum class State { Missing, Here, Verified };
    State state = State::Missing;
    QStringList files; // Here: each file once, however many links lead to it
};

// Blocks.
core::Result<Attempt::Entries> Attempt::findEntries(const cache::Store &store,
                                                    const AttemptJob &job, Prepared &prepared)
{
    if (job.isBegun && !prepared.isOnItsVolume(store) && !store.isThere())
        return core::fail(core::ErrorKind::PlaceMissing, job.place.path);
    for (const QString &path : job.paths) {
        if (const auto possible = store.checkName(job.repo, job.commit, path); !possible)
            return tl::unexpected(possible.error());
    }
    if (const auto ready = prepared.ensure(store, job.repo); !ready)
        return tl::unexpected(ready.error());
    Entries entries{.state = Entries::State::Verified, .files = {}};
    for (const QString &path : job.paths) {
        if (!store.hasEntry(job.repo, job.commit, path, *job.content, job.size))
            return Entries();
        const QString file =
            QFileInfo(store.layout().entry(job.repo, job.commit, path)).canonicalFilePath();
        if (entries.files.contains(file))
            continue;
        entries.files.append(file);
        if (!cache::isNotedVerified(file, *job.content))
            entries.state = Entries::State::Here;
    }
    if (entries.state == Entries::State::Verified)
        removeOurs(store, job);
    return entries;
}

// Blocks. Another program published what we had only a part of. Whoever holds the lock needs it.
void Attempt::removeOurs(const cache::Store &store, const AttemptJob &job)
{
    if (store.takenBytes(job.repo, *job.content) == 0)
        return;
    const auto lock = cache::FileLock::tryLock(store.layout().lock(job.repo, *job.content));
    if (lock) // failing to remove it is no reason not to use what is there
        std::ignore = store.removeLeftovers(job.repo, *job.content);
}

void Attempt::lookForEntries()
{
    inPool<core::Result<Entries>>(
        [store = m_store, job = m_job, prepared = m_worker.prepared()] {
            return findEntries(store, job, *prepared);
        },
        [this](core::Result<Entries> &entries) {
            if (m_end)
                return;
            if (!entries)
                return fail(entries.error());
            const bool canCompare = m_job.content->kind != core::ContentId::Kind::Opaque;
            if (entries->state == Entries::State::Missing)
                return open();
            if (entries->state == Entries::State::Here && canCompare)
                return compareEntries(entries->files);
            m_checked = canCompare;
            finish(AttemptEnd::Kind::Published);
        });
}

// A masked entry names no content id; the Hub's own answer does, once access is granted.
void Attempt::askContent()
{
    hub::HttpRequest request;
    request.verb = "HEAD"_ba;
    request.url = m_job.resolveUrl;
    request.redirects = hub::HttpRequest::Redirects::StopAtOtherOrigin;
    m_passes = 0;
    m_asking = m_worker.http().send(request);
    connect(m_asking, &hub::Exchange::finished, this,
            [this, exchange = m_asking.data()] { onContent(exchange); });
}

void Attempt::onContent(hub::Exchange *exchange)
{
    m_asking = nullptr;
    m_rates = exchange->reply().rates;
    if (exchange->reply().status > 0)
        Q_EMIT ratesSeen(m_rates);
    if (m_end)
        return endWhenQuiet();
    const auto &result = exchange->result();
    if (!result)
        return fail(result.error());
    auto etag = hub::headerValue(result->hubHeaders, "X-Linked-Etag");
    if (!etag && result->fromEndpoint && result->otherOrigin.isEmpty())
        etag = hub::headerValue(result->headers, "ETag"); // never a file host's
    if (!etag)
        return fail(
            core::makeError(core::ErrorKind::Protocol,
                            u"the Hub names no content id for %1"_s.arg(m_job.paths.first())));
    const auto id = core::ContentId::make(QString::fromLatin1(*etag));
    if (!id)
        return fail(id.error());
    m_job.content = *id;
    lookForEntries();
}

// The lock first, so that nothing is looked at that somebody else is changing.
void Attempt::open()
{
    inPool<core::Result<Opened>>(
        [store = m_store, job = m_job]() -> core::Result<Opened> {
            auto lock = cache::FileLock::tryLock(store.layout().lock(job.repo, *job.content));
            if (!lock)
                return tl::unexpected(lock.error());
            if (store.hasBlob(job.repo, *job.content, job.size)) {
                Opened opened;
                opened.lock = std::move(*lock);
                return opened;
            }
            auto opened = openPartial(store, job);
            if (opened)
                opened->lock = std::move(*lock);
            return opened;
        },
        [this](core::Result<Opened> &opened) { onOpened(opened); });
}

void Attempt::onOpened(core::Result<Opened> &opened)
{
    if (m_end)
        return; // stopped meanwhile: dropping it unlocks and closes
    if (!opened)
        return fail(opened.error());
    if (opened->lock.isHeld())
        m_lock = std::move(opened->lock);
    if (!opened->partial)
        return compareStoredBlob();
    m_partial = std::move(opened->partial);
    if (m_job.content->kind != core::ContentId::Kind::Opaque)
        m_follower = std::make_unique<Follower>(m_partial->reader(), m_job.content->kind,
                                                m_job.size, m_stopFlag);
    m_found = writtenBytes();
    fill();
}

// The damaged blob keeps its name until a good one takes it.
void Attempt::replaceStoredBlob()
{
    inPool<core::Result<Opened>>([store = m_store, job = m_job] { return openPartial(store, job); },
                                 [this](core::Result<Opened> &opened) { onOpened(opened); });
}

void Attempt::fill()
{
    if (m_partial->written().gaps(m_job.size).isEmpty())
        return compare();
    FillJob job;
    job.resolveUrl = m_job.resolveUrl;
    job.size = m_job.size;
    job.commit = m_job.commit;
    job.content = *m_job.content;
    job.pageExpected = isPage(m_job.paths);
    job.connections = m_job.connections;
    job.passes = std::exchange(m_passes, 0);
    job.download = m_job.download;
    m_filler = std::make_unique<Filler>(
        Filler::Means{m_worker.http(), m_worker.throttle(), m_worker.hosts(), m_worker.lines()},
        *m_partial, job, this);
    connect(m_filler.get(), &Filler::asks, this, [this] { Q_EMIT asks(m_job.id); });
    connect(m_filler.get(), &Filler::linkKnown, this,
            [this] { Q_EMIT phase(m_job.id, Event::LinkKnown); });
    connect(m_filler.get(), &Filler::linkLost, this,
            [this] { Q_EMIT phase(m_job.id, Event::LinkLost); });
    connect(m_filler.get(), &Filler::wrote, this, [this](qint64 bytes) {
        m_unnoted += bytes;
        if (m_unnoted >= noteBytes)
            tick();
        follow();
    });
    connect(m_filler.get(), &Filler::ratesSeen, this, [this](const QList<hub::RateInfo> &rates) {
        m_rates = rates;
        Q_EMIT ratesSeen(rates);
    });
    connect(m_filler.get(), &Filler::ended, this, &Attempt::onFilled);
    m_sinceCheckpoint.start();
    m_sinceNote.start();
    m_ticker.start();
    follow();
    m_filler->begin();
}

void Attempt::onFilled(const std::optional<core::Error> &trouble)
{
    m_newBytes = m_newBytes || m_filler->hasNewBytes();
    if (m_end || (trouble && adoptFileBehindPointer()))
        return;
    if (trouble)
        fail(*trouble);
    else
        compare();
}

// The listing told of a pointer; the Hub names the file behind it before any byte of it came.
// Begins anew with that id: other names on disk, another lock.
bool Attempt::adoptFileBehindPointer()
{
    if (!m_filler->fileBehindPointer() || m_newBytes || m_checkpointing)
        return false;
    m_job.content = m_filler->fileBehindPointer();
    m_filler.release()->deleteLater(); // the sender of what is being handled
    m_ticker.stop();
    m_follower.reset();
    m_partial->discard();
    m_partial.reset();
    m_lock.release();
    lookForEntries();
    return true;
}

void Attempt::tick()
{
    if (!m_partial || m_end)
        return;
    if (m_unnoted >= noteBytes || (m_unnoted > 0 && m_sinceNote.hasExpired(noteTime.count()))) {
        m_unnoted = 0;
        m_sinceNote.start();
        if (const auto noted = m_partial->noteWritten(); !noted)
            return failOnDisk(noted.error());
    }
    const qint64 unsynced = m_partial->unsynced();
    const auto longest = m_partial->isKept() ? checkpointTime : unkeptTime;
    if (unsynced >= checkpointBytes
        || (unsynced > 0 && m_sinceCheckpoint.hasExpired(longest.count()))) {
        m_partial->keep();
        checkpoint();
    }
    if (m_filler && unsynced >= brakeBytes + m_filler->connections() * brakeBytesOfConnection)
        m_filler->hold();
}

void Attempt::checkpoint()
{
    if (m_checkpointing)
        return;
    m_checkpointing = true;
    const cache::Partial::Checkpoint point = m_partial->checkpoint();
    inPool<core::Result<void>>([point] { return point.run(); },
                               [this, point](core::Result<void> &result) {
                                   m_checkpointing = false;
                                   onCheckpoint(point, result);
                               });
}

void Attempt::onCheckpoint(const cache::Partial::Checkpoint &done, const core::Result<void> &result)
{
    m_sinceCheckpoint.start();
    if (result) {
        m_partial->checkpointed(done);
        if (m_filler)
            m_filler->release();
        if (!m_end && !m_partial->isLinked())
            lose();
        return;
    }
    if (!m_end)
        failOnDisk(result.error());
    else if (m_end->kind == AttemptEnd::Kind::Stopped)
        m_end->error = result.error();
}

// Where the folder was removed nothing can be saved in it; the next try makes it anew.
void Attempt::failOnDisk(const core::Error &error)
{
    if (error.kind == core::ErrorKind::FileIo && !m_partial->isLinked())
        lose();
    else
        fail(error);
}

// What is here of it has no name any more, and would be lost with the descriptor.
void Attempt::lose()
{
    m_end = AttemptEnd();
    m_end->error = core::makeError(
        core::ErrorKind::PartialGone,
        u"another program removed or replaced the partial file %1"_s.arg(m_partial->filePath()));
    if (m_filler)
        m_filler->stop(); // it writes what has arrived: not after the next line
    m_partial->discard();
    finish(AttemptEnd::Kind::Failed);
}

void Attempt::fail(const core::Error &error)
{
    if (m_end)
        return;
    m_end = AttemptEnd();
    m_end->kind = AttemptEnd::Kind::Failed;
    m_end->error = aboutFile(error, m_job.paths.first());
    finish(AttemptEnd::Kind::Failed);
}

// Stops what runs, saves what is written, ends as soon as the pool is done with it.
void Attempt::finish(AttemptEnd::Kind kind)
{
    if (!m_end)
        m_end = AttemptEnd();
    m_end->kind = kind;
    m_ticker.stop();
    if (m_filler) {
        m_filler->stop();
        m_newBytes = m_newBytes || m_filler->hasNewBytes();
    }
    if (m_asking)
        m_asking->cancel();
    const bool unsaved = kind != AttemptEnd::Kind::Published && m_partial
        && m_partial->unsynced() > 0 && !m_checkpointing;
    if (unsaved) {
        m_partial->keep();
        if (const auto noted = m_partial->noteWritten();
            !noted && kind == AttemptEnd::Kind::Stopped)
            m_end->error = noted.error();
        checkpoint();
    }
    endWhenQuiet();
}

// As the next try will find it.
qint64 Attempt::keptBytes() const
{
    if (!m_job.content)
        return 0;
    return cache::Partial::writtenSoFar(m_store.layout(),
                                        {m_job.repo, m_job.endpoint, m_job.commit,
                                         m_job.paths.first(), *m_job.content, m_job.size});
}

void Attempt::endWhenQuiet()
{
    if (m_tasks > 0 || m_asking || !m_end)
        return;
    AttemptEnd end = *m_end;
    end.content = m_job.content;
    end.rates = m_rates;
    end.checked = m_checked;
    end.reached = writtenBytes();
    const bool isMade = m_partial && m_job.size == 0; // of nothing: no byte came, still it is new
    end.reused = end.kind == AttemptEnd::Kind::Published && !m_newBytes && !isMade;
    if (m_filler)
        m_filler.release()->deleteLater(); // it may be the sender of what is being handled
    if (m_partial && end.kind != AttemptEnd::Kind::Published
        && (!m_partial->isKept() || m_partial->written().isEmpty()))
        m_partial->discard(); // nothing to go on with: it would only take room
    m_partial.reset();
    m_found.reset(); // a try that has let go of its file has nothing to tell of it
    m_lock.release();
    end.kept = end.kind == AttemptEnd::Kind::Published ? m_job.size : keptBytes();
    QMetaObject::invokeMethod(
        this, [this, end] { Q_EMIT ended(m_job.id, end); }, Qt::QueuedConnection);
    m_tasks = 1; // no second time
}

} // namespace transfer
