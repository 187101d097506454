#include "hub/endpoint.h"

#include <QCoreApplication>

#include <algorithm>

namespace hub {

using namespace Qt::StringLiterals;

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(hub::Endpoint)
};

constexpr int MaximalPageSize = 1000;

QByteArray encoded(const QString &text, const QByteArray &safe = {})
{
    return QUrl::toPercentEncoding(text, safe);
}

QByteArray apiPath(const core::RepoId &repo)
{
    return "/api/"_ba + core::typePlural(repo.type()).toLatin1() + '/' + encoded(repo.id(), "/"_ba);
}

QByteArray webPath(const core::RepoId &repo)
{
    const bool isModel = repo.type() == core::RepoType::Model;
    const QByteArray kind = isModel ? ""_ba : '/' + core::typePlural(repo.type()).toLatin1();
    return kind + '/' + encoded(repo.id(), "/"_ba);
}

QByteArray sortName(SortOrder order)
{
    switch (order) {
    case SortOrder::Trending:
        return "trendingScore"_ba;
    case SortOrder::Downloads:
        return "downloads"_ba;
    case SortOrder::Likes:
        return "likes"_ba;
    case SortOrder::LastModified:
        return "lastModified"_ba;
    case SortOrder::Created:
        return "createdAt"_ba;
    }
    Q_UNREACHABLE();
}

// An unknown value is answered with 400, so only what the reference names for each type.
QList<QByteArray> expandedFields(core::RepoType type)
{
    QList<QByteArray> fields = {"author"_ba,  "likes"_ba, "lastModified"_ba, "createdAt"_ba,
                                "private"_ba, "tags"_ba,  "trendingScore"_ba};
    switch (type) {
    case core::RepoType::Model:
        fields += {"downloads"_ba, "gated"_ba,       "pipeline_tag"_ba, "library_name"_ba,
                   "gguf"_ba,      "safetensors"_ba, "inference"_ba};
        break;
    case core::RepoType::Dataset:
        fields += {"downloads"_ba, "gated"_ba};
        break;
    case core::RepoType::Space:
        fields += {"sdk"_ba};
        break;
    }
    return fields;
}

QByteArray pathAndQuery(const QUrl &url)
{
    const QByteArray path = url.path(QUrl::FullyEncoded).toLatin1();
    return url.hasQuery() ? path + '?' + url.query(QUrl::FullyEncoded).toLatin1() : path;
}

} // namespace

Endpoint::Endpoint()
    : m_base(u"https://huggingface.co"_s)
{
}

core::Result<Endpoint> Endpoint::make(const QString &text)
{
    const QUrl url(text.trimmed(), QUrl::StrictMode);
    const QString scheme = url.scheme();
    const bool isWeb = scheme == "http"_L1 || scheme == "https"_L1;
    if (!url.isValid() || !isWeb || url.host().isEmpty())
        return core::fail(core::ErrorKind::BadInput,
                          Words::tr("“%1” is not an http or https address.").arg(text.left(200)));
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        return core::fail(core::ErrorKind::BadInput,
                          Words::tr("A Hub address has no user name, query or fragment."));

    Endpoint endpoint;
    endpoint.m_base = url.adjusted(QUrl::NormalizePathSegments | QUrl::RemoveUserInfo);
    QString path = endpoint.m_base.path(QUrl::FullyEncoded);
    while (path.endsWith(u'/'))
        path.chop(1);
    endpoint.m_base.setPath(path, QUrl::StrictMode);
    return endpoint;
}

QString Endpoint::text() const
{
    return QString::fromLatin1(m_base.toEncoded());
}

QString Endpoint::prefix() const
{
    return m_base.path(QUrl::FullyEncoded);
}

bool Endpoint::isSameOrigin(const QUrl &url) const
{
    const int defaultPort = m_base.scheme() == "https"_L1 ? 443 : 80;
    return url.scheme() == m_base.scheme() && url.host() == m_base.host()
        && url.port(defaultPort) == m_base.port(defaultPort);
}

QUrl Endpoint::child(const QByteArray &pathAndQuery) const
{
    return QUrl::fromEncoded(m_base.toEncoded() + pathAndQuery);
}

QUrl Endpoint::search(const SearchQuery &query) const
{
    QByteArray target =
        "/api/"_ba + core::typePlural(query.type).toLatin1() + "?sort="_ba + sortName(query.sort);
    target += "&limit="_ba + QByteArray::number(std::clamp(query.pageSize, 1, MaximalPageSize));
    if (!query.text.trimmed().isEmpty())
        target += "&search="_ba + encoded(query.text.trimmed());
    if (!query.author.trimmed().isEmpty())
        target += "&author="_ba + encoded(query.author.trimmed());
    for (const QString &filter : query.filters)
        target += "&filter="_ba + encoded(filter);
    for (const QByteArray &field : expandedFields(query.type))
        target += "&expand="_ba + field;
    return child(target);
}

QUrl Endpoint::info(const core::RepoId &repo, const QString &revision) const
{
    if (revision.isEmpty())
        return child(apiPath(repo));
    return child(apiPath(repo) + "/revision/"_ba + encoded(revision));
}

QUrl Endpoint::tree(const core::RepoId &repo, const QString &revision) const
{
    return child(apiPath(repo) + "/tree/"_ba + encoded(revision) + "?recursive=true"_ba);
}

QUrl Endpoint::resolve(const core::RepoId &repo, const QString &revision, const QString &path) const
{
    return child(webPath(repo) + "/resolve/"_ba + encoded(revision) + '/' + encoded(path, "/"_ba));
}

QUrl Endpoint::whoami() const
{
    return child("/api/whoami-v2"_ba);
}

QUrl Endpoint::webPage(const core::RepoId &repo) const
{
    return child(webPath(repo));
}

QUrl Endpoint::rebase(const QUrl &link) const
{
    const QString prefixed = prefix() + u'/';
    if (isSameOrigin(link) && link.path(QUrl::FullyEncoded).startsWith(prefixed))
        return link;
    return child(pathAndQuery(link));
}

} // namespace hub
