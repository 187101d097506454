#pragma once

#include <QStyledItemDelegate>

namespace gui {

// A bar drawn by the style where the model gives DownloadsModel::FractionRole, the state in words
// where it does not. Owner: the view. GUI thread.
class ProgressDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
};

} // namespace gui
