#pragma once

#include <QList>
#include <QObject>

#include <memory>

#include "core/clock.h"
#include "core/secret.h"
#include "core/speedlimit.h"
#include "hub/gate.h"
#include "hub/http.h"
#include "transfer/download.h"
#include "transfer/journal.h"

namespace transfer {

class FileDownload;
struct FileRequest;

struct Limits {
    int connections = 16; // for all large files, at most 16
    int connectionsPerFile = 16; // at most; as many as help are used
    int filesAtOnce = 4; // large ones; small files up to 32
    int downloadsAtOnce = 1;
    qint64 reserve = 0; // bytes kept free on the volume
    core::SpeedLimit speed; // of all together; each Download may have one of its own
    // Failures in a row without a new byte before a Transfer fails for good; 0: never.
    int attempts = 0;
};

// The download manager: decides which Transfer runs, owns the I/O thread that fetches, writes and
// verifies, and tells observers at most four times a second what changed. Never opens a window.
// Owner: session::Services. GUI thread (or the main thread of the command line).
class Engine : public QObject {
    Q_OBJECT
public:
    // journal: nullptr for a queue that is not kept (command line).
    Engine(const hub::HttpConfig &http, const Limits &limits, hub::Gate &gate, core::Clock &clock,
           std::unique_ptr<Journal> journal, QObject *parent = nullptr);
    ~Engine() override; // as shutdown()

    // Loads the journal; running Downloads go on at once when resume is said, else are Paused.
    // A Download that began at another Hub than the one of the HttpConfig needs a person (OtherHub)
    // until that one is set again. Here: the Hub is the same, whatever address it had.
    enum class OnStart { Resume, Pause };
    enum class Began { WhereItSays, Here };
    void restore(OnStart what, Began where = Began::WhereItSays);

    // Of thousands of files it takes a moment until all are told of by files(), and by the figures.
    enum class Begin { Now, Paused };
    DownloadId add(const DownloadRequest &request, Begin begin = Begin::Now);

    void pause(const DownloadId &id);
    void resume(const DownloadId &id); // also "try again" of a failed one
    void cancel(const DownloadId &id); // keeps partials
    void remove(const DownloadId &id); // from the list; cancels first; finished files stay
    void pauseAll();
    void resumeAll();

    // The order in which what is not done is fetched; several keep their order among themselves.
    // What runs and has no place any more goes back to waiting for one; its partials stay.
    enum class Move { ToTop, Up, Down, ToBottom };
    void move(const QList<DownloadId> &ids, Move where);
    void moveTo(const DownloadId &id, int position); // as in DownloadStatus; clamped
    // A waiting one begins beside those that hold the places, until it is paused or at its end.
    void startNow(const DownloadId &id);

    // The smaller of it and the one in Limits counts. Both may change at any time; below 2 MB/s one
    // connection is used, since what many hold in their buffers comes at full speed.
    void setLimit(const DownloadId &id, const core::SpeedLimit &limit);

    // Another choice of files of the same commit, for any Download that is in the list. What is
    // left out is stopped, what is new is fetched; finished files and partials stay on disk. False,
    // and nothing changes, for an empty choice or an unknown id.
    bool choose(const DownloadId &id, const QList<hub::TreeEntry> &chosen);
    // Skip takes the files out of the choice.
    bool setPriority(const DownloadId &id, const QStringList &paths, Priority priority);

    // Of all that is neither done nor given up.
    QList<Need> needs() const;
    QList<DownloadId> downloads() const; // in queue order, then what is done, the last one first
    DownloadStatus status(const DownloadId &id) const;
    TotalStatus total() const;
    QList<FileStatus> files(const DownloadId &id) const;
    int fileCount(const DownloadId &id) const;
    FileStatus file(const DownloadId &id, int row) const; // of files(), without making them all
    const DownloadRequest &request(const DownloadId &id) const; // an empty one for an unknown id
    bool isIdle() const; // nothing runs and nothing waits to
    QStringList recoveredProblems() const; // queue files that could not be read, kept aside

    // One file from one URL to any path, outside the queue and the cache. Begins later, not inside.
    FileDownload *downloadFile(const FileRequest &request);

    // With another Hub what was begun at the former one stops, and what began at that one goes on.
    void setHttpConfig(const hub::HttpConfig &config);
    void setLimits(const Limits &limits);
    const Limits &limits() const;

    // Stops everything, checkpoints, joins the I/O thread; file calls that ran end Cancelled.
    // Blocks for at most a few seconds.
    void shutdown();

Q_SIGNALS:
    void added(const transfer::DownloadId &id);
    void removed(const transfer::DownloadId &id);
    void changed(const QList<transfer::DownloadId> &ids);
    // Bytes that were told are there no more; see StartOver. Before the changed() that tells less.
    void startedOver(const transfer::DownloadId &id, const transfer::StartOver &what);
    void reordered(); // see downloads()
    void finished(const transfer::DownloadId &id); // Done, Failed or Cancelled
    void idle();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace transfer
