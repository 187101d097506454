#include "gui/models/placesmodel.h"

#include "core/format.h"
#include "gui/icons.h"

namespace gui {

using namespace Qt::StringLiterals;

QString placeName(Place place)
{
    switch (place) {
    case Place::Discover:
        return u"discover"_s;
    case Place::Downloads:
        return u"downloads"_s;
    case Place::Library:
        return u"library"_s;
    case Place::Settings:
        return u"settings"_s;
    }
    return {};
}

PlacesModel::PlacesModel(QObject *parent)
    : QAbstractListModel(parent)
{
}

void PlacesModel::setUnfinished(int downloads)
{
    if (m_unfinished == downloads)
        return;
    m_unfinished = downloads;
    const QModelIndex changed = index(static_cast<int>(Place::Downloads));
    Q_EMIT dataChanged(changed, changed);
}

void PlacesModel::setPalette(const QPalette &palette)
{
    for (int i = 0; i < placeCount; ++i)
        m_icons[static_cast<size_t>(i)] = icon(placeName(static_cast<Place>(i)), palette);
    Q_EMIT dataChanged(index(0), index(placeCount - 1), {Qt::DecorationRole});
}

int PlacesModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : placeCount;
}

QString PlacesModel::text(Place place) const
{
    switch (place) {
    case Place::Discover:
        return tr("Discover");
    case Place::Downloads:
        return m_unfinished > 0 ? tr("Downloads (%1)").arg(core::formatCount(m_unfinished))
                                : tr("Downloads");
    case Place::Library:
        return tr("Library");
    case Place::Settings:
        return tr("Settings");
    }
    return {};
}

QVariant PlacesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(static_cast<Place>(index.row()));
    case Qt::DecorationRole:
        return m_icons[static_cast<size_t>(index.row())];
    default:
        return {};
    }
}

} // namespace gui
