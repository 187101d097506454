#include "gui/models/downloadsmodel.h"

#include <QHash>

#include <algorithm>

#include "core/bytesum.h"
#include "core/errortext.h"
#include "core/format.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

double fraction(const transfer::DownloadStatus &row)
{
    return row.size > 0 ? static_cast<double>(row.done) / static_cast<double>(row.size) : 0;
}

bool goesOn(transfer::State state)
{
    return state == transfer::State::Queued || state == transfer::State::Waiting
        || transfer::isActive(state);
}

} // namespace

DownloadsModel::DownloadsModel(transfer::Engine &engine, QObject *parent)
    : QAbstractTableModel(parent)
    , m_engine(engine)
{
    const QList<transfer::DownloadId> ids = engine.downloads();
    for (const transfer::DownloadId &id : ids)
        m_rows << engine.status(id);
    connect(&engine, &transfer::Engine::added, this, &DownloadsModel::onAdded);
    connect(&engine, &transfer::Engine::removed, this, &DownloadsModel::onRemoved);
    connect(&engine, &transfer::Engine::changed, this, &DownloadsModel::onChanged);
    connect(&engine, &transfer::Engine::reordered, this, &DownloadsModel::onReordered);
    m_countdown.setInterval(1000);
    connect(&m_countdown, &QTimer::timeout, this, &DownloadsModel::tick);
    summarise();
}

int DownloadsModel::rowOf(const transfer::DownloadId &id) const
{
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(),
                     [&id](const transfer::DownloadStatus &row) { return row.id == id; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void DownloadsModel::onAdded(const transfer::DownloadId &id)
{
    if (rowOf(id) >= 0)
        return;
    const qsizetype place = m_engine.downloads().indexOf(id);
    const auto row = static_cast<int>(place < 0 ? m_rows.size() : std::min(place, m_rows.size()));
    beginInsertRows({}, row, row);
    m_rows.insert(row, m_engine.status(id));
    endInsertRows();
    summarise();
}

void DownloadsModel::onRemoved(const transfer::DownloadId &id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
    summarise();
}

void DownloadsModel::onChanged(const QList<transfer::DownloadId> &ids)
{
    int first = rowCount();
    int last = -1;
    for (const transfer::DownloadId &id : ids) {
        const int row = rowOf(id);
        if (row < 0)
            continue;
        m_rows[row] = m_engine.status(id);
        first = std::min(first, row);
        last = std::max(last, row);
    }
    if (last < 0)
        return;
    Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
    summarise();
}

void DownloadsModel::onReordered()
{
    const QList<transfer::DownloadId> ids = m_engine.downloads();
    QHash<transfer::DownloadId, qsizetype> places;
    for (qsizetype i = 0; i < ids.size(); ++i)
        places.insert(ids.at(i), i);
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QList<transfer::DownloadId> held;
    for (const QModelIndex &index : before)
        held << m_rows.at(index.row()).id;
    for (transfer::DownloadStatus &row : m_rows)
        row = m_engine.status(row.id); // their positions are others, too
    std::stable_sort(m_rows.begin(), m_rows.end(), [&places](const auto &a, const auto &b) {
        return places.value(a.id) < places.value(b.id);
    });
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after << index(rowOf(held.at(i)), before.at(i).column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void DownloadsModel::tick()
{
    for (int row = 0; row < rowCount(); ++row) {
        if (countsDown(m_rows.at(row)))
            Q_EMIT dataChanged(index(row, ProgressColumn), index(row, ProgressColumn));
    }
}

void DownloadsModel::summarise()
{
    const bool counts = std::any_of(m_rows.begin(), m_rows.end(),
                                    [this](const auto &row) { return countsDown(row); });
    if (counts && !m_countdown.isActive())
        m_countdown.start();
    if (!counts)
        m_countdown.stop();
    Q_EMIT summaryChanged();
}

bool DownloadsModel::countsDown(const transfer::DownloadStatus &row) const
{
    return (row.state == transfer::State::Waiting && row.retryAt.isValid())
        || (row.state == transfer::State::Resolving && m_gateOpens.isValid());
}

void DownloadsModel::setHubWait(std::optional<std::chrono::seconds> wait)
{
    m_gateOpens = wait ? QDateTime::currentDateTimeUtc().addSecs(wait->count()) : QDateTime();
    for (int row = 0; row < rowCount(); ++row) {
        if (m_rows.at(row).state == transfer::State::Resolving)
            Q_EMIT dataChanged(index(row, ProgressColumn), index(row, ProgressColumn));
    }
    summarise();
}

int DownloadsModel::queueLength() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(),
                                          [](const auto &row) { return row.position > 0; }));
}

int DownloadsModel::running() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(),
                                          [](const auto &row) { return goesOn(row.state); }));
}

int DownloadsModel::paused() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(), [](const auto &row) {
        return row.state == transfer::State::Paused;
    }));
}

int DownloadsModel::needingYou() const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(), [](const auto &row) {
        return row.state == transfer::State::Failed || row.isFruitless;
    }));
}

