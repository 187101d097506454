#include "demo/repoindex.h"

namespace demo {

using namespace Qt::StringLiterals;

RepoIndex::RepoIndex(const Repo &about, const QString &databaseId, const CommitPointer &commit)
    : m_repo(about)
    , m_databaseId(databaseId)
    , m_commit(commit)
{
    m_repo.commit = commit->id;
    m_repo.lastModified = commit->date;
    m_repo.files = commit->tree->files();
}

bool RepoIndex::isGated() const
{
    return m_repo.access == Access::GatedAutomatic || m_repo.access == Access::GatedManual;
}

bool RepoIndex::allows(const QString &token) const
{
    if (m_repo.access == Access::Open)
        return true;
    return m_repo.access != Access::Disabled && !token.isEmpty()
        && m_repo.allowedTokens.contains(token);
}

QStringList RepoIndex::allTags() const
{
    QStringList tags;
    for (const QString &tag : {m_repo.libraryName, m_repo.pipelineTag}) {
        if (!tag.isEmpty())
            tags.append(tag);
    }
    tags += m_repo.tags;
    if (!m_repo.license.isEmpty())
        tags.append("license:"_L1 + m_repo.license);
    tags.append(u"region:us"_s);
    tags.removeDuplicates();
    return tags;
}

} // namespace demo
