#pragma once

#include <QString>

#include "core/ids.h"

namespace cache {

// Our note on a finished file that its content was compared with its id: an extended attribute
// with the id, the size and the time of the last change, so that a later change of the file voids
// it. Nobody else's file is believed before it was read once, and none is read twice. Where a
// file system keeps no attributes nothing is ever noted. All functions block.
bool isNotedVerified(const QString &file, const core::ContentId &id);
void noteVerified(const QString &file, const core::ContentId &id);
void noteVerified(int fd, const core::ContentId &id); // of an open file, whatever name it has

} // namespace cache
