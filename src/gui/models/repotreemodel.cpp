#include "gui/models/repotreemodel.h"

#include <algorithm>
#include <iterator>

#include "core/format.h"
#include "core/patterns.h"
#include "gui/naturalorder.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr quint32 rootId = 0;

bool hasWildcard(const QString &text)
{
    return text.contains(u'*') || text.contains(u'?') || text.contains(u'[');
}

} // namespace

RepoTreeModel::RepoTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
{
    m_nodes.emplace_back();
}

RepoTreeModel::~RepoTreeModel() = default;

void RepoTreeModel::clear()
{
    beginResetModel();
    m_nodes.clear();
    m_nodes.emplace_back();
    m_folders.clear();
    m_files.clear();
    m_entries.clear();
    m_shownFiles = 0;
    m_changed = 0;
    endResetModel();
    Q_EMIT ticksChanged();
}

RepoTreeModel::NodeId RepoTreeModel::makeNode(NodeId parent, const QString &name)
{
    const auto id = static_cast<NodeId>(m_nodes.size());
    Node node;
    node.name = name;
    node.parent = parent;
    node.wantsAll = m_nodes[parent].wantsAll;
    m_nodes.push_back(std::move(node));
    m_nodes[parent].children.push_back(id);
    m_nodes[parent].fresh.push_back(id);
    return id;
}

RepoTreeModel::NodeId RepoTreeModel::folderFor(const QString &folderPath, QList<NodeId> *touched)
{
    if (folderPath.isEmpty())
        return rootId;
    if (const auto known = m_folders.constFind(folderPath); known != m_folders.constEnd())
        return *known;
    const qsizetype slash = folderPath.lastIndexOf(u'/');
    const NodeId parent = folderFor(slash < 0 ? QString() : folderPath.left(slash), touched);
    const NodeId id = makeNode(parent, folderPath.mid(slash + 1));
    m_folders.insert(folderPath, id);
    touched->append(parent);
    return id;
}

void RepoTreeModel::addToTotals(NodeId file)
{
    const qint64 size = m_entries.at(m_nodes[file].entry).size;
    const bool isTicked = m_nodes[file].isTicked;
    for (NodeId id = file;; id = m_nodes[id].parent) {
        Node &node = m_nodes[id];
        node.files += 1;
        node.bytes += size;
        node.ticked += isTicked ? 1 : 0;
        node.tickedBytes += isTicked ? size : 0;
        if (id == rootId)
            return;
    }
}

void RepoTreeModel::append(const QList<hub::TreeEntry> &entries, const QSet<QString> &chosen)
{
    QList<NodeId> touched;
    for (const hub::TreeEntry &entry : entries) {
        // Empty folders are not shown: there is nothing to get in them.
        if (entry.kind != hub::TreeEntry::Kind::File || m_files.contains(entry.path)
            || m_folders.contains(entry.path))
            continue;
        const qsizetype slash = entry.path.lastIndexOf(u'/');
        const NodeId parent = folderFor(slash < 0 ? QString() : entry.path.left(slash), &touched);
        const NodeId id = makeNode(parent, entry.path.mid(slash + 1));
        m_nodes[id].entry = static_cast<int>(m_entries.size());
        m_nodes[id].wasTicked = chosen.contains(entry.path);
        m_nodes[id].isTicked = m_nodes[id].wasTicked || m_nodes[parent].wantsAll;
        m_changed += m_nodes[id].isTicked == m_nodes[id].wasTicked ? 0 : 1;
        m_entries << entry;
        m_files.insert(entry.path, id);
        addToTotals(id);
        if (touched.isEmpty() || touched.constLast() != parent)
            touched << parent;
    }
    if (isFiltered()) {
        rebuildShown();
    } else {
        // Parents come first: a folder's rows may only be announced once it has a row itself.
        std::sort(touched.begin(), touched.end());
        touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
        for (const NodeId parent : std::as_const(touched))
            insertShown(parent);
        m_shownFiles = fileCount();
        for (const NodeId parent : std::as_const(touched))
            emitTotals(parent);
    }
    Q_EMIT ticksChanged();
}

bool RepoTreeModel::less(NodeId a, NodeId b) const
{
    const Node &left = m_nodes[a];
    const Node &right = m_nodes[b];
    if (left.isFolder() != right.isFolder())
        return left.isFolder();
    return naturalLess(left.name, right.name);
}

