#pragma once

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "core/ids.h"
#include "core/rangeset.h"
#include "core/result.h"
#include "hub/http.h"
#include "transfer/throttle.h"

namespace transfer {

// What the Hub's own answer says of a file against what the listing of the commit says.
struct Statement {
    std::optional<core::Error> contradiction; // RemoteChanged
    // The listing named the git id of an LFS pointer, as one without "lfs" does: this is the id of
    // the file itself. Comes with a contradiction.
    std::optional<core::ContentId> fileBehindPointer;
};

// What was asked for, as the listing of a commit tells it.
struct Expected {
    QString commit; // empty: of no commit
    core::ContentId content; // without text: nobody has told
    qint64 size = -1; // -1: likewise
};

// From X-Repo-Commit, X-Linked-Size and X-Linked-Etag of the endpoint's hops (hub-api.md 6), none
// of which has to be there; a file host's ETag says nothing.
Statement statementOf(const hub::HttpReply &reply, const Expected &expected);

// What one request for bytes asks for.
struct FetchPlan {
    static constexpr qint64 openEnd = std::numeric_limits<qint64>::max();

    enum class Ask {
        Range,
        Whole, // no Range header; range is then [0, size)
        Rest, // from range.begin on; where the server cannot, the whole file from position() 0
    };

    QUrl url; // a signed link, or the resolve address
    core::Range range; // bytes wanted; Whole and Rest may leave the end open for the answer to tell
    Ask ask = Ask::Range;
    qint64 size = 0; // of the whole file, as the commit says; -1: not known before the answer
    core::ContentId content; // what the Hub must name if it names one
    QString commit; // likewise; empty: any
    bool pageExpected = false; // the file itself is a web page
    bool commitExpected = false; // the Hub names one with every file of a repo (hub-api.md 7.3)
    hub::HeaderList headers; // beside Range
    qint64 readBuffer = 1024 * 1024; // see HttpRequest
    QUuid download; // whose limit counts beside that of all; null: none has
    std::optional<hub::Endpoint> endpoint; // instead of the configured ones, as in HttpRequest
    std::optional<core::Secret> token;
    std::chrono::milliseconds silence{20000}; // without a byte, while nobody holds back
    std::function<std::optional<std::chrono::seconds>(const QUrl &)> pauseOf; // see HttpRequest
};

// One GET whose body is written where it belongs. Checks the answer's head before any byte is
// taken: 206 with exactly our range and size, or 200 for a body from the beginning; anything else
// is RemoteChanged, LinkExpired or Protocol, and its body never reaches the disk. Counts bytes
// itself: a body that ends early is Truncated, one that does not end is Protocol. Reads no faster
// than the Throttle allows, also what has arrived when the connection ends. Owner: Attempt. I/O
// thread. Promise: ended() exactly once, unless it is destroyed before.
class Fetch : public QObject {
    Q_OBJECT
public:
    // Takes a block at an offset of the file; an error ends the fetch with it.
    using Sink = std::function<core::Result<void>(qint64 offset, QByteArrayView data)>;

    Fetch(hub::Http &http, Throttle &throttle, const FetchPlan &plan, Sink sink, QObject *parent);
    ~Fetch() override;

    const FetchPlan &plan() const { return m_plan; }
    qint64 position() const { return m_position; } // next byte of the file
    qint64 end() const { return std::min(m_plan.range.end, m_stopAt); } // of what is still ours
    qint64 received() const { return m_position - m_plan.range.begin; }
    // Of the last hop, once its head is here, a refusal's included; its address is secret.
    const hub::HttpReply &reply() const { return m_reply; }
    // The length that a 416 named; with the trouble of ended().
    const std::optional<qint64> &refusedTotal() const { return m_refusedTotal; }
    // The end was told by the pieces of the body alone. Qt takes a piece without a sensible length
    // for the last one, so this proves nothing.
    bool isEndUnproven() const { return m_isEndUnproven; }
    const Statement &statement() const { return m_statement; } // once the head is here

    // Leaves the bytes from there on to another one; ignored when they are here or are not ours.
    // The connection is broken there.
    void shorten(qint64 end);
    bool isShared() const { return m_plan.ask == FetchPlan::Ask::Range; } // shorten() can do it

    void hold(); // stop reading; the sender is held back by full buffers
    void release(); // go on
    bool isHeldBack() const { return m_reader.isHeldBack(); } // by hold() or a limit
    // Takes what has arrived and breaks the connection; no ended() after that.
    void stop();
    void abandon(); // the same, and nothing is taken any more

Q_SIGNALS:
    void begun(); // the head is right; the first bytes follow
    void wholeFile(); // the server answered 200 to a range that began later
    void ratesSeen(const QList<hub::RateInfo> &rates);
    void ended(const std::optional<core::Error> &trouble); // nothing: every byte is written

private:
    void onHead();
    void onReadyRead();
    void onFinished();
    std::optional<core::Error> judge(const hub::HttpReply &reply) const;
    std::optional<core::Error> judgeRange(const hub::HttpReply &reply) const;
    bool isStrangePage(const hub::HttpReply &reply) const;
    void settleRange(const hub::HttpReply &reply);
    void settleOpenEnd(qint64 end);
    void hearRefusal(const hub::HttpReply &reply);
    qint64 available() const;
    qint64 allowed();
    qint64 read(char *buffer, qint64 most);
    void keepRest();
    void drain();
    void leaveRest();
    void proceed();
    void conclude();
    void end(std::optional<core::Error> trouble);

    FetchPlan m_plan;
    Sink m_sink;
    Throttle::Reader m_reader;
    QPointer<hub::Exchange> m_exchange;
    std::optional<core::Result<hub::HttpReply>> m_result; // once the exchange is over
    QByteArray m_rest; // what it left when it ended and we were held back
    qsizetype m_restRead = 0;
    QTimer m_gather; // small arrivals are taken together
    const core::Secret m_token;
    hub::HttpReply m_reply;
    std::optional<qint64> m_refusedTotal;
    Statement m_statement;
    std::optional<core::Error> m_failure;
    qint64 m_position = 0;
    qint64 m_stopAt = FetchPlan::openEnd; // see shorten()
    bool m_isEndUnproven = false;
    bool m_headSeen = false;
    bool m_held = false;
    bool m_draining = false;
    bool m_leaving = false; // what has arrived is taken without leave
    bool m_ended = false;
};

} // namespace transfer
