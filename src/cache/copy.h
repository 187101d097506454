#pragma once

#include <QString>

#include "core/result.h"

namespace cache {

// Copies a file to a new name and syncs it. Shares the blocks where the file system can (reflink),
// and takes the room before it copies where it cannot. On failure nothing is left at the new name.
core::Result<void> copyFile(const QString &from, const QString &to);

} // namespace cache
