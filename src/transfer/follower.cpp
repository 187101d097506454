#include "transfer/follower.h"

#include <algorithm>
#include <utility>

#include "core/digest.h"

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 muchWork = 4 * MiB;
constexpr qint64 mostWork = 64 * MiB; // others wait for the pool, too

} // namespace

struct Follower::Shared {
    Shared(const cache::Partial::Reader &file, core::ContentId::Kind kind, qint64 size,
           std::shared_ptr<std::atomic<bool>> stopFlag)
        : reader(file)
        , digest(kind, size)
        , stop(std::move(stopFlag))
    {
    }

    core::Result<void> hash(qint64 end);

    const cache::Partial::Reader reader;
    core::Digest digest;
    const std::shared_ptr<std::atomic<bool>> stop;
    qint64 position = 0; // by whoever works; else by the owner
};

core::Result<void> Follower::Shared::hash(qint64 end)
{
    return reader.read({position, end}, *stop, [this](QByteArrayView data) {
        digest.add(data);
        position += data.size();
    });
}

Follower::Follower(const cache::Partial::Reader &reader, core::ContentId::Kind kind, qint64 size,
                   std::shared_ptr<std::atomic<bool>> stop)
    : m_shared(std::make_shared<Shared>(reader, kind, size, std::move(stop)))
    , m_size(size)
{
}

Follower::~Follower() = default;

std::optional<Follower::Work> Follower::next(qint64 frontier, Worth worth)
{
    if (m_working || m_failed)
        return {};
    const qint64 end = std::min({frontier, m_size, m_shared->position + mostWork});
    const qint64 least = worth == Worth::Much ? muchWork : 1;
    if (end - m_shared->position < least)
        return {};
    m_working = true;
    return [shared = m_shared, end] { return shared->hash(end); };
}

void Follower::worked(const core::Result<void> &result)
{
    m_working = false;
    m_failed = m_failed || !result;
}

QString Follower::hex()
{
    return !m_working && !m_failed && m_shared->position == m_size ? m_shared->digest.hex()
                                                                   : QString();
}

} // namespace transfer
