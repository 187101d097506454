#pragma once

#include <QLocalServer>
#include <QObject>
#include <QString>

#include "cache/filelock.h"
#include "core/result.h"

namespace app {

// Sees to it that one queue is run by one window. Who comes first holds a lock that ends with the
// process, however it ends, and listens for the next ones; they ask it to come to the front.
// Owner: main. GUI thread.
class SingleInstance : public QObject {
    Q_OBJECT
public:
    // stateFolder: where the queue lies. runtimeFolder: for the socket; empty: beside the queue.
    SingleInstance(const QString &stateFolder, const QString &runtimeFolder,
                   QObject *parent = nullptr);

    enum class Outcome {
        First, // the queue is ours
        HandedOver, // the first one has heard us and comes to the front
        Unanswered, // somebody holds the queue and says nothing
    };
    // Blocks for at most a few seconds when there is somebody else: to be asked before any window.
    core::Result<Outcome> claim();

Q_SIGNALS:
    void frontWanted();

private:
    void listen();
    void answer(QLocalSocket *socket);
    bool askFirst() const;

    QString m_lockFile;
    QString m_socketName;
    cache::FileLock m_lock;
    QLocalServer m_server;
};

} // namespace app
