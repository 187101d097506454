#pragma once

#include <QAbstractItemModel>
#include <QHash>
#include <QList>
#include <QSet>

#include <memory>
#include <vector>

#include "cache/scan.h"
#include "gui/models/libraryitem.h"
#include "session/libraryfiles.h"

namespace gui {

// What a scan of the cache found: repos with their versions, and those with their files, which are
// asked for when they are first looked at. Sorts and filters itself. Owner: LibraryPage. GUI
// thread.
class LibraryModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        KindColumn,
        SizeColumn,
        VersionsColumn,
        UsedColumn,
        FetchedColumn,
        StateColumn,
        ColumnCount
    };
    enum Role { RawRole = Qt::UserRole };

    explicit LibraryModel(QObject *parent = nullptr);
    ~LibraryModel() override;

    void setScan(const session::LibraryScan &scan);
    // One repo was looked at again; nothing: it is gone.
    void setRepo(const core::RepoId &id, const std::optional<cache::ScannedRepo> &repo);
    void setFiles(const LibraryItem &version, const QList<session::LibraryFile> &files);
    void setFilter(const LibraryFilter &filter);
    void setHidden(const QSet<LibraryItem> &hidden); // about to be deleted
    // Files that a check found damaged; paths as in CheckItem::file.
    void setDamaged(const QHash<core::RepoId, QSet<QString>> &damaged);

    LibraryItem item(const QModelIndex &index) const;
    QModelIndex indexOf(const LibraryItem &item) const; // not valid: not here, or not shown
    const cache::ScannedRepo *repo(const core::RepoId &id) const;
    const cache::ScannedRevision *version(const LibraryItem &item) const;
    const session::LibraryFile *file(const QModelIndex &index) const; // valid until it changes
    QList<cache::ScannedRepo> repos() const; // all, shown or not
    int count() const { return static_cast<int>(m_all.size()); } // rows without a filter
    bool isFiltered() const { return m_filter.isOn(); }
    qint64 shownBytes() const;

    // Of all, shown or not, in bytes of disk where nothing else is said.
    struct Totals {
        int repos = 0;
        int strangers = 0;
        qint64 models = 0;
        qint64 datasets = 0;
        qint64 spaces = 0;
        qint64 unfinished = 0; // part of these
    };
    Totals totals() const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    void filesWanted(const gui::LibraryItem &version); // answered by setFiles()

private:
    struct Node;
    using Nodes = std::vector<std::unique_ptr<Node>>;

    std::unique_ptr<Node> makeRepo(const cache::ScannedRepo &repo) const;
    std::unique_ptr<Node> makeStranger(const cache::Stranger &stranger) const;
    QList<LibraryItem> childrenOf(const cache::ScannedRepo &repo) const;
    static void number(Nodes *nodes);
    void makeChildren(Node *repo) const;
    static void addChild(Node *repo, const LibraryItem &item, size_t row);
    void syncChildren(Node *repo);
    void put(const cache::ScannedRepo &repo);
    void insert(std::unique_ptr<Node> node);
    void drop(const LibraryItem &item);
    void showRow(Node *node);
    void hideRow(Node *node);
    void showFiles(Node *version);
    void sortFiles(QList<session::LibraryFile> *files) const;
    Node *nodeOf(const QModelIndex &index) const; // of a row that is a node
    Node *topNode(const LibraryItem &item) const;
    Node *versionNode(const LibraryItem &item) const;
    bool isShown(const Node &node) const;
    bool isBefore(const Node &a, const Node &b) const;
    qint64 amount(const Node &node, int column) const;
    void sortRows();
    void arrange(); // works out which rows are shown, and where
    void rearrange(); // the same rows in another order
    void replaceAll(const session::LibraryScan &scan);
    bool isDamaged(const Node &node) const;
    QString display(const Node &node, int column) const;
    QString display(const Node &version, const session::LibraryFile &file, int column) const;
    QString used(const QDateTime &time) const;
    QString state(const Node &node) const;
    QString tip(const Node &node) const;

    Nodes m_all;
    QHash<LibraryItem, Node *> m_byItem; // of m_all
    std::vector<Node *> m_shown;
    LibraryFilter m_filter;
    QSet<LibraryItem> m_hidden;
    QHash<core::RepoId, QSet<QString>> m_damaged;
    bool m_recordsUse = true;
    int m_sortColumn = SizeColumn;
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
};

} // namespace gui
