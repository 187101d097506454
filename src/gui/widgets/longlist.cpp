#include "gui/widgets/longlist.h"

namespace gui {

namespace {

constexpr int mostRows = 200; // that are worked out one by one

} // namespace

void LongList::dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                           const QList<int> &roles)
{
    if (bottomRight.row() - topLeft.row() < mostRows)
        return QTreeView::dataChanged(topLeft, bottomRight, roles);
    viewport()->update();
}

} // namespace gui
