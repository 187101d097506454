#include <QDateTime>

#include "demo/listing.h"
#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr int mostPeople = 1000; // of one page
constexpr int mostTrending = 20;
constexpr core::RepoType allTypes[] = {core::RepoType::Model, core::RepoType::Dataset,
                                       core::RepoType::Space};

Response whoAmI(const Visitor &visitor)
{
    if (const auto refusal = visitor.unknownRefusal())
        return *refusal;
    const QJsonObject accessToken{{u"displayName"_s, u"demo"_s},
                                  {u"role"_s, visitor.isWriter() ? u"write"_s : u"read"_s},
                                  {u"createdAt"_s, u"2026-01-01T00:00:00.000Z"_s}};
    const QString id =
        visitor.isWriter() ? u"6900000000000000000000bb"_s : u"6900000000000000000000aa"_s;
    return json(QJsonObject{
        {u"type"_s, u"user"_s},
        {u"id"_s, id},
        {u"name"_s, visitor.user()},
        {u"fullname"_s, visitor.isWriter() ? u"Demo Writer"_s : u"Demo Visitor"_s},
        {u"email"_s, QJsonValue::Null},
        {u"emailVerified"_s, true},
        {u"canPay"_s, false},
        {u"periodEnd"_s, QJsonValue::Null},
        {u"isPro"_s, false},
        {u"avatarUrl"_s, u"/avatars/demo.svg"_s},
        {u"orgs"_s, QJsonArray()},
        {u"auth"_s, QJsonObject{{u"type"_s, u"access_token"_s}, {u"accessToken"_s, accessToken}}}});
}

Response pageOfItems(const Call &call, const QJsonArray &items)
{
    const auto page = pageOf(call.target, items.size(), mostPeople);
    if (!page)
        return problem(Surface::Api, 400, {}, u"Invalid cursor"_s);
    QJsonArray shown;
    for (qsizetype i = page->begin; i < page->end; ++i)
        shown.append(items[i]);
    Response response = json(shown);
    setNextLink(response, call.site.endpoint, call.path, call.target.rawQuery, page->next);
    return response;
}

Response likesOf(const Call &call, const QString &user)
{
    if (user != call.site.options.writerName && user != readerName())
        return problem(Surface::Api, 404, {}, u"This user does not exist"_s);
    QJsonArray items;
    for (const auto type : allTypes) {
        for (const IndexPointer &index : call.site.repos(type)) {
            const HubRepo &repo = *call.site.read(index->repo().id);
            const auto liked = repo.likers.constFind(user);
            if (liked == repo.likers.cend() || call.visitor.refusal(index.get(), Surface::Api))
                continue;
            const QJsonObject name{{u"name"_s, repo.about.id.id()},
                                   {u"type"_s, core::typeName(type)}};
            items.append(QJsonObject{{u"createdAt"_s, isoTime(*liked)}, {u"repo"_s, name}});
        }
    }
    return pageOfItems(call, items);
}

QJsonObject trendingItem(const RepoIndex &index)
{
    const QJsonObject all = describe(index, Hashes::Hidden);
    QJsonObject data;
    for (const auto &key : {u"id"_s, u"author"_s, u"downloads"_s, u"likes"_s, u"gated"_s,
                            u"private"_s, u"lastModified"_s, u"pipeline_tag"_s}) {
        if (all.contains(key))
            data.insert(key, all.value(key));
    }
    const QString type = core::typeName(index.repo().id.type());
    data.insert(u"repoType"_s, type);
    data.insert(u"isLikedByUser"_s, false);
    data.insert(u"availableInferenceProviders"_s, QJsonArray());
    return {{u"repoType"_s, type}, {u"repoData"_s, data}};
}

Response trending(const Call &call)
{
    const QString wanted = call.target.value(u"type");
    const bool isAll = wanted.isEmpty() || wanted == "all"_L1;
    const int asked =
        call.target.value(u"limit").isEmpty() ? 10 : call.target.value(u"limit").toInt();
    if ((!isAll && !typeOfName(wanted)) || asked < 1 || asked > mostTrending)
        return problem(Surface::Api, 400, {}, u"Invalid type or limit"_s);
    QList<IndexPointer> repos;
    for (const auto type : allTypes) {
        if (isAll || wanted == core::typeName(type))
            repos += call.site.repos(type);
    }
    repos.removeIf([&](const IndexPointer &repo) {
        return repo->repo().access == Access::Private
            || call.visitor.refusal(repo.get(), Surface::Api);
    });
    std::stable_sort(repos.begin(), repos.end(), [](const IndexPointer &a, const IndexPointer &b) {
        return trendingScore(a->repo()) > trendingScore(b->repo());
    });
    QJsonArray items;
    for (const IndexPointer &repo : repos.first(std::min<qsizetype>(asked, repos.size())))
        items.append(trendingItem(*repo));
    return json(QJsonObject{{u"recentlyTrending"_s, items}});
}

Response likers(const RepoCall &call)
{
    QJsonArray items;
    const HubRepo &repo = call.repo();
    for (auto it = repo.likers.cbegin(); it != repo.likers.cend(); ++it) {
        items.append(QJsonObject{{u"user"_s, it.key()},
                                 {u"fullname"_s, it.key()},
                                 {u"avatarUrl"_s, u"/avatars/demo.svg"_s},
                                 {u"isPro"_s, false},
                                 {u"type"_s, u"user"_s}});
    }
    return pageOfItems(call, items);
}

Response like(const RepoCall &call)
{
    if (const auto refusal = call.visitor.writeRefusal())
        return *refusal;
    auto &people = call.repo().likers;
    if (call.request.verb == "DELETE")
        people.remove(call.visitor.user());
    else if (!people.contains(call.visitor.user()))
        people.insert(call.visitor.user(), QDateTime::currentDateTimeUtc());
    return done();
}

} // namespace

std::optional<Answer> peopleAnswer(const Call &call)
{
    if (call.request.verb != "GET" && call.request.verb != "HEAD")
        return std::nullopt;
    const QStringList &segments = call.target.segments;
    if (call.path == "/api/whoami-v2")
        return Answer{whoAmI(call.visitor)};
    if (call.path == "/api/trending")
        return Answer{trending(call)};
    const bool isLikes =
        segments.size() == 4 && segments[1] == "users"_L1 && segments[3] == "likes"_L1;
    return isLikes ? std::optional(Answer{likesOf(call, segments[2])}) : std::nullopt;
}

std::optional<Answer> likeAnswer(const RepoCall &call)
{
    const QByteArray &verb = call.request.verb;
    if (call.place.action == "like"_L1 && (verb == "POST" || verb == "DELETE"))
        return Answer{like(call)};
    if (call.place.action == "likers"_L1 && (verb == "GET" || verb == "HEAD"))
        return Answer{likers(call)};
    return std::nullopt;
}

} // namespace demo
