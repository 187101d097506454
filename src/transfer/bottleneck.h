#pragma once

#include <deque>
#include <optional>

#include "core/clock.h"
#include "transfer/download.h"
#include "transfer/throttle.h"

namespace transfer {

// Parts of the time that was looked at, from 0 to 1.
struct Shares {
    double limited = 0;
    double held = 0;
    double checking = 0;
    double refused = 0;
};

// The largest share if it is worth a word, else the network. Pure.
Factor limitingFactor(const Shares &shares);

// Measures one Download over the last ten seconds. Value type, GUI thread.
class Bottleneck {
public:
    struct Sample {
        FlowUse use; // of all its connections so far
        bool checks = false; // something is compared, nothing fetched
        bool isRefused = false; // its requests wait for the Hub
    };
    void add(core::Clock::Duration now, const Sample &sample); // a few times a second
    void reset();

    std::optional<Factor> factor() const; // nothing before ten seconds have been seen

private:
    Shares shares() const;

    std::deque<std::pair<core::Clock::Duration, Sample>> m_samples;
};

} // namespace transfer
