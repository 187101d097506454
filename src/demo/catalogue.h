#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>

#include "core/ids.h"

namespace demo {

// Content of a file: given bytes, or a length of pseudo-random bytes made on the fly from a seed,
// so that a repo of many gigabytes costs no memory. Any range can be read. Ids are computed once,
// when first asked for. Thread-safe.
class Content {
public:
    static std::shared_ptr<Content> fromBytes(const QByteArray &bytes);
    static std::shared_ptr<Content> generated(quint64 seed, qint64 size);

    qint64 size() const;
    QByteArray read(qint64 offset, qint64 length) const;
    // Reads the whole content the first time; known() tells whether that has happened.
    QString sha256() const;
    QString gitSha1() const;
    bool known(core::ContentId::Kind kind) const;
    // Reads the whole content unless that has happened; breaks off once *stop is set.
    void compute(core::ContentId::Kind kind, const std::atomic<bool> *stop) const;
    // The same for equal contents, and cheap; not an id of the Hub.
    QByteArray fingerprint() const;

private:
    struct Private;
    explicit Content(std::unique_ptr<Private> p);
    std::unique_ptr<Private> d;

public:
    ~Content();
};

struct File {
    QString path;
    std::shared_ptr<Content> content;
    bool lfs = false; // served by a 302 to the CDN, else by a 307 to resolve-cache
};

enum class Access { Open, GatedAutomatic, GatedManual, Private, Disabled };

// One repo at one commit; its branches lead to it.
struct Repo {
    core::RepoId id;
    QString commit; // 40 hex; derived from the files when empty
    QStringList branches{QStringLiteral("main")};
    QStringList oldNames; // answer 307 to the new one
    Access access = Access::Open;
    QStringList allowedTokens; // for access other than Open
    QStringList pendingTokens; // asked for access; the authors have not answered
    QString pipelineTag;
    QString libraryName;
    QString license;
    QStringList tags;
    qint64 downloads = 0;
    qint64 likes = 0;
    QDateTime lastModified;
    QDateTime createdAt; // a month before lastModified when not said
    QList<File> files;
};

// The generated repos that --demo shows: GGUF with several quants and a sharded one, safetensors
// with index and shards, a dataset, a gated repo, one with a long card, one with 2,000 files, one
// with odd names (spaces, umlauts, '#', '%', '+'). The same on every start.
QList<Repo> demoCatalogue();

} // namespace demo
