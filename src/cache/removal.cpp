#include "cache/removal.h"

#include <QFile>
#include <QHash>
#include <QSet>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/filelock.h"
#include "cache/folders.h"
#include "cache/folderwalk.h"
#include "cache/temporary.h"
#include "core/atomicfile.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

using Inode = std::pair<quint64, quint64>;
using Kind = WalkedEntry::Kind;

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

Inode inodeOf(const struct stat &facts)
{
    return {facts.st_dev, facts.st_ino};
}

// One name and no way through it.
bool isName(const QString &text)
{
    return !text.isEmpty() && text != "."_L1 && text != ".."_L1 && !text.contains(u'/')
        && !text.contains(QChar(u'\0'));
}

// The folder of a repo, and those in it, never through a link.
core::Result<Descriptor> openRepo(const Layout &layout, const core::RepoId &repo)
{
    const QString path = layout.repo(repo);
    Descriptor folder = openFolder(AT_FDCWD, QFile::encodeName(path).constData());
    if (folder.isOpen())
        return folder;
    if (errno == ENOENT)
        return core::fail(core::ErrorKind::RepoNotFound, repo.display());
    if (errno == ELOOP || errno == ENOTDIR)
        return core::fail(
            core::ErrorKind::FileIo,
            u"%1 is a link or no folder: what it leads to is to be deleted there"_s.arg(path));
    return failure(errno, path);
}

// Where the entries of the versions lead to.
struct Leads {
    QSet<Inode> staying;
    QSet<Inode> going;
    QHash<Inode, quint64> names; // real files that go, and how many names of them
    QHash<QString, int> stayingFiles; // by version
    int goingFiles = 0;
};

using Goes = std::function<bool(const QString &commit, const QByteArray &path)>;

// What cannot be read may lead anywhere: then nothing is deleted.
core::Result<Leads> leadsOf(const Layout &layout, const core::RepoId &repo,
                            const Descriptor &folder, const Goes &goes,
                            const std::atomic<bool> *stop)
{
    Leads leads;
    const Descriptor snapshots = openFolder(folder.get(), "snapshots");
    if (!snapshots.isOpen() && errno == ENOENT)
        return leads;
    const auto names = snapshots.isOpen() ? namesIn(snapshots) : std::nullopt;
    if (!names)
        return failure(errno, layout.snapshots(repo));
    QString unreadable;
    for (const QByteArray &name : *names) {
        const QString commit = QFile::decodeName(name);
        const Descriptor version = openFolder(snapshots.get(), name.constData(), Links::Follow);
        if (!version.isOpen() && errno == ENOTDIR)
            continue;
        const auto take = [&](const WalkedEntry &entry) {
            const bool isGoing = goes(commit, entry.path);
            isGoing ? ++leads.goingFiles : ++leads.stayingFiles[commit];
            struct stat facts = {};
            if (!entry.facts(&facts))
                return;
            (isGoing ? leads.going : leads.staying).insert(inodeOf(facts));
            if (isGoing && entry.kind == Kind::File)
                ++leads.names[inodeOf(facts)];
        };
        const auto fail = [&](const QByteArray &path) {
            unreadable = commit + u'/' + QFile::decodeName(path);
        };
        if (version.isOpen())
            walkFolder(version,
                       {.visit = take, .onUnreadable = fail, .onLeaving = {}, .stop = stop});
        else
            fail({});
    }
    if (stop && stop->load())
        return core::fail(core::ErrorKind::Cancelled);
    if (!unreadable.isEmpty())
        return core::fail(core::ErrorKind::FileIo,
                          u"%1/%2 cannot be read"_s.arg(layout.snapshots(repo), unreadable));
    return leads;
}

