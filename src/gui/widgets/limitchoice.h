#pragma once

#include <QWidget>

#include "core/speedlimit.h"

QT_BEGIN_NAMESPACE
class QComboBox;
QT_END_NAMESPACE

namespace gui {

class RateBox;

// None, hold or a speed: one choice and, beside it, the speed. GUI thread.
class LimitChoice : public QWidget {
    Q_OBJECT
public:
    explicit LimitChoice(QWidget *parent = nullptr);

    core::SpeedLimit limit() const;
    void setLimit(const core::SpeedLimit &limit);

Q_SIGNALS:
    void changed(); // by a person

private:
    enum Kind { None, Hold, Speed };
    void showKind();

    QComboBox *m_kind; // children
    RateBox *m_speed;
};

} // namespace gui
