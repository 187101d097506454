#pragma once

#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QTimer>
#include <QUrl>
#include <QUuid>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "cache/filelock.h"
#include "cache/location.h"
#include "cache/partial.h"
#include "cache/seal.h"
#include "cache/store.h"
#include "core/ids.h"
#include "hub/http.h"
#include "transfer/state.h"

namespace transfer {

class Filler;
class Follower;
class Prepared;
class Worker;

using AttemptId = quint64;

// What one try at one blob needs to know.
struct AttemptJob {
    AttemptId id = 0;
    QUuid download; // whose limit counts
    core::RepoId repo;
    QString endpoint;
    QString commit;
    QStringList paths; // at least one; all get the same content
    std::optional<core::ContentId> content; // unknown for masked entries: the Hub is asked
    qint64 size = 0;
    cache::Location place;
    bool isBegun = false; // something was written to the place before, so it must be there
    QUrl resolveUrl;
    int connections = 1; // at most
    qint64 reserve = 0; // bytes to leave free on the volume
};

// How a try ended.
struct AttemptEnd {
    enum class Kind { Published, Failed, Stopped };

    Kind kind = Kind::Stopped;
    core::Error error; // Failed
    QList<hub::RateInfo> rates; // Failed: of the last answer, for a 429
    std::optional<core::ContentId> content; // the id it worked with, where one is known
    // Failed: the digest differs. What lay on disk otherwise than it arrived was dropped, or all.
    enum class Mismatch { None, Pieces, All };
    Mismatch mismatch = Mismatch::None;
    bool checked = false; // Published: the digest was compared in this try
    bool reused = false; // Published: nothing was fetched
    qint64 reached = 0; // bytes that were written, of this try and those before it
    qint64 kept = 0; // of them: what the next try will find
};

// One try at one blob, from the lock to the final name:
//
//   already published? compare it once -> lock -> blob there? compare it and link it
//                              -> open the partial -> fill its gaps (Filler);
//                                 meanwhile checkpoints, and the digest of what is on disk
//                                 (Follower)
//                              -> compare -> publish -> links -> unlock
//
// Blocking disk work goes to the pool, bytes are written here. The lock lives exactly as long as
// the try. Owner: Worker. I/O thread. Promise: ended() exactly once, also after stop(), and never
// while a pool task of it still runs.
class Attempt : public QObject {
    Q_OBJECT
public:
    Attempt(Worker &worker, const AttemptJob &job);
    ~Attempt() override;

    qint64 writtenBytes() const;
    // What was here of it; nothing until it is known.
    const std::optional<qint64> &found() const { return m_found; }

    void begin();
    void ask(); // one more request may go to the Hub
    void setConnections(int most);
    void stop(); // takes what has arrived, checkpoints, ends Stopped

Q_SIGNALS:
    void asks(quint64 id); // for ask(): beyond the one that the Gate let go
    void phase(quint64 id, transfer::Event event);
    void ratesSeen(const QList<hub::RateInfo> &rates);
    void ended(quint64 id, const transfer::AttemptEnd &end);

private:
    struct Entries;
    static core::Result<Entries> findEntries(const cache::Store &store, const AttemptJob &job,
                                             Prepared &prepared);
    static void removeOurs(const cache::Store &store, const AttemptJob &job);
    struct Opened;
    static core::Result<Opened> openPartial(const cache::Store &store, const AttemptJob &job);

    // In the order they happen.
    void lookForEntries();
    void compareEntries(const QStringList &files);
    void askContent();
    void onContent(hub::Exchange *exchange);
    void open();
    void onOpened(core::Result<Opened> &opened);
    void compareStoredBlob();
    void replaceStoredBlob();
    void fill();
    void onFilled(const std::optional<core::Error> &trouble);
    bool adoptFileBehindPointer();
    void follow();
    void compare();
    void compareWhenFollowed();
    void compareAnew();
    void onMismatch();
    void onDigest(const core::Result<QString> &hex);
    void publish();

    void tick();
    void checkpoint();
    void lose();
    void onCheckpoint(const cache::Partial::Checkpoint &done, const core::Result<void> &result);

    void failOnDisk(const core::Error &error);
    void fail(const core::Error &error);
    void finish(AttemptEnd::Kind kind);
    qint64 keptBytes() const;
    void endWhenQuiet();

    template <typename T> void inPool(std::function<T()> task, std::function<void(T &)> then);

    Worker &m_worker;
    AttemptJob m_job;
    cache::Store m_store;
    cache::FileLock m_lock;
    std::unique_ptr<cache::Partial> m_partial;
    std::unique_ptr<Filler> m_filler;
    std::unique_ptr<Follower> m_follower;
    std::shared_ptr<cache::Seal> m_seal; // of the partial, once all of it is written
    QPointer<hub::Exchange> m_asking;
    QTimer m_ticker;
    QElapsedTimer m_sinceCheckpoint;
    QElapsedTimer m_sinceNote;
    qint64 m_unnoted = 0; // bytes written since the last hint
    std::shared_ptr<std::atomic<bool>> m_stopFlag;
    std::optional<AttemptEnd> m_end; // set once: how it ends when the pool is done with it
    QList<hub::RateInfo> m_rates;
    cache::Store::RealFiles m_realFiles = cache::Store::RealFiles::Keep;
    std::optional<qint64> m_found;
    int m_tasks = 0; // in the pool
    int m_passes = 1; // requests to the Hub that may go
    bool m_isFull = false; // all bytes are on stable storage
    bool m_checkpointing = false;
    bool m_newBytes = false;
    bool m_checked = false;
};

} // namespace transfer
