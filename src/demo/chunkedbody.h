#pragma once

#include <QByteArray>

namespace demo {

// Takes a chunked request body apart as it arrives. Bounded: sizes, size lines and trailers.
// Value type, one thread; one body.
class ChunkedBody {
public:
    explicit ChunkedBody(qint64 most)
        : m_most(most)
    {
    }

    enum class State { More, Whole, Malformed, TooLarge };
    // Moves what belongs to the body from `in` to `body`; what follows the end stays in `in`.
    State take(QByteArray &in, QByteArray &body);

private:
    enum class Part { Size, Data, DataEnd, Trailer };
    State takeSize(QByteArray &in, qint64 soFar);
    State takeTrailer(QByteArray &in);

    qint64 m_most;
    qint64 m_left = 0; // of the chunk
    qint64 m_trailers = 0; // bytes of them
    Part m_part = Part::Size;
};

} // namespace demo
