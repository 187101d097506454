#include "gui/mainwindow.h"

#include "ui_mainwindow.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QCloseEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QShortcut>
#include <QStatusBar>
#include <QToolButton>

#include <algorithm>

#include "cache/store.h"
#include "core/format.h"
#include "core/settings.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/icons.h"
#include "gui/models/downloadsmodel.h"
#include "gui/pages/discoverpage.h"
#include "gui/pages/downloadspage.h"
#include "gui/pages/librarypage.h"
#include "gui/pages/repopage.h"
#include "gui/pages/settingspage.h"
#include "gui/texts.h"
#include "gui/widgets/limitmenu.h"
#include "gui/widgets/waitlabel.h"
#include "session/services.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int freeSpaceEveryMs = 15000;

} // namespace

MainWindow::MainWindow(session::Services &services, core::Settings &settings,
                       const QProcessEnvironment &environment, QWidget *parent)
    : QMainWindow(parent)
    , m_services(services)
    , m_settings(settings)
    , m_ui(std::make_unique<Ui::MainWindow>())
    , m_model(new DownloadsModel(services.engine(), this))
    , m_places(new PlacesModel(this))
{
    m_ui->setupUi(this);
    setWindowTitle(services.config().demo ? tr("Hubload – Demo") : tr("Hubload"));
    setWindowIcon(QIcon(u":/icons/hubload.svg"_s));
    setUpPages(environment);
    setUpPlaces();
    setUpMenus();
    setUpStatusBar();
    applyIcons(this);
    resize(1100, 720);
    restoreGeometry(settings.bytes(core::Setting::WindowGeometry));
    restorePlace();
}

MainWindow::~MainWindow() = default;

void MainWindow::setUpPages(const QProcessEnvironment &environment)
{
    m_discover = new DiscoverPage(m_services.client());
    m_repo = new RepoPage(m_services, m_settings);
    m_downloads = new DownloadsPage(m_services.engine(), m_services.client(), *m_model, m_settings);
    m_library = new LibraryPage(m_services);
    m_settingsPage = new SettingsPage(m_services.config(), m_settings, environment);
    for (QWidget *page : std::initializer_list<QWidget *>{m_discover, m_repo, m_downloads,
                                                          m_library, m_settingsPage})
        m_ui->pages->addWidget(page);
    connect(m_discover, &DiscoverPage::repoWanted, this, &MainWindow::openRepo);
    connect(m_library, &LibraryPage::repoWanted, this, &MainWindow::openRepo);
    connect(m_library, &LibraryPage::discoverWanted, this, [this] { goTo(Place::Discover); });
    connect(m_library, &LibraryPage::spaceChanged, this, &MainWindow::askFreeSpace);
    connect(m_downloads, &DownloadsPage::discoverWanted, this, [this] { goTo(Place::Discover); });
    connect(m_repo, &RepoPage::backWanted, this, &MainWindow::back);
    connect(m_repo, &RepoPage::linkHovered, statusBar(),
            [this](const QString &address) { statusBar()->showMessage(address); });
    connect(m_repo, &RepoPage::downloadAdded, this, [this](const QUuid &id) {
        goTo(Place::Downloads);
        m_downloads->select(id);
    });
    const auto applyLimits = [this] {
        m_services.engine().setLimits(session::limitsFrom(m_settings));
    };
    connect(m_settingsPage, &SettingsPage::limitsChanged, this, applyLimits);
    connect(&m_downloads->limitMenu(), &LimitMenu::limitChanged, this, applyLimits);
    connect(&m_services.engine(), &transfer::Engine::finished, this, [this] { askFreeSpace(); });
}

