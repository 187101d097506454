#include "demo/site.h"

#include <algorithm>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t mostRepos = 2000;
constexpr qsizetype mostOldNames = 10'000;

QByteArray cdnFolder(const QString &databaseId)
{
    return "/demo-bridge/" + databaseId.toLatin1() + '/';
}

} // namespace

Site::Site(const DemoOptions &siteOptions)
    : options(siteOptions)
{
}

Site::Key Site::keyOf(core::RepoType type, const QString &id)
{
    return {static_cast<int>(type), id.toCaseFolded()};
}

// The place of a new repo, empty but for what it is.
HubRepo &Site::place(const Repo &about)
{
    const Key key = keyOf(about.id.type(), about.id.id());
    m_order.append(key);
    m_newNames.remove(key);
    HubRepo &repo = m_repos[key];
    repo.databaseId = gitIdOf("id:" + about.id.display().toUtf8()).left(24);
    repo.about = about;
    return repo;
}

void Site::setRepo(const Repo &repo)
{
    const auto it = m_repos.find(keyOf(repo.id.type(), repo.id.id()));
    HubRepo &kept = it == m_repos.end() ? place(repo) : it->second;
    kept.about = repo;
    kept.about.files.clear();
    if (!kept.about.createdAt.isValid())
        kept.about.createdAt = repo.lastModified.addDays(-30);
    kept.publicAccess = repo.access == Access::Private ? Access::Open : repo.access;
    kept.history.import(repo);
    for (const QString &old : repo.oldNames)
        m_newNames.insert(keyOf(repo.id.type(), old), repo.id.id());
}

QList<IndexPointer> Site::repos(core::RepoType type) const
{
    QList<IndexPointer> result;
    for (const Key &key : m_order) {
        if (key.first == static_cast<int>(type))
            result.append(m_repos.at(key).head());
    }
    return result;
}

IndexPointer Site::find(core::RepoType type, const QString &id) const
{
    const auto it = m_repos.find(keyOf(type, id));
    return it == m_repos.end() ? nullptr : it->second.head();
}

QString Site::newName(core::RepoType type, const QString &oldId) const
{
    return m_newNames.value(keyOf(type, oldId));
}

IndexPointer Site::at(const RepoIndex &repo, const QString &revision) const
{
    const HubRepo *kept = read(repo.repo().id);
    return kept ? kept->at(kept->history.at(revision)) : nullptr;
}

bool Site::isToken(const QString &token) const
{
    if (token.isEmpty())
        return false;
    if (options.tokens.contains(token) || options.writeTokens.contains(token))
        return true;
    return std::any_of(m_repos.begin(), m_repos.end(), [&](const auto &entry) {
        const Repo &about = entry.second.about;
        return about.allowedTokens.contains(token) || about.pendingTokens.contains(token);
    });
}

HubRepo *Site::edit(const core::RepoId &id)
{
    const auto it = m_repos.find(keyOf(id.type(), id.id()));
    return it == m_repos.end() ? nullptr : &it->second;
}

const HubRepo *Site::read(const core::RepoId &id) const
{
    const auto it = m_repos.find(keyOf(id.type(), id.id()));
    return it == m_repos.end() ? nullptr : &it->second;
}

HubRepo *Site::withDatabaseId(const QString &databaseId)
{
    const auto it = std::find_if(m_repos.begin(), m_repos.end(), [&](const auto &entry) {
        return entry.second.databaseId == databaseId;
    });
    return it == m_repos.end() ? nullptr : &it->second;
}

HubRepo *Site::create(const Repo &about, Commit first)
{
    if (m_repos.size() >= mostRepos)
        return nullptr;
    HubRepo &repo = place(about);
    repo.databaseId =
        gitIdOf("made:" + QByteArray::number(++m_made) + about.id.display().toUtf8()).left(24);
    repo.history.setRef(u"refs/heads/main"_s, repo.history.add(std::move(first)));
    return &repo;
}

void Site::remove(const core::RepoId &id)
{
    const Key key = keyOf(id.type(), id.id());
    const auto it = m_repos.find(key);
    if (it == m_repos.end())
        return;
    const HubRepo &repo = it->second;
    m_writtenBytes -= repo.writtenBytes;
    const QByteArray folder = cdnFolder(repo.databaseId);
    m_published.removeIf([&](const auto &entry) { return entry.key().startsWith(folder); });
    m_newNames.removeIf([&](const auto &entry) {
        return entry.key().first == key.first && entry.value() == repo.about.id.id();
    });
    m_order.removeOne(key);
    m_repos.erase(it);
}

bool Site::move(const core::RepoId &from, const core::RepoId &to)
{
    if (m_newNames.size() >= mostOldNames)
        return false;
    const Key oldKey = keyOf(from.type(), from.id());
    const Key newKey = keyOf(to.type(), to.id());
    auto node = m_repos.extract(oldKey);
    const QString oldId = node.mapped().about.id.id();
    node.key() = newKey;
    node.mapped().about.id = to;
    m_repos.insert(std::move(node));
    m_order.replace(m_order.indexOf(oldKey), newKey);
    for (auto it = m_newNames.begin(); it != m_newNames.end(); ++it) {
        if (it.key().first == oldKey.first && it.value() == oldId)
            it.value() = to.id();
    }
    m_newNames.insert(oldKey, to.id());
    m_newNames.remove(newKey);
    return true;
}

bool Site::charge(HubRepo &repo, qint64 bytes)
{
    if (!hasRoom(bytes))
        return false;
    m_writtenBytes += bytes;
    repo.writtenBytes += bytes;
    return true;
}

bool Site::keepXorb(const QString &name, const QByteArray &bytes)
{
    if (!hasRoom(bytes.size()))
        return false;
    m_writtenBytes += bytes.size();
    m_xorbs.insert(name, bytes);
    return true;
}

QByteArray Site::publish(const RepoIndex &repo, const File &file)
{
    const QByteArray path = cdnFolder(repo.databaseId()) + cdnId(file).toLatin1();
    m_published.insert(path, file);
    return path;
}

const File *Site::published(const QByteArray &path) const
{
    const auto it = m_published.constFind(path);
    return it == m_published.cend() ? nullptr : &*it;
}

} // namespace demo
