#include "gui/models/librarymodel.h"

#include <algorithm>

#include "gui/models/librarymodel_p.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = LibraryItem::Kind;

namespace {

constexpr qsizetype mostSteps = 64; // changes that are shown one by one

// Compares as names are read: "part2" before "part10". Made once, as sorting compares often.
QString orderOf(const QString &name)
{
    QString key;
    key.reserve(name.size() + 4);
    for (qsizetype i = 0; i < name.size();) {
        if (!name.at(i).isDigit()) {
            key += name.at(i++).toCaseFolded();
            continue;
        }
        while (i + 1 < name.size() && name.at(i) == u'0' && name.at(i + 1).isDigit())
            ++i;
        const qsizetype from = i;
        while (i < name.size() && name.at(i).isDigit())
            ++i;
        key += QChar(u'0' + ushort(std::min<qsizetype>(i - from, 9))); // below all letters
        key += QStringView(name).mid(from, i - from);
    }
    return key;
}

bool isSame(const cache::ScannedRevision &a, const cache::ScannedRevision &b)
{
    return a.commit == b.commit && a.refs == b.refs && a.size == b.size && a.ownSize == b.ownSize
        && a.files == b.files && a.checked == b.checked && a.missing == b.missing
        && a.lastModified == b.lastModified;
}

bool isSame(const cache::ScannedRepo &a, const cache::ScannedRepo &b)
{
    return a.path == b.path && a.size == b.size && a.incompleteSize == b.incompleteSize
        && a.unusedSize == b.unusedSize && a.files == b.files && a.checked == b.checked
        && a.lastAccessed == b.lastAccessed && a.lastModified == b.lastModified
        && a.problems == b.problems
        && std::equal(a.revisions.begin(), a.revisions.end(), b.revisions.begin(),
                      b.revisions.end(),
                      [](const auto &left, const auto &right) { return isSame(left, right); });
}

LibraryItem repoItem(const core::RepoId &id)
{
    return {Kind::Repo, id, {}, {}};
}

LibraryItem strangerItem(const QString &name)
{
    return {Kind::Stranger, {}, {}, name};
}

QSet<LibraryItem> itemsOf(const cache::ScanResult &found)
{
    QSet<LibraryItem> items;
    for (const cache::ScannedRepo &repo : found.repos)
        items.insert(repoItem(repo.repo));
    for (const cache::Stranger &stranger : found.strangers)
        items.insert(strangerItem(stranger.name));
    return items;
}

} // namespace

LibraryModel::LibraryModel(QObject *parent)
    : QAbstractItemModel(parent)
{
}

LibraryModel::~LibraryModel() = default;

std::unique_ptr<LibraryModel::Node> LibraryModel::makeRepo(const cache::ScannedRepo &repo) const
{
    auto node = std::make_unique<Node>();
    node->item = repoItem(repo.repo);
    node->order = orderOf(repo.repo.id());
    node->repo = repo;
    return node;
}

std::unique_ptr<LibraryModel::Node>
LibraryModel::makeStranger(const cache::Stranger &stranger) const
{
    auto node = std::make_unique<Node>();
    node->item = strangerItem(stranger.name);
    node->order = orderOf(stranger.name);
    node->stranger = stranger;
    return node;
}

// What is odd first, then the versions that have names, the latest first.
QList<LibraryItem> LibraryModel::childrenOf(const cache::ScannedRepo &repo) const
{
    QList<LibraryItem> items;
    for (const QString &problem : repo.problems)
        items.append({Kind::Note, repo.repo, {}, problem});
    QList<cache::ScannedRevision> versions = repo.revisions;
    std::stable_sort(versions.begin(), versions.end(), [](const auto &a, const auto &b) {
        return a.refs.isEmpty() != b.refs.isEmpty() ? b.refs.isEmpty()
                                                    : a.lastModified > b.lastModified;
    });
    for (const cache::ScannedRevision &version : std::as_const(versions)) {
        const LibraryItem item{Kind::Version, repo.repo, version.commit, {}};
        if (!m_hidden.contains(item))
            items.append(item);
    }
    return items;
}

void LibraryModel::number(Nodes *nodes)
{
    for (size_t i = 0; i < nodes->size(); ++i)
        (*nodes)[i]->row = static_cast<int>(i);
}

// Only of repos that somebody opens: there may be very many.
void LibraryModel::makeChildren(Node *repo) const
{
    if (!repo->isA(Kind::Repo) || repo->hasChildren)
        return;
    repo->hasChildren = true;
    const QList<LibraryItem> children = childrenOf(repo->repo);
    for (const LibraryItem &item : children)
        addChild(repo, item, repo->children.size());
}

