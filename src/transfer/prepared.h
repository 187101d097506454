#pragma once

#include <QSet>
#include <QString>

#include <mutex>

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
        if (prepared)
            m_folders.insert(folder);
        return prepared;
    }

    void forget()
    {
        const std::scoped_lock lock(m_mutex);
        m_folders.clear();
    }

private:
    std::mutex m_mutex;
    QSet<QString> m_folders;
};

} // namespace transfer
