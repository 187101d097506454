#include "gui/pages/librarypage.h"

#include "ui_librarypage.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QUrl>

#include <algorithm>

#include "core/format.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/models/librarymodel.h"
#include "gui/pages/librarydelete.h"
#include "gui/pages/reclaimdialog.h"
#include "gui/pages/verifypanel.h"
#include "gui/texts.h"
#include "gui/widgets/columnroom.h"
#include "session/services.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = LibraryItem::Kind;

namespace {

constexpr int typingMs = 150;

} // namespace

struct LibraryPage::View {
    QList<LibraryItem> selected;
    LibraryItem current;
    int scroll = 0;
};

LibraryPage::LibraryPage(session::Services &services, QWidget *parent)
    : QWidget(parent)
    , m_services(services)
    , m_ui(std::make_unique<Ui::LibraryPage>())
    , m_model(new LibraryModel(this))
    , m_library(new session::Library(services.config().place, this))
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
    m_ui->setupUi(this);
    m_delete = new LibraryDelete(services.config().place, services.engine(), *m_model,
                                 m_ui->barLayout, this);
    m_ui->banner->hide();
    m_ui->emptyBanner->setShape(StateBanner::Shape::Page);
    m_ui->placeLabel->setText(tr("Hub cache: %1").arg(core::isolate(services.config().place.path)));
    m_verify = new VerifyPanel(services, this);
    m_ui->checkLayout->addWidget(m_verify);
    setUpActions();
    setUpVerify();
    setUpList();
    setUpFilter();
    connect(m_library, &session::Library::started, this, &LibraryPage::showContent);
    connect(m_library, &session::Library::scanned, this, &LibraryPage::onScanned);
    connect(m_library, &session::Library::failed, this, &LibraryPage::onFailed);
    connect(m_library, &session::Library::repoScanned, this,
            [this](const cache::ScannedRepo &repo) { onRepoScanned(repo.repo, repo); });
    connect(m_library, &session::Library::repoGone, this,
            [this](const core::RepoId &repo) { onRepoScanned(repo, std::nullopt); });
    connect(m_delete, &LibraryDelete::changed, this, [this] {
        m_actions.undo->setEnabled(m_delete->canUndo());
        showContent();
    });
    connect(m_delete, &LibraryDelete::deleted, this, [this](const QSet<core::RepoId> &repos) {
        for (const core::RepoId &repo : repos)
            m_library->rescanRepo(repo);
        Q_EMIT spaceChanged();
    });
    connect(m_ui->emptyBanner, &StateBanner::actionTriggered, this, &LibraryPage::emptyAction);
    connect(m_ui->banner, &StateBanner::actionTriggered, this, &LibraryPage::rescan);
    showContent();
    showSelection();
}

LibraryPage::~LibraryPage()
{
    *m_stop = true;
}

void LibraryPage::setUpList()
{
    QTreeView *list = m_ui->repoList;
    list->setModel(m_model);
    list->setItemDelegate(new RowDelegate(list));
    list->sortByColumn(LibraryModel::SizeColumn, Qt::DescendingOrder);
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(LibraryModel::NameColumn, QHeaderView::Stretch);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] :
         {std::pair(LibraryModel::KindColumn, 13), std::pair(LibraryModel::SizeColumn, 13),
          std::pair(LibraryModel::VersionsColumn, 15), std::pair(LibraryModel::UsedColumn, 18),
          std::pair(LibraryModel::FetchedColumn, 17), std::pair(LibraryModel::StateColumn, 30)})
        list->header()->resizeSection(column, letter * letters);
    new ColumnRoom(list, LibraryModel::NameColumn,
                   {LibraryModel::FetchedColumn, LibraryModel::VersionsColumn,
                    LibraryModel::KindColumn, LibraryModel::UsedColumn},
                   letter * 34);
    connect(list, &QTreeView::activated, this, [this, list](const QModelIndex &index) {
        if (m_model->item(index).kind == Kind::Repo)
            m_actions.openRepo->trigger();
        else if (m_model->hasChildren(index.siblingAtColumn(0)))
            list->setExpanded(index.siblingAtColumn(0),
                              !list->isExpanded(index.siblingAtColumn(0)));
    });
    list->setExpandsOnDoubleClick(false);
    connect(list, &QTreeView::expanded, this, [this](const QModelIndex &index) {
        m_open.insert(m_model->item(index));
        spanNotes(index);
    });
    connect(m_model, &LibraryModel::rowsInserted, this, &LibraryPage::spanNotes);
    connect(list, &QTreeView::collapsed, this,
            [this](const QModelIndex &index) { m_open.remove(m_model->item(index)); });
    connect(list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &LibraryPage::showSelection);
    connect(list, &QTreeView::customContextMenuRequested, this, &LibraryPage::openMenu);
    connect(m_model, &LibraryModel::filesWanted, this, &LibraryPage::loadFiles);
    connect(m_model, &LibraryModel::modelReset, this, &LibraryPage::showSelection);
}

