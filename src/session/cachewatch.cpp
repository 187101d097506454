#include "session/cachewatch.h"

#include <QFileInfo>
#include <QFileSystemWatcher>

namespace session {

using namespace Qt::StringLiterals;

namespace {

constexpr int calmMs = 700; // without another change
constexpr int watchesOfARepo = 4;

} // namespace

CacheWatch::CacheWatch(const cache::Layout &layout, QObject *parent)
    : QObject(parent)
    , m_layout(layout)
    , m_watcher(new QFileSystemWatcher)
{
    m_calm.setSingleShot(true);
    m_calm.setInterval(calmMs);
    connect(&m_calm, &QTimer::timeout, this, &CacheWatch::tell);
    m_watcher->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_watcher, &QObject::deleteLater);
    connect(m_watcher, &QFileSystemWatcher::directoryChanged, this, &CacheWatch::take);
    m_thread.start();
}

CacheWatch::~CacheWatch()
{
    m_thread.quit();
    m_thread.wait();
}

void CacheWatch::watch(const QList<core::RepoId> &repos)
{
    QStringList paths{m_layout.root()};
    for (const core::RepoId &repo : repos) {
        if (!m_watched.contains(repo) && (m_watched.size() + 1) * watchesOfARepo > mostWatches) {
            m_unwatched.insert(repo);
            continue;
        }
        m_watched.insert(repo);
        for (const QString &path : {m_layout.repo(repo), m_layout.blobs(repo),
                                    m_layout.snapshots(repo), m_layout.refs(repo)}) {
            m_repos.insert(path, repo);
            paths += path;
        }
    }
    // Folders that come later are noticed by the one above them, and watched then.
    QMetaObject::invokeMethod(m_watcher, [this, paths, watcher = m_watcher] {
        const QStringList known = watcher->directories();
        const QSet<QString> already(known.begin(), known.end());
        QStringList missing;
        for (const QString &path : paths) {
            if (!already.contains(path) && QFileInfo(path).isDir())
                missing += path;
        }
        if (missing.isEmpty())
            return;
        const bool isRefused = !watcher->addPaths(missing).isEmpty();
        QMetaObject::invokeMethod(this, [this, missing, isRefused] {
            if (isRefused)
                m_isRefused = true;
            // What happened between the look at them and the watch.
            if (missing.size() <= watchesOfARepo) {
                for (const QString &path : missing)
                    take(path);
            }
        });
    });
}

void CacheWatch::take(const QString &path)
{
    const auto repo = m_repos.constFind(path);
    if (repo != m_repos.cend())
        m_changed.insert(*repo);
    else
        m_isRootChanged = true;
    // Not put off again and again: what goes on for long is told now and then.
    if (!m_calm.isActive())
        m_calm.start();
}

void CacheWatch::tell()
{
    const QSet<core::RepoId> changed = std::exchange(m_changed, {});
    if (std::exchange(m_isRootChanged, false))
        Q_EMIT rootChanged();
    for (const core::RepoId &repo : changed)
        Q_EMIT repoChanged(repo);
}

} // namespace session
