#pragma once

#include <QByteArray>
#include <QList>

#include "cache/store.h"

namespace cache {

// trees/<commit>.json, byte for byte as Python's json.dump(indent=1) writes it (hub-cache.md 2.6).
QByteArray encodeTree(const QList<TreeFile> &files);

// Whoever wrote it: another format, a missing key or a wrong value make the whole listing an error,
// for a listing that lacks files would be taken for the whole.
core::Result<StoredTree> decodeTree(const QByteArray &json);

} // namespace cache
