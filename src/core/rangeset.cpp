#include "core/rangeset.h"

#include <algorithm>

namespace core {

namespace {

bool isUsable(Range range)
{
    return range.begin >= 0 && range.begin < range.end;
}

} // namespace

void RangeSet::insert(Range range)
{
    if (!isUsable(range))
        return;
    // First range that overlaps or touches, and one past the last that does.
    const auto first =
        std::lower_bound(m_ranges.cbegin(), m_ranges.cend(), range.begin,
                         [](const Range &known, qint64 begin) { return known.end < begin; });
    const auto last =
        std::upper_bound(first, m_ranges.cend(), range.end,
                         [](qint64 end, const Range &known) { return end < known.begin; });
    const qsizetype at = first - m_ranges.cbegin();
    const qsizetype count = last - first;
    if (count == 0) {
        m_ranges.insert(at, range);
        return;
    }
    const Range merged{std::min(range.begin, first->begin), std::max(range.end, (last - 1)->end)};
    m_ranges[at] = merged;
    m_ranges.remove(at + 1, count - 1);
}

void RangeSet::remove(Range range)
{
    if (!isUsable(range))
        return;
    const auto first =
        std::upper_bound(m_ranges.cbegin(), m_ranges.cend(), range.begin,
                         [](qint64 begin, const Range &known) { return begin < known.end; });
    const auto last =
        std::lower_bound(first, m_ranges.cend(), range.end,
                         [](const Range &known, qint64 end) { return known.begin < end; });
    if (first == last)
        return;
    const Range left{first->begin, range.begin};
    const Range right{range.end, (last - 1)->end};
    const qsizetype at = first - m_ranges.cbegin();
    m_ranges.remove(at, last - first);
    if (isUsable(right))
        m_ranges.insert(at, right);
    if (isUsable(left))
        m_ranges.insert(at, left);
}

bool RangeSet::contains(Range range) const
{
    if (range.begin >= range.end)
        return true; // no byte is asked for
    const auto holder =
        std::upper_bound(m_ranges.cbegin(), m_ranges.cend(), range.begin,
                         [](qint64 begin, const Range &known) { return begin < known.end; });
    return holder != m_ranges.cend() && holder->begin <= range.begin && range.end <= holder->end;
}

qint64 RangeSet::total() const
{
    qint64 sum = 0;
    for (const Range &range : m_ranges)
        sum += range.size();
    return sum;
}

QList<Range> RangeSet::gaps(Range whole) const
{
    QList<Range> missing;
    qint64 at = whole.begin;
    auto known =
        std::upper_bound(m_ranges.cbegin(), m_ranges.cend(), whole.begin,
                         [](qint64 begin, const Range &range) { return begin < range.end; });
    for (; known != m_ranges.cend() && at < whole.end; ++known) {
        if (known->begin > at)
            missing.append({at, std::min(known->begin, whole.end)});
        at = known->end;
    }
    if (at < whole.end)
        missing.append({at, whole.end});
    return missing;
}

} // namespace core
