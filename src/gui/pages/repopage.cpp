#include "gui/pages/repopage.h"

#include "ui_repopage.h"

#include <QAction>
#include <QClipboard>
#include <QDateTime>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QTabBar>

#include "core/format.h"
#include "core/settings.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/models/repotreemodel.h"
#include "gui/pages/copysaver.h"
#include "gui/pages/receiptdialog.h"
#include "gui/texts.h"
#include "session/services.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int expandBelow = 2000; // shown files, under a filter

} // namespace

RepoPage::RepoPage(session::Services &services, core::Settings &settings, QWidget *parent)
    : QWidget(parent)
    , m_services(services)
    , m_settings(settings)
    , m_ui(std::make_unique<Ui::RepoPage>())
    , m_tree(new RepoTreeModel(this))
{
    m_ui->setupUi(this);
    m_ui->tabs->tabBar()->setAccessibleName(m_ui->tabs->accessibleName());
    setUpHeader();
    setUpFiles();
    setUpSaving();
    m_ui->tabs->setCurrentWidget(m_ui->filesTab);
}

RepoPage::~RepoPage() = default;

void RepoPage::setUpHeader()
{
    QFont big = m_ui->nameLabel->font();
    big.setPointSizeF(big.pointSizeF() * 1.3);
    big.setBold(true);
    m_ui->nameLabel->setFont(big);
    m_ui->gateBanner->hide();
    m_ui->banner->hide();
    m_ui->cardBanner->setShape(StateBanner::Shape::Page);
    m_ui->filesBanner->setShape(StateBanner::Shape::Page);
    connect(m_ui->backButton, &QToolButton::clicked, this, &RepoPage::backWanted);
    connect(m_ui->copyButton, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_ref.repo.display()); });
    connect(m_ui->webButton, &QPushButton::clicked, this, &RepoPage::openWebPage);
    connect(m_ui->gateBanner, &StateBanner::actionTriggered, this, &RepoPage::openWebPage);
    connect(m_ui->banner, &StateBanner::actionTriggered, this, &RepoPage::reload);
    connect(m_ui->filesBanner, &StateBanner::actionTriggered, this, &RepoPage::onFilesBanner);
    connect(m_ui->cardBanner, &StateBanner::actionTriggered, this,
            [this] { m_ui->tabs->setCurrentWidget(m_ui->filesTab); });
    connect(m_ui->cardView, &CardView::metaKnown, this, [this](const CardMeta &meta) {
        m_meta = meta;
        showFacts();
    });
    connect(m_ui->cardView, &QTextBrowser::anchorClicked, this, &RepoPage::openLink);
    connect(m_ui->cardView, &QTextBrowser::highlighted, this,
            [this](const QUrl &url) { Q_EMIT linkHovered(url.toDisplayString()); });
}

void RepoPage::setUpFiles()
{
    QTreeView *view = m_ui->fileTree;
    view->setModel(m_tree);
    view->setItemDelegate(new RowDelegate(view));
    view->header()->setStretchLastSection(false);
    view->header()->setSectionResizeMode(RepoTreeModel::NameColumn, QHeaderView::Stretch);
    view->header()->resizeSection(RepoTreeModel::SizeColumn, fontMetrics().averageCharWidth() * 14);
    view->header()->resizeSection(RepoTreeModel::KindColumn, fontMetrics().averageCharWidth() * 16);
    view->header()->resizeSection(RepoTreeModel::OnDiskColumn,
                                  fontMetrics().averageCharWidth() * 18);
    transfer::Engine &engine = m_services.engine();
    for (const auto changed :
         {&transfer::Engine::added, &transfer::Engine::removed, &transfer::Engine::finished})
        connect(&engine, changed, this, &RepoPage::lookAtDisk);
    view->installEventFilter(this);
    connect(m_tree, &RepoTreeModel::ticksChanged, this, &RepoPage::showTotals);
    connect(m_ui->allButton, &QPushButton::clicked, m_tree, &RepoTreeModel::tickAll);
    connect(m_ui->noneButton, &QPushButton::clicked, m_tree, &RepoTreeModel::tickNone);
    connect(m_ui->getButton, &QPushButton::clicked, this, &RepoPage::get);
    connect(m_ui->filterField, &QLineEdit::textChanged, this, &RepoPage::filter);
    connect(m_ui->filterField, &QLineEdit::returnPressed, this, [this] {
        if (m_tree->isFiltered()) // else a stray Enter would take everything
            m_tree->tickAll();
    });
    showTotals();
}

