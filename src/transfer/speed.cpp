#include "transfer/speed.h"

#include <cmath>

using namespace std::chrono_literals;

namespace transfer {

namespace {
constexpr core::Clock::Duration shortWindow = 3s;
constexpr core::Clock::Duration longWindow = 60s;
constexpr core::Clock::Duration sampleEvery = 200ms;
constexpr core::Clock::Duration leastSeen = 5s;
} // namespace

void Speed::add(core::Clock::Duration now, qint64 totalBytes)
{
    if (!m_samples.empty() && totalBytes < m_samples.back().second)
        reset(); // the file began again
    if (m_samples.size() > 1 && now - m_samples[m_samples.size() - 2].first < sampleEvery)
        m_samples.back() = {now, totalBytes};
    else
        m_samples.emplace_back(now, totalBytes);
    while (m_samples.size() > 2 && now - m_samples.front().first > longWindow)
        m_samples.pop_front();
}

void Speed::reset()
{
    m_samples.clear();
}

double Speed::rate(core::Clock::Duration now, core::Clock::Duration window) const
{
    if (m_samples.size() < 2)
        return 0;
    auto first = m_samples.begin();
    while (std::next(first) != std::prev(m_samples.end())
           && now - std::next(first)->first >= window)
        ++first;
    const double seconds = std::chrono::duration<double>(now - first->first).count();
    return seconds > 0 ? static_cast<double>(m_samples.back().second - first->second) / seconds : 0;
}

double Speed::bytesPerSecond(core::Clock::Duration now) const
{
    return rate(now, shortWindow);
}

std::optional<qint64> Speed::secondsLeft(core::Clock::Duration now, qint64 bytesLeft) const
{
    if (m_samples.size() < 2 || now - m_samples.front().first < leastSeen)
        return {};
    const double bytesPerSecond = rate(now, longWindow);
    if (bytesPerSecond < 1)
        return {};
    const double seconds = std::ceil(static_cast<double>(bytesLeft) / bytesPerSecond);
    constexpr double hundredYears = 3.2e9;
    if (seconds > hundredYears)
        return {};
    return static_cast<qint64>(seconds);
}

} // namespace transfer
