#include "gui/pages/downloadspage.h"

#include "ui_downloadspage.h"

#include <QAction>
#include <QClipboard>
#include <QDateTime>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QUrl>

#include <algorithm>

#include "core/errortext.h"
#include "core/format.h"
#include "gui/delegates/progressdelegate.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/icons.h"
#include "gui/models/downloadsmodel.h"
#include "gui/models/filesmodel.h"
#include "gui/texts.h"
#include "gui/widgets/columnroom.h"
#include "transfer/engine.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

bool canPause(transfer::State state)
{
    return state == transfer::State::Queued || state == transfer::State::Waiting
        || transfer::isActive(state);
}

bool canResume(transfer::State state)
{
    return state == transfer::State::Paused || state == transfer::State::Failed
        || state == transfer::State::Cancelled;
}

bool canCancel(transfer::State state)
{
    return !transfer::isEnd(state);
}

} // namespace

DownloadsPage::DownloadsPage(transfer::Engine &engine, DownloadsModel &model, QWidget *parent)
    : QWidget(parent)
    , m_engine(engine)
    , m_model(model)
    , m_files(new FilesModel(engine, this))
    , m_ui(std::make_unique<Ui::DownloadsPage>())
{
    m_ui->setupUi(this);
    m_ui->details->tabBar()->setAccessibleName(m_ui->details->accessibleName());
    setUpActions();
    setUpViews();
    m_ui->emptyBanner->setShape(StateBanner::Shape::Page);
    m_ui->emptyBanner->showState(
        u"downloads"_s, tr("Nothing to fetch. Paste a link, or find something in Discover."), {},
        tr("Discover"));
    connect(m_ui->emptyBanner, &StateBanner::actionTriggered, this, &DownloadsPage::discoverWanted);
    connect(m_ui->errorBanner, &StateBanner::actionTriggered, this, &DownloadsPage::copyDetails);
    connect(&m_model, &DownloadsModel::summaryChanged, this, &DownloadsPage::showCurrent);
    showCurrent();
}

DownloadsPage::~DownloadsPage() = default;

void DownloadsPage::setUpActions()
{
    const auto make = [this](const QString &text, const QString &iconName, const QKeySequence &keys,
                             QToolButton *button) {
        auto *action = new QAction(Texts::phrase(text), this);
        action->setProperty("iconName", iconName);
        action->setShortcut(keys);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(QString(text).remove(u'&'));
        return action;
    };
    m_actions.resume = make(tr("&Resume"), u"resume"_s, Qt::CTRL | Qt::Key_R, m_ui->resumeButton);
    m_actions.pause = make(tr("&Pause"), u"pause"_s, Qt::CTRL | Qt::Key_P, m_ui->pauseButton);
    m_actions.cancel = make(tr("&Cancel"), u"cancel"_s, {}, m_ui->cancelButton);
    m_actions.remove =
        make(tr("Re&move from list…"), u"remove"_s, Qt::Key_Delete, m_ui->removeButton);
    // Elsewhere Delete belongs to the text fields.
    m_actions.remove->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    addAction(m_actions.remove);
    m_actions.pauseAll =
        make(tr("Pause &all"), u"pause"_s, Qt::CTRL | Qt::SHIFT | Qt::Key_P, m_ui->pauseAllButton);
    connect(m_actions.resume, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.resume(id); }); });
    connect(m_actions.pause, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.pause(id); }); });
    connect(m_actions.cancel, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.cancel(id); }); });
    connect(m_actions.remove, &QAction::triggered, this, &DownloadsPage::askRemove);
    connect(m_actions.pauseAll, &QAction::triggered, this, [this] { m_engine.pauseAll(); });
}

