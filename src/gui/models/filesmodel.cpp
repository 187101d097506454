#include "gui/models/filesmodel.h"

#include "core/errortext.h"
#include "core/format.h"
#include "gui/models/downloadsmodel.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

FilesModel::FilesModel(transfer::Engine &engine, QObject *parent)
    : QAbstractTableModel(parent)
    , m_engine(engine)
{
    connect(&engine, &transfer::Engine::changed, this,
            [this](const QList<transfer::DownloadId> &ids) {
                if (m_id && ids.contains(*m_id))
                    refresh();
            });
    connect(&engine, &transfer::Engine::removed, this, [this](const transfer::DownloadId &id) {
        if (m_id == id)
            show(std::nullopt);
    });
}

void FilesModel::show(const std::optional<transfer::DownloadId> &id)
{
    if (m_id == id)
        return;
    beginResetModel();
    m_id = id;
    m_count = id ? m_engine.fileCount(*id) : 0;
    endResetModel();
}

transfer::FileStatus FilesModel::status(int row) const
{
    return m_id ? m_engine.file(*m_id, row) : transfer::FileStatus();
}

void FilesModel::setGateOpens(const QDateTime &time)
{
    if (m_gateOpens == time)
        return;
    m_gateOpens = time;
    if (m_count > 0)
        Q_EMIT dataChanged(index(0, ProgressColumn), index(rowCount() - 1, ProgressColumn));
}

void FilesModel::refresh()
{
    const int now = m_engine.fileCount(*m_id);
    // Which files came or went is not asked: rows do at the end, and all are told to be others.
    // What is chosen stays where it is, so that the keyboard does not lose its place.
    if (now > m_count) {
        beginInsertRows({}, m_count, now - 1);
        m_count = now;
        endInsertRows();
    } else if (now < m_count) {
        beginRemoveRows({}, now, m_count - 1);
        m_count = now;
        endRemoveRows();
    }
    if (m_count > 0)
        Q_EMIT dataChanged(index(0, PathColumn), index(rowCount() - 1, ColumnCount - 1));
}

int FilesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int FilesModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FilesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const transfer::FileStatus file = status(index.row());
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == PathColumn)
            return core::isolate(file.paths.join(u", "_s));
        if (index.column() == PriorityColumn)
            return file.priority == transfer::Priority::High ? tr("High", "priority")
                                                             : tr("Normal", "priority");
        return index.column() == SizeColumn
            ? core::formatSize(file.size)
            : Texts::state(file, QDateTime::currentDateTimeUtc(), m_gateOpens);
    case Qt::ToolTipRole:
        if (index.column() == ProgressColumn && file.error)
            return core::errorSentence(*file.error);
        return index.column() == PathColumn
            ? QVariant(file.paths.join(u"\n"_s))
            : QVariant(tr("%1 of %2 bytes")
                           .arg(core::formatCount(file.done), core::formatCount(file.size)));
    case Qt::TextAlignmentRole:
        return index.column() == SizeColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                            : QVariant();
    case DownloadsModel::FractionRole:
        return file.state == transfer::State::Fetching && file.size > 0
            ? QVariant(static_cast<double>(file.done) / static_cast<double>(file.size))
            : QVariant();
    default:
        return {};
    }
}

QVariant FilesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case PathColumn:
        return tr("File");
    case SizeColumn:
        return tr("Size");
    case ProgressColumn:
        return tr("Progress");
    case PriorityColumn:
        return tr("Priority");
    default:
        return {};
    }
}

} // namespace gui
