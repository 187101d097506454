#include "cache/scan.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <sys/stat.h>

#include "cache/reposcan.h"
#include "core/atomicfile.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// Newer Python clients keep content that several repos share in <root>/blobs, with this mark.
bool isSharedStore(const QString &root, const QString &name)
{
    constexpr qint64 limit = 16;
    if (name != "blobs"_L1)
        return false;
    const auto mark = core::loadFile(root + "/blobs/.huggingface-shared-blobs"_L1, limit);
    return mark && mark->trimmed() == "1";
}

bool belongsToTheRoot(const QString &root, const QString &name)
{
    return name == ".locks"_L1 || name == "CACHEDIR.TAG"_L1 || isHelperFile(name)
        || isSharedStore(root, name);
}

} // namespace

core::Result<ScanResult> scanCache(const Layout &layout, const std::atomic<bool> *stop)
{
    struct stat facts = {};
    ScanResult result;
    if (::stat(QFile::encodeName(layout.root()).constData(), &facts) != 0 && errno == ENOENT)
        return result;
    // The real place, so that absolute links into it are seen to lead to our blobs.
    const QString real = QDir(layout.root()).canonicalPath();
    const auto names = namesIn(real.isEmpty() ? layout.root() : real);
    if (!names)
        return core::Unexpected(names.error());

    SeenInodes seen;
    for (const QString &name : *names) {
        if (belongsToTheRoot(real, name))
            continue;
        const auto repo = Layout::repoFromFolderName(name);
        const QString folder = real + u'/' + name;
        if (!repo || !QFileInfo(folder).isDir()) {
            result.strangers += name;
            continue;
        }
        RepoScan scan(*repo, folder, stop, &seen);
        auto scanned = scan.run();
        if (!scanned)
            return core::Unexpected(scanned.error());
        scanned->path = layout.repo(*repo);
        result.size += scan.newBytes();
        result.repos += *scanned;
    }
    std::sort(result.repos.begin(), result.repos.end(),
              [](const ScannedRepo &a, const ScannedRepo &b) { return a.path < b.path; });
    result.strangers.sort();
    return result;
}

} // namespace cache
