#pragma once

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <optional>

#include "core/ids.h"

namespace hub {

// Plain structs the Hub speaks in. Unknown keys are ignored and absent ones stay at their default:
// the Hub's answers are open-ended (hub-api.md 0).

enum class GatedMode { Open, Automatic, Manual }; // false | "auto" | "manual"

// One row of a listing, and the head of a repo page (hub-api.md 5.4, 5.5).
struct RepoSummary {
    core::RepoId repo;
    QString author;
    QString pipelineTag;
    QString libraryName;
    QStringList tags;
    QDateTime lastModified; // UTC; invalid when unknown
    qint64 downloads = -1; // last 30 days; -1 unknown
    qint64 likes = -1;
    qint64 parameters = -1; // from safetensors.total or gguf.total
    GatedMode gated = GatedMode::Open;
    bool isPrivate = false;
};

// hub-api.md 6.1.
struct RepoInfo {
    RepoSummary summary;
    QString commit; // 40 hex head of the asked revision
    QString license;
    QString description; // datasets
    bool disabled = false;
};

// One file or folder of a revision (hub-api.md 6.2).
struct TreeEntry {
    enum class Kind { File, Folder };

    Kind kind = Kind::File;
    QString path; // checked by core::checkFilePath; entries that fail it are counted apart
    qint64 size = 0; // bytes; the real size for LFS too
    QString oid; // git object id; for LFS the id of the pointer file
    bool lfs = false;
    QString sha256; // 64 hex for LFS; empty when masked (gated, no access)
    QString xetHash; // 64 hex or empty

    // The name of the blob in the cache and the proof of the content; nothing when masked.
    std::optional<core::ContentId> contentId() const;
    bool operator==(const TreeEntry &) const = default;
};

struct TreePage {
    QList<TreeEntry> entries; // files and folders
    QStringList refused; // paths that cannot be written safely, that lack a size or that are listed
                         // twice with different content
    QUrl next; // empty on the last page
};

struct RepoPage {
    QList<RepoSummary> repos;
    QUrl next; // empty on the last page
};

enum class SortOrder { Trending, Downloads, Likes, LastModified, Created };

struct SearchQuery {
    core::RepoType type = core::RepoType::Model;
    QString text;
    QString author;
    QStringList filters; // tags, all of them required
    SortOrder sort = SortOrder::Trending;
    int pageSize = 50;

    bool operator==(const SearchQuery &) const = default;
};

// hub-api.md 1.6
struct Account {
    QString name;
    QString fullName;
    QString role; // "read", "write", "fineGrained"; empty when unknown
    bool isPro = false;
};

// RateLimit and RateLimit-Policy of one answer (hub-api.md 3.1).
struct RateInfo {
    QString bucket; // "api", "resolvers", "pages", …
    qint64 left = 0;
    std::chrono::seconds reset{0};
    qint64 quota = -1; // -1 when the policy header is absent
    std::chrono::seconds window{300};
};

} // namespace hub
