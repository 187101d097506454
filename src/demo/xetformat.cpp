#include "demo/xetformat.h"

#include <QtEndian>

#include <lz4frame.h>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype chunkHead = 8; // bytes
constexpr qsizetype largestChunk = 131'072;
constexpr qsizetype shardHead = 48;
constexpr qsizetype recordSize = 48; // of everything in a shard after its head
constexpr quint64 shardVersion = 2;
constexpr quint32 hasProofs = 0x80000000; // one record for each term
constexpr quint32 hasMetadata = 0x40000000; // one record with the SHA-256

enum Scheme { Plain = 0, Lz4 = 1, GroupedLz4 = 2 };

qsizetype number24(const QByteArray &bytes, qsizetype at)
{
    const auto byte = [&](qsizetype i) { return static_cast<uchar>(bytes[at + i]); };
    return byte(0) | byte(1) << 8 | byte(2) << 16;
}

quint32 number32(const QByteArray &bytes, qsizetype at)
{
    return qFromLittleEndian<quint32>(bytes.constData() + at);
}

quint64 number64(const QByteArray &bytes, qsizetype at)
{
    return qFromLittleEndian<quint64>(bytes.constData() + at);
}

// Hashes are written as four numbers, and so is the SHA-256 in a shard.
QString hashText(const QByteArray &bytes, qsizetype at)
{
    QString text;
    for (qsizetype i = 0; i < 32; i += 8)
        text += QString::number(number64(bytes, at + i), 16).rightJustified(16, u'0');
    return text;
}

// A whole frame that gives exactly so many bytes; nullopt: it does not.
std::optional<QByteArray> unpacked(QByteArrayView frame, qsizetype size)
{
    LZ4F_dctx *context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return std::nullopt;
    QByteArray result(size, Qt::Uninitialized);
    qsizetype in = 0;
    qsizetype out = 0;
    size_t wanted = 1;
    while (wanted != 0) {
        size_t given = static_cast<size_t>(frame.size() - in);
        size_t room = static_cast<size_t>(size - out);
        wanted = LZ4F_decompress(context, result.data() + out, &room, frame.data() + in, &given,
                                 nullptr);
        in += static_cast<qsizetype>(given);
        out += static_cast<qsizetype>(room);
        if (LZ4F_isError(wanted) || (given == 0 && room == 0))
            break;
    }
    LZ4F_freeDecompressionContext(context);
    const bool isWhole = wanted == 0 && in == frame.size() && out == size;
    return isWhole ? std::optional(result) : std::nullopt;
}

// Undoes the grouping: every fourth byte from 0, then from 1, from 2, from 3.
QByteArray ungrouped(const QByteArray &groups)
{
    QByteArray result(groups.size(), Qt::Uninitialized);
    qsizetype from = 0;
    for (qsizetype group = 0; group < 4; ++group) {
        for (qsizetype to = group; to < result.size(); to += 4)
            result[to] = groups[from++];
    }
    return result;
}

std::optional<QByteArray> chunkOf(QByteArrayView packed, int scheme, qsizetype size)
{
    switch (scheme) {
    case Plain:
        return packed.size() == size ? std::optional(packed.toByteArray()) : std::nullopt;
    case Lz4:
        return unpacked(packed, size);
    case GroupedLz4:
        if (const auto groups = unpacked(packed, size))
            return ungrouped(*groups);
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

// The file whose record begins at `at`, which is moved behind it.
std::optional<XetFile> fileAt(const QByteArray &shard, qsizetype &at)
{
    const quint32 flags = number32(shard, at + 32);
    const qsizetype terms = number32(shard, at + 36);
    const qsizetype records =
        1 + terms * (flags & hasProofs ? 2 : 1) + (flags & hasMetadata ? 1 : 0);
    if (terms == 0 || !(flags & hasMetadata) || records > (shard.size() - at) / recordSize)
        return std::nullopt;
    XetFile file;
    for (qsizetype i = 0; i < terms; ++i) {
        const qsizetype term = at + (1 + i) * recordSize;
        file.terms.append({hashText(shard, term), number32(shard, term + 40),
                           number32(shard, term + 44), number32(shard, term + 36)});
        file.size += file.terms.constLast().size;
    }
    at += records * recordSize;
    file.sha256 = hashText(shard, at - recordSize);
    return file;
}

} // namespace

std::optional<QByteArrayList> chunksOfXorb(const QByteArray &xorb, qint64 most)
{
    QByteArrayList chunks;
    qint64 total = 0;
    for (qsizetype at = 0; at < xorb.size();) {
        const QByteArrayView rest = QByteArrayView(xorb).sliced(at);
        if (rest.startsWith("XETBLOB")) // the footer, which we do not need
            break;
        if (rest.size() < chunkHead || rest[0] != 0)
            return std::nullopt;
        const qsizetype packed = number24(xorb, at + 1);
        const qsizetype size = number24(xorb, at + 5);
        total += size;
        if (size > largestChunk || packed > rest.size() - chunkHead || total > most)
            return std::nullopt;
        const auto chunk = chunkOf(rest.sliced(chunkHead, packed), rest[4], size);
        if (!chunk)
            return std::nullopt;
        chunks.append(*chunk);
        at += chunkHead + packed;
    }
    return chunks.isEmpty() ? std::nullopt : std::optional(chunks);
}

std::optional<QList<XetFile>> filesOfShard(const QByteArray &shard)
{
    static const QByteArray tag = "HFRepoMetaData"_ba + '\0'
        + QByteArray::fromHex("556967456a7b8157"
                              "83a5bdd95ccdd14aa9");
    static const QByteArray endMark = QByteArray(32, '\xff') + QByteArray(16, '\0');
    if (shard.size() < shardHead || !shard.startsWith(tag)
        || number64(shard, tag.size()) != shardVersion)
        return std::nullopt;
    QList<XetFile> files;
    for (qsizetype at = shardHead; shard.size() - at >= recordSize;) {
        if (QByteArrayView(shard).sliced(at).startsWith(endMark))
            return files; // what follows tells of the xorbs, which we have
        const auto file = fileAt(shard, at);
        if (!file)
            return std::nullopt;
        files.append(*file);
    }
    return std::nullopt;
}

} // namespace demo