core::Result<QStringList> refsTo(const Layout &layout, const core::RepoId &repo,
                                 const Descriptor &folder, const Removal &what)
{
    constexpr qint64 limit = 256;
    QStringList found;
    const Descriptor refs = openFolder(folder.get(), "refs");
    if (!refs.isOpen() && errno == ENOENT)
        return found;
    if (!refs.isOpen())
        return failure(errno, layout.refs(repo));
    walkFolder(refs,
               {.visit =
                    [&](const WalkedEntry &entry) {
                        const QString name = QFile::decodeName(entry.path);
                        const auto text = core::loadFile(layout.ref(repo, name), limit);
                        const QString commit =
                            text ? QString::fromUtf8(*text).trimmed() : QString();
                        if (what.commits.isEmpty() || what.commits.contains(commit))
                            found += name;
                    },
                .onUnreadable = {},
                .onLeaving = {},
                .stop = nullptr});
    return found;
}

// Bytes of a file whose every name goes.
void addFreed(RemovalPlan *plan, const struct stat &facts, quint64 goingNames)
{
    constexpr qint64 blockUnit = 512; // of st_blocks
    if (S_ISREG(facts.st_mode) && goingNames >= facts.st_nlink)
        plan->freed +=
            std::min<qint64>(facts.st_size, std::max<qint64>(facts.st_blocks, 8) * blockUnit);
}

// All that lies in the folder of a repo.
void planAll(const Descriptor &folder, RemovalPlan *plan, const std::atomic<bool> *stop)
{
    QHash<Inode, quint64> names;
    walkFolder(folder,
               {.visit =
                    [&](const WalkedEntry &entry) {
                        struct stat facts = {};
                        const bool isEntry = entry.path.startsWith("snapshots/");
                        const bool isBlob = entry.path.startsWith("blobs/") && entry.depth == 1;
                        if (isEntry)
                            ++plan->files;
                        if (isBlob)
                            plan->blobs += QByteArray(entry.name);
                        if (entry.kind != Kind::File || !(isEntry || isBlob)
                            || !entry.facts(&facts))
                            return;
                        addFreed(plan, facts, ++names[inodeOf(facts)]);
                    },
                .onUnreadable = {},
                .onLeaving = {},
                .stop = stop});
}

// The blobs that only what goes leads to.
void planBlobs(const Descriptor &folder, const Leads &leads, RemovalPlan *plan)
{
    QHash<Inode, quint64> names = leads.names;
    QHash<Inode, struct stat> going;
    const Descriptor blobs = openFolder(folder.get(), "blobs");
    for (const QByteArray &name :
         blobs.isOpen() ? namesIn(blobs).value_or(QByteArrayList()) : QByteArrayList()) {
        struct stat facts = {};
        if (::fstatat(blobs.get(), name.constData(), &facts, 0) != 0 || name.contains(".incomplete")
            || !leads.going.contains(inodeOf(facts)) || leads.staying.contains(inodeOf(facts)))
            continue;
        plan->blobs += name;
        struct stat own = {};
        if (::fstatat(blobs.get(), name.constData(), &own, AT_SYMLINK_NOFOLLOW) == 0
            && S_ISREG(own.st_mode)) {
            ++names[inodeOf(own)];
            going.insert(inodeOf(own), own);
        }
    }
    for (auto it = going.cbegin(); it != going.cend(); ++it)
        addFreed(plan, *it, names.value(it.key()));
}

// Real files in the versions that go, as far as they are no blobs.
void planRealFiles(const Descriptor &folder, const Leads &leads, const Goes &goes,
                   RemovalPlan *plan)
{
    QSet<Inode> counted;
    const Descriptor snapshots = openFolder(folder.get(), "snapshots");
    if (!snapshots.isOpen() || leads.names.isEmpty())
        return;
    walkFolder(snapshots,
               {.visit =
                    [&](const WalkedEntry &entry) {
                        const qsizetype at = entry.path.indexOf('/');
                        struct stat facts = {};
                        if (at < 0 || entry.kind != Kind::File
                            || !goes(QFile::decodeName(entry.path.left(at)), entry.path.mid(at + 1))
                            || !entry.facts(&facts) || counted.contains(inodeOf(facts)))
                            return;
                        counted.insert(inodeOf(facts));
                        addFreed(plan, facts, leads.names.value(inodeOf(facts)));
                    },
                .onUnreadable = {},
                .onLeaving = {},
                .stop = nullptr});
}

