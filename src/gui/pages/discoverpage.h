#pragma once

#include <QTimer>
#include <QWidget>

#include <memory>

#include "core/ids.h"
#include "hub/client.h"

namespace gui {

class RepoListModel;

namespace Ui {
class DiscoverPage;
}

// Search field, kind, sort and the endless list of what the Hub has. A pasted link or owner/name
// opens that repo. Owner: MainWindow. GUI thread.
class DiscoverPage : public QWidget {
    Q_OBJECT
public:
    explicit DiscoverPage(hub::Client &client, QWidget *parent = nullptr);
    ~DiscoverPage() override;

    void focusSearch(); // and selects what is in it
    void reload();
    void start(); // first listing, when the page is first shown

Q_SIGNALS:
    void repoWanted(const core::RepoRef &ref);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void setUpControls();
    void setUpList();
    void enterPressed();
    void search();
    void showPhase();
    void showEmpty();
    void openRow(const QModelIndex &index);
    void loadAhead();
    core::RepoType kind() const;
    hub::SearchQuery query() const;

    hub::Client &m_client;
    std::unique_ptr<Ui::DiscoverPage> m_ui;
    RepoListModel *m_model = nullptr; // child
    QTimer m_pause; // since the last key
    bool m_isStarted = false;
    bool m_wantsList = false; // the answer to come takes the focus
};

} // namespace gui
