#include "hub/retry.h"

#include <algorithm>
#include <cmath>

namespace hub {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds Longest = 300s;
constexpr double JitterShare = 0.25;

} // namespace

std::optional<std::chrono::milliseconds> retryDelay(const core::Error &error, int attempt,
                                                    double jitter)
{
    if (!core::isTransient(error.kind))
        return std::nullopt;
    if (error.retryAfter)
        return std::clamp<std::chrono::seconds>(*error.retryAfter, 1s, LongestPauseNamed);

    const int doublings = std::clamp(attempt, 0, 16);
    const auto base = std::min<std::chrono::milliseconds>(Longest, 1s * (1 << doublings));
    const double factor = 1.0 + JitterShare * std::clamp(jitter, -1.0, 1.0);
    return std::chrono::milliseconds(std::llround(static_cast<double>(base.count()) * factor));
}

} // namespace hub
