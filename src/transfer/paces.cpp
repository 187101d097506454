#include "transfer/paces.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace transfer {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds lateTime = 1s;
constexpr Seconds crawlTime = 5s; // a rest that comes sooner is waited for
constexpr double crawlFactor = 8; // slower than the best
constexpr qint64 tellsPace = 1024 * 1024; // bytes; fewer come in a burst

} // namespace

void Paces::asked(Connection one, Time now)
{
    m_courses.insert(one, {.asked = now});
}

Paces::Time Paces::begun(Connection one, Time now)
{
    Course &course = m_courses[one];
    course.begun = course.now = course.markedAt = now;
    return now - course.asked;
}

// Somebody may slow down long after he began.
void Paces::note(Connection one, qint64 received, Time now)
{
    Course &course = m_courses[one];
    if (!course.begun)
        return;
    course.now = now;
    course.received = received;
    const Seconds time = now - course.markedAt;
    if (time < lateTime)
        return;
    course.lately = static_cast<double>(received - course.marked) / time.count();
    course.markedAt = now;
    course.marked = received;
}

void Paces::ended(Connection one)
{
    const Course course = m_courses.take(one);
    if (course.received >= tellsPace)
        m_best =
            std::max(m_best,
                     pace({.begun = course.begun, .now = course.now, .received = course.received})
                         .value_or(0));
}

int Paces::serving() const
{
    return static_cast<int>(std::count_if(m_courses.begin(), m_courses.end(),
                                          [](const Course &one) { return one.begun.has_value(); }));
}

std::optional<double> Paces::pace(const Course &course)
{
    if (course.lately)
        return course.lately;
    if (!course.begun || course.received <= 0)
        return {};
    const Seconds time = course.now - *course.begun;
    return static_cast<double>(course.received) / std::max(Seconds(1ms), time).count();
}

std::optional<double> Paces::secondsFor(Connection one, qint64 bytes) const
{
    const auto found = pace(m_courses.value(one));
    return found ? std::optional(static_cast<double>(bytes) / std::max(1.0, *found)) : std::nullopt;
}

bool Paces::isCrawling(Connection one, qint64 rest, Time now) const
{
    const double seconds = secondsFor(one, rest).value_or(0);
    return now - m_courses.value(one).asked >= crawlTime && seconds >= crawlTime.count()
        && seconds * m_best >= crawlFactor * static_cast<double>(rest);
}

} // namespace transfer
