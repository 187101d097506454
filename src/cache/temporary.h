#pragma once

#include <QLatin1StringView>
#include <QString>

namespace cache {

// Names of what we have in the making inside a repo folder. All of them lie in blobs and contain
// this suffix, so that no other Hub program takes them for content.
inline constexpr QLatin1StringView partialSuffix(".hubload.incomplete");
inline constexpr QLatin1StringView temporarySuffix(".hubload.incomplete.tmp");

// "<machine>-<pid>-<start>-<random>.hubload.incomplete.tmp": who makes it can be asked for later.
QString newTemporaryName();

// What a name says about its maker. Unknown: made on another machine or in another container, or
// not to be found out; then only age tells.
enum class Maker { Alive, Gone, Unknown };
bool isTemporaryName(const QString &name);
Maker temporaryMaker(const QString &name);

} // namespace cache
