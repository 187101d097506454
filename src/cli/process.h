#pragma once

namespace cli {

// Makes the process fit to run without a window, whoever started it and how: standard streams that
// were closed lead to nowhere instead of into the next file that is opened, a reader that goes away
// is no reason to die before what has arrived is saved, and text is UTF-8. Call before the
// QCoreApplication is made and before any thread.
void prepareProcess();

} // namespace cli
