#include "session/libraryfiles.h"

#include <QFile>
#include <QFileInfo>
#include <QSet>

#include <algorithm>
#include <sys/statvfs.h>

#include "cache/check.h"
#include "cache/layout.h"
#include "cache/verified.h"

using namespace Qt::StringLiterals;

namespace session {

namespace {

LibraryFile::State stateOf(const cache::CheckItem &item)
{
    if (item.isMissing)
        return LibraryFile::State::Missing;
    return item.id && cache::isNotedVerified(item.file, *item.id) ? LibraryFile::State::Checked
                                                                  : LibraryFile::State::NotChecked;
}

} // namespace

core::Result<QList<LibraryFile>> filesOfVersion(const cache::Location &place,
                                                const core::RepoId &repo, const QString &commit,
                                                const std::atomic<bool> *stop)
{
    const auto items = cache::itemsToCheck(cache::Layout(place.path), repo, {}, stop);
    if (!items)
        return core::Unexpected(items.error());
    QList<LibraryFile> files;
    for (const cache::CheckItem &item : *items) {
        if (stop && stop->load())
            return core::fail(core::ErrorKind::Cancelled);
        QSet<QString> others;
        QStringList paths;
        for (const cache::CheckItem::Entry &entry : item.entries) {
            if (entry.commit == commit)
                paths += entry.path;
            else
                others.insert(entry.commit);
        }
        if (paths.isEmpty())
            continue;
        const LibraryFile::State state = stateOf(item);
        for (const QString &path : std::as_const(paths))
            files.append({path, item.file, item.size, state, static_cast<int>(others.size())});
    }
    std::sort(files.begin(), files.end(),
              [](const LibraryFile &a, const LibraryFile &b) { return a.path < b.path; });
    return files;
}

core::Result<LibraryScan> scanLibrary(const cache::Location &place, const std::atomic<bool> *stop)
{
    auto found = cache::scanCache(cache::Layout(place.path), stop);
    if (!found)
        return core::Unexpected(found.error());
    LibraryScan scan;
    scan.found = std::move(*found);
    QString folder = place.path;
    while (!QFileInfo::exists(folder) && folder.size() > 1)
        folder = QFileInfo(folder).path();
    struct statvfs disk = {};
    if (::statvfs(QFile::encodeName(folder).constData(), &disk) == 0) {
        const auto unit = static_cast<qint64>(disk.f_frsize);
        scan.recordsUse = (disk.f_flag & ST_NOATIME) == 0;
        scan.diskSize = static_cast<qint64>(disk.f_blocks) * unit;
        scan.diskFree = static_cast<qint64>(disk.f_bavail) * unit;
    }
    return scan;
}

} // namespace session
