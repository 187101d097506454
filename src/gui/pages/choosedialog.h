#pragma once

#include <QDialog>
#include <QPointer>
#include <QSet>

#include <memory>

#include "hub/client.h"
#include "transfer/engine.h"

namespace gui {

class RepoTreeModel;

namespace Ui {
class ChooseDialog;
}

// The files of the commit that a Download is of, to tick others; accepting changes its choice.
// Where the Download does not know the whole list, the Hub is asked. Opened, never executed.
// Owner: DownloadsPage. GUI thread.
class ChooseDialog : public QDialog {
    Q_OBJECT
public:
    ChooseDialog(transfer::Engine &engine, hub::Client &client, const transfer::DownloadId &id,
                 QWidget *parent = nullptr);
    ~ChooseDialog() override;

    void accept() override;

private:
    void setUpTree();
    void feedTree();
    void askHub();
    void showOnDisk();
    void showTotals();

    transfer::Engine &m_engine;
    hub::Client &m_client;
    const transfer::DownloadId m_id;
    const transfer::DownloadRequest m_request;
    QSet<QString> m_before; // paths that were chosen
    qsizetype m_noted = 0; // of what was chosen, in m_before
    QList<hub::TreeEntry> m_known; // files of the commit
    qsizetype m_fed = 0; // of them, in m_tree
    RepoTreeModel *m_tree = nullptr; // child
    QPointer<hub::CallBase> m_call;
    std::unique_ptr<Ui::ChooseDialog> m_ui;
};

} // namespace gui
