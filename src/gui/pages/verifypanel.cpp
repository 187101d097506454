#include "gui/pages/verifypanel.h"

#include "ui_verifypanel.h"

#include <QHeaderView>

#include <algorithm>

#include "core/errortext.h"
#include "core/format.h"
#include "session/services.h"

namespace gui {

using namespace Qt::StringLiterals;
using Finding = session::Verification::Finding;

namespace {

constexpr int parts = 1000; // of the bar
constexpr int mostRows = 1000;

QString words(const Finding &finding)
{
    if (finding.error)
        return core::errorSentence(*finding.error);
    return finding.state == cache::Checked::Missing ? VerifyPanel::tr("missing", "state of a file")
                                                    : VerifyPanel::tr("damaged", "state of a file");
}

} // namespace

VerifyPanel::VerifyPanel(session::Services &services, QWidget *parent)
    : QFrame(parent)
    , m_ui(std::make_unique<Ui::VerifyPanel>())
    , m_check(services.config().place)
    , m_repair(services.config().place, services.client(), services.engine(),
               services.config().endpoint.text())
{
    m_ui->setupUi(this);
    QHeaderView *header = m_ui->wrongList->header();
    header->setStretchLastSection(false);
    header->setSectionResizeMode(0, QHeaderView::Stretch);
    const int letter = fontMetrics().averageCharWidth();
    header->resizeSection(1, letter * 12);
    header->resizeSection(2, letter * 30);
    connect(&m_check, &session::Verification::progressed, this, &VerifyPanel::onProgress);
    connect(&m_check, &session::Verification::ended, this, &VerifyPanel::onEnded);
    connect(m_ui->pauseButton, &QPushButton::clicked, this, &VerifyPanel::togglePause);
    connect(m_ui->cancelButton, &QPushButton::clicked, &m_check, &session::Verification::cancel);
    connect(m_ui->closeButton, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_ui->repairButton, &QPushButton::clicked, this, &VerifyPanel::repair);
    connect(&m_repair, &session::Repair::queued, this,
            [this](const QList<transfer::DownloadId> &downloads, int failed) {
                m_isQueued = !downloads.isEmpty();
                QString text = m_isQueued
                    ? tr("What is wrong is being fetched again; see the downloads.")
                    : tr("Nothing of it can be fetched again.");
                if (failed > 0)
                    text += u' '
                        + tr("Of %Ln file(s) nobody says what they should be.", nullptr, failed);
                m_ui->fileLabel->setText(text);
                m_ui->fileLabel->show();
                showButtons();
            });
    hide();
}

VerifyPanel::~VerifyPanel() = default;

void VerifyPanel::start(const QList<session::Verification::Target> &targets)
{
    if (m_check.isRunning() || targets.isEmpty())
        return;
    m_targets = targets;
    m_isQueued = false;
    m_ui->wrongList->hide();
    m_ui->progressBar->show();
    m_ui->progressBar->setRange(0, 0); // not counted yet
    m_ui->fileLabel->show();
    m_ui->fileLabel->clear();
    m_check.start(targets);
    onProgress(0, 0, {});
    show();
    showButtons();
    Q_EMIT begun();
}

void VerifyPanel::onProgress(qint64 done, qint64 total, const QString &name)
{
    const QString title = total > 0
        ? tr("Checking: %1 of %2").arg(core::formatSize(done), core::formatSize(total))
        : tr("Checking: counting the files…");
    m_ui->titleLabel->setText(m_check.isPaused() ? tr("Paused. %1").arg(title) : title);
    m_ui->fileLabel->setText(core::isolate(name));
    if (total > 0) {
        m_ui->progressBar->setRange(0, parts);
        m_ui->progressBar->setValue(
            static_cast<int>(static_cast<double>(done) / static_cast<double>(total) * parts));
    }
}

void VerifyPanel::onEnded(const session::Verification::Result &result)
{
    m_result = result;
    m_ui->progressBar->hide();
    const auto count = static_cast<int>(result.wrong.size());
    const auto damaged =
        std::count_if(result.wrong.begin(), result.wrong.end(), [](const auto &one) {
            return !one.error && one.state == cache::Checked::Damaged;
        });
    const auto missing =
        std::count_if(result.wrong.begin(), result.wrong.end(), [](const auto &one) {
            return !one.error && one.state == cache::Checked::Missing;
        });
    QString title = tr("%Ln file(s) are as they should be (%1).", nullptr, result.good)
                        .arg(core::formatSize(result.bytes));
    if (count > 0)
        title = tr("%1 damaged, %2 missing, %3 unreadable; %Ln file(s) are as they should be.",
                   nullptr, result.good)
                    .arg(core::formatCount(damaged), core::formatCount(missing),
                         core::formatCount(count - damaged - missing));
    m_ui->titleLabel->setText(result.isWhole ? title : tr("Stopped. %1").arg(title));
    QStringList notes;
    if (result.withoutId > 0)
        notes += tr("For %Ln file(s) there is nothing to compare with.", nullptr, result.withoutId);
    for (const core::Error &error : result.errors)
        notes += core::errorSentence(error);
    m_ui->fileLabel->setText(notes.mid(0, 4).join(u'\n'));
    m_ui->fileLabel->setVisible(!notes.isEmpty());
    showWrong();
    showButtons();
    QList<core::RepoId> repos;
    for (const auto &target : std::as_const(m_targets))
        repos += target.repo;
    QHash<core::RepoId, QSet<QString>> byRepo;
    for (const Finding &finding : result.wrong) {
        if (!finding.error && finding.state == cache::Checked::Damaged)
            byRepo[finding.repo].insert(finding.item.file);
    }
    Q_EMIT ended(repos, byRepo);
}

void VerifyPanel::showWrong()
{
    m_ui->wrongList->clear();
    m_ui->wrongList->setVisible(!m_result.wrong.isEmpty());
    for (const Finding &finding : std::as_const(m_result.wrong)) {
        if (m_ui->wrongList->topLevelItemCount() == mostRows)
            break;
        const QString name =
            finding.repo.display() + u": "_s + finding.item.entries.constFirst().path;
        auto *row = new QTreeWidgetItem(
            {core::isolate(name),
             finding.item.isMissing ? QString() : core::formatSize(finding.item.size),
             words(finding)});
        row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        m_ui->wrongList->addTopLevelItem(row);
    }
}

void VerifyPanel::showButtons()
{
    const bool isRunning = m_check.isRunning();
    m_ui->pauseButton->setVisible(isRunning);
    m_ui->pauseButton->setText(m_check.isPaused() ? tr("&Continue") : tr("Pa&use"));
    m_ui->cancelButton->setVisible(isRunning);
    m_ui->closeButton->setVisible(!isRunning);
    m_ui->repairButton->setVisible(!isRunning && !m_isQueued
                                   && session::Repair::canRepair(m_result.wrong));
}

void VerifyPanel::togglePause()
{
    const QString title = m_ui->titleLabel->text();
    if (m_check.isPaused()) {
        m_check.resume();
    } else {
        m_check.pause();
        m_ui->titleLabel->setText(tr("Paused. %1").arg(title));
    }
    showButtons();
}

void VerifyPanel::repair()
{
    m_ui->repairButton->hide();
    m_ui->closeButton->setFocus();
    m_repair.start(m_result.wrong);
}

} // namespace gui
