#pragma once

#include <QList>
#include <QSet>
#include <QString>

#include "cache/location.h"
#include "core/ids.h"
#include "hub/types.h"

namespace gui {

// How much of a file or a folder is in the cache.
enum class OnDisk {
    Unknown,
    Nothing,
    Queued, // not here, but in the queue
    Part,
    Here,
};

// Of a folder with two such things in it.
OnDisk together(OnDisk a, OnDisk b);

// One state for each file, in their order. Looks at the disk, not at content. Blocks: pool only.
// queued: paths that an unfinished Download of this commit fetches.
QList<OnDisk> lookOnDisk(const cache::Location &place, const core::RepoId &repo,
                         const QString &commit, const QList<hub::TreeEntry> &files,
                         const QSet<QString> &queued);

} // namespace gui
