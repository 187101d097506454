#include "demo/visitor.h"

namespace demo {

using namespace Qt::StringLiterals;

QString readerName()
{
    return u"demo-visitor"_s;
}

Visitor::Visitor(const Site &site, const Request &request)
    : m_endpoint(site.endpoint)
{
    const QByteArray header = request.header("Authorization");
    if (header.isEmpty())
        return;
    const QByteArray scheme = "bearer ";
    const bool isBearer = header.left(scheme.size()).toLower() == scheme;
    const QString token = QString::fromUtf8(header.mid(scheme.size()).trimmed());
    m_kind = isBearer && site.isToken(token) ? Kind::Known : Kind::Invalid;
    if (m_kind != Kind::Known)
        return;
    m_token = token;
    m_isWriter = site.options.writeTokens.contains(token);
    m_user = m_isWriter ? site.options.writerName : readerName();
}

bool Visitor::mayRead(const RepoIndex &repo) const
{
    return repo.allows(m_token);
}

std::optional<Response> Visitor::refusal(const RepoIndex *repo, Surface surface) const
{
    if (repo && repo->repo().access == Access::Disabled)
        return problem(surface, 403, {}, u"Access to this resource is disabled."_s);
    const bool isVisible = repo && (repo->repo().access != Access::Private || mayRead(*repo));
    if (isVisible)
        return std::nullopt;
    if (isInvalid())
        return invalidCredentials(surface);
    if (isAnonymous())
        return problem(surface, 401, {}, u"Invalid username or password."_s);
    return problem(surface, 404, "RepoNotFound"_ba, u"Repository not found"_s);
}

std::optional<Response> Visitor::gate(const RepoIndex &repo, Surface surface) const
{
    if (mayRead(repo))
        return std::nullopt;
    const core::RepoId &id = repo.repo().id;
    const QString start =
        u"Access to %1 %2 is restricted"_s.arg(core::typeName(id.type()), id.id());
    if (m_kind != Kind::Known) {
        return problem(surface, 401, "GatedRepo"_ba,
                       start
                           + ". You must have access to it and be authenticated to access it. "
                             "Please log in."_L1);
    }
    if (repo.repo().pendingTokens.contains(m_token)) {
        return problem(
            surface, 403, "GatedRepo"_ba,
            u"Your request to access %1 %2 is awaiting a review from the repo authors."_s.arg(
                core::typeName(id.type()), id.id()));
    }
    return problem(
        surface, 403, "GatedRepo"_ba,
        start
            + u" and you are not in the authorized list. Visit %1/%2 to ask for access."_s.arg(
                m_endpoint, id.display()));
}

std::optional<Response> Visitor::unknownRefusal() const
{
    if (isInvalid())
        return invalidCredentials(Surface::Api);
    if (isAnonymous())
        return problem(Surface::Api, 401, {}, u"Invalid username or password."_s);
    return std::nullopt;
}

std::optional<Response> Visitor::writeRefusal() const
{
    if (const auto refusal = unknownRefusal())
        return refusal;
    if (m_isWriter)
        return std::nullopt;
    return problem(Surface::Api, 403, {},
                   u"You have read access but not the required permissions for this operation"_s);
}

} // namespace demo
