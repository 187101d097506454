#include "gui/windowstyle.h"

#include <QPainter>
#include <QStyleOption>

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int columnMargin = 7; // at each side of a cell and of its header

} // namespace

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

// A column of numbers ends where the next one of words begins: without room they read as one.
int WindowStyle::pixelMetric(PixelMetric metric, const QStyleOption *option,
                             const QWidget *widget) const
{
    // The style adds a pixel to the frame's margin to come to that of the text.
    if (metric == PM_FocusFrameHMargin)
        return columnMargin - 1;
    if (metric == PM_HeaderMargin)
        return columnMargin;
    return QProxyStyle::pixelMetric(metric, option, widget);
}

} // namespace gui
