#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

#include "core/ids.h"

struct stat;

namespace cache {

// Our note on a finished file that its content was compared with its id: an extended attribute
// with the id, the size and the time of the last change, so that a later change of the file voids
// it. Nobody else's file is believed before it was read once, and none is read twice. Where a
// file system keeps no attributes nothing is ever noted. All functions block.
bool isNotedVerified(const QString &file, const core::ContentId &id);
// The id that the content of a file in an open folder was found to have; facts: of that file.
std::optional<core::ContentId> notedId(int folder, const QByteArray &name,
                                       const struct stat &facts);
void noteVerified(const QString &file, const core::ContentId &id);
void noteVerified(int fd, const core::ContentId &id); // of an open file, whatever name it has
void forgetVerified(const QString &file); // it was read, and is not what it was

} // namespace cache
