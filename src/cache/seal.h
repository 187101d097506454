#pragma once

#include <QString>

#include <atomic>

#include "cache/descriptor.h"
#include "cache/watch.h"
#include "core/ids.h"
#include "core/result.h"

namespace cache {

// A file whose content is compared with its id, held by its descriptor and not by its name: says
// whether a name leads to this very file and whether anybody may have written to it since it was
// read, and gives it its final name only as that. Its owner writes to it no more. Owner: whoever
// publishes. One thread at a time; what reads blocks (pool).
class Seal {
public:
    // An open file, which stays its owner's too, and the name that it has now. The watch may have
    // begun earlier, before the content was read.
    Seal(int fd, const QString &name);
    Seal(int fd, const QString &name, Watch watch);

    int fd() const { return m_fd.get(); }
    bool isAt(const QString &path) const; // that name itself leads here, not a link of that name
    bool isUntouched(); // false where nobody can tell
    // Reads the file back; what touched it before counts no more, but who has it open does.
    // *stop ends it with Cancelled.
    core::Result<QString> digest(core::ContentId::Kind kind, const std::atomic<bool> *stop);

    // Renames the file and then looks once more: if the name leads to another file, or somebody may
    // have written to this one, what has the name is read back and, when it is wrong, has it no
    // longer.
    enum class Named {
        Yes,
        Differs, // the content is wrong, and the file has its former name
        Lost, // another program removed or replaced the file; nothing of ours has a name
    };
    core::Result<Named> giveName(const QString &name, const core::ContentId &id,
                                 const std::atomic<bool> *stop);

private:
    core::Result<bool> isRightAt(const QString &path, const core::ContentId &id,
                                 const std::atomic<bool> *stop);
    Named takeBack(const QString &name) const;

    Descriptor m_fd;
    QString m_name;
    Watch m_watch;
};

} // namespace cache
