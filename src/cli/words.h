#pragma once

#include <QCoreApplication>

namespace cli {

// Gives the free functions of the command line a translation context.
class Words {
    Q_DECLARE_TR_FUNCTIONS(cli::Words)
};

} // namespace cli