void MainWindow::setUpPlaces()
{
    QListView *list = m_ui->placesList;
    list->setModel(m_places);
    list->setItemDelegate(new RowDelegate(list));
    m_places->setPalette(palette());
    const int letter = fontMetrics().averageCharWidth();
    list->setFixedWidth(
        std::max(letter * 24, PlacesModel::widestText() + list->iconSize().width() + letter * 8));
    const auto go = [this](const QModelIndex &index) { goTo(static_cast<Place>(index.row())); };
    // A press beside the places takes the mark away, as if no page were open.
    connect(list->selectionModel(), &QItemSelectionModel::selectionChanged, list, [list] {
        if (!list->selectionModel()->hasSelection())
            list->selectionModel()->select(list->currentIndex(), QItemSelectionModel::Select);
    });
    connect(list, &QListView::clicked, this, go);
    connect(list, &QListView::activated, this, go);
}

void MainWindow::setUpMenus()
{
    setUpFileMenus();
    setUpViewMenu();
    setUpTransferMenu();
    m_library->actions().addTo(menuBar()->addMenu(tr("&Library")));
    setUpHelpMenu();
}

void MainWindow::setUpFileMenus()
{
    const auto focusField = [this] {
        goTo(Place::Discover);
        m_discover->focusSearch();
    };
    QMenu *file = menuBar()->addMenu(tr("&File"));
    QAction *add =
        file->addAction(tr("&Add link…"), QKeySequence(Qt::CTRL | Qt::Key_N), this, focusField);
    add->setProperty("iconName", u"downloads"_s);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);
    auto *close = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_W), this);
    connect(close, &QShortcut::activated, this, &QWidget::close);
    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    QAction *findAction =
        edit->addAction(tr("&Find"), QKeySequence(Qt::CTRL | Qt::Key_F), this, &MainWindow::find);
    findAction->setProperty("iconName", u"discover"_s);
    edit->addAction(tr("&Search the Hub"), QKeySequence(Qt::CTRL | Qt::Key_L), this, focusField);
}

void MainWindow::setUpViewMenu()
{
    QMenu *view = menuBar()->addMenu(tr("&View"));
    const auto addPlace = [this, view](const QString &text, Qt::Key key, Place place) {
        QAction *action = view->addAction(text, QKeySequence(Qt::CTRL | key), this,
                                          [this, place] { goTo(place); });
        action->setProperty("iconName", placeName(place));
    };
    addPlace(tr("&Discover"), Qt::Key_1, Place::Discover);
    addPlace(tr("D&ownloads"), Qt::Key_2, Place::Downloads);
    addPlace(tr("&Library"), Qt::Key_3, Place::Library);
    addPlace(tr("&Settings"), Qt::Key_4, Place::Settings);
    view->addSeparator();
    QAction *backAction =
        view->addAction(tr("&Back"), QKeySequence(Qt::ALT | Qt::Key_Left), this, &MainWindow::back);
    backAction->setProperty("iconName", u"back"_s);
    QAction *reloadAction =
        view->addAction(tr("&Reload"), QKeySequence(Qt::Key_F5), this, &MainWindow::reload);
    reloadAction->setProperty("iconName", u"reload"_s);
    auto *escape = new QShortcut(Qt::Key_Escape, m_repo);
    escape->setContext(Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, &MainWindow::back);
}

void MainWindow::setUpTransferMenu()
{
    QMenu *menu = menuBar()->addMenu(tr("&Transfer"));
    const DownloadActions &actions = m_downloads->actions();
    QAction *get =
        menu->addAction(tr("&Get ticked files…"), QKeySequence(Qt::CTRL | Qt::Key_D), this, [this] {
            if (m_ui->pages->currentWidget() == m_repo)
                m_repo->get();
        });
    get->setProperty("iconName", u"downloads"_s);
    menu->addAction(m_repo->saveCopyAction());
    menu->addSeparator();
    actions.addTo(menu);
    menu->addAction(tr("Resume al&l"), this, [this] { m_services.engine().resumeAll(); });
    menu->addMenu(&m_downloads->limitMenu());
    QAction *toggle =
        menu->addAction(tr("Limit &on or off"), &m_downloads->limitMenu(), &LimitMenu::toggle);
    toggle->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_L);
}

