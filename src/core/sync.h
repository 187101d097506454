#pragma once

#include <QString>

#include "core/result.h"

namespace core {

// Blocking calls that put data on stable storage; never on the GUI thread.
Result<void> syncFile(int fd, const QString &pathForMessages); // fdatasync
Result<void> syncFolder(const QString &path); // fsync; entries of the folder

// Takes the room of these bytes of an open file now, so that a full disk is met before they are
// fetched and not after hours. The length of the file is kept: it goes on telling how far bytes
// were written. Where the file system could do it only by writing it is not taken, and
// where that is memory it is looked whether there is so much. Blocks.
Result<void> takeRoom(int fd, qint64 begin, qint64 end, const QString &pathForMessages);

// Whether the name itself, and not a link of that name, leads to the open file: others may have
// renamed or replaced it. Takes no more than two looks.
bool leadsTo(const QString &path, int fd);

// Identifies this boot of the machine ("" where unknown): what was written but not synced is still
// there after a crash of ours, yet not after a reboot.
QString bootId();

} // namespace core
