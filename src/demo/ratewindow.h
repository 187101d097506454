#pragma once

#include <QByteArray>
#include <QHash>

#include <chrono>

namespace demo {

// Counts requests of one caller in one bucket per fixed window of 300 s. Value type, one thread;
// the caller brings the time (seconds of a clock that never goes back).
class RateWindow {
public:
    struct Count {
        bool isWithin = true; // false: this request is over the quota
        QByteArray rateLimit; // header values
        QByteArray policy;
    };

    Count take(const QByteArray &caller, const QByteArray &bucket, int quota,
               std::chrono::seconds now);
    // What the headers say without using up a request.
    Count peek(const QByteArray &caller, const QByteArray &bucket, int quota,
               std::chrono::seconds now);

private:
    struct Window {
        std::chrono::seconds begin{};
        int used = 0;
    };
    Window &window(const QByteArray &caller, const QByteArray &bucket, std::chrono::seconds now);
    static Count describe(const Window &window, const QByteArray &bucket, int quota,
                          std::chrono::seconds now);

    QHash<QByteArray, Window> m_windows;
};

} // namespace demo
