#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "cache/partial.h"
#include "core/ids.h"
#include "core/result.h"

namespace transfer {

// Computes the digest of a file behind the bytes that arrive: reads back from disk what is written
// of its beginning, in pieces of work for the pool, one at a time. So a file is compared moments
// after its last byte. Owner: Attempt. I/O thread; a piece of work runs on another and holds all
// that it needs.
class Follower {
public:
    Follower(const cache::Partial::Reader &reader, core::ContentId::Kind kind, qint64 size,
             std::shared_ptr<std::atomic<bool>> stop);
    ~Follower();

    using Work = std::function<core::Result<void>()>; // Cancelled, or what reading met with

    // Something to do when [0, frontier) is written, unless something is being done already or it
    // is not worth it. worked() must follow.
    enum class Worth { Much, Any };
    std::optional<Work> next(qint64 frontier, Worth worth);
    void worked(const core::Result<void> &result);

    bool isWorking() const { return m_working; }
    // Of the whole file; empty before its end, and where reading failed. Once.
    QString hex();

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
    const qint64 m_size;
    bool m_working = false;
    bool m_failed = false;
};

} // namespace transfer
