#pragma once

#include <QByteArray>
#include <QList>

#include "cache/store.h"

namespace cache {

// trees/<commit>.json, byte for byte as Python's json.dump(indent=1) writes it (hub-cache.md 2.6).
QByteArray encodeTree(const QList<TreeFile> &files);

} // namespace cache
