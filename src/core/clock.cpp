#include "core/clock.h"

#include <QTimer>

#include <algorithm>
#include <limits>
#include <utility>

namespace core {

Clock::Duration SystemClock::monotonic() const
{
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
}

QDateTime SystemClock::utcNow() const
{
    return QDateTime::currentDateTimeUtc();
}

void SystemClock::after(Duration delay, QObject *context, std::function<void()> f)
{
    // Qt counts timers in an int of milliseconds: 24 days at most.
    const Duration most{std::numeric_limits<int>::max()};
    // A coarse timer, which Qt takes from two seconds on, may fire five per cent early: too early
    // for a server that named its time.
    QTimer::singleShot(std::clamp(delay, Duration::zero(), most), Qt::PreciseTimer, context,
                       std::move(f));
}

} // namespace core
