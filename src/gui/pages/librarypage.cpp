#include "gui/pages/librarypage.h"

#include "ui_librarypage.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHeaderView>
#include <QUrl>

#include "core/format.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/models/librarymodel.h"
#include "gui/texts.h"
#include "gui/widgets/columnroom.h"

namespace gui {

using namespace Qt::StringLiterals;

LibraryPage::LibraryPage(const cache::Location &place, QWidget *parent)
    : QWidget(parent)
    , m_place(place)
    , m_ui(std::make_unique<Ui::LibraryPage>())
    , m_model(new LibraryModel(this))
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
    m_ui->setupUi(this);
    m_ui->banner->hide();
    m_ui->emptyBanner->setShape(StateBanner::Shape::Page);
    m_ui->placeLabel->setText(tr("Hub cache: %1").arg(core::isolate(place.path)));
    QTreeView *list = m_ui->repoList;
    list->setModel(m_model);
    list->setItemDelegate(new RowDelegate(list));
    list->sortByColumn(LibraryModel::SizeColumn, Qt::DescendingOrder);
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(LibraryModel::NameColumn, QHeaderView::Stretch);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] :
         {std::pair(LibraryModel::KindColumn, 12), std::pair(LibraryModel::SizeColumn, 28),
          std::pair(LibraryModel::VersionsColumn, 12), std::pair(LibraryModel::FilesColumn, 10),
          std::pair(LibraryModel::UsedColumn, 18)})
        list->header()->resizeSection(column, letter * letters);
    new ColumnRoom(list, LibraryModel::NameColumn,
                   {LibraryModel::FilesColumn, LibraryModel::VersionsColumn,
                    LibraryModel::KindColumn, LibraryModel::UsedColumn},
                   letter * 30);
    for (QPushButton *button : {m_ui->folderButton, m_ui->copyButton}) {
        auto *action = new QAction(button->text(), this);
        connect(action, &QAction::triggered, button, &QPushButton::click);
        list->addAction(action);
    }
    connect(m_ui->rescanButton, &QPushButton::clicked, this, &LibraryPage::rescan);
    connect(m_ui->emptyBanner, &StateBanner::actionTriggered, this, &LibraryPage::discoverWanted);
    connect(m_ui->banner, &StateBanner::actionTriggered, this, &LibraryPage::rescan);
    connect(m_ui->folderButton, &QPushButton::clicked, this, [this] {
        if (const cache::ScannedRepo *repo = selected())
            QDesktopServices::openUrl(QUrl::fromLocalFile(repo->path));
    });
    connect(m_ui->copyButton, &QPushButton::clicked, this, [this] {
        if (const cache::ScannedRepo *repo = selected())
            QGuiApplication::clipboard()->setText(repo->path);
    });
    connect(list, &QTreeView::activated, this, [this] {
        if (const cache::ScannedRepo *repo = selected())
            Q_EMIT repoWanted({repo->repo, std::nullopt, std::nullopt});
    });
    connect(list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &LibraryPage::showSelection);
    connect(m_model, &LibraryModel::modelReset, this, &LibraryPage::showSelection);
    m_ui->emptyBanner->showState(u"library"_s, tr("Looking at the disk…"));
    showSelection();
}

LibraryPage::~LibraryPage()
{
    *m_stop = true;
}

void LibraryPage::rescan()
{
    m_isStale = true;
    if (!m_isScanning)
        startScan();
}

void LibraryPage::startScan()
{
    m_isStale = false;
    m_isScanning = true;
    m_ui->rescanButton->setEnabled(false);
    inBackground(
        this,
        [place = m_place, stop = m_stop] {
            return cache::scanCache(cache::Layout(place.path), stop.get());
        },
        [this](const core::Result<cache::ScanResult> &answer) {
            m_isScanning = false;
            m_ui->rescanButton->setEnabled(true);
            showScan(answer);
            if (m_isStale)
                startScan();
        });
}

void LibraryPage::showScan(const core::Result<cache::ScanResult> &answer)
{
    if (!answer) {
        m_ui->banner->showError(answer.error(), tr("Try again"));
        return;
    }
    const core::RepoId before = selected() ? selected()->repo : core::RepoId();
    m_model->setRepos(answer->repos);
    const auto count = static_cast<int>(answer->repos.size());
    for (int row = 0; row < count; ++row) {
        if (m_model->repo(row).repo == before)
            m_ui->repoList->setCurrentIndex(m_model->index(row, 0));
    }
    m_ui->totalLabel->setText(
        tr("%1 in %2").arg(core::formatSize(answer->size), tr("%Ln repo(s)", nullptr, count)));
    QStringList problems;
    for (const cache::ScannedRepo &repo : answer->repos) {
        for (const QString &problem : repo.problems)
            problems << repo.repo.display() + u": "_s + problem;
    }
    if (problems.isEmpty()) {
        m_ui->banner->hide();
    } else {
        const qsizetype more = problems.size() - 3;
        QString text = problems.mid(0, 3).join(u'\n');
        if (more > 0)
            text += u'\n' + tr("and %Ln more", nullptr, static_cast<int>(more));
        m_ui->banner->showState(u"warning"_s, tr("Some of it is not as it should be."), text);
    }
    if (count == 0)
        m_ui->emptyBanner->showState(
            u"library"_s,
            tr("No files yet. What you fetch — here or with other programs — appears here."), {},
            tr("Discover"));
    m_ui->stack->setCurrentWidget(count == 0 ? static_cast<QWidget *>(m_ui->emptyBanner)
                                             : m_ui->repoList);
}

const cache::ScannedRepo *LibraryPage::selected() const
{
    const QModelIndexList rows = m_ui->repoList->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : &m_model->repo(rows.constFirst().row());
}

void LibraryPage::showSelection()
{
    const cache::ScannedRepo *repo = selected();
    m_ui->folderButton->setEnabled(repo);
    m_ui->copyButton->setEnabled(repo);
    QStringList lines;
    if (repo) {
        lines << core::isolate(repo->path);
        for (const cache::ScannedRevision &revision : repo->revisions)
            lines << tr("Version %1: %2")
                         .arg(core::isolate(Texts::shortCommit(revision.commit)),
                              revision.refs.isEmpty() ? tr("no name points to it")
                                                      : core::isolate(revision.refs.join(u", "_s)));
    }
    m_ui->detailLabel->setText(lines.mid(0, 6).join(u'\n'));
    m_ui->detailLabel->setVisible(repo);
}

} // namespace gui
