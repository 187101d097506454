#pragma once

#include <QDateTime>
#include <QObject>

#include <chrono>
#include <functional>

namespace core {

// Time as everything below the window sees it, so that no test waits for a timer.
// Owner: whoever builds the services. Used on the thread it lives on.
class Clock {
public:
    using Duration = std::chrono::milliseconds;

    Clock() = default;
    virtual ~Clock() = default;
    Q_DISABLE_COPY_MOVE(Clock)

    virtual Duration monotonic() const = 0; // never goes back; origin is arbitrary
    virtual QDateTime utcNow() const = 0; // wall clock
    // Runs f once on this thread, never before the delay is over, unless context is gone by then.
    virtual void after(Duration delay, QObject *context, std::function<void()> f) = 0;
};

class SystemClock : public Clock {
public:
    Duration monotonic() const override;
    QDateTime utcNow() const override;
    void after(Duration delay, QObject *context, std::function<void()> f) override;
};

} // namespace core
