#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

QT_BEGIN_NAMESPACE
class QWidget;
QT_END_NAMESPACE

namespace gui {

// Our own symbols (resources/icons), drawn in the text colour of the palette. No icon theme is
// used: it may be absent, incomplete or unreadable on a dark window.
QIcon icon(const QString &name, const QPalette &palette);

// Gives every action and button below root that has a dynamic property "iconName" its icon; called
// again when the palette changes.
void applyIcons(QWidget *root);

} // namespace gui
