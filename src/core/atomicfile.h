#pragma once

#include <QByteArray>
#include <QString>

#include "core/result.h"

namespace core {

enum class Durability {
    Synced, // on stable storage when the call returns: file and folder are fsynced
    Kernel, // safe against a crash of ours, not against a power cut
};

// Replaces path by data, or leaves the old file as it was: temporary file, every write checked,
// fsync, rename, fsync of the folder. QSaveFile of Qt 6.4 is not used because it reports success on
// a full disk. The temporary lies beside path as "<name>.tmp", or at temporaryPath where the folder
// of path is read by others (same file system). Callable on any thread; blocks.
Result<void> saveFile(const QString &path, const QByteArray &data,
                      Durability durability = Durability::Synced,
                      const QString &temporaryPath = {});

// Reads a whole small file. Error FileIo when it is missing or larger than limit bytes.
Result<QByteArray> loadFile(const QString &path, qint64 limit);

} // namespace core
