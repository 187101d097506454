#pragma once

#include <QStringList>

#include "cli/commands.h"
#include "session/config.h"

namespace cli {

// "hubload verify": compares what the cache holds with what its ids say.
// words: what follows the verb. Blocks. Main thread.
Exit verifyCommand(const session::Config &config, const QStringList &words);

} // namespace cli
