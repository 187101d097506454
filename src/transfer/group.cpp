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

// What is still to be taken up of a choice. One stage after the other, each over a list of its own.
struct Group::Growth {
    enum class Stage {
        Name, // over the files chosen: their paths
        Leave, // over m_chosen: what is not among them
        Look, // over m_transfers: where a file may join
        Join, // over the files chosen
    };

    Stage stage = Stage::Join;
    size_t next = 0; // in the list of the stage
    bool wasChecked = false; // every file that was done
    QSet<QString> paths; // of all that is chosen now
    QSet<QString> here; // of what was chosen before and still is
    QHash<QString, int> left; // of what once was chosen
    QHash<ContentKey, int> open; // may take another path
};

Group::Group(const DownloadId &id, const DownloadRequest &request, const Intent &intent)
    : intent(intent)
    , m_id(id)
    , m_request(request)
    , m_growth(std::make_unique<Growth>())
{
    isCounted = intent.wanted == Intent::Wanted::Done;
    if (isCounted)
        completion = Completion::Done;
}

Group::~Group() = default;

int Group::append(const hub::TreeEntry &entry)
{
    const State initial = initialState(intent.wanted);
    m_transfers.emplace_back(QStringList{entry.path}, entry.contentId(), entry.size, initial);
    Transfer &transfer = m_transfers.back();
    transfer.isXet = !entry.xetHash.isEmpty();
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
    if (change == Change::Remove) {
        queueOf(index).erase(index);
        m_troubled.erase(index);
        return;
    }
    if (state == State::Queued)
        queueOf(index).insert(index);
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

void Group::addPath(int index, const QString &path)
{
    count(index, Change::Remove);
    at(index).paths.append(path);
    if (m_request.urgent.contains(path))
        at(index).priority = Priority::High;
    count(index, Change::Add);
}

void Group::markChecked(int index)
{
    count(index, Change::Remove);
    at(index).checked = true;
    count(index, Change::Add);
}

// True when all of it left.
bool Group::leaveUnless(const QSet<QString> &paths, int index)
{
    QStringList kept;
    for (const QString &path : std::as_const(at(index).paths)) {
        if (paths.contains(path))
            kept.append(path);
    }
    if (kept.isEmpty())
        leave(index);
    else if (kept.size() != at(index).paths.size())
        setPaths(index, kept);
    return kept.isEmpty();
}

void Group::note(Growth &growth, int index) const
{
    const Transfer &transfer = at(index);
    for (const QString &path : transfer.paths) {
        if (transfer.isChosen)
            growth.here.insert(path);
        else
            growth.left.insert(path, index);
    }
    if (isOpen(transfer) && transfer.content)
        growth.open.insert({transfer.content->text, transfer.size}, index);
}

// Paths with one content are one Transfer; entries without an id (masked) stay apart.
void Group::take(Growth &growth, const hub::TreeEntry &entry)
{
    if (growth.here.contains(entry.path))
        return;
    const auto key = keyOf(entry);
    const auto left = growth.left.constFind(entry.path);
    const auto same = key ? growth.open.constFind(*key) : growth.open.cend();
    if (left != growth.left.cend() && !at(*left).isChosen)
        return joinAgain(*left, entry.path);
    if (same != growth.open.cend())
        return addPath(*same, entry.path);
    const int index = append(entry);
    join(index);
    if (key)
        growth.open.insert(*key, index);
}

std::vector<int> Group::grow(int most)
{
    using Stage = Growth::Stage;
    std::vector<int> gone;
    const auto chosen = static_cast<size_t>(m_request.chosen.size());
    for (; m_growth && most > 0; --most) {
        Growth &growth = *m_growth;
        const size_t i = growth.next++;
        const auto begin = [&growth](Stage stage) {
            growth.stage = stage;
            growth.next = 0;
        };
        switch (growth.stage) {
        case Stage::Name:
            if (i == 0)
                growth.paths.reserve(m_request.chosen.size());
            if (i < chosen) {
                growth.paths.insert(m_request.chosen.at(static_cast<qsizetype>(i)).path);
                break;
            }
            m_request.urgent.intersect(growth.paths);
            begin(Stage::Leave);
            break;
        case Stage::Leave:
            if (i < m_chosen.size()) {
                if (growth.wasChecked)
                    markChecked(m_chosen[i]);
                if (leaveUnless(growth.paths, m_chosen[i]))
                    gone.push_back(m_chosen[i]);
                break;
            }
            std::erase_if(m_chosen, [this](int index) { return !at(index).isChosen; });
            begin(Stage::Look);
            break;
        case Stage::Look:
            if (i == 0) {
                growth.here.reserve(m_request.chosen.size());
                growth.open.reserve(m_request.chosen.size());
                growth.left.reserve(std::max<qsizetype>(0, count() - m_request.chosen.size()));
            }
            if (i < m_transfers.size())
                note(growth, static_cast<int>(i));
            else
                begin(Stage::Join);
            break;
        case Stage::Join:
            if (i == 0)
                growth.open.reserve(m_request.chosen.size());
            if (i < chosen)
                take(growth, m_request.chosen.at(static_cast<qsizetype>(i)));
            else
                m_growth.reset();
            break;
        }
    }
    return gone;
}

// What was checked stays so, whatever comes to it.
void Group::choose(const QList<hub::TreeEntry> &chosen)
{
    m_request.chosen = chosen;
    m_growth = std::make_unique<Growth>();
    m_growth->stage = Growth::Stage::Name;
    m_growth->wasChecked = intent.checked;
    intent.checked = false;
    if (intent.wanted == Intent::Wanted::Done)
        intent.wanted = Intent::Wanted::Run;
}

bool Group::allDone() const
{
    return m_growth ? intent.wanted == Intent::Wanted::Done
                    : inState(State::Done) == static_cast<int>(m_chosen.size());
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

IndexSet &Group::queueOf(int index)
{
    Queue &queue = m_queued[static_cast<size_t>(weight(index))];
    return queue[at(index).priority == Priority::High ? 0 : 1];
}

std::vector<int> Group::queued(Weight weight, size_t most) const
{
    std::vector<int> indices;
    for (const IndexSet &queue : m_queued[static_cast<size_t>(weight)])
        queue.first(most, &indices);
    return indices;
}

Group::Weight Group::weight(int index) const
{
    constexpr qint64 smallBelow = 1'000'000;
    return at(index).size < smallBelow ? Weight::Small : Weight::Large;
}

bool Group::isMoving() const
{
    const bool willMove = m_growth && intent.wanted == Intent::Wanted::Run;
    return willMove
        || inState(State::Queued) + inState(State::Resolving) + inState(State::Fetching)
            + inState(State::Verifying)
        > 0;
}

bool Group::canGoOn() const
{
    return isMoving() || inState(State::Waiting) > 0
        || (allDone() && (completion == Completion::Open || completion == Completion::Running));
}

Need Group::need() const
{
    Need need{m_request.repo, m_request.place, {}, 0};
    core::ByteSum unnamed;
    for (const int index : m_chosen) {
        const Transfer &transfer = at(index);
        const State state = transfer.state();
        if (state == State::Done || state == State::Failed || state == State::Cancelled)
            continue;
        if (transfer.content)
            need.files.append({*transfer.content, transfer.size});
        else
            unnamed += transfer.size;
    }
    need.unnamed = unnamed.total();
    return need;
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
        return m_growth ? initialState(intent.wanted) : State::Cancelled;
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
    status.size = m_size.total();
    // All of it only when others find it too.
    status.done = status.state == State::Done
        ? m_done.total()
        : std::min(m_done.total(), std::max<qint64>(0, status.size - 1));
    status.isCounted = isCounted && !m_growth;
    status.files = static_cast<int>(m_request.chosen.size());
    status.filesDone = m_pathsDone;
    status.fetched = use.bytes;
    status.reused = m_here.total();
    status.connections = running > 0 ? use.connections : 0;
    status.retries = retries;
    status.lastRetry = lastRetry;
    status.lastRetryAt = lastRetryAt;
    status.lastStartOver = lastStartOver;
    status.added = intent.added;
    status.finished = intent.finished;
    if (isActive(status.state)) {
        status.bytesPerSecond = speed.bytesPerSecond(now);
        status.secondsLeft = speed.secondsLeft(now, bytesLeft());
    }
    if (status.state == State::Fetching)
        status.limitedBy = bottleneck.factor();
    if (const Transfer *transfer = worst()) {
        status.error = transfer->error;
        status.retryAt = transfer->retryAt;
        status.isFruitless = status.state == State::Waiting && transfer->isFruitless(now);
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
