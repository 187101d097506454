#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "cache/descriptor.h"
#include "cache/seal.h"
#include "core/result.h"
#include "transfer/filerequest.h"
#include "transfer/fileversion.h"

namespace transfer {

// The beginning of a file under the name "<destination>.incomplete", and beside it a note
// (".incomplete.json": address with a digest of its query, version, total, what is on stable
// storage) that tells the next run what it is the beginning of. The file itself carries the lock
// (flock): whoever has it open here is alone with this destination, in this process and among all
// others. It never is a link, and never a file that has a second name.
//
// Owner: FileAttempt; tasks in the pool share it. Everything but the plain getters, append(),
// beginAnswer() and restart() blocks for long. One thread at a time, except checkpoint().
class FilePartial {
public:
    // What the bytes are the beginning of.
    struct Source {
        QString url; // a digest in place of the query
        FileVersion version; // nothing said: nothing proves whose the bytes are
        qint64 total = -1;
    };
    struct Opened {
        std::shared_ptr<FilePartial> partial; // null: the destination is complete already
        FileResult there;
    };

    // Makes folders, takes the lock (Locked), removes or adopts what is there. *stop ends long
    // reading with Cancelled.
    static core::Result<Opened> open(const FileRequest &request, const std::atomic<bool> *stop);
    ~FilePartial(); // closes and unlocks; removes a file without a byte
    Q_DISABLE_COPY_MOVE(FilePartial)

    qint64 length() const { return m_length; }
    // As an earlier run noted it, or this one; nothing: nobody knows.
    const std::optional<Source> &source() const { return m_source; }

    // Nothing but the file that has the final name already.
    bool isCopy() const { return m_isCopy; }

    // Notes the source and takes the room for the whole file. DiskFull before the first byte.
    core::Result<void> beginAnswer(const Source &source);
    // offset must be length(): the same bytes are never taken twice.
    core::Result<void> append(qint64 offset, QByteArrayView data);
    core::Result<void> restart(); // forgets all bytes

    // What append() has written so far; sync() then makes it safe, from any thread.
    struct Mark {
        qint64 length = 0;
        int life = 0;
    };
    Mark mark() const { return {m_length, m_life}; }
    core::Result<void> sync(const Mark &mark);

    // Syncs, reads back and compares with content, then gives the file its name. False: another
    // digest; nothing has the name. Content that cannot be computed is not compared.
    core::Result<bool> publish(const std::optional<core::ContentId> &content,
                               const std::atomic<bool> *stop);
    core::Result<void> remove(); // file and note

private:
    explicit FilePartial(const FileRequest &request);

    core::Result<void> lock();
    core::Result<void> clear();
    core::Result<void> adopt(const FileRequest &request);
    core::Result<bool> adoptDestination(const FileRequest &request, const std::atomic<bool> *stop);
    core::Result<void> copyDestination();
    core::Result<cache::Seal::Named> takeName(cache::Seal &seal,
                                              const std::optional<core::ContentId> &content,
                                              const std::atomic<bool> *stop);
    core::Result<void> saveNote(qint64 synced, bool durable) const;
    bool hasOurName() const;

    const QString m_destination;
    const QString m_path;
    const QString m_notePath;
    cache::Descriptor m_fd;
    qint64 m_length = 0;
    std::optional<Source> m_source;
    bool m_isCopy = false; // of the destination, and nothing came to it
    std::mutex m_noteMutex; // the note, m_synced, and m_life against sync()
    qint64 m_synced = 0;
    std::atomic<int> m_life = 0; // grows with restart() and at the end
};

// Whether the digest of such content can be computed.
bool isCheckable(const std::optional<core::ContentId> &content);

} // namespace transfer
