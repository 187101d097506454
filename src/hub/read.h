#pragma once

#include <QObject>
#include <QPointer>

#include <functional>

#include "core/clock.h"
#include "hub/gate.h"
#include "hub/http.h"

namespace hub {

// One answer of the Hub, with all that may lie between asking and getting it: the Gate, a 429 that
// sends it back there, repeats of transient failures. Tells done once, unless it was stopped.
// Owner: the Call it works for. GUI thread.
class Read : public QObject {
    Q_OBJECT
public:
    struct Tools {
        Http &http;
        Gate &gate;
        core::Clock &clock;
    };
    struct Wish {
        HttpRequest request;
        Bucket bucket = Bucket::Api;
        Priority priority = Priority::Foreground;
    };
    using Done = std::function<void(const core::Result<HttpReply> &)>;

    Read(const Tools &tools, const Wish &wish, Done done, QObject *parent);

    void stop(); // done is not told any more

private:
    void enter();
    void send();
    void onAnswer(const Exchange &exchange);
    void onRefusal(const Exchange &exchange, core::Error error);
    void tell(const core::Result<HttpReply> &result);

    Tools m_tools;
    Wish m_wish;
    Done m_done;
    QPointer<Exchange> m_exchange;
    int m_failures = 0; // in a row
    int m_refusals = 0; // in a row
};

} // namespace hub
