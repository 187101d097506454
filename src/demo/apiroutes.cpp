#include <QJsonDocument>
#include <QUrl>

#include "demo/listing.h"
#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr int mostPathsAsked = 2000;
constexpr int expandedPageSize = 50;

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

Hashes hashesFor(const RepoCall &call, const RepoIndex &repo)
{
    return call.visitor.mayRead(repo) ? Hashes::Shown : Hashes::Hidden;
}

Answer info(const RepoCall &call, const RepoIndex &repo)
{
    const Hashes hashes = hashesFor(call, repo);
    QJsonObject object = describe(repo, hashes);
    if (call.target.isTrue(u"blobs")) {
        const QList<File> unknown = unknownOf(repo.below({}));
        if (!unknown.isEmpty())
            return {{}, unknown};
        addSiblings(object, repo, Sizes::Given, hashes);
    }
    if (call.target.isTrue(u"securityStatus") && repo.repo().id.type() == core::RepoType::Model)
        object.insert(u"securityRepoStatus"_s, scanOf(repo));
    const QStringList names = call.target.values(u"expand");
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

Answer tree(const RepoCall &call, const RepoIndex &repo)
{
    QString folder = call.target.joined(call.place.rest + 1);
    while (folder.endsWith(u'/'))
        folder.chop(1);
    const RepoIndex::Entry *entry = folder.isEmpty() ? nullptr : repo.find(folder);
    if (!folder.isEmpty() && (!entry || entry->file)) {
        return {problem(Surface::Api, 404, "EntryNotFound"_ba,
                        u"%1 does not exist on \"%2\""_s.arg(folder, call.word()))};
    }
    const auto entries =
        call.target.isTrue(u"recursive") ? repo.below(folder) : repo.childrenOf(folder);
    const bool isExpanded = call.target.isTrue(u"expand");
    const int most = isExpanded ? std::min(expandedPageSize, call.site.options.pageSize)
                                : call.site.options.pageSize;
    const auto page = pageOf(call.target, entries.size(), most);
    if (!page)
        return {problem(Surface::Api, 400, {}, u"Invalid cursor"_s)};
    const auto shown = entries.mid(page->begin, page->end - page->begin);
    const QList<File> unknown = unknownOf(shown);
    if (!unknown.isEmpty())
        return {{}, unknown};
    QJsonArray items;
    for (const RepoIndex::Entry *item : shown) {
        QJsonObject object = treeEntry(*item, hashesFor(call, repo));
        if (isExpanded) {
            object.insert(u"lastCommit"_s,
                          QJsonObject{{u"id"_s, repo.commit()},
                                      {u"title"_s, repo.lastCommit().title},
                                      {u"date"_s, isoTime(repo.lastCommit().date)}});
        }
        items.append(object);
    }
    Response response = json(items);
    setNextLink(response, call.site.endpoint, call.path, call.target.rawQuery, page->next);
    return {response};
}

Answer pathsInfo(const RepoCall &call, const RepoIndex &repo)
{
    QStringList paths;
    if (call.request.header("Content-Type").startsWith("application/json")) {
        const QJsonDocument document = QJsonDocument::fromJson(call.request.body);
        for (const QJsonValue path : document.object().value("paths"_L1).toArray())
            paths.append(path.toString());
    } else if (const auto form = parseForm(call.request.body)) {
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
        items.append(treeEntry(*entry, hashesFor(call, repo)));
    return {json(items)};
}

Answer authCheck(const RepoCall &call)
{
    if (call.word() == "write"_L1) {
        const auto refusal = call.visitor.writeRefusal();
        return {refusal ? *refusal : done()};
    }
    const auto gate = call.visitor.gate(call.head, Surface::Api);
    return {gate ? *gate : done()};
}

Answer repoAnswer(const RepoCall &call)
{
    for (const auto route : {likeAnswer, accessAnswer, commitAnswer, xetTokenAnswer, refAnswer}) {
        if (const auto answer = route(call))
            return *answer;
    }
    return readAnswer(call);
}

} // namespace

QJsonObject scanOf(const RepoIndex &repo)
{
    QJsonArray issues;
    for (const File &file : repo.repo().files) {
        if (file.path.endsWith(".pkl"_L1))
            issues.append(QJsonObject{{u"path"_s, file.path}, {u"level"_s, u"suspicious"_s}});
    }
    return {{u"scansDone"_s, true}, {u"filesWithIssues"_s, issues}};
}

Answer readAnswer(const RepoCall &call)
{
    const QString &action = call.place.action;
    const QByteArray &verb = call.request.verb;
    if (verb != "GET" && verb != "HEAD" && verb != "POST")
        return {problem(Surface::Api, 405, {}, u"Method not allowed"_s)};
    if ((verb == "POST") != (action == "paths-info"_L1))
        return pageNotFound();
    if (action.isEmpty())
        return info(call, call.head);
    if (action == "auth-check"_L1)
        return authCheck(call);
    if (action == "scan"_L1 && call.place.type == core::RepoType::Model)
        return {json(scanOf(call.head))};
    static const QStringList ofRevisions{u"revision"_s, u"tree"_s, u"paths-info"_s};
    if (!ofRevisions.contains(action))
        return pageNotFound();
    const IndexPointer state = call.site.at(call.head, call.word());
    if (!state)
        return {revisionNotFound(Surface::Api, call.word())};
    if (action == "revision"_L1)
        return info(call, *state);
    return action == "tree"_L1 ? tree(call, *state) : pathsInfo(call, *state);
}

Answer apiAnswer(const Call &call)
{
    const auto &[site, visitor, request, target, path] = call;
    if (const auto answer = peopleAnswer(call))
        return *answer;
    if (const auto answer = lifecycleAnswer(call))
        return *answer;
    const auto listed = typeOfPlural(target.segments.value(1));
    if (listed && target.segments.size() == 2 && request.verb != "POST") {
        return {visitor.isInvalid() ? invalidCredentials(Surface::Api)
                                    : listRepos(site, visitor, *listed, target, path)};
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
    return repoAnswer({call, *place, *repo});
}

} // namespace demo
