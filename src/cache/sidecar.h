#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

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

QByteArray encodeSidecar(const PartialIdentity &identity, const core::RangeSet &have);

// The bytes that are safe on disk, when the sidecar speaks of this content. Another endpoint is
// accepted for content whose id is a digest: the bytes are proven by it, wherever they came from.
std::optional<core::RangeSet> decodeSidecar(const QByteArray &json,
                                            const PartialIdentity &identity);

QByteArray encodeHint(const PartialIdentity &identity, const QString &bootId,
                      const core::RangeSet &written);

// The bytes that were written under this boot, cut to the length of the file; empty when it is not
// to be believed.
core::RangeSet decodeHint(const QByteArray &json, const PartialIdentity &identity,
                          const QString &bootId, qint64 length);

} // namespace cache
