#include "transfer/state.h"

#include <array>

using namespace Qt::StringLiterals;

namespace transfer {

namespace {

using Row = std::array<std::optional<State>, eventCount>;

constexpr std::optional<State> no = std::nullopt;

// Rows: states in the order of the enum; columns: events in theirs.
//   Start, LinkKnown, LinkLost, BytesDone, Mismatch, Published, Trouble, Refused, WaitOver, Pause,
//   Resume, Cancel, Yield, Gone
constexpr std::array<Row, stateCount> table{{
    // Queued; what could not be stopped any more may still be published, here and below
    {State::Resolving, no, no, no, no, State::Done, no, State::Failed, no, State::Paused, no,
     State::Cancelled, no, no},
    // Resolving
    {no, State::Fetching, no, State::Verifying, no, State::Done, State::Waiting, State::Failed, no,
     State::Paused, no, State::Cancelled, State::Queued, no},
    // Fetching
    {no, no, State::Resolving, State::Verifying, no, no, State::Waiting, State::Failed, no,
     State::Paused, no, State::Cancelled, State::Queued, no},
    // Verifying; bytes are asked for when a stored blob turned out to be damaged
    {no, State::Fetching, no, no, State::Queued, State::Done, State::Waiting, State::Failed, no,
     State::Paused, no, State::Cancelled, no, no},
    // Waiting
    {no, no, no, no, no, no, no, State::Failed, State::Queued, State::Paused, State::Queued,
     State::Cancelled, no, no},
    // Paused
    {no, no, no, no, no, State::Done, no, no, no, no, State::Queued, State::Cancelled, no, no},
    // Failed
    {no, no, no, no, no, State::Done, no, no, no, no, State::Queued, State::Cancelled, no, no},
    // Done
    {no, no, no, no, no, no, no, no, no, no, no, no, no, State::Queued},
    // Cancelled
    {no, no, no, no, no, State::Done, no, no, no, no, State::Queued, no, no, no},
}};

} // namespace

std::optional<State> next(State from, Event event)
{
    return table[static_cast<size_t>(from)][static_cast<size_t>(event)];
}

bool isEnd(State state)
{
    return state == State::Done || state == State::Cancelled;
}

bool isActive(State state)
{
    return state == State::Resolving || state == State::Fetching || state == State::Verifying;
}

QString stateName(State state)
{
    switch (state) {
    case State::Queued:
        return u"queued"_s;
    case State::Resolving:
        return u"resolving"_s;
    case State::Fetching:
        return u"fetching"_s;
    case State::Verifying:
        return u"verifying"_s;
    case State::Waiting:
        return u"waiting"_s;
    case State::Paused:
        return u"paused"_s;
    case State::Failed:
        return u"failed"_s;
    case State::Done:
        return u"done"_s;
    case State::Cancelled:
        return u"cancelled"_s;
    }
    return {};
}

} // namespace transfer
