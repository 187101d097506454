#pragma once

#include <QAbstractTableModel>
#include <QList>

#include "cache/scan.h"

namespace gui {

// What a scan of the cache found, one row a repo; sorts itself. Owner: LibraryPage. GUI thread.
class LibraryModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        KindColumn,
        SizeColumn,
        VersionsColumn,
        FilesColumn,
        UsedColumn,
        ColumnCount
    };
    enum Role { RawRole = Qt::UserRole };

    explicit LibraryModel(QObject *parent = nullptr);

    void setRepos(const QList<cache::ScannedRepo> &repos);
    const cache::ScannedRepo &repo(int row) const { return m_repos.at(row); }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    void sortRepos();
    QString display(const cache::ScannedRepo &repo, int column) const;

    QList<cache::ScannedRepo> m_repos;
    int m_sortColumn = SizeColumn;
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
};

} // namespace gui