void MainWindow::setUpHelpMenu()
{
    QMenu *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keyboard shortcuts"), QKeySequence(Qt::Key_F1), this,
                    &MainWindow::showKeys);
    QAction *about = help->addAction(tr("&About Hubload"), this, &MainWindow::showAbout);
    about->setProperty("iconName", u"info"_s);
}

void MainWindow::setUpStatusBar()
{
    const auto addLabel = [this](const QString &text) {
        auto *label = new QLabel(text, this);
        label->setTextFormat(Qt::PlainText);
        label->setContentsMargins(6, 0, 6, 0);
        statusBar()->addPermanentWidget(label);
        return label;
    };
    const session::Config &config = m_services.config();
    if (config.demo)
        addLabel(tr("Demo Hub: nothing here is real"))->setObjectName(u"demoBadge"_s);
    else if (config.endpoint != hub::Endpoint())
        addLabel(tr("Hub: %1").arg(core::isolate(config.endpoint.text())));
    if (config.offline)
        addLabel(tr("Offline"))->setObjectName(u"offlineBadge"_s);
    m_free = addLabel({});
    const auto addButton = [this](const QString &iconName) {
        auto *button = new QToolButton(this);
        button->setAutoRaise(true);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setProperty("iconName", iconName);
        button->setToolTip(tr("Show the downloads"));
        statusBar()->addPermanentWidget(button);
        connect(button, &QToolButton::clicked, this, [this] { goTo(Place::Downloads); });
        return button;
    };
    auto *wait = new WaitLabel(this);
    wait->setObjectName(u"waitLabel"_s);
    statusBar()->addPermanentWidget(wait);
    m_needs = addButton(u"warning"_s);
    m_needs->setObjectName(u"needsButton"_s);
    m_queue = addButton({});
    m_queue->setObjectName(u"queueButton"_s);
    m_speed = addLabel({});
    connect(m_model, &DownloadsModel::summaryChanged, this, &MainWindow::showSummary);
    connect(&m_services.gate(), &hub::Gate::waiting, m_model,
            [this, wait](hub::Bucket bucket, std::optional<std::chrono::seconds> time) {
                if (bucket == hub::Bucket::Resolvers)
                    m_model->setHubWait(time); // the rows say it
                else if (bucket == hub::Bucket::Api)
                    wait->setWait(time);
            });
    m_freeTimer.setInterval(freeSpaceEveryMs);
    connect(&m_freeTimer, &QTimer::timeout, this, &MainWindow::askFreeSpace);
    m_freeTimer.start();
    showSummary();
    askFreeSpace();
}

void MainWindow::showSummary()
{
    const int running = m_model->running();
    const int paused = m_model->paused();
    const int needing = m_model->needingYou();
    m_places->setDownloads(running, needing);
    if (running > 0)
        m_queue->setText(Texts::phrase(tr("%Ln in the queue, %1 left", nullptr, running)
                                           .arg(core::formatSize(m_model->bytesLeft()))));
    else
        m_queue->setText(paused > 0 ? Texts::phrase(tr("%Ln paused", nullptr, paused))
                                    : tr("Nothing in the queue"));
    m_needs->setText(Texts::phrase(tr("%Ln need(s) you", nullptr, needing)));
    m_needs->setVisible(needing > 0);
    showTotal();
}

void MainWindow::showTotal()
{
    const transfer::TotalStatus total = m_services.engine().total();
    const QString speed = core::formatSpeed(total.bytesPerSecond);
    m_speed->setVisible(total.bytesPerSecond > 0);
    m_speed->setText(
        total.secondsLeft && total.left > 0
            ? tr("%1, %2 left", "speed, time")
                  .arg(speed, core::formatDuration(std::chrono::seconds(*total.secondsLeft)))
            : speed);
    QStringList lines{Texts::bySource(total.fetched, total.reused),
                      tr("%Ln connection(s)", nullptr, total.connections),
                      tr("%Ln retry(s)", nullptr, total.retries)};
    if (total.limitedBy)
        lines << Texts::limitedBy(*total.limitedBy);
    m_speed->setToolTip(lines.join(u'\n'));
}