void DownloadsPage::setUpViews()
{
    const int letter = fontMetrics().averageCharWidth();
    QTreeView *list = m_ui->downloadList;
    list->setModel(&m_model);
    list->setItemDelegate(new RowDelegate(list));
    list->setItemDelegateForColumn(DownloadsModel::ProgressColumn, new ProgressDelegate(list));
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(DownloadsModel::NameColumn, QHeaderView::Stretch);
    list->header()->resizeSection(DownloadsModel::SizeColumn, letter * 12);
    list->header()->resizeSection(DownloadsModel::ProgressColumn, letter * 32);
    list->header()->resizeSection(DownloadsModel::SpeedColumn, letter * 13);
    list->header()->resizeSection(DownloadsModel::LeftColumn, letter * 14);
    new ColumnRoom(
        list, DownloadsModel::NameColumn,
        {DownloadsModel::SpeedColumn, DownloadsModel::SizeColumn, DownloadsModel::LeftColumn},
        letter * 26);
    connect(list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DownloadsPage::showCurrent);
    connect(list, &QTreeView::customContextMenuRequested, this, &DownloadsPage::openMenu);
    QTreeView *files = m_ui->fileList;
    files->setModel(m_files);
    files->setItemDelegate(new RowDelegate(files));
    files->setItemDelegateForColumn(FilesModel::ProgressColumn, new ProgressDelegate(files));
    files->header()->setStretchLastSection(false);
    files->header()->setSectionResizeMode(FilesModel::PathColumn, QHeaderView::Stretch);
    files->header()->resizeSection(FilesModel::SizeColumn, letter * 12);
    files->header()->resizeSection(FilesModel::ProgressColumn, letter * 32);
    m_ui->splitter->setStretchFactor(0, 3);
    m_ui->splitter->setStretchFactor(1, 2);
    m_ui->errorBanner->hide();
    m_ui->noteBanner->hide();
    connect(m_ui->noteBanner, &StateBanner::actionTriggered, m_ui->noteBanner, &QWidget::hide);
}

QList<transfer::DownloadStatus> DownloadsPage::selected() const
{
    QList<transfer::DownloadStatus> result;
    const QModelIndexList rows = m_ui->downloadList->selectionModel()->selectedRows();
    for (const QModelIndex &row : rows)
        result << m_model.status(row.row());
    return result;
}

void DownloadsPage::select(const transfer::DownloadId &id)
{
    const QModelIndex index = m_model.index(m_model.rowOf(id), 0);
    m_ui->downloadList->setCurrentIndex(index);
    m_ui->downloadList->scrollTo(index);
    focusList();
}

void DownloadsPage::focusList()
{
    if (m_model.rowCount() > 0)
        m_ui->downloadList->setFocus();
    else
        m_ui->emptyBanner->setFocus();
}

void DownloadsPage::reportProblems(const QStringList &problems)
{
    if (!problems.isEmpty())
        m_ui->noteBanner->showState(u"warning"_s,
                                    tr("Part of the queue could not be read and was put aside."),
                                    problems.mid(0, 5).join(u'\n'), tr("Close"));
}

void DownloadsPage::onAll(const std::function<void(const transfer::DownloadId &)> &act)
{
    const QList<transfer::DownloadStatus> rows = selected();
    for (const transfer::DownloadStatus &row : rows)
        act(row.id);
    updateActions();
}

void DownloadsPage::updateActions()
{
    const QList<transfer::DownloadStatus> rows = selected();
    const auto any = [&rows](bool (*can)(transfer::State)) {
        return std::any_of(rows.begin(), rows.end(),
                           [can](const auto &row) { return can(row.state); });
    };
    // A button that goes grey hands the focus to its neighbour, and the next press would cancel
    // what was to be paused.
    const QWidget *pressed = focusWidget();
    m_actions.resume->setEnabled(any(&canResume));
    m_actions.pause->setEnabled(any(&canPause));
    m_actions.cancel->setEnabled(any(&canCancel));
    m_actions.remove->setEnabled(!rows.isEmpty());
    for (const QToolButton *button :
         {m_ui->resumeButton, m_ui->pauseButton, m_ui->cancelButton, m_ui->removeButton}) {
        if (button == pressed && !button->isEnabled())
            m_ui->downloadList->setFocus();
    }
    bool isBusy = false;
    for (int row = 0; row < m_model.rowCount(); ++row)
        isBusy = isBusy || canPause(m_model.status(row).state);
    m_actions.pauseAll->setEnabled(isBusy);
}

