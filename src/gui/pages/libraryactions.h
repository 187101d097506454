#pragma once

#include <QList>

#include "gui/models/libraryitem.h"

QT_BEGIN_NAMESPACE
class QAction;
class QMenu;
class QWidget;
QT_END_NAMESPACE

namespace gui {

class LibraryModel;

// The actions on the library; the page owns them and the window's Library menu shows them too.
struct LibraryActions {
    QAction *openRepo = nullptr;
    QAction *openFolder = nullptr;
    QAction *copyPath = nullptr;
    QAction *copyLine = nullptr;
    QAction *verify = nullptr;
    QAction *verifyAll = nullptr;
    QAction *remove = nullptr;
    QAction *undo = nullptr;
    QAction *reclaim = nullptr;
    QAction *rescan = nullptr;

    static LibraryActions make(QWidget *page);
    void addTo(QMenu *menu) const; // all of them
    void addRowsTo(QMenu *menu) const; // those about rows
};

// The words for a terminal that fetch this again by the Hub's own tool; empty for what is no repo.
QString downloadLine(const LibraryItem &item);

} // namespace gui
