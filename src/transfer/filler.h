#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QUrl>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "cache/partial.h"
#include "core/rangeset.h"
#include "core/result.h"
#include "hub/http.h"
#include "transfer/adaptation.h"
#include "transfer/fetch.h"
#include "transfer/hosts.h"
#include "transfer/lines.h"
#include "transfer/paces.h"

namespace transfer {

struct FillJob {
    QUrl resolveUrl;
    qint64 size = 0;
    QString commit; // what the Hub must name if it names one, as the content
    core::ContentId content;
    bool pageExpected = false; // the file is itself a web page
    int connections = 1; // at most; as many as help are used
    int passes = 1; // requests that may go to the Hub at once; asks() for each further one
    QUuid download; // whose limit counts
};

// Fetches every missing byte of an open Partial over as many connections as help (Adaptation) and
// are free (Lines). Gaps are given out in order, in chunks that get smaller towards the end;
// whoever then has nothing to do takes half of what the slowest has left. A large file's signed
// link is asked for once (GET without Range, up to the redirect) and shared by all segments until
// it is refused; where links turn out to be bound to a range, each segment asks for its own. A
// small file is one chained GET. Connections that bring nothing are given up one by one; the last
// one's error is the filler's. Owner: Attempt. I/O thread. Promise: ended() exactly once, unless
// stop() came first.
class Filler : public QObject {
    Q_OBJECT
public:
    struct Means { // of the Worker, shared by all files
        hub::Http &http;
        Throttle &throttle;
        Hosts &hosts;
        Lines &lines;
    };
    Filler(const Means &means, cache::Partial &partial, const FillJob &job, QObject *parent);
    ~Filler() override;

    void begin();
    void ask(); // one more request may go to the Hub
    void hold();
    void release();
    void stop(); // takes what has arrived; no ended() after that
    void setConnections(int most); // from now on
    int connections() const { return static_cast<int>(m_fetches.size()); } // now
    bool hasNewBytes() const { return m_newBytes; }
    // See Statement; with the trouble of ended().
    const std::optional<core::ContentId> &fileBehindPointer() const { return m_fileBehindPointer; }

Q_SIGNALS:
    void asks(); // for ask()
    void linkKnown();
    void linkLost();
    void wrote(qint64 bytes);
    void ratesSeen(const QList<hub::RateInfo> &rates);
    void ended(const std::optional<core::Error> &trouble); // nothing: the Partial is full

private:
    enum class Links { Shared, PerRange };
    enum class Body { Ranges, Whole }; // Whole: the server does not do ranges

    std::chrono::milliseconds now() const { return std::chrono::milliseconds(m_clock.elapsed()); }
    // By a digest, in the end.
    bool isProven() const { return m_job.content.kind != core::ContentId::Kind::Opaque; }
    bool isSmall() const;
    bool isHeldBack() const;
    bool takePass();
    void askLink();
    void onLinkHead(hub::Exchange *exchange);
    void onLink(hub::Exchange *exchange);
    void takeLink(const hub::HttpReply &reply);
    void fillSlots();
    bool startNext();
    std::optional<FetchPlan> nextPlan();
    core::RangeSet claimed() const;
    qint64 chunkSize(qint64 unclaimed) const;
    void dropStraggler();
    std::optional<core::Range> splitSlowest();
    void measure();
    void shrink();
    void startFetch(const FetchPlan &plan);
    void onBegun(Fetch *fetch);
    bool isOfOneVersion(const Fetch &fetch);
    void onOtherVersion(Fetch *fetch);
    void beginAnew(const QString &why);
    void onWholeFile(Fetch *fetch);
    void onFetchEnded(Fetch *fetch, const std::optional<core::Error> &trouble);
    void contradict(const Statement &statement);
    struct Last { // of the fetches that ended
        QUrl link;
        bool hasReceived = false;
        bool isGain = false; // bytes that were not here, by all since the one before it ended
    };
    void onTrouble(const core::Error &error, const Last &last);
    bool isRangeRefusal(const core::Error &error) const;
    std::optional<core::Error> pauseOfHost() const;
    bool isFileHostsRefusal(const core::Error &error) const;
    void onCrowded(const QUrl &url);
    void onRangeRefused();
    void onLinkRefused(const core::Error &error, const QUrl &link);
    const QUrl &source() const { return m_links == Links::Shared ? m_link : m_job.resolveUrl; }
    bool isBeingTried() const;
    void drop(Fetch *fetch);
    void dropAll();
    void end(const std::optional<core::Error> &trouble);

    hub::Http &m_http;
    Throttle &m_throttle;
    Hosts &m_hosts;
    Lines &m_lines;
    cache::Partial &m_partial;
    FillJob m_job;
    struct DeleteLater {
        void operator()(Fetch *fetch) const;
    };
    std::vector<std::unique_ptr<Fetch, DeleteLater>> m_fetches;
    QPointer<hub::Exchange> m_asking;
    QUrl m_link; // signed: memory only
    QByteArray m_etag; // the file host gave with the first segment of this link
    std::optional<core::ContentId> m_fileBehindPointer;
    Links m_links = Links::Shared;
    Body m_body = Body::Ranges;
    Adaptation m_adaptation;
    QTimer m_measurer;
    QTimer m_pause; // before the next connection
    QElapsedTimer m_clock;
    Paces m_paces;
    qint64 m_received = 0; // by all fetches, what is here already included
    double m_bytesPerSecond = 0; // of one connection, lately
    qint64 m_receivedBefore = 0;
    std::chrono::milliseconds m_measuredAt{0};
    int m_passes = 1;
    bool m_passAsked = false;
    qint64 m_totalBefore = 0; // bytes written when the last fetch ended
    int m_linkStrikes = 0; // links in a row that were refused though they were hardly used
    int m_linkUses = 0; // answers that this link gave
    bool m_isAnnounced = false; // that bytes may come
    bool m_newBytes = false;
    bool m_held = false;
    bool m_ended = false;
};

} // namespace transfer
