#include "hub/endpoint.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

namespace hub {

using namespace Qt::StringLiterals;

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(hub::Endpoint)
};

constexpr int MaximalPageSize = 1000;
constexpr int MostTrending = 20;

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
    case SortOrder::LikesOfMonth:
        return "likes30d"_ba;
    case SortOrder::Parameters:
        return "num_parameters"_ba;
    case SortOrder::Size:
        return "mainSize"_ba;
    case SortOrder::Rows:
        return "datasetsServerInfo.numRows"_ba;
    case SortOrder::Id:
        return "id"_ba;
    }
    Q_UNREACHABLE();
}

// What a row shows. An unknown value is answered with 400, so only what the reference names for
// each type.
QStringList expandedFields(core::RepoType type)
{
    QStringList fields = {u"author"_s,  u"likes"_s, u"lastModified"_s, u"createdAt"_s,
                          u"private"_s, u"tags"_s,  u"trendingScore"_s};
    switch (type) {
    case core::RepoType::Model:
        fields += {u"downloads"_s, u"gated"_s,       u"pipeline_tag"_s, u"library_name"_s,
                   u"gguf"_s,      u"safetensors"_s, u"inference"_s};
        break;
    case core::RepoType::Dataset:
        fields += {u"downloads"_s, u"gated"_s};
        break;
    case core::RepoType::Space:
        fields += {u"sdk"_s};
        break;
    }
    return fields;
}

class QueryList {
public:
    void add(const QString &name, const QString &value)
    {
        if (!value.isEmpty())
            m_all.append({name, value});
    }
    void addEach(const QString &name, const QStringList &values)
    {
        for (const QString &value : values)
            add(name, value);
    }
    const Parameters &all() const { return m_all; }

private:
    Parameters m_all;
};

// "min:1000,max:2000"; the suffixes K, M and B of the reference are left out, numbers are certain.
QString parameterRange(const SearchQuery &query)
{
    QStringList bounds;
    if (query.leastParameters)
        bounds.append("min:"_L1 + QString::number(*query.leastParameters));
    if (query.mostParameters)
        bounds.append("max:"_L1 + QString::number(*query.mostParameters));
    return bounds.join(u',');
}

void addModelFields(QueryList &list, const SearchQuery &query)
{
    list.add(u"pipeline_tag"_s, query.task);
    list.addEach(u"apps"_s, query.apps);
    list.addEach(u"inference_provider"_s, query.inferenceProviders);
    list.add(u"inference"_s, query.isServed ? u"warm"_s : QString());
    list.add(u"num_parameters"_s, parameterRange(query));
    for (const QString &dataset : query.datasets)
        list.add(u"filter"_s, "dataset:"_L1 + dataset);
}

void addSpaceFields(QueryList &list, const SearchQuery &query)
{
    list.addEach(u"datasets"_s, query.datasets);
    list.addEach(u"models"_s, query.models);
    list.add(u"linked"_s, query.isLinked ? u"true"_s : QString());
}

QByteArray targetQuery(Endpoint::Target target)
{
    return target == Endpoint::Target::PullRequest ? "?create_pr=1"_ba : ""_ba;
}

bool hasDots(const QUrl &url)
{
    const QString path = url.path(QUrl::FullyEncoded);
    const QList<QStringView> parts = QStringView(path).split(u'/');
    return std::any_of(parts.begin(), parts.end(),
                       [](QStringView part) { return part == u"." || part == u".."; });
}

// [/datasets|/spaces][/OWNER]/NAME/resolve/REV/FILE; owners and repos may be called "resolve" too.
bool isResolve(const QString &path)
{
    static const QRegularExpression form(
        u"^(/datasets|/spaces)?+/[^/]+(/[^/]+)?/resolve/[^/]+/."_s);
    return form.match(path).hasMatch();
}

QByteArray withoutPrefix(const QByteArray &path, const QByteArray &prefix)
{
    return path.startsWith(prefix + '/') ? path.sliced(prefix.size()) : path;
}

// "/api/" of "/api/models"; empty where there is none.
QByteArray firstFolder(const QByteArray &path)
{
    return path.left(path.indexOf('/', 1) + 1);
}

