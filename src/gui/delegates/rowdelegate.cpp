#include "gui/delegates/rowdelegate.h"

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

} // namespace gui
