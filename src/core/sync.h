#pragma once

#include <QString>

#include "core/result.h"

namespace core {

// Blocking calls that put data on stable storage; never on the GUI thread.
Result<void> syncFile(int fd, const QString &pathForMessages); // fdatasync
Result<void> syncFolder(const QString &path); // fsync; entries of the folder

// Whether the name itself, and not a link of that name, leads to the open file: others may have
// renamed or replaced it. Takes no more than two looks.
bool leadsTo(const QString &path, int fd);

// Identifies this boot of the machine ("" where unknown): what was written but not synced is still
// there after a crash of ours, yet not after a reboot.
QString bootId();

} // namespace core
