#pragma once

#include <QList>
#include <QString>

#include <atomic>

#include "cache/location.h"
#include "cache/scan.h"
#include "core/ids.h"
#include "core/result.h"

namespace session {

// One file of a version, as the library shows it.
struct LibraryFile {
    enum class State {
        Checked, // its content is noted to be what its id says
        NotChecked,
        Missing, // its name leads to nothing
    };

    QString path; // in the repo
    QString file; // where the bytes are
    qint64 size = 0;
    State state = State::NotChecked;
    int otherVersions = 0; // of the repo that lead to the same content

    bool operator==(const LibraryFile &) const = default;
};

// The files of one version, by path. Error RepoNotFound. Blocks: pool only; *stop ends it with
// Cancelled.
core::Result<QList<LibraryFile>> filesOfVersion(const cache::Location &place,
                                                const core::RepoId &repo, const QString &commit,
                                                const std::atomic<bool> *stop = nullptr);

// What the cache holds, and the disk below it.
struct LibraryScan {
    cache::ScanResult found;
    bool recordsUse = true; // false: the drive keeps no time of the last reading
    qint64 diskSize = -1; // bytes; -1 unknown
    qint64 diskFree = -1;
};

// Blocks: pool only; *stop ends it with Cancelled.
core::Result<LibraryScan> scanLibrary(const cache::Location &place,
                                      const std::atomic<bool> *stop = nullptr);

} // namespace session