Goes goingOf(const Removal &what)
{
    return [commits = what.commits, all = what.paths.isEmpty(),
            paths = QSet<QString>(what.paths.begin(), what.paths.end())](const QString &commit,
                                                                         const QByteArray &path) {
        return commits.contains(commit) && (all || paths.contains(QFile::decodeName(path)));
    };
}

} // namespace

core::Result<RemovalPlan> planRemoval(const Layout &layout, const Removal &removal,
                                      const std::atomic<bool> *stop)
{
    const auto folder = openRepo(layout, removal.repo);
    if (!folder)
        return core::Unexpected(folder.error());
    RemovalPlan plan;
    plan.what = {removal.repo, {}, {}};
    for (const QString &commit : removal.commits) {
        struct stat facts = {};
        const QByteArray path = "snapshots/" + QFile::encodeName(commit);
        const bool isHere = isName(commit)
            && ::fstatat(folder->get(), path.constData(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
        (isHere ? plan.what.commits : plan.missing) += commit;
    }
    if (!removal.commits.isEmpty() && plan.what.commits.isEmpty())
        return plan;
    plan.what.paths = removal.paths;
    auto leads = leadsOf(layout, removal.repo, *folder, goingOf(plan.what), stop);
    if (!leads)
        return core::Unexpected(leads.error());
    if (!plan.what.paths.isEmpty()) {
        if (leads->stayingFiles.value(plan.what.commits.constFirst()) == 0)
            plan.what.paths.clear(); // a version without files would only be in the way
    }
    if (plan.what.paths.isEmpty()) {
        auto refs = refsTo(layout, removal.repo, *folder, plan.what);
        if (!refs)
            return core::Unexpected(refs.error());
        plan.refs = *refs;
    }
    if (plan.what.commits.isEmpty()) {
        planAll(*folder, &plan, stop);
    } else {
        plan.files = leads->goingFiles;
        planBlobs(*folder, *leads, &plan);
        planRealFiles(*folder, *leads, goingOf(plan.what), &plan);
    }
    if (stop && stop->load())
        return core::fail(core::ErrorKind::Cancelled);
    return plan;
}

namespace {

class Remover {
public:
    Remover(const Layout &layout, const RemovalPlan &plan, const std::atomic<bool> *stop)
        : m_layout(layout)
        , m_plan(plan)
        , m_stop(stop)
    {
    }

    core::Result<Removed> run()
    {
        auto folder = openRepo(m_layout, repo());
        if (!folder)
            return core::Unexpected(folder.error());
        m_folder = std::move(*folder);
        if (const auto gone = removeRefs(); !gone)
            return core::Unexpected(gone.error());
        removeSnapshots();
        if (const auto gone = removeBlobs(); !gone)
            return core::Unexpected(gone.error());
        const qint64 freed = m_removed.freed; // what is left to go is no content
        for (const QString &commit : m_plan.what.commits) {
            if (m_plan.what.paths.isEmpty())
                removeNotes(QFile::encodeName(commit));
        }
        if (isWhole())
            removeFolder();
        m_removed.freed = freed;
        if (isStopped())
            return core::fail(core::ErrorKind::Cancelled);
        return m_removed;
    }

private:
    const core::RepoId &repo() const { return m_plan.what.repo; }
    bool isWhole() const { return m_plan.what.commits.isEmpty(); }
    bool isStopped() const { return m_stop && m_stop->load(); }

    void keep(const QString &path, int errnoValue)
    {
        constexpr qsizetype most = 20;
        if (m_removed.kept.size() < most)
            m_removed.kept += u"%1: %2"_s.arg(path, qt_error_string(errnoValue));
    }

    bool unlink(int folder, const QByteArray &name, const QString &path)
    {
        struct stat facts = {};
        const bool isLast = ::fstatat(folder, name.constData(), &facts, AT_SYMLINK_NOFOLLOW) == 0
            && S_ISREG(facts.st_mode) && facts.st_nlink == 1;
        if (::unlinkat(folder, name.constData(), 0) != 0 && errno != ENOENT) {
            keep(path, errno);
            return false;
        }
        if (isLast)
            m_removed.freed += facts.st_size;
        return true;
    }

    core::Result<void> removeRefs()
    {
        for (const QString &ref : m_plan.refs) {
            const auto folder = openParent(m_layout.refs(repo()), ref, Missing::Fail);
            if (!folder)
                return core::Unexpected(folder.error());
            const QByteArray name = QFile::encodeName(ref.mid(ref.lastIndexOf(u'/') + 1));
            if (::unlinkat(folder->get(), name.constData(), 0) != 0 && errno != ENOENT)
                return failure(errno, m_layout.ref(repo(), ref));
            if (const auto synced = syncUpTo(m_layout.refs(repo()), ref); !synced)
                return synced;
        }
        return {};
    }

    void removeSnapshots()
    {
        const Descriptor snapshots = openFolder(m_folder.get(), "snapshots");
        if (!snapshots.isOpen())
            return;
        QByteArrayList names;
        if (isWhole())
            names = namesIn(snapshots).value_or(QByteArrayList());
        for (const QString &commit : m_plan.what.commits)
            names += QFile::encodeName(commit);
        for (const QByteArray &name : names) {
            if (m_plan.what.paths.isEmpty())
                removeBelow(snapshots.get(), name, m_layout.snapshots(repo()));
            else
                removePaths(QFile::decodeName(name));
        }
        std::ignore = core::syncFolder(m_layout.snapshots(repo()));
    }

    void removePaths(const QString &commit)
    {
        const QString base = m_layout.snapshots(repo());
        for (const QString &path : m_plan.what.paths) {
            QString below = commit + u'/' + path;
            const auto folder = openParent(base, below, Missing::Fail);
            if (!folder || isStopped())
                continue;
            const QByteArray name = QFile::encodeName(path.mid(path.lastIndexOf(u'/') + 1));
            unlink(folder->get(), name, m_layout.entry(repo(), commit, path));
            // Folders that are empty now; of others nothing happens.
            while ((below = parentFolder(below)) != commit) {
                const auto above = openParent(base, below, Missing::Fail);
                const QByteArray last = QFile::encodeName(below.mid(below.lastIndexOf(u'/') + 1));
                if (!above || ::unlinkat(above->get(), last.constData(), AT_REMOVEDIR) != 0)
                    break;
            }
        }
        std::ignore = syncFolders(m_layout.snapshot(repo(), commit));
    }

    // What only says something of a version.
    void removeNotes(const QByteArray &commit)
    {
        const QString name = QFile::decodeName(commit);
        const Descriptor trees = openFolder(m_folder.get(), "trees");
        if (trees.isOpen())
            unlink(trees.get(), commit + ".json", m_layout.tree(repo(), name));
        const Descriptor absent = openFolder(m_folder.get(), ".no_exist");
        if (absent.isOpen())
            removeBelow(absent.get(), commit, m_layout.repo(repo()) + "/.no_exist"_L1);
    }

    // A folder with all that is in it; a link or a file of that name itself.
    void removeBelow(int base, const QByteArray &name, const QString &where)
    {
        const QString path = where + u'/' + QFile::decodeName(name);
        const Descriptor folder = openFolder(base, name.constData());
        if (!folder.isOpen()) {
            if (errno != ENOENT)
                unlink(base, name, path);
            return;
        }
        removeContent(folder, path);
        if (::unlinkat(base, name.constData(), AT_REMOVEDIR) != 0 && errno != ENOENT
            && errno != ENOTEMPTY && !isStopped())
            keep(path, errno);
    }

    void removeContent(const Descriptor &folder, const QString &path)
    {
        const auto pathOf = [&path](const QByteArray &below) {
            return path + u'/' + QFile::decodeName(below);
        };
        walkFolder(folder,
                   {.visit =
                        [&](const WalkedEntry &entry) {
                            unlink(entry.folder, entry.name, pathOf(entry.path));
                        },
                    .onUnreadable = [&](const QByteArray &below) { keep(pathOf(below), EACCES); },
                    .onLeaving =
                        [&](const WalkedEntry &entry) {
                            if (::unlinkat(entry.folder, entry.name, AT_REMOVEDIR) != 0
                                && errno != ENOTEMPTY && errno != ENOENT)
                                keep(pathOf(entry.path), errno);
                        },
                    .stop = m_stop});
    }

    // Under the locks of all names of a batch what the versions lead to is read once more.
    core::Result<void> removeBlobs()
    {
        constexpr qsizetype batch = 256;
        const Descriptor blobs = openFolder(m_folder.get(), "blobs");
        for (qsizetype at = 0; blobs.isOpen() && at < m_plan.blobs.size(); at += batch) {
            const QByteArrayList names = m_plan.blobs.mid(at, batch);
            const auto locks = lock(names);
            const auto leads = leadsOf(
                m_layout, repo(), m_folder,
                [](const QString &, const QByteArray &) { return false; }, m_stop);
            if (!leads)
                return core::Unexpected(leads.error());
            for (const QByteArray &name : names) {
                struct stat facts = {};
                const bool isUsed = ::fstatat(blobs.get(), name.constData(), &facts, 0) == 0
                    && leads->staying.contains(inodeOf(facts));
                if (locks.contains(idOf(name)) && !isUsed)
                    unlink(blobs.get(), name, pathOf(name));
            }
            std::ignore = core::syncFolder(m_layout.blobs(repo()));
        }
        return {};
    }

    static QByteArray idOf(const QByteArray &blob) { return blob.split('.').constFirst(); }
    QString pathOf(const QByteArray &blob) const
    {
        return m_layout.blobs(repo()) + u'/' + QFile::decodeName(blob);
    }

    std::map<QByteArray, FileLock> lock(const QByteArrayList &names)
    {
        std::map<QByteArray, FileLock> locks;
        for (const QByteArray &name : names) {
            const QByteArray id = idOf(name);
            if (id.isEmpty() || locks.contains(id))
                continue;
            auto held = FileLock::tryLock(
                m_layout.lock(repo(), {core::ContentId::Kind::Opaque, QFile::decodeName(id)}));
            if (held)
                locks.emplace(id, std::move(*held));
            else if (held.error().kind == core::ErrorKind::Locked)
                m_removed.kept += u"%1 is in use by another program"_s.arg(pathOf(name));
            else
                m_removed.kept += held.error().detail;
        }
        return locks;
    }

    // What is left beside the blobs, and the folder if those are gone.
    void removeFolder()
    {
        for (const QByteArray &name : namesIn(m_folder).value_or(QByteArrayList())) {
            if (name != "blobs")
                removeBelow(m_folder.get(), name, m_layout.repo(repo()));
        }
        ::unlinkat(m_folder.get(), "blobs", AT_REMOVEDIR);
        const QByteArray path = QFile::encodeName(m_layout.repo(repo()));
        if (::rmdir(path.constData()) != 0 && errno != ENOTEMPTY && errno != EEXIST)
            keep(m_layout.repo(repo()), errno);
        std::ignore = core::syncFolder(m_layout.root());
    }

    const Layout &m_layout;
    const RemovalPlan &m_plan;
    const std::atomic<bool> *m_stop;
    Descriptor m_folder;
    Removed m_removed;
};

} // namespace

core::Result<Removed> remove(const Layout &layout, const RemovalPlan &plan,
                             const std::atomic<bool> *stop)
{
    return Remover(layout, plan, stop).run();
}

} // namespace cache
