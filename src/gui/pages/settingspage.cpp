#include "gui/pages/settingspage.h"

#include "ui_settingspage.h"

#include <QDir>
#include <QFileDialog>

#include "core/errortext.h"
#include "hub/endpoint.h"
#include "hub/http.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

// The variable that decides, or an empty text.
QString decidedBy(const QProcessEnvironment &environment, const QStringList &names)
{
    for (const QString &name : names) {
        if (!environment.value(name).isEmpty())
            return name;
    }
    return {};
}

} // namespace

SettingsPage::SettingsPage(const session::Config &config, core::Settings &settings,
                           const QProcessEnvironment &environment, QWidget *parent)
    : QWidget(parent)
    , m_config(config)
    , m_settings(settings)
    , m_ui(std::make_unique<Ui::SettingsPage>())
{
    m_ui->setupUi(this);
    setUpFolder(environment);
    setUpEndpoint(environment);
    setUpCertificates();
    bind(m_ui->reserveBox, core::Setting::ReserveMiB);
    bind(m_ui->reposBox, core::Setting::ReposAtOnce);
    bind(m_ui->filesBox, core::Setting::FilesAtOnce);
    bind(m_ui->perFileBox, core::Setting::ConnectionsPerFile);
    bind(m_ui->connectionsBox, core::Setting::Connections);
    setUpLimit();
    m_ui->resumeBox->setChecked(settings.flag(core::Setting::ResumeOnStart));
    connect(m_ui->resumeBox, &QCheckBox::toggled, this,
            [this](bool on) { m_settings.set(core::Setting::ResumeOnStart, on); });
    m_ui->confirmBox->setChecked(settings.flag(core::Setting::ConfirmQuit));
    connect(m_ui->confirmBox, &QCheckBox::toggled, this,
            [this](bool on) { m_settings.set(core::Setting::ConfirmQuit, on); });
    // "Don't ask again" is said elsewhere.
    connect(&settings, &core::Settings::changed, this, [this](core::Setting key) {
        if (key == core::Setting::ConfirmQuit)
            m_ui->confirmBox->setChecked(m_settings.flag(key));
        if (key == core::Setting::SpeedLimit)
            showLimit();
    });
}

SettingsPage::~SettingsPage() = default;

void SettingsPage::bind(QSpinBox *box, core::Setting key)
{
    box->setRange(core::Settings::minimum(key), core::Settings::maximum(key));
    box->setValue(m_settings.number(key));
    box->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    box->setKeyboardTracking(false);
    connect(box, &QSpinBox::valueChanged, this, [this, key](int value) {
        m_settings.set(key, value);
        Q_EMIT limitsChanged();
    });
}

void SettingsPage::setUpLimit()
{
    showLimit();
    connect(m_ui->limitChoice, &LimitChoice::changed, this, [this] {
        m_settings.set(core::Setting::SpeedLimit, core::speedLimitText(m_ui->limitChoice->limit()));
    });
}

void SettingsPage::showLimit()
{
    m_ui->limitChoice->setLimit(core::parseSpeedLimit(m_settings.text(core::Setting::SpeedLimit))
                                    .value_or(core::SpeedLimit()));
}

void SettingsPage::setUpFolder(const QProcessEnvironment &environment)
{
    const QString source =
        decidedBy(environment, {u"HF_HUB_CACHE"_s, u"HUGGINGFACE_HUB_CACHE"_s, u"HF_HOME"_s});
    m_ui->folderField->setText(QDir::toNativeSeparators(m_config.place.path));
    if (m_config.demo || !source.isEmpty()) {
        m_ui->folderField->setReadOnly(true);
        m_ui->folderButton->setEnabled(false);
        m_ui->folderNote->setText(m_config.demo ? tr("The demo keeps its files apart.")
                                                : tr("Set by the variable %1.").arg(source));
        return;
    }
    const QString chosen = m_settings.text(core::Setting::CacheFolder);
    m_ui->folderField->setPlaceholderText(QDir::toNativeSeparators(m_config.place.path));
    m_ui->folderField->setText(QDir::toNativeSeparators(chosen));
    m_ui->folderNote->setText(tr(
        "Empty: the folder that other programs of the Hub use. Takes effect at the next start."));
    connect(m_ui->folderButton, &QPushButton::clicked, this, &SettingsPage::chooseFolder);
    connect(m_ui->folderField, &QLineEdit::editingFinished, this, &SettingsPage::saveFolder);
}

