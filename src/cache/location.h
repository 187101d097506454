#pragma once

#include <QString>

namespace cache {

// A place where finished files live.
struct Location {
    enum class Kind {
        HubCache, // the shared layout of the Hub's clients (hub-cache.md 2)
        PlainFolder, // files as they are named in the repo (hub-cache.md 4)
    };

    QString id;
    Kind kind = Kind::HubCache;
    QString path; // absolute
    bool links = true; // false: never make symbolic links (HF_HUB_DISABLE_SYMLINKS)

    bool operator==(const Location &) const = default;
};

} // namespace cache
