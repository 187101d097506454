#include "gui/delegates/progressdelegate.h"

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <QStyleOptionProgressBar>

#include <algorithm>

#include "gui/models/downloadsmodel.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

// The style leaves the words out of a bar that fills from the right.
void drawMirroredText(QPainter *painter, const QStyleOptionProgressBar &bar)
{
    const int empty = bar.rect.width() - bar.rect.width() * bar.progress / bar.maximum;
    const QRect filled = bar.rect.adjusted(empty, 0, 0, 0);
    for (const auto &[part, role] : {std::pair(QRegion(bar.rect) - filled, QPalette::Text),
                                     std::pair(QRegion(filled), QPalette::HighlightedText)}) {
        painter->save();
        painter->setClipRegion(part);
        painter->setPen(bar.palette.color(role));
        painter->drawText(bar.rect, Qt::AlignCenter | Qt::TextForceLeftToRight, bar.text);
        painter->restore();
    }
}

} // namespace

void ProgressDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    RowDelegate::initStyleOption(option, index);
    option->textElideMode = Qt::ElideRight; // a sentence, not a name
}

void ProgressDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                             const QModelIndex &index) const
{
    const QVariant fraction = index.data(DownloadsModel::FractionRole);
    if (!fraction.isValid()) {
        RowDelegate::paint(painter, option, index);
        return;
    }
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    QStyleOptionViewItem row(option);
    initStyleOption(&row, index);
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &row, painter, option.widget);

    const double value = std::clamp(fraction.toDouble(), 0.0, 1.0);
    QStyleOptionProgressBar bar;
    bar.rect = option.rect.adjusted(4, 3, -4, -3);
    bar.palette = option.palette;
    bar.fontMetrics = option.fontMetrics;
    bar.direction = option.direction;
    bar.state = QStyle::State_Enabled | QStyle::State_Horizontal;
    bar.minimum = 0;
    bar.maximum = 1000;
    bar.progress = static_cast<int>(value * 1000);
    // Rounded down: 100 % is said only when every byte is here.
    bar.text = u"%1 %"_s.arg(QLocale().toString(static_cast<int>(value * 100)));
    bar.textVisible = option.direction == Qt::LeftToRight;
    bar.textAlignment = Qt::AlignCenter;
    style->drawControl(QStyle::CE_ProgressBar, &bar, painter, option.widget);
    if (!bar.textVisible)
        drawMirroredText(painter, bar);
}

} // namespace gui
