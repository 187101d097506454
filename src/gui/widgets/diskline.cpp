#include "gui/widgets/diskline.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyle>

#include <algorithm>

namespace gui {

DiskLine::DiskLine(QWidget *parent)
    : QWidget(parent)
{
    setMinimumHeight(14);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void DiskLine::setDisk(qint64 total, qint64 freeBytes, qint64 wanted)
{
    m_total = total;
    m_free = freeBytes;
    m_wanted = wanted;
    update();
}

QSize DiskLine::sizeHint() const
{
    return {240, 14};
}

void DiskLine::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    QPainterPath outline;
    outline.addRoundedRect(frame, 4, 4);
    painter.fillPath(outline, palette().base());
    if (m_total > 0) {
        const auto width = [&](qint64 bytes) {
            const double part = static_cast<double>(bytes) / static_cast<double>(m_total);
            return frame.width() * std::clamp(part, 0.0, 1.0);
        };
        const double used = width(m_total - m_free);
        // At least a hairline, or a small download on a large disk would not be seen.
        const double wanted =
            m_wanted > 0 ? std::max(2.0, std::min(width(m_wanted), frame.width() - used)) : 0;
        painter.save();
        painter.setClipPath(outline);
        if (layoutDirection() == Qt::RightToLeft) {
            painter.translate(width(m_total) + 2 * frame.left(), 0);
            painter.scale(-1, 1);
        }
        painter.fillRect(QRectF(frame.left(), frame.top(), used, frame.height()),
                         palette().color(QPalette::Mid));
        const QRectF added(frame.left() + used, frame.top(), wanted, frame.height());
        painter.fillRect(added, palette().color(QPalette::Highlight));
        painter.fillRect(added, QBrush(palette().color(QPalette::Base), Qt::FDiagPattern));
        painter.restore();
    }
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawPath(outline);
}

} // namespace gui
