#include <QDateTime>
#include <QUrl>

#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

// /{prefix}{id}/resolve/{rev}/{path}
struct FilePlace {
    core::RepoType type = core::RepoType::Model;
    QString id;
    qsizetype resolveAt = 0; // index of "resolve"
    QString revision;
    QString path;
};

std::optional<FilePlace> placeOf(const Target &target)
{
    const QStringList &segments = target.segments;
    FilePlace place;
    qsizetype at = 0;
    const auto type = typeOfPlural(segments.constFirst());
    if (type && *type != core::RepoType::Model) {
        place.type = *type;
        at = 1;
    }
    for (const qsizetype length : {2, 1}) {
        if (segments.value(at + length) != "resolve"_L1 || segments.size() < at + length + 3)
            continue;
        place.id = segments.mid(at, length).join(u'/');
        place.resolveAt = at + length;
        place.revision = segments[at + length + 1];
        place.path = target.joined(at + length + 2);
        return place;
    }
    return std::nullopt;
}

QByteArray quoted(const QString &id)
{
    return '"' + id.toLatin1() + '"';
}

QByteArray renamed(const Site &site, const FilePlace &place, const Target &target,
                   const QString &newName)
{
    QByteArray location = site.options.prefix.toUtf8();
    if (place.type != core::RepoType::Model)
        location += '/' + core::typePlural(place.type).toLatin1();
    location += '/' + newName.toUtf8();
    for (qsizetype i = place.resolveAt; i < target.rawSegments.size(); ++i)
        location += '/' + target.rawSegments[i];
    return target.rawQuery.isEmpty() ? location : location + '?' + target.rawQuery;
}

void nameFile(Response &response, const QString &path)
{
    response.setHeader("Content-Disposition"_ba, disposition(path));
    response.setHeader("Content-Security-Policy"_ba, "default-src 'none'; sandbox"_ba);
}

Response gitFile(const Request &request, const RepoIndex &repo, const File &file)
{
    const QByteArray tag = quoted(contentId(file));
    Response response;
    if (request.header("If-None-Match") == tag) {
        response.status = 304;
    } else {
        response.setHeader("Content-Type"_ba, "text/plain; charset=utf-8"_ba);
        nameFile(response, file.path);
        serveRange(request, file.content, response);
    }
    response.setHeader("ETag"_ba, tag);
    response.setHeader("X-Repo-Commit"_ba, repo.commit().toLatin1());
    return response;
}

Response toCache(const Site &site, const RepoIndex &repo, const File &file,
                 const QByteArray &originalPath)
{
    const core::RepoId &id = repo.repo().id;
    const QByteArray location = site.options.prefix.toUtf8() + "/api/resolve-cache/"
        + core::typePlural(id.type()).toLatin1() + '/' + id.id().toUtf8() + '/'
        + repo.commit().toLatin1() + '/' + QUrl::toPercentEncoding(file.path) + '?'
        + originalPath.toPercentEncoding() + "=&etag=%22" + contentId(file).toLatin1() + "%22";
    Response response = redirect(307, location);
    nameFile(response, file.path);
    response.setHeader("Accept-Ranges"_ba, "bytes"_ba);
    response.setHeader("X-Repo-Commit"_ba, repo.commit().toLatin1());
    response.setHeader("X-Linked-Size"_ba, QByteArray::number(file.content->size()));
    response.setHeader("X-Linked-ETag"_ba, quoted(contentId(file)));
    return response;
}

Response toCdn(Site &site, const Request &request, const RepoIndex &repo, const File &file)
{
    const QByteArray path = site.publish(repo, file);
    const qint64 expires = QDateTime::currentSecsSinceEpoch() + site.options.linkSeconds;
    const QByteArray location = site.cdnOrigin.toLatin1() + path
        + "?response-content-disposition=" + disposition(file.path).toPercentEncoding()
        + "&user_id=public&" + site.signer.signedQuery(path, expires, request.header("Range"));
    Response response = redirect(302, location);
    response.setHeader("Cache-Control"_ba, "no-store"_ba);
    response.setHeader("Accept-Ranges"_ba, "bytes"_ba);
    response.setHeader("X-Repo-Commit"_ba, repo.commit().toLatin1());
    response.setHeader("X-Linked-Size"_ba, QByteArray::number(file.content->size()));
    response.setHeader("X-Linked-ETag"_ba, quoted(contentId(file)));
    return response;
}

