#pragma once

#include <QMainWindow>
#include <QPointer>
#include <QProcessEnvironment>
#include <QTimer>

#include <memory>

#include "core/ids.h"
#include "gui/models/placesmodel.h"

QT_BEGIN_NAMESPACE
class QCheckBox;
class QLabel;
class QMessageBox;
class QToolButton;
QT_END_NAMESPACE

namespace core {
class Settings;
}
namespace session {
class Services;
}

namespace gui {

class DiscoverPage;
class DownloadsModel;
class DownloadsPage;
class LibraryPage;
class RepoPage;
class SettingsPage;

namespace Ui {
class MainWindow;
}

// The frame: places at the left, one page in the middle, what is going on below. Closing it ends
// the program, and asks first while something is being fetched; the engine belongs to the services
// and saves its state when they go. Owner: main. GUI thread.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    // environment: what SettingsPage names as the source of values it cannot change.
    MainWindow(session::Services &services, core::Settings &settings,
               const QProcessEnvironment &environment, QWidget *parent = nullptr);
    ~MainWindow() override;

    void goTo(Place place);
    void openRepo(const core::RepoRef &ref);
    void comeToFront(); // somebody started the program again

    DiscoverPage &discoverPage() { return *m_discover; }
    RepoPage &repoPage() { return *m_repo; }
    DownloadsPage &downloadsPage() { return *m_downloads; }
    LibraryPage &libraryPage() { return *m_library; }

protected:
    void changeEvent(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void setUpPages(const QProcessEnvironment &environment);
    void setUpPlaces();
    void setUpMenus();
    void setUpFileMenus();
    void setUpViewMenu();
    void setUpTransferMenu();
    void setUpHelpMenu();
    void setUpStatusBar();
    void restorePlace();
    void showPage(QWidget *page, Place place);
    void back();
    void find();
    void reload();
    void showSummary();
    void showTotal();
    void askFreeSpace();
    void askQuit();
    QString quitText() const;
    void showAbout();
    void showKeys();
    void openBox(const QString &title, const QString &text);

    session::Services &m_services;
    core::Settings &m_settings;
    std::unique_ptr<Ui::MainWindow> m_ui;
    DownloadsModel *m_model = nullptr; // children from here on
    PlacesModel *m_places = nullptr;
    DiscoverPage *m_discover = nullptr;
    RepoPage *m_repo = nullptr;
    DownloadsPage *m_downloads = nullptr;
    LibraryPage *m_library = nullptr;
    SettingsPage *m_settingsPage = nullptr;
    QLabel *m_speed = nullptr;
    QToolButton *m_queue = nullptr;
    QToolButton *m_needs = nullptr;
    QLabel *m_free = nullptr;
    QPointer<QMessageBox> m_box;
    QPointer<QMessageBox> m_quitBox;
    QTimer m_freeTimer;
    Place m_place = Place::Discover;
    Place m_repoFrom = Place::Discover; // where the repo page leads back to
    bool m_mayClose = false; // the person has said so
};

} // namespace gui
