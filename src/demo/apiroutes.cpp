#include <QJsonDocument>
#include <QUrl>

#include "demo/listing.h"
#include "demo/router.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr int mostPathsAsked = 2000;
constexpr int expandedPageSize = 50;

// An API address below /api/{type}s/: which repo, what about it, and what follows.
struct Place {
    core::RepoType type = core::RepoType::Model;
    QString id;
    QString action; // empty: the repo itself
    qsizetype idSegments = 0;
    qsizetype rest = 0; // index of the first segment after the action
};

bool isAction(const QString &word)
{
    static const QStringList actions{u"revision"_s, u"tree"_s,       u"refs"_s,
                                     u"commits"_s,  u"paths-info"_s, u"auth-check"_s};
    return actions.contains(word);
}

std::optional<Place> placeOf(const Site &site, const Target &target)
{
    const QStringList &segments = target.segments;
    const auto type = typeOfPlural(segments.value(1));
    if (!type || segments.size() < 3)
        return std::nullopt;
    const bool isJoined = segments[2].contains(u'/'); // owner%2Fname
    const bool isBare = segments.size() == 3 || isJoined
        || (isAction(segments[3]) && !isAction(segments.value(4))
            && !site.find(*type, segments[2] + u'/' + segments[3]));
    Place place;
    place.type = *type;
    place.idSegments = isBare ? 1 : 2;
    place.id = segments.mid(2, place.idSegments).join(u'/');
    const qsizetype actionAt = 2 + place.idSegments;
    place.action = segments.value(actionAt);
    place.rest = actionAt + 1;
    const bool hasUnknownAction = segments.size() > actionAt && !isAction(place.action);
    return hasUnknownAction ? std::nullopt : std::optional(place);
}

Answer pageNotFound()
{
    return {
        problem(Surface::Api, 404, {}, u"Sorry, we can't find the page you are looking for."_s)};
}

QList<File> unknownOf(const QList<const RepoIndex::Entry *> &entries)
{
    QList<File> files;
    for (const RepoIndex::Entry *entry : entries) {
        if (entry->file && !isKnown(*entry->file))
            files.append(*entry->file);
    }
    return files;
}

QString lastModifiedText(const RepoIndex &repo)
{
    return describe(repo, Hashes::Hidden).value("lastModified"_L1).toString();
}

// One request about one repo that the visitor may see.
class RepoRequest {
public:
    RepoRequest(const Site &site, const Visitor &visitor, const Request &request,
                const Target &target, const Place &place, const QByteArray &path)
        : m_site(site)
        , m_visitor(visitor)
        , m_request(request)
        , m_target(target)
        , m_place(place)
        , m_path(path)
    {
    }

    Answer answer(const RepoIndex &head) const;

private:
    Answer info(const RepoIndex &repo) const;
    Answer tree(const RepoIndex &repo) const;
    Answer pathsInfo(const RepoIndex &repo) const;
    Response refs(const RepoIndex &repo) const;
    Response commits(const RepoIndex &repo) const;
    Hashes hashesOf(const RepoIndex &repo) const
    {
        return m_visitor.mayRead(repo) ? Hashes::Shown : Hashes::Hidden;
    }

    const Site &m_site;
    const Visitor &m_visitor;
    const Request &m_request;
    const Target &m_target;
    const Place &m_place;
    const QByteArray &m_path;
};

Answer RepoRequest::answer(const RepoIndex &head) const
{
    const bool isPost = m_request.verb == "POST";
    if (isPost != (m_place.action == "paths-info"_L1))
        return pageNotFound();
    if (m_place.action.isEmpty())
        return info(head);
    if (m_place.action == "refs"_L1)
        return {refs(head)};
    if (m_place.action == "auth-check"_L1) {
        const auto gate = m_visitor.gate(head, Surface::Api);
        return {gate ? *gate : text(200, "OK"_ba)};
    }
    const QString revision = m_target.segments.value(m_place.rest);
    const IndexPointer state = m_site.at(head, revision);
    if (!state)
        return {revisionNotFound(Surface::Api, revision)};
    if (m_place.action == "revision"_L1)
        return info(*state);
    if (m_place.action == "tree"_L1)
        return tree(*state);
    if (m_place.action == "commits"_L1)
        return {commits(*state)};
    return pathsInfo(*state);
}

