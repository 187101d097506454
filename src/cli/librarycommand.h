#pragma once

#include <QStringList>

#include "cli/commands.h"
#include "session/config.h"

namespace cli {

// "hubload library": what the cache holds, whoever put it there, the largest first.
// words: what follows the verb. Blocks. Main thread.
Exit libraryCommand(const session::Config &config, const QStringList &words);

} // namespace cli