void SettingsPage::chooseFolder()
{
    auto *dialog = new QFileDialog(this, tr("Cache folder"), m_config.place.path);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &folder) {
        m_ui->folderField->setText(QDir::toNativeSeparators(folder));
        saveFolder();
    });
    dialog->open();
}

void SettingsPage::saveFolder()
{
    const QString folder = QDir::fromNativeSeparators(m_ui->folderField->text().trimmed());
    if (!folder.isEmpty() && !QDir::isAbsolutePath(folder)) {
        m_ui->folderNote->setText(tr("This is not a whole path; it is not used."));
        return;
    }
    m_settings.set(core::Setting::CacheFolder, folder);
    m_ui->folderNote->setText(tr("Takes effect at the next start."));
}

void SettingsPage::setUpEndpoint(const QProcessEnvironment &environment)
{
    const QString source = decidedBy(environment, {u"HF_ENDPOINT"_s});
    if (m_config.demo || !source.isEmpty()) {
        m_ui->endpointField->setText(m_config.endpoint.text());
        m_ui->endpointField->setReadOnly(true);
        m_ui->endpointNote->setText(m_config.demo ? tr("The Hub of the demo, on this computer.")
                                                  : tr("Set by the variable %1.").arg(source));
        return;
    }
    m_ui->endpointField->setText(m_settings.text(core::Setting::Endpoint));
    m_ui->endpointField->setPlaceholderText(hub::Endpoint().text());
    m_ui->endpointNote->setText(tr("Empty: the public Hub. Takes effect at the next start."));
    connect(m_ui->endpointField, &QLineEdit::editingFinished, this, &SettingsPage::saveEndpoint);
}

void SettingsPage::saveEndpoint()
{
    const QString text = m_ui->endpointField->text().trimmed();
    if (!text.isEmpty()) {
        if (const auto endpoint = hub::Endpoint::make(text); !endpoint) {
            m_ui->endpointNote->setText(tr("This is not the address of a Hub; it is not used."));
            return;
        }
    }
    m_settings.set(core::Setting::Endpoint, text);
    m_ui->endpointNote->setText(tr("Takes effect at the next start."));
}

void SettingsPage::setUpCertificates()
{
    m_ui->caField->setText(QDir::toNativeSeparators(m_settings.text(core::Setting::CaFile)));
    m_ui->caNote->setText(
        tr("A PEM or DER file, for networks that bring certificates of their own. "
           "Takes effect at the next start."));
    if (m_config.demo) {
        m_ui->caField->setReadOnly(true);
        m_ui->caButton->setEnabled(false);
        return;
    }
    connect(m_ui->caField, &QLineEdit::editingFinished, this, &SettingsPage::saveCertificates);
    connect(m_ui->caButton, &QPushButton::clicked, this, [this] {
        auto *dialog = new QFileDialog(this, tr("Extra certificates"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setNameFilter(tr("Certificates (*.pem *.crt *.cer *.der);;All files (*)"));
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) {
            m_ui->caField->setText(QDir::toNativeSeparators(file));
            saveCertificates();
        });
        dialog->open();
    });
}

void SettingsPage::saveCertificates()
{
    const QString file = QDir::fromNativeSeparators(m_ui->caField->text().trimmed());
    if (!file.isEmpty() && hub::certificatesIn(file) == 0) {
        m_ui->caNote->setText(tr("No certificate can be read from this file; it is not used."));
        return;
    }
    m_settings.set(core::Setting::CaFile, file);
    m_ui->caNote->setText(tr("Takes effect at the next start."));
}

} // namespace gui
