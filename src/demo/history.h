#pragma once

#include <QDateTime>
#include <QList>

#include <memory>

#include "demo/filetree.h"

namespace demo {

// One commit of a repo. Immutable.
struct Commit {
    QString id; // 40 hex
    QString parent; // empty: the first one
    QString title;
    QString message;
    QString author;
    QDateTime date;
    std::shared_ptr<const FileTree> tree;
};
using CommitPointer = std::shared_ptr<const Commit>;

// The commits of one repo and the refs that lead to them. Commits are never changed; refs move.
// Bounded: a full history takes no commit more. Value type, one thread.
class History {
public:
    struct Ref {
        QString name; // in full: "refs/heads/main"
        CommitPointer commit;
    };

    // The state a catalogue describes: its branches, and no others, lead to it from now on.
    void import(const Repo &repo);

    // Gives the commit an id that no other commit has and keeps it; no ref leads to it yet.
    // Null when the history is full.
    CommitPointer add(Commit commit);
    void setRef(const QString &name, const CommitPointer &commit);
    void removeRef(const QString &name);

    // The end of the main branch; without one, of the first ref. Never null after import or add.
    CommitPointer head() const;
    // What a branch, tag, ref, commit or the beginning of one leads to, or null.
    CommitPointer at(const QString &revision) const;
    CommitPointer ref(const QString &name) const; // name in full
    const QList<Ref> &refs() const { return m_refs; }
    // The full name of the ref that a commit to this revision would move; empty: none can be.
    QString branchNamed(const QString &revision) const;
    QList<CommitPointer> log(const CommitPointer &from) const; // newest first

private:
    CommitPointer commit(const QString &id) const;

    QList<CommitPointer> m_commits; // newest first
    QList<Ref> m_refs; // in order of their making
};

} // namespace demo
