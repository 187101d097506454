#include "gui/ondisk.h"

#include <QFileInfo>

#include "cache/store.h"

namespace gui {

namespace {

OnDisk lookAt(const cache::Store &store, const core::RepoId &repo, const QString &commit,
              const hub::TreeEntry &file)
{
    const auto id = file.contentId();
    if (!id)
        return OnDisk::Unknown;
    if (store.hasEntry(repo, commit, file.path, *id, file.size)
        || store.hasBlob(repo, *id, file.size))
        return OnDisk::Here;
    return store.storedBytes(repo, commit, file.path, *id, file.size) > 0 ? OnDisk::Part
                                                                          : OnDisk::Nothing;
}

} // namespace

OnDisk together(OnDisk a, OnDisk b)
{
    if (a == OnDisk::Unknown || a == b)
        return b;
    if (b == OnDisk::Unknown)
        return a;
    const bool isSomeHere =
        a == OnDisk::Here || a == OnDisk::Part || b == OnDisk::Here || b == OnDisk::Part;
    return isSomeHere ? OnDisk::Part : OnDisk::Queued;
}

QList<OnDisk> lookOnDisk(const cache::Location &place, const core::RepoId &repo,
                         const QString &commit, const QList<hub::TreeEntry> &files,
                         const QSet<QString> &queued)
{
    const cache::Store store(place);
    const bool hasRepo = QFileInfo::exists(store.layout().repo(repo));
    QList<OnDisk> states;
    states.reserve(files.size());
    for (const hub::TreeEntry &file : files) {
        OnDisk state = hasRepo ? lookAt(store, repo, commit, file) : OnDisk::Nothing;
        if (state == OnDisk::Nothing && queued.contains(file.path))
            state = OnDisk::Queued;
        states << state;
    }
    return states;
}

} // namespace gui
