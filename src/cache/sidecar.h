#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

#include "cache/arrivals.h"
#include "core/ids.h"
#include "core/rangeset.h"

namespace cache {

// What a partial is a part of; saved before the first byte so that nothing else is ever continued
// with it.
struct PartialIdentity {
    core::RepoId repo;
    QString endpoint;
    QString commit;
    QString path; // one of its paths, for people
    core::ContentId content;
    qint64 size = 0;
};

// The two small JSON files beside a partial. What is read is anybody's text: a file that is not
// wholly sensible says nothing.
inline constexpr qint64 maximumSidecarBytes = 1024 * 1024;

// What the sidecar tells: the bytes that are safe on disk, and how they came there.
struct SidecarContent {
    core::RangeSet have;
    QList<ArrivedPiece> pieces; // may be fewer than `have`, never more
    QByteArray validator; // of the answers the bytes came with; empty: none is known

    bool operator==(const SidecarContent &) const = default;
};

QByteArray encodeSidecar(const PartialIdentity &identity, const SidecarContent &content);

// Nothing when the sidecar does not speak of this content. Another endpoint is accepted for content
// whose id is a digest: the bytes are proven by it, wherever they came from.
std::optional<SidecarContent> decodeSidecar(const QByteArray &json,
                                            const PartialIdentity &identity);

QByteArray encodeHint(const PartialIdentity &identity, const QString &bootId,
                      const core::RangeSet &written);

// The bytes that were written under this boot, cut to the length of the file; empty when it is not
// to be believed, as for content without a digest, which would not prove it.
core::RangeSet decodeHint(const QByteArray &json, const PartialIdentity &identity,
                          const QString &bootId, qint64 length);

} // namespace cache