void DownloadsPage::showCurrent()
{
    m_ui->stack->setCurrentWidget(
        m_model.rowCount() == 0 ? static_cast<QWidget *>(m_ui->emptyBanner) : m_ui->splitter);
    const QModelIndex current = m_ui->downloadList->currentIndex();
    if (m_model.rowCount() > 0 && !current.isValid()) {
        m_ui->downloadList->setCurrentIndex(m_model.index(0, 0)); // comes back here
        return;
    }
    // The neighbour of a row that was removed is current, but not selected.
    if (current.isValid() && !m_ui->downloadList->selectionModel()->hasSelection()) {
        m_ui->downloadList->selectionModel()->select(
            current, QItemSelectionModel::Select | QItemSelectionModel::Rows); // comes back here
        return;
    }
    updateActions();
    const QList<transfer::DownloadStatus> rows = selected();
    m_ui->details->setEnabled(rows.size() == 1);
    m_files->setGateOpens(m_model.gateOpens());
    m_files->show(rows.size() == 1 ? std::optional(rows.constFirst().id) : std::nullopt);
    showGeneral();
}

void DownloadsPage::showGeneral()
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.size() != 1) {
        for (QLabel *label :
             {m_ui->stateLabel, m_ui->doneLabel, m_ui->versionLabel, m_ui->placeLabel})
            label->clear();
        m_ui->errorBanner->hide();
        return;
    }
    const transfer::DownloadStatus &row = rows.constFirst();
    m_ui->stateLabel->setText(
        Texts::state(row, QDateTime::currentDateTimeUtc(), m_model.gateOpens()));
    m_ui->doneLabel->setText(tr("%1 of %2, %3 of %4")
                                 .arg(core::formatSize(row.done), core::formatSize(row.size),
                                      core::formatCount(row.filesDone), Texts::files(row.files)));
    m_ui->versionLabel->setText(
        tr("%1 at %2").arg(core::isolate(row.revision), core::isolate(row.commit)));
    m_ui->placeLabel->setText(core::isolate(row.place.path));
    if (row.error)
        m_ui->errorBanner->showError(*row.error, tr("Copy details"));
    else
        m_ui->errorBanner->hide();
}

void DownloadsPage::copyDetails()
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.size() == 1 && rows.constFirst().error)
        QGuiApplication::clipboard()->setText(core::errorDetails(*rows.constFirst().error));
}

void DownloadsPage::askRemove()
{
    const QList<transfer::DownloadStatus> rows = selected();
    QList<transfer::DownloadId> ids;
    qint64 kept = 0;
    int unfinished = 0;
    for (const transfer::DownloadStatus &row : rows) {
        ids << row.id;
        if (!transfer::isEnd(row.state)) {
            ++unfinished;
            kept += row.done;
        }
    }
    if (unfinished == 0) {
        removeSelected(ids);
        return;
    }
    if (m_question)
        return;
    const QString what = rows.size() == 1
        ? tr("Remove “%1” from the list?").arg(core::isolate(rows.constFirst().repo.display()))
        : tr("Remove %n download(s) from the list?", nullptr, static_cast<int>(rows.size()));
    m_question = new QMessageBox(QMessageBox::Question, tr("Remove from list"), what,
                                 QMessageBox::NoButton, this);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    m_question->setInformativeText(
        tr("%1 already here is kept, so you can go on later.").arg(core::formatSize(kept)));
    QPushButton *remove = m_question->addButton(tr("&Remove"), QMessageBox::AcceptRole);
    QPushButton *keep = m_question->addButton(tr("&Keep"), QMessageBox::RejectRole);
    m_question->setDefaultButton(keep);
    m_question->setEscapeButton(keep);
    connect(remove, &QPushButton::clicked, this, [this, ids] { removeSelected(ids); });
    m_question->open();
}

void DownloadsPage::removeSelected(const QList<transfer::DownloadId> &ids)
{
    for (const transfer::DownloadId &id : ids)
        m_engine.remove(id);
}

void DownloadsPage::openMenu(const QPoint &position)
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.isEmpty())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions({m_actions.resume, m_actions.pause, m_actions.cancel});
    menu->addSeparator();
    menu->addAction(m_actions.remove);
    menu->addSeparator();
    const QString place = rows.constFirst().place.path;
    menu->addAction(icon(u"folder"_s, palette()), tr("&Open folder"), this,
                    [place] { QDesktopServices::openUrl(QUrl::fromLocalFile(place)); });
    const QString name = rows.constFirst().repo.display();
    menu->addAction(icon(u"copy"_s, palette()), tr("Cop&y name"), this,
                    [name] { QGuiApplication::clipboard()->setText(name); });
    menu->popup(m_ui->downloadList->viewport()->mapToGlobal(position));
}

} // namespace gui
