#pragma once

#include <QAbstractListModel>
#include <QIcon>
#include <QPalette>

#include <array>

namespace gui {

enum class Place { Discover, Downloads, Library, Settings };
inline constexpr int placeCount = 4;

QString placeName(Place place); // stable word for the settings

// The list at the left of the window. Owner: MainWindow. GUI thread.
class PlacesModel : public QAbstractListModel {
    Q_OBJECT
public:
    explicit PlacesModel(QObject *parent = nullptr);

    void setDownloads(int running, int needingYou);
    void setPalette(const QPalette &palette); // icons
    static int widestText(); // pixels; so much room the names need at their longest

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

private:
    static QString text(Place place, int running);

    std::array<QIcon, placeCount> m_icons;
    int m_running = 0;
    int m_needingYou = 0;
};

} // namespace gui
