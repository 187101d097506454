#include "session/library.h"

#include <QDateTime>
#include <QDir>

#include <algorithm>

#include "core/background.h"

namespace session {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 oldMs = 60000;

QStringList namesIn(const QString &root)
{
    return QDir(root).entryList(QDir::AllEntries | QDir::Hidden | QDir::System
                                | QDir::NoDotAndDotDot);
}

} // namespace

Library::Library(const cache::Location &place, QObject *parent)
    : QObject(parent)
    , m_place(place)
    , m_watch(cache::Layout(place.path))
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
    connect(&m_watch, &CacheWatch::repoChanged, this, &Library::rescanRepo);
    connect(&m_watch, &CacheWatch::rootChanged, this, &Library::lookAtRoot);
}

Library::~Library()
{
    *m_stop = true;
}

void Library::rescan()
{
    m_isStale = true;
    if (!m_isScanning)
        startScan();
}

void Library::stop()
{
    m_isStale = false;
    *m_stop = true;
}

void Library::refresh()
{
    const bool isOld = QDateTime::currentMSecsSinceEpoch() - m_lastScan > oldMs;
    if (m_lastScan > 0 && !m_isScanning && (isOld || !m_watch.isComplete()))
        rescan();
}

void Library::startScan()
{
    m_isStale = false;
    m_isScanning = true;
    m_stop = std::make_shared<std::atomic<bool>>(false);
    Q_EMIT started();
    core::inBackground(
        this, [place = m_place, stop = m_stop] { return scanLibrary(place, stop.get()); },
        [this](const core::Result<LibraryScan> &answer) { onScanned(answer); });
}

void Library::onScanned(const core::Result<LibraryScan> &answer)
{
    m_isScanning = false;
    m_lastScan = QDateTime::currentMSecsSinceEpoch();
    if (answer) {
        QList<cache::ScannedRepo> repos = answer->found.repos;
        std::sort(repos.begin(), repos.end(), [](const auto &a, const auto &b) {
            return a.lastModified > b.lastModified; // what changes is watched first
        });
        QList<core::RepoId> ids;
        for (const cache::ScannedRepo &repo : std::as_const(repos))
            ids += repo.repo;
        m_known = QSet<core::RepoId>(ids.begin(), ids.end());
        m_watch.watch(ids);
    }
    if (answer)
        Q_EMIT scanned(*answer);
    else
        Q_EMIT failed(answer.error());
    if (m_isStale)
        startScan();
    else
        nextRepo();
}

// Repos that came or went are looked at alone; anything else in the root by a scan of it
// all.
void Library::lookAtRoot()
{
    if (m_isScanning)
        return rescan();
    core::inBackground(
        this, [root = m_place.path] { return namesIn(root); },
        [this](const QStringList &names) {
            QSet<core::RepoId> here;
            QSet<QString> strangers;
            for (const QString &name : names) {
                if (const auto repo = cache::Layout::repoFromFolderName(name))
                    here.insert(*repo);
                else
                    strangers.insert(name);
            }
            const QSet<core::RepoId> changed = (here - m_known) + (m_known - here);
            if (std::exchange(m_strangers, strangers) != strangers)
                return rescan();
            for (const core::RepoId &repo : changed)
                rescanRepo(repo);
        });
}

void Library::rescanRepo(const core::RepoId &repo)
{
    if (!m_waiting.contains(repo))
        m_waiting += repo;
    nextRepo();
}

void Library::nextRepo()
{
    if (m_isScanning || m_isLooking || m_waiting.isEmpty())
        return;
    m_isLooking = true;
    const core::RepoId repo = m_waiting.takeFirst();
    m_stop = std::make_shared<std::atomic<bool>>(false);
    core::inBackground(
        this,
        [place = m_place, stop = m_stop, repo] {
            return cache::scanRepo(cache::Layout(place.path), repo, stop.get());
        },
        [this, repo](const core::Result<cache::ScannedRepo> &found) {
            m_isLooking = false;
            const bool isGone = !found && found.error().kind == core::ErrorKind::RepoNotFound;
            if (found) {
                m_known.insert(repo);
                m_watch.watch({repo});
                Q_EMIT repoScanned(*found);
            } else if (isGone) {
                m_known.remove(repo);
                Q_EMIT repoGone(repo);
            }
            nextRepo();
        });
}

} // namespace session
