#pragma once

#include <QString>

namespace gui {

// "part2" before "part10", capitals beside small letters.
bool naturalLess(const QString &a, const QString &b);

} // namespace gui
