#include "transfer/bottleneck.h"

#include <algorithm>
#include <array>

using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr core::Clock::Duration window = 10s;
constexpr double worthAWord = 0.3;

} // namespace

Factor limitingFactor(const Shares &shares)
{
    const std::array<std::pair<double, Factor>, 4> all{{
        {shares.limited, Factor::Limit},
        {shares.held, Factor::Disk},
        {shares.checking, Factor::Checking},
        {shares.refused, Factor::RateLimit},
    }};
    const auto most = std::max_element(
        all.begin(), all.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    return most->first > worthAWord ? most->second : Factor::Network;
}

void Bottleneck::add(core::Clock::Duration now, const Sample &sample)
{
    m_samples.emplace_back(now, sample);
    while (m_samples.size() > 2 && now - m_samples[1].first >= window)
        m_samples.pop_front();
}

void Bottleneck::reset()
{
    m_samples.clear();
}

Shares Bottleneck::shares() const
{
    const FlowUse &first = m_samples.front().second.use;
    const FlowUse &last = m_samples.back().second.use;
    const auto limited = last.limited - first.limited;
    const auto held = last.held - first.held;
    const auto open = limited + held + (last.reading - first.reading);
    const auto part = [](auto some, auto all) {
        return all.count() > 0
            ? static_cast<double>(some.count()) / static_cast<double>(all.count())
            : 0;
    };
    Shares shares{.limited = part(limited, open), .held = part(held, open)};
    const double samples = static_cast<double>(m_samples.size());
    for (const auto &[time, sample] : m_samples) {
        shares.checking += sample.checks ? 1 / samples : 0;
        shares.refused += sample.isRefused ? 1 / samples : 0;
    }
    return shares;
}

std::optional<Factor> Bottleneck::factor() const
{
    if (m_samples.empty() || m_samples.back().first - m_samples.front().first < window)
        return {};
    return limitingFactor(shares());
}

} // namespace transfer