void RepoTreeModel::insertShown(NodeId parent)
{
    Node &folder = m_nodes[parent];
    if (folder.fresh.empty())
        return;
    const auto order = [this](NodeId a, NodeId b) { return less(a, b); };
    std::sort(folder.fresh.begin(), folder.fresh.end(), order);
    const bool isInOrder = folder.shown.empty() || !less(folder.fresh.front(), folder.shown.back());
    const auto first = static_cast<int>(folder.shown.size());
    const auto last = first + static_cast<int>(folder.fresh.size()) - 1;
    beginInsertRows(indexOf(parent), first, last);
    folder.shown.insert(folder.shown.end(), folder.fresh.begin(), folder.fresh.end());
    folder.fresh.clear();
    renumber(parent, first);
    endInsertRows();
    if (!isInOrder)
        mergeShown(parent, first);
}

void RepoTreeModel::mergeShown(NodeId parent, int middle)
{
    const QList<QPersistentModelIndex> parents{QPersistentModelIndex(indexOf(parent))};
    Q_EMIT layoutAboutToBeChanged(parents);
    const QModelIndexList before = persistentIndexList();
    std::vector<NodeId> &shown = m_nodes[parent].shown;
    std::inplace_merge(shown.begin(), shown.begin() + middle, shown.end(),
                       [this](NodeId a, NodeId b) { return less(a, b); });
    renumber(parent, 0);
    QModelIndexList after;
    for (const QModelIndex &old : before)
        after << indexOf(static_cast<NodeId>(old.internalId()), old.column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged(parents);
}

void RepoTreeModel::renumber(NodeId parent, qsizetype from)
{
    const std::vector<NodeId> &shown = m_nodes[parent].shown;
    for (auto row = static_cast<size_t>(from); row < shown.size(); ++row)
        m_nodes[shown[row]].row = static_cast<int>(row);
}

void RepoTreeModel::setFilter(const QString &text)
{
    const QString trimmed = text.trimmed();
    if (trimmed == m_filter)
        return;
    if (!isFiltered()) { // all are shown, in their order
        for (Node &node : m_nodes)
            node.children = node.shown;
    }
    m_filter = trimmed;
    m_words.clear();
    if (!hasWildcard(m_filter)) {
        for (const QString &word : m_filter.split(u' ', Qt::SkipEmptyParts))
            m_words.emplace_back(word, Qt::CaseInsensitive);
    }
    rebuildShown();
    Q_EMIT ticksChanged();
}

bool RepoTreeModel::matches(const QString &path) const
{
    if (!m_words.empty() || m_filter.isEmpty()) {
        return std::all_of(m_words.begin(), m_words.end(),
                           [&path](const QStringMatcher &word) { return word.indexIn(path) >= 0; });
    }
    return core::matchesPattern(path, m_filter)
        || core::matchesPattern(path.mid(path.lastIndexOf(u'/') + 1), m_filter);
}

void RepoTreeModel::rebuildShown()
{
    beginResetModel();
    m_shownFiles = 0;
    for (Node &node : m_nodes) {
        if (!node.fresh.empty())
            std::sort(node.children.begin(), node.children.end(),
                      [this](NodeId a, NodeId b) { return less(a, b); });
        node.shown.clear();
        node.fresh.clear();
        node.row = -1;
    }
    // Children come after their parents in m_nodes, so one pass from the end decides folders too.
    std::vector<bool> isShown(m_nodes.size(), false);
    for (size_t i = m_nodes.size(); i-- > 1;) {
        const Node &node = m_nodes[i];
        if (!node.isFolder() && matches(m_entries.at(node.entry).path)) {
            isShown[i] = true;
            ++m_shownFiles;
        }
        if (isShown[i])
            isShown[node.parent] = true;
    }
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        Node &node = m_nodes[i];
        std::copy_if(node.children.begin(), node.children.end(), std::back_inserter(node.shown),
                     [&isShown](NodeId child) { return isShown[child]; });
        renumber(static_cast<NodeId>(i), 0);
    }
    endResetModel();
}

void RepoTreeModel::tickFile(NodeId file, Qt::CheckState state)
{
    const bool wanted = state == Qt::Checked;
    if (m_nodes[file].isTicked == wanted)
        return;
    const qint64 size = m_entries.at(m_nodes[file].entry).size;
    m_nodes[file].isTicked = wanted;
    m_changed += wanted == m_nodes[file].wasTicked ? -1 : 1;
    for (NodeId id = file;; id = m_nodes[id].parent) {
        Node &node = m_nodes[id];
        node.ticked += wanted ? 1 : -1;
        node.tickedBytes += wanted ? size : -size;
        if (!wanted)
            node.wantsAll = false;
        if (id == rootId)
            return;
    }
}

void RepoTreeModel::setTicked(NodeId node, Qt::CheckState state)
{
    std::vector<NodeId> open{node};
    while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        if (!m_nodes[id].isFolder()) {
            tickFile(id, state);
            continue;
        }
        m_nodes[id].wantsAll = state == Qt::Checked && !isFiltered();
        open.insert(open.end(), m_nodes[id].shown.begin(), m_nodes[id].shown.end());
    }
    emitTicks(node);
    Q_EMIT ticksChanged();
}