void RepoPage::filter(const QString &text)
{
    m_tree->setFilter(text);
    if (m_tree->isFiltered() && m_tree->shownFiles() < expandBelow)
        m_ui->fileTree->expandAll();
    if (m_tree->fileCount() == 0)
        return; // the banner says something else
    if (m_tree->shownFiles() > 0) {
        m_ui->filesStack->setCurrentWidget(m_ui->fileTree);
        return;
    }
    m_ui->filesBanner->showState(u"file"_s, Texts::noFileMatches(), {}, tr("Show all files"));
    m_ui->filesStack->setCurrentWidget(m_ui->filesBanner);
}

void RepoPage::onFilesBanner()
{
    if (!m_tree->isFiltered()) {
        reload();
        return;
    }
    m_ui->filterField->clear();
    m_ui->fileTree->setFocus();
}

void RepoPage::setUpSaving()
{
    m_ui->copyBanner->hide();
    m_saver = new CopySaver(m_services.engine(), *m_ui->copyBanner, this);
    m_saveCopy = new QAction(Texts::phrase(tr("Save a cop&y as…")), this);
    m_saveCopy->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S));
    m_saveCopy->setProperty("iconName", u"file"_s);
    connect(m_saveCopy, &QAction::triggered, this, &RepoPage::saveCopy);
    connect(m_saver, &CopySaver::busyChanged, this, &RepoPage::updateActions);
    connect(m_ui->fileTree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &RepoPage::updateActions);
    connect(m_tree, &QAbstractItemModel::modelReset, this, &RepoPage::updateActions);
    connect(m_ui->fileTree, &QWidget::customContextMenuRequested, this, &RepoPage::openMenu);
    updateActions();
}