// A note is a sentence, and has no other cells.
void LibraryPage::spanNotes(const QModelIndex &repo)
{
    if (m_model->item(repo).kind != Kind::Repo || !m_ui->repoList->isExpanded(repo))
        return;
    for (int row = 0; row < m_model->rowCount(repo); ++row) {
        const bool isNote = m_model->item(m_model->index(row, 0, repo)).kind == Kind::Note;
        m_ui->repoList->setFirstColumnSpanned(row, repo, isNote);
    }
}

void LibraryPage::setUpFilter()
{
    using Of = LibraryFilter::Kind;
    const auto addKind = [this](const QString &text, Of kind) {
        m_ui->kindBox->addItem(text, QVariant::fromValue(static_cast<int>(kind)));
    };
    addKind(tr("All kinds"), Of::All);
    addKind(tr("Models"), Of::Models);
    addKind(tr("Datasets"), Of::Datasets);
    addKind(tr("Spaces"), Of::Spaces);
    addKind(tr("Other things"), Of::Others);
    m_ui->unusedBox->addItem(tr("Used whenever"), 0);
    for (const int months : {1, 3, 6, 12})
        m_ui->unusedBox->addItem(tr("Unused for %Ln month(s)", nullptr, months), months);
    m_typing.setSingleShot(true);
    m_typing.setInterval(typingMs);
    connect(&m_typing, &QTimer::timeout, this, &LibraryPage::applyFilter);
    connect(m_ui->filterField, &QLineEdit::textChanged, &m_typing, qOverload<>(&QTimer::start));
    connect(m_ui->kindBox, &QComboBox::currentIndexChanged, this, &LibraryPage::applyFilter);
    connect(m_ui->unusedBox, &QComboBox::currentIndexChanged, this, &LibraryPage::applyFilter);
}

void LibraryPage::setUpActions()
{
    m_actions = LibraryActions::make(this);
    m_actions.undo->setEnabled(false);
    connect(m_actions.openRepo, &QAction::triggered, this, [this] {
        const QList<LibraryItem> items = selected();
        if (items.size() != 1 || !items.constFirst().repo.isValid())
            return;
        const QString &commit = items.constFirst().commit;
        Q_EMIT repoWanted({items.constFirst().repo,
                           core::isCommitId(commit) ? std::optional(commit) : std::nullopt,
                           std::nullopt});
    });
    connect(m_actions.openFolder, &QAction::triggered, this, [this] {
        const QList<LibraryItem> items = selected();
        if (items.size() != 1)
            return;
        const QString path = pathOf(items.constFirst());
        const bool isFile = items.constFirst().kind == Kind::File;
        QDesktopServices::openUrl(
            QUrl::fromLocalFile(isFile ? path.left(path.lastIndexOf(u'/')) : path));
    });
    const auto copy = [this](QString (*text)(const LibraryPage &, const LibraryItem &)) {
        QStringList lines;
        for (const LibraryItem &item : selected())
            lines += text(*this, item);
        lines.removeAll(QString());
        QGuiApplication::clipboard()->setText(lines.join(u'\n'));
    };
    connect(m_actions.copyPath, &QAction::triggered, this, [copy] {
        copy([](const LibraryPage &page, const LibraryItem &item) { return page.pathOf(item); });
    });
    connect(m_actions.copyLine, &QAction::triggered, this, [copy] {
        copy([](const LibraryPage &, const LibraryItem &item) { return downloadLine(item); });
    });
    connect(m_actions.remove, &QAction::triggered, this, [this] { m_delete->ask(selected()); });
    connect(m_actions.undo, &QAction::triggered, m_delete, &LibraryDelete::undoLast);
    connect(m_actions.rescan, &QAction::triggered, this, &LibraryPage::rescan);
    connect(m_actions.reclaim, &QAction::triggered, this, &LibraryPage::openReclaim);
    const auto press = [this](QPushButton *button, QAction *action) {
        button->setText(Texts::phrase(button->text()));
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        connect(action, &QAction::enabledChanged, button, &QWidget::setEnabled);
    };
    press(m_ui->rescanButton, m_actions.rescan);
    press(m_ui->folderButton, m_actions.openFolder);
    press(m_ui->deleteButton, m_actions.remove);
    press(m_ui->verifyButton, m_actions.verifyAll);
    press(m_ui->reclaimButton, m_actions.reclaim);
}

