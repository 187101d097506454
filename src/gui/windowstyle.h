#pragma once

#include <QProxyStyle>

namespace gui {

// Fusion with check boxes that can be seen (it derives their outline from the window colour, which
// vanishes on a dark ground) and room between the columns of tables. Owner: the application.
class WindowStyle : public QProxyStyle {
    Q_OBJECT
public:
    WindowStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption *option,
                    const QWidget *widget) const override;
};

} // namespace gui
