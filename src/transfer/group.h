#pragma once

#include <array>
#include <set>
#include <vector>

#include "transfer/download.h"
#include "transfer/journal.h"
#include "transfer/speed.h"
#include "transfer/transfer.h"

namespace transfer {

// A Download while it is in the queue: its request, its Transfers and what follows from them.
// Counts per state are kept as states change, so that nothing scans 100,000 files.
// Owner: Engine. GUI thread.
class Group {
public:
    Group(const DownloadId &id, const DownloadRequest &request, const Intent &intent);

    enum class Completion { Open, Running, Refused, Done }; // the tree file and the ref

    const DownloadId &id() const { return m_id; }
    const DownloadRequest &request() const { return m_request; }
    Intent intent;
    Completion completion = Completion::Open;
    std::optional<core::Error> completionError;
    bool announced = false; // that nothing goes on any more has been said
    Speed speed;

    int count() const { return static_cast<int>(m_transfers.size()); }
    const Transfer &at(int index) const { return m_transfers[static_cast<size_t>(index)]; }
    Transfer &at(int index) { return m_transfers[static_cast<size_t>(index)]; }

    // The way to change a state: keeps counts and the queue of what may start.
    bool advance(int index, Event event);
    void setDone(int index, qint64 bytes);
    // The id under which the content was fetched, where it is not what the listing says.
    void learn(int index, const core::ContentId &content);

    int inState(State state) const { return m_counts[static_cast<size_t>(state)]; }
    bool allDone() const { return inState(State::Done) == count(); }
    // What may start, in order of the listing; small files have slots of their own.
    enum class Weight { Small, Large };
    const std::set<int> &queued(Weight weight) const
    {
        return m_queued[static_cast<size_t>(weight)];
    }
    Weight weight(int index) const;
    bool isMoving() const; // something runs or could start
    bool canGoOn() const; // without a person: moving, waiting or completing

    State state() const;
    DownloadStatus status(core::Clock::Duration now) const;
    FileStatus file(int index) const;
    qint64 doneBytes() const { return m_done; }

private:
    void addTransfers(State initial);
    const Transfer *worst() const;

    DownloadId m_id;
    DownloadRequest m_request;
    std::vector<Transfer> m_transfers;
    std::array<int, stateCount> m_counts{};
    std::array<std::set<int>, 2> m_queued;
    std::set<int> m_troubled; // Waiting or Failed
    qint64 m_size = 0;
    qint64 m_done = 0;
    int m_pathsDone = 0;
    int m_checked = 0;
};

} // namespace transfer
