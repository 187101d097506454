#pragma once

#include <QDateTime>
#include <QList>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QUuid>

#include <chrono>
#include <optional>

#include "cache/location.h"
#include "core/error.h"
#include "core/ids.h"
#include "core/speedlimit.h"
#include "hub/types.h"
#include "transfer/state.h"

namespace transfer {

using DownloadId = QUuid;

// What a Download that can still go on has to bring to its place.
struct Need {
    struct File {
        core::ContentId content;
        qint64 size = 0;
    };
    core::RepoId repo;
    cache::Location place;
    QList<File> files; // what of them has come may have its room already
    qint64 unnamed = 0; // bytes of those whose content has no id yet
};

// Which files of a Download go first. Skip is no state of a file: it leaves the choice.
enum class Priority { High, Normal, Skip };

// What a person asked for: a repo, a commit, a set of files, a place.
struct DownloadRequest {
    core::RepoId repo;
    QString endpoint; // the Hub it comes from
    QString revision; // as asked for: branch, tag, commit
    QString commit; // 40 hex, pinned
    QList<hub::TreeEntry> chosen; // files only
    QList<hub::TreeEntry>
        listing; // every file of the commit, for trees/<commit>.json; may be empty
    QSet<QString> urgent; // paths of chosen files that go before the others
    cache::Location place;
    int leftOut = 0; // asked for, but not to be written: an older ref stays where it is
};

// What keeps a Download from being faster.
enum class Factor {
    Limit, // of ours, for all or for it alone
    Disk, // what has come is not written fast enough
    Checking, // digests are computed and nothing is fetched meanwhile
    RateLimit, // the Hub, or a file host, asked us to wait
    Network, // what comes is taken at once: the server, or the way from it
};

// One blob of a Download as a view shows it.
struct FileStatus {
    QStringList paths;
    qint64 size = 0;
    qint64 done = 0; // bytes written, or reused; all of them only when it is Done
    State state = State::Queued;
    Priority priority = Priority::Normal;
    bool checked = false; // digest compared by us; false for content without an id
    bool reused = false; // was here already
    std::optional<core::Error> error;
    QDateTime retryAt; // Waiting only; UTC
};

// Bytes of a file, or of several and this is the first, that had been told and are there no more.
struct StartOver {
    QString path;
    qint64 left = 0; // bytes of it; 0: it begins from zero
    core::Error why; // Cancelled: it was too small to be kept when it was stopped
};

// A Download as a view shows it. Its state is a pure function of its Transfers: the one that most
// needs attention wins.
struct DownloadStatus {
    DownloadId id;
    core::RepoId repo;
    QString revision;
    QString commit;
    cache::Location place;
    State state = State::Queued;
    int position = 0; // in the queue, from 1; 0: done, no longer in it
    bool isOverLimit = false; // begun by startNow()
    core::SpeedLimit limit; // its own
    qint64 size = 0;
    // Bytes; all of a file only once it has its name. Falls only with Engine::startedOver().
    qint64 done = 0;
    bool isCounted =
        false; // false: what is on disk is still being looked at, so `done` says nothing
    int files = 0; // paths: two with one content are one FileStatus and two files
    int filesDone = 0;
    double bytesPerSecond = 0; // smoothed, of what comes from the network
    std::optional<qint64> secondsLeft;
    qint64 fetched = 0; // from the network, since the program began
    qint64 reused = 0; // of done: was here before
    int connections = 0; // now
    int retries = 0; // since the program began
    std::optional<core::Error> lastRetry; // why
    QDateTime lastRetryAt; // UTC
    std::optional<StartOver> lastStartOver; // since the program began
    std::optional<Factor> limitedBy; // while it is being fetched, once it is known
    std::optional<core::Error> error; // of the worst file
    QDateTime retryAt;
    bool isFruitless = false; // Waiting: the tries of the last hour have brought nothing
    std::optional<std::chrono::seconds> hubWait; // tries of it wait for the Hub's budget so long
    bool checked = false; // Done: every file was compared with its id, now or when it was fetched
    QDateTime added;
    QDateTime finished;
};

// All Downloads together.
struct TotalStatus {
    double bytesPerSecond = 0;
    qint64 left = 0; // bytes of all that goes on by itself
    std::optional<qint64> secondsLeft;
    qint64 fetched = 0;
    qint64 reused = 0;
    int connections = 0;
    int retries = 0;
    std::optional<Factor> limitedBy; // of the first one that is being fetched
};

} // namespace transfer
