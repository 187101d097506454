#include "cache/leftovers.h"

#include <QDateTime>
#include <QFile>
#include <QMap>
#include <QSet>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/filelock.h"
#include "cache/folderwalk.h"
#include "cache/temporary.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr qint64 calmSeconds = 3600;
constexpr qint64 blockSize = 512; // of st_blocks

// The partial of any program; notes are not.
bool isPartial(const QByteArray &name)
{
    return name.endsWith(".incomplete") || name.endsWith(".downloadInProgress");
}

bool isOfPartial(const QByteArray &name)
{
    return isPartial(name)
        || (name.contains(partialSuffix.latin1()) && !isTemporaryName(QFile::decodeName(name)));
}

// Never through a link: what that leads to is not ours to delete.
Descriptor openBlobs(const Layout &layout, const core::RepoId &repo)
{
    const Descriptor folder =
        openFolder(AT_FDCWD, QFile::encodeName(layout.repo(repo)).constData());
    return folder.isOpen() ? openFolder(folder.get(), "blobs") : Descriptor();
}

std::optional<struct stat> fileFacts(const Descriptor &folder, const QByteArray &name)
{
    struct stat facts = {};
    if (::fstatat(folder.get(), name.constData(), &facts, AT_SYMLINK_NOFOLLOW) != 0
        || !S_ISREG(facts.st_mode))
        return std::nullopt;
    return facts;
}

qint64 bytesOf(const struct stat &facts)
{
    return facts.st_nlink > 1 ? 0 : std::min<qint64>(facts.st_size, facts.st_blocks * blockSize);
}

QString lockOf(const Layout &layout, const Leftover &leftover)
{
    return layout.lock(leftover.repo,
                       {core::ContentId::Kind::Opaque, QFile::decodeName(leftover.id)});
}

bool isLocked(const Layout &layout, const Leftover &leftover)
{
    const QString path = lockOf(layout, leftover);
    if (!QFile::exists(path))
        return false; // looking makes no files
    const auto lock = FileLock::tryLock(path);
    return !lock && lock.error().kind == core::ErrorKind::Locked;
}

} // namespace

core::Result<QList<Leftover>> findLeftovers(const Layout &layout, const QList<core::RepoId> &repos,
                                            const std::atomic<bool> *stop)
{
    QList<Leftover> found;
    const qint64 calm = QDateTime::currentSecsSinceEpoch() - calmSeconds;
    for (const core::RepoId &repo : repos) {
        if (stop && stop->load())
            return core::fail(core::ErrorKind::Cancelled);
        const Descriptor blobs = openBlobs(layout, repo);
        QMap<QByteArray, Leftover> byId;
        QSet<QByteArray> busy;
        for (const QByteArray &name :
             blobs.isOpen() ? namesIn(blobs).value_or(QByteArrayList()) : QByteArrayList()) {
            const auto facts = isOfPartial(name) ? fileFacts(blobs, name) : std::nullopt;
            const QByteArray id = name.split('.').constFirst();
            if (!facts || id.isEmpty())
                continue;
            if (facts->st_mtim.tv_sec > calm)
                busy.insert(id);
            Leftover &leftover = byId[id];
            leftover.repo = repo;
            leftover.id = id;
            leftover.names += name;
            leftover.size += bytesOf(*facts);
        }
        for (const Leftover &leftover : std::as_const(byId)) {
            if (!busy.contains(leftover.id)
                && std::any_of(leftover.names.begin(), leftover.names.end(), &isPartial)
                && !isLocked(layout, leftover))
                found += leftover;
        }
    }
    return found;
}

core::Result<qint64> removeLeftover(const Layout &layout, const Leftover &leftover)
{
    const Descriptor blobs = openBlobs(layout, leftover.repo);
    if (!blobs.isOpen())
        return errno == ENOENT
            ? core::Result<qint64>(0)
            : core::Unexpected(core::fileError(errno, layout.blobs(leftover.repo)));
    const auto lock = FileLock::tryLock(lockOf(layout, leftover));
    if (!lock)
        return core::Unexpected(lock.error());
    qint64 freed = 0;
    for (const QByteArray &name : leftover.names) {
        const auto facts = isOfPartial(name) ? fileFacts(blobs, name) : std::nullopt;
        if (!facts || name.contains('/'))
            continue;
        if (::unlinkat(blobs.get(), name.constData(), 0) == 0)
            freed += bytesOf(*facts);
        else if (errno != ENOENT)
            return core::Unexpected(core::fileError(
                errno, layout.blobs(leftover.repo) + u'/' + QFile::decodeName(name)));
    }
    std::ignore = core::syncFolder(layout.blobs(leftover.repo));
    return freed;
}

} // namespace cache
