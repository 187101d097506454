#pragma once

#include <QString>

#include <optional>

namespace transfer {

// States of one Transfer; the table in state.cpp says which event leads where.
enum class State {
    Queued, // waits for a slot
    Resolving, // asks the Hub where and what, opens the partial
    Fetching, // bytes are arriving
    Verifying, // digest is computed, then published
    Waiting, // will go on at a known time
    Paused, // a person said stop
    Failed, // needs a person
    Done,
    Cancelled, // the partial stays; a person may resume
};
inline constexpr int stateCount = 9;

enum class Event {
    Start, // a slot is free
    LinkKnown, // bytes can be asked for
    LinkLost, // the signed link is no longer accepted
    BytesDone, // every byte is on disk
    Mismatch, // the digest differs, first time
    Published, // under its final name
    Trouble, // transient: wait
    Refused, // needs a person
    WaitOver, // the time came
    Pause,
    Resume, // by a person; also "try again"
    Cancel,
    Yield, // another one has its place in the queue
    Gone, // somebody deleted it before the ref was written
};
inline constexpr int eventCount = 14;

// The one table. Nothing when the event is not legal in that state. Pure.
std::optional<State> next(State from, Event event);

bool isEnd(State state); // Done, Cancelled
bool isActive(State state); // Resolving, Fetching, Verifying

// Stable lower-case word for machines: "fetching".
QString stateName(State state);

} // namespace transfer
