#pragma once

#include <QByteArrayView>
#include <QList>

#include <map>
#include <memory>

#include "core/rangeset.h"

namespace cache {

// A run of bytes that came in order over one connection, and the checksum of what came.
struct ArrivedPiece {
    core::Range range;
    quint64 checksum = 0; // XXH3, 64 bits: tells damage, proves nothing

    bool operator==(const ArrivedPiece &) const = default;
};

// A checksum over blocks given one after the other.
class Checksum {
public:
    Checksum();
    ~Checksum();
    Q_DISABLE_COPY_MOVE(Checksum)

    void add(QByteArrayView data);
    quint64 value() const; // so far

private:
    struct Private;
    std::unique_ptr<Private> d;
};

// How the bytes of a file arrived, so that after a digest that does not match the pieces that
// differ on disk are fetched again and not the whole file. Pieces do not overlap and do not cross a
// border of the grid; what was written twice is known by its last writing only.
// Owner: Partial. One thread.
class Arrivals {
public:
    // Pieces are as long as it takes to keep them few: 8 MiB, for files beyond 16 GiB more.
    explicit Arrivals(qint64 fileSize);
    ~Arrivals();
    Q_DISABLE_COPY_MOVE(Arrivals)

    void add(qint64 offset, QByteArrayView data);
    // Of an earlier run; what overlaps or is out of order is left out.
    void adopt(const QList<ArrivedPiece> &pieces);
    void forget(core::Range range);
    void clear();

    QList<ArrivedPiece> pieces() const; // by offset; a piece still growing as far as it is

private:
    struct Growing;
    void addWithinGrid(qint64 offset, QByteArrayView data);
    void close(std::map<qint64, std::unique_ptr<Growing>>::iterator growing);

    const qint64 m_grid;
    std::map<qint64, ArrivedPiece> m_closed; // by begin
    std::map<qint64, std::unique_ptr<Growing>> m_growing; // by end
};

} // namespace cache