void MainWindow::askFreeSpace()
{
    if (isVisible() || m_free->text().isEmpty()) {
        inBackground(
            this, [place = m_services.config().place] { return cache::Store(place).freeBytes(); },
            [this](qint64 bytes) {
                m_free->setText(bytes < 0 ? tr("Free space unknown")
                                          : tr("%1 free").arg(core::formatSize(bytes)));
            });
    }
}

void MainWindow::restorePlace()
{
    Place place = Place::Discover;
    const QString last = m_settings.text(core::Setting::LastPlace);
    for (int i = 0; i < placeCount; ++i) {
        if (placeName(static_cast<Place>(i)) == last)
            place = static_cast<Place>(i);
    }
    goTo(place);
}

void MainWindow::goTo(Place place)
{
    switch (place) {
    case Place::Discover:
        showPage(m_discover, place);
        m_discover->start();
        m_discover->focusSearch();
        return;
    case Place::Downloads:
        showPage(m_downloads, place);
        m_downloads->focusList();
        return;
    case Place::Library:
        showPage(m_library, place);
        m_library->rescan();
        m_library->focusList();
        return;
    case Place::Settings:
        showPage(m_settingsPage, place);
        return;
    }
}

void MainWindow::showPage(QWidget *page, Place place)
{
    m_place = place;
    m_ui->pages->setCurrentWidget(page);
    m_ui->placesList->setCurrentIndex(m_places->index(static_cast<int>(place)));
    statusBar()->clearMessage();
    m_settings.set(core::Setting::LastPlace, placeName(place));
}

void MainWindow::openRepo(const core::RepoRef &ref)
{
    m_repoFrom = m_place;
    m_ui->pages->setCurrentWidget(m_repo);
    statusBar()->clearMessage();
    m_repo->open(ref);
    m_repo->focusContent();
}

void MainWindow::back()
{
    if (m_ui->pages->currentWidget() == m_repo)
        goTo(m_repoFrom);
    else if (m_place != Place::Discover)
        goTo(Place::Discover);
}

void MainWindow::find()
{
    if (m_ui->pages->currentWidget() == m_repo) {
        m_repo->focusFilter();
        return;
    }
    if (m_ui->pages->currentWidget() == m_library) {
        m_library->focusFilter();
        return;
    }
    goTo(Place::Discover);
}

void MainWindow::reload()
{
    if (m_ui->pages->currentWidget() == m_repo)
        m_repo->reload();
    else if (m_place == Place::Discover)
        m_discover->reload();
    else if (m_place == Place::Library)
        m_library->rescan();
}

void MainWindow::openBox(const QString &title, const QString &text)
{
    if (m_box)
        m_box->close();
    m_box = new QMessageBox(QMessageBox::NoIcon, title, text, QMessageBox::Close, this);
    m_box->setAttribute(Qt::WA_DeleteOnClose);
    m_box->setTextFormat(Qt::RichText);
    m_box->setIconPixmap(windowIcon().pixmap(64, 64));
    m_box->open();
}

void MainWindow::showAbout()
{
    openBox(tr("About Hubload"),
            u"<h3>Hubload %1</h3><p>%2</p>"_s.arg(
                QStringLiteral(HUBLOAD_VERSION),
                tr("Browse, choose and fetch models and datasets of the Hugging Face Hub.")));
}