void RepoTreeModel::emitTicks(NodeId node)
{
    const QList<int> roles{Qt::CheckStateRole};
    std::vector<NodeId> open{node};
    while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        const std::vector<NodeId> &shown = m_nodes[id].shown;
        if (shown.empty())
            continue;
        Q_EMIT dataChanged(indexOf(shown.front()), indexOf(shown.back()), roles);
        for (const NodeId child : shown) {
            if (m_nodes[child].isFolder())
                open.push_back(child);
        }
    }
    emitTotals(node);
}

void RepoTreeModel::emitTotals(NodeId node)
{
    for (NodeId id = node; id != rootId; id = m_nodes[id].parent) {
        if (const QModelIndex index = indexOf(id); index.isValid())
            Q_EMIT dataChanged(index, index.siblingAtColumn(ColumnCount - 1));
    }
}

bool RepoTreeModel::isShownTicked(NodeId node) const
{
    std::vector<NodeId> open{node};
    while (!open.empty()) {
        const Node &next = m_nodes[open.back()];
        open.pop_back();
        if (!next.isFolder() && !next.isTicked)
            return false;
        open.insert(open.end(), next.shown.begin(), next.shown.end());
    }
    return true;
}

void RepoTreeModel::tickAll()
{
    setTicked(rootId, Qt::Checked);
}

void RepoTreeModel::tickNone()
{
    setTicked(rootId, Qt::Unchecked);
}

QModelIndex RepoTreeModel::tickPath(const QString &path)
{
    const auto file = m_files.constFind(path);
    const auto folder = m_folders.constFind(path);
    if (file == m_files.constEnd() && folder == m_folders.constEnd())
        return {};
    const NodeId id = file != m_files.constEnd() ? *file : *folder;
    setTicked(id, Qt::Checked);
    return indexOf(id);
}

void RepoTreeModel::setOnDisk(const QList<OnDisk> &states)
{
    // Children come after their parents in m_nodes, so one pass from the end decides folders too.
    for (Node &node : m_nodes)
        node.onDisk = OnDisk::Unknown;
    for (size_t i = m_nodes.size(); i-- > 1;) {
        Node &node = m_nodes[i];
        if (!node.isFolder() && node.entry < states.size())
            node.onDisk = states.at(node.entry);
        OnDisk &folder = m_nodes[node.parent].onDisk;
        folder = together(folder, node.onDisk);
    }
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        const std::vector<NodeId> &shown = m_nodes[i].shown;
        if (!shown.empty())
            Q_EMIT dataChanged(indexOf(shown.front(), OnDiskColumn),
                               indexOf(shown.back(), OnDiskColumn));
    }
}

QString RepoTreeModel::onDiskText(const Node &node) const
{
    switch (node.onDisk) {
    case OnDisk::Unknown:
        return {};
    case OnDisk::Nothing:
        return u"–"_s;
    case OnDisk::Queued:
        return tr("In the queue");
    case OnDisk::Part:
        return tr("In part");
    case OnDisk::Here:
        return tr("Here");
    }
    return {};
}

int RepoTreeModel::fileCount() const
{
    return m_nodes[rootId].files;
}

int RepoTreeModel::tickedFiles() const
{
    return m_nodes[rootId].ticked;
}

qint64 RepoTreeModel::tickedBytes() const
{
    return m_nodes[rootId].tickedBytes.total();
}

QList<hub::TreeEntry> RepoTreeModel::ticked() const
{
    QList<hub::TreeEntry> result;
    result.reserve(tickedFiles());
    for (const Node &node : m_nodes) {
        if (!node.isFolder() && node.isTicked)
            result << m_entries.at(node.entry);
    }
    return result;
}

QList<hub::TreeEntry> RepoTreeModel::listing() const
{
    return m_entries;
}

std::optional<hub::TreeEntry> RepoTreeModel::file(const QModelIndex &index) const
{
    if (!index.isValid())
        return std::nullopt;
    const Node &node = m_nodes[static_cast<NodeId>(index.internalId())];
    return node.isFolder() ? std::nullopt : std::optional(m_entries.at(node.entry));
}

QModelIndex RepoTreeModel::indexOf(NodeId node, int column) const
{
    if (node == rootId || m_nodes[node].row < 0)
        return {};
    return createIndex(m_nodes[node].row, column, quintptr(node));
}

QModelIndex RepoTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (row < 0 || column < 0 || column >= ColumnCount || (parent.isValid() && parent.column() > 0))
        return {};
    const NodeId id = parent.isValid() ? static_cast<NodeId>(parent.internalId()) : rootId;
    const std::vector<NodeId> &shown = m_nodes[id].shown;
    if (static_cast<size_t>(row) >= shown.size())
        return {};
    return createIndex(row, column, quintptr(shown[static_cast<size_t>(row)]));
}

