#include "cache/check.h"

#include <QFile>
#include <QHash>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "cache/folderwalk.h"
#include "cache/store.h"
#include "cache/verified.h"
#include "core/digest.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

using Kind = WalkedEntry::Kind;

std::optional<core::ContentId> digestId(const QString &text)
{
    const auto id = core::ContentId::make(text);
    if (!id || id->kind == core::ContentId::Kind::Opaque)
        return std::nullopt;
    return *id;
}

// Ids of the files of a commit, as its listing was kept.
QHash<QString, core::ContentId> idsOf(const Layout &layout, const core::RepoId &repo,
                                      const QString &commit)
{
    QHash<QString, core::ContentId> ids;
    const Store store({{}, Location::Kind::HubCache, layout.root(), true});
    const auto tree = store.readTree(repo, commit);
    if (!tree)
        return ids;
    for (const TreeFile &file : tree->files) {
        if (const auto id = digestId(file.sha256.isEmpty() ? file.oid : file.sha256))
            ids.insert(file.path, *id);
    }
    return ids;
}

class Collection {
public:
    Collection(const Layout &layout, const core::RepoId &repo, const std::atomic<bool> *stop)
        : m_layout(layout)
        , m_repo(repo)
        , m_stop(stop)
    {
    }

    void add(const Descriptor &snapshots, const QString &commit)
    {
        const Descriptor version =
            openFolder(snapshots.get(), QFile::encodeName(commit).constData(), Links::Follow);
        if (!version.isOpen())
            return;
        std::optional<QHash<QString, core::ContentId>> ids; // of real files only
        walkFolder(version,
                   {.visit =
                        [&](const WalkedEntry &entry) {
                            if (entry.kind == Kind::Link)
                                return addLink(commit, entry);
                            if (entry.kind != Kind::File)
                                return;
                            if (!ids)
                                ids = idsOf(m_layout, m_repo, commit);
                            addFile(commit, entry, *ids);
                        },
                    .onUnreadable = {},
                    .onLeaving = {},
                    .stop = m_stop});
    }

    QList<CheckItem> items;

private:
    void addLink(const QString &commit, const WalkedEntry &entry)
    {
        struct stat facts = {};
        const QByteArray blob = Layout::blobOfLink(entry.target(), entry.depth);
        const bool isHere = entry.facts(&facts);
        if (isHere && !S_ISREG(facts.st_mode))
            return;
        const QString path = QFile::decodeName(entry.path);
        const QString file = blob.isEmpty()
            ? m_layout.entry(m_repo, commit, path)
            : m_layout.blobs(m_repo) + u'/' + QFile::decodeName(blob);
        const auto known = m_byFile.constFind(file);
        if (known != m_byFile.cend()) {
            items[*known].entries.append({commit, path});
            return;
        }
        m_byFile.insert(file, items.size());
        CheckItem item{{{commit, path}}, file, digestId(QFile::decodeName(blob)), 0, !isHere};
        if (isHere)
            item.size = facts.st_size;
        items += item;
    }

    void addFile(const QString &commit, const WalkedEntry &entry,
                 const QHash<QString, core::ContentId> &ids)
    {
        struct stat facts = {};
        if (!entry.facts(&facts))
            return;
        const QString path = QFile::decodeName(entry.path);
        CheckItem item{{{commit, path}}, m_layout.entry(m_repo, commit, path), {}, 0, false};
        const auto listed = ids.constFind(path);
        item.id = listed != ids.cend() ? std::optional(*listed)
                                       : notedId(entry.folder, entry.name, facts);
        item.size = facts.st_size;
        items += item;
    }

    const Layout &m_layout;
    const core::RepoId &m_repo;
    const std::atomic<bool> *m_stop;
    QHash<QString, qsizetype> m_byFile;
};

} // namespace

core::Result<QList<CheckItem>> itemsToCheck(const Layout &layout, const core::RepoId &repo,
                                            const QStringList &commits,
                                            const std::atomic<bool> *stop)
{
    const QString path = layout.snapshots(repo);
    const Descriptor snapshots =
        openFolder(AT_FDCWD, QFile::encodeName(path).constData(), Links::Follow);
    const auto names = snapshots.isOpen() ? namesIn(snapshots) : std::nullopt;
    if (!names && errno == ENOENT)
        return core::fail(core::ErrorKind::RepoNotFound, repo.display());
    if (!names)
        return core::Unexpected(core::fileError(errno, path));
    Collection collection(layout, repo, stop);
    for (const QByteArray &name : *names) {
        const QString commit = QFile::decodeName(name);
        if (commits.isEmpty() || commits.contains(commit))
            collection.add(snapshots, commit);
    }
    if (stop && stop->load())
        return core::fail(core::ErrorKind::Cancelled);
    return collection.items;
}

core::Result<Checked> checkItem(const CheckItem &item, const std::atomic<bool> *stop,
                                std::atomic<qint64> *done)
{
    if (item.isMissing)
        return Checked::Missing;
    if (!item.id)
        return Checked::NoId;
    const auto hex = core::digestOfFile(item.file, item.id->kind, stop, done);
    if (!hex)
        return core::Unexpected(hex.error());
    if (*hex == item.id->text) {
        noteVerified(item.file, *item.id);
        return Checked::Good;
    }
    forgetVerified(item.file);
    return Checked::Damaged;
}

ItemCheck::ItemCheck(const CheckItem &item)
    : m_item(item)
{
}

ItemCheck::~ItemCheck() = default;

core::Result<std::optional<Checked>> ItemCheck::read(qint64 bytes)
{
    if (m_item.isMissing)
        return Checked::Missing;
    if (!m_item.id)
        return Checked::NoId;
    if (!m_file) {
        m_file = std::make_unique<QFile>(m_item.file);
        if (!m_file->open(QIODevice::ReadOnly | QIODevice::Unbuffered))
            return core::fail(core::ErrorKind::FileIo,
                              u"%1: %2"_s.arg(m_item.file, m_file->errorString()));
        m_size = m_file->size();
        m_digest = std::make_unique<core::Digest>(m_item.id->kind, m_size);
    }
    QByteArray buffer(1 << 20, Qt::Uninitialized);
    for (const qint64 until = m_read + bytes; m_read < until;) {
        const qint64 count = m_file->read(buffer.data(), buffer.size());
        if (count < 0)
            return core::fail(core::ErrorKind::FileIo,
                              u"%1: %2"_s.arg(m_item.file, m_file->errorString()));
        if (count == 0)
            return end();
        m_digest->add(QByteArrayView(buffer.constData(), count));
        m_read += count;
    }
    return std::nullopt;
}

core::Result<std::optional<Checked>> ItemCheck::end()
{
    if (m_read != m_size || m_file->size() != m_size)
        return core::fail(core::ErrorKind::FileIo,
                          u"%1 changed while it was being read"_s.arg(m_item.file));
    if (m_digest->hex() == m_item.id->text) {
        noteVerified(m_item.file, *m_item.id);
        return Checked::Good;
    }
    forgetVerified(m_item.file);
    return Checked::Damaged;
}

} // namespace cache
