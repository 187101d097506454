#include "gui/pages/downloadspage.h"

#include "ui_downloadspage.h"

#include <QAction>
#include <QClipboard>
#include <QDateTime>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
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
#include "gui/pages/choosedialog.h"
#include "gui/pages/limitdialog.h"
#include "gui/texts.h"
#include "gui/widgets/columnroom.h"
#include "gui/widgets/limitmenu.h"
#include "transfer/engine.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

bool goesOn(transfer::State state)
{
    return state == transfer::State::Queued || state == transfer::State::Waiting
        || transfer::isActive(state);
}

} // namespace

DownloadsPage::DownloadsPage(transfer::Engine &engine, hub::Client &client, DownloadsModel &model,
                             core::Settings &settings, QWidget *parent)
    : QWidget(parent)
    , m_engine(engine)
    , m_client(client)
    , m_model(model)
    , m_files(new FilesModel(engine, this))
    , m_ui(std::make_unique<Ui::DownloadsPage>())
    , m_limits(new LimitMenu(settings, this))
{
    m_ui->setupUi(this);
    m_ui->details->tabBar()->setAccessibleName(m_ui->details->accessibleName());
    setUpActions();
    setUpOrder();
    setUpLimits();
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
    m_actions = DownloadActions::make(this);
    const auto show = [](QAction *action, QToolButton *button, Qt::ToolButtonStyle style) {
        button->setDefaultAction(action);
        button->setToolButtonStyle(style);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(
            action->text().remove(QRegularExpression(u"[&\\x{2068}\\x{2069}]"_s)));
    };
    show(m_actions.resume, m_ui->resumeButton, Qt::ToolButtonTextBesideIcon);
    show(m_actions.pause, m_ui->pauseButton, Qt::ToolButtonTextBesideIcon);
    show(m_actions.cancel, m_ui->cancelButton, Qt::ToolButtonTextBesideIcon);
    show(m_actions.remove, m_ui->removeButton, Qt::ToolButtonTextBesideIcon);
    show(m_actions.pauseAll, m_ui->pauseAllButton, Qt::ToolButtonTextBesideIcon);
    show(m_actions.up, m_ui->upButton, Qt::ToolButtonIconOnly);
    show(m_actions.down, m_ui->downButton, Qt::ToolButtonIconOnly);
    connect(m_actions.resume, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.resume(id); }); });
    connect(m_actions.pause, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.pause(id); }); });
    connect(m_actions.cancel, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.cancel(id); }); });
    connect(m_actions.startNow, &QAction::triggered, this,
            [this] { onAll([this](const auto &id) { m_engine.startNow(id); }); });
    connect(m_actions.remove, &QAction::triggered, this, &DownloadsPage::askRemove);
    connect(m_actions.pauseAll, &QAction::triggered, this, [this] { m_engine.pauseAll(); });
    connect(m_actions.choose, &QAction::triggered, this, &DownloadsPage::chooseFiles);
}

void DownloadsPage::setUpOrder()
{
    using Move = transfer::Engine::Move;
    const std::pair<QAction *, Move> moves[] = {{m_actions.toTop, Move::ToTop},
                                                {m_actions.up, Move::Up},
                                                {m_actions.down, Move::Down},
                                                {m_actions.toBottom, Move::ToBottom}};
    for (const auto &[action, move] : moves) {
        connect(action, &QAction::triggered, this, [this, where = move] {
            QList<transfer::DownloadId> ids;
            onAll([&ids](const auto &id) { ids << id; });
            m_engine.move(ids, where);
            m_ui->downloadList->scrollTo(m_ui->downloadList->currentIndex());
        });
    }
    connect(&m_model, &QAbstractItemModel::layoutChanged, this, &DownloadsPage::showCurrent);
}

