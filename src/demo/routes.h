#pragma once

#include "demo/call.h"

namespace demo {

// The routes of the Hub origin, by what they are about; Router finds the right one. nullopt: the
// address is none of theirs.

// repos/create, repos/delete, repos/move, validate-yaml
std::optional<Answer> lifecycleAnswer(const Call &call);
// whoami-v2, trending, users/{name}/likes
std::optional<Answer> peopleAnswer(const Call &call);
// POST and DELETE like; GET likers
std::optional<Answer> likeAnswer(const RepoCall &call);
// PUT settings; POST user-access-request/cancel
std::optional<Answer> accessAnswer(const RepoCall &call);
// POST preupload and commit
std::optional<Answer> commitAnswer(const RepoCall &call);
// Why the visitor may not commit as the call asks; anybody known may propose, writers may change.
std::optional<Response> commitRefusal(const RepoCall &call);
// GET xet-write-token
std::optional<Answer> xetTokenAnswer(const RepoCall &call);
// POST and DELETE branch and tag; GET refs and commits
std::optional<Answer> refAnswer(const RepoCall &call);
// Info, tree, paths-info, auth-check, scan
Answer readAnswer(const RepoCall &call);

// POST /{prefix}{id}.git/info/lfs/objects/batch and …/verify
std::optional<Answer> lfsAnswer(const Call &call);
// POST /{prefix}{id}/ask-access
std::optional<Answer> askAccessAnswer(const Call &call);
// PUT of an LFS object to the CDN origin.
Answer uploadAnswer(Site &site, const Request &request, const Target &target);

// POST of a xorb or a shard to the CDN origin.
Answer xetUploadAnswer(Site &site, const Request &request, const Target &target);
// Keeps an LFS object whose bytes are the ones its name promises; what a storage says to that. Its
// ids are known.
Response storeObject(Site &site, const QString &databaseId, const QString &sha256,
                     const std::shared_ptr<Content> &content);

// GET /api/{type}s/{id}…, and what else there is below /api.
Answer apiAnswer(const Call &call);
// /{prefix}{id}/resolve/{rev}/{path}
Answer resolveAnswer(Site &site, const Request &request, const Target &target,
                     const QByteArray &path);
// /api/resolve-cache/{type}s/{id}/{commit}/{path}
Answer cacheAnswer(const Site &site, const Request &request, const Target &target);
// GET and HEAD of the CDN origin.
Response cdnResponse(const Site &site, const Request &request, const Target &target);

// securityRepoStatus of the Hub: which files look dangerous.
QJsonObject scanOf(const RepoIndex &repo);

} // namespace demo
