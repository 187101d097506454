#include "gui/pages/choosedialog.h"

#include "ui_choosedialog.h"

#include <QHeaderView>
#include <QTimer>

#include "core/format.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/models/repotreemodel.h"
#include "gui/ondisk.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {
constexpr int expandBelow = 500; // files
constexpr int portion = 2000; // files that go into the tree at once
constexpr int textColumns = 90; // width of the dialog in letters
constexpr int textLines = 30;
} // namespace

ChooseDialog::ChooseDialog(transfer::Engine &engine, hub::Client &client,
                           const transfer::DownloadId &id, QWidget *parent)
    : QDialog(parent)
    , m_engine(engine)
    , m_client(client)
    , m_id(id)
    , m_request(engine.request(id))
    , m_tree(new RepoTreeModel(this))
    , m_ui(std::make_unique<Ui::ChooseDialog>())
{
    m_ui->setupUi(this);
    setAttribute(Qt::WA_DeleteOnClose);
    resize(fontMetrics().averageCharWidth() * textColumns, fontMetrics().height() * textLines);
    m_ui->titleLabel->setText(tr("Files of %1 at %2")
                                  .arg(core::isolate(m_request.repo.display()),
                                       core::isolate(Texts::shortCommit(m_request.commit))));
    m_before.reserve(m_request.chosen.size());
    m_known = m_request.listing.isEmpty() ? m_request.chosen : m_request.listing;
    m_ui->banner->hide();
    setUpTree();
    feedTree();
    m_ui->tree->setFocus();
    connect(m_ui->banner, &StateBanner::actionTriggered, this, &ChooseDialog::askHub);
    connect(m_ui->cancelButton, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_ui->changeButton, &QPushButton::clicked, this, &QDialog::accept);
    connect(&engine, &transfer::Engine::removed, this, [this](const transfer::DownloadId &gone) {
        if (gone == m_id)
            reject();
    });
}

ChooseDialog::~ChooseDialog()
{
    if (m_call)
        m_call->cancel();
}

void ChooseDialog::setUpTree()
{
    QTreeView *view = m_ui->tree;
    view->setModel(m_tree);
    view->setItemDelegate(new RowDelegate(view));
    view->header()->setStretchLastSection(false);
    view->header()->setSectionResizeMode(RepoTreeModel::NameColumn, QHeaderView::Stretch);
    const int letter = fontMetrics().averageCharWidth();
    view->header()->resizeSection(RepoTreeModel::SizeColumn, letter * 12);
    view->header()->resizeSection(RepoTreeModel::OnDiskColumn, letter * 16);
    view->setColumnHidden(RepoTreeModel::KindColumn, true);
    connect(m_tree, &RepoTreeModel::ticksChanged, this, &ChooseDialog::showTotals);
    connect(m_ui->allButton, &QPushButton::clicked, m_tree, &RepoTreeModel::tickAll);
    connect(m_ui->noneButton, &QPushButton::clicked, m_tree, &RepoTreeModel::tickNone);
    connect(m_ui->filterField, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_tree->setFilter(text);
        if (m_tree->shownFiles() < expandBelow)
            m_ui->tree->expandAll();
        if (m_call) // the banner tells of it
            return;
        if (m_tree->shownFiles() == 0)
            m_ui->banner->showState(u"file"_s, Texts::noFileMatches());
        else
            m_ui->banner->hide();
    });
    showTotals();
}

// Portion by portion: the window stays awake with 100,000 files. First what was chosen, by which
// the files are ticked.
void ChooseDialog::feedTree()
{
    const QList<hub::TreeEntry> &chosen = m_request.chosen;
    const qsizetype end = std::min(m_noted + portion, chosen.size());
    for (; m_noted < end; ++m_noted)
        m_before.insert(chosen.at(m_noted).path);
    if (m_noted < chosen.size()) {
        QTimer::singleShot(0, this, &ChooseDialog::feedTree);
        return;
    }
    const auto next = m_known.mid(m_fed, portion);
    m_fed += next.size();
    m_tree->append(next, m_before);
    if (!m_ui->tree->currentIndex().isValid())
        m_ui->tree->setCurrentIndex(m_tree->index(0, 0));
    if (m_fed < m_known.size()) {
        QTimer::singleShot(0, this, &ChooseDialog::feedTree);
        return;
    }
    if (m_tree->fileCount() < expandBelow)
        m_ui->tree->expandAll();
    showTotals();
    showOnDisk();
    if (m_request.listing.isEmpty())
        askHub();
}

void ChooseDialog::showOnDisk()
{
    inBackground(
        this,
        [place = m_request.place, repo = m_request.repo, commit = m_request.commit,
         files = m_tree->listing(),
         queued = m_before] { return lookOnDisk(place, repo, commit, files, queued); },
        [this](const QList<OnDisk> &states) { m_tree->setOnDisk(states); });
}

// The Download kept only what was chosen.
void ChooseDialog::askHub()
{
    hub::TreeCall *call = m_client.tree(m_request.repo, m_request.commit);
    m_call = call;
    m_ui->banner->showState(u"library"_s, tr("Asking the Hub for the other files…"));
    connect(call, &hub::TreeCall::pageArrived, this,
            [this](const hub::TreePage &page) { m_tree->append(page.entries, m_before); });
    call->onDone(this, [this](const core::Result<hub::TreePage> &answer) {
        if (!answer) {
            m_ui->banner->showError(answer.error(), tr("Try again"));
            return;
        }
        m_ui->banner->hide();
        showOnDisk();
    });
}

void ChooseDialog::showTotals()
{
    m_ui->totalLabel->setText(
        tr("%1 in %2")
            .arg(core::formatSize(m_tree->tickedBytes()), Texts::files(m_tree->tickedFiles())));
    m_ui->changeButton->setEnabled(m_fed == m_known.size() && m_tree->tickedFiles() > 0
                                   && m_tree->isChanged());
}

void ChooseDialog::accept()
{
    if (!m_ui->changeButton->isEnabled())
        return;
    m_engine.choose(m_id, m_tree->ticked());
    QDialog::accept();
}

} // namespace gui
