#pragma once

#include <QObject>
#include <QPointer>

#include <functional>

#include "core/clock.h"
#include "hub/gate.h"
#include "hub/http.h"

namespace hub {

inline constexpr std::chrono::minutes LongestPause{5}; // of one call: more is for people to decide

// One answer to one request, with all that may lie between asking and getting it: the Gate, a 429
// that sends it back there, repeats of transient failures. A write is repeated only where it is
// known to have reached nobody, or was refused by a 429. Tells done once, unless it was stopped.
// Owner: the Call it works for. GUI thread.
class Ask : public QObject {
    Q_OBJECT
public:
    struct Tools {
        Http &http;
        Gate &gate;
        core::Clock &clock;
    };
    struct Wish {
        HttpRequest request; // with endpoint and token: its call keeps them
        std::optional<Bucket> bucket = Bucket::Api; // nothing: the Hub does not count it
        Priority priority = Priority::Foreground;
    };
    using Done = std::function<void(const core::Result<HttpReply> &)>;

    Ask(const Tools &tools, const Wish &wish, Done done, QObject *parent);
    ~Ask() override; // what runs is cancelled

    // done is not told any more; the error learns what it was about: the address, and whether a
    // write was under way.
    void stop(core::Error &error);

Q_SIGNALS:
    void sent(qint64 bytes, qint64 total);
    void received(qint64 bytes, qint64 total);

private:
    void enter(Gate::Turn turn, core::Clock::Duration pause = {});
    void send(const Gate::Ticket &ticket);
    void onAnswer(const Exchange &exchange);
    void onRefusal(const Exchange &exchange, const Gate::Ticket &ticket, core::Error error);
    void drop();
    void repeatAfter(const core::Error &error, core::Clock::Duration wait);
    void tell(const core::Result<HttpReply> &result);

    Tools m_tools;
    Wish m_wish;
    Done m_done;
    QPointer<Exchange> m_exchange;
    Gate::Ticket m_ticket; // of what is under way
    int m_failures = 0; // in a row
    int m_refusals = 0; // in a row
};

} // namespace hub
