#pragma once

#include <QByteArray>
#include <QByteArrayList>

#include <atomic>
#include <functional>
#include <optional>

#include "cache/descriptor.h"

struct stat;

namespace cache {

// One name below a folder that is walked. Good while it is being handed over.
struct WalkedEntry {
    enum class Kind { File, Link, Folder, Other };
    Kind kind = Kind::Other;
    int folder = -1; // descriptor of the folder that has it
    const char *name = nullptr; // in that folder
    QByteArray path; // from where the walk began
    int depth = 0; // folders between it and where the walk began

    bool facts(struct stat *facts) const; // of what a link leads to; false where nothing is
    QByteArray target() const; // of a link; empty when it cannot be read
};

// Names of an open folder, sorted, "." and ".." left out; nothing where it cannot be read, with the
// reason in errno.
std::optional<QByteArrayList> namesIn(const Descriptor &folder);

// A folder in another; not open where there is none, with the reason in errno.
enum class Links { Follow, Stay };
Descriptor openFolder(int base, const char *name, Links links = Links::Stay);

struct Walk {
    std::function<void(const WalkedEntry &)> visit; // all but folders, by name
    std::function<void(const QByteArray &)> onUnreadable; // a folder, or one that lies too deep
    std::function<void(const WalkedEntry &)> onLeaving; // a folder whose content was visited
    const std::atomic<bool> *stop = nullptr; // true ends it
};

// Hands out what is below an open folder. Links are not followed, so nothing is met twice and no
// link leads round in a circle. Blocks.
void walkFolder(const Descriptor &folder, const Walk &walk);

} // namespace cache