QByteArray pathAndQuery(const QUrl &url)
{
    QByteArray path = url.path(QUrl::FullyEncoded).toLatin1();
    if (!path.startsWith('/'))
        path.prepend('/'); // else it would go on where our host's name ends
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
    if (url.port() == (scheme == "https"_L1 ? 443 : 80))
        endpoint.m_base.setPort(-1); // the same Hub as without it
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

std::optional<Bucket> Endpoint::bucketOf(const QUrl &url) const
{
    if (!isSameOrigin(url))
        return std::nullopt;
    const QString path = url.path(QUrl::FullyEncoded).mid(prefix().size());
    if (path.startsWith("/api/resolve-cache/"_L1))
        return Bucket::Resolvers;
    if (path.startsWith("/api/"_L1))
        return Bucket::Api;
    return isResolve(path) ? Bucket::Resolvers : Bucket::Pages;
}

QUrl Endpoint::url(const QByteArray &encodedPath) const
{
    QUrl made = QUrl::fromEncoded(m_base.toEncoded() + encodedPath);
    return hasDots(made) ? QUrl() : made;
}

QUrl Endpoint::with(const QUrl &url, const Parameters &parameters)
{
    QByteArray query = url.query(QUrl::FullyEncoded).toLatin1();
    for (const auto &[name, value] : parameters)
        query += (query.isEmpty() ? ""_ba : "&"_ba) + encoded(name) + '=' + encoded(value);
    QUrl result = url;
    if (!query.isEmpty())
        result.setQuery(QString::fromLatin1(query), QUrl::StrictMode);
    return result;
}

QUrl Endpoint::ofRepo(const core::RepoId &repo, const QByteArray &rest) const
{
    return url(apiPath(repo) + rest);
}

QUrl Endpoint::search(const SearchQuery &query) const
{
    QueryList list;
    list.add(u"sort"_s, QString::fromLatin1(sortName(query.sort)));
    list.add(u"limit"_s, QString::number(std::clamp(query.pageSize, 1, MaximalPageSize)));
    list.add(u"search"_s, query.text.trimmed());
    list.add(u"author"_s, query.author.trimmed());
    list.addEach(u"filter"_s, query.filters);
    if (query.gated && query.type != core::RepoType::Space)
        list.add(u"gated"_s, *query.gated ? u"true"_s : u"false"_s);
    if (query.type == core::RepoType::Model)
        addModelFields(list, query);
    if (query.type == core::RepoType::Space)
        addSpaceFields(list, query);
    list.addEach(u"expand"_s, query.expand.isEmpty() ? expandedFields(query.type) : query.expand);
    return with(url("/api/"_ba + core::typePlural(query.type).toLatin1()), list.all());
}

QUrl Endpoint::trending(std::optional<core::RepoType> type, int most) const
{
    const QString kind = type ? core::typeName(*type) : u"all"_s;
    const int count = std::clamp(most, 1, MostTrending);
    return with(url("/api/trending"_ba), {{u"type"_s, kind}, {u"limit"_s, QString::number(count)}});
}

QUrl Endpoint::info(const core::RepoId &repo, const QString &revision) const
{
    return ofRepo(repo, revision.isEmpty() ? ""_ba : "/revision/"_ba + encoded(revision));
}

QUrl Endpoint::tree(const core::RepoId &repo, const QString &revision) const
{
    return ofRepo(repo, "/tree/"_ba + encoded(revision) + "?recursive=true"_ba);
}

QUrl Endpoint::pathsInfo(const core::RepoId &repo, const QString &revision) const
{
    return ofRepo(repo, "/paths-info/"_ba + encoded(revision));
}

QUrl Endpoint::refs(const core::RepoId &repo) const
{
    return ofRepo(repo, "/refs?include_prs=1"_ba);
}

QUrl Endpoint::commits(const core::RepoId &repo, const QString &revision, int page, int size) const
{
    const QByteArray query = "?p="_ba + QByteArray::number(std::max(0, page)) + "&limit="_ba
        + QByteArray::number(std::clamp(size, 1, MaximalPageSize));
    return ofRepo(repo, "/commits/"_ba + encoded(revision) + query);
}

QUrl Endpoint::security(const core::RepoId &repo) const
{
    return ofRepo(repo, "?securityStatus=true"_ba);
}

QUrl Endpoint::authCheck(const core::RepoId &repo) const
{
    return ofRepo(repo, "/auth-check"_ba);
}

QUrl Endpoint::resolve(const core::RepoId &repo, const QString &revision, const QString &path) const
{
    return url(webPath(repo) + "/resolve/"_ba + encoded(revision) + '/' + encoded(path, "/"_ba));
}

QUrl Endpoint::whoami() const
{
    return url("/api/whoami-v2"_ba);
}

QUrl Endpoint::likesOf(const QString &user) const
{
    return url("/api/users/"_ba + encoded(user) + "/likes"_ba);
}

QUrl Endpoint::likers(const core::RepoId &repo) const
{
    return ofRepo(repo, "/likers"_ba);
}

QUrl Endpoint::webPage(const core::RepoId &repo) const
{
    return url(webPath(repo));
}

QUrl Endpoint::createRepo() const
{
    return url("/api/repos/create"_ba);
}

QUrl Endpoint::deleteRepo() const
{
    return url("/api/repos/delete"_ba);
}

QUrl Endpoint::moveRepo() const
{
    return url("/api/repos/move"_ba);
}

QUrl Endpoint::settings(const core::RepoId &repo) const
{
    return ofRepo(repo, "/settings"_ba);
}

QUrl Endpoint::preupload(const core::RepoId &repo, const QString &revision, Target target) const
{
    return ofRepo(repo, "/preupload/"_ba + encoded(revision) + targetQuery(target));
}

QUrl Endpoint::commit(const core::RepoId &repo, const QString &revision, Target target) const
{
    return ofRepo(repo, "/commit/"_ba + encoded(revision) + targetQuery(target));
}

QUrl Endpoint::branch(const core::RepoId &repo, const QString &branch) const
{
    return ofRepo(repo, "/branch/"_ba + encoded(branch));
}

QUrl Endpoint::tag(const core::RepoId &repo, const QString &tagOrRevision) const
{
    return ofRepo(repo, "/tag/"_ba + encoded(tagOrRevision));
}

QUrl Endpoint::like(const core::RepoId &repo) const
{
    return ofRepo(repo, "/like"_ba);
}

QUrl Endpoint::askAccess(const core::RepoId &repo) const
{
    return url(webPath(repo) + "/ask-access"_ba);
}

QUrl Endpoint::rebase(const QUrl &link, const QUrl &asked) const
{
    const QUrl plain = link.adjusted(QUrl::NormalizePathSegments);
    const QByteArray path = pathAndQuery(plain);
    const QByteArray own = prefix().toLatin1();
    // Where both readings are possible it lies where what was asked for lies.
    const QByteArray place = firstFolder(withoutPrefix(pathAndQuery(asked), own));
    const bool isBare = place.size() > 1 && path.startsWith(place) && !path.startsWith(own + place);
    return url(isBare ? path : withoutPrefix(path, own));
}

} // namespace hub
