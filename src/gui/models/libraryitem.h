#pragma once

#include <QHash>
#include <QString>

#include "core/ids.h"

namespace gui {

// One row of the library, by name: it means the same after the disk was looked at again.
struct LibraryItem {
    enum class Kind {
        None,
        Repo,
        Version, // commit
        File, // commit and path
        Note, // path: a statement about the repo
        Stranger, // path: its name in the cache
    };
    Kind kind = Kind::None;
    core::RepoId repo;
    QString commit;
    QString path;

    bool operator==(const LibraryItem &) const = default;
};

inline size_t qHash(const LibraryItem &item, size_t seed = 0)
{
    return qHashMulti(seed, int(item.kind), item.repo, item.commit, item.path);
}

// Which rows are shown.
struct LibraryFilter {
    enum class Kind { All, Models, Datasets, Spaces, Others };
    QString text; // in the name, whatever its case
    Kind kind = Kind::All;
    int unusedMonths = 0; // 0: used whenever

    bool operator==(const LibraryFilter &) const = default;
    bool isOn() const { return *this != LibraryFilter(); }
};

} // namespace gui
