#pragma once

#include "demo/history.h"

namespace demo {

// What the read routes are shown: a repo as it is now, with the files of one of its commits.
// Immutable, and cheap to make: the files are shared with the commit.
class RepoIndex {
public:
    RepoIndex(const Repo &about, const QString &databaseId, const CommitPointer &commit);

    using Entry = FileTree::Entry;

    const Repo &repo() const { return m_repo; }
    const QString &commit() const { return m_commit->id; }
    const Commit &lastCommit() const { return *m_commit; }
    const QString &databaseId() const { return m_databaseId; } // 24 hex
    bool isGated() const;
    bool allows(const QString &token) const; // whether a token opens the files
    qint64 totalSize() const { return m_commit->tree->totalSize(); }

    const Entry *find(const QString &path) const { return m_commit->tree->find(path); }
    QList<const Entry *> below(const QString &folder) const
    {
        return m_commit->tree->below(folder);
    }
    QList<const Entry *> childrenOf(const QString &folder) const
    {
        return m_commit->tree->childrenOf(folder);
    }

    // Tags as the Hub computes them from the card: library, task, license and the author's own.
    QStringList allTags() const;

private:
    Repo m_repo;
    QString m_databaseId;
    CommitPointer m_commit;
};

using IndexPointer = std::shared_ptr<const RepoIndex>;

} // namespace demo
