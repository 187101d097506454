#pragma once

#include <QStringList>

namespace app {

// Where Qt finds no display it ends the program with a core dump and a wall of text, so it is
// looked for first.
enum class Display {
    There, // or somebody says by -platform or QT_QPA_PLATFORM what to take
    None,
    Dead, // a variable names one that does not answer
};

Display findDisplay(const QStringList &arguments);

} // namespace app
