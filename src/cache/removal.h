#pragma once

#include <QByteArrayList>
#include <QStringList>

#include <atomic>

#include "cache/layout.h"
#include "core/ids.h"
#include "core/result.h"

namespace cache {

// What a person wants gone from a shared Hub cache.
struct Removal {
    core::RepoId repo;
    QStringList commits; // as ScannedRevision names them; empty: the whole repo
    QStringList paths; // of the one commit; empty: all of it
};

// What that means on disk. Content that a version keeps, or that has a name elsewhere, stays.
struct RemovalPlan {
    Removal what; // a version that would lose its last file goes as a whole
    QStringList refs; // that lead to the commits
    int files = 0; // names of files in the versions that go
    QByteArrayList blobs; // that nothing leads to any more
    qint64 freed = 0; // bytes that the disk gets back
    QStringList missing; // asked for, but not here
};

// Looks only. Error RepoNotFound where the repo is not here; FileIo where its folder, or one that
// would have to be gone through, is a link: what that leads to is not ours to delete.
// Blocks: pool only; *stop ends it with Cancelled.
core::Result<RemovalPlan> planRemoval(const Layout &layout, const Removal &removal,
                                      const std::atomic<bool> *stop = nullptr);

struct Removed {
    qint64 freed = 0;
    QStringList kept; // what stays although it should go, as plain sentences
};

// In the order refs, snapshots, blobs, each synced, so that no ref and no link is ever without what
// it leads to, however it ends (Python's own order, snapshots before refs, can leave a dead ref:
// hub-cache.md 6.3). A blob goes under its lock and only when nothing leads to it then; one that
// somebody holds stays. Blocks: pool only; *stop ends it, between two files, with Cancelled.
core::Result<Removed> remove(const Layout &layout, const RemovalPlan &plan,
                             const std::atomic<bool> *stop = nullptr);

} // namespace cache
