#pragma once

#include <QString>

#include <atomic>

#include "core/result.h"

namespace cache {

// Copies a file to a new name and syncs it. Shares the blocks where the file system can (reflink),
// and takes the room before it copies where it cannot. On failure nothing is left at the new name.
// Blocks; *stop ends it with Cancelled.
core::Result<void> copyFile(const QString &from, const QString &to,
                            const std::atomic<bool> *stop = nullptr);

} // namespace cache
