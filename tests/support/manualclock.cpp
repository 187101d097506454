#include "support/manualclock.h"

#include <algorithm>
#include <utility>

namespace support {

QDateTime ManualClock::utcNow() const
{
    constexpr qint64 someDay = 1'760'000'000'000; // October 2025
    return QDateTime::fromMSecsSinceEpoch(someDay + m_now.count(), Qt::UTC);
}

void ManualClock::after(Duration delay, QObject *context, std::function<void()> f)
{
    m_entries.push_back({m_now + std::max(delay, Duration::zero()), context, std::move(f)});
}

std::vector<ManualClock::Entry>::iterator ManualClock::next()
{
    std::erase_if(m_entries, [](const Entry &entry) { return entry.context.isNull(); });
    return std::min_element(m_entries.begin(), m_entries.end(),
                            [](const Entry &a, const Entry &b) { return a.due < b.due; });
}

void ManualClock::advance(Duration time)
{
    const Duration end = m_now + time;
    for (auto entry = next(); entry != m_entries.end() && entry->due <= end; entry = next()) {
        m_now = std::max(m_now, entry->due);
        const std::function<void()> f = std::move(entry->f);
        m_entries.erase(entry);
        f();
    }
    m_now = std::max(m_now, end);
}

bool ManualClock::advanceToNext()
{
    const auto entry = next();
    if (entry == m_entries.end())
        return false;
    advance(entry->due - m_now);
    return true;
}

qsizetype ManualClock::waiting() const
{
    return std::count_if(m_entries.begin(), m_entries.end(),
                         [](const Entry &entry) { return !entry.context.isNull(); });
}

} // namespace support
