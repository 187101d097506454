#pragma once

#include <QList>
#include <QStringList>

#include "cache/location.h"
#include "hub/types.h"

namespace session {

// What the cache knows of a repo at a revision, the Hub not being asked.
struct StoredListing {
    QString commit;
    hub::TreePage tree;
};

// Error RevisionNotFound when the cache does not know the revision, any other when it knows no
// listing of its commit. Blocks: pool only.
core::Result<StoredListing> storedListing(const cache::Location &place, const core::RepoId &repo,
                                          const QString &revision);

// Paths of the choice whose content is not here. Blocks: pool only.
QStringList missingFiles(const cache::Location &place, const core::RepoId &repo,
                         const QString &commit, const QList<hub::TreeEntry> &chosen);

} // namespace session
