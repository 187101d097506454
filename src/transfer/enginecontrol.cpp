#include <algorithm>
#include <limits>

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
    for (const int i : group->chosen()) {
        if (!next(group->at(i).state(), Event::Resume))
            continue;
        Transfer &transfer = group->at(i);
        transfer.failures = 0;
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
    std::erase_if(d->groups, [group](const auto &one) { return one.get() == group; });
    d->byId.remove(id);
    d->dirty.remove(id);
    d->updatePositions();
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

bool Engine::choose(const DownloadId &id, const QList<hub::TreeEntry> &chosen)
{
    Group *group = d->find(id);
    if (!group || chosen.isEmpty())
        return false;
    const Intent before = group->intent;
    const bool wasDone = before.wanted == Intent::Wanted::Done;
    if (wasDone)
        group->reopen();
    for (const int index : group->choose(chosen)) {
        ++group->at(index).turn;
        d->stopAttempt(group->at(index).attempt);
    }
    if (wasDone && group->allDone())
        group->intent = before;
    else if (!group->allDone() && group->completion != Group::Completion::Running)
        group->completion = Group::Completion::Open;
    group->completionError.reset();
    group->announced = group->announced && group->allDone();
    d->saveRequest(*group);
    d->survey(*group);
    d->sort();
    d->settle(*group);
    d->scheduleSoon();
    return true;
}

bool Engine::setPriority(const DownloadId &id, const QStringList &paths, Priority priority)
{
    Group *group = d->find(id);
    if (!group)
        return false;
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

// What runs without a place goes back to waiting for one; what is being checked is finished.
void Engine::Private::yieldPlaces()
{
    const QList<Group *> staying = placed();
    const QList<AttemptId> all = attempts.keys();
    for (const AttemptId attempt : all) {
        const auto running = attempts.constFind(attempt);
        Group *group = running == attempts.cend() ? nullptr : find(running->download);
        if (!group || staying.contains(group))
            continue;
        const int index = running->index;
        if (!next(group->at(index).state(), Event::Yield))
            continue;
        group->advance(index, Event::Yield);
        ++group->at(index).turn;
        stopAttempt(attempt);
        touch(*group);
    }
}

void Engine::Private::saveRequest(const Group &group)
{
    if (!journal)
        return;
    const JournalEntry entry{group.id(), group.request(), group.intent};
    runLater([journal = *journal, entry] { return journal.saveRequest(entry); });
}

} // namespace transfer
