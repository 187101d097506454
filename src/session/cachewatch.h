#pragma once

#include <QHash>
#include <QObject>
#include <QSet>
#include <QThread>
#include <QTimer>

#include "cache/layout.h"
#include "core/ids.h"

QT_BEGIN_NAMESPACE
class QFileSystemWatcher;
QT_END_NAMESPACE

namespace session {

// Says which repos of a cache another program changes. Watches are few (the kernel's are counted,
// too), so not every repo may have one: isComplete(). What happens in quick succession is told
// once. Owner: Library. GUI thread; a thread of its own talks to the file system.
class CacheWatch : public QObject {
    Q_OBJECT
public:
    static constexpr int mostWatches = 2000;

    explicit CacheWatch(const cache::Layout &layout, QObject *parent = nullptr);
    ~CacheWatch() override;

    // The first ones have them where there are not enough. Those that have them keep them.
    void watch(const QList<core::RepoId> &repos);
    bool isComplete() const { return m_unwatched.isEmpty() && !m_isRefused; }

Q_SIGNALS:
    void rootChanged(); // repos have come or gone
    void repoChanged(const core::RepoId &repo);

private:
    void take(const QString &path);
    void tell();

    cache::Layout m_layout;
    QThread m_thread;
    QFileSystemWatcher *m_watcher = nullptr; // lives on m_thread
    QTimer m_calm;
    QHash<QString, core::RepoId> m_repos; // by watched path
    QSet<core::RepoId> m_watched;
    QSet<core::RepoId> m_changed;
    bool m_isRootChanged = false;
    QSet<core::RepoId> m_unwatched;
    bool m_isRefused = false; // the kernel has no more watches
};

} // namespace session
