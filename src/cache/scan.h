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
    QString commit;
    QStringList refs;
    qint64 size = 0; // distinct blobs, bytes
    int files = 0;
    QDateTime lastModified;
};

struct ScannedRepo {
    core::RepoId repo;
    QString path;
    qint64 size = 0; // distinct blobs over all revisions
    qint64 incompleteSize = 0; // partials of anybody
    int files = 0;
    QDateTime lastAccessed;
    QDateTime lastModified;
    QList<ScannedRevision> revisions;
    QStringList problems; // plain statements; a repo with problems is still listed
};

struct ScanResult {
    QList<ScannedRepo> repos;
    QStringList strangers; // entries of the cache root that are no repo
    qint64 size = 0; // content that several repos share is counted once
};

// What a shared Hub cache holds, however odd (hub-cache.md 6). A missing root is an empty result.
// Blocks: pool only; *stop ends it with Cancelled.
core::Result<ScanResult> scanCache(const Layout &layout, const std::atomic<bool> *stop = nullptr);

} // namespace cache
