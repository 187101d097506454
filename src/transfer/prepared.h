#pragma once

#include <QHash>
#include <QSet>
#include <QString>

#include <mutex>
#include <optional>

#include "cache/store.h"

namespace transfer {

// Repo folders that were made ready since nothing ran; once is enough for a thousand files.
// Thread-safe: tasks in the pool share it. Owner: Worker.
class Prepared {
public:
    // Blocks.
    core::Result<void> ensure(const cache::Store &store, const core::RepoId &repo)
    {
        const std::scoped_lock lock(m_mutex);
        const QString folder = store.layout().blobs(repo);
        if (m_folders.contains(folder))
            return {};
        auto prepared = store.prepare(repo);
        if (prepared) {
            m_folders.insert(folder);
            m_volumes.insert(store.layout().root(), store.volume());
        }
        return prepared;
    }

    // Whether the place is on the volume that it was on before. False where that is not known.
    bool isOnItsVolume(const cache::Store &store)
    {
        const std::scoped_lock lock(m_mutex);
        const auto known = m_volumes.constFind(store.layout().root());
        return known != m_volumes.cend() && *known && *known == store.volume();
    }

    void forget()
    {
        const std::scoped_lock lock(m_mutex);
        m_folders.clear();
    }

private:
    std::mutex m_mutex;
    QSet<QString> m_folders;
    QHash<QString, std::optional<quint64>> m_volumes; // of the places, kept when nothing runs
};

} // namespace transfer
