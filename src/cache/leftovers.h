#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>

#include <atomic>

#include "cache/layout.h"
#include "core/ids.h"
#include "core/result.h"

namespace cache {

// What an interrupted download of one blob left in the folder of its repo, whichever program
// began it.
struct Leftover {
    core::RepoId repo;
    QByteArray id; // of the blob
    QByteArrayList names; // in blobs: the partial and what lies beside it
    qint64 size = 0; // bytes that the disk gets back
};

// Of all repos, or of those that are named. What somebody has locked or wrote to within the last
// hour is under way and left out; what only notes something about a file is not told without it.
// Blocks: pool only; *stop ends it with Cancelled.
core::Result<QList<Leftover>> findLeftovers(const Layout &layout, const QList<core::RepoId> &repos,
                                            const std::atomic<bool> *stop = nullptr);

// Under the lock of the blob; bytes that the disk got back. Error Locked when somebody goes on
// with it, FileIo otherwise. Blocks: pool only.
core::Result<qint64> removeLeftover(const Layout &layout, const Leftover &leftover);

} // namespace cache
