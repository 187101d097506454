#include "session/deletions.h"

#include <QSet>

#include <algorithm>

#include "cache/check.h"
#include "cache/layout.h"
#include "core/background.h"

using namespace Qt::StringLiterals;

namespace session {

namespace {

using Rest = DeletionOutcome::Rest;
using Left = DeletionOutcome::Left;

bool goes(const cache::Removal &what, const cache::CheckItem::Entry &entry)
{
    return what.commits.isEmpty()
        || (what.commits.contains(entry.commit)
            && (what.paths.isEmpty() || what.paths.contains(entry.path)));
}

// True where the person was told of all of it.
bool isWithin(const cache::RemovalPlan &now, const cache::RemovalPlan &told)
{
    const QSet<QByteArray> blobs(told.blobs.begin(), told.blobs.end());
    const bool hasBlobs = std::all_of(now.blobs.begin(), now.blobs.end(),
                                      [&](const QByteArray &blob) { return blobs.contains(blob); });
    const bool hasRefs = std::all_of(now.refs.begin(), now.refs.end(),
                                     [&](const QString &ref) { return told.refs.contains(ref); });
    return hasBlobs && hasRefs && now.files <= told.files
        && now.what.paths.isEmpty() == told.what.paths.isEmpty();
}

void removeOne(const cache::Layout &layout, const cache::RemovalPlan &told,
               const std::atomic<bool> *stop, DeletionOutcome *outcome)
{
    const core::RepoId &repo = told.what.repo;
    const auto now = cache::planRemoval(layout, told.what, stop);
    if (!now && now.error().kind == core::ErrorKind::RepoNotFound)
        return; // somebody else was faster
    if (!now) {
        outcome->rests.append({repo, Left::Failed, now.error()});
        return;
    }
    if (!told.what.commits.isEmpty() && now->what.commits.isEmpty())
        return; // likewise; an empty list would mean the whole repo
    if (!isWithin(*now, told)) {
        outcome->rests.append({repo, Left::Changed, std::nullopt});
        return;
    }
    const auto removed = cache::remove(layout, *now, stop);
    if (!removed) {
        outcome->rests.append({repo, Left::Failed, removed.error()});
        return;
    }
    outcome->freed += removed->freed;
    outcome->kept += removed->kept;
}

bool isUnfinished(const transfer::Engine &engine, const transfer::DownloadId &id)
{
    return !transfer::isEnd(engine.status(id).state);
}

} // namespace

core::Result<PlannedRemoval> planDeletion(const cache::Location &place,
                                          const cache::Removal &removal,
                                          const std::atomic<bool> *stop)
{
    const cache::Layout layout(place.path);
    auto plan = cache::planRemoval(layout, removal, stop);
    if (!plan)
        return core::Unexpected(plan.error());
    PlannedRemoval planned;
    planned.plan = std::move(*plan);
    const auto items = cache::itemsToCheck(layout, removal.repo, {}, stop);
    if (!items && items.error().kind == core::ErrorKind::Cancelled)
        return core::Unexpected(items.error());
    QSet<QString> others;
    for (const cache::CheckItem &item : items.value_or(QList<cache::CheckItem>())) {
        const auto isGoing = [&](const auto &entry) { return goes(planned.plan.what, entry); };
        const auto going = std::count_if(item.entries.begin(), item.entries.end(), isGoing);
        if (going == 0 || going == item.entries.size() || item.isMissing)
            continue;
        ++planned.sharedFiles;
        planned.sharedBytes += item.size;
        for (const cache::CheckItem::Entry &entry : item.entries) {
            if (!isGoing(entry))
                others.insert(entry.commit);
        }
    }
    planned.otherVersions = static_cast<int>(others.size());
    return planned;
}

qint64 Deletion::freed() const
{
    qint64 bytes = 0;
    for (const cache::RemovalPlan &plan : plans)
        bytes += plan.freed;
    for (const cache::Leftover &leftover : leftovers)
        bytes += leftover.size;
    return bytes;
}

Deletions::Deletions(const cache::Location &place, transfer::Engine &engine, QObject *parent)
    : QObject(parent)
    , m_place(place)
    , m_engine(engine)
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
}

