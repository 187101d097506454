#include "gui/widgets/usageline.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyle>

#include <algorithm>

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int barHeight = 16;
constexpr int gap = 6;

} // namespace

UsageLine::UsageLine(QWidget *parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    hide();
}

void UsageLine::setParts(const QList<Part> &parts)
{
    m_parts = parts;
    setVisible(!parts.isEmpty());
    setAccessibleName(text());
    setToolTip(text());
    updateGeometry();
    update();
}

QString UsageLine::text() const
{
    QStringList words;
    for (const Part &part : m_parts)
        words += part.name;
    return words.join(u" · "_s);
}

QList<UsageLine::Word> UsageLine::words(int width) const
{
    QList<Word> words;
    const int high = fontMetrics().height();
    int x = 0;
    int y = barHeight + gap;
    for (int i = 0; i < m_parts.size(); ++i) {
        const int wide = high + gap + fontMetrics().horizontalAdvance(m_parts.at(i).name);
        if (x > 0 && x + wide > width) {
            x = 0;
            y += high + 2;
        }
        words.append({i, QRect(x, y, wide, high)});
        x += wide + 3 * gap;
    }
    return words;
}

int UsageLine::heightForWidth(int width) const
{
    const QList<Word> all = words(width);
    return all.isEmpty() ? 0 : all.constLast().box.bottom() + 1;
}

QSize UsageLine::sizeHint() const
{
    return {480, heightForWidth(std::max(480, width()))};
}

QSize UsageLine::minimumSizeHint() const
{
    return {120, barHeight + gap + fontMetrics().height()};
}

QBrush UsageLine::brush(int part) const
{
    if (part == m_parts.size() - 1)
        return Qt::NoBrush;
    constexpr Qt::BrushStyle styles[] = {Qt::SolidPattern, Qt::FDiagPattern, Qt::Dense5Pattern,
                                         Qt::VerPattern};
    const bool isOther = part == m_parts.size() - 2;
    const QColor colour = palette().color(isOther ? QPalette::Mid : QPalette::Highlight);
    return QBrush(colour, isOther ? Qt::SolidPattern : styles[part % 4]);
}

void UsageLine::paintEvent(QPaintEvent *)
{
    if (m_parts.isEmpty())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame(0.5, 0.5, width() - 1, barHeight - 1);
    double total = 0;
    for (const Part &part : m_parts)
        total += static_cast<double>(std::max<qint64>(0, part.bytes));
    QPainterPath outline;
    outline.addRoundedRect(frame, 4, 4);
    painter.fillPath(outline, palette().base());
    painter.save();
    painter.setClipPath(outline);
    double x = frame.left();
    for (int i = 0; i < m_parts.size() && total > 0; ++i) {
        const double part = static_cast<double>(std::max<qint64>(0, m_parts.at(i).bytes)) / total;
        double wide = frame.width() * part;
        if (part > 0 && wide < 2)
            wide = 2; // a hairline, or it would not be seen
        const QRectF box(x, frame.top(), wide, frame.height());
        painter.fillRect(layoutDirection() == Qt::RightToLeft
                             ? QRectF(width() - box.right(), box.top(), box.width(), box.height())
                             : box,
                         brush(i));
        x += wide;
    }
    painter.restore();
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawPath(outline);
    const QList<Word> all = words(width());
    for (const Word &word : all) {
        const int high = word.box.height();
        const QRect box = QStyle::visualRect(layoutDirection(), rect(), word.box);
        const QRect swatch = QStyle::alignedRect(
            layoutDirection(), Qt::AlignLeft | Qt::AlignVCenter, QSize(high - 4, high - 4), box);
        painter.fillRect(swatch, palette().base());
        painter.fillRect(swatch, brush(word.part));
        painter.setPen(palette().color(QPalette::Mid));
        painter.drawRect(swatch);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(box,
                         QStyle::visualAlignment(layoutDirection(), Qt::AlignRight)
                             | Qt::AlignVCenter | Qt::TextSingleLine,
                         m_parts.at(word.part).name);
    }
}

} // namespace gui
