#pragma once

#include <QAbstractTableModel>
#include <QDateTime>
#include <QList>

#include <optional>

#include "transfer/engine.h"

namespace gui {

// The files of one Download, kept up to date; asks the engine for what is to be seen, so that
// 100,000 of them cost nothing while they are not. Owner: DownloadsPage. GUI thread.
class FilesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { PathColumn, SizeColumn, ProgressColumn, PriorityColumn, ColumnCount };

    explicit FilesModel(transfer::Engine &engine, QObject *parent = nullptr);

    transfer::FileStatus status(int row) const;
    void show(const std::optional<transfer::DownloadId> &id);
    void setGateOpens(const QDateTime &time); // as DownloadsModel::gateOpens()

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void refresh();

    transfer::Engine &m_engine;
    std::optional<transfer::DownloadId> m_id;
    int m_count = 0;
    QDateTime m_gateOpens;
};

} // namespace gui
