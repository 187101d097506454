#pragma once

#include <QtGlobal>

#include <deque>
#include <optional>
#include <utility>

#include "core/clock.h"

namespace transfer {

// Rate and time left from byte counts: the rate over the last three seconds, the time left from the
// last minute, and no guess from less than five seconds. Value type, GUI thread.
class Speed {
public:
    void add(core::Clock::Duration now, qint64 totalBytes); // total so far, never goes back
    void reset();

    double bytesPerSecond(core::Clock::Duration now) const;
    std::optional<qint64> secondsLeft(core::Clock::Duration now, qint64 bytesLeft) const;

private:
    double rate(core::Clock::Duration now, core::Clock::Duration window) const;

    std::deque<std::pair<core::Clock::Duration, qint64>> m_samples;
};

} // namespace transfer
