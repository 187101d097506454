#include <QDateTime>
#include <QFont>

#include <algorithm>

#include "core/format.h"
#include "gui/models/librarymodel.h"
#include "gui/models/librarymodel_p.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = LibraryItem::Kind;
using session::LibraryFile;

namespace {

qint64 seconds(const QDateTime &time)
{
    return time.isValid() ? time.toSecsSinceEpoch() : 0;
}

int missing(const cache::ScannedRepo &repo)
{
    int files = 0;
    for (const cache::ScannedRevision &version : repo.revisions)
        files += version.missing;
    return files;
}

// 0 what needs somebody most.
int rank(const cache::ScannedRepo &repo)
{
    if (missing(repo) > 0)
        return 0;
    if (repo.incompleteSize > 0)
        return 1;
    return repo.files > 0 && repo.checked == repo.files ? 3 : 2;
}

QString checkedWords(int checked, int files)
{
    if (files > 0 && checked >= files)
        return LibraryModel::tr("checked", "state");
    return checked > 0 ? LibraryModel::tr("%1 of %2 checked", "numbers of files")
                             .arg(core::formatCount(checked), core::formatCount(files))
                       : LibraryModel::tr("not checked", "state");
}

QString ago(const QDateTime &time)
{
    return Texts::ago(time, QDateTime::currentDateTimeUtc());
}

} // namespace

LibraryModel::Node *LibraryModel::nodeOf(const QModelIndex &index) const
{
    if (!index.isValid())
        return nullptr;
    auto *parent = static_cast<Node *>(index.internalPointer());
    if (!parent)
        return m_shown.at(static_cast<size_t>(index.row()));
    return parent->isA(Kind::Repo) ? parent->children.at(static_cast<size_t>(index.row())).get()
                                   : nullptr;
}

LibraryModel::Node *LibraryModel::topNode(const LibraryItem &item) const
{
    return m_byItem.value(item);
}

LibraryModel::Node *LibraryModel::versionNode(const LibraryItem &item) const
{
    Node *repo = topNode({Kind::Repo, item.repo, {}, {}});
    if (!repo)
        return nullptr;
    makeChildren(repo);
    const auto found =
        std::find_if(repo->children.begin(), repo->children.end(), [&](const auto &child) {
            return child->isA(Kind::Version) && child->item.commit == item.commit;
        });
    return found == repo->children.end() ? nullptr : found->get();
}

LibraryItem LibraryModel::item(const QModelIndex &index) const
{
    if (const Node *node = nodeOf(index))
        return node->item;
    const LibraryFile *one = file(index);
    if (!one)
        return {};
    const auto *version = static_cast<Node *>(index.internalPointer());
    return {Kind::File, version->item.repo, version->item.commit, one->path};
}

const LibraryFile *LibraryModel::file(const QModelIndex &index) const
{
    const auto *version = static_cast<Node *>(index.internalPointer());
    if (!index.isValid() || !version || !version->isA(Kind::Version))
        return nullptr;
    return &version->files.at(index.row());
}

QModelIndex LibraryModel::indexOf(const LibraryItem &item) const
{
    const bool isTop = item.kind == Kind::Repo || item.kind == Kind::Stranger;
    Node *top = topNode(isTop ? item : LibraryItem{Kind::Repo, item.repo, {}, {}});
    if (!top || !top->isListed)
        return {};
    if (isTop)
        return createIndex(top->row, 0, nullptr);
    if (item.kind == Kind::File) {
        const Node *version = versionNode(item);
        if (!version)
            return {};
        const auto found =
            std::find_if(version->files.begin(), version->files.end(),
                         [&](const LibraryFile &one) { return one.path == item.path; });
        return found == version->files.end()
            ? QModelIndex()
            : createIndex(static_cast<int>(found - version->files.begin()), 0, version);
    }
    makeChildren(top);
    for (const auto &child : top->children) {
        if (child->item == item)
            return createIndex(child->row, 0, top);
    }
    return {};
}

const cache::ScannedRepo *LibraryModel::repo(const core::RepoId &id) const
{
    const Node *node = topNode({Kind::Repo, id, {}, {}});
    return node ? &node->repo : nullptr;
}

const cache::ScannedRevision *LibraryModel::version(const LibraryItem &item) const
{
    const Node *node = versionNode(item);
    return node ? &node->version : nullptr;
}

QList<cache::ScannedRepo> LibraryModel::repos() const
{
    QList<cache::ScannedRepo> all;
    for (const auto &node : m_all) {
        if (node->isA(Kind::Repo))
            all += node->repo;
    }
    return all;
}

