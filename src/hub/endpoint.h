#pragma once

#include <QString>
#include <QUrl>

#include "core/ids.h"
#include "core/result.h"
#include "hub/types.h"

namespace hub {

// The configured Hub, path prefix kept, and the only place where its URLs are built. Segments are
// percent-encoded as the reference client does: revisions with nothing safe (refs/pr/1 becomes
// refs%2Fpr%2F1), file paths with only '/' safe (hub-api.md 7.1).
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

    QUrl search(const SearchQuery &query) const;
    QUrl info(const core::RepoId &repo, const QString &revision) const;
    QUrl tree(const core::RepoId &repo, const QString &revision) const; // recursive
    QUrl resolve(const core::RepoId &repo, const QString &revision, const QString &path) const;
    QUrl whoami() const;
    QUrl webPage(const core::RepoId &repo) const;

    // A "next" link of a listing, sent as is below this endpoint; a link to another host, or to our
    // own without the path prefix (mirrors often pass on the public Hub's), is moved to this
    // endpoint, path prefix included.
    QUrl rebase(const QUrl &link) const;

    bool operator==(const Endpoint &) const = default;

private:
    QUrl child(const QByteArray &pathAndQuery) const; // already percent-encoded

    QUrl m_base;
};

} // namespace hub
