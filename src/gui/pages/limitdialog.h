#pragma once

#include <QDialog>

#include <memory>

#include "core/speedlimit.h"

namespace gui {

namespace Ui {
class LimitDialog;
}

// Asks for a limit: of some downloads, or of all. Opened, never executed. GUI thread.
class LimitDialog : public QDialog {
    Q_OBJECT
public:
    // title: whose limit it is; note: what else counts, may be empty.
    LimitDialog(const QString &title, const QString &note, const core::SpeedLimit &limit,
                QWidget *parent = nullptr);
    ~LimitDialog() override;

    core::SpeedLimit limit() const;

private:
    std::unique_ptr<Ui::LimitDialog> m_ui;
};

} // namespace gui
