#pragma once

#include <QAbstractItemModel>
#include <QHash>
#include <QList>
#include <QSet>
#include <QString>
#include <QStringMatcher>

#include <deque>
#include <optional>
#include <vector>

#include "core/bytesum.h"
#include "gui/ondisk.h"
#include "hub/types.h"

namespace gui {

// The files of one revision as a tree with three-state ticks, filled page by page. Folders first,
// then natural order. A filter hides what does not match; All, None and a tick on a folder touch
// only what is shown. Built for 100,000 files: no per-row search, no sort of what is in order.
// Owner: RepoPage. GUI thread.
class RepoTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { NameColumn, SizeColumn, KindColumn, OnDiskColumn, ColumnCount };
    enum Role {
        PathRole = Qt::UserRole,
        RawRole, // bytes, for sorting and tests
    };

    explicit RepoTreeModel(QObject *parent = nullptr);
    ~RepoTreeModel() override;

    void clear();
    // chosen: paths that are ticked from the beginning.
    void append(const QList<hub::TreeEntry> &entries, const QSet<QString> &chosen = {});

    void setFilter(const QString &text);
    bool isFiltered() const { return !m_filter.isEmpty(); }
    int shownFiles() const { return m_shownFiles; }

    void tickAll();
    void tickNone();
    // Ticks a file or everything in a folder; the index to show, invalid when it is not there.
    QModelIndex tickPath(const QString &path);

    // What is on this disk, in the order of listing(); nothing is said of files that came later.
    void setOnDisk(const QList<OnDisk> &states);

    int fileCount() const;
    int tickedFiles() const;
    qint64 tickedBytes() const;
    bool isChanged() const { return m_changed > 0; } // other ticks than at the beginning
    QList<hub::TreeEntry> ticked() const; // files
    QList<hub::TreeEntry> listing() const; // every file
    std::optional<hub::TreeEntry> file(const QModelIndex &index) const; // nothing for a folder

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void ticksChanged();

private:
    using NodeId = quint32;
    // A file or a folder.
    struct Node {
        QString name;
        NodeId parent = 0;
        int row = -1; // among the shown children of the parent; -1: hidden
        int entry = -1; // index in m_entries; -1: a folder
        bool isTicked = false; // files
        bool wasTicked = false; // files: at the beginning
        bool wantsAll = false; // folders: files still to come are ticked too
        OnDisk onDisk = OnDisk::Unknown;
        int files = 0; // in the whole subtree
        int ticked = 0;
        core::ByteSum bytes;
        core::ByteSum tickedBytes;
        std::vector<NodeId> children; // sorted while a filter is set
        std::vector<NodeId> shown; // sorted
        std::vector<NodeId> fresh; // not yet shown

        bool isFolder() const { return entry < 0; }
    };

    NodeId folderFor(const QString &folderPath, QList<NodeId> *touched);
    NodeId makeNode(NodeId parent, const QString &name);
    void insertShown(NodeId parent);
    void mergeShown(NodeId parent, int middle); // both halves are in order
    void renumber(NodeId parent, qsizetype from);
    bool less(NodeId a, NodeId b) const;
    void addToTotals(NodeId file);
    void setTicked(NodeId node, Qt::CheckState state);
    void tickFile(NodeId file, Qt::CheckState state);
    void emitTicks(NodeId node);
    void emitTotals(NodeId node);
    bool isShownTicked(NodeId node) const;
    Qt::CheckState checkState(const Node &node) const;
    bool matches(const QString &path) const;
    void rebuildShown();
    QModelIndex indexOf(NodeId node, int column = 0) const;
    QString pathOf(NodeId node) const;
    QString kindText(const Node &node) const;
    QString onDiskText(const Node &node) const;

    std::deque<Node> m_nodes; // 0 is the root
    QHash<QString, NodeId> m_folders; // by path, without trailing slash
    QHash<QString, NodeId> m_files;
    QList<hub::TreeEntry> m_entries; // files only
    QString m_filter;
    std::vector<QStringMatcher> m_words; // of a filter without wildcards
    int m_shownFiles = 0;
    int m_changed = 0; // files with another tick than at the beginning
};

} // namespace gui
