#include "transfer/follower.h"

#include <QByteArray>

#include <algorithm>
#include <utility>

#include "core/digest.h"

namespace transfer {

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 block = MiB / 4; // stays in the processor's cache on its way
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
    QByteArray buffer(block, Qt::Uninitialized);
    while (position < end) {
        if (*stop)
            return core::fail(core::ErrorKind::Cancelled);
        const auto count =
            reader.read(position, buffer.data(), std::min<qint64>(block, end - position));
        if (!count)
            return tl::unexpected(count.error());
        if (*count == 0)
            return core::fail(core::ErrorKind::Truncated);
        digest.add(QByteArrayView(buffer.constData(), *count));
        position += *count;
    }
    return {};
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

qint64 Follower::position() const
{
    return m_working ? 0 : m_shared->position;
}

QString Follower::hex()
{
    return position() == m_size && !m_failed ? m_shared->digest.hex() : QString();
}

} // namespace transfer
