#include "demo/site.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype mostStates = 8;

std::pair<int, QString> keyOf(core::RepoType type, const QString &id)
{
    return {static_cast<int>(type), id.toCaseFolded()};
}

bool isNameOf(const Repo &repo, const QString &revision)
{
    if (revision == "HEAD"_L1 || repo.branches.contains(revision))
        return true;
    const QLatin1String heads("refs/heads/");
    return revision.startsWith(heads) && repo.branches.contains(revision.mid(heads.size()));
}

} // namespace

Site::Site(const DemoOptions &siteOptions)
    : options(siteOptions)
{
}

void Site::setRepo(const Repo &repo)
{
    const Key key = keyOf(repo.id.type(), repo.id.id());
    QList<IndexPointer> &states = m_states[key];
    if (states.isEmpty())
        m_order.append(key);
    auto index = std::make_shared<const RepoIndex>(repo);
    states.removeIf([&](const IndexPointer &old) { return old->commit() == index->commit(); });
    states.prepend(index);
    if (states.size() > mostStates)
        states.removeLast();
    for (const QString &old : repo.oldNames)
        m_newNames.insert(keyOf(repo.id.type(), old), repo.id.id());
}

QList<IndexPointer> Site::repos(core::RepoType type) const
{
    QList<IndexPointer> result;
    for (const Key &key : m_order) {
        if (key.first == static_cast<int>(type))
            result.append(m_states.value(key).constFirst());
    }
    return result;
}

IndexPointer Site::find(core::RepoType type, const QString &id) const
{
    const auto it = m_states.constFind(keyOf(type, id));
    return it == m_states.cend() ? nullptr : it->constFirst();
}

QString Site::newName(core::RepoType type, const QString &oldId) const
{
    return m_newNames.value(keyOf(type, oldId));
}

IndexPointer Site::at(const RepoIndex &repo, const QString &revision) const
{
    const QList<IndexPointer> states =
        m_states.value(keyOf(repo.repo().id.type(), repo.repo().id.id()));
    for (const IndexPointer &state : states) {
        if (state == states.constFirst() && isNameOf(state->repo(), revision))
            return state;
        if (revision.size() >= 7 && state->commit().startsWith(revision))
            return state;
    }
    return nullptr;
}

bool Site::isToken(const QString &token) const
{
    if (token.isEmpty())
        return false;
    if (options.tokens.contains(token))
        return true;
    for (const QList<IndexPointer> &states : m_states) {
        if (states.constFirst()->repo().allowedTokens.contains(token))
            return true;
    }
    return false;
}

QByteArray Site::publish(const RepoIndex &repo, const File &file)
{
    const QByteArray path =
        "/demo-bridge/" + repo.databaseId().toLatin1() + '/' + cdnId(file).toLatin1();
    m_published.insert(path, file);
    return path;
}

const File *Site::published(const QByteArray &path) const
{
    const auto it = m_published.constFind(path);
    return it == m_published.cend() ? nullptr : &*it;
}

} // namespace demo
