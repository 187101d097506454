#pragma once

#include <QProcessEnvironment>
#include <QWidget>

#include <memory>

#include "core/settings.h"
#include "session/config.h"

QT_BEGIN_NAMESPACE
class QSpinBox;
QT_END_NAMESPACE

namespace gui {

namespace Ui {
class SettingsPage;
}

// The settings table as a form without an OK button. What the environment decides is shown with
// its source and cannot be changed here. Owner: MainWindow. GUI thread.
class SettingsPage : public QWidget {
    Q_OBJECT
public:
    SettingsPage(const session::Config &config, core::Settings &settings,
                 const QProcessEnvironment &environment, QWidget *parent = nullptr);
    ~SettingsPage() override;

Q_SIGNALS:
    void limitsChanged();

private:
    void setUpFolder(const QProcessEnvironment &environment);
    void setUpEndpoint(const QProcessEnvironment &environment);
    void bind(QSpinBox *box, core::Setting key);
    void setUpLimit();
    void showLimit();
    void chooseFolder();
    void saveFolder();
    void saveEndpoint();
    void setUpCertificates();
    void saveCertificates();

    session::Config m_config;
    core::Settings &m_settings;
    std::unique_ptr<Ui::SettingsPage> m_ui;
};

} // namespace gui
