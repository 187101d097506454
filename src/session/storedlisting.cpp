#include "session/storedlisting.h"

#include "cache/store.h"

namespace session {

core::Result<StoredListing> storedListing(const cache::Location &place, const core::RepoId &repo,
                                          const QString &revision)
{
    const cache::Store store(place);
    const auto commit = store.readRef(repo, revision);
    if (!commit)
        return core::Unexpected(commit.error());
    const auto tree = store.readTree(repo, *commit);
    if (!tree)
        return core::Unexpected(tree.error());
    StoredListing listing;
    listing.commit = *commit;
    listing.tree.refused = tree->refused;
    for (const cache::TreeFile &file : tree->files) {
        hub::TreeEntry entry;
        entry.path = file.path;
        entry.size = file.size;
        entry.oid = file.oid;
        entry.lfs = !file.sha256.isEmpty();
        entry.sha256 = file.sha256;
        entry.xetHash = file.xetHash;
        listing.tree.entries.append(entry);
    }
    return listing;
}

QStringList missingFiles(const cache::Location &place, const core::RepoId &repo,
                         const QString &commit, const QList<hub::TreeEntry> &chosen)
{
    const cache::Store store(place);
    QStringList missing;
    for (const hub::TreeEntry &entry : chosen) {
        const auto id = entry.contentId();
        const bool isHere = id
            && (store.hasEntry(repo, commit, entry.path, *id, entry.size)
                || store.hasBlob(repo, *id, entry.size));
        if (!isHere)
            missing.append(entry.path);
    }
    return missing;
}

} // namespace session
