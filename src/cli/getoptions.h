#pragma once

#include <QString>
#include <QStringList>

#include "core/logging.h"
#include "core/patterns.h"
#include "core/result.h"
#include "core/speedlimit.h"

namespace cli {

// "get" as a person typed it.
struct GetOptions {
    enum class Output { Text, Json };
    enum class Confirm { Ask, Yes }; // Ask only asks on a terminal

    QString repo; // as typed; not yet understood
    QString revision; // --rev; empty: what the repo text says, else main
    core::PatternFilter filter;
    Output output = Output::Text;
    Confirm confirm = Confirm::Ask;
    core::SpeedLimit limit;
    core::LogLevel log = core::LogLevel::Normal;
    bool help = false;
};

// arguments: what follows "get". Error BadInput.
core::Result<GetOptions> parseGet(const QStringList &arguments);

QString getHelp();

} // namespace cli
