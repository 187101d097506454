#pragma once

#include <QString>

#include <optional>

namespace transfer {

// States of one Transfer; the table in state.cpp says which event leads where.
enum class State {
    Queued, // waits for a slot
    Resolving, // asks the Hub where and what
    Fetching, // bytes are arriving
    Verifying, // digest is computed, then published
    Waiting, // will go on at a known time
    Paused, // a person said stop
    Failed, // needs a person
    Done,
    Cancelled,
};
inline constexpr int stateCount = 9;

enum class Event {
    Start, // a slot is free
    LinkKnown, // bytes can be asked for
    BytesDone, // every byte is on disk
    Mismatch, // digest differs, first time
    Published, // under its final name
    Trouble, // transient: wait
    Refused, // needs a person
    WaitOver, // the time came, or what was waited for happened
    Pause,
    Resume, // by a person; also "try again"
    Cancel,
};
inline constexpr int eventCount = 11;

// The one table. Nothing when the event is not legal in that state.
std::optional<State> next(State from, Event event);

bool isEnd(State state); // Done, Cancelled
bool isActive(State state); // Resolving, Fetching, Verifying
QString stateName(State state); // stable lower-case word for machines: "fetching"

} // namespace transfer
