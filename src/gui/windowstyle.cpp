#include "gui/windowstyle.h"

#include <QPainter>
#include <QStyleOption>

namespace gui {

using namespace Qt::StringLiterals;

WindowStyle::WindowStyle()
    : QProxyStyle(u"Fusion"_s)
{
}

void WindowStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option,
                                QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    if (element != PE_IndicatorItemViewItemCheck && element != PE_IndicatorCheckBox)
        return;
    const bool isSelected =
        element == PE_IndicatorItemViewItemCheck && (option->state & State_Selected);
    painter->save();
    painter->setPen(
        option->palette.color(isSelected ? QPalette::HighlightedText : QPalette::PlaceholderText));
    painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
    painter->restore();
}

} // namespace gui
