#pragma once

#include <QHash>
#include <QString>
#include <QUrl>

#include <chrono>
#include <optional>

#include "core/error.h"

namespace transfer {

// File hosts that asked for a pause (429 or 503): none of our connections goes there before it is
// over, whichever file wants it. The Hub itself has the Gate. Owner: Worker. I/O thread; the caller
// brings the time.
class Hosts {
public:
    using Time = std::chrono::steady_clock::time_point;

    // An answer with 429 or 503: a pause is wanted, or fewer connections.
    static bool isRefusal(const core::Error &error);

    // A refusal by that address. The host is left alone for the time it named, else for one that
    // doubles with each refusal in a row; at most an hour.
    void refused(const QUrl &url, std::optional<std::chrono::seconds> named, Time now);
    // A refusal while it served so many connections of one file: that many it is asked for again,
    // for ten minutes.
    void crowded(const QUrl &url, int served, Time now);
    std::optional<int> mostOf(const QUrl &url, Time now) const;
    // Bytes came: the row is over. Those that come during a pause were asked for before it.
    void served(const QUrl &url, Time now);

    // Nothing: ask it.
    std::optional<std::chrono::seconds> pauseOf(const QUrl &url, Time now) const;
    bool isAnyPaused(Time now) const;

private:
    struct Host {
        Time until;
        int refusals = 0; // in a row
        int most = 0; // connections of one file
        Time mostUntil;
    };
    Host &at(const QUrl &url, Time now);

    QHash<QString, Host> m_hosts;
};

} // namespace transfer
