#pragma once

#include <utility>

#include "core/clock.h"
#include "hub/call.h"
#include "hub/gate.h"
#include "transfer/fileattempt.h"
#include "transfer/filerequest.h"

namespace transfer {

class Worker;

// One file from one URL to any path, begun by Engine::downloadFile(). Ends exactly once (see
// hub::Call): with the file complete under its final name, or with an Error and whatever had that
// name before untouched. A refusal by the server, an answer that is not the file and bytes that are
// wrong remove what was fetched; a broken connection, a certificate that is not trusted, a full
// disk, cancel() and a crash keep it for the next call. Everything that is slow happens on the I/O
// thread and in the pool; what goes to the endpoint passes the Gate. After cancel() the Call ends
// when the file is let go, so that the next one can have it. Whoever deletes it cancels it, and is
// told nothing more. Owner: Engine. GUI thread.
class FileDownload : public hub::Call<FileResult> {
    Q_OBJECT
public:
    ~FileDownload() override;
    const FileRequest &request() const { return m_request; }

    void cancel() override;
    void end() override;

Q_SIGNALS:
    // Bytes of the file, those of an earlier run included, and its length or -1. At most four
    // times a second.
    void progressed(qint64 bytes, qint64 total);

private:
    friend class Engine;
    struct Ways { // to the I/O thread and to the Hub
        Worker *worker; // null: the Engine is shut down
        hub::Gate &gate;
        core::Clock &clock;
    };
    FileDownload(const Ways &ways, quint64 id, const FileRequest &request, QObject *parent);

    void begin();
    void stopWork();
    void onLimit();
    void onAsks(const FileWait &wait);
    void onRates(const QList<hub::RateInfo> &rates);
    void enter(core::Clock::Duration pause = {});
    void onEnded(const FileEnd &end);
    core::Error lateness() const;

    const Ways m_ways; // the Engine ends us before they go
    const quint64 m_id;
    const FileRequest m_request; // endpoint and token named
    hub::Gate::Ticket m_ticket; // of the last request to the endpoint
    std::pair<qint64, qint64> m_told{-1, -1}; // the last progressed()
    bool m_begun = false; // on the I/O thread
    bool m_leaving = false;
    bool m_late = false; // over its limit
};

} // namespace transfer