qint64 LibraryModel::shownBytes() const
{
    qint64 bytes = 0;
    for (const Node *node : m_shown)
        bytes += amount(*node, SizeColumn);
    return bytes;
}

LibraryModel::Totals LibraryModel::totals() const
{
    Totals totals;
    for (const auto &node : m_all) {
        if (!node->isA(Kind::Repo)) {
            ++totals.strangers;
            continue;
        }
        ++totals.repos;
        totals.unfinished += node->repo.incompleteSize;
        const qint64 bytes = amount(*node, SizeColumn);
        switch (node->item.repo.type()) {
        case core::RepoType::Model:
            totals.models += bytes;
            break;
        case core::RepoType::Dataset:
            totals.datasets += bytes;
            break;
        case core::RepoType::Space:
            totals.spaces += bytes;
            break;
        }
    }
    return totals;
}

QModelIndex LibraryModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? nodeOf(parent) : nullptr);
}

QModelIndex LibraryModel::parent(const QModelIndex &index) const
{
    const auto *parent = static_cast<Node *>(index.internalPointer());
    return index.isValid() && parent ? createIndex(parent->row, 0, parent->parent) : QModelIndex();
}

int LibraryModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return static_cast<int>(m_shown.size());
    Node *node = parent.column() == 0 ? nodeOf(parent) : nullptr;
    if (!node)
        return 0;
    makeChildren(node);
    return static_cast<int>(node->isA(Kind::Version) ? node->files.size()
                                                     : qsizetype(node->children.size()));
}

int LibraryModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

bool LibraryModel::hasChildren(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return !m_shown.empty();
    const Node *node = parent.column() == 0 ? nodeOf(parent) : nullptr;
    if (node && node->isA(Kind::Repo) && !node->hasChildren)
        return !node->repo.revisions.isEmpty() || !node->repo.problems.isEmpty();
    return canFetchMore(parent) || rowCount(parent) > 0;
}

bool LibraryModel::canFetchMore(const QModelIndex &parent) const
{
    const Node *node = parent.column() == 0 ? nodeOf(parent) : nullptr;
    return node && node->isA(Kind::Version) && node->state == Node::Files::Unknown
        && node->version.files + node->version.missing > 0;
}

void LibraryModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent))
        return;
    Node *node = nodeOf(parent);
    node->state = Node::Files::Asked;
    Q_EMIT filesWanted(node->item);
}

qint64 LibraryModel::amount(const Node &node, int column) const
{
    const cache::ScannedRepo &repo = node.repo;
    const bool isRepo = node.isA(Kind::Repo);
    switch (column) {
    case SizeColumn:
        return isRepo ? repo.size + repo.incompleteSize + repo.unusedSize : node.stranger.size;
    case VersionsColumn:
        return isRepo ? repo.revisions.size() : 0;
    case UsedColumn:
        return isRepo && m_recordsUse ? seconds(repo.lastAccessed) : 0;
    case FetchedColumn:
        return isRepo ? seconds(repo.lastModified) : 0;
    case KindColumn:
        return isRepo ? static_cast<qint64>(node.item.repo.type()) : 3;
    case StateColumn:
        return !isRepo ? 4 : isDamaged(node) ? 0 : rank(repo);
    default:
        return 0;
    }
}

bool LibraryModel::isBefore(const Node &a, const Node &b) const
{
    const qint64 left = amount(a, m_sortColumn);
    const qint64 right = amount(b, m_sortColumn);
    if (left != right)
        return m_sortOrder == Qt::AscendingOrder ? left < right : right < left;
    const int names = a.order.compare(b.order);
    if (names != 0)
        return m_sortColumn == NameColumn && m_sortOrder == Qt::DescendingOrder ? names > 0
                                                                                : names < 0;
    if (a.item.kind != b.item.kind)
        return a.item.kind < b.item.kind;
    return a.item.repo.type() != b.item.repo.type() ? a.item.repo.type() < b.item.repo.type()
                                                    : a.item.path < b.item.path;
}

bool LibraryModel::isDamaged(const Node &node) const
{
    return missing(node.repo) > 0 || m_damaged.contains(node.item.repo);
}

QString LibraryModel::used(const QDateTime &time) const
{
    return m_recordsUse && time.isValid() ? ago(time) : tr("not recorded");
}

