#pragma once

#include <QtGlobal>

#include "cache/descriptor.h"

namespace cache {

// Tells whether another program opened a file to write to it, so that what was read back once need
// not be read again. Where the system cannot tell, and where too much happened at once, the answer
// is that it may have been touched. Another machine's writes to a shared drive are not seen.
// Owner: Partial, then Seal. One thread at a time. Linux: inotify.
class Watch {
public:
    // Watches the open file itself, whatever names it has or gets. Every opening from now on is
    // somebody else's.
    static Watch begin(int fd);

    // The owner has written its last: from now on every write counts, whoever opened the file when.
    void expectNoWrites(int fd);
    bool isUntouched(); // since begin() or renew()
    void renew(); // who has it open still counts

private:
    void read();

    Descriptor m_events;
    int m_open = 0; // by others, who have not closed it yet
    bool m_touched = false;
    bool m_blind = true; // nothing is seen, or something was missed
};

} // namespace cache