Answer RepoRequest::info(const RepoIndex &repo) const
{
    const Hashes hashes = hashesOf(repo);
    QJsonObject object = describe(repo, hashes);
    if (m_target.isTrue(u"blobs")) {
        const QList<File> unknown = unknownOf(repo.below({}));
        if (!unknown.isEmpty())
            return {{}, unknown};
        addSiblings(object, repo, Sizes::Given, hashes);
    }
    const QStringList names = m_target.values(u"expand");
    if (!names.isEmpty()) {
        const auto chosen = expanded(object, names);
        if (!chosen)
            return {problem(Surface::Api, 400, {}, u"Invalid value for parameter expand"_s)};
        object = *chosen;
    } else {
        object.remove(u"downloadsAllTime"_s);
        object.remove(u"trendingScore"_s);
    }
    return {json(object), {}, unknownOf(repo.below({}))};
}

Answer RepoRequest::tree(const RepoIndex &repo) const
{
    QString folder = m_target.joined(m_place.rest + 1);
    while (folder.endsWith(u'/'))
        folder.chop(1);
    const RepoIndex::Entry *entry = folder.isEmpty() ? nullptr : repo.find(folder);
    if (!folder.isEmpty() && (!entry || entry->file)) {
        return {problem(
            Surface::Api, 404, "EntryNotFound"_ba,
            u"%1 does not exist on \"%2\""_s.arg(folder, m_target.segments.value(m_place.rest)))};
    }
    const auto entries =
        m_target.isTrue(u"recursive") ? repo.below(folder) : repo.childrenOf(folder);
    const bool isExpanded = m_target.isTrue(u"expand");
    const int most =
        isExpanded ? std::min(expandedPageSize, m_site.options.pageSize) : m_site.options.pageSize;
    const auto page = pageOf(m_target, entries.size(), most);
    if (!page)
        return {problem(Surface::Api, 400, {}, u"Invalid cursor"_s)};
    const auto shown = entries.mid(page->begin, page->end - page->begin);
    const QList<File> unknown = unknownOf(shown);
    if (!unknown.isEmpty())
        return {{}, unknown};
    QJsonArray items;
    for (const RepoIndex::Entry *item : shown) {
        QJsonObject object = treeEntry(*item, hashesOf(repo));
        if (isExpanded) {
            object.insert(u"lastCommit"_s,
                          QJsonObject{{u"id"_s, repo.commit()},
                                      {u"title"_s, u"Upload files"_s},
                                      {u"date"_s, lastModifiedText(repo)}});
        }
        items.append(object);
    }
    Response response = json(items);
    setNextLink(response, m_site.endpoint, m_path, m_target.rawQuery, page->next);
    return {response};
}

Answer RepoRequest::pathsInfo(const RepoIndex &repo) const
{
    QStringList paths;
    if (m_request.header("Content-Type").startsWith("application/json")) {
        const QJsonDocument document = QJsonDocument::fromJson(m_request.body);
        for (const QJsonValue path : document.object().value("paths"_L1).toArray())
            paths.append(path.toString());
    } else if (const auto form = parseForm(m_request.body)) {
        for (const auto &[name, value] : *form) {
            if (name == "paths"_L1)
                paths.append(value);
        }
    }
    if (paths.size() > mostPathsAsked)
        return {problem(Surface::Api, 400, {}, u"Too many paths"_s)};
    QList<const RepoIndex::Entry *> entries;
    for (const QString &path : paths) {
        if (const RepoIndex::Entry *entry = repo.find(path))
            entries.append(entry);
    }
    const QList<File> unknown = unknownOf(entries);
    if (!unknown.isEmpty())
        return {{}, unknown};
    QJsonArray items;
    for (const RepoIndex::Entry *entry : entries)
        items.append(treeEntry(*entry, hashesOf(repo)));
    return {json(items)};
}

