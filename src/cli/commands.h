#pragma once

#include <QStringList>

namespace cli {

// Exit codes of the command line: a stable contract (interaction.md 21).
enum class Exit {
    Done = 0,
    NotFetched = 1,
    WrongUse = 2,
    AccessNeeded = 3,
    NoRoom = 4,
    NoNetwork = 5,
    CheckFailed = 6,
    Cancelled = 7,
    NoInstance = 8,
};

// True when the arguments name a command that runs without a window ("get", "--version", "--help").
bool isCommand(const QStringList &arguments);

// Runs it in a QCoreApplication made by the caller; returns the exit code.
int run(const QStringList &arguments);

} // namespace cli
