#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <atomic>
#include <optional>

#include "cache/layout.h"
#include "cache/location.h"
#include "cache/seal.h"
#include "core/result.h"

namespace cache {

// A file of a commit as trees/<commit>.json lists it (hub-cache.md 2.6).
struct TreeFile {
    QString path;
    qint64 size = 0;
    QString oid; // git object id ("blob_id")
    QString sha256; // LFS only, else empty
    QString xetHash; // or empty
};

// A listing that was kept. It may come from another program.
struct StoredTree {
    QList<TreeFile> files;
    QStringList refused; // paths that cannot be written safely
};

// Finished files in the shared Hub cache. Order on disk: blob, then link, then tree, then ref, each
// atomic, so that a reader who follows ref -> snapshot -> blob never meets a gap. All functions
// block (pool or I/O thread) and may be used from several threads; the lock of a blob is held by
// the caller of publish(), link(), linkAll() and removeLeftovers().
class Store {
public:
    explicit Store(const Location &location);

    const Layout &layout() const { return m_layout; }

    // Folders of a repo (blobs, snapshots, refs), CACHEDIR.TAG, and removal of left-over
    // temporaries of ours that nobody holds. Partials and what lies beside them stay.
    core::Result<void> prepare(const core::RepoId &repo) const;

    // A blob of the right size is there. Its content is not looked at.
    bool hasBlob(const core::RepoId &repo, const core::ContentId &id, qint64 size) const;
    // The snapshot entry exists and leads to a file of that size: a link to this blob, or a real
    // file, whose content is not looked at.
    bool hasEntry(const core::RepoId &repo, const QString &commit, const QString &path,
                  const core::ContentId &id, qint64 size) const;

    // The same whatever its id.
    bool hasFile(const core::RepoId &repo, const QString &commit, const QString &path,
                 qint64 size) const;

    // How many bytes of this content need not be fetched: all of it for an entry or a blob, what is
    // written of a partial. Looks only, needs no lock.
    qint64 storedBytes(const core::RepoId &repo, const QString &commit, const QString &path,
                       const core::ContentId &id, qint64 size) const;

    // Gives a complete, verified and synced file the name of its blob and the mode of a fresh file
    // and syncs the folder. It takes the place of whatever has the name: others do not verify, and
    // who has the old file open keeps it. *stop ends long reading with Cancelled.
    core::Result<Seal::Named> publish(const core::RepoId &repo, const core::ContentId &id,
                                      Seal &seal, const std::atomic<bool> *stop) const;

    // Points snapshots/<commit>/<path> at the blob: relative link, made in blobs and renamed. A
    // real file of the blob's size that is already there stays. Where links are not possible or
    // not wanted the blob is copied there.
    core::Result<void> link(const core::RepoId &repo, const QString &commit, const QString &path,
                            const core::ContentId &id) const;
    // The same for every path of a blob. Without links a blob that was published just now is moved
    // to the last path, so that it does not take its room twice; one that was found may be what
    // other snapshots link to, and is only copied.
    enum class Blob { Published, Found };
    // Real files of the right size stay; or, where one of them is known to be damaged, only those
    // that were compared with their id. *stop ends copying with Cancelled.
    enum class RealFiles { Keep, KeepVerified };
    core::Result<void> linkAll(const core::RepoId &repo, const QString &commit,
                               const QStringList &paths, const core::ContentId &id, Blob blob,
                               RealFiles realFiles = RealFiles::Keep,
                               const std::atomic<bool> *stop = nullptr) const;

    // Removes partial, sidecar and hint of a blob that is published.
    core::Result<void> removeLeftovers(const core::RepoId &repo, const core::ContentId &id) const;

    core::Result<void> writeTree(const core::RepoId &repo, const QString &commit,
                                 const QList<TreeFile> &files) const;
    // Exactly 40 bytes; nothing for a revision that is a commit itself. Syncs the folders of the
    // snapshot first, so that no power cut leaves a ref whose files are not there.
    core::Result<void> writeRef(const core::RepoId &repo, const QString &revision,
                                const QString &commit) const;

    // The commit a revision led to when it was last asked for, a full commit being itself.
    // RevisionNotFound when the cache does not know.
    core::Result<QString> readRef(const core::RepoId &repo, const QString &revision) const;
    // The kept listing of a commit. An error when there is none or it is damaged; bounded.
    core::Result<StoredTree> readTree(const core::RepoId &repo, const QString &commit) const;

    // False where the folder of this location, which held files before, is gone or empty: its drive
    // was taken away, or somebody deleted it.
    bool isThere() const;

    // FileIo where this disk cannot have such a name below a snapshot.
    core::Result<void> checkName(const core::RepoId &repo, const QString &commit,
                                 const QString &path) const;
    // The room that a partial has already, whatever of it is filled.
    qint64 takenBytes(const core::RepoId &repo, const core::ContentId &id) const;

    // The file system that the folder of this location is on, or would be, as long as the machine
    // runs.
    std::optional<quint64> volume() const;

    // Bytes free for us on the volume of this location, or -1.
    qint64 freeBytes() const;

private:
    class Entry;

    core::Result<void> place(const Entry &entry, const core::RepoId &repo,
                             const core::ContentId &id, Blob blob,
                             const std::atomic<bool> *stop) const;

    Location m_location;
    Layout m_layout;
};

} // namespace cache
