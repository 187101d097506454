#include <algorithm>

#include "transfer/enginestate.h"

namespace transfer {

// What is told of Downloads and of their files, and what is measured for it.

DownloadStatus Engine::status(const DownloadId &id) const
{
    const Group *group = d->find(id);
    if (!group)
        return {};
    DownloadStatus status = group->status(d->clock.monotonic());
    status.hubWait = d->hubWait(*group);
    if (status.hubWait) {
        status.secondsLeft.reset(); // the pauses are not in it
        if (group->inState(State::Fetching) == 0 && status.state == State::Fetching)
            status.state = State::Resolving; // nothing comes before the Hub has been asked
    }
    return status;
}

TotalStatus Engine::total() const
{
    TotalStatus total;
    core::ByteSum reused;
    core::ByteSum left;
    const core::Clock::Duration now = d->clock.monotonic();
    for (const auto &group : d->groups) {
        const DownloadStatus one = status(group->id());
        reused += one.reused;
        total.connections += one.connections;
        total.retries += one.retries;
        if (group->canGoOn())
            left += group->bytesLeft();
        if (!total.limitedBy)
            total.limitedBy = one.limitedBy;
    }
    total.reused = reused.total();
    total.left = left.total();
    total.fetched = d->fetched;
    total.bytesPerSecond = d->speed.bytesPerSecond(now);
    total.secondsLeft = d->speed.secondsLeft(now, total.left);
    return total;
}

QList<Need> Engine::needs() const
{
    QList<Need> needs;
    for (const auto &group : d->groups) {
        if (!group->allDone())
            needs.append(group->need());
    }
    return needs;
}

QList<FileStatus> Engine::files(const DownloadId &id) const
{
    QList<FileStatus> files;
    const Group *group = d->find(id);
    if (group) {
        for (const int index : group->chosen())
            files.append(group->file(index));
    }
    return files;
}

int Engine::fileCount(const DownloadId &id) const
{
    const Group *group = d->find(id);
    return group ? static_cast<int>(group->chosen().size()) : 0;
}

FileStatus Engine::file(const DownloadId &id, int row) const
{
    const Group *group = d->find(id);
    if (!group || row < 0 || row >= fileCount(id))
        return {};
    return group->file(group->chosen()[static_cast<size_t>(row)]);
}

void Engine::Private::onFlowed(const QHash<QUuid, FlowUse> &uses)
{
    for (auto it = uses.cbegin(); it != uses.cend(); ++it) {
        Group *group = find(it.key());
        if (!group)
            continue;
        fetched += it->bytes - group->use.bytes;
        group->use = *it;
    }
}

// What is not under way says nothing of how fast it is.
void Engine::Private::measure(Group &group, core::Clock::Duration now) const
{
    if (!isActive(group.state())) {
        group.speed.reset();
        group.bottleneck.reset();
        return;
    }
    group.speed.add(now, group.use.bytes);
    const Transfer *worst = group.worst();
    Bottleneck::Sample sample;
    sample.use = group.use;
    sample.checks = group.inState(State::Verifying) > 0 && group.inState(State::Fetching) == 0;
    sample.isRefused = hubWait(group).has_value()
        || (worst && worst->error && worst->error->kind == core::ErrorKind::RateLimited);
    group.bottleneck.add(now, sample);
}

void Engine::Private::onGateWaits(std::optional<std::chrono::seconds> time)
{
    gateOpensAt.reset();
    if (time)
        gateOpensAt = clock.monotonic() + *time;
    for (const Running &running : std::as_const(attempts)) {
        if (const Group *group = find(running.download))
            touch(*group);
    }
}

std::optional<std::chrono::seconds> Engine::Private::hubWait(const Group &group) const
{
    const bool waits =
        std::any_of(attempts.cbegin(), attempts.cend(), [&group](const Running &running) {
            return !running.begun && running.download == group.id();
        });
    if (!waits || !gateOpensAt)
        return {};
    const core::Clock::Duration left = *gateOpensAt - clock.monotonic();
    return std::chrono::ceil<std::chrono::seconds>(std::max(core::Clock::Duration(0), left));
}

} // namespace transfer
