#pragma once

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

#include <atomic>

#include "cache/layout.h"
#include "core/ids.h"
#include "core/result.h"

namespace cache {

struct ScannedRevision {
    QString commit; // as its folder is named: not everybody names it after a commit
    QStringList refs;
    qint64 size = 0; // distinct contents, bytes
    qint64 ownSize = 0; // of them: what no other revision of the repo has
    int files = 0;
    int checked = 0; // files whose content is noted to be what its id says
    int missing = 0; // links that lead to nothing
    QDateTime lastModified;
};

struct ScannedRepo {
    core::RepoId repo;
    QString path;
    qint64 size = 0; // distinct contents over all revisions
    qint64 incompleteSize = 0; // partials of anybody
    qint64 unusedSize = 0; // blobs that no revision leads to
    int files = 0; // distinct contents
    int checked = 0; // of them
    QDateTime lastAccessed;
    QDateTime lastModified;
    QList<ScannedRevision> revisions; // by name
    QStringList problems; // plain statements; a repo with problems is still listed
};

// What else lies in the root of a cache.
struct Stranger {
    QString name;
    qint64 size = 0; // of all files below it
    bool isKernel = false; // a kind of repo that others fetch
};

struct ScanResult {
    QList<ScannedRepo> repos;
    QList<Stranger> strangers;
    qint64 size = 0; // content that several repos share is counted once
};

// What a shared Hub cache holds, however odd (hub-cache.md 6). A missing root is an empty result.
// Blocks: pool only; *stop ends it with Cancelled.
core::Result<ScanResult> scanCache(const Layout &layout, const std::atomic<bool> *stop = nullptr);

// One repo of it. Error RepoNotFound.
core::Result<ScannedRepo> scanRepo(const Layout &layout, const core::RepoId &repo,
                                   const std::atomic<bool> *stop = nullptr);

} // namespace cache
