#pragma once

#include <QObject>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/error.h"
#include "core/secret.h"
#include "hub/endpoint.h"
#include "hub/types.h"

namespace hub {

// Whose budget a request uses up: the Hub counts per account, and per address for guests.
// Value type; account is a fingerprint of the token, empty for guests.
struct Payer {
    QString endpoint;
    QByteArray account;

    static Payer of(const Endpoint &endpoint, const core::Secret &token);
    bool operator==(const Payer &) const = default;
};

// What is known of one bucket of one payer. Times are of Clock::monotonic().
struct Budget {
    bool isStated = false; // an answer has told; before that nothing is counted against anybody
    bool isHeard = false; // an answer has come, whether it told or not
    qint64 quota = 0;
    qint64 left = 0; // the least the Hub has said in this window; what is under way is not in it
    qint64 underWay = 0; // requests without an answer: the Hub may have counted them or not
    core::Clock::Duration resetAt{0}; // 0: no window seen yet
    core::Clock::Duration blockedUntil{0}; // after a 429
    core::Clock::Duration window = std::chrono::minutes(5);
    core::Clock::Duration rivalsUntil{0}; // somebody else uses it up, too
};

struct Decision {
    bool go = false;
    core::Clock::Duration until{0}; // when !go: ask again then
};

// Pure: whether a request may leave now. Background leaves the last fifth of a budget alone and is
// spread over the rest of the window below one half.
Decision decide(core::Clock::Duration now, const Budget &budget, Priority priority);

// Pure: how many requests may be under way at once. Few before the first answer and few when little
// is left, since somebody else may be using up the same budget; one where somebody is known to.
qint64 mostUnderWay(core::Clock::Duration now, const Budget &budget);

// The only door to the Hub: every Call and every resolve passes here, files' bytes from other
// hosts do not. Owner: session::Services. GUI thread.
class Gate : public QObject {
    Q_OBJECT
public:
    // A request that was let go. Counts as under way until the last copy is dropped; whoever knows
    // its end tells it by answered(), refused() or unanswered() first. May outlive the Gate.
    class Pass;
    using Ticket = std::shared_ptr<Pass>;
    using Go = std::function<void(const Ticket &)>;

    enum class Turn { Last, Again }; // Again: the Hub sent it back, so it is first in its lane
    struct Wish {
        Bucket bucket = Bucket::Api;
        Priority priority = Priority::Foreground;
        std::optional<Payer> payer = {}; // of a request with a token of its own
        size_t lane = 0; // background requests of different lanes take turns
        Turn turn = Turn::Last;
        core::Clock::Duration pause{0}; // for this one alone, before it gets into its lane
    };

    explicit Gate(core::Clock &clock, QObject *parent = nullptr);
    ~Gate() override;

    // Whose budget the wishes without a payer use from now on, those that wait already included.
    void setPayer(const Payer &payer);

    // Runs go once the bucket allows, foreground first, in order of asking; never inside enter().
    // Dropped when context is gone.
    void enter(const Wish &wish, QObject *context, Go go);

    // Not before now was it sent: it may have waited for a connection.
    void left(const Ticket &ticket);
    // What the head of an answer says, while its body may still be long.
    void heard(const Ticket &ticket, const RateInfo &rate);
    // Takes over what the answer to that request said, unless it was heard. asked: the requests it
    // took, of which the Hub counts each. Once a ticket.
    void answered(const Ticket &ticket, const QList<RateInfo> &rates, int asked = 1);
    // No answer will come; asked 0: nothing was sent.
    void unanswered(const Ticket &ticket, int asked);
    // The same as answered() for a request that needed no ticket, such as one for a new link.
    void observe(const QList<RateInfo> &rates);

    struct Refusal {
        core::Clock::Duration wait{0};
        // The bucket is closed so long. Otherwise the Hub refused this action alone, with requests
        // left (hub-api.md 3.4): only its own repeat has to wait.
        bool isForAll = true;
    };
    // A 429: waits for the time that is known best (r = 0: t; else Retry-After; else growing with
    // attempt), plus up to a second. attempt counts from 0.
    Refusal refused(const Ticket &ticket, const QList<RateInfo> &rates, const core::Error &error,
                    int attempt, int asked = 1);
    Refusal refused(Bucket bucket, const QList<RateInfo> &rates, const core::Error &error,
                    int attempt); // of a request whose ticket is used up

    Budget budget(Bucket bucket) const; // of the present payer

Q_SIGNALS:
    // Somebody waits for this bucket for so long from now; nothing when nobody waits any more.
    void waiting(hub::Bucket bucket, std::optional<std::chrono::seconds> time);

private:
    friend class Pass;
    void onContextGone();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace hub
