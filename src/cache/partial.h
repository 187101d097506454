#pragma once

#include <QByteArrayView>

#include <atomic>
#include <functional>
#include <memory>

#include "cache/arrivals.h"
#include "cache/layout.h"
#include "cache/seal.h"
#include "cache/sidecar.h"
#include "core/rangeset.h"
#include "core/result.h"

namespace cache {

struct PartialFile;

// A file being filled, in any order, and the sidecar that says which bytes are safely on disk.
// Invariant: every byte the sidecar claims is on stable storage. The lock of the blob is held by
// the owner while a Partial is open or a Checkpoint of it runs. Files from sidecarFrom bytes on
// have a sidecar; smaller ones, which are here in a moment mostly, from the first checkpoint after
// keep() on, and are begun again where there was none. Beside the sidecar the hint names what was
// written but not synced, with the boot id; it is believed only under the same boot.
//
// Both small files are saved on a full disk as well, as long as nobody is faster to take the room
// that is held for them.
//
// After a failed sync or a write that failed for another reason than a full disk nobody knows what
// is on disk: written() falls back to what the sidecar claims, every further write fails, and the
// owner opens the Partial again.
//
// Owner: transfer::Attempt. write() and written() on one thread; a Checkpoint may run on another.
class Partial {
public:
    static constexpr qint64 sidecarFrom = 8 * 1024 * 1024;

    // Continues what fits, removes what does not, begins otherwise: file, space (fallocate where
    // supported), empty sidecar, folder sync. DiskFull or FileIo.
    static core::Result<std::unique_ptr<Partial>> open(const Layout &layout,
                                                       const PartialIdentity &identity);
    // How many bytes open() would continue with. Looks, takes nothing, needs no lock.
    static qint64 writtenSoFar(const Layout &layout, const PartialIdentity &identity);

    ~Partial(); // closes; keeps the files
    Q_DISABLE_COPY_MOVE(Partial)

    const QString &filePath() const;
    qint64 size() const;
    // What is written stays as it is until forget() or restart(): somebody may have digested it. Of
    // data that lies over it only the rest is taken.
    core::Result<void> write(qint64 offset, QByteArrayView data);
    const core::RangeSet &written() const;
    qint64 unsynced() const; // bytes written since the last finished checkpoint began
    // The next open() goes on with it.
    void keep();
    bool isKept() const;
    // False once another program has unlinked the file under our hands (hf cache prune).
    bool isLinked() const;

    // Of the answers the bytes came with, where no digest will tell whether they are of one
    // version; empty: none is known. Saved with the next checkpoint, forgotten with the bytes.
    const QByteArray &validator() const;
    void setValidator(const QByteArray &validator);

    // Writing is over. The seal watches since open() whether somebody else wrote to the file. Once.
    Seal seal();

    // Reads what lies on disk, from any thread; keeps the file open by itself.
    class Reader {
    public:
        // Hands a range over in blocks, in order. Truncated where the file ends before; *stop ends
        // it with Cancelled.
        core::Result<void> read(core::Range range, const std::atomic<bool> &stop,
                                const std::function<void(QByteArrayView)> &take) const;
        // Of what is written: what does not lie there as it arrived, or of which nobody knows how.
        // Reads all of it. *stop ends it with Cancelled.
        core::Result<core::RangeSet> differing(const core::RangeSet &written,
                                               const QList<ArrivedPiece> &pieces,
                                               const std::atomic<bool> &stop) const;

    private:
        friend class Partial;
        std::shared_ptr<PartialFile> m_file;
    };
    Reader reader() const;
    // How the bytes arrived, those of earlier runs included; not all of them may be told.
    QList<ArrivedPiece> pieces() const;
    // These bytes are wrong: they are missing from now on. The sidecar is saved.
    core::Result<void> forget(const core::RangeSet &ranges);

    // Saves the hint: cheap, unsynced. Same thread as write().
    core::Result<void> noteWritten();

    // A copy of the written set and what it takes to make it safe. run() blocks (pool): fdatasync,
    // then the sidecar with the copy. Keeps the file open by itself. Hand it back to
    // checkpointed() on the writing thread when run() succeeded. One at a time. A checkpoint taken
    // before restart() or discard() ends with Cancelled and changes nothing.
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

    // Forgets all bytes (after a digest that does not match) or removes all files. After the
    // partial was published, discard() removes what is left beside it.
    core::Result<void> restart();
    void discard();

private:
    explicit Partial(qint64 size);
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace cache
