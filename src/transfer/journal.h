#pragma once

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

#include "core/result.h"
#include "transfer/download.h"

namespace transfer {

// What is remembered of a Download beside its request: small, and rewritten when intent changes.
struct Intent {
    enum class Wanted { Run, Pause, Cancelled, Done };

    Wanted wanted = Wanted::Run;
    int order = 0; // among all; numbers may be far apart
    QDateTime added;
    QDateTime finished;
    bool checked = false;
    bool begun = false; // something of it was written to its place
    core::SpeedLimit limit;
};

struct JournalEntry {
    DownloadId id;
    DownloadRequest request;
    Intent intent;
};

// The queue on disk: <folder>/<uuid>.json, the request, written anew only when the choice of files
// or their priorities change, and <uuid>.state.json, the intent. What a file does not say has its
// default, so older files stay readable. Progress is not here; the sidecars have it. What a file
// says is checked as if it came from the net; files that cannot be read or say what we never write
// are moved aside to <name>.broken and reported. Blocks; used on the I/O thread except for load().
class Journal {
public:
    explicit Journal(const QString &folder);

    struct Loaded {
        QList<JournalEntry> entries; // by order
        QStringList problems; // for people
    };
    Loaded load() const;
    core::Result<void> saveRequest(const JournalEntry &entry) const; // both files
    core::Result<void> saveIntent(const DownloadId &id, const Intent &intent) const;
    void remove(const DownloadId &id) const;

private:
    QString m_folder;
};

} // namespace transfer
