#pragma once

#include <QAbstractTableModel>
#include <QDateTime>
#include <QList>
#include <QTimer>

#include <chrono>
#include <optional>

#include "transfer/engine.h"

namespace gui {

// The queue, one row a Download, in the engine's order. Holds the last status it was told and one
// dataChanged range for each batch of changes. Owner: MainWindow. GUI thread.
class DownloadsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        SizeColumn,
        ProgressColumn,
        SpeedColumn,
        LeftColumn,
        PositionColumn, // in the queue; shown first
        ColumnCount
    };
    enum Role {
        IdRole = Qt::UserRole, // QUuid
        FractionRole, // 0 to 1 while a bar is to be drawn, else nothing
        RawRole, // number for sorting
    };

    explicit DownloadsModel(transfer::Engine &engine, QObject *parent = nullptr);

    const transfer::DownloadStatus &status(int row) const { return m_rows.at(row); }
    int rowOf(const transfer::DownloadId &id) const; // -1 when it is not there
    const QDateTime &gateOpens() const { return m_gateOpens; }
    int queueLength() const; // of what is not done
    int running() const; // what moves, or waits to go on by itself
    int paused() const;
    int needingYou() const;
    qint64 bytesLeft() const; // of what is running()

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

public Q_SLOTS:
    // The Hub has been asked for all it allows and is asked again in so long; nothing: no longer.
    void setHubWait(std::optional<std::chrono::seconds> wait);

Q_SIGNALS:
    void summaryChanged();

private:
    void onAdded(const transfer::DownloadId &id);
    void onRemoved(const transfer::DownloadId &id);
    void onChanged(const QList<transfer::DownloadId> &ids);
    void onReordered();
    void tick();
    void summarise();
    bool countsDown(const transfer::DownloadStatus &row) const;
    QString display(const transfer::DownloadStatus &row, int column) const;
    QString name(const transfer::DownloadStatus &row) const;
    bool isHeld(const transfer::DownloadStatus &row) const;
    QString left(const transfer::DownloadStatus &row) const;
    QString speed(const transfer::DownloadStatus &row) const;
    core::SpeedLimit limitOf(const transfer::DownloadStatus &row) const;
    QString spoken(const transfer::DownloadStatus &row) const;

    transfer::Engine &m_engine;
    QList<transfer::DownloadStatus> m_rows;
    QDateTime m_gateOpens; // invalid: nobody waits at the Gate
    QTimer m_countdown; // runs while a row shows seconds
};

} // namespace gui
