#pragma once

#include <QStringList>

#include "cli/commands.h"
#include "session/config.h"

namespace cli {

// "hubload remove": deletes a repo, or versions of it, from the cache.
// words: what follows the verb. Blocks. Main thread.
Exit removeCommand(const session::Config &config, const QStringList &words);

} // namespace cli
