#pragma once

#include <QMessageBox>
#include <QPointer>
#include <QWidget>

#include <functional>
#include <memory>

#include "transfer/download.h"

QT_BEGIN_NAMESPACE
class QAction;
QT_END_NAMESPACE

namespace transfer {
class Engine;
}

namespace gui {

class DownloadsModel;
class FilesModel;

namespace Ui {
class DownloadsPage;
}

// The actions on Downloads; the page owns them and the window's Transfer menu shows them too.
struct DownloadActions {
    QAction *resume = nullptr;
    QAction *pause = nullptr;
    QAction *cancel = nullptr;
    QAction *remove = nullptr;
    QAction *pauseAll = nullptr;
};

// The queue with its progress, and below it the files and facts of the chosen Download.
// Owner: MainWindow. GUI thread.
class DownloadsPage : public QWidget {
    Q_OBJECT
public:
    DownloadsPage(transfer::Engine &engine, DownloadsModel &model, QWidget *parent = nullptr);
    ~DownloadsPage() override;

    const DownloadActions &actions() const { return m_actions; }
    void select(const transfer::DownloadId &id);
    void focusList();
    void reportProblems(const QStringList &problems); // of the queue on disk, at start

Q_SIGNALS:
    void discoverWanted();

private:
    void setUpActions();
    void setUpViews();
    void updateActions();
    void showCurrent();
    void showGeneral();
    void onAll(const std::function<void(const transfer::DownloadId &)> &act);
    void askRemove();
    void removeSelected(const QList<transfer::DownloadId> &ids);
    void openMenu(const QPoint &position);
    void copyDetails();
    QList<transfer::DownloadStatus> selected() const;

    transfer::Engine &m_engine;
    DownloadsModel &m_model;
    FilesModel *m_files = nullptr; // child
    std::unique_ptr<Ui::DownloadsPage> m_ui;
    DownloadActions m_actions;
    QPointer<QMessageBox> m_question;
};

} // namespace gui
