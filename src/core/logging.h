#pragma once

#include <QLoggingCategory>

namespace core {

// Every log line of the program passes a redacting handler; it goes to stderr and into a ring of
// recent lines for "Copy details". Debug lines are off unless asked for.
enum class LogLevel { Normal, Detailed };

void installLogging(LogLevel level);
QStringList recentLogLines();

} // namespace core
