#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <optional>
#include <utility>

#include "core/ids.h"

namespace hub {

// The Hub counts requests in fixed five-minute windows per bucket (hub-api.md 3).
enum class Bucket { Api, Resolvers, Pages };
enum class Priority { Foreground, Background }; // a person waits, or nobody does

// Names and values of a query, in the order in which they are sent.
using Parameters = QList<std::pair<QString, QString>>;

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
    QString sdk; // spaces: "gradio", "docker", "static", …
    QString ggufArchitecture; // "qwen3"; empty when there is no GGUF file
    QDateTime created; // UTC; invalid when unknown
    QDateTime lastModified; // UTC; invalid when unknown
    qint64 downloads = -1; // last 30 days; -1 unknown
    qint64 likes = -1;
    qint64 parameters = -1; // from safetensors.total, gguf.total or numParameters
    qint64 contextLength = -1; // of the GGUF file
    double trendingScore = -1.0; // with fractions; -1 unknown
    GatedMode gated = GatedMode::Open;
    bool isPrivate = false;
    QJsonObject rest; // what else it said, as it came: what SearchQuery::expand asked for
};

// hub-api.md 6.1.
struct RepoInfo {
    RepoSummary summary;
    QString commit; // 40 hex head of the asked revision
    QString license;
    QString description; // datasets
    qint64 usedStorage = -1; // bytes of the whole history; -1 unknown
    qint64 downloadsAllTime = -1;
    bool disabled = false;
};

// One commit of a revision's history (hub-api.md 6.5).
struct CommitInfo {
    QString id; // 40 hex
    QString title;
    QString message;
    QStringList authors; // names of accounts; "system" for the Hub itself
    QDateTime date; // UTC; invalid when unknown

    bool operator==(const CommitInfo &) const = default;
};

// The newest first.
struct CommitPage {
    QList<CommitInfo> commits;
    qint64 total = -1; // of the revision; -1 unknown
    QUrl next; // empty on the last page
};

// One branch, tag, conversion or pull request (hub-api.md 6.4).
struct RefInfo {
    QString name; // "main"
    QString ref; // "refs/heads/main": checked by core::checkRevision, as the name is
    QString commit; // 40 hex, or empty

    bool operator==(const RefInfo &) const = default;
};

struct RefList {
    QList<RefInfo> branches;
    QList<RefInfo> tags;
    QList<RefInfo> converts;
    QList<RefInfo> pullRequests;
};

// One file or folder of a revision (hub-api.md 6.2).
struct TreeEntry {
    enum class Kind { File, Folder };

    // The youngest commit that touched the path.
    struct LastCommit {
        QString id; // 40 hex
        QString title;
        QDateTime date; // UTC; invalid when unknown

        bool operator==(const LastCommit &) const = default;
    };

    Kind kind = Kind::File;
    QString path; // checked by core::checkFilePath; entries that fail it are counted apart
    qint64 size = 0; // bytes; the real size for LFS too
    QString oid; // git object id; for LFS the id of the pointer file
    bool lfs = false;
    QString sha256; // 64 hex for LFS; empty when masked (gated, no access)
    QString xetHash; // 64 hex or empty
    std::optional<LastCommit> lastCommit; // only when the Hub was asked to expand
    QString securityStatus; // "safe", "unsafe", "queued", …; likewise

    // The name of the blob in the cache and the proof of the content; nothing when masked.
    std::optional<core::ContentId> contentId() const;
    bool operator==(const TreeEntry &) const = default;
};

} // namespace hub

// So that a list of 100,000 grows where it lies.
Q_DECLARE_TYPEINFO(hub::TreeEntry, Q_RELOCATABLE_TYPE);

namespace hub {

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

enum class SortOrder {
    Trending,
    Downloads,
    Likes,
    LikesOfMonth,
    LastModified,
    Created,
    Parameters, // models
    Size,
    Rows, // datasets
    Id,
};

// hub-api.md 5.1 to 5.3. Empty fields ask for nothing; those of other kinds of repo are left out.
struct SearchQuery {
    core::RepoType type = core::RepoType::Model;
    QString text;
    QString author;
    QStringList filters; // tags, all of them required
    QStringList datasets; // models: trained on; spaces: that use them
    SortOrder sort = SortOrder::Trending;
    int pageSize = 50;
    std::optional<bool> gated; // models and datasets
    QString task; // models: pipeline_tag
    QStringList apps; // models: local apps, any of them
    QStringList inferenceProviders; // models: any of them
    bool isServed = false; // models: at least one provider serves it
    std::optional<qint64> leastParameters; // models
    std::optional<qint64> mostParameters; // models
    QStringList models; // spaces that use them
    bool isLinked = false; // spaces that use a model or dataset
    QStringList expand; // fields of an answer (hub-api.md 5.5); empty: what a row shows

    bool operator==(const SearchQuery &) const = default;
};

// hub-api.md 1.6
struct Account {
    QString name;
    QString fullName;
    QString type; // "user", "org" or "app"; empty when unknown
    QString avatarUrl; // http, https, or a path on the endpoint
    QStringList orgs; // names of the organizations it belongs to
    QString tokenName; // as its owner called it; empty for OAuth
    QString role; // "read", "write", "fineGrained"; empty when unknown
    bool isFineGrained = false; // the token's rights are listed one by one
    bool isPro = false;
};

// Somebody who likes a repo, or a member of an organization (hub-api.md 5.6).
struct User {
    QString name;
    QString fullName;
    QString avatarUrl; // http, https, or a path on the endpoint
    bool isPro = false;

    bool operator==(const User &) const = default;
};

// hub-api.md 5.6
struct LikedRepo {
    core::RepoId repo;
    QDateTime likedAt; // UTC; invalid when unknown
};

// What the Hub's scanners say of a repo (hub-api.md 6.1).
struct SecurityStatus {
    struct Issue {
        QString path; // checked by core::checkFilePath
        QString level; // "unsafe", "suspicious", "caution", …

        bool operator==(const Issue &) const = default;
    };

    bool scansDone = false; // false: not known yet, which is not clean
    QList<Issue> issues;
};

// One value of a filter menu (hub-api.md 5.6).
struct Tag {
    QString id; // what a search filters by
    QString label;
    QString type; // "pipeline_tag", "library", "license", …

    bool operator==(const Tag &) const = default;
};

// hub-api.md 8.1
struct CreatedRepo {
    QString url; // http or https; of the public Hub on many mirrors
    std::optional<core::RepoId> repo; // as far as the address tells
};

// hub-api.md 8.2
struct CommitResult {
    QString commit; // 40 hex
    QString url; // http or https, or empty
    QString pullRequestUrl; // likewise; only when one was asked for
    std::optional<int> pullRequest; // its number
};

// What the Hub wants done with one file of an upload (hub-api.md 8.2).
struct UploadMode {
    enum class Mode { Regular, Lfs };

    QString path; // checked by core::checkFilePath
    Mode mode = Mode::Regular;
    bool ignored = false; // by the repo's .gitignore
    QString oid; // of what is there now: 40 hex, 64 hex for LFS; empty when nothing is

    bool operator==(const UploadMode &) const = default;
};

// Content-Range of a 206 (hub-api.md 7.5).
struct ContentRange {
    qint64 begin = 0;
    qint64 end = 0; // behind the last byte
    std::optional<qint64> total; // nothing when the server does not tell

    bool operator==(const ContentRange &) const = default;
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
