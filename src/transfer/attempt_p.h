#pragma once

#include "transfer/attempt.h"
#include "transfer/worker.h"

namespace transfer {

// What only the sources of Attempt include.

// Runs task in the pool and counts it, so that the attempt outlives its tasks.
template <typename T> void Attempt::inPool(std::function<T()> task, std::function<void(T &)> then)
{
    ++m_tasks;
    m_worker.inPool<T>(this, std::move(task), [this, then = std::move(then)](T &result) {
        --m_tasks;
        then(result);
        if (m_end)
            endWhenQuiet();
    });
}

} // namespace transfer
