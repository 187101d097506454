#include "demo/chunkedbody.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace demo {

namespace {

constexpr qsizetype longestLine = 1024;
constexpr qint64 mostTrailers = 8 * 1024;

// The size that begins a chunk's first line; what follows a semicolon is of no meaning to us.
std::optional<qint64> sizeIn(const QByteArray &line)
{
    const qsizetype semicolon = line.indexOf(';');
    const QByteArray digits = (semicolon < 0 ? line : line.left(semicolon)).trimmed();
    const bool isHex = !digits.isEmpty() && digits.size() <= 15
        && std::all_of(digits.begin(), digits.end(),
                       [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
    return isHex ? std::optional(digits.toLongLong(nullptr, 16)) : std::nullopt;
}

} // namespace

ChunkedBody::State ChunkedBody::take(QByteArray &in, QByteArray &body)
{
    State state = State::More;
    while (state == State::More) {
        if (m_part == Part::Data) {
            const qsizetype part = std::min<qsizetype>(in.size(), m_left);
            body += in.left(part);
            in.remove(0, part);
            m_left -= part;
            if (m_left > 0)
                return State::More;
            m_part = Part::DataEnd;
        }
        const qsizetype end = in.indexOf("\r\n");
        if (end > longestLine || (end < 0 && in.size() > longestLine)
            || (m_part == Part::DataEnd && in.size() >= 2 && end != 0))
            return State::Malformed;
        if (end < 0)
            return State::More;
        if (m_part == Part::Trailer)
            state = takeTrailer(in);
        else if (m_part == Part::Size)
            state = takeSize(in, body.size());
        else {
            in.remove(0, 2);
            m_part = Part::Size;
        }
    }
    return state;
}

ChunkedBody::State ChunkedBody::takeSize(QByteArray &in, qint64 soFar)
{
    const qsizetype end = in.indexOf("\r\n");
    const auto size = sizeIn(in.left(end));
    in.remove(0, end + 2);
    if (!size)
        return State::Malformed;
    if (*size > m_most - soFar)
        return State::TooLarge;
    m_left = *size;
    m_part = *size > 0 ? Part::Data : Part::Trailer;
    return State::More;
}

ChunkedBody::State ChunkedBody::takeTrailer(QByteArray &in)
{
    const qsizetype end = in.indexOf("\r\n");
    in.remove(0, end + 2);
    m_trailers += end + 2;
    if (end == 0)
        return State::Whole;
    return m_trailers > mostTrailers ? State::Malformed : State::More;
}

} // namespace demo