bool RepoPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_ui->fileTree && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Space) {
            toggleSelected();
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            get();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void RepoPage::toggleSelected()
{
    const QModelIndex current =
        m_ui->fileTree->currentIndex().siblingAtColumn(RepoTreeModel::NameColumn);
    if (!current.isValid())
        return;
    const bool wasTicked = current.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    const Qt::CheckState wanted = wasTicked ? Qt::Unchecked : Qt::Checked;
    QModelIndexList rows = m_ui->fileTree->selectionModel()->selectedRows();
    if (!rows.contains(current))
        rows = {current};
    for (const QModelIndex &row : std::as_const(rows))
        m_tree->setData(row, wanted, Qt::CheckStateRole);
}

void RepoPage::open(const core::RepoRef &ref)
{
    m_ref = ref;
    reload();
}

QString RepoPage::revision() const
{
    return m_ref.revision.value_or(u"main"_s);
}

void RepoPage::clear()
{
    ++m_visit;
    for (const QPointer<hub::CallBase> &call : std::as_const(m_calls)) {
        if (call)
            call->cancel();
    }
    m_calls.clear();
    if (m_receipt)
        m_receipt->reject();
    m_info = {};
    m_meta = {};
    m_refused = 0;
    m_isComplete = false;
    m_ui->filterField->clear();
    m_tree->clear();
    m_ui->cardView->clearCard();
    m_ui->gateBanner->hide();
    m_ui->banner->hide();
    m_ui->nameLabel->setText(core::isolate(m_ref.repo.display()));
    m_ui->factsLabel->clear();
    m_ui->filesBanner->showState(u"library"_s, tr("Asking the Hub for the files…"));
    m_ui->filesStack->setCurrentWidget(m_ui->filesBanner);
    m_ui->cardBanner->showState(u"file"_s, tr("Asking the Hub for the card…"));
    m_ui->cardStack->setCurrentWidget(m_ui->cardBanner);
    showTotals();
}

void RepoPage::reload()
{
    clear();
    askInfo();
}

void RepoPage::askInfo()
{
    auto *call = m_services.client().info(m_ref.repo, revision());
    m_calls << call;
    call->onDone(this, [this, visit = m_visit](const core::Result<hub::RepoInfo> &answer) {
        if (visit != m_visit)
            return;
        if (!answer) {
            m_ui->filesBanner->showError(answer.error(), tr("Try again"));
            m_ui->cardBanner->showError(answer.error(), {});
            return;
        }
        showInfo(*answer);
        askTree();
        askCard();
    });
}

void RepoPage::showInfo(const hub::RepoInfo &info)
{
    m_info = info;
    // A renamed repo answers under its new name, and files are kept under the one asked for.
    showFacts();
    const QString gate = Texts::gated(info.summary.gated);
    if (!gate.isEmpty())
        m_ui->gateBanner->showState(u"lock"_s, gate, {},
                                    info.summary.gated == hub::GatedMode::Automatic
                                        ? tr("Open the terms")
                                        : tr("Open the request page"));
}

void RepoPage::showFacts()
{
    const hub::RepoSummary &repo = m_info.summary;
    const auto add = [](QStringList *parts, const QString &text) {
        if (!text.isEmpty())
            *parts << text;
    };
    QStringList parts{Texts::kind(m_ref.repo.type())};
    add(&parts, Texts::task(repo.pipelineTag));
    add(&parts, Texts::parameters(repo.parameters));
    const QString licence = m_info.license.isEmpty() ? m_meta.license : m_info.license;
    if (!licence.isEmpty())
        parts << tr("Licence: %1").arg(core::isolate(licence));
    if (!m_meta.baseModels.isEmpty())
        parts << tr("Based on %1").arg(core::isolate(m_meta.baseModels.constFirst()));
    if (repo.downloads >= 0)
        parts << tr("%1 downloads").arg(core::formatCount(repo.downloads));
    if (repo.likes >= 0)
        parts << tr("%1 likes").arg(core::formatCount(repo.likes));
    if (repo.lastModified.isValid())
        parts
            << tr("updated %1").arg(Texts::ago(repo.lastModified, QDateTime::currentDateTimeUtc()));
    if (!m_info.commit.isEmpty())
        parts << tr("%1 at %2")
                     .arg(core::isolate(revision()),
                          core::isolate(Texts::shortCommit(m_info.commit)));
    m_ui->factsLabel->setText(parts.join(u" · "_s));
}

void RepoPage::askTree()
{
    hub::TreeCall *call = m_services.client().tree(m_ref.repo, m_info.commit);
    m_calls << call;
    connect(call, &hub::TreeCall::pageArrived, this,
            [this, visit = m_visit](const hub::TreePage &page) {
                if (visit != m_visit)
                    return;
                m_refused += static_cast<int>(page.refused.size());
                const bool isFirst = m_tree->fileCount() == 0;
                m_tree->append(page.entries);
                filter(m_ui->filterField->text());
                if (isFirst && m_tree->fileCount() > 0) {
                    m_ui->fileTree->setCurrentIndex(m_tree->index(0, 0));
                    focusContent();
                }
            });
    call->onDone(this, [this, visit = m_visit](const core::Result<hub::TreePage> &answer) {
        if (visit == m_visit)
            treeEnded(answer ? std::nullopt : std::optional(answer.error()));
    });
}

void RepoPage::treeEnded(const std::optional<core::Error> &error)
{
    if (error && m_tree->fileCount() == 0) {
        m_ui->filesBanner->showError(*error, tr("Try again"));
        return;
    }
    if (error) {
        m_ui->banner->showError(*error, tr("Try again"));
        showTotals();
        return;
    }
    m_isComplete = true;
    lookAtDisk();
    if (m_tree->fileCount() == 0)
        m_ui->filesBanner->showState(u"folder"_s, tr("This version has no files."));
    if (m_refused > 0)
        m_ui->banner->showState(
            u"warning"_s,
            tr("%Ln file(s) are left out: their names cannot be written safely.", nullptr,
               m_refused));
    if (m_ref.path) {
        const QModelIndex index = m_tree->tickPath(*m_ref.path);
        m_ui->fileTree->setCurrentIndex(index);
        m_ui->fileTree->scrollTo(index, QAbstractItemView::PositionAtCenter);
    }
    showTotals();
}

// In the pool, one look at a time: the disk may be slow and the list long.
void RepoPage::lookAtDisk()
{
    if (!m_isComplete)
        return;
    m_looksAgain = m_isLooking;
    if (m_isLooking)
        return;
    m_isLooking = true;
    QList<QList<hub::TreeEntry>> wanted;
    const transfer::Engine &engine = m_services.engine();
    for (const transfer::DownloadId &id : engine.downloads()) {
        const transfer::DownloadRequest &request = engine.request(id);
        if (request.repo == m_ref.repo && request.commit == m_info.commit
            && !transfer::isEnd(engine.status(id).state))
            wanted << request.chosen;
    }
    inBackground(
        this,
        [place = m_services.config().place, repo = m_ref.repo, commit = m_info.commit,
         files = m_tree->listing(), wanted] {
            QSet<QString> queued;
            for (const QList<hub::TreeEntry> &entries : wanted) {
                for (const hub::TreeEntry &entry : entries)
                    queued.insert(entry.path);
            }
            return lookOnDisk(place, repo, commit, files, queued);
        },
        [this, visit = m_visit](const QList<OnDisk> &states) {
            m_isLooking = false;
            if (visit == m_visit)
                m_tree->setOnDisk(states);
            if (visit != m_visit || m_looksAgain)
                lookAtDisk();
        });
}

void RepoPage::askCard()
{
    hub::Call<QByteArray> *call = m_services.client().card(m_ref.repo, m_info.commit);
    m_calls << call;
    call->onDone(this, [this, visit = m_visit](const core::Result<QByteArray> &answer) {
        if (visit != m_visit)
            return;
        if (answer) {
            QUrl base = m_services.client().endpoint().webPage(m_ref.repo);
            base.setPath(base.path() + u"/blob/"_s + revision() + u'/');
            m_ui->cardView->showCard(*answer, base);
            m_ui->cardStack->setCurrentWidget(m_ui->cardView);
        } else if (answer.error().kind == core::ErrorKind::EntryNotFound) {
            m_ui->cardBanner->showState(u"file"_s, tr("This repo has no card."), {}, tr("Files"));
        } else {
            m_ui->cardBanner->showError(answer.error(), {});
        }
    });
}

void RepoPage::showTotals()
{
    const int ticked = m_tree->tickedFiles();
    const QString size = core::formatSize(m_tree->tickedBytes());
    QString text;
    if (ticked > 0)
        text = tr("%Ln ticked · %1", nullptr, ticked).arg(size);
    else if (m_tree->fileCount() > 0)
        text = tr("%Ln file(s), nothing ticked", nullptr, m_tree->fileCount());
    if (!m_isComplete && m_tree->fileCount() > 0)
        text += u" · "_s + tr("more files are arriving");
    m_ui->totalLabel->setText(text);
    m_ui->getButton->setText(
        Texts::phrase(ticked > 0 ? tr("&Get files… (%1)").arg(size) : tr("&Get files…")));
    m_ui->getButton->setEnabled(ticked > 0 && m_isComplete);
    m_ui->getButton->setToolTip(m_isComplete ? QString()
                                             : tr("The list of files has to be complete first."));
    m_ui->allButton->setEnabled(m_tree->shownFiles() > 0);
    m_ui->noneButton->setEnabled(ticked > 0);
}

void RepoPage::get()
{
    if (m_tree->tickedFiles() == 0 || !m_isComplete || m_receipt)
        return;
    const QList<hub::TreeEntry> chosen = m_tree->ticked();
    m_receipt =
        new ReceiptDialog(m_ref.repo, revision(), m_info.commit, chosen, m_services.config().place,
                          qint64(m_settings.number(core::Setting::ReserveMiB)) * 1024 * 1024,
                          m_services.engine(), this);
    m_receipt->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_receipt, &QDialog::accepted, this, [this, chosen] { startDownload(chosen); });
    m_receipt->open();
}

