#pragma once

#include <QList>

#include <atomic>

#include "cache/leftovers.h"
#include "cache/location.h"
#include "cache/scan.h"
#include "session/deletions.h"

namespace session {

// What a person may want to delete to make room.
struct Reclaimable {
    enum class Kind {
        Leftovers, // of interrupted downloads of a repo
        Versions, // of a repo, that no name points to
        Repo, // that nobody has read for long
    };
    Kind kind = Kind::Leftovers;
    core::RepoId repo;
    qint64 bytes = 0; // that this frees
    int count = 0; // partials, versions or files
    bool isSuggested = false; // nobody is likely to miss it
    QDateTime lastUsed; // Repo
    QList<cache::Leftover> leftovers; // Leftovers
    cache::RemovalPlan plan; // Versions, Repo
};

constexpr int unusedMonths = 6;

// found: the repos, as they were scanned last. Where a repo has no version with a name, its
// versions were fetched by their commits, and are not suggested. usedIsKnown: false leaves out the
// repos that are unused. What cannot be planned is left out. What the queue needs is sorted out by
// the caller, by Deletions. Blocks: pool only; *stop ends it with Cancelled.
core::Result<QList<Reclaimable>> findReclaimable(const cache::Location &place,
                                                 const QList<cache::ScannedRepo> &found,
                                                 bool usedIsKnown,
                                                 const std::atomic<bool> *stop = nullptr);

} // namespace session
