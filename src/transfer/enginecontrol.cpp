#include <algorithm>
#include <limits>
#include <memory>

#include "transfer/enginestate.h"

namespace transfer {

// What a person may ask for: stop and go on, order, choice, priorities.

void Engine::pause(const DownloadId &id)
{
    if (Group *group = d->find(id))
        d->stopGroup(*group, Event::Pause, Intent::Wanted::Pause);
}

void Engine::resume(const DownloadId &id)
{
    Group *group = d->find(id);
    if (!group)
        return;
    d->growAll(*group);
    for (const int i : group->chosen()) {
        if (!next(group->at(i).state(), Event::Resume))
            continue;
        Transfer &transfer = group->at(i);
        transfer.forgive();
        transfer.refusals = 0;
        transfer.mismatches = 0;
        transfer.repairs = 0;
        transfer.error.reset();
        ++transfer.turn;
        group->advance(i, Event::Resume);
    }
    if (group->completion == Group::Completion::Refused) {
        group->completion = Group::Completion::Open;
        group->completionError.reset();
        group->losses = 0;
    }
    group->announced = false;
    d->setWanted(*group, Intent::Wanted::Run);
    d->settle(*group);
    d->scheduleSoon();
}

void Engine::cancel(const DownloadId &id)
{
    if (Group *group = d->find(id))
        d->stopGroup(*group, Event::Cancel, Intent::Wanted::Cancelled);
}

void Engine::remove(const DownloadId &id)
{
    Group *group = d->find(id);
    if (!group)
        return;
    d->stopAttempts(*group);
    const auto found = std::find_if(d->groups.begin(), d->groups.end(),
                                    [group](const auto &one) { return one.get() == group; });
    const auto gone = std::make_shared<std::unique_ptr<Group>>(std::move(*found));
    d->groups.erase(found);
    d->byId.remove(id);
    d->dirty.remove(id);
    d->updatePositions();
    d->tell([id, gone](Worker &worker) {
        worker.throttle().forget(id);
        gone->reset(); // of 100,000 files: here nobody waits for it
    });
    if (d->journal) {
        d->runLater([journal = *d->journal, id]() -> core::Result<void> {
            journal.remove(id);
            return {};
        });
    }
    Q_EMIT removed(id);
    d->scheduleSoon();
}

void Engine::pauseAll()
{
    for (const auto &group : d->groups) {
        if (group->canGoOn())
            d->stopGroup(*group, Event::Pause, Intent::Wanted::Pause);
    }
}

void Engine::resumeAll()
{
    const auto ids = downloads();
    for (const DownloadId &id : ids) {
        if (d->find(id)->inState(State::Paused) > 0)
            resume(id);
    }
}

void Engine::move(const QList<DownloadId> &ids, Move where)
{
    QList<Group *> queue = d->queue();
    QSet<Group *> moved;
    for (const DownloadId &id : ids) {
        if (Group *group = d->find(id); group && queue.contains(group))
            moved.insert(group);
    }
    const auto isMoved = [&moved](Group *group) { return moved.contains(group); };
    const auto isNot = [&moved](Group *group) { return !moved.contains(group); };
    const QList<Group *> before = queue;
    switch (where) {
    case Move::ToTop:
        std::stable_partition(queue.begin(), queue.end(), isMoved);
        break;
    case Move::ToBottom:
        std::stable_partition(queue.begin(), queue.end(), isNot);
        break;
    case Move::Up:
        for (qsizetype i = 1; i < queue.size(); ++i) {
            if (isMoved(queue[i]) && isNot(queue[i - 1]))
                queue.swapItemsAt(i, i - 1);
        }
        break;
    case Move::Down:
        for (qsizetype i = queue.size() - 2; i >= 0; --i) {
            if (isMoved(queue[i]) && isNot(queue[i + 1]))
                queue.swapItemsAt(i, i + 1);
        }
        break;
    }
    if (queue != before)
        d->reorder(queue, moved);
}

void Engine::moveTo(const DownloadId &id, int position)
{
    QList<Group *> queue = d->queue();
    Group *group = d->find(id);
    const qsizetype from = queue.indexOf(group);
    const qsizetype to = std::clamp<qsizetype>(position - 1, 0, queue.size() - 1);
    if (from < 0 || from == to)
        return;
    queue.move(from, to);
    d->reorder(queue, {group});
}

void Engine::startNow(const DownloadId &id)
{
    Group *group = d->find(id);
    if (!group || group->state() != State::Queued)
        return;
    group->isOverLimit = true;
    d->touch(*group);
    d->scheduleSoon();
}

void Engine::setLimit(const DownloadId &id, const core::SpeedLimit &limit)
{
    Group *group = d->find(id);
    if (!group || group->intent.limit == limit)
        return;
    group->intent.limit = limit;
    d->saveIntent(*group);
    d->applyLimit(*group);
    d->touch(*group);
    d->fitToLimits();
}

bool Engine::choose(const DownloadId &id, const QList<hub::TreeEntry> &chosen)
{
    Group *group = d->find(id);
    if (!group || chosen.isEmpty())
        return false;
    d->growAll(*group);
    group->beforeChoice = group->intent;
    group->choose(chosen);
    d->saveRequest(*group);
    d->grow(*group);
    return true;
}

bool Engine::setPriority(const DownloadId &id, const QStringList &paths, Priority priority)
{
    Group *group = d->find(id);
    if (!group)
        return false;
    d->growAll(*group);
    const QSet<QString> meant(paths.begin(), paths.end());
    if (priority == Priority::Skip) {
        QList<hub::TreeEntry> chosen = group->request().chosen;
        chosen.removeIf(
            [&meant](const hub::TreeEntry &entry) { return meant.contains(entry.path); });
        return choose(id, chosen);
    }
    group->setPriority(meant, priority);
    d->saveRequest(*group);
    d->touch(*group);
    return true;
}

QList<Group *> Engine::Private::queue() const
{
    QList<Group *> queue;
    for (const auto &group : groups) {
        if (group->position > 0)
            queue.append(group.get());
    }
    return queue;
}

// Gives those that moved numbers between their neighbours; false where there is no room for them.
bool Engine::Private::fitBetween(const QList<Group *> &queue, const QSet<Group *> &moved)
{
    qsizetype begin = 0;
    while (begin < queue.size()) {
        qsizetype end = begin;
        while (end < queue.size() && moved.contains(queue[end]))
            ++end;
        if (end == begin) {
            ++begin;
            continue;
        }
        const qint64 span = orderStep * (end - begin + 1);
        const qint64 next = end < queue.size() ? queue[end]->intent.order : 0;
        const qint64 low = begin > 0 ? queue[begin - 1]->intent.order : next - span;
        const qint64 high = end < queue.size() ? next : low + span;
        const qint64 step = (high - low) / (end - begin + 1);
        if (step < 1 || low < std::numeric_limits<int>::min() + span
            || high > std::numeric_limits<int>::max() - span)
            return false;
        for (qsizetype i = begin; i < end; ++i)
            queue[i]->intent.order = static_cast<int>(low + step * (i - begin + 1));
        begin = end;
    }
    return true;
}

void Engine::Private::reorder(const QList<Group *> &queue, const QSet<Group *> &moved)
{
    const bool hasRoom = fitBetween(queue, moved);
    for (qsizetype i = 0; i < queue.size(); ++i) {
        if (!hasRoom)
            queue[i]->intent.order = static_cast<int>(i + 1) * orderStep;
        if (!hasRoom || moved.contains(queue[i]))
            saveIntent(*queue[i]);
    }
    sort();
    yieldPlaces();
    scheduleSoon();
}

// What runs without a place goes back to waiting for one.
void Engine::Private::yieldPlaces()
{
    const QList<Group *> staying = placed();
    const QList<AttemptId> all = attempts.keys();
    for (const AttemptId attempt : all) {
        const auto running = attempts.constFind(attempt);
        if (running != attempts.cend() && !staying.contains(find(running->download)))
            yield(attempt);
    }
}

// What is being checked is not stopped: there is nothing to be gained.
void Engine::Private::yield(AttemptId attempt)
{
    const Running running = attempts.value(attempt);
    Group *group = find(running.download);
    if (!group || !next(group->at(running.index).state(), Event::Yield))
        return;
    group->advance(running.index, Event::Yield);
    ++group->at(running.index).turn;
    stopAttempt(attempt);
    touch(*group);
}

void Engine::Private::applyLimit(const Group &group)
{
    tell([id = group.id(), limit = group.intent.limit](Worker &worker) {
        worker.throttle().setLimit(id, limit);
    });
}

// What runs is made to fit changed limits: as many connections as now may be, and under a narrow
// limit the file that was begun first and no other. A limit of zero holds what runs as it is.
void Engine::Private::fitToLimits()
{
    QList<AttemptId> all = attempts.keys();
    std::sort(all.begin(), all.end());
    QHash<const Group *, int> kept;
    int keptInAll = 0;
    for (const AttemptId attempt : all) {
        const auto running = attempts.find(attempt);
        const Group *group = find(running->download);
        if (!group || !next(group->at(running->index).state(), Event::Yield))
            continue; // it fetches nothing
        if ((isNarrow(limits.speed) && keptInAll > 0)
            || (isNarrow(group->intent.limit) && kept.value(group) > 0)) {
            yield(attempt);
            continue;
        }
        ++kept[group];
        ++keptInAll;
        if (running->begun) {
            tell([attempt, most = mostConnections(*group)](Worker &worker) {
                worker.setMostConnections(attempt, most);
            });
        }
    }
    scheduleSoon();
}

void Engine::Private::saveRequest(const Group &group)
{
    if (!journal)
        return;
    const JournalEntry entry{group.id(), group.request(), group.intent};
    runLater([journal = *journal, entry] { return journal.saveRequest(entry); });
}

} // namespace transfer