Response RepoRequest::refs(const RepoIndex &repo) const
{
    QJsonArray branches;
    QJsonArray converts;
    QJsonArray pulls;
    for (const QString &name : repo.repo().branches) {
        const bool isFull = name.startsWith("refs/"_L1);
        const QJsonObject ref{{u"name"_s, isFull ? name.section(u'/', 2) : name},
                              {u"ref"_s, isFull ? name : "refs/heads/"_L1 + name},
                              {u"targetCommit"_s, repo.commit()}};
        if (name.startsWith("refs/pr/"_L1))
            pulls.append(ref);
        else if (name.startsWith("refs/convert/"_L1))
            converts.append(ref);
        else
            branches.append(ref);
    }
    QJsonObject object{
        {u"branches"_s, branches}, {u"converts"_s, converts}, {u"tags"_s, QJsonArray()}};
    if (m_target.isTrue(u"include_prs"))
        object.insert(u"pullRequests"_s, pulls);
    return json(object);
}

Response RepoRequest::commits(const RepoIndex &repo) const
{
    const QJsonObject author{{u"user"_s, repo.repo().id.owner()}, {u"avatar"_s, QString()}};
    QJsonArray items;
    if (m_target.value(u"p").toInt() == 0) {
        items.append(QJsonObject{{u"id"_s, repo.commit()},
                                 {u"title"_s, u"Upload files"_s},
                                 {u"message"_s, QString()},
                                 {u"authors"_s, QJsonArray{author}},
                                 {u"date"_s, lastModifiedText(repo)}});
    }
    Response response = json(items);
    response.setHeader("X-Total-Count"_ba, "1"_ba);
    return response;
}

Response whoAmI(const Visitor &visitor)
{
    if (visitor.isAnonymous())
        return problem(Surface::Api, 401, {}, u"Invalid username or password."_s);
    if (visitor.isInvalid())
        return invalidCredentials(Surface::Api);
    const QJsonObject accessToken{{u"displayName"_s, u"demo"_s},
                                  {u"role"_s, u"read"_s},
                                  {u"createdAt"_s, u"2026-01-01T00:00:00.000Z"_s}};
    return json(QJsonObject{
        {u"type"_s, u"user"_s},
        {u"id"_s, u"6900000000000000000000aa"_s},
        {u"name"_s, u"demo-visitor"_s},
        {u"fullname"_s, u"Demo Visitor"_s},
        {u"email"_s, QJsonValue::Null},
        {u"emailVerified"_s, true},
        {u"canPay"_s, false},
        {u"periodEnd"_s, QJsonValue::Null},
        {u"isPro"_s, false},
        {u"avatarUrl"_s, u"/avatars/demo.svg"_s},
        {u"orgs"_s, QJsonArray()},
        {u"auth"_s, QJsonObject{{u"type"_s, u"access_token"_s}, {u"accessToken"_s, accessToken}}}});
}

// The address of the same thing under the repo's new name.
QByteArray renamed(const Site &site, const Place &place, const Target &target,
                   const QString &newName)
{
    QByteArray location = site.options.prefix.toUtf8() + "/api/"
        + core::typePlural(place.type).toLatin1() + '/' + newName.toUtf8();
    for (qsizetype i = 2 + place.idSegments; i < target.rawSegments.size(); ++i)
        location += '/' + target.rawSegments[i];
    return target.rawQuery.isEmpty() ? location : location + '?' + target.rawQuery;
}

} // namespace

Answer apiAnswer(const Site &site, const Request &request, const Target &target,
                 const QByteArray &path)
{
    const Visitor visitor(site, request);
    if (target.segments.size() == 2 && request.verb != "POST") {
        if (target.segments[1] == "whoami-v2"_L1)
            return {whoAmI(visitor)};
        if (const auto type = typeOfPlural(target.segments[1])) {
            return {visitor.isInvalid() ? invalidCredentials(Surface::Api)
                                        : listRepos(site, visitor, *type, target, path)};
        }
    }
    const auto place = placeOf(site, target);
    if (!place)
        return pageNotFound();
    const IndexPointer repo = site.find(place->type, place->id);
    if (!repo) {
        const QString newName = site.newName(place->type, place->id);
        if (!newName.isEmpty())
            return {redirect(307, renamed(site, *place, target, newName))};
    }
    if (const auto refusal = visitor.refusal(repo.get(), Surface::Api))
        return {*refusal};
    return RepoRequest(site, visitor, request, target, *place, path).answer(*repo);
}

} // namespace demo
