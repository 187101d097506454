#include "demo/history.h"

#include <QUuid>

#include <algorithm>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype mostCommits = 1000;
constexpr qsizetype shortestId = 7;

QString derivedId(const Repo &repo, const FileTree &tree)
{
    return gitIdOf(repo.id.display().toUtf8() + tree.fingerprint());
}

QString fullName(const QString &branch)
{
    return branch.startsWith("refs/"_L1) ? branch : "refs/heads/"_L1 + branch;
}

} // namespace

void History::import(const Repo &repo)
{
    auto tree = std::make_shared<const FileTree>(repo.files);
    const CommitPointer before = m_commits.isEmpty() ? nullptr : head();
    const QString id = repo.commit.isEmpty() ? derivedId(repo, *tree) : repo.commit;
    const CommitPointer same = commit(id); // a state that comes back, perhaps with other words
    const QString parent = same ? same->parent : before ? before->id : QString();
    m_commits.removeOne(same);
    if (m_commits.size() >= mostCommits)
        m_commits.removeLast();
    const CommitPointer made = std::make_shared<const Commit>(Commit{
        id, parent, u"Upload files"_s, {}, repo.id.owner(), repo.lastModified, std::move(tree)});
    m_commits.prepend(made);
    m_refs.clear();
    for (const QString &branch : repo.branches)
        m_refs.append({fullName(branch), made});
}

CommitPointer History::add(Commit commit)
{
    if (m_commits.size() >= mostCommits)
        return nullptr;
    // A random part: the same change made twice is two commits.
    const QByteArray text = QUuid::createUuid().toByteArray() + commit.parent.toLatin1()
        + commit.title.toUtf8() + commit.tree->fingerprint();
    commit.id = gitIdOf(text);
    auto made = std::make_shared<const Commit>(std::move(commit));
    m_commits.prepend(made);
    return made;
}

void History::setRef(const QString &name, const CommitPointer &commit)
{
    for (Ref &ref : m_refs) {
        if (ref.name == name) {
            ref.commit = commit;
            return;
        }
    }
    m_refs.append({name, commit});
}

void History::removeRef(const QString &name)
{
    m_refs.removeIf([&](const Ref &ref) { return ref.name == name; });
}

CommitPointer History::head() const
{
    if (const CommitPointer main = ref(u"refs/heads/main"_s))
        return main;
    return m_refs.isEmpty() ? m_commits.constFirst() : m_refs.constFirst().commit;
}

CommitPointer History::at(const QString &revision) const
{
    if (revision == "HEAD"_L1)
        return head();
    for (const QLatin1StringView place : {"refs/heads/"_L1, ""_L1, "refs/tags/"_L1}) {
        if (const CommitPointer found = ref(place + revision))
            return found;
    }
    if (revision.size() < shortestId)
        return nullptr;
    const auto it =
        std::find_if(m_commits.begin(), m_commits.end(),
                     [&](const CommitPointer &commit) { return commit->id.startsWith(revision); });
    return it == m_commits.end() ? nullptr : *it;
}

CommitPointer History::ref(const QString &name) const
{
    for (const Ref &ref : m_refs) {
        if (ref.name == name)
            return ref.commit;
    }
    return nullptr;
}

QString History::branchNamed(const QString &revision) const
{
    if (const QString branch = "refs/heads/"_L1 + revision; ref(branch))
        return branch;
    const bool isFull = revision.startsWith("refs/heads/"_L1) || revision.startsWith("refs/pr/"_L1);
    return isFull && ref(revision) ? revision : QString();
}

QList<CommitPointer> History::log(const CommitPointer &from) const
{
    QList<CommitPointer> result;
    // Bounded by the number of commits: a catalogue may name ids that lead in a circle.
    for (CommitPointer at = from; at && result.size() <= m_commits.size(); at = commit(at->parent))
        result.append(at);
    return result;
}

CommitPointer History::commit(const QString &id) const
{
    const auto it = std::find_if(m_commits.begin(), m_commits.end(),
                                 [&](const CommitPointer &commit) { return commit->id == id; });
    return it == m_commits.end() ? nullptr : *it;
}

} // namespace demo
