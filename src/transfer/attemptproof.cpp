#include <QLoggingCategory>

#include "cache/verified.h"
#include "core/digest.h"
#include "transfer/attempt_p.h"
#include "transfer/follower.h"

// Attempt: what is on disk against the id it should have.

namespace transfer {

namespace {

Q_LOGGING_CATEGORY(lcAttempt, "transfer.attempt", QtWarningMsg)

} // namespace

// They have the right names and sizes; nobody is known to have compared them with their id.
void Attempt::compareEntries(const QStringList &files)
{
    Q_EMIT phase(m_job.id, Event::BytesDone);
    inPool<core::Result<bool>>(
        [files, id = *m_job.content, stop = m_stopFlag]() -> core::Result<bool> {
            for (const QString &file : files) {
                const auto hex = core::digestOfFile(file, id.kind, stop.get());
                if (!hex)
                    return tl::unexpected(hex.error());
                if (*hex != id.text)
                    return false;
                cache::noteVerified(file, id);
            }
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
    if (!m_follower)
        return onDigest(m_job.content->text); // an id that is no digest
    if (m_follower->isWorking())
        return;
    // What was read back once holds, unless somebody else may have written to the file since.
    const QString hex = m_partial->isUntouched() ? m_follower->hex() : QString();
    m_follower.reset();
    if (hex.isEmpty())
        return compareAnew();
    onDigest(hex);
}

void Attempt::compareAnew()
{
    inPool<core::Result<QString>>(
        [path = m_partial->filePath(), id = *m_job.content, stop = m_stopFlag] {
            return core::digestOfFile(path, id.kind, stop.get());
        },
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

} // namespace transfer
