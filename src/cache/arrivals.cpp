#include "cache/arrivals.h"

#include <algorithm>
#include <xxhash.h>

namespace cache {

namespace {

constexpr qint64 smallestGrid = 8 * 1024 * 1024;
constexpr qint64 mostPieces = 2048; // of a file that came in order

qint64 gridFor(qint64 fileSize)
{
    qint64 grid = smallestGrid;
    while (fileSize / grid > mostPieces)
        grid *= 2;
    return grid;
}

} // namespace

struct Checksum::Private {
    struct Free {
        void operator()(XXH3_state_t *state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> state{XXH3_createState()};
};

Checksum::Checksum()
    : d(std::make_unique<Private>())
{
    XXH3_64bits_reset(d->state.get());
}

Checksum::~Checksum() = default;

void Checksum::add(QByteArrayView data)
{
    XXH3_64bits_update(d->state.get(), data.data(), static_cast<size_t>(data.size()));
}

quint64 Checksum::value() const
{
    return XXH3_64bits_digest(d->state.get());
}

struct Arrivals::Growing {
    qint64 begin = 0;
    Checksum checksum;
};

Arrivals::Arrivals(qint64 fileSize)
    : m_grid(gridFor(fileSize))
{
}

Arrivals::~Arrivals() = default;

void Arrivals::add(qint64 offset, QByteArrayView data)
{
    while (!data.isEmpty()) {
        const qint64 room = m_grid - offset % m_grid;
        const qint64 count = std::min<qint64>(room, data.size());
        addWithinGrid(offset, data.first(count));
        data = data.sliced(count);
        offset += count;
    }
}

void Arrivals::addWithinGrid(qint64 offset, QByteArrayView data)
{
    const core::Range range{offset, offset + data.size()};
    std::unique_ptr<Growing> piece;
    if (const auto known = m_growing.find(offset); known != m_growing.end()) {
        piece = std::move(known->second);
        m_growing.erase(known);
    }
    forget(range);
    if (!piece) {
        piece = std::make_unique<Growing>();
        piece->begin = offset;
    }
    piece->checksum.add(data);
    const auto growing = m_growing.insert_or_assign(range.end, std::move(piece)).first;
    if (range.end % m_grid == 0)
        close(growing);
}

void Arrivals::close(std::map<qint64, std::unique_ptr<Growing>>::iterator growing)
{
    const core::Range range{growing->second->begin, growing->first};
    m_closed.insert_or_assign(range.begin, ArrivedPiece{range, growing->second->checksum.value()});
    m_growing.erase(growing);
}

void Arrivals::adopt(const QList<ArrivedPiece> &pieces)
{
    qint64 last = 0;
    for (const ArrivedPiece &piece : pieces) {
        if (piece.range.begin < last || piece.range.size() <= 0)
            continue;
        m_closed.insert_or_assign(piece.range.begin, piece);
        last = piece.range.end;
    }
}

void Arrivals::forget(core::Range range)
{
    // Of what is closed: from the one that may reach into the range on.
    auto closed = m_closed.lower_bound(range.begin);
    if (closed != m_closed.begin() && std::prev(closed)->second.range.end > range.begin)
        --closed;
    while (closed != m_closed.end() && closed->second.range.begin < range.end)
        closed = m_closed.erase(closed);
    for (auto it = m_growing.upper_bound(range.begin); it != m_growing.end();) {
        if (it->second->begin >= range.end)
            ++it;
        else
            it = m_growing.erase(it);
    }
}

void Arrivals::clear()
{
    m_closed.clear();
    m_growing.clear();
}

QList<ArrivedPiece> Arrivals::pieces() const
{
    QList<ArrivedPiece> all;
    all.reserve(static_cast<qsizetype>(m_closed.size() + m_growing.size()));
    for (const auto &[begin, piece] : m_closed)
        all.append(piece);
    for (const auto &[end, piece] : m_growing)
        all.append({{piece->begin, end}, piece->checksum.value()});
    std::sort(all.begin(), all.end(), [](const ArrivedPiece &one, const ArrivedPiece &other) {
        return one.range.begin < other.range.begin;
    });
    return all;
}

} // namespace cache
