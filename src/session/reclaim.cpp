#include "session/reclaim.h"

#include <QDateTime>
#include <QHash>

#include <algorithm>

#include "cache/layout.h"

namespace session {

namespace {

Reclaimable ofPlan(Reclaimable::Kind kind, const cache::RemovalPlan &plan)
{
    Reclaimable one;
    one.kind = kind;
    one.repo = plan.what.repo;
    one.bytes = plan.freed;
    one.plan = plan;
    return one;
}

QList<Reclaimable> ofLeftovers(const QList<cache::Leftover> &leftovers)
{
    QHash<core::RepoId, Reclaimable> byRepo;
    for (const cache::Leftover &leftover : leftovers) {
        Reclaimable &one = byRepo[leftover.repo];
        one.repo = leftover.repo;
        one.bytes += leftover.size;
        one.leftovers += leftover;
        one.isSuggested = true;
        ++one.count;
    }
    return byRepo.values();
}

} // namespace

core::Result<QList<Reclaimable>> findReclaimable(const cache::Location &place,
                                                 const QList<cache::ScannedRepo> &found,
                                                 bool usedIsKnown, const std::atomic<bool> *stop)
{
    const cache::Layout layout(place.path);
    QList<core::RepoId> repos;
    for (const cache::ScannedRepo &repo : found)
        repos += repo.repo;
    const auto leftovers = cache::findLeftovers(layout, repos, stop);
    if (!leftovers)
        return core::Unexpected(leftovers.error());
    QList<Reclaimable> all = ofLeftovers(*leftovers);
    const QDateTime old = QDateTime::currentDateTimeUtc().addMonths(-unusedMonths);
    for (const cache::ScannedRepo &repo : found) {
        if (stop && stop->load())
            return core::fail(core::ErrorKind::Cancelled);
        cache::Removal nameless{repo.repo, {}, {}};
        for (const cache::ScannedRevision &version : repo.revisions) {
            if (version.refs.isEmpty())
                nameless.commits += version.commit;
        }
        if (!nameless.commits.isEmpty()) {
            if (const auto plan = cache::planRemoval(layout, nameless, stop)) {
                Reclaimable one = ofPlan(Reclaimable::Kind::Versions, *plan);
                one.count = static_cast<int>(plan->what.commits.size());
                one.isSuggested = nameless.commits.size() < repo.revisions.size();
                if (one.count > 0)
                    all += one;
            }
        }
        if (!usedIsKnown || !repo.lastAccessed.isValid() || repo.lastAccessed >= old
            || repo.files == 0)
            continue;
        if (const auto plan = cache::planRemoval(layout, {repo.repo, {}, {}}, stop)) {
            Reclaimable one = ofPlan(Reclaimable::Kind::Repo, *plan);
            one.count = repo.files;
            one.lastUsed = repo.lastAccessed;
            all += one;
        }
    }
    std::sort(all.begin(), all.end(), [](const Reclaimable &a, const Reclaimable &b) {
        return a.kind != b.kind ? a.kind < b.kind : a.bytes > b.bytes;
    });
    return all;
}

} // namespace session
