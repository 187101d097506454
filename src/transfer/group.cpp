#include "transfer/group.h"

#include <QHash>

#include "cache/partial.h"

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

} // namespace

Group::Group(const DownloadId &id, const DownloadRequest &request, const Intent &intent)
    : intent(intent)
    , m_id(id)
    , m_request(request)
{
    const State initial = initialState(intent.wanted);
    addTransfers(initial);
    m_counts[static_cast<size_t>(initial)] = count();
    for (int i = 0; i < count(); ++i) {
        m_size += at(i).size;
        if (initial == State::Queued)
            m_queued[static_cast<size_t>(weight(i))].insert(i);
        if (initial == State::Done)
            setDone(i, at(i).size);
    }
    if (initial == State::Done) {
        completion = Completion::Done;
        m_pathsDone = static_cast<int>(m_request.chosen.size());
    }
}

// Paths with one content are one Transfer; entries without an id (masked) stay apart.
void Group::addTransfers(State initial)
{
    QHash<std::pair<QString, qint64>, size_t> byContent; // by size too: a listing may be wrong
    for (const hub::TreeEntry &entry : m_request.chosen) {
        const auto content = entry.contentId();
        if (content) {
            const auto key = std::pair(content->text, entry.size);
            const auto known = byContent.constFind(key);
            if (known != byContent.cend()) {
                m_transfers[*known].paths.append(entry.path);
                continue;
            }
            byContent.insert(key, m_transfers.size());
        }
        m_transfers.emplace_back(QStringList{entry.path}, content, entry.size, initial);
    }
}

bool Group::advance(int index, Event event)
{
    Transfer &transfer = at(index);
    const State before = transfer.state();
    if (!transfer.advance(event))
        return false;
    const State after = transfer.state();
    --m_counts[static_cast<size_t>(before)];
    ++m_counts[static_cast<size_t>(after)];
    auto &queue = m_queued[static_cast<size_t>(weight(index))];
    if (after == State::Queued)
        queue.insert(index);
    else
        queue.erase(index);
    if (after == State::Waiting || after == State::Failed)
        m_troubled.insert(index);
    else
        m_troubled.erase(index);
    if (after != State::Waiting)
        transfer.retryAt = {};
    if (after == State::Done) {
        setDone(index, transfer.size);
        m_pathsDone += static_cast<int>(transfer.paths.size());
        m_checked += transfer.checked ? 1 : 0;
    }
    return true;
}

void Group::setDone(int index, qint64 bytes)
{
    Transfer &transfer = at(index);
    m_done += bytes - transfer.done;
    transfer.done = bytes;
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
    return at(index).size < cache::Partial::sidecarFrom ? Weight::Small : Weight::Large;
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
    const int open = count() - inState(State::Done) - inState(State::Cancelled);
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
    status.size = m_size;
    status.done = m_done;
    status.files = static_cast<int>(m_request.chosen.size());
    status.filesDone = m_pathsDone;
    status.added = intent.added;
    status.finished = intent.finished;
    if (isActive(status.state)) {
        status.bytesPerSecond = speed.bytesPerSecond(now);
        status.secondsLeft = speed.secondsLeft(now, m_size - m_done);
    }
    if (const Transfer *transfer = worst()) {
        status.error = transfer->error;
        status.retryAt = transfer->retryAt;
    }
    if (completionError)
        status.error = completionError;
    status.checked = status.state == State::Done && (m_checked == count() || intent.checked);
    return status;
}

FileStatus Group::file(int index) const
{
    const Transfer &transfer = at(index);
    FileStatus status;
    status.paths = transfer.paths;
    status.size = transfer.size;
    status.done = transfer.done;
    status.state = transfer.state();
    status.checked = transfer.checked || (status.state == State::Done && intent.checked);
    status.reused = transfer.reused;
    if (status.state == State::Waiting || status.state == State::Failed)
        status.error = transfer.error;
    status.retryAt = transfer.retryAt;
    return status;
}

} // namespace transfer
