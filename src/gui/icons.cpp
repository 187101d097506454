#include "gui/icons.h"

#include <QAbstractButton>
#include <QAction>
#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>
#include <QWidget>

namespace gui {

using namespace Qt::StringLiterals;

namespace {

QPixmap drawn(const QByteArray &svg, const QColor &colour, int size)
{
    QByteArray coloured = svg;
    coloured.replace("#000", colour.name().toLatin1());
    QSvgRenderer renderer(coloured);
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

} // namespace

QIcon icon(const QString &name, const QPalette &palette)
{
    QFile file(u":/icons/"_s + name + u".svg"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray svg = file.readAll();
    QIcon result;
    for (const int size : {16, 24, 32, 48, 64}) {
        result.addPixmap(drawn(svg, palette.color(QPalette::Active, QPalette::WindowText), size));
        result.addPixmap(drawn(svg, palette.color(QPalette::Disabled, QPalette::WindowText), size),
                         QIcon::Disabled);
        result.addPixmap(
            drawn(svg, palette.color(QPalette::Active, QPalette::HighlightedText), size),
            QIcon::Selected);
    }
    return result;
}

void applyIcons(QWidget *root)
{
    const QPalette palette = root->palette();
    const auto wanted = [](const QObject *object) {
        return object->property("iconName").toString();
    };
    const auto actions = root->findChildren<QAction *>();
    for (QAction *action : actions) {
        if (!wanted(action).isEmpty())
            action->setIcon(icon(wanted(action), palette));
    }
    const auto buttons = root->findChildren<QAbstractButton *>();
    for (QAbstractButton *button : buttons) {
        if (!wanted(button).isEmpty())
            button->setIcon(icon(wanted(button), palette));
    }
}

} // namespace gui
