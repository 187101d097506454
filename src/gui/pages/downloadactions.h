#pragma once

#include <QList>

#include "transfer/download.h"

QT_BEGIN_NAMESPACE
class QAction;
class QMenu;
class QWidget;
QT_END_NAMESPACE

namespace gui {

// The actions on Downloads; the page owns them and the window's Transfer menu shows them too.
struct DownloadActions {
    QAction *resume = nullptr;
    QAction *pause = nullptr;
    QAction *pauseAll = nullptr;
    QAction *cancel = nullptr;
    QAction *remove = nullptr;
    QAction *toTop = nullptr;
    QAction *up = nullptr;
    QAction *down = nullptr;
    QAction *toBottom = nullptr;
    QAction *startNow = nullptr;
    QAction *limit = nullptr;
    QAction *choose = nullptr;

    static DownloadActions make(QWidget *page);

    // Enables what is legal for these rows in a queue of so many.
    void fit(const QList<transfer::DownloadStatus> &rows, int queueLength) const;
    // In the order of the table in interaction.md 7.3, as far as they are about rows.
    void addTo(QMenu *menu) const;
};

} // namespace gui
