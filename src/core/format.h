#pragma once

#include <QString>

#include <chrono>
#include <optional>

namespace core {

// Sizes, speeds and times as people read them (interaction.md 20): decimal units, at most three
// significant digits, locale separators; every number with its unit is wrapped in isolation marks
// (U+2068 … U+2069) so that it survives right-to-left text.
enum class Isolation { Marks, Plain }; // Plain for terminals

QString formatSize(qint64 bytes, Isolation isolation = Isolation::Marks);
QString formatSpeed(double bytesPerSecond, Isolation isolation = Isolation::Marks);
// "1.98 / 2 MB/s": how fast something is and how fast it may be, in the unit of the latter.
QString formatSpeedOf(double bytesPerSecond, qint64 limit, Isolation isolation = Isolation::Marks);
QString formatDuration(std::chrono::seconds time, Isolation isolation = Isolation::Marks);
QString formatCount(qint64 count);

// A name that stays left-to-right in any text: repo ids, paths, commits.
QString isolate(const QString &name);

// Text from outside as one line that plays no tricks on a terminal or a label: control characters
// are replaced.
QString printable(QString text);

} // namespace core
