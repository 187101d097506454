#pragma once

#include <QString>

#include "core/result.h"

namespace cache {

// BSD flock on the lock file that other Hub clients use (hub-cache.md 3.2): exclusive, never
// waiting, never deleting the file; a file unlinked while we locked it is tried again. One owner
// per lock file inside the program too: flock excludes descriptors, not processes.
// Movable; released by the destructor. Any thread, one at a time.
class FileLock {
public:
    // Locked when somebody else holds it; FileIo otherwise. Makes missing folders.
    static core::Result<FileLock> tryLock(const QString &path);

    FileLock() = default;
    FileLock(FileLock &&other) noexcept;
    FileLock &operator=(FileLock &&other) noexcept;
    ~FileLock();
    Q_DISABLE_COPY(FileLock)

    bool isHeld() const { return m_fd >= 0; }
    void release();

private:
    int m_fd = -1;
};

} // namespace cache
