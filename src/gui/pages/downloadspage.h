#pragma once

#include <QDialog>
#include <QPointer>
#include <QWidget>

#include <functional>
#include <memory>

#include "core/settings.h"
#include "gui/pages/downloadactions.h"
#include "transfer/download.h"

namespace hub {
class Client;
}

namespace transfer {
class Engine;
}

namespace gui {

class DownloadsModel;
class FilesModel;
class LimitMenu;

namespace Ui {
class DownloadsPage;
}

// The queue with its progress, and below it the files and facts of the chosen Download.
// Owner: MainWindow. GUI thread.
class DownloadsPage : public QWidget {
    Q_OBJECT
public:
    DownloadsPage(transfer::Engine &engine, hub::Client &client, DownloadsModel &model,
                  core::Settings &settings, QWidget *parent = nullptr);
    ~DownloadsPage() override;

    const DownloadActions &actions() const { return m_actions; }
    LimitMenu &limitMenu() { return *m_limits; } // of all downloads
    void select(const transfer::DownloadId &id);
    void focusList();
    void reportProblems(const QStringList &problems); // of the queue on disk, at start

Q_SIGNALS:
    void discoverWanted();

private:
    void setUpActions();
    void setUpOrder();
    void setUpLimits();
    void setUpViews();
    void updateActions();
    void showCurrent();
    void showGeneral();
    static QString retries(const transfer::DownloadStatus &row);
    void showMeasures(const transfer::DownloadStatus &row);
    void showLimit();
    void askLimit();
    void askLimitOfAll();
    void chooseFiles();
    void openFileMenu(const QPoint &position);
    void setPriority(transfer::Priority priority);
    void onAll(const std::function<void(const transfer::DownloadId &)> &act);
    void askRemove();
    void removeSelected(const QList<transfer::DownloadId> &ids);
    void openMenu(const QPoint &position);
    void copyDetails();
    QList<transfer::DownloadStatus> selected() const;

    transfer::Engine &m_engine;
    hub::Client &m_client;
    DownloadsModel &m_model;
    FilesModel *m_files = nullptr; // child
    std::unique_ptr<Ui::DownloadsPage> m_ui;
    DownloadActions m_actions;
    LimitMenu *m_limits = nullptr; // child
    QPointer<QDialog> m_question;
};

} // namespace gui
