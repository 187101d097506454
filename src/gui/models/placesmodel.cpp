#include "gui/models/placesmodel.h"

#include <QFont>
#include <QFontMetrics>

#include <algorithm>

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

namespace {

// Of the place that needs a person.
QFont markedFont()
{
    QFont font;
    font.setBold(true);
    return font;
}

} // namespace

PlacesModel::PlacesModel(QObject *parent)
    : QAbstractListModel(parent)
{
}

void PlacesModel::setDownloads(int running, int needingYou)
{
    if (m_running == running && m_needingYou == needingYou)
        return;
    m_running = running;
    m_needingYou = needingYou;
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

QString PlacesModel::text(Place place, int running)
{
    switch (place) {
    case Place::Discover:
        return tr("Discover");
    case Place::Downloads:
        return running > 0 ? tr("Downloads (%1)").arg(core::formatCount(running)) : tr("Downloads");
    case Place::Library:
        return tr("Library");
    case Place::Settings:
        return tr("Settings");
    }
    return {};
}

int PlacesModel::widestText()
{
    constexpr int many = 99;
    const QFontMetrics metrics(markedFont());
    int widest = 0;
    for (int i = 0; i < placeCount; ++i)
        widest = std::max(widest, metrics.horizontalAdvance(text(static_cast<Place>(i), many)));
    return widest;
}

QVariant PlacesModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto place = static_cast<Place>(index.row());
    const bool needsYou = place == Place::Downloads && m_needingYou > 0;
    switch (role) {
    case Qt::DisplayRole:
        return text(place, m_running);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return needsYou
            ? text(place, m_running) + u", "_s + tr("%Ln need(s) you", nullptr, m_needingYou)
            : text(place, m_running);
    case Qt::FontRole:
        return needsYou ? QVariant(markedFont()) : QVariant();
    case Qt::DecorationRole:
        return m_icons[static_cast<size_t>(index.row())];
    default:
        return {};
    }
}

} // namespace gui
