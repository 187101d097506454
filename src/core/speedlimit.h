#pragma once

#include <QString>

#include <optional>

namespace core {

// How fast bytes may come, in bytes per second. Nothing: as fast as they do. Zero: they are held.
using SpeedLimit = std::optional<qint64>;

constexpr qint64 slowestLimit = 16'000; // of those that are neither none nor hold
constexpr qint64 fastestLimit = 10'000'000'000;

// A word or a speed: "none", "hold", "2M", "800 KB/s", "1.5MB"; decimal units, any case, bytes
// where none is named. Nothing when it is not understood or out of range.
std::optional<SpeedLimit> parseSpeedLimit(const QString &text);

// As parseSpeedLimit() reads it, the same in every language.
QString speedLimitText(const SpeedLimit &limit);

} // namespace core