void DownloadsPage::setUpLimits()
{
    m_ui->limitButton->setMenu(m_limits);
    m_ui->limitButton->setToolTip(tr("How fast all downloads together may be"));
    connect(m_limits, &LimitMenu::limitChanged, this, &DownloadsPage::showLimit);
    connect(m_limits, &LimitMenu::otherWanted, this, &DownloadsPage::askLimitOfAll);
    connect(m_actions.limit, &QAction::triggered, this, &DownloadsPage::askLimit);
    showLimit();
}

void DownloadsPage::showLimit()
{
    const QString text = tr("Limit: %1").arg(Texts::limit(m_limits->limit()));
    m_ui->limitButton->setText(Texts::phrase(text));
    m_ui->limitButton->setAccessibleName(
        tr("Limit of all downloads: %1").arg(Texts::limit(m_limits->limit())));
    if (m_model.rowCount() > 0) // the speeds say it, too
        showCurrent();
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
    list->header()->resizeSection(DownloadsModel::SpeedColumn, letter * 18);
    list->header()->resizeSection(DownloadsModel::PositionColumn, letter * 5);
    list->header()->moveSection(DownloadsModel::PositionColumn, 0);
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
    files->header()->resizeSection(FilesModel::PriorityColumn, letter * 12);
    new ColumnRoom(files, FilesModel::PathColumn,
                   {FilesModel::PriorityColumn, FilesModel::SizeColumn}, letter * 26);
    connect(files, &QTreeView::customContextMenuRequested, this, &DownloadsPage::openFileMenu);
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
    // A button that goes grey hands the focus to its neighbour, and the next press would cancel
    // what was to be paused.
    const QWidget *pressed = focusWidget();
    m_actions.fit(selected(), m_model.queueLength());
    for (const QToolButton *button : {m_ui->resumeButton, m_ui->pauseButton, m_ui->cancelButton,
                                      m_ui->removeButton, m_ui->upButton, m_ui->downButton}) {
        if (button == pressed && !button->isEnabled())
            m_ui->downloadList->setFocus();
    }
    bool isBusy = false;
    for (int row = 0; row < m_model.rowCount(); ++row)
        isBusy = isBusy || goesOn(m_model.status(row).state);
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
        for (QLabel *label : {m_ui->stateLabel, m_ui->doneLabel, m_ui->versionLabel,
                              m_ui->placeLabel, m_ui->limitLabel, m_ui->factorLabel,
                              m_ui->sourceLabel, m_ui->retriesLabel, m_ui->connectionsLabel})
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
    showMeasures(row);
    if (row.error)
        m_ui->errorBanner->showError(*row.error, tr("Copy details"));
    else
        m_ui->errorBanner->hide();
}

void DownloadsPage::showMeasures(const transfer::DownloadStatus &row)
{
    m_ui->limitLabel->setText(Texts::limit(row.limit));
    m_ui->factorLabel->setText(row.limitedBy ? Texts::factor(*row.limitedBy) : u"–"_s);
    m_ui->sourceLabel->setText(Texts::bySource(row.fetched, row.reused));
    m_ui->connectionsLabel->setText(core::formatCount(row.connections));
    m_ui->retriesLabel->setText(retries(row));
}

QString DownloadsPage::retries(const transfer::DownloadStatus &row)
{
    QString text = core::formatCount(row.retries);
    if (row.lastRetry) {
        const QString time =
            QLocale().toString(row.lastRetryAt.toLocalTime().time(), QLocale::ShortFormat);
        text = tr("%1, the last at %2: %3", "number, time, reason")
                   .arg(text, core::isolate(time), Texts::reason(row.lastRetry->kind));
    }
    if (row.lastStartOver && row.lastStartOver->why.kind != core::ErrorKind::Cancelled) {
        text += u'\n'
            + tr("Started over: %1 (%2)", "file, reason")
                  .arg(core::isolate(row.lastStartOver->path),
                       core::errorSentence(row.lastStartOver->why));
    }
    return text;
}

