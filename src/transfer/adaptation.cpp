#include "transfer/adaptation.h"

#include <algorithm>
#include <array>

using namespace std::chrono_literals;

namespace transfer {

namespace {

using Time = Adaptation::Time;

constexpr Time shortestWindow = 250ms;
constexpr Time shortestClimb = 50ms; // a mistake on the way up is found at the first rest
constexpr Time longestWindow = 2s;
constexpr Time shortestRest = 250ms;
constexpr int delaysInRest = 4; // until a request for a half pays off
constexpr int delaysInWindow = 8; // a connection over a long way needs them to reach its speed
constexpr double worthMore = 0.25; // of what each further connection would bring at best
constexpr double nearlyAll = 0.7; // of it: the connections do not stand in each other's way
constexpr double asGood = 0.95; // of the speed before, with fewer
constexpr double fallen = 0.6; // of the speed at the last rest: the line is not what it was
constexpr std::array<Time, 5> rests = {1s, 3s, 6s, 12s, 30s};

} // namespace

Adaptation::Adaptation(int first, int most)
    : m_target(std::clamp(first, 1, std::max(1, most)))
    , m_most(std::max(1, most))
    , m_suffered(m_most)
{
}

void Adaptation::setMost(int most)
{
    m_most = std::max(1, most);
    m_suffered = m_most;
    if (m_target > m_most)
        go(m_most, Trial::None);
}

Time Adaptation::window() const
{
    const Time shortest = m_isClimbing ? shortestClimb : shortestWindow;
    return std::clamp<Time>(m_delay * delaysInWindow, shortest, longestWindow);
}

void Adaptation::learnDelay(Time delay)
{
    m_delay = m_delay == Time::zero() ? delay : std::min(m_delay, delay);
}

double Adaptation::worthSharing() const
{
    return std::chrono::duration<double>(std::max<Time>(shortestRest, m_delay * delaysInRest))
        .count();
}

void Adaptation::interrupt()
{
    m_since.reset();
    m_markedAt.reset();
    if (m_phase == Phase::Measuring)
        m_phase = Phase::Settling;
}

void Adaptation::limitTo(int working)
{
    m_suffered = std::max(1, working);
    m_known.reset();
    go(std::min(m_target, m_suffered), Trial::None);
}

void Adaptation::tell(Time now, qint64 bytes, int working)
{
    if (!m_since)
        m_since = now;
    switch (m_phase) {
    case Phase::Settling:
        if (working != m_target) {
            m_since = now; // not all here, or not all gone
            return;
        }
        if (now - *m_since < window() / 2)
            return;
        m_phase = Phase::Measuring;
        m_since = now;
        m_bytes = bytes;
        return;
    case Phase::Measuring: {
        const Time time = now - *m_since;
        if (time < window())
            return;
        const double seconds = std::chrono::duration<double>(time).count();
        conclude(static_cast<double>(bytes - m_bytes) / seconds, now);
        return;
    }
    case Phase::Resting:
        if (hasFallen(now, bytes)) {
            m_isClimbing = true;
            m_nextTrial = Trial::More;
        } else if (now - *m_since < rests[static_cast<size_t>(m_rests)]) {
            return;
        } else {
            m_rests = std::min<int>(m_rests + 1, rests.size() - 1);
        }
        m_known.reset(); // measured anew before the next trial
        m_phase = Phase::Settling;
        m_trial = Trial::None;
        m_since = now;
        return;
    }
}

// A host that begins fast and then holds each connection back, a line that others use now.
bool Adaptation::hasFallen(Time now, qint64 bytes)
{
    if (!m_markedAt) {
        m_markedAt = now;
        m_bytes = bytes;
    }
    const Time time = now - *m_markedAt;
    if (!m_known || time < std::max<Time>(shortestWindow, m_delay * delaysInWindow))
        return false;
    const double seconds = std::chrono::duration<double>(time).count();
    const double speed = static_cast<double>(bytes - m_bytes) / seconds;
    m_markedAt.reset();
    return speed < fallen * m_known->bytesPerSecond;
}

void Adaptation::conclude(double bytesPerSecond, Time now)
{
    const Measured here{m_target, bytesPerSecond};
    const int most = std::min(m_most, m_suffered);
    if (m_trial == Trial::None || !m_known) {
        const bool more = m_rests == 0 || m_nextTrial == Trial::More;
        m_nextTrial = more ? Trial::Fewer : Trial::More;
        m_known = here;
        if (more && m_target < most)
            return go(std::min(m_target * 2, most), Trial::More);
        if (!m_isLinear && m_target > 1)
            return go((m_target + 1) / 2, Trial::Fewer);
        return rest(now);
    }
    const Measured before = *m_known;
    const double gain = bytesPerSecond / std::max(1.0, before.bytesPerSecond) - 1;
    if (m_trial == Trial::More) {
        const double best =
            static_cast<double>(here.connections) / static_cast<double>(before.connections) - 1;
        m_isLinear = gain >= nearlyAll * best;
        if (gain < worthMore * best) {
            m_target = before.connections;
            return rest(now);
        }
        m_known = here;
        if (m_target < most)
            return go(std::min(m_target * 2, most), Trial::More);
        return rest(now);
    }
    if (bytesPerSecond < asGood * before.bytesPerSecond) {
        m_target = before.connections;
        return rest(now);
    }
    m_known = here;
    if (m_target > 1)
        return go((m_target + 1) / 2, Trial::Fewer);
    rest(now);
}

void Adaptation::go(int target, Trial trial)
{
    m_target = target;
    m_trial = trial;
    m_phase = Phase::Settling;
    m_since.reset();
}

void Adaptation::rest(Time now)
{
    if (m_isClimbing && m_target < std::min(m_most, m_suffered))
        m_nextTrial = Trial::More; // it was measured in haste
    m_isClimbing = false;
    m_phase = Phase::Resting;
    m_trial = Trial::None;
    m_since = now;
    m_markedAt.reset();
}

} // namespace transfer