qint64 DownloadsModel::bytesLeft() const
{
    core::ByteSum sum;
    for (const transfer::DownloadStatus &row : m_rows) {
        if (goesOn(row.state))
            sum += std::max<qint64>(0, row.size - row.done);
    }
    return sum.total();
}

int DownloadsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DownloadsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

// With what of the repo it is: several Downloads may be of one repo.
QString DownloadsModel::name(const transfer::DownloadStatus &row) const
{
    QStringList parts{core::isolate(row.repo.display())};
    if (!row.revision.isEmpty() && row.revision != u"main"_s)
        parts << core::isolate(Texts::shortCommit(row.revision));
    const QString path = row.files == 1 ? m_engine.file(row.id, 0).paths.value(0) : QString();
    parts << (path.isEmpty() ? Texts::phrase(Texts::files(row.files))
                             : core::isolate(path.mid(path.lastIndexOf(u'/') + 1)));
    return parts.join(u" · "_s);
}

QString DownloadsModel::display(const transfer::DownloadStatus &row, int column) const
{
    switch (column) {
    case NameColumn:
        return name(row);
    case SizeColumn:
        return core::formatSize(row.size);
    case ProgressColumn:
        return Texts::state(row, QDateTime::currentDateTimeUtc(), m_gateOpens);
    case SpeedColumn:
        return speed(row);
    case PositionColumn:
        return row.position > 0 ? core::formatCount(row.position) : u"–"_s;
    case LeftColumn:
        return left(row);
    default:
        return {};
    }
}

// The smaller of its own and that of all.
core::SpeedLimit DownloadsModel::limitOf(const transfer::DownloadStatus &row) const
{
    const core::SpeedLimit &all = m_engine.limits().speed;
    if (!all || !row.limit)
        return all ? all : row.limit;
    return std::min(*all, *row.limit);
}

bool DownloadsModel::isHeld(const transfer::DownloadStatus &row) const
{
    const core::SpeedLimit limit = limitOf(row);
    return limit && *limit == 0 && goesOn(row.state);
}

// A held one has all the time in the world.
QString DownloadsModel::left(const transfer::DownloadStatus &row) const
{
    if (row.state != transfer::State::Fetching)
        return {};
    return row.secondsLeft && !isHeld(row)
        ? core::formatDuration(std::chrono::seconds(*row.secondsLeft))
        : u"–"_s;
}

QString DownloadsModel::speed(const transfer::DownloadStatus &row) const
{
    if (isHeld(row))
        return tr("on hold", "speed");
    if (row.state != transfer::State::Fetching)
        return {};
    const core::SpeedLimit limit = limitOf(row);
    return limit ? core::formatSpeedOf(row.bytesPerSecond, *limit)
                 : core::formatSpeed(row.bytesPerSecond);
}

QString DownloadsModel::spoken(const transfer::DownloadStatus &row) const
{
    QStringList parts{row.repo.display(), core::formatSize(row.size, core::Isolation::Plain),
                      Texts::state(row, QDateTime::currentDateTimeUtc(), m_gateOpens)};
    if (row.state == transfer::State::Fetching) {
        if (row.isCounted)
            parts << tr("%1 percent").arg(static_cast<int>(fraction(row) * 100));
        parts << (isHeld(row) ? speed(row)
                              : core::formatSpeed(row.bytesPerSecond, core::Isolation::Plain));
        if (row.secondsLeft && !isHeld(row))
            parts << tr("%1 left").arg(left(row));
    }
    return parts.join(u", "_s);
}

QVariant DownloadsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const transfer::DownloadStatus &row = m_rows.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case Qt::AccessibleTextRole:
        return index.column() == NameColumn ? spoken(row) : display(row, index.column());
    case Qt::ToolTipRole:
        if (index.column() == SizeColumn)
            return tr("%1 of %2 bytes")
                .arg(core::formatCount(row.done), core::formatCount(row.size));
        if (index.column() == SpeedColumn && row.limitedBy)
            return Texts::limitedBy(*row.limitedBy);
        if (index.column() == ProgressColumn && row.error)
            return core::errorSentence(*row.error);
        return index.column() == ProgressColumn || index.column() == NameColumn
            ? display(row, index.column())
            : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == NameColumn || index.column() == ProgressColumn
            ? QVariant()
            : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case IdRole:
        return row.id;
    case FractionRole:
        return row.state == transfer::State::Fetching && row.isCounted ? QVariant(fraction(row))
                                                                       : QVariant();
    case RawRole:
        return index.column() == SizeColumn ? QVariant(row.size) : QVariant(fraction(row));
    default:
        return {};
    }
}

QVariant DownloadsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if ((role == Qt::AccessibleTextRole || role == Qt::ToolTipRole) && section == PositionColumn)
        return tr("Place in the queue");
    if (role == Qt::TextAlignmentRole && section != NameColumn && section != ProgressColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case SizeColumn:
        return tr("Size");
    case ProgressColumn:
        return tr("Progress");
    case SpeedColumn:
        return tr("Speed");
    case LeftColumn:
        return tr("Left", "time left");
    case PositionColumn:
        return tr("#", "position in the queue");
    default:
        return {};
    }
}

} // namespace gui