Answer fileAnswer(Site &site, const Request &request, const RepoIndex &repo, const FilePlace &place,
                  const QByteArray &originalPath)
{
    const RepoIndex::Entry *entry = repo.find(place.path);
    if (!entry || !entry->file) {
        Response response = problem(Surface::Files, 404, "EntryNotFound"_ba, u"Entry not found"_s);
        response.setHeader("X-Repo-Commit"_ba, repo.commit().toLatin1());
        response.setHeader("Accept-Ranges"_ba, "bytes"_ba);
        return {response};
    }
    const File &file = *entry->file;
    if (!isKnown(file))
        return {{}, {file}};
    if (file.lfs)
        return {toCdn(site, request, repo, file)};
    const bool isOpen = repo.repo().access == Access::Open;
    return {isOpen ? toCache(site, repo, file, originalPath) : gitFile(request, repo, file)};
}

} // namespace

Answer resolveAnswer(Site &site, const Request &request, const Target &target,
                     const QByteArray &path)
{
    const auto place = placeOf(target);
    if (!place)
        return {text(404, "Not Found"_ba)};
    const Visitor visitor(site, request);
    const IndexPointer head = site.find(place->type, place->id);
    if (!head) {
        const QString newName = site.newName(place->type, place->id);
        if (!newName.isEmpty())
            return {redirect(307, renamed(site, *place, target, newName))};
    }
    if (const auto refusal = visitor.refusal(head.get(), Surface::Files))
        return {*refusal};
    // The gate comes before revision and path, so that it does not tell what exists; only the card
    // is for everyone.
    const bool isCard = place->path == "README.md"_L1;
    if (const auto gate = visitor.gate(*head, Surface::Files); gate && !isCard)
        return {*gate};
    if (visitor.isInvalid() && !head->isGated())
        return {invalidCredentials(Surface::Files)};
    const IndexPointer state = site.at(*head, place->revision);
    if (!state)
        return {revisionNotFound(Surface::Files, place->revision)};
    return fileAnswer(site, request, *state, *place, path);
}

Answer cacheAnswer(const Site &site, const Request &request, const Target &target)
{
    const QStringList &segments = target.segments;
    const auto type = typeOfPlural(segments.value(2));
    if (!type)
        return {text(404, "Not Found"_ba)};
    for (const qsizetype length : {2, 1}) {
        const QString commit = segments.value(3 + length);
        if (!core::isCommitId(commit))
            continue;
        const IndexPointer head = site.find(*type, segments.mid(3, length).join(u'/'));
        const Visitor visitor(site, request);
        if (const auto refusal = visitor.refusal(head.get(), Surface::Files))
            return {*refusal};
        if (const auto gate = visitor.gate(*head, Surface::Files))
            return {*gate};
        const IndexPointer state = site.at(*head, commit);
        const RepoIndex::Entry *entry = state ? state->find(target.joined(4 + length)) : nullptr;
        if (!entry || !entry->file || entry->file->lfs)
            break;
        if (!isKnown(*entry->file))
            return {{}, {*entry->file}};
        return {gitFile(request, *state, *entry->file)};
    }
    return {problem(Surface::Files, 404, "EntryNotFound"_ba, u"Entry not found"_s)};
}

Response cdnResponse(const Site &site, const Request &request, const Target &target)
{
    const File *file = site.published(target.rawPath);
    if (!file)
        return text(404, "Not found"_ba);
    const QByteArray refusal =
        site.signer.refusal(target.rawPath, target.rawQuery, QDateTime::currentSecsSinceEpoch(),
                            request.header("Range"));
    if (!refusal.isEmpty()) {
        Response response = text(403, "Auth failed: " + refusal);
        response.setHeader("X-Cache"_ba, "Error from cloudfront"_ba);
        return response;
    }
    Response response;
    response.setHeader("Content-Type"_ba, "application/octet-stream"_ba);
    response.setHeader("Content-Disposition"_ba, disposition(file->path));
    response.setHeader("Cache-Control"_ba, "public, max-age=31536000"_ba);
    response.setHeader("ETag"_ba, quoted(cdnId(*file)));
    serveRange(request, file->content, response);
    response.bytesPerSecond = site.options.bytesPerSecond;
    return response;
}

} // namespace demo
