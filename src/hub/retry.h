#pragma once

#include <chrono>
#include <optional>

#include "core/error.h"

namespace hub {

// A pause that a server names counts up to here; more is not believed.
inline constexpr std::chrono::seconds LongestPauseNamed = std::chrono::hours(1);

// How long to wait before the next try: 1, 2, 4, 8, 16 s, then doubling up to 300 s, each with up
// to 25 % either way by jitter (-1 to 1); where the server named a time, that, but at most
// LongestPauseNamed. Nothing when only a person can help. attempt counts failures in a row without
// a new byte, from 0. Pure.
std::optional<std::chrono::milliseconds> retryDelay(const core::Error &error, int attempt,
                                                    double jitter);

} // namespace hub
