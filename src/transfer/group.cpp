#include "transfer/group.h"

#include <QHash>

#include <algorithm>

namespace transfer {

namespace {

State initialState(Intent::Wanted wanted)
{
    switch (wanted) {
    case Intent::Wanted::Run:
        return State::Queued;
    case Intent::Wanted::Pause:
        return State::Paused;
    case Intent::Wanted::Cancelled:
        return State::Cancelled;
    case Intent::Wanted::Done:
        return State::Done;
    }
    return State::Paused;
}

using ContentKey = std::pair<QString, qint64>; // by size too: a listing may be wrong

std::optional<ContentKey> keyOf(const hub::TreeEntry &entry)
{
    const auto content = entry.contentId();
    return content ? std::optional(ContentKey(content->text, entry.size)) : std::nullopt;
}

// Nobody works on it and it is not done: another path may still be added.
bool isOpen(const Transfer &transfer)
{
    return transfer.isChosen && transfer.attempt == 0 && transfer.state() != State::Done;
}

} // namespace

// Paths with one content are one Transfer; entries without an id (masked) stay apart.
Group::Group(const DownloadId &id, const DownloadRequest &request, const Intent &intent)
    : intent(intent)
    , m_id(id)
    , m_request(request)
{
    isCounted = intent.wanted == Intent::Wanted::Done;
    const State initial = initialState(intent.wanted);
    QHash<ContentKey, int> byContent;
    for (const hub::TreeEntry &entry : request.chosen) {
        const auto key = keyOf(entry);
        const auto known = key ? byContent.constFind(*key) : byContent.cend();
        if (known != byContent.cend()) {
            at(*known).paths.append(entry.path);
            continue;
        }
        const int index = append(entry, initial);
        if (key)
            byContent.insert(*key, index);
    }
    for (int i = 0; i < count(); ++i)
        join(i);
    if (initial == State::Done)
        completion = Completion::Done;
}

int Group::append(const hub::TreeEntry &entry, State initial)
{
    m_transfers.emplace_back(QStringList{entry.path}, entry.contentId(), entry.size, initial);
    Transfer &transfer = m_transfers.back();
    transfer.isChosen = false; // until it joins
    if (initial == State::Done)
        transfer.done = transfer.size;
    return count() - 1;
}

void Group::join(int index)
{
    Transfer &transfer = at(index);
    transfer.priority = isUrgent(transfer) ? Priority::High : Priority::Normal;
    transfer.isChosen = true;
    m_chosen.insert(std::lower_bound(m_chosen.begin(), m_chosen.end(), index), index);
    count(index, Change::Add);
}

void Group::leave(int index)
{
    advance(index, Event::Cancel);
    count(index, Change::Remove);
    at(index).isChosen = false;
}

// It had left; what it reached meanwhile stays.
void Group::joinAgain(int index, const QString &path)
{
    at(index).paths = {path};
    join(index);
    if (at(index).state() != State::Cancelled || intent.wanted == Intent::Wanted::Cancelled)
        return;
    advance(index, Event::Resume);
    if (intent.wanted == Intent::Wanted::Pause)
        advance(index, Event::Pause);
}

bool Group::isUrgent(const Transfer &transfer) const
{
    return std::any_of(transfer.paths.begin(), transfer.paths.end(),
                       [this](const QString &path) { return m_request.urgent.contains(path); });
}

// What one Transfer contributes to the counts of the whole.
void Group::count(int index, Change change)
{
    const Transfer &transfer = at(index);
    const int sign = change == Change::Add ? 1 : -1;
    const State state = transfer.state();
    m_counts[static_cast<size_t>(state)] += sign;
    m_size += sign * transfer.size;
    m_done += sign * transfer.told();
    m_here += sign * std::max<qint64>(0, transfer.here);
    if (state == State::Done) {
        m_pathsDone += sign * static_cast<int>(transfer.paths.size());
        m_checked += transfer.checked ? sign : 0;
    }
    auto &queue = m_queued[static_cast<size_t>(weight(index))];
    const std::pair place(transfer.priority, index);
    if (change == Change::Remove) {
        queue.erase(place);
        m_troubled.erase(index);
        return;
    }
    if (state == State::Queued)
        queue.insert(place);
    if (state == State::Waiting || state == State::Failed)
        m_troubled.insert(index);
}

bool Group::advance(int index, Event event)
{
    Transfer &transfer = at(index);
    if (!next(transfer.state(), event))
        return transfer.advance(event); // says so in the log
    if (transfer.isChosen)
        count(index, Change::Remove);
    transfer.advance(event);
    if (transfer.state() != State::Waiting)
        transfer.retryAt = {};
    if (transfer.state() == State::Done)
        transfer.done = transfer.size;
    if (transfer.isChosen)
        count(index, Change::Add);
    return true;
}

void Group::setDone(int index, qint64 bytes)
{
    Transfer &transfer = at(index);
    const qint64 before = transfer.told();
    transfer.done = bytes;
    if (transfer.isChosen)
        m_done += transfer.told() - before;
    if (transfer.here > bytes) { // it begins again
        if (transfer.isChosen)
            m_here += bytes - transfer.here;
        transfer.here = bytes;
    }
}

void Group::setHere(int index, qint64 bytes)
{
    Transfer &transfer = at(index);
    if (transfer.here >= 0)
        return;
    transfer.here = bytes;
    if (transfer.isChosen)
        m_here += bytes;
}

void Group::setPaths(int index, const QStringList &paths)
{
    count(index, Change::Remove);
    at(index).paths = paths;
    at(index).priority = isUrgent(at(index)) ? Priority::High : Priority::Normal;
    count(index, Change::Add);
}

std::vector<int> Group::leaveAllBut(const QSet<QString> &paths)
{
    std::vector<int> left;
    for (const int index : m_chosen) {
        QStringList kept;
        for (const QString &path : std::as_const(at(index).paths)) {
            if (paths.contains(path))
                kept.append(path);
        }
        if (kept.isEmpty()) {
            leave(index);
            left.push_back(index);
        } else if (kept.size() != at(index).paths.size()) {
            setPaths(index, kept);
        }
    }
    std::erase_if(m_chosen, [this](int index) { return !at(index).isChosen; });
    return left;
}

void Group::joinNew(const QList<hub::TreeEntry> &chosen)
{
    QSet<QString> here;
    QHash<QString, int> leftPaths;
    QHash<ContentKey, int> open;
    for (int i = 0; i < count(); ++i) {
        const Transfer &transfer = at(i);
        for (const QString &path : transfer.paths) {
            if (transfer.isChosen)
                here.insert(path);
            else
                leftPaths.insert(path, i);
        }
        if (isOpen(transfer) && transfer.content)
            open.insert({transfer.content->text, transfer.size}, i);
    }
    for (const hub::TreeEntry &entry : chosen) {
        if (here.contains(entry.path))
            continue;
        const auto key = keyOf(entry);
        const auto left = leftPaths.constFind(entry.path);
        const auto same = key ? open.constFind(*key) : open.cend();
        if (left != leftPaths.cend() && !at(*left).isChosen) {
            joinAgain(*left, entry.path);
        } else if (same != open.cend()) {
            setPaths(*same, at(*same).paths + QStringList{entry.path});
        } else {
            const int index = append(entry, initialState(intent.wanted));
            join(index);
            if (key)
                open.insert(*key, index);
        }
    }
}

std::vector<int> Group::choose(const QList<hub::TreeEntry> &chosen)
{
    QSet<QString> paths;
    for (const hub::TreeEntry &entry : chosen)
        paths.insert(entry.path);
    m_request.urgent.intersect(paths);
    std::vector<int> left = leaveAllBut(paths);
    joinNew(chosen);
    m_request.chosen = chosen;
    return left;
}

// What was checked stays so, whatever comes to it.
void Group::reopen()
{
    for (const int index : m_chosen) {
        count(index, Change::Remove);
        at(index).checked = at(index).checked || intent.checked;
        count(index, Change::Add);
    }
    intent.wanted = Intent::Wanted::Run;
    intent.checked = false;
}

void Group::setPriority(const QSet<QString> &paths, Priority priority)
{
    for (const int index : m_chosen) {
        for (const QString &path : std::as_const(at(index).paths)) {
            if (priority == Priority::High && paths.contains(path))
                m_request.urgent.insert(path);
            else if (paths.contains(path))
                m_request.urgent.remove(path);
        }
    }
    for (const int index : m_chosen) {
        const Priority wanted = isUrgent(at(index)) ? Priority::High : Priority::Normal;
        if (at(index).priority == wanted)
            continue;
        count(index, Change::Remove);
        at(index).priority = wanted;
        count(index, Change::Add);
    }
}

// A listing that told of a pointer is not one for other programs.
void Group::learn(int index, const core::ContentId &content)
{
    Transfer &transfer = at(index);
    if (transfer.content == content)
        return;
    if (transfer.content)
        m_request.listing.clear();
    transfer.content = content;
}

Group::Weight Group::weight(int index) const
{
    constexpr qint64 smallBelow = 1'000'000;
    return at(index).size < smallBelow ? Weight::Small : Weight::Large;
}

bool Group::isMoving() const
{
    return inState(State::Queued) + inState(State::Resolving) + inState(State::Fetching)
        + inState(State::Verifying)
        > 0;
}

bool Group::canGoOn() const
{
    return isMoving() || inState(State::Waiting) > 0
        || (allDone() && (completion == Completion::Open || completion == Completion::Running));
}

// What moves wins, then what needs a person, then what waits.
State Group::state() const
{
    if (allDone()) {
        switch (completion) {
        case Completion::Done:
            return State::Done;
        case Completion::Refused:
            return State::Failed;
        case Completion::Open:
        case Completion::Running:
            return State::Verifying;
        }
    }
    const int open =
        static_cast<int>(m_chosen.size()) - inState(State::Done) - inState(State::Cancelled);
    if (open == 0)
        return State::Cancelled;
    if (inState(State::Fetching) > 0)
        return State::Fetching;
    // Of many small files one is always just asked for or compared: the whole is being fetched.
    const bool isUnderWay = inState(State::Done) > 0 || inState(State::Verifying) > 0;
    if (inState(State::Resolving) > 0)
        return isUnderWay ? State::Fetching : State::Resolving;
    if (inState(State::Verifying) > 0)
        return inState(State::Queued) > 0 ? State::Fetching : State::Verifying;
    for (const State state : {State::Failed, State::Waiting, State::Queued, State::Paused}) {
        if (inState(state) > 0)
            return state;
    }
    return State::Cancelled;
}

const Transfer *Group::worst() const
{
    const Transfer *found = nullptr;
    for (const int index : m_troubled) {
        const Transfer &transfer = at(index);
        if (transfer.state() == State::Failed)
            return &transfer;
        if (!found || transfer.retryAt < found->retryAt)
            found = &transfer;
    }
    return found;
}

DownloadStatus Group::status(core::Clock::Duration now) const
{
    DownloadStatus status;
    status.id = m_id;
    status.repo = m_request.repo;
    status.revision = m_request.revision;
    status.commit = m_request.commit;
    status.place = m_request.place;
    status.state = state();
    status.position = position;
    status.isOverLimit = isOverLimit;
    status.limit = intent.limit;
    status.size = m_size;
    // All of it only when others find it too.
    status.done =
        status.state == State::Done ? m_done : std::min(m_done, std::max<qint64>(0, m_size - 1));
    status.isCounted = isCounted;
    status.files = static_cast<int>(m_request.chosen.size());
    status.filesDone = m_pathsDone;
    status.fetched = use.bytes;
    status.reused = m_here;
    status.connections = running > 0 ? use.connections : 0;
    status.retries = retries;
    status.lastRetry = lastRetry;
    status.lastRetryAt = lastRetryAt;
    status.lastStartOver = lastStartOver;
    status.added = intent.added;
    status.finished = intent.finished;
    if (isActive(status.state)) {
        status.bytesPerSecond = speed.bytesPerSecond(now);
        status.secondsLeft = speed.secondsLeft(now, m_size - m_done);
    }
    if (status.state == State::Fetching)
        status.limitedBy = bottleneck.factor();
    if (const Transfer *transfer = worst()) {
        status.error = transfer->error;
        status.retryAt = transfer->retryAt;
    }
    if (completionError)
        status.error = completionError;
    status.checked = status.state == State::Done
        && (m_checked == static_cast<int>(m_chosen.size()) || intent.checked);
    return status;
}

FileStatus Group::file(int index) const
{
    const Transfer &transfer = at(index);
    FileStatus status;
    status.paths = transfer.paths;
    status.size = transfer.size;
    status.done = transfer.told();
    status.state = transfer.state();
    status.priority = transfer.priority;
    status.checked = transfer.checked || (status.state == State::Done && intent.checked);
    status.reused = transfer.reused;
    if (status.state == State::Waiting || status.state == State::Failed)
        status.error = transfer.error;
    status.retryAt = transfer.retryAt;
    return status;
}

} // namespace transfer
