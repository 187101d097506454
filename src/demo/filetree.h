#pragma once

#include <QHash>
#include <QJsonObject>
#include <QString>

#include "demo/catalogue.h"

namespace demo {

// The files of one commit with their folders, looked up by path. Immutable after construction;
// shared between commits, the server's thread and the hashing workers.
class FileTree {
public:
    explicit FileTree(const QList<File> &files);

    struct Entry {
        QString path;
        QString folderId; // of a folder
        const File *file = nullptr; // of a file; points into files()
    };

    const QList<File> &files() const { return m_files; } // sorted by path
    const Entry *find(const QString &path) const;
    QList<const Entry *> below(const QString &folder) const; // all, sorted by path
    QList<const Entry *> childrenOf(const QString &folder) const;
    qint64 totalSize() const;
    QByteArray fingerprint() const; // the same for the same paths and contents

private:
    void addFolders();

    QList<File> m_files;
    QList<Entry> m_entries;
    QHash<QString, qsizetype> m_byPath;
};

// The id git would give to a blob of these bytes: 40 hex.
QString gitIdOf(const QByteArray &bytes);

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
QJsonObject treeEntry(const FileTree::Entry &entry, Hashes hashes);
QJsonObject sibling(const File &file, Hashes hashes);

} // namespace demo
