#include "cache/scan.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "cache/folderwalk.h"
#include "cache/reposcan.h"
#include "core/atomicfile.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// Newer Python clients keep content that several repos share in <root>/blobs, with this mark.
bool isSharedStore(const QString &root, const QByteArray &name)
{
    constexpr qint64 limit = 16;
    if (name != "blobs")
        return false;
    const auto mark = core::loadFile(root + "/blobs/.huggingface-shared-blobs"_L1, limit);
    return mark && mark->trimmed() == "1";
}

bool belongsToTheRoot(const QString &root, const QByteArray &name)
{
    return name == ".locks" || name == "CACHEDIR.TAG" || isHelperFile(name)
        || isSharedStore(root, name);
}

Stranger stranger(const Descriptor &root, const QByteArray &name, const std::atomic<bool> *stop)
{
    Stranger found;
    found.name = QFile::decodeName(name);
    found.isKernel = name.startsWith("kernels--");
    struct stat facts = {};
    if (::fstatat(root.get(), name.constData(), &facts, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISREG(facts.st_mode))
        found.size = facts.st_size;
    const Descriptor folder = openFolder(root.get(), name.constData());
    if (!folder.isOpen())
        return found;
    QSet<Inode> seen;
    walkFolder(folder,
               {.visit =
                    [&](const WalkedEntry &entry) {
                        struct stat file = {};
                        if (entry.kind != WalkedEntry::Kind::File || !entry.facts(&file)
                            || seen.contains({file.st_dev, file.st_ino}))
                            return;
                        seen.insert({file.st_dev, file.st_ino});
                        found.size += file.st_size;
                    },
                .onUnreadable = {},
                .onLeaving = {},
                .stop = stop});
    return found;
}

} // namespace

core::Result<ScanResult> scanCache(const Layout &layout, const std::atomic<bool> *stop)
{
    ScanResult result;
    const Descriptor root =
        openFolder(AT_FDCWD, QFile::encodeName(layout.root()).constData(), Links::Follow);
    if (!root.isOpen() && errno == ENOENT)
        return result;
    const auto names = root.isOpen() ? namesIn(root) : std::nullopt;
    if (!names)
        return core::Unexpected(core::fileError(errno, layout.root()));

    QSet<Inode> seen;
    for (const QByteArray &name : *names) {
        if (stop && stop->load())
            return core::fail(core::ErrorKind::Cancelled);
        if (belongsToTheRoot(layout.root(), name))
            continue;
        const auto repo = Layout::repoFromFolderName(QFile::decodeName(name));
        if (!repo || !openFolder(root.get(), name.constData(), Links::Follow).isOpen()) {
            result.strangers += stranger(root, name, stop);
            continue;
        }
        RepoScan scan(*repo, layout.repo(*repo), stop, &seen);
        auto scanned = scan.run();
        if (!scanned)
            return core::Unexpected(scanned.error());
        result.size += scan.newBytes();
        result.repos += *scanned;
    }
    return result;
}

core::Result<ScannedRepo> scanRepo(const Layout &layout, const core::RepoId &repo,
                                   const std::atomic<bool> *stop)
{
    const QString path = layout.repo(repo);
    if (!openFolder(AT_FDCWD, QFile::encodeName(path).constData(), Links::Follow).isOpen()) {
        return errno == ENOENT ? core::fail(core::ErrorKind::RepoNotFound, repo.display())
                               : core::Unexpected(core::fileError(errno, path));
    }
    QSet<Inode> seen;
    return RepoScan(repo, path, stop, &seen).run();
}

} // namespace cache