void MainWindow::showKeys()
{
    const QList<std::pair<QString, QString>> keys{
        {u"Ctrl+1 … Ctrl+4"_s, tr("Discover, Downloads, Library, Settings")},
        {u"Ctrl+L"_s, tr("Search the Hub, or paste a link")},
        {u"Ctrl+F"_s, tr("Find on this page")},
        {tr("Enter"), tr("Open a result; get the ticked files")},
        {tr("Space"), tr("Tick or untick files")},
        {u"Ctrl+D"_s, tr("Get the ticked files")},
        {u"Ctrl+Shift+S"_s, tr("Save a copy of the file in focus")},
        {u"Ctrl+P, Ctrl+R"_s, tr("Pause, resume the chosen downloads")},
        {u"Ctrl+↑, Ctrl+↓"_s, tr("Move the chosen downloads up or down; with Shift to the end")},
        {u"Ctrl+"_s + tr("Enter"), tr("Start a waiting download now, beside the others")},
        {u"Ctrl+B"_s, tr("Limit the chosen downloads")},
        {u"Ctrl+Shift+L"_s, tr("Limit of all downloads on or off")},
        {u"F4"_s, tr("Change the files of a download")},
        {tr("Delete"), tr("Remove the chosen downloads from the list; delete from the library")},
        {u"Ctrl+Z"_s, tr("Take back what was deleted from the library")},
        {u"Ctrl+Shift+V"_s, tr("Verify what is chosen in the library")},
        {u"Alt+←, Esc"_s, tr("Back")},
        {u"F5"_s, tr("Reload this page")},
        {u"Ctrl+Q"_s, tr("Quit")},
    };
    QString rows;
    for (const auto &[key, meaning] : keys)
        rows += u"<tr><td><b>%1</b></td><td>&nbsp;&nbsp;%2</td></tr>"_s.arg(
            key.toHtmlEscaped(), meaning.toHtmlEscaped());
    openBox(tr("Keyboard shortcuts"), u"<table>"_s + rows + u"</table>"_s);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    // Also sent while the base class is being built, before there is anything to redraw.
    if (event->type() == QEvent::PaletteChange && m_places) {
        m_places->setPalette(palette());
        applyIcons(this);
    }
}

void MainWindow::comeToFront()
{
    if (isMinimized())
        showNormal();
    show();
    raise();
    activateWindow();
}

QString MainWindow::quitText() const
{
    const int running = m_model->running();
    return running > 0 ? tr("%Ln download(s) are running.", nullptr, running)
                       : tr("Nothing is running any more.");
}

void MainWindow::askQuit()
{
    if (m_quitBox) {
        m_quitBox->raise();
        return;
    }
    m_quitBox = new QMessageBox(QMessageBox::Question, tr("Quit Hubload"), quitText(),
                                QMessageBox::NoButton, this);
    connect(m_model, &DownloadsModel::summaryChanged, m_quitBox,
            [this, box = m_quitBox.data()] { box->setText(quitText()); });
    m_quitBox->setObjectName(u"quitQuestion"_s);
    m_quitBox->setAttribute(Qt::WA_DeleteOnClose);
    m_quitBox->setInformativeText(
        m_settings.flag(core::Setting::ResumeOnStart)
            ? tr("What is here already is kept; the rest follows the next time you start.")
            : tr("What is here already is kept; you can resume the rest the next time you start."));
    auto *always = new QCheckBox(tr("&Don't ask again"), m_quitBox);
    m_quitBox->setCheckBox(always);
    QPushButton *quitButton = m_quitBox->addButton(tr("&Quit"), QMessageBox::AcceptRole);
    QPushButton *stay = m_quitBox->addButton(tr("&Stay here"), QMessageBox::RejectRole);
    m_quitBox->setDefaultButton(stay);
    m_quitBox->setEscapeButton(stay);
    connect(quitButton, &QPushButton::clicked, this, [this, always] {
        if (always->isChecked())
            m_settings.set(core::Setting::ConfirmQuit, false);
        m_mayClose = true;
        // After the box has gone: closing the window from inside it would leave it half closed.
        QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
    });
    m_quitBox->open();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    // A desktop that logs out is never held up.
    const bool asks = !m_mayClose && !qApp->isSavingSession() && m_model->running() > 0
        && m_settings.flag(core::Setting::ConfirmQuit);
    if (asks) {
        event->ignore();
        askQuit();
        return;
    }
    m_settings.set(core::Setting::WindowGeometry, saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace gui
