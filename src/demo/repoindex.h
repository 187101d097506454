#pragma once

#include <QHash>
#include <QJsonObject>
#include <QString>

#include "demo/catalogue.h"

namespace demo {

// A Repo with its folders, looked up by path, and its entries as the Hub writes them. Immutable
// after construction; shared between the server's thread and the hashing workers.
class RepoIndex {
public:
    explicit RepoIndex(const Repo &repo);

    struct Entry {
        QString path;
        QString folderId; // of a folder
        const File *file = nullptr; // of a file; points into repo()
    };

    const Repo &repo() const { return m_repo; }
    const QString &commit() const { return m_repo.commit; }
    QString databaseId() const; // 24 hex
    bool isGated() const;
    bool allows(const QString &token) const; // whether a token opens the files
    qint64 totalSize() const;

    const Entry *find(const QString &path) const;
    QList<const Entry *> below(const QString &folder) const; // all, sorted by path
    QList<const Entry *> childrenOf(const QString &folder) const;

    // Tags as the Hub computes them from the card: library, task, license and the author's own.
    QStringList allTags() const;

private:
    void addFolders();
    QString derivedCommit() const;

    Repo m_repo;
    QList<Entry> m_entries;
    QHash<QString, qsizetype> m_byPath;
};

// The id of the file in the place where the Hub keeps it: sha256 for LFS, git blob id otherwise.
core::ContentId::Kind idKind(const File &file);
bool isKnown(const File &file);
QString contentId(const File &file);
// The git blob id: of the pointer file for LFS.
QString gitId(const File &file);
QByteArray pointerText(const File &file);
// What the CDN calls the bytes: stable, but not the sha256.
QString cdnId(const File &file);

// Whether hashes are shown, or hidden by asterisks as for a caller the gate keeps out.
enum class Hashes { Shown, Hidden };
QJsonObject treeEntry(const RepoIndex::Entry &entry, Hashes hashes);
QJsonObject sibling(const File &file, Hashes hashes);

} // namespace demo
