#pragma once

#include <QString>

#include <functional>
#include <memory>

// What this program asks the system to do with files, stopped on its way: the program's own
// symbols stand before those of the C library. So a test can do something between two calls, or
// answer in the system's place where the real trouble cannot be made here (a quota, FAT). A
// QProcess whose program is missing is not to be started meanwhile: its child calls write() on a
// tiny stack.
namespace diskhooks {

enum class Call { Write, Read, Sync, SyncFolder, Reserve, Rename, Link, Watch };

struct Asked {
    Call call = Call::Write;
    QString path; // of the file; of a Rename the old name, of a Link the new one
    QString to; // of a Rename, which may also be a second name
    qint64 offset = 0; // of a Read or a Write
    qint64 size = 0; // of a Read, a Write or a Reserve
};

// Called on the thread that asks, before the call is made; 0, or the errno it fails with instead.
// What a hook asks of the system itself is not stopped.
using Hook = std::function<int(const Asked &)>;

// As long as it lives the hook hears of what is below that folder. Any thread.
class Hooked {
public:
    Hooked(const QString &folder, Hook hook);
    ~Hooked(); // waits until the hook has returned
    Q_DISABLE_COPY_MOVE(Hooked)

    struct Entry;

private:
    std::shared_ptr<Entry> m_entry;
};

} // namespace diskhooks
