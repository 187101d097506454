#pragma once

#include <QObject>
#include <QPointer>
#include <QUrl>

#include <memory>
#include <optional>
#include <vector>

#include "cache/partial.h"
#include "core/rangeset.h"
#include "core/result.h"
#include "hub/http.h"
#include "transfer/fetch.h"
#include "transfer/hosts.h"

namespace transfer {

struct FillJob {
    QUrl resolveUrl;
    qint64 size = 0;
    core::ContentId content; // what the Hub must name if it names one
    bool pageExpected = false; // the file is itself a web page
    int connections = 1;
    QUuid download; // whose limit counts
};

// Fetches every missing byte of an open Partial over several connections. A large file's signed
// link is asked for once (HEAD, without Range) and shared by all segments until it is refused;
// where links turn out to be bound to a range, each segment asks for its own. A small file is one
// chained GET. Connections that bring nothing are given up one by one; the last one's error is the
// filler's.
// Owner: Attempt. I/O thread. Promise: ended() exactly once, unless stop() came first.
class Filler : public QObject {
    Q_OBJECT
public:
    Filler(hub::Http &http, Throttle &throttle, Hosts &hosts, cache::Partial &partial,
           const FillJob &job, QObject *parent);
    ~Filler() override;

    void begin();
    void hold();
    void release();
    void stop(); // takes what has arrived; no ended() after that
    void setConnections(int most); // from now on
    bool hasNewBytes() const { return m_newBytes; }
    // See Statement; with the trouble of ended().
    const std::optional<core::ContentId> &fileBehindPointer() const { return m_fileBehindPointer; }

Q_SIGNALS:
    void linkKnown();
    void linkLost();
    void wrote(qint64 bytes);
    void ratesSeen(const QList<hub::RateInfo> &rates);
    void ended(const std::optional<core::Error> &trouble); // nothing: the Partial is full

private:
    enum class Links { Shared, PerRange };
    enum class Body { Ranges, Whole }; // Whole: the server does not do ranges

    bool isSmall() const;
    void askLink();
    void onLink(hub::Exchange *exchange);
    void fillSlots();
    std::optional<FetchPlan> nextPlan() const;
    qint64 chunkSize() const;
    void startFetch(const FetchPlan &plan);
    void onBegun(Fetch *fetch);
    void onWholeFile(Fetch *fetch);
    void onFetchEnded(Fetch *fetch, const std::optional<core::Error> &trouble);
    void contradict(const Statement &statement);
    enum class Gain { None, Some }; // of bytes that were not here, since the last fetch ended
    void onTrouble(const core::Error &error, Gain gain);
    std::optional<core::Error> pauseOfHost() const;
    void rememberHost(const core::Error &error);
    void onRangeRefused();
    void onLinkRefused(const core::Error &error);
    void drop(Fetch *fetch);
    void dropAll();
    void end(const std::optional<core::Error> &trouble);

    hub::Http &m_http;
    Throttle &m_throttle;
    Hosts &m_hosts;
    cache::Partial &m_partial;
    FillJob m_job;
    struct DeleteLater {
        void operator()(Fetch *fetch) const;
    };
    std::vector<std::unique_ptr<Fetch, DeleteLater>> m_fetches;
    QPointer<hub::Exchange> m_asking;
    QUrl m_link; // signed: memory only
    QByteArray m_etag; // validator the file host gave with the first segment
    std::optional<core::ContentId> m_fileBehindPointer;
    Links m_links = Links::Shared;
    Body m_body = Body::Ranges;
    int m_connections = 1;
    qint64 m_totalBefore = 0; // bytes written when the last fetch ended
    int m_linkStrikes = 0; // refused links since the last byte
    bool m_linkAnnounced = false;
    bool m_newBytes = false;
    bool m_held = false;
    bool m_ended = false;
};

} // namespace transfer
