#include <QDateTime>
#include <QJsonArray>

#include "demo/commitbody.h"
#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

// What a new repo holds from the start, as on the Hub.
const QByteArray &firstAttributes()
{
    static const QByteArray text = "*.bin filter=lfs diff=lfs merge=lfs -text\n"
                                   "*.gguf filter=lfs diff=lfs merge=lfs -text\n"
                                   "*.parquet filter=lfs diff=lfs merge=lfs -text\n"
                                   "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"_ba;
    return text;
}

Response bad(const QString &message)
{
    return problem(Surface::Api, 400, {}, message);
}

QString urlOf(const Site &site, const core::RepoId &id)
{
    return site.endpoint + u'/' + id.display();
}

// The id that name, organization and type of a body mean; nullopt: none that the Hub takes.
std::optional<core::RepoId> idIn(const Call &call, const QJsonObject &body)
{
    const QString typeText = body.value("type"_L1).toString(u"model"_s);
    const auto type = typeOfName(typeText);
    const QString owner = body.value("organization"_L1).toString(call.visitor.user());
    const QString name = body.value("name"_L1).toString();
    if (!type || name.isEmpty() || owner.isEmpty() || name.contains(u'/'))
        return std::nullopt;
    const auto id = core::RepoId::make(*type, owner + u'/' + name);
    return id ? std::optional(*id) : std::nullopt;
}

// nullopt: a word that is not a visibility of such a repo.
std::optional<Access> accessIn(const QJsonObject &body, core::RepoType type)
{
    const bool isPrivate = body.value("private"_L1).toBool();
    const QString word =
        body.value("visibility"_L1).toString(isPrivate ? u"private"_s : u"public"_s);
    if (word == "private"_L1)
        return Access::Private;
    const bool isProtected = word == "protected"_L1 && type == core::RepoType::Space;
    return word == "public"_L1 || isProtected ? std::optional(Access::Open) : std::nullopt;
}

Response conflict(const QString &message, const QString &url)
{
    Response response = problem(Surface::Api, 409, {}, message);
    const Response body = json(QJsonObject{{u"error"_s, message}, {u"url"_s, url}});
    response.body = body.body;
    return response;
}

// What a repo begins with: what the Hub puts there, and what its maker sends along.
core::Result<QList<File>> firstFiles(const QJsonObject &body)
{
    QHash<QString, File> files;
    const auto add = [&files](const QString &path, const QByteArray &bytes) {
        files.insert(path, {path, Content::fromBytes(bytes), false});
    };
    add(u".gitattributes"_s, firstAttributes());
    const QJsonArray sent = body.value("files"_L1).toArray();
    for (const QJsonValue &value : sent) {
        const auto addition = fileAddition(value.toObject());
        if (!addition)
            return core::Unexpected(addition.error());
        if (addition->kind != Operation::Kind::AddFile)
            return core::fail(core::ErrorKind::BadRequest,
                              u"A new repo takes regular files only"_s);
        add(addition->path, addition->content);
    }
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        for (QString above = it.key(); above.contains(u'/');) {
            above.truncate(above.lastIndexOf(u'/'));
            if (files.contains(above))
                return core::fail(core::ErrorKind::BadRequest,
                                  u"%1 is a file and a folder"_s.arg(above));
        }
    }
    return files.values();
}

Response createRepo(const Call &call, const QJsonObject &body)
{
    const auto id = idIn(call, body);
    if (!id)
        return bad(u"Invalid name, organization or type"_s);
    const auto access = accessIn(body, id->type());
    if (!access)
        return bad(u"Invalid visibility"_s);
    if (id->type() == core::RepoType::Space && body.value("sdk"_L1).toString().isEmpty())
        return bad(u"A Space needs an sdk"_s);
    if (const HubRepo *kept = call.site.read(*id)) {
        return conflict(u"You already created this %1 repo"_s.arg(core::typeName(id->type())),
                        urlOf(call.site, kept->about.id));
    }
    const auto files = firstFiles(body);
    if (!files)
        return bad(files.error().detail);
    Repo about;
    about.id = *id;
    about.access = *access;
    about.allowedTokens = call.site.options.writeTokens; // all of them speak for the maker
    about.license = body.value("license"_L1).toString();
    about.createdAt = QDateTime::currentDateTimeUtc();
    Commit first;
    first.title = u"initial commit"_s;
    first.author = call.visitor.user();
    first.date = about.createdAt;
    first.tree = std::make_shared<const FileTree>(*files);
    const HubRepo *made = call.site.create(about, std::move(first));
    if (!made)
        return problem(Surface::Api, 429, {}, u"You have created too many repos"_s);
    return json(QJsonObject{
        {u"url"_s, urlOf(call.site, *id)}, {u"name"_s, id->id()}, {u"id"_s, made->databaseId}});
}

Response deleteRepo(const Call &call, const QJsonObject &body)
{
    const auto id = idIn(call, body);
    if (!id)
        return bad(u"Invalid name, organization or type"_s);
    const IndexPointer repo = call.site.find(id->type(), id->id());
    if (const auto refusal = call.visitor.refusal(repo.get(), Surface::Api))
        return *refusal;
    call.site.remove(*id);
    return done();
}

Response moveRepo(const Call &call, const QJsonObject &body)
{
    const auto type = typeOfName(body.value("type"_L1).toString(u"model"_s));
    if (!type)
        return bad(u"Invalid type"_s);
    const auto from = core::RepoId::make(*type, body.value("fromRepo"_L1).toString());
    const auto to = core::RepoId::make(*type, body.value("toRepo"_L1).toString());
    if (!from || !to || from->owner().isEmpty() || to->owner().isEmpty())
        return bad(u"fromRepo and toRepo must be full names"_s);
    const IndexPointer repo = call.site.find(*type, from->id());
    if (const auto refusal = call.visitor.refusal(repo.get(), Surface::Api))
        return *refusal;
    if (call.site.read(*to)) {
        return problem(
            Surface::Api, 409, {},
            u"A %1 repository called %2 already exists"_s.arg(core::typeName(*type), to->id()));
    }
    if (!call.site.move(*from, *to))
        return problem(Surface::Api, 429, {}, u"Too many repos have been renamed"_s);
    return done();
}

// The demo Hub does not read YAML: every card is fine.
Response validateYaml(const Call &call)
{
    const auto body = jsonBody(call.request);
    if (!body || !body->value("content"_L1).isString())
        return badJson();
    return json(QJsonObject{{u"errors"_s, QJsonArray()}, {u"warnings"_s, QJsonArray()}});
}

} // namespace

std::optional<Answer> lifecycleAnswer(const Call &call)
{
    using Route = Response (*)(const Call &, const QJsonObject &);
    static const QHash<QByteArray, Route> routes{{"POST /api/repos/create"_ba, createRepo},
                                                 {"DELETE /api/repos/delete"_ba, deleteRepo},
                                                 {"POST /api/repos/move"_ba, moveRepo}};
    const QByteArray asked = call.request.verb + ' ' + call.path;
    if (asked == "POST /api/validate-yaml")
        return Answer{validateYaml(call)};
    const Route route = routes.value(asked);
    if (!route)
        return std::nullopt;
    if (const auto refusal = call.visitor.writeRefusal())
        return Answer{*refusal};
    const auto body = jsonBody(call.request);
    return Answer{body ? route(call, *body) : badJson()};
}

} // namespace demo