void DownloadsPage::askLimit()
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.isEmpty() || m_question)
        return;
    const QString title = rows.size() == 1
        ? tr("How fast “%1” may be fetched:").arg(core::isolate(rows.constFirst().repo.display()))
        : tr("How fast each of %Ln download(s) may be fetched:", nullptr,
             static_cast<int>(rows.size()));
    const QString note = m_limits->limit()
        ? tr("All together have a limit, too: %1. The smaller one counts.")
              .arg(Texts::limit(m_limits->limit()))
        : QString();
    auto *dialog = new LimitDialog(title, note, rows.constFirst().limit, this);
    m_question = dialog;
    connect(dialog, &QDialog::accepted, this, [this, dialog, rows] {
        for (const transfer::DownloadStatus &row : rows)
            m_engine.setLimit(row.id, dialog->limit());
    });
    dialog->open();
}

void DownloadsPage::askLimitOfAll()
{
    if (m_question)
        return;
    auto *dialog =
        new LimitDialog(tr("How fast all downloads together may be:"), {}, m_limits->limit(), this);
    m_question = dialog;
    connect(dialog, &QDialog::finished, this, [this, dialog](int result) {
        m_limits->choose(result == QDialog::Accepted ? dialog->limit() : m_limits->limit());
    });
    dialog->open();
}

void DownloadsPage::chooseFiles()
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.size() != 1 || m_question)
        return;
    m_question = new ChooseDialog(m_engine, m_client, rows.constFirst().id, this);
    m_question->open();
}

void DownloadsPage::setPriority(transfer::Priority priority)
{
    const QList<transfer::DownloadStatus> rows = selected();
    if (rows.size() != 1)
        return;
    QStringList paths;
    const QModelIndexList files = m_ui->fileList->selectionModel()->selectedRows();
    for (const QModelIndex &file : files)
        paths << m_files->status(file.row()).paths;
    m_engine.setPriority(rows.constFirst().id, paths, priority);
}

void DownloadsPage::openFileMenu(const QPoint &position)
{
    const qsizetype chosen = m_ui->fileList->selectionModel()->selectedRows().size();
    if (chosen == 0)
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    using transfer::Priority;
    menu->addAction(tr("&High priority"), this, [this] { setPriority(Priority::High); });
    menu->addAction(tr("&Normal priority"), this, [this] { setPriority(Priority::Normal); });
    QAction *skip =
        menu->addAction(tr("&Skip: do not fetch"), this, [this] { setPriority(Priority::Skip); });
    skip->setEnabled(chosen < m_files->rowCount()); // something must be left
    menu->addSeparator();
    menu->addAction(m_actions.choose);
    menu->popup(m_ui->fileList->viewport()->mapToGlobal(position));
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
        : tr("Remove %Ln download(s) from the list?", nullptr, static_cast<int>(rows.size()));
    auto *box = new QMessageBox(QMessageBox::Question, tr("Remove from list"), what,
                                QMessageBox::NoButton, this);
    m_question = box;
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("%1 already here is kept, so you can go on later.").arg(core::formatSize(kept)));
    QPushButton *remove = box->addButton(tr("&Remove"), QMessageBox::AcceptRole);
    QPushButton *keep = box->addButton(tr("&Keep"), QMessageBox::RejectRole);
    box->setDefaultButton(keep);
    box->setEscapeButton(keep);
    connect(remove, &QPushButton::clicked, this, [this, ids] { removeSelected(ids); });
    box->open();
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
    m_actions.addTo(menu);
    const QString place = rows.constFirst().place.path;
    menu->addAction(icon(u"folder"_s, palette()), tr("&Open folder"), this,
                    [place] { QDesktopServices::openUrl(QUrl::fromLocalFile(place)); });
    const QString name = rows.constFirst().repo.display();
    menu->addAction(icon(u"copy"_s, palette()), tr("Cop&y name"), this,
                    [name] { QGuiApplication::clipboard()->setText(name); });
    menu->popup(m_ui->downloadList->viewport()->mapToGlobal(position));
}

} // namespace gui
