#pragma once

#include <QPointer>

#include <vector>

#include "core/clock.h"

namespace support {

// Time that stands still until a test moves it. Owner: the test. One thread. Promises that
// callbacks run only inside advance(), in the order they are due; equal times run in the order they
// were asked for.
class ManualClock : public core::Clock {
public:
    Duration monotonic() const override { return m_now; }
    QDateTime utcNow() const override;
    void after(Duration delay, QObject *context, std::function<void()> f) override;

    // Moves time on and runs what comes due on the way, including what that asks for.
    void advance(Duration time);
    // Runs until the next callback is due and done; false when none waits.
    bool advanceToNext();
    qsizetype waiting() const; // callbacks whose context is still there

private:
    struct Entry {
        Duration due;
        QPointer<QObject> context;
        std::function<void()> f;
    };

    std::vector<Entry>::iterator next();

    Duration m_now{1'000'000};
    std::vector<Entry> m_entries;
};

} // namespace support
