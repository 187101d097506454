#include "cache/sidecar.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr int version = 1;
// What is not named is fetched again; so a set in very many pieces is cut rather than saved in a
// file too large to be read.
constexpr qsizetype maximumRanges = 10000;

QJsonArray toJson(const core::RangeSet &set)
{
    QJsonArray array;
    for (const core::Range &range :
         set.ranges().first(std::min(set.ranges().size(), maximumRanges)))
        array.append(QJsonArray{range.begin, range.end});
    return array;
}

// Only what we write ourselves: pairs of whole numbers, in order, not overlapping, not negative.
std::optional<core::RangeSet> rangesFromJson(const QJsonValue &value)
{
    if (!value.isArray())
        return std::nullopt;
    const QJsonArray array = value.toArray();
    core::RangeSet set;
    qint64 last = 0;
    for (const QJsonValue &item : array) {
        const QJsonArray pair = item.toArray();
        if (pair.size() != 2)
            return std::nullopt;
        const qint64 begin = pair.at(0).toInteger(-1);
        const qint64 end = pair.at(1).toInteger(-1);
        if (begin < last || end <= begin)
            return std::nullopt;
        set.insert({begin, end});
        last = end;
    }
    return set;
}

// JSON has no whole numbers of 64 bits for everybody.
constexpr int checksumDigits = 16;
constexpr int hexadecimal = 16;

QJsonArray toJson(const QList<ArrivedPiece> &pieces)
{
    QJsonArray array;
    for (const ArrivedPiece &piece : pieces.first(std::min(pieces.size(), maximumRanges))) {
        array.append(QJsonArray{
            piece.range.begin, piece.range.end,
            QString::number(piece.checksum, hexadecimal).rightJustified(checksumDigits, u'0')});
    }
    return array;
}

// Only a help: what is odd is left out, and then fetched again where the digest does not match.
QList<ArrivedPiece> piecesFromJson(const QJsonValue &value, const core::RangeSet &have)
{
    QList<ArrivedPiece> pieces;
    qint64 last = 0;
    const QJsonArray array = value.toArray();
    for (const QJsonValue &item : array) {
        const QJsonArray triple = item.toArray();
        const core::Range range{triple.at(0).toInteger(-1), triple.at(1).toInteger(-1)};
        bool isNumber = false;
        const quint64 checksum = triple.at(2).toString().toULongLong(&isNumber, hexadecimal);
        if (triple.size() != 3 || !isNumber || range.begin < last || range.end <= range.begin
            || !have.contains(range))
            continue;
        pieces.append({range, checksum});
        last = range.end;
    }
    return pieces;
}

// An endpoint may be given with a password in it; nothing secret goes to disk.
QString publicEndpoint(const QString &endpoint)
{
    return QUrl(endpoint).toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment
                                   | QUrl::StripTrailingSlash);
}

bool speaksOf(const QJsonObject &object, const PartialIdentity &identity)
{
    return object.value("v"_L1).toInteger(0) == version
        && object.value("etag"_L1).toString() == identity.content.text
        && object.value("size"_L1).toInteger(-1) == identity.size;
}

} // namespace

QByteArray encodeSidecar(const PartialIdentity &identity, const SidecarContent &content)
{
    const QJsonObject object{
        {"v"_L1, version},
        {"repo"_L1, identity.repo.display()},
        {"endpoint"_L1, publicEndpoint(identity.endpoint)},
        {"commit"_L1, identity.commit},
        {"path"_L1, identity.path},
        {"etag"_L1, identity.content.text},
        {"size"_L1, identity.size},
        {"have"_L1, toJson(content.have)},
        {"arrived"_L1, toJson(content.pieces)},
        {"validator"_L1, QString::fromLatin1(content.validator)},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

std::optional<SidecarContent> decodeSidecar(const QByteArray &json, const PartialIdentity &identity)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    if (!speaksOf(object, identity))
        return std::nullopt;
    if (identity.content.kind == core::ContentId::Kind::Opaque
        && object.value("endpoint"_L1).toString() != publicEndpoint(identity.endpoint)) {
        return std::nullopt;
    }
    const auto have = rangesFromJson(object.value("have"_L1));
    if (!have || (!have->isEmpty() && have->ranges().last().end > identity.size))
        return std::nullopt;
    return SidecarContent{*have, piecesFromJson(object.value("arrived"_L1), *have),
                          object.value("validator"_L1).toString().toLatin1()};
}

QByteArray encodeHint(const PartialIdentity &identity, const QString &bootId,
                      const core::RangeSet &written)
{
    const QJsonObject object{
        {"v"_L1, version},
        {"boot"_L1, bootId},
        {"etag"_L1, identity.content.text},
        {"size"_L1, identity.size},
        {"written"_L1, toJson(written)},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

core::RangeSet decodeHint(const QByteArray &json, const PartialIdentity &identity,
                          const QString &bootId, qint64 length)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    if (identity.content.kind == core::ContentId::Kind::Opaque || bootId.isEmpty()
        || object.value("boot"_L1).toString() != bootId || !speaksOf(object, identity)) {
        return {};
    }
    core::RangeSet written = rangesFromJson(object.value("written"_L1)).value_or(core::RangeSet());
    const qint64 limit = std::min(length, identity.size);
    if (!written.isEmpty() && written.ranges().last().end > limit)
        written.remove({limit, written.ranges().last().end});
    return written;
}

} // namespace cache