QModelIndex RepoTreeModel::parent(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    return indexOf(m_nodes[static_cast<NodeId>(index.internalId())].parent);
}

int RepoTreeModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid() && parent.column() > 0)
        return 0;
    const NodeId id = parent.isValid() ? static_cast<NodeId>(parent.internalId()) : rootId;
    return static_cast<int>(m_nodes[id].shown.size());
}

int RepoTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

Qt::CheckState RepoTreeModel::checkState(const Node &node) const
{
    if (!node.isFolder())
        return node.isTicked ? Qt::Checked : Qt::Unchecked;
    if (node.ticked == 0)
        return Qt::Unchecked;
    return node.ticked == node.files ? Qt::Checked : Qt::PartiallyChecked;
}

QString RepoTreeModel::pathOf(NodeId node) const
{
    if (!m_nodes[node].isFolder())
        return m_entries.at(m_nodes[node].entry).path;
    QString path = m_nodes[node].name;
    for (NodeId id = m_nodes[node].parent; id != rootId; id = m_nodes[id].parent)
        path.prepend(m_nodes[id].name + u'/');
    return path;
}

QString RepoTreeModel::kindText(const Node &node) const
{
    if (node.isFolder())
        return tr("Folder");
    const QString name = node.name.toLower();
    const QString ending = name.mid(name.lastIndexOf(u'.') + 1);
    const auto isOneOf = [&ending](std::initializer_list<QLatin1StringView> endings) {
        return std::any_of(endings.begin(), endings.end(),
                           [&ending](QLatin1StringView one) { return ending == one; });
    };
    if (isOneOf({"gguf"_L1, "safetensors"_L1, "bin"_L1, "pt"_L1, "pth"_L1, "onnx"_L1, "h5"_L1,
                 "ckpt"_L1, "msgpack"_L1, "tflite"_L1}))
        return tr("Weights");
    if (name.contains("tokenizer"_L1) || name == "vocab.json"_L1 || name == "vocab.txt"_L1
        || name == "merges.txt"_L1)
        return tr("Tokenizer");
    if (name == "readme.md"_L1)
        return tr("Card");
    if (isOneOf({"parquet"_L1, "csv"_L1, "tsv"_L1, "jsonl"_L1, "arrow"_L1, "tar"_L1, "zip"_L1,
                 "gz"_L1, "zst"_L1}))
        return tr("Data");
    if (isOneOf({"png"_L1, "jpg"_L1, "jpeg"_L1, "gif"_L1, "webp"_L1, "svg"_L1}))
        return tr("Image");
    if (isOneOf({"py"_L1, "ipynb"_L1, "js"_L1, "sh"_L1, "cpp"_L1, "h"_L1}))
        return tr("Code");
    if (isOneOf({"json"_L1, "yaml"_L1, "yml"_L1, "toml"_L1, "ini"_L1}))
        return tr("Config");
    return tr("Other");
}

QVariant RepoTreeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto id = static_cast<NodeId>(index.internalId());
    const Node &node = m_nodes[id];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == SizeColumn)
            return core::formatSize(node.bytes.total());
        if (index.column() == OnDiskColumn)
            return onDiskText(node);
        return index.column() == KindColumn ? kindText(node) : node.name;
    case Qt::CheckStateRole:
        return index.column() == NameColumn ? QVariant(checkState(node)) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == SizeColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                            : QVariant();
    case Qt::ToolTipRole:
        return index.column() == SizeColumn
            ? tr("%1 bytes").arg(core::formatCount(node.bytes.total()))
            : pathOf(id);
    case PathRole:
        return pathOf(id);
    case RawRole:
        return node.bytes.total();
    default:
        return {};
    }
}

bool RepoTreeModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)
        || index.column() != NameColumn)
        return false;
    const auto node = static_cast<NodeId>(index.internalId());
    // Under a filter a folder whose shown files are all ticked still looks half ticked; a second
    // press takes the ticks away.
    const bool wanted = value.toInt() != Qt::Unchecked && !isShownTicked(node);
    setTicked(node, wanted ? Qt::Checked : Qt::Unchecked);
    return true;
}

QVariant RepoTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case SizeColumn:
        return tr("Size");
    case KindColumn:
        return tr("Kind");
    case OnDiskColumn:
        return tr("On disk");
    default:
        return {};
    }
}

Qt::ItemFlags RepoTreeModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.column() == NameColumn)
        flags |= Qt::ItemIsUserCheckable;
    if (!m_nodes[static_cast<NodeId>(index.internalId())].isFolder())
        flags |= Qt::ItemNeverHasChildren;
    return flags;
}

} // namespace gui
