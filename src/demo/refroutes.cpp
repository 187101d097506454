#include <QDateTime>
#include <QJsonArray>

#include <algorithm>

#include "demo/listing.h"
#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype usualCommits = 50; // of one page
constexpr qsizetype mostCommits = 1000;
constexpr qsizetype mostRefs = 1000; // of one repo

Response refs(const RepoCall &call)
{
    QJsonArray branches;
    QJsonArray converts;
    QJsonArray tags;
    QJsonArray pulls;
    for (const History::Ref &ref : call.repo().history.refs()) {
        const QJsonObject object{{u"name"_s, ref.name.section(u'/', 2)},
                                 {u"ref"_s, ref.name},
                                 {u"targetCommit"_s, ref.commit->id}};
        if (ref.name.startsWith("refs/pr/"_L1))
            pulls.append(object);
        else if (ref.name.startsWith("refs/convert/"_L1))
            converts.append(object);
        else if (ref.name.startsWith("refs/tags/"_L1))
            tags.append(object);
        else
            branches.append(object);
    }
    QJsonObject object{{u"branches"_s, branches}, {u"converts"_s, converts}, {u"tags"_s, tags}};
    if (call.target.isTrue(u"include_prs"))
        object.insert(u"pullRequests"_s, pulls);
    return json(object);
}

QJsonObject commitItem(const Commit &commit, bool isFormatted)
{
    const QJsonObject author{{u"user"_s, commit.author}, {u"avatar"_s, QString()}};
    QJsonObject item{{u"id"_s, commit.id},
                     {u"title"_s, commit.title},
                     {u"message"_s, commit.message},
                     {u"authors"_s, QJsonArray{author}},
                     {u"date"_s, isoTime(commit.date)}};
    if (isFormatted) {
        item.insert(u"formatted"_s,
                    QJsonObject{{u"title"_s, commit.title.toHtmlEscaped()},
                                {u"message"_s, commit.message.toHtmlEscaped()}});
    }
    return item;
}

Response commits(const RepoCall &call)
{
    const History &history = call.repo().history;
    const CommitPointer from = history.at(call.word());
    if (!from)
        return revisionNotFound(Surface::Api, call.word());
    const QList<CommitPointer> log = history.log(from);
    const int asked = call.target.value(u"limit").toInt();
    const qsizetype limit = asked > 0 ? std::min<qsizetype>(asked, mostCommits) : usualCommits;
    const qsizetype page = std::clamp(call.target.value(u"p").toInt(), 0, 1'000'000);
    const bool isFormatted = call.target.values(u"expand").contains(u"formatted"_s);
    const qsizetype end = std::min((page + 1) * limit, log.size());
    QJsonArray items;
    for (qsizetype i = page * limit; i < end; ++i)
        items.append(commitItem(*log[i], isFormatted));
    Response response = json(items);
    response.setHeader("X-Total-Count"_ba, QByteArray::number(log.size()));
    if (end < log.size() && !items.isEmpty()) {
        setNextLink(response, call.site.endpoint, call.path, call.target.rawQuery,
                    QByteArray::number(page + 1), "p"_ba);
    }
    return response;
}

bool isRefName(const QString &name)
{
    return core::checkRevision(name) && !name.startsWith("refs/"_L1) && name != "HEAD"_L1
        && !core::isCommitId(name);
}

Response taken(const QString &ref)
{
    return problem(Surface::Api, 409, {}, u"Reference %1 already exists"_s.arg(ref));
}

Response tooMany()
{
    return problem(Surface::Api, 429, {}, u"Too many branches and tags"_s);
}

// A branch that begins with nothing, not even files.
CommitPointer emptyCommit(const RepoCall &call)
{
    return call.repo().history.add({{},
                                    {},
                                    u"Initial commit"_s,
                                    {},
                                    call.visitor.user(),
                                    QDateTime::currentDateTimeUtc(),
                                    std::make_shared<const FileTree>(QList<File>())});
}

Response makeBranch(const RepoCall &call)
{
    const QString name = call.target.joined(call.place.rest);
    const auto body = jsonBody(call.request);
    if (!body)
        return badJson();
    if (!isRefName(name))
        return problem(Surface::Api, 400, {}, u"Invalid reference for a branch"_s);
    History &history = call.repo().history;
    const QString ref = "refs/heads/"_L1 + name;
    if (history.ref(ref) && !body->value("overwrite"_L1).toBool())
        return taken(ref);
    if (history.refs().size() >= mostRefs)
        return tooMany();
    const QString from = body->value("startingPoint"_L1).toString(u"HEAD"_s);
    const CommitPointer start = history.at(from);
    if (!start)
        return revisionNotFound(Surface::Api, from);
    const CommitPointer commit = body->value("emptyBranch"_L1).toBool() ? emptyCommit(call) : start;
    if (!commit)
        return tooMany();
    history.setRef(ref, commit);
    return done();
}

Response removeBranch(const RepoCall &call)
{
    const QString name = call.target.joined(call.place.rest);
    History &history = call.repo().history;
    const QString ref = "refs/heads/"_L1 + name;
    if (!history.ref(ref))
        return revisionNotFound(Surface::Api, name);
    if (name == "main"_L1)
        return problem(Surface::Api, 403, {}, u"Cannot delete %1"_s.arg(ref));
    history.removeRef(ref);
    return done();
}

Response makeTag(const RepoCall &call)
{
    const auto body = jsonBody(call.request);
    if (!body)
        return badJson();
    const QString name = body->value("tag"_L1).toString();
    if (!isRefName(name))
        return problem(Surface::Api, 400, {}, u"Invalid reference for a tag"_s);
    History &history = call.repo().history;
    const CommitPointer commit = history.at(call.word());
    if (!commit)
        return revisionNotFound(Surface::Api, call.word());
    const QString ref = "refs/tags/"_L1 + name;
    if (history.ref(ref))
        return taken(ref);
    if (history.refs().size() >= mostRefs)
        return tooMany();
    history.setRef(ref, commit);
    return done();
}

Response removeTag(const RepoCall &call)
{
    const QString name = call.target.joined(call.place.rest);
    const QString ref = "refs/tags/"_L1 + name;
    if (!call.repo().history.ref(ref))
        return revisionNotFound(Surface::Api, name);
    call.repo().history.removeRef(ref);
    return done();
}

} // namespace

std::optional<Answer> refAnswer(const RepoCall &call)
{
    const QByteArray &verb = call.request.verb;
    const bool isRead = verb == "GET" || verb == "HEAD";
    if (isRead && call.place.action == "refs"_L1)
        return Answer{refs(call)};
    if (isRead && call.place.action == "commits"_L1)
        return Answer{commits(call)};
    using Route = Response (*)(const RepoCall &);
    static const QHash<QByteArray, Route> routes{{"POST branch"_ba, makeBranch},
                                                 {"DELETE branch"_ba, removeBranch},
                                                 {"POST tag"_ba, makeTag},
                                                 {"DELETE tag"_ba, removeTag}};
    const Route route = routes.value(verb + ' ' + call.place.action.toLatin1());
    if (!route)
        return std::nullopt;
    const auto refusal = call.visitor.writeRefusal();
    return Answer{refusal ? *refusal : route(call)};
}

} // namespace demo
