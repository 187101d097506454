#pragma once

#include <QByteArrayList>
#include <QList>
#include <QString>

#include <optional>

namespace demo {

// What clients upload by Xet (source: the published Xet specification, xorb.md and shard.md): a
// xorb holds compressed chunks, a shard tells which chunks of which xorbs make up which file.
// Pure functions over untrusted bytes; any thread.

struct XetTerm {
    QString xorb; // its name
    qsizetype begin = 0; // chunk index
    qsizetype end = 0; // exclusive
    qint64 size = 0; // of all these chunks, in bytes
};

struct XetFile {
    QString sha256;
    QList<XetTerm> terms;
    qint64 size = 0; // bytes
};

// The contents of all chunks of a xorb, at most `most` bytes in all. nullopt: that is no xorb.
std::optional<QByteArrayList> chunksOfXorb(const QByteArray &xorb, qint64 most);

// The files that a shard describes. nullopt: that is no shard as clients upload it.
std::optional<QList<XetFile>> filesOfShard(const QByteArray &shard);

} // namespace demo
