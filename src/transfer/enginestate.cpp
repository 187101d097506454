#include "transfer/enginestate.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace transfer {

Q_LOGGING_CATEGORY(lcEngine, "transfer.engine", QtWarningMsg)

namespace {

constexpr int filesAtOnce = 2048; // of a Group that grows: a few milliseconds

bool isFinished(const Group &group)
{
    return group.allDone() && group.completion == Group::Completion::Done;
}

bool isUncounted(const Transfer &transfer)
{
    return transfer.here < 0 && !isEnd(transfer.state());
}

// What is done comes below, the last one first.
bool isBefore(const std::unique_ptr<Group> &a, const std::unique_ptr<Group> &b)
{
    if (isFinished(*a) != isFinished(*b))
        return isFinished(*b);
    return isFinished(*a) ? a->intent.finished > b->intent.finished
                          : a->intent.order < b->intent.order;
}

} // namespace

Group &Engine::Private::insert(const DownloadId &id, const DownloadRequest &request,
                               const Intent &intent)
{
    auto made = std::make_unique<Group>(id, request, intent);
    Group *group = made.get();
    groups.insert(std::upper_bound(groups.begin(), groups.end(), made, isBefore), std::move(made));
    byId.insert(id, group);
    group->isElsewhere = isElsewhere(*group);
    group->announced = !group->canGoOn();
    updatePositions();
    return *group;
}

// As much as the window does not notice; the rest later.
void Engine::Private::grow(Group &group)
{
    stopLeft(group, group.grow(filesAtOnce));
    if (!group.isGrowing())
        return onGrown(group);
    touch(group);
    QTimer::singleShot(0, &q, [this, id = group.id()] { // after whatever else is to be done
        Group *later = find(id);
        if (later && later->isGrowing() && !shuttingDown)
            grow(*later);
    });
}

// For what needs to know all files now.
void Engine::Private::growAll(Group &group)
{
    if (!group.isGrowing())
        return;
    while (group.isGrowing())
        stopLeft(group, group.grow(filesAtOnce));
    onGrown(group);
}

void Engine::Private::stopLeft(Group &group, const std::vector<int> &left)
{
    for (const int index : left) {
        ++group.at(index).turn;
        stopAttempt(group.at(index).attempt);
    }
}

void Engine::Private::onGrown(Group &group)
{
    if (const auto before = std::exchange(group.beforeChoice, {})) {
        if (before->wanted == Intent::Wanted::Done && group.allDone()) {
            group.intent = *before;
            saveIntent(group);
        } else if (!group.allDone() && group.completion != Group::Completion::Running) {
            group.completion = Group::Completion::Open;
        }
        group.completionError.reset();
        group.announced = group.announced && group.allDone();
    }
    if (group.intent.wanted != Intent::Wanted::Done)
        survey(group, 0);
    sort();
    settle(group);
    scheduleSoon();
}

void Engine::Private::sort()
{
    const bool isSorted = std::is_sorted(groups.begin(), groups.end(), isBefore);
    if (!isSorted)
        std::stable_sort(groups.begin(), groups.end(), isBefore);
    updatePositions();
    if (!isSorted)
        Q_EMIT q.reordered();
}

void Engine::Private::updatePositions()
{
    int position = 0;
    for (const auto &group : groups) {
        const int now = isFinished(*group) ? 0 : ++position;
        if (group->position != now)
            touch(*group);
        group->position = now;
    }
}

int Engine::Private::lastOrder() const
{
    int order = 0;
    for (const auto &group : groups)
        order = std::max(order, group->intent.order);
    return order;
}

// Pauses or cancels everything that is not at its end.
void Engine::Private::stopGroup(Group &group, Event event, Intent::Wanted wanted)
{
    if (group.state() == State::Done)
        return;
    growAll(group);
    for (const int i : group.chosen()) {
        if (!next(group.at(i).state(), event))
            continue;
        ++group.at(i).turn;
        group.advance(i, event);
        stopAttempt(group.at(i).attempt);
    }
    group.speed.reset();
    group.isOverLimit = false;
    setWanted(group, wanted);
    settle(group);
    scheduleSoon();
}

bool Engine::Private::isElsewhere(const Group &group) const
{
    const auto recorded = hub::Endpoint::make(group.request().endpoint);
    return !recorded || !(*recorded == http.endpoint);
}

