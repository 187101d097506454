#pragma once

#include <array>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "core/bytesum.h"
#include "transfer/bottleneck.h"
#include "transfer/download.h"
#include "transfer/indexset.h"
#include "transfer/journal.h"
#include "transfer/speed.h"
#include "transfer/transfer.h"

namespace transfer {

// A Download while it is in the queue: its request, its Transfers and what follows from them.
// Counts per state are kept as states change, so that nothing scans 100,000 files. A Transfer keeps
// its index for as long as the Group lives, also when a changed choice leaves it out. Takes up what
// is chosen by and by, so that 100,000 files hold up nobody: grow() until there is no more, and
// nothing of it may start before that.
// Owner: Engine. GUI thread.
class Group {
public:
    Group(const DownloadId &id, const DownloadRequest &request, const Intent &intent);
    ~Group();
    Q_DISABLE_COPY_MOVE(Group)

    bool isGrowing() const { return m_growth != nullptr; }
    // The next files, so many. Returns what a changed choice leaves out of them, Cancelled where it
    // was not done; whoever fetches such a one is to be stopped.
    std::vector<int> grow(int most);

    enum class Completion { Open, Running, Refused, Done }; // the tree file and the ref

    const DownloadId &id() const { return m_id; }
    const DownloadRequest &request() const { return m_request; }
    Intent intent;
    Completion completion = Completion::Open;
    std::optional<core::Error> completionError;
    bool announced = false; // that nothing goes on any more has been said
    bool isCounted = false; // what is on disk of it
    bool isSurveyed = false; // is just being counted
    bool isOverLimit = false; // takes no place of the others
    bool isElsewhere = false; // began at another Hub than the one that is asked now
    int position = 0; // as in DownloadStatus
    int running = 0; // files
    int largeRunning = 0; // of them, on a slot of their own
    Speed speed;
    Bottleneck bottleneck;
    FlowUse use; // of its connections so far
    int retries = 0;
    std::optional<core::Error> lastRetry;
    QDateTime lastRetryAt;
    std::optional<StartOver> lastStartOver;
    int losses = 0; // how often files that were done had been deleted before the ref was written
    std::optional<Intent> beforeChoice; // while a changed choice is taken up

    int count() const { return static_cast<int>(m_transfers.size()); }
    const Transfer &at(int index) const { return m_transfers[static_cast<size_t>(index)]; }
    Transfer &at(int index) { return m_transfers[static_cast<size_t>(index)]; }
    // Indices of what is chosen, in order.
    const std::vector<int> &chosen() const { return m_chosen; }

    // The way to change a state: keeps counts and the queue of what may start.
    bool advance(int index, Event event);
    void setDone(int index, qint64 bytes);
    void setHere(int index, qint64 bytes); // what of it was here before; the first word counts
    // The id under which the content was fetched, where it is not what the listing says.
    void learn(int index, const core::ContentId &content);

    // Another choice of the same commit, not empty, for grow() to take up; a done one is reopened.
    // What is new in it takes the state that the intent asks for.
    void choose(const QList<hub::TreeEntry> &chosen);
    void setPriority(const QSet<QString> &paths, Priority priority); // High or Normal

    int inState(State state) const { return m_counts[static_cast<size_t>(state)]; }
    bool allDone() const;
    // What may start: high priority first, then in order; small files have slots of their own.
    enum class Weight { Small, Large };
    std::vector<int> queued(Weight weight, size_t most) const;
    Weight weight(int index) const;
    bool isMoving() const; // something runs or could start
    bool canGoOn() const; // without a person: moving, waiting or completing

    State state() const;
    DownloadStatus status(core::Clock::Duration now) const;
    FileStatus file(int index) const;
    qint64 bytesLeft() const { return (m_size - m_done).total(); }
    Need need() const;
    const Transfer *worst() const; // of those that wait or failed; null: none does

private:
    enum class Change { Add, Remove };
    void count(int index, Change change);
    int append(const hub::TreeEntry &entry);
    void join(int index);
    void leave(int index);
    void joinAgain(int index, const QString &path);
    void setPaths(int index, const QStringList &paths);
    void addPath(int index, const QString &path);
    struct Growth;
    void markChecked(int index);
    bool leaveUnless(const QSet<QString> &paths, int index);
    void note(Growth &growth, int index) const;
    void take(Growth &growth, const hub::TreeEntry &entry);
    bool isUrgent(const Transfer &transfer) const;
    IndexSet &queueOf(int index);

    DownloadId m_id;
    DownloadRequest m_request;
    std::unique_ptr<Growth> m_growth; // null: everything chosen is in m_transfers
    std::deque<Transfer> m_transfers; // 100,000 are not moved when there come more
    std::vector<int> m_chosen;
    std::array<int, stateCount> m_counts{};
    using Queue = std::array<IndexSet, 2>; // of High and of Normal priority
    std::array<Queue, 2> m_queued; // of each Weight
    std::set<int> m_troubled; // Waiting or Failed
    core::ByteSum m_size;
    core::ByteSum m_done;
    core::ByteSum m_here;
    int m_pathsDone = 0;
    int m_checked = 0;
};

} // namespace transfer
