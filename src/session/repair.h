#pragma once

#include <QObject>
#include <QPointer>

#include "cache/location.h"
#include "hub/client.h"
#include "session/verification.h"
#include "transfer/engine.h"

namespace session {

// Has what a check found wrong fetched again: a Download of exactly those paths at their commit.
// The engine keeps a damaged blob under its name until a good one takes it, so nothing is removed
// here. What a file should be says the listing that was kept of the commit, or else the Hub.
// Owner: LibraryPage. GUI thread; the disk is read in the pool.
class Repair : public QObject {
    Q_OBJECT
public:
    Repair(const cache::Location &place, hub::Client &client, transfer::Engine &engine,
           const QString &endpoint, QObject *parent = nullptr);

    // Whether there is anything that can be fetched again.
    static bool canRepair(const QList<Verification::Finding> &wrong);
    void start(const QList<Verification::Finding> &wrong);
    bool isRunning() const { return m_open > 0; }

Q_SIGNALS:
    // All are queued that could be; failed: files of which nobody says what they should be.
    void queued(const QList<transfer::DownloadId> &downloads, int failed);

private:
    struct Order; // the files of one commit

    void ask(const Order &order);
    void add(const Order &order, const QList<hub::TreeEntry> &listing);
    void endOne();

    cache::Location m_place;
    hub::Client &m_client;
    transfer::Engine &m_engine;
    QString m_endpoint;
    int m_open = 0; // orders without an end
    int m_failed = 0;
    QList<transfer::DownloadId> m_downloads;
};

} // namespace session
