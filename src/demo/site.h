#pragma once

#include <QHash>
#include <QList>
#include <QString>

#include <memory>

#include "demo/demohub.h"
#include "demo/repoindex.h"
#include "demo/signer.h"

namespace demo {

using IndexPointer = std::shared_ptr<const RepoIndex>;

// What the routes know: the repos with their earlier commits, the addresses, and which content
// stands behind which path of the CDN. Owned by DemoHub, used on its thread only.
class Site {
public:
    explicit Site(const DemoOptions &options);

    void setRepo(const Repo &repo);
    QList<IndexPointer> repos(core::RepoType type) const; // newest state of each
    // id is compared without case. Null when missing.
    IndexPointer find(core::RepoType type, const QString &id) const;
    // The new id of a renamed repo, else empty.
    QString newName(core::RepoType type, const QString &oldId) const;
    // The state a revision leads to: branch, tag-like name, commit or the beginning of one. Older
    // states are found by commit only.
    IndexPointer at(const RepoIndex &repo, const QString &revision) const;
    bool isToken(const QString &token) const;

    // Remembers the file and returns its path on the CDN.
    QByteArray publish(const RepoIndex &repo, const File &file);
    const File *published(const QByteArray &path) const;

    DemoOptions options;
    QString endpoint; // with the prefix
    QString cdnOrigin;
    Signer signer;

private:
    using Key = std::pair<int, QString>; // type and folded id
    QList<Key> m_order;
    QHash<Key, QList<IndexPointer>> m_states; // newest first
    QHash<Key, QString> m_newNames;
    QHash<QByteArray, File> m_published;
};

} // namespace demo
