#pragma once

#include <QMenu>

#include "core/settings.h"
#include "core/speedlimit.h"

QT_BEGIN_NAMESPACE
class QActionGroup;
QT_END_NAMESPACE

namespace gui {

// The limit of all downloads as a menu: none, hold, some speeds, another one. What is chosen goes
// to the settings, and what the settings say is ticked. GUI thread.
class LimitMenu : public QMenu {
    Q_OBJECT
public:
    LimitMenu(core::Settings &settings, QWidget *parent);

    core::SpeedLimit limit() const;
    void choose(const core::SpeedLimit &limit);
    void toggle(); // none, and back to the last other one

Q_SIGNALS:
    void limitChanged();
    void otherWanted(); // a speed that is not in the menu

private:
    void addLimit(const core::SpeedLimit &limit, const QString &text);
    void showLimit();

    core::Settings &m_settings;
    QActionGroup *m_group; // child
    QAction *m_other = nullptr;
};

} // namespace gui
