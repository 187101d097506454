#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>

#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype mostObjects = 256; // of one call
constexpr qint64 largestObject = 64 * 1024 * 1024; // what HttpConnection takes

// What this endpoint answers, and how it refuses.
Response lfsJson(const QJsonObject &object)
{
    Response response = json(object);
    response.setHeader("Content-Type"_ba, "application/vnd.git-lfs+json"_ba);
    return response;
}

Response lfsProblem(const Response &like)
{
    const QJsonObject error = QJsonDocument::fromJson(like.body).object();
    Response response = lfsJson({{u"message"_s, error.value("error"_L1)}});
    Response result = like;
    result.body = response.body;
    result.setHeader("Content-Type"_ba, "application/vnd.git-lfs+json"_ba);
    return result;
}

Response lfsProblem(int status, const QString &message)
{
    return lfsProblem(problem(Surface::Api, status, {}, message));
}

struct Object {
    QString oid;
    qint64 size = -1;

    bool isGood() const
    {
        const auto id = core::ContentId::make(oid);
        return id && id->kind == core::ContentId::Kind::Sha256 && id->text == oid && size >= 0;
    }
};

Object objectIn(const QJsonObject &json)
{
    return {json.value("oid"_L1).toString(), json.value("size"_L1).toInteger(-1)};
}

QByteArray uploadPath(const HubRepo &repo, const Object &object)
{
    return "/demo-upload/" + repo.databaseId.toLatin1() + '/' + object.oid.toLatin1() + '/'
        + QByteArray::number(object.size);
}

QJsonObject actionsFor(const Site &site, const HubRepo &repo, const Object &object)
{
    const QByteArray path = uploadPath(repo, object);
    const qint64 expires = QDateTime::currentSecsSinceEpoch() + site.options.linkSeconds;
    const QString href = site.cdnOrigin
        + QString::fromLatin1(path + '?' + site.signer.signedQuery(path, expires, {}));
    const QString verify =
        u"%1/%2.git/info/lfs/objects/verify"_s.arg(site.endpoint, repo.about.id.display());
    return {{u"upload"_s,
             QJsonObject{{u"href"_s, href},
                         {u"header"_s, QJsonObject()},
                         {u"expires_in"_s, site.options.linkSeconds}}},
            {u"verify"_s, QJsonObject{{u"href"_s, verify}, {u"header"_s, QJsonObject()}}}};
}

QJsonObject errorFor(int code, const QString &message)
{
    return {{u"code"_s, code}, {u"message"_s, message}};
}

QJsonObject batchItem(const Site &site, const HubRepo &repo, const Object &object)
{
    QJsonObject item{{u"oid"_s, object.oid}, {u"size"_s, object.size}, {u"authenticated"_s, true}};
    if (!object.isGood()) {
        item.insert(u"error"_s, errorFor(422, u"Invalid oid or size"_s));
    } else if (const auto present = repo.object(object.oid)) {
        if (present->size() != object.size)
            item.insert(u"error"_s, errorFor(422, u"The object has another size"_s));
    } else if (object.size > largestObject) {
        item.insert(u"error"_s, errorFor(413, u"The demo Hub takes objects up to 64 MiB"_s));
    } else if (!site.hasRoom(object.size)) {
        item.insert(u"error"_s, errorFor(507, u"The demo Hub is full"_s));
    } else {
        item.insert(u"actions"_s, actionsFor(site, repo, object));
    }
    return item;
}

Response batch(const Call &call, const HubRepo &repo)
{
    const auto body = jsonBody(call.request);
    if (!body || !body->value("objects"_L1).isArray())
        return lfsProblem(badJson());
    // Without a ref it is for a pull request, which any known user may open.
    const auto refusal =
        body->contains("ref"_L1) ? call.visitor.writeRefusal() : call.visitor.unknownRefusal();
    if (refusal)
        return lfsProblem(*refusal);
    const QJsonArray transfers = body->value("transfers"_L1).toArray();
    const QString algorithm = body->value("hash_algo"_L1).toString(u"sha256"_s);
    if (body->value("operation"_L1).toString() != "upload"_L1)
        return lfsProblem(400, u"Only the operation upload is offered"_s);
    if (!transfers.isEmpty() && !transfers.contains(u"basic"_s))
        return lfsProblem(400, u"Only the transfer basic is offered"_s);
    if (algorithm != "sha256"_L1 && algorithm != "sha_256"_L1)
        return lfsProblem(400, u"Only sha256 is offered"_s);
    const QJsonArray objects = body->value("objects"_L1).toArray();
    if (objects.size() > mostObjects)
        return lfsProblem(413, u"Too many objects: at most 256 in one call"_s);
    QJsonArray items;
    for (const QJsonValue object : objects)
        items.append(batchItem(call.site, repo, objectIn(object.toObject())));
    return lfsJson({{u"transfer"_s, u"basic"_s}, {u"objects"_s, items}});
}

