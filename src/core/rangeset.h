#pragma once

#include <QList>
#include <QtGlobal>

#include <optional>

namespace core {

// Half-open byte range [begin, end).
struct Range {
    qint64 begin = 0;
    qint64 end = 0;

    qint64 size() const { return end - begin; }
    bool operator==(const Range &) const = default;
};

// A sorted set of disjoint, non-touching byte ranges: which bytes of a file are here.
// Value type; not shared between threads.
class RangeSet {
public:
    void insert(Range range);
    void remove(Range range);
    void clear() { m_ranges.clear(); }

    bool contains(Range range) const;
    bool isEmpty() const { return m_ranges.isEmpty(); }
    qint64 total() const; // bytes
    const QList<Range> &ranges() const { return m_ranges; }

    // What is missing of it, in order.
    QList<Range> gaps(Range whole) const;
    QList<Range> gaps(qint64 size) const { return gaps({0, size}); }

    bool operator==(const RangeSet &) const = default;

private:
    QList<Range> m_ranges;
};

} // namespace core
