#pragma once

#include <QStringList>

namespace cli {

// Exit codes of the command line: a stable contract.
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

// arguments: without the program's own name.
// True when they name something that runs without a window: a verb, --help or --version.
bool isCommand(const QStringList &arguments);

// Runs it in the QCoreApplication the caller made; returns the exit code.
int run(const QStringList &arguments);

} // namespace cli
