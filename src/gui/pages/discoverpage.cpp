#include "gui/pages/discoverpage.h"

#include "ui_discoverpage.h"

#include <QKeyEvent>
#include <QScrollBar>

#include "core/format.h"
#include "gui/delegates/repodelegate.h"
#include "gui/models/repolistmodel.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int searchDelayMs = 300;

} // namespace

DiscoverPage::DiscoverPage(hub::Client &client, QWidget *parent)
    : QWidget(parent)
    , m_client(client)
    , m_ui(std::make_unique<Ui::DiscoverPage>())
    , m_model(new RepoListModel(client, this))
{
    m_ui->setupUi(this);
    setUpControls();
    setUpList();
    m_ui->banner->hide();
    m_ui->emptyBanner->setShape(StateBanner::Shape::Page);
    connect(m_ui->banner, &StateBanner::actionTriggered, m_model, &RepoListModel::retry);
    connect(m_ui->emptyBanner, &StateBanner::actionTriggered, m_model, &RepoListModel::retry);
    connect(m_model, &RepoListModel::phaseChanged, this, &DiscoverPage::showPhase);
}

DiscoverPage::~DiscoverPage() = default;

void DiscoverPage::setUpControls()
{
    m_ui->kindTabs->addTab(tr("&Models"));
    m_ui->kindTabs->addTab(tr("Data&sets"));
    m_ui->kindTabs->addTab(tr("S&paces"));
    const auto add = [this](const QString &text, hub::SortOrder order) {
        m_ui->sortBox->addItem(text, static_cast<int>(order));
    };
    add(tr("Trending"), hub::SortOrder::Trending);
    add(tr("Most downloads"), hub::SortOrder::Downloads);
    add(tr("Most likes"), hub::SortOrder::Likes);
    add(tr("Recently updated"), hub::SortOrder::LastModified);
    add(tr("Newest"), hub::SortOrder::Created);
    m_pause.setSingleShot(true);
    m_pause.setInterval(searchDelayMs);
    connect(&m_pause, &QTimer::timeout, this, &DiscoverPage::search);
    connect(m_ui->searchField, &QLineEdit::textEdited, this, [this] {
        m_wantsList = false;
        m_pause.start();
    });
    // The clear button changes the text without an edit.
    connect(m_ui->searchField, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (text.isEmpty())
            m_pause.start();
    });
    connect(m_ui->searchField, &QLineEdit::returnPressed, this, &DiscoverPage::enterPressed);
    connect(m_ui->kindTabs, &QTabBar::currentChanged, this, &DiscoverPage::search);
    connect(m_ui->sortBox, &QComboBox::currentIndexChanged, this, &DiscoverPage::search);
    m_ui->searchField->installEventFilter(this);
}

void DiscoverPage::setUpList()
{
    m_ui->resultList->setModel(m_model);
    m_ui->resultList->setItemDelegate(new RepoDelegate(m_ui->resultList));
    // One signal for Enter, and for a double or single click as the desktop has it.
    connect(m_ui->resultList, &QListView::activated, this, &DiscoverPage::openRow);
    connect(m_ui->resultList->verticalScrollBar(), &QScrollBar::valueChanged, this,
            &DiscoverPage::loadAhead);
}

bool DiscoverPage::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_ui->searchField && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Down && m_model->rowCount() > 0) {
        m_ui->resultList->setFocus();
        m_ui->resultList->setCurrentIndex(m_model->index(0));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void DiscoverPage::focusSearch()
{
    m_ui->searchField->setFocus(Qt::ShortcutFocusReason);
    m_ui->searchField->selectAll();
}

void DiscoverPage::reload()
{
    search();
}

void DiscoverPage::start()
{
    if (!m_isStarted)
        search();
}

core::RepoType DiscoverPage::kind() const
{
    switch (m_ui->kindTabs->currentIndex()) {
    case 1:
        return core::RepoType::Dataset;
    case 2:
        return core::RepoType::Space;
    default:
        return core::RepoType::Model;
    }
}

hub::SearchQuery DiscoverPage::query() const
{
    hub::SearchQuery query;
    query.type = kind();
    query.text = m_ui->searchField->text().trimmed();
    query.sort = static_cast<hub::SortOrder>(m_ui->sortBox->currentData().toInt());
    return query;
}

void DiscoverPage::enterPressed()
{
    const QString text = m_ui->searchField->text().trimmed();
    // One word is a search; only what cannot be one is taken for a repo.
    if (text.contains(u'/')) {
        if (const auto ref = core::parseRepoRef(text, m_client.endpoint().text())) {
            m_pause.stop();
            Q_EMIT repoWanted(*ref);
            return;
        }
    }
    m_wantsList = true;
    search();
}

void DiscoverPage::search()
{
    m_isStarted = true;
    m_pause.stop();
    m_model->search(query());
}

void DiscoverPage::openRow(const QModelIndex &index)
{
    if (index.isValid())
        Q_EMIT repoWanted({m_model->summary(index.row()).repo, std::nullopt, std::nullopt});
}

void DiscoverPage::loadAhead()
{
    const QScrollBar *bar = m_ui->resultList->verticalScrollBar();
    if (bar->maximum() - bar->value() < 2 * bar->pageStep())
        m_model->fetchMore({});
}

void DiscoverPage::showPhase()
{
    const int rows = m_model->rowCount();
    const bool isFailed = m_model->phase() == RepoListModel::Phase::Failed;
    if (isFailed && rows > 0)
        m_ui->banner->showError(*m_model->error(), tr("Try again"));
    else
        m_ui->banner->hide();
    if (rows == 0)
        showEmpty();
    m_ui->stack->setCurrentWidget(rows == 0 ? static_cast<QWidget *>(m_ui->emptyBanner)
                                            : m_ui->listPage);
    QString count;
    if (m_model->phase() == RepoListModel::Phase::Loading && rows > 0)
        count = tr("Searching…");
    else if (m_model->phase() == RepoListModel::Phase::LoadingMore)
        count = tr("Loading more…");
    else if (rows > 0)
        count = m_model->canFetchMore({})
            ? tr("%Ln loaded, more follow as you scroll", nullptr, rows)
            : tr("%Ln found", nullptr, rows);
    m_ui->countLabel->setText(count);
    if (m_model->phase() == RepoListModel::Phase::Ready && rows > 0
        && !m_ui->resultList->currentIndex().isValid())
        m_ui->resultList->setCurrentIndex(m_model->index(0));
    // After Enter the results take over from the field, unless its owner typed on.
    if (m_wantsList && m_model->phase() == RepoListModel::Phase::Ready) {
        m_wantsList = false;
        if (rows > 0 && m_ui->searchField->hasFocus())
            m_ui->resultList->setFocus();
    }
}

void DiscoverPage::showEmpty()
{
    switch (m_model->phase()) {
    case RepoListModel::Phase::Idle:
    case RepoListModel::Phase::Loading:
    case RepoListModel::Phase::LoadingMore:
        m_ui->emptyBanner->showState(u"discover"_s, tr("Searching the Hub…"));
        return;
    case RepoListModel::Phase::Failed:
        m_ui->emptyBanner->showError(*m_model->error(), tr("Try again"));
        return;
    case RepoListModel::Phase::Ready:
        break;
    }
    const QString text = m_model->query().text;
    m_ui->emptyBanner->showState(u"discover"_s,
                                 text.isEmpty() ? tr("The Hub lists nothing here.")
                                                : tr("No results for “%1”.").arg(text),
                                 tr("Checked: spelling as typed, in this kind of repository."));
}

} // namespace gui
