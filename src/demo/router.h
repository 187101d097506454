#pragma once

#include "demo/ratewindow.h"
#include "demo/visitor.h"

namespace demo {

// What a route has to say. When `unknown` holds files, their ids have to be computed first (off
// this thread); the response is then of no use and the same request is to be asked again.
struct Answer {
    Response response;
    QList<File> unknown = {};
    QList<File> soon = {}; // ids that the next request will want
};

// Finds the route of a request. Owned by DemoHub, used on its thread only.
class Router {
public:
    explicit Router(Site &site);

    // nullopt: there is something left of the quota. Counts the request; once per request.
    std::optional<Response> admit(const Request &request, std::chrono::seconds now);
    Answer answer(const Request &request);
    // Headers that every answer of the Hub origin carries.
    void finish(const Request &request, std::chrono::seconds now, Response &response);

private:
    Answer hubAnswer(const Request &request, const Target &target, const QByteArray &path) const;

    Site &m_site;
    RateWindow m_windows;
};

// GET /api/{type}s/{id}…, POST …/paths-info and /api/whoami-v2. segments: below the prefix.
Answer apiAnswer(const Site &site, const Request &request, const Target &target,
                 const QByteArray &path);

// /{prefix}{id}/resolve/{rev}/{path}
Answer resolveAnswer(Site &site, const Request &request, const Target &target,
                     const QByteArray &path);
// /api/resolve-cache/{type}s/{id}/{commit}/{path}
Answer cacheAnswer(const Site &site, const Request &request, const Target &target);
// Any request to the CDN origin.
Response cdnResponse(const Site &site, const Request &request);

// "models" → Model; nullopt for other words.
std::optional<core::RepoType> typeOfPlural(QStringView plural);

} // namespace demo