Response verify(const Call &call, const HubRepo &repo)
{
    if (const auto refusal = call.visitor.unknownRefusal())
        return lfsProblem(*refusal);
    const auto body = jsonBody(call.request);
    const Object object = objectIn(body.value_or(QJsonObject()));
    if (!object.isGood())
        return lfsProblem(400, u"Invalid oid or size"_s);
    const auto content = repo.object(object.oid);
    if (!content || content->size() != object.size)
        return lfsProblem(404, u"Object not found"_s);
    return lfsJson({});
}

} // namespace

Response storeObject(Site &site, const QString &databaseId, const QString &sha256,
                     const std::shared_ptr<Content> &content)
{
    if (content->sha256() != sha256)
        return text(400, "BadDigest"_ba);
    HubRepo *repo = site.withDatabaseId(databaseId);
    if (!repo) // deleted in the meantime
        return text(404, "NoSuchBucket"_ba);
    if (!repo->objects.contains(sha256)) {
        if (!site.charge(*repo, content->size()))
            return text(507, "The demo Hub is full"_ba);
        repo->objects.insert(sha256, content);
    }
    Response response;
    response.setHeader("ETag"_ba, '"' + content->gitSha1().toLatin1() + '"');
    return response;
}

std::optional<Answer> lfsAnswer(const Call &call)
{
    const QStringList &segments = call.target.segments;
    const qsizetype length = segments.size() - 4; // …/info/lfs/objects/{batch,verify}
    const QString tail = segments.mid(std::max<qsizetype>(length, 0)).join(u'/');
    const bool isBatch = tail == "info/lfs/objects/batch"_L1;
    if (length < 1 || call.request.verb != "POST"
        || (!isBatch && tail != "info/lfs/objects/verify"_L1)
        || !segments[length - 1].endsWith(".git"_L1))
        return std::nullopt;
    const auto plural = typeOfPlural(segments.constFirst());
    const bool hasPrefix = plural && *plural != core::RepoType::Model;
    const auto type = hasPrefix ? *plural : core::RepoType::Model;
    const qsizetype begin = hasPrefix ? 1 : 0;
    const QString id = segments.mid(begin, length - begin).join(u'/').chopped(4);
    const IndexPointer head = call.site.find(type, id);
    if (const auto refusal = call.visitor.refusal(head.get(), Surface::Api))
        return Answer{lfsProblem(*refusal)};
    const HubRepo &repo = *call.site.read(head->repo().id);
    return Answer{isBatch ? batch(call, repo) : verify(call, repo)};
}

Answer uploadAnswer(Site &site, const Request &request, const Target &target)
{
    const QStringList &segments = target.segments;
    if (segments.size() != 4 || segments[0] != "demo-upload"_L1)
        return {text(404, "Not found"_ba)};
    const QByteArray refusal = site.signer.refusal(target.rawPath, target.rawQuery,
                                                   QDateTime::currentSecsSinceEpoch(), {});
    if (!refusal.isEmpty())
        return {text(403, "Auth failed: " + refusal)};
    // A storage that is given a signed link and a token too takes neither.
    if (!request.header("Authorization").isEmpty())
        return {text(400, "InvalidArgument: Only one auth mechanism allowed"_ba)};
    const Object object{segments[2], segments[3].toLongLong()};
    if (request.body.isEmpty())
        return {text(501, "NotImplemented: empty object"_ba)};
    if (request.body.size() != object.size)
        return {text(400, "IncompleteBody"_ba)};
    const auto content = Content::fromBytes(request.body);
    // Both ids: the first is checked, the second names the content in commits.
    return {{},
            {{u"object"_s, content, true}, {u"object"_s, content, false}},
            {},
            [&site, content, object, databaseId = segments[1]] {
                return storeObject(site, databaseId, object.oid, content);
            }};
}

} // namespace demo