void LibraryModel::addChild(Node *repo, const LibraryItem &item, size_t row)
{
    auto child = std::make_unique<Node>();
    child->item = item;
    child->parent = repo;
    for (const cache::ScannedRevision &version : std::as_const(repo->repo.revisions)) {
        if (item.kind == Kind::Version && version.commit == item.commit)
            child->version = version;
    }
    repo->children.insert(repo->children.begin() + static_cast<ptrdiff_t>(row), std::move(child));
    number(&repo->children);
}

void LibraryModel::syncChildren(Node *repo)
{
    if (!repo->hasChildren)
        return;
    const QList<LibraryItem> wanted = childrenOf(repo->repo);
    const bool isSeen = repo->isListed;
    const QModelIndex parent = isSeen ? createIndex(repo->row, 0, nullptr) : QModelIndex();
    const QSet<LibraryItem> stay(wanted.begin(), wanted.end());
    const auto drop = [&](size_t row) {
        if (isSeen)
            beginRemoveRows(parent, static_cast<int>(row), static_cast<int>(row));
        repo->children.erase(repo->children.begin() + static_cast<ptrdiff_t>(row));
        number(&repo->children);
        if (isSeen)
            endRemoveRows();
    };
    for (size_t row = repo->children.size(); row-- > 0;) {
        if (!stay.contains(repo->children[row]->item))
            drop(row);
    }
    qsizetype found = 0; // how many of those here follow each other in the wanted, too
    for (const LibraryItem &item : wanted) {
        const auto at = static_cast<size_t>(found);
        if (at < repo->children.size() && repo->children[at]->item == item)
            ++found;
    }
    while (qsizetype(repo->children.size()) > found)
        drop(repo->children.size() - 1);
    for (const auto &child : repo->children) {
        for (const cache::ScannedRevision &version : std::as_const(repo->repo.revisions)) {
            if (child->isA(Kind::Version) && version.commit == child->item.commit)
                child->version = version;
        }
    }
    for (int row = 0; row < wanted.size(); ++row) {
        const auto at = static_cast<size_t>(row);
        if (at < repo->children.size() && repo->children[at]->item == wanted.at(row))
            continue;
        if (isSeen)
            beginInsertRows(parent, row, row);
        addChild(repo, wanted.at(row), at);
        if (isSeen)
            endInsertRows();
    }
    if (isSeen && !wanted.isEmpty())
        Q_EMIT dataChanged(index(0, 0, parent),
                           index(int(wanted.size()) - 1, ColumnCount - 1, parent));
    for (const auto &child : repo->children) {
        if (child->state != Node::Files::Unknown) // what is shown of it may be old
            Q_EMIT filesWanted(child->item);
    }
}

void LibraryModel::replaceAll(const session::LibraryScan &scan)
{
    beginResetModel();
    m_recordsUse = scan.recordsUse;
    m_all.clear();
    m_byItem.clear();
    m_all.reserve(static_cast<size_t>(scan.found.repos.size() + scan.found.strangers.size()));
    for (const cache::ScannedRepo &repo : scan.found.repos)
        m_all.push_back(makeRepo(repo));
    for (const cache::Stranger &stranger : scan.found.strangers)
        m_all.push_back(makeStranger(stranger));
    m_byItem.reserve(static_cast<qsizetype>(m_all.size()));
    for (const auto &node : m_all)
        m_byItem.insert(node->item, node.get());
    arrange();
    endResetModel();
}

void LibraryModel::setScan(const session::LibraryScan &scan)
{
    QSet<LibraryItem> now = itemsOf(scan.found);
    QList<LibraryItem> gone;
    for (auto it = m_byItem.cbegin(); it != m_byItem.cend(); ++it) {
        if (!now.contains(it.key()))
            gone += it.key();
    }
    const qsizetype come = now.size() - (m_byItem.size() - gone.size());
    if (m_all.empty() || gone.size() + come > mostSteps || scan.recordsUse != m_recordsUse)
        return replaceAll(scan);
    for (const LibraryItem &item : std::as_const(gone))
        drop(item);
    for (const cache::ScannedRepo &repo : scan.found.repos)
        put(repo);
    for (const cache::Stranger &stranger : scan.found.strangers) {
        if (Node *node = topNode(strangerItem(stranger.name))) {
            node->stranger = stranger;
            if (node->isListed)
                Q_EMIT dataChanged(createIndex(node->row, 0, nullptr),
                                   createIndex(node->row, ColumnCount - 1, nullptr));
        } else {
            insert(makeStranger(stranger));
        }
    }
    rearrange();
}

