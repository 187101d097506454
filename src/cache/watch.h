#pragma once

#include <memory>

namespace cache {

// Tells whether another program opened a file to write to it, so that what was read back once need
// not be read again. Where the system cannot tell, and where too much happened at once, the answer
// is that it may have been touched. Another machine's writes to a shared drive are not seen.
// Owner: Partial, then Seal. One thread at a time. Linux: inotify.
class Watch {
public:
    Watch(); // sees nothing
    Watch(Watch &&other) noexcept;
    Watch &operator=(Watch &&other) noexcept;
    ~Watch();

    // Watches the open file itself, whatever names it has or gets. Every opening from now on is
    // somebody else's.
    static Watch begin(int fd); // of a file just made: nobody else can have it open
    // Of one that was there: sees nothing unless fd, open for writing, is the only way into the
    // file now. Linux: a lease, which not every file system gives.
    static Watch beginAlone(int fd);

    // The owner has written its last: from now on every write counts, whoever opened the file when.
    void expectNoWrites(int fd);
    bool isUntouched(); // since begin() or renew()
    void renew(); // who has it open still counts

private:
    struct File;
    explicit Watch(std::unique_ptr<File> file);

    std::unique_ptr<File> m_file;
};

} // namespace cache