void RepoPage::startDownload(const QList<hub::TreeEntry> &chosen)
{
    transfer::DownloadRequest request;
    request.repo = m_ref.repo;
    request.endpoint = m_services.config().endpoint.text();
    request.revision = revision();
    request.commit = m_info.commit;
    request.chosen = chosen;
    if (m_refused == 0) // else it is not the whole listing, and others would take it for that
        request.listing = m_tree->listing();
    request.place = m_services.config().place;
    Q_EMIT downloadAdded(m_services.engine().add(request));
}

void RepoPage::updateActions()
{
    m_saveCopy->setEnabled(isVisible() && !m_saver->isBusy()
                           && m_tree->file(m_ui->fileTree->currentIndex()));
}

void RepoPage::openMenu(const QPoint &position)
{
    if (!m_tree->file(m_ui->fileTree->currentIndex()))
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_saveCopy);
    menu->popup(m_ui->fileTree->viewport()->mapToGlobal(position));
}

void RepoPage::saveCopy()
{
    const auto file = m_tree->file(m_ui->fileTree->currentIndex());
    if (!file || m_info.commit.isEmpty())
        return;
    transfer::FileRequest request;
    request.url = m_services.client().endpoint().resolve(m_ref.repo, m_info.commit, file->path);
    request.size = file->size;
    if (const auto id = file->contentId())
        request.content = *id;
    m_saver->ask(request, file->path.mid(file->path.lastIndexOf(u'/') + 1));
}

void RepoPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    updateActions();
}

void RepoPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    updateActions();
}

void RepoPage::openWebPage() const
{
    QDesktopServices::openUrl(m_services.client().endpoint().webPage(m_ref.repo));
}

void RepoPage::openLink(const QUrl &url) const
{
    // The cleaner let only these through; asked again where it matters.
    if (url.scheme() == u"https"_s || url.scheme() == u"http"_s || url.scheme() == u"mailto"_s)
        QDesktopServices::openUrl(url);
}

void RepoPage::focusFilter()
{
    m_ui->tabs->setCurrentWidget(m_ui->filesTab);
    m_ui->filterField->setFocus(Qt::ShortcutFocusReason);
    m_ui->filterField->selectAll();
}

void RepoPage::focusContent()
{
    if (!isVisible() || m_receipt)
        return;
    if (m_ui->tabs->currentWidget() == m_ui->filesTab)
        m_ui->fileTree->setFocus();
    else
        m_ui->cardView->setFocus();
}

void RepoPage::showCard()
{
    m_ui->tabs->setCurrentWidget(m_ui->cardTab);
}

void RepoPage::showFiles()
{
    m_ui->tabs->setCurrentWidget(m_ui->filesTab);
}

} // namespace gui