QString LibraryModel::state(const Node &node) const
{
    if (node.isA(Kind::Stranger))
        return node.stranger.isKernel ? tr("a kernel: left alone") : tr("not from the Hub");
    if (node.isA(Kind::Note))
        return {};
    if (node.isA(Kind::Version)) {
        const cache::ScannedRevision &version = node.version;
        if (version.missing > 0)
            return tr("damaged: %Ln missing", "number of files", version.missing);
        return checkedWords(version.checked, version.files);
    }
    if (const int files = missing(node.repo); files > 0)
        return tr("damaged: %Ln missing", "number of files", files);
    if (isDamaged(node))
        return tr("damaged", "state");
    if (node.repo.incompleteSize > 0)
        return tr("incomplete: %1 unfinished").arg(core::formatSize(node.repo.incompleteSize));
    return checkedWords(node.repo.checked, node.repo.files);
}

QString LibraryModel::display(const Node &node, int column) const
{
    const bool isRepo = node.isA(Kind::Repo);
    const bool isVersion = node.isA(Kind::Version);
    switch (column) {
    case NameColumn:
        if (isRepo)
            return core::isolate(node.item.repo.id());
        if (isVersion)
            return core::isolate(Texts::shortCommit(node.item.commit)) + u"  "_s
                + (node.version.refs.isEmpty() ? tr("no name points to it")
                                               : core::isolate(node.version.refs.join(u", "_s)));
        return core::isolate(node.item.path);
    case KindColumn:
        if (isRepo)
            return Texts::kind(node.item.repo.type());
        if (node.isA(Kind::Stranger))
            return node.stranger.isKernel ? tr("Kernel") : tr("Other");
        return isVersion ? tr("Version") : tr("Note");
    case SizeColumn:
        if (node.isA(Kind::Note))
            return {};
        return core::formatSize(isVersion ? node.version.size : amount(node, column));
    case VersionsColumn:
        return isRepo ? core::formatCount(node.repo.revisions.size()) : QString();
    case UsedColumn:
        return isRepo ? used(node.repo.lastAccessed) : QString();
    case FetchedColumn:
        return isRepo   ? ago(node.repo.lastModified)
            : isVersion ? ago(node.version.lastModified)
                        : QString();
    case StateColumn:
        return state(node);
    default:
        return {};
    }
}

QString LibraryModel::display(const Node &version, const LibraryFile &file, int column) const
{
    switch (column) {
    case NameColumn:
        return core::isolate(file.path);
    case KindColumn:
        return tr("File");
    case SizeColumn:
        return file.state == LibraryFile::State::Missing ? QString() : core::formatSize(file.size);
    case VersionsColumn:
        return file.otherVersions > 0
            ? tr("shared with %Ln", "number of other versions", file.otherVersions)
            : QString();
    case StateColumn:
        if (file.state == LibraryFile::State::Missing)
            return tr("missing", "state");
        if (m_damaged.value(version.item.repo).contains(file.file))
            return tr("damaged", "state");
        return file.state == LibraryFile::State::Checked ? tr("checked", "state")
                                                         : tr("not checked", "state");
    default:
        return {};
    }
}

QString LibraryModel::tip(const Node &node) const
{
    if (!node.isA(Kind::Repo))
        return node.isA(Kind::Version) ? node.item.commit : node.item.path;
    QStringList lines{node.repo.path};
    if (node.repo.unusedSize > 0)
        lines += tr("%1 of it belongs to no version.").arg(core::formatSize(node.repo.unusedSize));
    return (lines + node.repo.problems).join(u'\n');
}

QVariant LibraryModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Node *node = nodeOf(index);
    const LibraryFile *one = node ? nullptr : file(index);
    const auto *version = static_cast<const Node *>(index.internalPointer());
    const auto text = [&](int column) {
        return node ? display(*node, column) : display(*version, *one, column);
    };
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(column);
    case Qt::AccessibleTextRole: {
        const QString words = text(column);
        return words.isEmpty() || column == NameColumn
            ? words
            : headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() + u": "_s + words;
    }
    case Qt::TextAlignmentRole:
        return column == SizeColumn || (column == VersionsColumn && node)
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    case Qt::ToolTipRole:
        return column == NameColumn ? (node ? tip(*node) : one->path) : text(column);
    case RawRole:
        if (!node)
            return column == SizeColumn ? QVariant(one->size) : QVariant(one->path);
        return column == NameColumn ? QVariant(node->order) : QVariant(amount(*node, column));
    default:
        return {};
    }
}

QVariant LibraryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == SizeColumn || section == VersionsColumn
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case KindColumn:
        return tr("Kind");
    case SizeColumn:
        return tr("Size");
    case VersionsColumn:
        return tr("Versions");
    case UsedColumn:
        return tr("Last used");
    case FetchedColumn:
        return tr("Fetched");
    case StateColumn:
        return tr("State");
    default:
        return {};
    }
}

} // namespace gui
