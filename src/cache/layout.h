#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

#include "core/ids.h"

namespace cache {

// Where everything of the shared Hub cache lies (hub-cache.md 2 and 3). Pure path arithmetic, no
// disk. All arguments are already checked (core/ids.h).
class Layout {
public:
    explicit Layout(const QString &root);

    const QString &root() const { return m_root; }
    static QString repoFolderName(const core::RepoId &repo);
    // "models--org--name" back to an id; nothing for other names.
    static std::optional<core::RepoId> repoFromFolderName(const QString &name);

    QString repo(const core::RepoId &repo) const;
    QString blobs(const core::RepoId &repo) const;
    QString blob(const core::RepoId &repo, const core::ContentId &id) const;
    QString partial(const core::RepoId &repo,
                    const core::ContentId &id) const; // <id>.hubload.incomplete
    QString sidecar(const core::RepoId &repo, const core::ContentId &id) const; // ….incomplete.json
    QString hint(const core::RepoId &repo, const core::ContentId &id) const; // ….incomplete.written
    // A new name in blobs for something in the making; it names its maker (cache/temporary.h), so
    // that the next run removes what a killed one left over.
    QString temporary(const core::RepoId &repo) const;
    QString snapshots(const core::RepoId &repo) const;
    QString snapshot(const core::RepoId &repo, const QString &commit) const;
    QString entry(const core::RepoId &repo, const QString &commit, const QString &path) const;
    QString linkTarget(const QString &path, const core::ContentId &id) const; // relative
    // The same backwards: the blob's name; empty for links that others would not make so. depth:
    // folders in the path.
    static QByteArray blobOfLink(const QByteArray &target, int depth);
    QString refs(const core::RepoId &repo) const;
    QString ref(const core::RepoId &repo, const QString &revision) const;
    QString tree(const core::RepoId &repo, const QString &commit) const;
    QString lock(const core::RepoId &repo, const core::ContentId &id) const;
    QString cacheDirTag() const;

private:
    QString m_root;
};

} // namespace cache
