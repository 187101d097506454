#pragma once

#include <QHash>
#include <QString>
#include <QStringView>

#include <optional>

#include "core/result.h"

namespace core {

enum class RepoType { Model, Dataset, Space };

QString typeName(RepoType type); // "model"
QString typePlural(RepoType type); // "models": API paths, cache folders

// A checked repo id: "name" or "owner/name". Rules: hub-cache.md 2.1 (at most one slash, letters,
// digits, '_', '-', '.', at most 96 characters a part, no "--" or "..", not ending in ".git").
class RepoId {
public:
    RepoId() = default;
    static Result<RepoId> make(RepoType type, const QString &id);

    RepoType type() const { return m_type; }
    const QString &id() const { return m_id; }
    QString owner() const; // empty for old names without one
    QString name() const;
    QString display() const; // "datasets/owner/name"; models have no prefix
    bool isValid() const { return !m_id.isEmpty(); }

    bool operator==(const RepoId &) const = default;

private:
    RepoType m_type = RepoType::Model;
    QString m_id;
};

size_t qHash(const RepoId &id, size_t seed = 0);

// 40 lower-case hex digits.
bool isCommitId(QStringView text);

// A revision a person may ask for: branch, tag, commit or special ref such as refs/pr/1. Refused
// are names git refuses and names that would leave the refs folder ("..", leading or trailing or
// doubled '/', control characters, a part starting with '.' or ending in ".lock").
Result<QString> checkRevision(const QString &text);

// The name of a person or an organization: what may stand before the slash of a repo id.
Result<QString> checkAccountName(const QString &text);

// A path inside a repo, '/'-separated, safe to write below a folder on every OS
// (hub-cache.md 3.6): relative, no "..", no ".", no empty part, no NUL or control character, no
// backslash, no drive letter, no part over 255 bytes, at most 4096 bytes.
Result<QString> checkFilePath(const QString &path);

// A content id as the cache names blobs. Sha256: 64 hex (LFS, Xet). GitSha1: 40 hex (git blob).
// Opaque: anything else that is safe as a file name; such content cannot be checked.
struct ContentId {
    enum class Kind { Sha256, GitSha1, Opaque };
    Kind kind = Kind::Opaque;
    QString text;

    // Accepts a bare id or an ETag (W/ and quotes are removed). Error Protocol when unsafe.
    static Result<ContentId> make(const QString &etag);
    bool operator==(const ContentId &) const = default;
};

// What a person may type or paste for a repo: "[models/|datasets/|spaces/][ORG/]NAME[@REV]", an
// hf:// address, or a web link of the Hub (…/resolve/REV/PATH, /blob/, /tree/, /raw/ included).
struct RepoRef {
    RepoId repo;
    std::optional<QString> revision;
    std::optional<QString> path; // file or folder inside the repo
};

// endpoint: the configured Hub, so that links of a mirror are understood too, its path prefix
// included; huggingface.co and hf.co links are always understood. Error BadInput otherwise.
Result<RepoRef> parseRepoRef(const QString &text, const QString &endpoint);

} // namespace core
