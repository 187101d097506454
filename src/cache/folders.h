#pragma once

#include <QString>

#include "cache/descriptor.h"
#include "core/result.h"

namespace cache {

// The text before the last '/'.
QString parentFolder(const QString &path);

// Makes a folder and whatever is missing above it; links on the way are followed.
core::Result<void> makeFolders(const QString &path);

// Opens the folder that holds base/path, one step at a time and never through a symbolic link
// below base, so that a planted link cannot lead us out of the cache. base itself may be reached
// by links. Make: missing folders are made.
enum class Missing { Make, Fail };
core::Result<Descriptor> openParent(const QString &base, const QString &path, Missing missing);

// fsync of base/path's parent, and of every folder from there up to base.
core::Result<void> syncUpTo(const QString &base, const QString &path);

// fsync of a folder and of every folder below it.
core::Result<void> syncFolders(const QString &path);

} // namespace cache