Deletions::~Deletions()
{
    *m_stop = true;
}

QList<transfer::DownloadId> Deletions::needing(const cache::RemovalPlan &plan) const
{
    const cache::Removal &what = plan.what;
    const QSet<QByteArray> blobs(plan.blobs.begin(), plan.blobs.end());
    const QSet<QString> paths(what.paths.begin(), what.paths.end());
    const auto needs = [&](const transfer::DownloadRequest &request) {
        if (what.commits.isEmpty())
            return true;
        const bool isOfVersion = what.commits.contains(request.commit);
        if (isOfVersion && paths.isEmpty())
            return true;
        return std::any_of(request.chosen.begin(), request.chosen.end(), [&](const auto &file) {
            const auto id = file.contentId();
            return (isOfVersion && paths.contains(file.path))
                || (id && blobs.contains(id->text.toLatin1()));
        });
    };
    QList<transfer::DownloadId> found;
    const QList<transfer::DownloadId> all = m_engine.downloads();
    for (const transfer::DownloadId &id : all) {
        const transfer::DownloadRequest &request = m_engine.request(id);
        if (request.repo == what.repo && request.place.path == m_place.path
            && isUnfinished(m_engine, id) && needs(request))
            found += id;
    }
    return found;
}

bool Deletions::isNeeded(const cache::Leftover &leftover) const
{
    const QList<transfer::Need> needs = m_engine.needs();
    return std::any_of(needs.begin(), needs.end(), [&](const transfer::Need &need) {
        if (need.repo != leftover.repo || need.place.path != m_place.path)
            return false;
        return need.unnamed > 0
            || std::any_of(need.files.begin(), need.files.end(), [&](const auto &file) {
                   return file.content.text.toLatin1() == leftover.id;
               });
    });
}

Deletions::Id Deletions::add(const Deletion &deletion)
{
    const Id id = ++m_last;
    m_waiting.insert(id, deletion);
    QTimer::singleShot(m_undoTime, this, [this, id] { begin(id); });
    return id;
}

bool Deletions::undo(Id id)
{
    return m_waiting.remove(id) > 0;
}

void Deletions::begin(Id id)
{
    if (!m_waiting.contains(id))
        return;
    Deletion deletion = m_waiting.take(id);
    DeletionOutcome refused;
    deletion.plans.removeIf([&](const cache::RemovalPlan &plan) {
        const bool isNeeded = !needing(plan).isEmpty();
        if (isNeeded)
            refused.rests.append({plan.what.repo, Left::Needed, std::nullopt});
        return isNeeded;
    });
    deletion.leftovers.removeIf([&](const cache::Leftover &leftover) {
        const bool isIn = isNeeded(leftover);
        if (isIn)
            refused.rests.append({leftover.repo, Left::Needed, std::nullopt});
        return isIn;
    });
    Q_EMIT begun(id);
    core::inBackground(
        this,
        [place = m_place, stop = m_stop, deletion, refused] {
            const cache::Layout layout(place.path);
            DeletionOutcome outcome = refused;
            for (const cache::RemovalPlan &plan : deletion.plans)
                removeOne(layout, plan, stop.get(), &outcome);
            for (const cache::Leftover &leftover : deletion.leftovers) {
                const auto freed = cache::removeLeftover(layout, leftover);
                if (freed)
                    outcome.freed += *freed;
                else
                    outcome.rests.append({leftover.repo, Left::Failed, freed.error()});
            }
            return outcome;
        },
        [this, id](const DeletionOutcome &outcome) { Q_EMIT ended(id, outcome); });
}

} // namespace session