// A name may mean something else at another Hub: nobody is asked unless a person says so. By id, as
// whoever hears of it may remove one.
void Engine::Private::refuseElsewhere(const QList<DownloadId> &ids)
{
    for (const DownloadId &id : ids) {
        Group *group = find(id);
        if (!group || !group->isElsewhere || group->isGrowing())
            continue;
        core::Error error = core::makeError(core::ErrorKind::OtherHub, group->request().endpoint);
        error.url = http.endpoint.text();
        for (const int i : group->chosen()) {
            if (!next(group->at(i).state(), Event::Refused))
                continue;
            Transfer &transfer = group->at(i);
            ++transfer.turn;
            transfer.error = error;
            group->advance(i, Event::Refused);
            stopAttempt(transfer.attempt);
        }
        group->isOverLimit = false;
        settle(*group);
    }
}

// What began at the Hub that is asked now goes on, all other things do not.
void Engine::Private::onOtherHub()
{
    QList<DownloadId> elsewhere;
    QList<DownloadId> back;
    for (const auto &group : groups) {
        const bool was = std::exchange(group->isElsewhere, isElsewhere(*group));
        if (group->isElsewhere && group->canGoOn())
            elsewhere.append(group->id());
        else if (was && !group->isElsewhere && group->intent.wanted == Intent::Wanted::Run
                 && group->inState(State::Failed) > 0)
            back.append(group->id());
    }
    refuseElsewhere(elsewhere);
    for (const DownloadId &id : back)
        q.resume(id);
}

void Engine::Private::stopAttempts(Group &group)
{
    for (int i = 0; i < group.count(); ++i) {
        ++group.at(i).turn;
        stopAttempt(group.at(i).attempt);
    }
}

// One that is still at the Gate ends here and now; its turn there is void.
void Engine::Private::stopAttempt(AttemptId attempt)
{
    const auto running = attempts.constFind(attempt);
    if (running == attempts.cend())
        return;
    if (running->begun) {
        tell([attempt](Worker &worker) { worker.stop(attempt); });
        return;
    }
    count(*running, -1);
    if (Group *group = find(running->download))
        group->at(running->index).attempt = 0;
    attempts.erase(running);
}

void Engine::Private::setWanted(Group &group, Intent::Wanted wanted)
{
    if (group.intent.wanted == wanted)
        return;
    group.intent.wanted = wanted;
    saveIntent(group);
}

void Engine::Private::noteBegun(Group &group)
{
    if (std::exchange(group.intent.begun, true))
        return;
    saveIntent(group);
}

// why: in case it is less than before.
void Engine::Private::setDone(Group &group, int index, qint64 bytes, const core::Error &why)
{
    const Transfer &transfer = group.at(index);
    const qint64 before = transfer.told();
    group.setDone(index, bytes);
    if (transfer.told() >= before)
        return;
    group.lastStartOver = {transfer.paths.first(), transfer.told(), why};
    qCInfo(lcEngine) << "started over:" << before << "bytes were told," << transfer.told()
                     << "are left:" << core::kindName(why.kind) << why.detail;
    Q_EMIT q.startedOver(group.id(), *group.lastStartOver);
}

void Engine::Private::saveIntent(const Group &group)
{
    if (!journal)
        return;
    runLater([journal = *journal, id = group.id(), intent = group.intent] {
        return journal.saveIntent(id, intent);
    });
}

// Every chosen file is published: now the tree file and the ref may follow.
void Engine::Private::complete(Group &group)
{
    if (!group.allDone() || group.completion != Group::Completion::Open || shuttingDown)
        return;
    group.completion = Group::Completion::Running;
    wasIdle = false;
    tell([id = group.id(), request = group.request()](Worker &worker) {
        worker.complete(id, request);
    });
}

void Engine::Private::onCompleted(const DownloadId &id, const QStringList &gone,
                                  const std::optional<core::Error> &trouble)
{
    Group *group = find(id);
    if (!group)
        return;
    if (!group->allDone()) { // files were added meanwhile
        group->completion = Group::Completion::Open;
    } else if (!gone.isEmpty()) {
        fetchAnew(*group, gone);
    } else if (!trouble) {
        group->completion = Group::Completion::Done;
        group->intent.finished = clock.utcNow();
        group->intent.checked = true;
        for (const int i : group->chosen())
            group->intent.checked = group->intent.checked && group->at(i).checked;
        group->intent.wanted = Intent::Wanted::Done;
        saveIntent(*group);
    } else {
        group->completion = Group::Completion::Refused;
        group->completionError = trouble;
    }
    sort();
    settle(*group);
    scheduleSoon();
}