void LibraryPage::setUpVerify()
{
    connect(m_actions.verify, &QAction::triggered, this, [this] { verify(selected()); });
    connect(m_actions.verifyAll, &QAction::triggered, this, [this] {
        QList<LibraryItem> all;
        for (const cache::ScannedRepo &repo : m_model->repos())
            all.append({Kind::Repo, repo.repo, {}, {}});
        verify(all);
    });
    connect(m_verify, &VerifyPanel::begun, this, &LibraryPage::showContent);
    connect(m_verify, &VerifyPanel::ended, this, &LibraryPage::onVerified);
    connect(&m_services.engine(), &transfer::Engine::finished, this, &LibraryPage::onFetched);
}

// Whole repos and versions; of files the versions they are in.
void LibraryPage::verify(const QList<LibraryItem> &items)
{
    QSet<core::RepoId> whole;
    for (const LibraryItem &item : items) {
        if (item.kind == Kind::Repo)
            whole.insert(item.repo);
    }
    QHash<core::RepoId, session::Verification::Target> targets;
    for (const LibraryItem &item : items) {
        if (!item.repo.isValid() || item.kind == Kind::Note)
            continue;
        session::Verification::Target &target = targets[item.repo];
        target.repo = item.repo;
        if (!whole.contains(item.repo) && !target.commits.contains(item.commit))
            target.commits += item.commit;
    }
    m_verify->start(targets.values());
}

void LibraryPage::onVerified(const QList<core::RepoId> &repos,
                             const QHash<core::RepoId, QSet<QString>> &damaged)
{
    m_damaged.insert(damaged);
    for (const core::RepoId &repo : repos) {
        if (!damaged.contains(repo))
            m_damaged.remove(repo);
    }
    m_model->setDamaged(m_damaged);
    constexpr qsizetype few = 20;
    if (repos.size() > few)
        rescan();
    for (const core::RepoId &repo : repos.mid(0, repos.size() > few ? 0 : few))
        m_library->rescanRepo(repo);
    showContent();
}

// What was fetched was compared with its id.
void LibraryPage::onFetched(const transfer::DownloadId &id)
{
    const transfer::DownloadStatus status = m_services.engine().status(id);
    if (status.place.path != m_services.config().place.path)
        return;
    if (status.state == transfer::State::Done && m_damaged.contains(status.repo)) {
        const cache::Layout layout(status.place.path);
        QSet<QString> &files = m_damaged[status.repo];
        for (const hub::TreeEntry &entry : m_services.engine().request(id).chosen) {
            if (const auto content = entry.contentId())
                files.remove(layout.blob(status.repo, *content));
            files.remove(layout.entry(status.repo, status.commit, entry.path));
        }
        if (files.isEmpty())
            m_damaged.remove(status.repo);
        m_model->setDamaged(m_damaged);
    }
    if (m_isKnown)
        m_library->rescanRepo(status.repo);
}

void LibraryPage::rescan()
{
    m_library->rescan();
}

void LibraryPage::focusList()
{
    if (m_ui->stack->currentWidget() == m_ui->repoList)
        m_ui->repoList->setFocus();
}

void LibraryPage::focusFilter()
{
    m_ui->filterField->setFocus();
    m_ui->filterField->selectAll();
}

void LibraryPage::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && m_library && isVisible() && isActiveWindow())
        m_library->refresh();
}

void LibraryPage::onFailed(const core::Error &error)
{
    if (error.kind == core::ErrorKind::Cancelled)
        m_ui->banner->showState(u"info"_s, tr("You stopped the look at the disk."), {},
                                tr("Look again"));
    else
        m_ui->banner->showError(error, tr("Try again"));
    showContent();
}

