#pragma once

#include <QTreeView>

namespace gui {

// A view of very many rows. Where many of them change at once it paints what is seen anew; Qt 6.4
// first works out where each of them lies, the unseen ones too, which takes a tenth of a second for
// 100,000 rows. Needs rows of one height. GUI thread.
class LongList : public QTreeView {
    Q_OBJECT
public:
    using QTreeView::QTreeView;

    void dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                     const QList<int> &roles = {}) override;
};

} // namespace gui
