#pragma once

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

#include <atomic>
#include <utility>
#include <vector>

#include "cache/descriptor.h"
#include "cache/scan.h"

struct stat;

namespace cache {

struct WalkedEntry;

// What operating systems leave in folders.
bool isHelperFile(const QByteArray &name);

using Inode = std::pair<quint64, quint64>; // volume and number

// Reads one repo folder of a cache. Content is told apart by inode, so that whatever leads to it
// twice is counted once. Made by scanCache(), used once, any thread.
class RepoScan {
public:
    // seen: content that other repos have too; it is counted once for the whole cache.
    RepoScan(const core::RepoId &repo, const QString &folder, const std::atomic<bool> *stop,
             QSet<Inode> *seen);

    core::Result<ScannedRepo> run();
    qint64 newBytes() const { return m_newBytes; } // not seen in another repo

private:
    struct Content {
        qint64 size = 0;
        qint64 modified = 0; // milliseconds since 1970
        qint64 accessed = 0;
        int revision = -1; // the last one that leads to it
        bool isOwn = true; // of one revision alone
        bool isNoted = false;
    };
    struct Revision; // in the making

    bool isStopped() const { return m_stop && m_stop->load(); }
    void problem(const QString &text);
    void readBlobs();
    void readSnapshots();
    void readRevision(const QByteArray &name);
    void readEntry(const WalkedEntry &entry, Revision *revision);
    void count(int content, Revision *revision);
    int contentOf(const struct stat &facts);
    void readRefs();
    void readRef(const WalkedEntry &entry);
    void sumUp();

    const Descriptor m_folder;
    const std::atomic<bool> *m_stop;
    QSet<Inode> *m_seen;
    ScannedRepo m_result;
    Descriptor m_blobs;
    std::vector<Content> m_contents;
    QHash<Inode, int> m_byInode; // into m_contents
    QHash<QByteArray, int> m_byName; // of blobs, into m_contents
    qint64 m_newBytes = 0;
    qsizetype m_hiddenProblems = 0;
};

} // namespace cache
