#pragma once

#include <QByteArrayView>

#include <memory>

#include "cache/layout.h"
#include "core/rangeset.h"
#include "core/result.h"

namespace cache {

// What a partial is a part of; saved before the first byte so that nothing else is ever continued
// with it.
struct PartialIdentity {
    core::RepoId repo;
    QString endpoint;
    QString commit;
    QString path; // one of its paths, for people
    core::ContentId content;
    qint64 size = 0;
};

// A file being filled, in any order, and the sidecar that says which bytes are safely on disk.
// Invariant: every byte the sidecar claims is on stable storage. The lock of the blob is held by
// the owner while a Partial is open. Files from sidecarFrom bytes on have a sidecar; smaller ones
// are begun again. Beside the sidecar the hint names what was written but not synced, with the
// boot id; it is believed only under the same boot.
//
// Owner: transfer::Attempt. write() and written() on one thread; a Checkpoint may run on another.
class Partial {
public:
    static constexpr qint64 sidecarFrom = 8 * 1024 * 1024;

    // Continues what fits, removes what does not, begins otherwise: file, space (fallocate where
    // supported), empty sidecar, folder sync. DiskFull or FileIo.
    static core::Result<std::unique_ptr<Partial>> open(const Layout &layout,
                                                       const PartialIdentity &identity);
    ~Partial(); // closes; keeps the files
    Q_DISABLE_COPY_MOVE(Partial)

    const QString &filePath() const;
    qint64 size() const;
    core::Result<void> write(qint64 offset, QByteArrayView data);
    const core::RangeSet &written() const;
    qint64 unsynced() const; // bytes written since the last finished checkpoint began
    // False once another program has unlinked the file under our hands (hf cache prune).
    bool isLinked() const;

    // Saves the hint: cheap, unsynced. Same thread as write().
    core::Result<void> noteWritten();

    // A copy of the written set and what it takes to make it safe. run() blocks (pool): fdatasync,
    // then the sidecar with the copy. Keeps the file open by itself. Hand it back to
    // checkpointed() on the writing thread when run() succeeded.
    class Checkpoint {
    public:
        core::Result<void> run() const;

    private:
        friend class Partial;
        struct Data;
        std::shared_ptr<const Data> d;
    };
    Checkpoint checkpoint() const;
    void checkpointed(const Checkpoint &done);

    // Forgets all bytes (after a digest that does not match) or removes all files.
    core::Result<void> restart();
    void discard();

private:
    Partial();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace cache
