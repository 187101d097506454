#include "gui/delegates/rowdelegate.h"

#include <QEvent>

#include <algorithm>

namespace gui {

namespace {

constexpr int air = 8;
constexpr int lowest = 24;

} // namespace

QSize RowDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width(), std::max(option.fontMetrics.height() + air, lowest)};
}

// A tick belongs to the row, whichever of its columns is current.
bool RowDelegate::editorEvent(QEvent *event, QAbstractItemModel *model,
                              const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const bool isKey = event->type() == QEvent::KeyPress;
    return QStyledItemDelegate::editorEvent(event, model, option,
                                            isKey ? index.siblingAtColumn(0) : index);
}

} // namespace gui
