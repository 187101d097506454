#pragma once

#include "gui/delegates/rowdelegate.h"

namespace gui {

// A bar drawn by the style where the model gives DownloadsModel::FractionRole, the state in words
// where it does not. Owner: the view. GUI thread.
class ProgressDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
};

} // namespace gui
