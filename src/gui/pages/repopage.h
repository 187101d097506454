#pragma once

#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>

#include "core/ids.h"
#include "gui/widgets/cardmeta.h"
#include "hub/types.h"

QT_BEGIN_NAMESPACE
class QAction;
QT_END_NAMESPACE

namespace core {
class Settings;
}
namespace hub {
class CallBase;
}
namespace session {
class Services;
}

namespace gui {

class CopySaver;
class ReceiptDialog;
class RepoTreeModel;

namespace Ui {
class RepoPage;
}

// One repo: what it is, its card, and its files to tick and get. Answers about a repo that is no
// longer shown are dropped. Owner: MainWindow. GUI thread.
class RepoPage : public QWidget {
    Q_OBJECT
public:
    RepoPage(session::Services &services, core::Settings &settings, QWidget *parent = nullptr);
    ~RepoPage() override;

    void open(const core::RepoRef &ref);
    void reload();
    void get(); // opens the receipt for what is ticked
    QAction *saveCopyAction() const { return m_saveCopy; } // of the file that has the focus
    void focusFilter();
    void focusContent();
    void showCard();
    void showFiles();

Q_SIGNALS:
    void backWanted();
    void downloadAdded(const QUuid &id); // a transfer::DownloadId
    void linkHovered(const QString &address); // empty: no longer

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void setUpHeader();
    void setUpFiles();
    void filter(const QString &text);
    void onFilesBanner();
    void setUpSaving();
    void clear();
    void askInfo();
    void askTree();
    void askCard();
    void showInfo(const hub::RepoInfo &info);
    void showFacts();
    void treeEnded(const std::optional<core::Error> &error);
    void showTotals();
    void lookAtDisk();
    void toggleSelected();
    void startDownload(const QList<hub::TreeEntry> &chosen);
    void saveCopy();
    void openMenu(const QPoint &position);
    void updateActions();
    void openWebPage() const;
    void openLink(const QUrl &url) const;
    QString revision() const;

    session::Services &m_services;
    core::Settings &m_settings;
    std::unique_ptr<Ui::RepoPage> m_ui;
    RepoTreeModel *m_tree = nullptr; // child
    CopySaver *m_saver = nullptr; // child
    QAction *m_saveCopy = nullptr; // child
    QPointer<ReceiptDialog> m_receipt;
    core::RepoRef m_ref;
    hub::RepoInfo m_info;
    CardMeta m_meta;
    QList<QPointer<hub::CallBase>> m_calls;
    quint64 m_visit = 0; // which answers still count
    int m_refused = 0; // files whose names cannot be written
    bool m_isComplete = false; // every file is listed
    bool m_isLooking = false; // at the disk
    bool m_looksAgain = false; // something changed meanwhile
};

} // namespace gui
