#pragma once

#include <QString>
#include <QStringList>

namespace core {

// Python's fnmatchcase over a whole '/'-separated path: case-sensitive, '*' crosses '/', '?' is one
// character, [seq] and [!seq]; no escapes (hub-cache.md 7.8). Linear in practice: no backtracking
// explosion on hostile patterns.
bool matchesPattern(const QString &path, const QString &pattern);

// The reference client's rule: allowed when there is no include pattern or any matches, and no
// exclude pattern matches. Backslashes become '/', a trailing '/' gets '*'.
struct PatternFilter {
    QStringList include; // empty: everything
    QStringList exclude;

    bool allows(const QString &path) const;
};

} // namespace core
