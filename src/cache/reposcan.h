#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <QStringList>

#include <atomic>
#include <sys/types.h>
#include <utility>

#include "cache/scan.h"

namespace cache {

// Names of a folder, "." and ".." left out.
core::Result<QStringList> namesIn(const QString &folder);
// What operating systems leave in folders.
bool isHelperFile(const QString &name);

using SeenInodes = QSet<std::pair<quint64, quint64>>;

// Reads one repo folder of a cache. Made by scanCache(), used once, any thread.
class RepoScan {
public:
    // seen: content that other repos have too; it is counted once for the whole cache.
    RepoScan(const core::RepoId &repo, const QString &folder, const std::atomic<bool> *stop,
             SeenInodes *seen);

    core::Result<ScannedRepo> run();
    qint64 newBytes() const { return m_newBytes; } // not seen in another repo

private:
    struct Blob {
        qint64 size = 0;
        qint64 modified = 0; // milliseconds since 1970
        qint64 accessed = 0;
    };
    struct Revision; // in the making

    bool isStopped() const { return m_stop && m_stop->load(); }
    void problem(const QString &text);
    void readSnapshots();
    void readRevision(const QString &name);
    void readFolder(const QString &folder, int depth, Revision *revision);
    void readEntry(const QString &path, const QString &target, Revision *revision);
    void readRefs(const QString &folder, const QString &prefix, int depth);
    void readRef(const QString &path, const QString &name);
    void readIncomplete();
    void sumUp();

    QString m_folder;
    QString m_blobs;
    const std::atomic<bool> *m_stop;
    SeenInodes *m_seen;
    ScannedRepo m_result;
    QHash<QString, Blob> m_known; // by the path that counts as the blob's identity
    qint64 m_newBytes = 0;
    qsizetype m_hiddenProblems = 0;
};

} // namespace cache
