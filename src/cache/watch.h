#pragma once

#include <QString>

#include "cache/descriptor.h"

namespace cache {

// Tells whether another program opened a file to write to it, so that what was read back once need
// not be read again. Where the system cannot tell, and where too much happened at once, the answer
// is that it may have been touched. Another machine's writes to a shared drive are not seen.
// Owner: Partial. One thread. Linux: inotify.
class Watch {
public:
    // The file must be open by its owner already: every opening from now on is somebody else's.
    static Watch begin(const QString &file);

    bool isUntouched(); // since begin()

private:
    Descriptor m_events;
    int m_open = 0; // by others, who have not closed it yet
    bool m_touched = true;
};

} // namespace cache