// What was done is there no more. A few times: whoever deletes it again and again means it, or the
// disk cannot keep it.
void Engine::Private::fetchAnew(Group &group, const QStringList &gone)
{
    constexpr int lossesBeforeFailure = 5;
    if (++group.losses > lossesBeforeFailure) {
        group.completion = Group::Completion::Refused;
        group.completionError = core::makeError(
            core::ErrorKind::FileIo,
            u"%1 was deleted again and again by another program"_s.arg(gone.constFirst()));
        return;
    }
    const core::Error why = core::makeError(core::ErrorKind::PartialGone);
    const QSet<QString> paths(gone.begin(), gone.end());
    group.completion = Group::Completion::Open;
    group.lastStartOver = {gone.constFirst(), 0, why};
    for (const int i : group.chosen()) {
        Transfer &transfer = group.at(i);
        if (!paths.intersects(QSet<QString>(transfer.paths.begin(), transfer.paths.end())))
            continue;
        group.advance(i, Event::Gone);
        group.setDone(i, 0);
        transfer.best = 0;
        transfer.checked = transfer.reused = false;
        if (group.intent.wanted == Intent::Wanted::Pause)
            group.advance(i, Event::Pause);
        else if (group.intent.wanted == Intent::Wanted::Cancelled)
            group.advance(i, Event::Cancel);
    }
    qCInfo(lcEngine) << "deleted before the ref was written:" << gone.size() << "files";
    Q_EMIT q.startedOver(group.id(), *group.lastStartOver); // one word for all of them
}

// Asks for what was not counted yet, from that index on: a part, and the next one when its answer
// is there, so that 100,000 files hold up nobody.
void Engine::Private::survey(Group &group, int from)
{
    constexpr qsizetype atOnce = 4096;
    QList<SurveyItem> items;
    for (int i = from; i < group.count() && items.size() < atOnce; ++i) {
        const Transfer &transfer = group.at(i);
        if (isUncounted(transfer))
            items.append({i, transfer.paths.constFirst(), transfer.content, transfer.size});
    }
    group.isSurveyed = !items.isEmpty();
    if (items.isEmpty()) {
        group.isCounted = true;
        touch(group);
        return;
    }
    tell([id = group.id(), items, request = group.request(), isBegun = group.intent.begun](
             Worker &worker) { worker.survey(id, request, items, isBegun); });
}

void Engine::Private::onSurveyed(const DownloadId &id, const QList<SurveyItem> &items)
{
    Group *group = find(id);
    if (!group)
        return;
    group->isSurveyed = false;
    if (items.isEmpty())
        return;
    for (const SurveyItem &item : items) {
        const Transfer &transfer = group->at(item.index);
        if (!isUncounted(transfer))
            continue; // whoever fetched it meanwhile knows better
        setDone(*group, item.index, std::max(item.here, transfer.done), {});
        group->setHere(item.index, item.here);
    }
    survey(*group, items.constLast().index + 1);
}

// After any change: what observers must hear, and whether the group has come to rest.
void Engine::Private::settle(Group &group)
{
    touch(group);
    if (group.canGoOn()) {
        group.announced = false;
        wasIdle = false;
        return;
    }
    if (group.announced || group.state() == State::Paused)
        return;
    group.announced = true;
    group.isOverLimit = false;
    announce();
    Q_EMIT q.finished(group.id());
}

void Engine::Private::touch(const Group &group)
{
    dirty.insert(group.id());
    if (!announcer.isActive())
        announcer.start();
}

void Engine::Private::announce()
{
    announcer.stop();
    const core::Clock::Duration now = clock.monotonic();
    const QList<DownloadId> ids(dirty.cbegin(), dirty.cend());
    dirty.clear();
    for (const DownloadId &id : ids) {
        if (Group *group = find(id))
            measure(*group, now);
    }
    if (attempts.isEmpty())
        speed.reset();
    else
        speed.add(now, fetched);
    for (const Running &running : std::as_const(attempts))
        dirty.insert(running.download); // a speed falls without any event
    if (!dirty.isEmpty() && !shuttingDown)
        announcer.start();
    if (!ids.isEmpty())
        Q_EMIT q.changed(ids);
}

void Engine::Private::tell(std::function<void(Worker &)> what)
{
    if (worker)
        QMetaObject::invokeMethod(worker,
                                  [worker = worker, what = std::move(what)] { what(*worker); });
}

// The I/O thread keeps the order of what is saved.
void Engine::Private::runLater(std::function<core::Result<void>()> task)
{
    tell([task = std::move(task)](Worker &) {
        if (const auto done = task(); !done)
            qCWarning(lcEngine) << "the queue could not be saved:" << done.error().detail;
    });
}

} // namespace transfer
