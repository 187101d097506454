#pragma once

#include <QString>
#include <QUrl>

#include <optional>

#include "core/ids.h"
#include "core/result.h"
#include "hub/types.h"

namespace hub {

// The configured Hub, path prefix kept, and the only place where its URLs are built. Segments are
// percent-encoded as the reference client does: revisions with nothing safe (refs/pr/1 becomes
// refs%2Fpr%2F1), file paths with only '/' safe (hub-api.md 7.1). Where a part would be "." or ".."
// the URL is empty: nothing encodes them, and they would lead to something else.
// Immutable value; any thread.
class Endpoint {
public:
    Endpoint(); // the public Hub
    // http or https, no user info, query or fragment. Error BadInput.
    static core::Result<Endpoint> make(const QString &url);

    QString text() const; // without trailing slash
    QString prefix() const; // "" or "/prefix"

    // Scheme, host and port are those of the endpoint: a token may be sent there.
    bool isSameOrigin(const QUrl &url) const;
    // Which budget a request to that address uses up (hub-api.md 3.2); none of other hosts.
    std::optional<Bucket> bucketOf(const QUrl &url) const;

    // "/api/…" below this endpoint, percent-encoded by the caller. Empty with a "." or "..".
    QUrl url(const QByteArray &encodedPath) const;
    // The same address with these added to its query, names and values encoded, in this order.
    static QUrl with(const QUrl &url, const Parameters &parameters);

    QUrl search(const SearchQuery &query) const; // 5.1
    QUrl trending(std::optional<core::RepoType> type, int most) const; // 5.6
    QUrl info(const core::RepoId &repo, const QString &revision) const; // 6.1
    QUrl tree(const core::RepoId &repo, const QString &revision) const; // 6.2, recursive
    QUrl pathsInfo(const core::RepoId &repo, const QString &revision) const; // 6.3
    QUrl refs(const core::RepoId &repo) const; // 6.4, pull requests included
    QUrl commits(const core::RepoId &repo, const QString &revision, int page, int size) const;
    QUrl security(const core::RepoId &repo) const; // 6.1, securityStatus
    QUrl authCheck(const core::RepoId &repo) const; // 6.6
    QUrl resolve(const core::RepoId &repo, const QString &revision, const QString &path) const;
    QUrl whoami() const; // 1.6
    QUrl likesOf(const QString &user) const; // 5.6
    QUrl likers(const core::RepoId &repo) const; // 5.6
    QUrl webPage(const core::RepoId &repo) const;

    QUrl createRepo() const; // 8.1
    QUrl deleteRepo() const;
    QUrl moveRepo() const;
    QUrl settings(const core::RepoId &repo) const;
    enum class Target { Revision, PullRequest }; // where a commit goes
    QUrl preupload(const core::RepoId &repo, const QString &revision, Target target) const; // 8.2
    QUrl commit(const core::RepoId &repo, const QString &revision, Target target) const;
    QUrl branch(const core::RepoId &repo, const QString &branch) const; // 8.3
    QUrl tag(const core::RepoId &repo, const QString &tagOrRevision) const;
    QUrl like(const core::RepoId &repo) const; // 8.5
    QUrl askAccess(const core::RepoId &repo) const; // 8.6

    // A "next" link of a listing, sent as is below this endpoint; a link to another host, or to our
    // own without the path prefix (mirrors often pass on the public Hub's), is moved to this
    // endpoint, path prefix included, which no link gets twice. asked: what it came in answer to;
    // tells how to read a link where the Hub's own paths begin like the prefix (https://x/api).
    QUrl rebase(const QUrl &link, const QUrl &asked = {}) const;

    bool operator==(const Endpoint &) const = default;

private:
    QUrl ofRepo(const core::RepoId &repo, const QByteArray &rest) const; // below /api

    QUrl m_base;
};

} // namespace hub
