#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <QUuid>

#include <functional>
#include <memory>
#include <utility>

#include "core/result.h"
#include "hub/http.h"
#include "transfer/attempt.h"
#include "transfer/download.h"
#include "transfer/fileattempt.h"
#include "transfer/hosts.h"
#include "transfer/lines.h"
#include "transfer/prepared.h"
#include "transfer/throttle.h"

namespace transfer {

// How far an attempt is.
struct Progress {
    quint64 id = 0;
    qint64 written = 0; // bytes of the file
    qint64 found = 0; // of them: were here when it began
};

// One blob of a Download that is looked for on disk.
struct SurveyItem {
    int index = 0; // the Engine's
    QString path;
    std::optional<core::ContentId> content;
    qint64 size = 0;
    qint64 here = 0; // bytes
};

// The object of the I/O thread: owns the access managers for file bytes, the attempts and the pool
// for what blocks. Everything is called queued by the Engine and answered by signals; progress
// comes batched, four times a second. Owner: Engine. Promise: an attempt that was begun ends
// exactly once. Files are the single ones of Engine::downloadFile().
class Worker : public QObject {
    Q_OBJECT
public:
    explicit Worker(const hub::HttpConfig &http);
    ~Worker() override; // waits for the pool

    hub::Http &http() { return m_http; }
    Hosts &hosts() { return m_hosts; }
    Throttle &throttle() { return m_throttle; }
    Lines &lines() { return m_lines; }
    const std::shared_ptr<Prepared> &prepared() const { return m_prepared; }

    // First of all, on the thread itself: what it and those it starts do (Qt's for the sockets, the
    // pool) is batch work where the system knows such, and pushes nobody aside who runs.
    void enter();
    void begin(const transfer::AttemptJob &job);
    void ask(quint64 id); // one more request of it may go to the Hub
    void setMostConnections(quint64 id, int most); // of an attempt
    void stop(quint64 id);
    void beginFile(quint64 id, const transfer::FileRequest &request);
    void askFile(quint64 id); // the next request of it may go
    void stopFile(quint64 id);
    void stopAll(); // then allStopped()
    void setHttpConfig(const hub::HttpConfig &config);
    void setConnections(int most); // to file hosts, for all large files together
    // Everything that was chosen is published: trees/<commit>.json, then the ref; or, where files
    // of it are there no more, none of both, and completed() names them.
    void complete(const QUuid &download, const transfer::DownloadRequest &request);
    // How many bytes of each item are on disk already; then surveyed(), with nothing where nobody
    // can tell, since the place of one that has begun is not there. At least one item.
    void survey(const QUuid &download, const transfer::DownloadRequest &request,
                const QList<transfer::SurveyItem> &items, bool isBegun);

    // For attempts: task in the pool, then the result here, unless context is gone by then.
    template <typename T>
    void inPool(QObject *context, std::function<T()> task, std::function<void(T &)> then)
    {
        m_pool.start([this, context = QPointer<QObject>(context), task = std::move(task),
                      then = std::move(then)] {
            auto result = std::make_shared<T>(task());
            QMetaObject::invokeMethod(
                this,
                [context, result, then] {
                    if (context)
                        then(*result);
                },
                Qt::QueuedConnection);
        });
    }

Q_SIGNALS:
    void asks(quint64 id); // for ask()
    void phase(quint64 id, transfer::Event event);
    void ended(quint64 id, const transfer::AttemptEnd &end);
    void progressed(const QList<transfer::Progress> &progress);
    void flowed(const QHash<QUuid, transfer::FlowUse> &uses); // of each Download; with progressed()
    void fileAsks(quint64 id, const transfer::FileWait &wait);
    void fileProgressed(quint64 id, qint64 bytes, qint64 total);
    void fileRatesSeen(quint64 id, const QList<hub::RateInfo> &rates);
    void fileEnded(quint64 id, const transfer::FileEnd &end);
    void ratesSeen(quint64 id, const QList<hub::RateInfo> &rates);
    void completed(const QUuid &download, const QStringList &gone,
                   const std::optional<core::Error> &trouble);
    void surveyed(const QUuid &download, const QList<transfer::SurveyItem> &items);
    void allStopped();

private:
    void onEnded(quint64 id, const AttemptEnd &end);
    void onFileEnded(quint64 id, const FileEnd &end);
    void startTicker();
    void settle();
    void report();
    void reportFiles();

    hub::Http m_http;
    Hosts m_hosts;
    Throttle m_throttle;
    Lines m_lines;
    const std::shared_ptr<Prepared> m_prepared;
    QThreadPool m_pool;
    QHash<AttemptId, Attempt *> m_attempts;
    QHash<AttemptId, qint64> m_reported;
    QHash<quint64, FileAttempt *> m_files;
    QHash<quint64, std::pair<qint64, qint64>> m_reportedFiles;
    QTimer m_ticker;
    bool m_stoppingAll = false;
};

} // namespace transfer
