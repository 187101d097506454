#pragma once

#include <QDateTime>
#include <QStringList>

#include <algorithm>
#include <optional>

#include "core/clock.h"
#include "core/error.h"
#include "core/ids.h"
#include "transfer/download.h"
#include "transfer/state.h"

namespace transfer {

// One blob that a Download wants, with the one or more paths it goes to: the only thing with a
// state machine. The flow of a download:
//
//   Engine (GUI thread)            Worker (I/O thread)
//   Queued --slot, Gate--> begin -> Attempt: lock, partial, Filler: link, Fetch × n
//   Resolving, Fetching, Verifying <- phase()          | bytes -> Partial, checkpoints in the pool
//   Done / Waiting / Failed        <- ended()          | digest in the pool, publish, links
//   all of a Download Done         -> complete: trees/<commit>.json, then the ref
//
// Owner: Download. GUI thread. advance() is the only writer of the state.
class Transfer {
public:
    Transfer(const QStringList &paths, std::optional<core::ContentId> content, qint64 size,
             State initial);

    State state() const { return m_state; }
    // Of its bytes, for others: all of them only once they have their name.
    qint64 told() const
    {
        return m_state == State::Done ? size : std::min(done, std::max<qint64>(0, size - 1));
    }
    // False, and nothing changes, when the event is not legal now.
    bool advance(Event event);
    // Its tries bring something, or begin anew: what was counted against it counts no more.
    void forgive()
    {
        failures = changes = 0;
        fruitlessSince.reset();
    }
    // Waiting, and for so long that a person should hear of it: tries go on and bring nothing.
    bool isFruitless(core::Clock::Duration now) const;

    QStringList paths;
    std::optional<core::ContentId> content; // unknown for masked entries
    qint64 size = 0;

    bool isChosen = true; // false: left out by a changed choice; nothing of it counts
    Priority priority = Priority::Normal;
    quint64 attempt = 0; // running on the I/O thread, until it has ended; 0: none
    qint64 done = 0; // bytes written
    qint64 here = -1; // of done: not fetched by us since the program began; -1: not known yet
    qint64 best = 0; // the most that ever were: what goes beyond is new
    bool checked = false;
    bool reused = false;
    bool isXet = false; // the Hub keeps it by Xet
    bool wasDamaged = false; // what lay under its name in this try; until its bytes are told of
    int failures = 0; // in a row without a new byte
    std::optional<core::Clock::Duration> fruitlessSince; // the first of these
    int changes = 0; // of these: another version was there
    int refusals = 0; // 429 in a row
    int mismatches = 0; // of the whole file, as it arrived
    int repairs = 0; // of pieces that the disk did not keep as they arrived
    std::optional<core::Error> error; // the last one; gone with the next byte
    QDateTime retryAt; // UTC, Waiting only
    quint64 turn = 0; // grows with each start and wait; what was asked for in an older turn is void

private:
    State m_state;
};

} // namespace transfer
