#pragma once

#include <QObject>
#include <QSet>

#include <atomic>
#include <memory>

#include "cache/location.h"
#include "core/result.h"
#include "session/cachewatch.h"
#include "session/libraryfiles.h"

namespace session {

// What the cache holds, kept true while other programs change it. Looks in the pool, at all of it
// or at one repo. Owner: LibraryPage. GUI thread.
class Library : public QObject {
    Q_OBJECT
public:
    explicit Library(const cache::Location &place, QObject *parent = nullptr);
    ~Library() override; // ends what runs

    void rescan(); // once more after a scan that is running
    void stop(); // the running scan; it ends with Cancelled
    bool isScanning() const { return m_isScanning; }
    void rescanRepo(const core::RepoId &repo);
    // A person is back: looks again where not everything could be watched, or some time has passed.
    void refresh();

Q_SIGNALS:
    void started();
    void scanned(const session::LibraryScan &scan);
    void failed(const core::Error &error); // Cancelled after stop()
    void repoScanned(const cache::ScannedRepo &repo);
    void repoGone(const core::RepoId &repo);

private:
    void startScan();
    void onScanned(const core::Result<LibraryScan> &answer);
    void lookAtRoot();
    void nextRepo();

    cache::Location m_place;
    CacheWatch m_watch;
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with the scan that runs
    QSet<core::RepoId> m_known;
    QSet<QString> m_strangers; // names in the root that are no repos, when it was last looked at
    QList<core::RepoId> m_waiting; // to be looked at
    bool m_isScanning = false;
    bool m_isStale = false; // something changed while a scan ran
    bool m_isLooking = false; // at one repo
    qint64 m_lastScan = 0; // ms since 1970
};

} // namespace session