void LibraryModel::setRepo(const core::RepoId &id, const std::optional<cache::ScannedRepo> &repo)
{
    if (repo)
        put(*repo);
    else
        drop(repoItem(id));
    rearrange();
}

void LibraryModel::put(const cache::ScannedRepo &repo)
{
    Node *node = topNode(repoItem(repo.repo));
    if (!node)
        return insert(makeRepo(repo));
    if (isSame(node->repo, repo))
        return;
    const bool wasShown = node->isListed;
    node->repo = repo;
    const bool isNow = isShown(*node);
    if (wasShown && !isNow)
        hideRow(node);
    syncChildren(node);
    if (isNow && !wasShown)
        showRow(node);
    else if (isNow)
        Q_EMIT dataChanged(createIndex(node->row, 0, nullptr),
                           createIndex(node->row, ColumnCount - 1, nullptr));
}

void LibraryModel::insert(std::unique_ptr<Node> node)
{
    Node *added = node.get();
    m_byItem.insert(added->item, added);
    m_all.push_back(std::move(node));
    if (isShown(*added))
        showRow(added);
}

void LibraryModel::drop(const LibraryItem &item)
{
    Node *node = topNode(item);
    if (!node)
        return;
    if (node->isListed)
        hideRow(node);
    m_byItem.remove(item);
    std::erase_if(m_all, [node](const auto &one) { return one.get() == node; });
}

// At the end; rearrange() finds its place.
void LibraryModel::showRow(Node *node)
{
    const auto row = static_cast<int>(m_shown.size());
    beginInsertRows({}, row, row);
    node->row = row;
    node->isListed = true;
    m_shown.push_back(node);
    endInsertRows();
}

void LibraryModel::hideRow(Node *node)
{
    beginRemoveRows({}, node->row, node->row);
    node->isListed = false;
    m_shown.erase(m_shown.begin() + node->row);
    for (size_t i = static_cast<size_t>(node->row); i < m_shown.size(); ++i)
        m_shown[i]->row = static_cast<int>(i);
    endRemoveRows();
}

void LibraryModel::setFiles(const LibraryItem &version, const QList<session::LibraryFile> &files)
{
    Node *node = versionNode(version);
    if (!node)
        return;
    node->state = Node::Files::Known;
    node->all = files;
    showFiles(node);
}

void LibraryModel::showFiles(Node *version)
{
    QList<session::LibraryFile> wanted;
    wanted.reserve(version->all.size());
    LibraryItem item{Kind::File, version->item.repo, version->item.commit, {}};
    for (const session::LibraryFile &file : std::as_const(version->all)) {
        item.path = file.path;
        if (m_hidden.isEmpty() || !m_hidden.contains(item))
            wanted += file;
    }
    sortFiles(&wanted);
    const bool isSeen = version->parent->isListed;
    const QModelIndex parent =
        isSeen ? createIndex(version->row, 0, version->parent) : QModelIndex();
    const auto hasSamePaths = [&] {
        return std::equal(wanted.begin(), wanted.end(), version->files.begin(),
                          version->files.end(),
                          [](const auto &a, const auto &b) { return a.path == b.path; });
    };
    if (hasSamePaths()) {
        version->files = wanted;
        if (isSeen && !wanted.isEmpty())
            Q_EMIT dataChanged(index(0, 0, parent),
                               index(int(wanted.size()) - 1, ColumnCount - 1, parent));
        return;
    }
    if (!version->files.isEmpty()) {
        if (isSeen)
            beginRemoveRows(parent, 0, static_cast<int>(version->files.size()) - 1);
        version->files.clear();
        if (isSeen)
            endRemoveRows();
    }
    if (wanted.isEmpty())
        return;
    if (isSeen)
        beginInsertRows(parent, 0, static_cast<int>(wanted.size()) - 1);
    version->files = wanted;
    if (isSeen)
        endInsertRows();
}

void LibraryModel::setFilter(const LibraryFilter &filter)
{
    if (m_filter == filter)
        return;
    beginResetModel();
    m_filter = filter;
    arrange();
    endResetModel();
}

