#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QDateTime>

#include "core/result.h"
#include "hub/http.h"
#include "hub/types.h"

namespace hub {

// From bytes to structs. Pure, any thread; every input may be hostile. Error Protocol when the
// shape is not the Hub's, saying what came instead; single odd fields are ignored, and what has no
// usable id, path or name is left out. Of two equal keys the last counts. Numbers in parentheses
// are sections of hub-api.md.

// GET /api/models and its like (5.4, 5.5).
core::Result<QList<RepoSummary>> parseRepoList(core::RepoType type, const QByteArray &json);
// GET /api/models/ID[/revision/REV] (6.1).
core::Result<RepoInfo> parseRepoInfo(core::RepoType type, const QByteArray &json);
// GET /api/trending: models, datasets and spaces mixed (5.6).
core::Result<QList<RepoSummary>> parseTrending(const QByteArray &json);
// GET /api/models-tags-by-type (5.6); in the order of the types' names.
core::Result<QList<Tag>> parseTagsByType(const QByteArray &json);
// GET …/scan, and the repo's information asked for with securityStatus=true (6.1, 6.6).
core::Result<SecurityStatus> parseSecurity(const QByteArray &json);

// GET …/tree/REV (6.2) and POST …/paths-info/REV (6.3).
core::Result<TreePage> parseTree(const QByteArray &json);
// GET …/refs (6.4).
core::Result<RefList> parseRefs(const QByteArray &json);
// GET …/commits/REV (6.5).
core::Result<QList<CommitInfo>> parseCommits(const QByteArray &json);

// GET /api/whoami-v2 (1.6).
core::Result<Account> parseAccount(const QByteArray &json);
// GET …/likers, /api/organizations/ORG/members (5.6).
core::Result<QList<User>> parseUsers(const QByteArray &json);
// GET /api/users/USER/likes (5.6).
core::Result<QList<LikedRepo>> parseLikes(const QByteArray &json);

// POST /api/repos/create; the body of a 409 that names the repo too (8.1).
core::Result<CreatedRepo> parseCreated(const QByteArray &json);
// POST …/preupload/REV (8.2). Protocol when a file is to be uploaded in a way nobody knows.
core::Result<QList<UploadMode>> parsePreupload(const QByteArray &json);
// POST …/commit/REV (8.2). Protocol without the id of the commit.
core::Result<CommitResult> parseCommitResult(const QByteArray &json);

// The target of rel="next" of the Link headers, not decoded; empty when there is none. Relative
// targets are resolved against base (4.1). Protocol when there is one that cannot be asked for, so
// that the beginning of a listing is not taken for all of it.
core::Result<QUrl> parseNextLink(const HeaderList &headers, const QUrl &base);

// What RateLimit calls a bucket (3.1); nothing for one that we do not know.
std::optional<Bucket> bucketNamed(const QString &name);

// RateLimit and RateLimit-Policy; nothing when absent, odd, or when Age is above 0 (3.1).
std::optional<RateInfo> parseRate(const HeaderList &headers);

// "Wed, 25 Nov 2026 12:00:00 GMT" or one of the two older forms (RFC 9110, 5.6.7); nothing for any
// other.
std::optional<QDateTime> parseHttpDate(QByteArrayView value);

// "bytes a-b/total"; nothing when it contradicts itself (7.5).
std::optional<ContentRange> parseContentRange(QByteArrayView value);

// The words of an error body: JSON error text or list, errors[].message, plain text; HTML is
// ignored. At most 1,000 characters (2.5).
QString parseErrorBody(const QByteArray &body, QByteArrayView contentType);

} // namespace hub
