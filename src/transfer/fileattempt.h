#pragma once

#include <QList>
#include <QObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/error.h"
#include "hub/http.h"
#include "transfer/filerequest.h"
#include "transfer/fileversion.h"

namespace transfer {

class Fetch;
class FilePartial;
class Worker;

// Before each request: how long to wait, and what a 429 said.
struct FileWait {
    std::chrono::milliseconds delay{0};
    std::optional<core::Error> refusal; // RateLimited
    QList<hub::RateInfo> rates;
    int refusals = 0; // in a row before this one
};

struct FileEnd {
    std::optional<core::Error> error; // nothing: result holds
    FileResult result;
};

// One call of downloadFile on the I/O thread, from the lock to the final name:
//
//   open (pool) -> asks() -> [wait, Gate: FileDownload] -> ask() -> head judged -> bytes written
//      ^                          | broken: goes on where it stopped; changed: from zero
//   all bytes -> sync, digest of what is on disk, rename (pool) -> ended()
//
// Owner: Worker. I/O thread. Promise: ended() exactly once, also after stop(), and never while a
// pool task of it still runs. A refusal, and bytes that are wrong, remove the partial; what says
// nothing of the file (a broken connection, TLS, a full disk, a stop) keeps it. So does a crash.
class FileAttempt : public QObject {
    Q_OBJECT
public:
    FileAttempt(Worker &worker, quint64 id, const FileRequest &request);
    ~FileAttempt() override;

    qint64 bytes() const; // of the file, those that were here before included
    qint64 total() const { return m_total; } // -1: not known

    void begin();
    void ask(); // the next request may go
    void stop(); // takes what has arrived, keeps it, ends Cancelled

Q_SIGNALS:
    void asks(quint64 id, const transfer::FileWait &wait);
    void ratesSeen(const QList<hub::RateInfo> &rates);
    void ended(quint64 id, const transfer::FileEnd &end);

private:
    enum class Tries {
        Once,
        Thrice,
        Any, // each ends in the whole file or in a failure that counts
    };

    void onOpened();
    void onBegun();
    void onFetchEnded(const std::optional<core::Error> &trouble);
    void confirmEnd();
    void onRangeRefused(const core::Error &error);
    void onTrouble(const core::Error &error);
    void rememberHost(const core::Error &error);
    core::Error aboutThisUrl(core::Error error) const;
    bool adoptFileBehindPointer();
    QByteArray condition() const;
    Sameness sameness(qint64 total) const;
    void learnContent();
    core::Result<void> take(qint64 offset, QByteArrayView data);
    void checkpoint();
    void restart(const core::Error &why, Tries tries);
    void wait(const core::Error &error, std::chrono::milliseconds delay);
    void publish();
    void fail(const core::Error &error);
    void finish(const FileEnd &end);
    void endWhenQuiet();
    void dropFetch();

    template <typename T> void inPool(std::function<T()> task, std::function<void(T &)> then);

    struct DeleteLater {
        void operator()(Fetch *fetch) const;
    };

    Worker &m_worker;
    const quint64 m_id;
    FileRequest m_request;
    std::shared_ptr<FilePartial> m_partial;
    std::unique_ptr<Fetch, DeleteLater> m_fetch;
    std::optional<core::ContentId> m_content; // what it is compared with in the end
    hub::HttpReply m_answer; // the last one; its address is secret
    QList<hub::RateInfo> m_rates; // of that
    std::shared_ptr<std::atomic<bool>> m_stopFlag;
    std::optional<FileEnd> m_end; // set once: how it ends when the pool is done with it
    qint64 m_total = -1;
    qint64 m_done = 0; // bytes(), when the partial is gone
    qint64 m_farthest = 0; // more than ever before is progress
    qint64 m_fetchBegan = 0; // length of the partial then
    qint64 m_synced = 0;
    int m_failures = 0; // in a row without a new byte
    int m_restarts = 0;
    int m_refusals = 0; // 429 in a row
    int m_tasks = 0; // in the pool
    bool m_broughtBytes = false; // the last answer, and more than ever before
    bool m_isTaking = false; // what the fetch brings
    bool m_isConfirming = false; // what was fetched may be all
    bool m_isPatched = false; // the bytes are of more than one answer
    bool m_mismatched = false;
    bool m_checkpointing = false;
    bool m_closing = false;
};

} // namespace transfer