void LibraryModel::setHidden(const QSet<LibraryItem> &hidden)
{
    const QSet<LibraryItem> changed = (hidden - m_hidden) + (m_hidden - hidden);
    QSet<Node *> repos;
    QSet<Node *> versions;
    for (const LibraryItem &item : changed) {
        Node *top = topNode(item.kind == Kind::Stranger ? item : repoItem(item.repo));
        if (!top)
            continue;
        if (item.kind == Kind::Repo || item.kind == Kind::Stranger) {
            const bool wasShown = top->isListed;
            if (hidden.contains(item))
                m_hidden.insert(item);
            else
                m_hidden.remove(item);
            if (wasShown && !isShown(*top))
                hideRow(top);
            else if (!wasShown && isShown(*top))
                showRow(top);
        } else if (item.kind == Kind::Version) {
            repos.insert(top);
        } else if (Node *version = versionNode({Kind::Version, item.repo, item.commit, {}})) {
            versions.insert(version);
        }
    }
    m_hidden = hidden;
    for (Node *version : std::as_const(versions))
        showFiles(version);
    for (Node *repo : std::as_const(repos))
        syncChildren(repo);
    rearrange();
}

void LibraryModel::setDamaged(const QHash<core::RepoId, QSet<QString>> &damaged)
{
    m_damaged = damaged;
    if (!m_shown.empty())
        Q_EMIT dataChanged(index(0, StateColumn), index(rowCount() - 1, StateColumn));
    for (const Node *node : m_shown) {
        for (const auto &child : node->children) {
            const QModelIndex parent = createIndex(child->row, 0, child->parent);
            if (!child->files.isEmpty())
                Q_EMIT dataChanged(index(0, StateColumn, parent),
                                   index(int(child->files.size()) - 1, StateColumn, parent));
        }
    }
}

bool LibraryModel::isShown(const Node &node) const
{
    if (m_hidden.contains(node.item))
        return false;
    const bool isRepo = node.isA(Kind::Repo);
    const QString name = isRepo ? node.item.repo.display() : node.item.path;
    if (!m_filter.text.isEmpty() && !name.contains(m_filter.text, Qt::CaseInsensitive))
        return false;
    using Of = LibraryFilter::Kind;
    const auto type = node.item.repo.type();
    const bool isOfKind = m_filter.kind == Of::All || (m_filter.kind == Of::Others && !isRepo)
        || (m_filter.kind == Of::Models && isRepo && type == core::RepoType::Model)
        || (m_filter.kind == Of::Datasets && isRepo && type == core::RepoType::Dataset)
        || (m_filter.kind == Of::Spaces && isRepo && type == core::RepoType::Space);
    if (!isOfKind)
        return false;
    if (m_filter.unusedMonths == 0)
        return true;
    return isRepo && node.repo.lastAccessed.isValid()
        && node.repo.lastAccessed
        < QDateTime::currentDateTimeUtc().addMonths(-m_filter.unusedMonths);
}

void LibraryModel::arrange()
{
    m_shown.clear();
    for (const auto &node : m_all) {
        node->isListed = isShown(*node);
        if (node->isListed)
            m_shown.push_back(node.get());
    }
    sortRows();
}

void LibraryModel::sortRows()
{
    std::sort(m_shown.begin(), m_shown.end(),
              [this](const Node *a, const Node *b) { return isBefore(*a, *b); });
    for (size_t i = 0; i < m_shown.size(); ++i)
        m_shown[i]->row = static_cast<int>(i);
}

void LibraryModel::sortFiles(QList<session::LibraryFile> *files) const
{
    const bool isDown = m_sortOrder == Qt::DescendingOrder;
    if (m_sortColumn == SizeColumn) {
        std::stable_sort(files->begin(), files->end(), [isDown](const auto &a, const auto &b) {
            return isDown ? a.size > b.size : a.size < b.size;
        });
    } else if (m_sortColumn == NameColumn && isDown) {
        std::reverse(files->begin(), files->end());
    }
}

void LibraryModel::rearrange()
{
    const bool isSorted =
        std::is_sorted(m_shown.begin(), m_shown.end(),
                       [this](const Node *a, const Node *b) { return isBefore(*a, *b); });
    if (!isSorted)
        sort(m_sortColumn, m_sortOrder);
}

void LibraryModel::sort(int column, Qt::SortOrder order)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QList<LibraryItem> items;
    for (const QModelIndex &index : before)
        items += item(index);
    const bool isNew = m_sortColumn != column || m_sortOrder != order;
    m_sortColumn = column;
    m_sortOrder = order;
    sortRows();
    for (const auto &node : m_all) {
        for (const auto &child : node->children) {
            if (!isNew || child->files.size() < 2)
                continue;
            std::sort(child->files.begin(), child->files.end(),
                      [](const auto &a, const auto &b) { return a.path < b.path; });
            sortFiles(&child->files);
        }
    }
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after += indexOf(items.at(i)).siblingAtColumn(before.at(i).column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

} // namespace gui
