#pragma once

#include <QStyledItemDelegate>

namespace gui {

// Rows of tables and trees, high enough to be hit: the font's height and some air.
// Owner: the view. GUI thread.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool editorEvent(QEvent *event, QAbstractItemModel *model, const QStyleOptionViewItem &option,
                     const QModelIndex &index) override;
};

} // namespace gui
