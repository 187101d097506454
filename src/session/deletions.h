#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "cache/leftovers.h"
#include "cache/location.h"
#include "cache/removal.h"
#include "core/result.h"
#include "transfer/engine.h"

namespace session {

// What a person is asked about before something is deleted.
struct PlannedRemoval {
    cache::RemovalPlan plan;
    int sharedFiles = 0; // contents that go from here and stay, as others lead to them
    qint64 sharedBytes = 0;
    int otherVersions = 0; // that lead to those
};

// Blocks: pool only; *stop ends it with Cancelled. Errors as those of cache::planRemoval().
core::Result<PlannedRemoval> planDeletion(const cache::Location &place,
                                          const cache::Removal &removal,
                                          const std::atomic<bool> *stop = nullptr);

// One press of Delete.
struct Deletion {
    QList<cache::RemovalPlan> plans;
    QList<cache::Leftover> leftovers;

    qint64 freed() const;
};

// What became of it.
struct DeletionOutcome {
    enum class Left {
        Needed, // by a Download of the queue
        Changed, // more is there than what the person was asked about
        Failed,
    };
    struct Rest {
        core::RepoId repo;
        Left why = Left::Failed;
        std::optional<core::Error> error; // Failed only
    };
    qint64 freed = 0;
    QList<Rest> rests; // repos of which nothing, or not all, was deleted
    QStringList kept; // files that stay although they should go, as plain sentences
};

// Deletes only after a while, so that it can be taken back. What still waits when the program ends
// is not deleted. Looks again before it deletes: what a Download of the queue needs by then stays,
// and so does a repo that has more than what the person was told. Owner: LibraryPage. GUI thread;
// the disk is touched in the pool.
class Deletions : public QObject {
    Q_OBJECT
public:
    using Id = int;
    static constexpr std::chrono::seconds undoTime{10};

    Deletions(const cache::Location &place, transfer::Engine &engine, QObject *parent = nullptr);
    ~Deletions() override;

    // Downloads that are neither done nor given up and need what would go.
    QList<transfer::DownloadId> needing(const cache::RemovalPlan &plan) const;
    bool isNeeded(const cache::Leftover &leftover) const;

    Id add(const Deletion &deletion);
    bool undo(Id id); // false: too late
    void setUndoTime(std::chrono::milliseconds time) { m_undoTime = time; } // tests

Q_SIGNALS:
    void begun(int id); // it cannot be taken back any more
    void ended(int id, const session::DeletionOutcome &outcome);

private:
    void begin(Id id);

    cache::Location m_place;
    transfer::Engine &m_engine;
    std::chrono::milliseconds m_undoTime = undoTime;
    QHash<Id, Deletion> m_waiting;
    Id m_last = 0;
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with what runs in the pool
};

} // namespace session
