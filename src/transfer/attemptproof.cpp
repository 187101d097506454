#include <QFile>
#include <QFileInfo>
#include <QLoggingCategory>

#include "cache/verified.h"
#include "core/digest.h"
#include "transfer/attempt_p.h"
#include "transfer/follower.h"

// Attempt: what is on disk against the id it should have.

namespace transfer {

namespace {

Q_LOGGING_CATEGORY(lcAttempt, "transfer.attempt", QtWarningMsg)

using Named = cache::Seal::Named;

// Where links are not possible files are copied; what somebody wrote meanwhile is in the copies.
core::Result<bool> areCopiesRight(const cache::Store &store, const AttemptJob &job,
                                  const std::atomic<bool> *stop)
{
    bool areRight = true;
    for (const QString &path : job.paths) {
        const QString file = store.layout().entry(job.repo, job.commit, path);
        if (QFileInfo(file).isSymLink())
            continue;
        const auto hex = core::digestOfFile(file, job.content->kind, stop);
        if (!hex)
            return tl::unexpected(hex.error());
        if (*hex == job.content->text)
            continue;
        areRight = false;
        if (!QFile::remove(file))
            return core::fail(core::ErrorKind::FileIo, file);
    }
    return areRight;
}

// Blocks. seal: of the partial; null: the blob is there already.
core::Result<Named> publishAndLink(const cache::Store &store, const AttemptJob &job,
                                   cache::Store::RealFiles realFiles, cache::Seal *seal,
                                   const std::atomic<bool> *stop)
{
    using Blob = cache::Store::Blob;
    if (seal) {
        cache::noteVerified(seal->fd(), *job.content);
        const auto named = store.publish(job.repo, *job.content, *seal, stop);
        if (!named || *named != Named::Yes)
            return named;
    }
    // Before the links: whoever finds those looks no further, also after a kill.
    if (const auto removed = store.removeLeftovers(job.repo, *job.content); !removed)
        return tl::unexpected(removed.error());
    const auto linked = store.linkAll(job.repo, job.commit, job.paths, *job.content,
                                      seal ? Blob::Published : Blob::Found, realFiles, stop);
    if (!linked)
        return tl::unexpected(linked.error());
    if (!seal || seal->isUntouched() || job.content->kind == core::ContentId::Kind::Opaque)
        return Named::Yes;
    const auto areRight = areCopiesRight(store, job, stop);
    if (!areRight)
        return tl::unexpected(areRight.error());
    return *areRight ? Named::Yes : Named::Lost;
}

} // namespace

// They have the right names and sizes; nobody is known to have compared them with their id.
void Attempt::compareEntries(const QStringList &files)
{
    Q_EMIT phase(m_job.id, Event::BytesDone);
    inPool<core::Result<bool>>(
        [files, store = m_store, job = m_job, id = *m_job.content,
         stop = m_stopFlag]() -> core::Result<bool> {
            for (const QString &file : files) {
                const auto hex = core::digestOfFile(file, id.kind, stop.get());
                if (!hex)
                    return tl::unexpected(hex.error());
                if (*hex != id.text)
                    return false;
                cache::noteVerified(file, id);
            }
            removeOurs(store, job);
            return true;
        },
        [this](core::Result<bool> &same) {
            if (m_end)
                return;
            if (!same || !*same) {
                m_realFiles = cache::Store::RealFiles::KeepVerified;
                return open(); // as if it were not there
            }
            m_checked = true;
            finish(AttemptEnd::Kind::Published);
        });
}

// Somebody put the blob there; nobody is known to have compared it with its name.
void Attempt::compareStoredBlob()
{
    Q_EMIT phase(m_job.id, Event::BytesDone);
    inPool<core::Result<QString>>(
        [path = m_store.layout().blob(m_job.repo, *m_job.content), id = *m_job.content,
         stop = m_stopFlag]() -> core::Result<QString> {
            if (id.kind == core::ContentId::Kind::Opaque)
                return id.text;
            const auto hex = core::digestOfFile(path, id.kind, stop.get());
            if (hex && *hex == id.text)
                cache::noteVerified(path, id);
            return hex;
        },
        [this](core::Result<QString> &hex) {
            if (m_end)
                return;
            if (hex && *hex == m_job.content->text) {
                m_checked = m_job.content->kind != core::ContentId::Kind::Opaque;
                return publish();
            }
            replaceStoredBlob();
        });
}

// Behind the bytes that arrive; after the last one, to the end.
void Attempt::follow()
{
    if (!m_follower || m_end)
        return;
    const auto &ranges = m_partial->written().ranges();
    const qint64 frontier = ranges.isEmpty() || ranges.first().begin > 0 ? 0 : ranges.first().end;
    const auto worth = frontier == m_job.size ? Follower::Worth::Any : Follower::Worth::Much;
    const auto work = m_follower->next(frontier, worth);
    if (!work)
        return;
    inPool<core::Result<void>>(*work, [this](core::Result<void> &result) {
        if (!m_follower)
            return;
        m_follower->worked(result);
        follow();
        compareWhenFollowed();
    });
}

// The last bytes are on disk; what is there is compared, not what arrived.
void Attempt::compare()
{
    m_ticker.stop();
    Q_EMIT phase(m_job.id, Event::BytesDone);
    follow();
    const cache::Partial::Checkpoint point = m_partial->checkpoint();
    inPool<core::Result<void>>([point] { return point.run(); },
                               [this, point](core::Result<void> &synced) {
                                   if (synced)
                                       m_partial->checkpointed(point);
                                   if (m_end)
                                       return;
                                   if (!synced)
                                       return fail(synced.error());
                                   m_isFull = true;
                                   compareWhenFollowed();
                               });
}

void Attempt::compareWhenFollowed()
{
    if (!m_isFull || m_end)
        return;
    if (m_follower && m_follower->isWorking())
        return;
    m_seal = std::make_shared<cache::Seal>(m_partial->seal());
    if (!m_follower)
        return onDigest(m_job.content->text); // an id that is no digest
    // What was read back once holds, unless somebody else may have written to the file since.
    const QString hex = m_seal->isUntouched() ? m_follower->hex() : QString();
    m_follower.reset();
    if (hex.isEmpty())
        return compareAnew();
    onDigest(hex);
}

void Attempt::compareAnew()
{
    inPool<core::Result<QString>>([seal = m_seal, kind = m_job.content->kind,
                                   stop = m_stopFlag] { return seal->digest(kind, stop.get()); },
                                  [this](core::Result<QString> &hex) {
                                      if (!m_end)
                                          onDigest(hex);
                                  });
}

void Attempt::onDigest(const core::Result<QString> &hex)
{
    if (!hex)
        return fail(hex.error());
    if (*hex == m_job.content->text) {
        m_checked = m_job.content->kind != core::ContentId::Kind::Opaque;
        return publish();
    }
    qCInfo(lcAttempt) << "expected" << m_job.content->text << "but the disk has" << *hex;
    onMismatch();
}

// The disk is asked which pieces are not as they arrived; if all are, the source is wrong, or what
// was told of it.
void Attempt::onMismatch()
{
    inPool<core::Result<core::RangeSet>>(
        [reader = m_partial->reader(), written = m_partial->written(), pieces = m_partial->pieces(),
         stop = m_stopFlag] { return reader.differing(written, pieces, *stop); },
        [this](core::Result<core::RangeSet> &damage) {
            if (m_end)
                return;
            const bool isPart = damage && !damage->isEmpty() && damage->total() < m_job.size
                && m_partial->forget(*damage);
            if (!isPart)
                m_partial->discard();
            m_end = AttemptEnd();
            m_end->mismatch = isPart ? AttemptEnd::Mismatch::Pieces : AttemptEnd::Mismatch::All;
            m_end->error = core::makeError(core::ErrorKind::Checksum, m_job.paths.first());
            finish(AttemptEnd::Kind::Failed);
        });
}

void Attempt::publish()
{
    inPool<core::Result<Named>>(
        [store = m_store, job = m_job, realFiles = m_realFiles, seal = m_seal, stop = m_stopFlag] {
            return publishAndLink(store, job, realFiles, seal.get(), stop.get());
        },
        [this](core::Result<Named> &named) {
            if (named && *named == Named::Yes) {
                if (m_partial)
                    m_partial->discard(); // only its sidecar and hint are left
                m_end.reset(); // a stop that came while publishing came too late
                return finish(AttemptEnd::Kind::Published);
            }
            if (m_end)
                return;
            if (!named)
                fail(named.error());
            else if (*named == Named::Differs)
                onMismatch();
            else
                lose();
        });
}

} // namespace transfer