void LibraryPage::onScanned(const session::LibraryScan &scan)
{
    m_ui->banner->hide();
    const View before = view();
    m_isKnown = true;
    m_scan = scan;
    m_model->setScan(scan);
    restore(before);
    showContent();
}

void LibraryPage::onRepoScanned(const core::RepoId &repo,
                                const std::optional<cache::ScannedRepo> &found)
{
    if (!m_isKnown)
        return;
    const cache::ScannedRepo *old = m_model->repo(repo);
    m_scan.found.size += (found ? found->size : 0) - (old ? old->size : 0);
    m_model->setRepo(repo, found);
    showContent();
}

void LibraryPage::loadFiles(const LibraryItem &version)
{
    inBackground(
        this,
        [place = m_services.config().place, version, stop = m_stop] {
            return session::filesOfVersion(place, version.repo, version.commit, stop.get());
        },
        [this, version](const core::Result<QList<session::LibraryFile>> &files) {
            m_model->setFiles(version, files.value_or(QList<session::LibraryFile>()));
            showSelection();
        });
}

void LibraryPage::openReclaim()
{
    auto *dialog = new ReclaimDialog(m_services.config().place, m_model->repos(), m_scan.recordsUse,
                                     m_delete->deletions(), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        m_delete->remove(dialog->deletion(), tr("%Ln item(s)", "to reclaim space", dialog->items()),
                         dialog->rows());
    });
    dialog->open();
}

void LibraryPage::applyFilter()
{
    LibraryFilter filter;
    filter.text = m_ui->filterField->text().trimmed();
    filter.kind = static_cast<LibraryFilter::Kind>(m_ui->kindBox->currentData().toInt());
    filter.unusedMonths = m_ui->unusedBox->currentData().toInt();
    const View before = view();
    m_model->setFilter(filter);
    restore(before);
    showContent();
}

void LibraryPage::clearFilter()
{
    m_ui->filterField->clear();
    m_ui->kindBox->setCurrentIndex(0);
    m_ui->unusedBox->setCurrentIndex(0);
    applyFilter();
}

LibraryPage::View LibraryPage::view() const
{
    View view;
    view.selected = selected();
    view.current = m_model->item(m_ui->repoList->currentIndex());
    view.scroll = m_ui->repoList->verticalScrollBar()->value();
    return view;
}

// Where the model was reset; else nothing has got lost, and nothing changes.
void LibraryPage::restore(const View &view)
{
    QTreeView *list = m_ui->repoList;
    const QSet<LibraryItem> open = m_open; // changes as they open
    for (const LibraryItem &item : open) {
        const QModelIndex index = m_model->indexOf(item);
        if (index.isValid() && !list->isExpanded(index))
            list->expand(index);
    }
    if (selected().isEmpty()) {
        QItemSelection selection;
        for (const LibraryItem &item : view.selected) {
            const QModelIndex index = m_model->indexOf(item);
            if (index.isValid())
                selection.select(index, index);
        }
        const QModelIndex current = m_model->indexOf(view.current);
        if (current.isValid())
            list->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
        list->selectionModel()->select(selection,
                                       QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    list->verticalScrollBar()->setValue(view.scroll);
}

QList<LibraryItem> LibraryPage::selected() const
{
    QList<LibraryItem> items;
    const QModelIndexList rows = m_ui->repoList->selectionModel()->selectedRows();
    for (const QModelIndex &row : rows)
        items += m_model->item(row);
    return items;
}

QString LibraryPage::pathOf(const LibraryItem &item) const
{
    const cache::Layout layout(m_services.config().place.path);
    switch (item.kind) {
    case Kind::Repo:
    case Kind::Note:
        return layout.repo(item.repo);
    case Kind::Version:
        return layout.snapshot(item.repo, item.commit);
    case Kind::File:
        return layout.entry(item.repo, item.commit, item.path);
    case Kind::Stranger:
        return layout.root() + u'/' + item.path;
    case Kind::None:
        break;
    }
    return {};
}

void LibraryPage::openMenu(const QPoint &position)
{
    if (selected().isEmpty())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_actions.addRowsTo(menu);
    menu->popup(m_ui->repoList->viewport()->mapToGlobal(position));
}

} // namespace gui
