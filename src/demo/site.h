#pragma once

#include <QHash>
#include <QList>
#include <QString>

#include <map>

#include "demo/demohub.h"
#include "demo/hubrepo.h"
#include "demo/signer.h"

namespace demo {

// What the routes know: the repos, their old names, the addresses, and which content stands behind
// which path of the CDN. Bounded in repos, names and written bytes. Owned by DemoHub, used on its
// thread only.
class Site {
public:
    explicit Site(const DemoOptions &options);

    void setRepo(const Repo &repo);
    QList<IndexPointer> repos(core::RepoType type) const; // newest state of each
    // id is compared without case. Null when missing.
    IndexPointer find(core::RepoType type, const QString &id) const;
    // The new id of a renamed repo, else empty.
    QString newName(core::RepoType type, const QString &oldId) const;
    // The state a revision leads to: branch, tag, ref, commit or the beginning of one.
    IndexPointer at(const RepoIndex &repo, const QString &revision) const;
    bool isToken(const QString &token) const;

    // For the write routes; null when missing. Good until the repo is removed or moved.
    HubRepo *edit(const core::RepoId &id);
    const HubRepo *read(const core::RepoId &id) const;
    HubRepo *withDatabaseId(const QString &databaseId);
    HubRepo *create(const Repo &about, Commit first); // null: there is no room for one more
    void remove(const core::RepoId &id);
    bool move(const core::RepoId &from, const core::RepoId &to); // false: no room for old names
    // Counts bytes that somebody wrote; false, and nothing counted: there is no room for them.
    bool charge(HubRepo &repo, qint64 bytes);
    bool hasRoom(qint64 bytes) const { return bytes <= options.mostWritten - m_writtenBytes; }

    // A xorb that was uploaded, for every repo; false: there is no room for it.
    bool keepXorb(const QString &name, const QByteArray &bytes);
    QByteArray xorb(const QString &name) const { return m_xorbs.value(name); } // empty: not here

    // Remembers the file and returns its path on the CDN.
    QByteArray publish(const RepoIndex &repo, const File &file);
    const File *published(const QByteArray &path) const;

    DemoOptions options;
    QString endpoint; // with the prefix
    QString cdnOrigin;
    Signer signer;

private:
    using Key = std::pair<int, QString>; // type and folded id
    static Key keyOf(core::RepoType type, const QString &id);
    HubRepo &place(const Repo &about);

    QList<Key> m_order;
    std::map<Key, HubRepo> m_repos; // a map: pointers into it stay good
    QHash<Key, QString> m_newNames;
    QHash<QByteArray, File> m_published;
    QHash<QString, QByteArray> m_xorbs;
    qint64 m_writtenBytes = 0;
    int m_made = 0; // repos ever made: one that is made again is another
};

} // namespace demo
