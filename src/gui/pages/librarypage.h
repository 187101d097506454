#pragma once

#include <QHash>
#include <QSet>
#include <QTimer>
#include <QWidget>

#include <atomic>
#include <memory>
#include <optional>

#include "core/ids.h"
#include "gui/models/libraryitem.h"
#include "gui/pages/libraryactions.h"
#include "session/library.h"
#include "transfer/download.h"

namespace session {
class Services;
}

namespace gui {

class LibraryDelete;
class LibraryModel;
class VerifyPanel;

namespace Ui {
class LibraryPage;
}

// What the cache holds, whoever put it there: seen, checked, deleted. The disk is read in the pool.
// Owner: MainWindow. GUI thread.
class LibraryPage : public QWidget {
    Q_OBJECT
public:
    explicit LibraryPage(session::Services &services, QWidget *parent = nullptr);
    ~LibraryPage() override;

    void rescan(); // once more after a scan that is running
    bool isScanning() const { return m_library->isScanning(); }
    void focusList();
    void focusFilter();
    const LibraryActions &actions() const { return m_actions; }
    LibraryDelete &deleter() { return *m_delete; }

Q_SIGNALS:
    void discoverWanted();
    void repoWanted(const core::RepoRef &ref);
    void spaceChanged();

protected:
    void changeEvent(QEvent *event) override;

private:
    struct View; // what is open and chosen in the list

    void setUpList();
    void setUpFilter();
    void spanNotes(const QModelIndex &repo);
    void setUpActions();
    void setUpVerify();
    void verify(const QList<LibraryItem> &items);
    void onVerified(const QList<core::RepoId> &repos,
                    const QHash<core::RepoId, QSet<QString>> &damaged);
    void onFetched(const transfer::DownloadId &id);
    void onScanned(const session::LibraryScan &scan);
    void onFailed(const core::Error &error);
    void onRepoScanned(const core::RepoId &repo, const std::optional<cache::ScannedRepo> &found);
    void loadFiles(const LibraryItem &version);
    void openReclaim();
    void applyFilter();
    void clearFilter();
    void emptyAction();
    void showContent(); // totals, or why there is nothing
    void showEmpty();
    void showTotals();
    void showUsage();
    void showSelection();
    QString selectionText(const QList<LibraryItem> &items) const;
    QList<LibraryItem> selected() const;
    QString pathOf(const LibraryItem &item) const;
    View view() const;
    void restore(const View &view);
    void openMenu(const QPoint &position);

    session::Services &m_services;
    std::unique_ptr<Ui::LibraryPage> m_ui;
    LibraryModel *m_model = nullptr; // children from here on
    session::Library *m_library = nullptr;
    LibraryDelete *m_delete = nullptr;
    VerifyPanel *m_verify = nullptr;
    LibraryActions m_actions;
    QHash<core::RepoId, QSet<QString>> m_damaged; // as the last checks found it
    QTimer m_typing;
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with listings of files
    session::LibraryScan m_scan; // repos as they were found then; the model knows them as they are
    QSet<LibraryItem> m_open; // rows that show what is below them
    bool m_isKnown = false; // a scan has succeeded
};

} // namespace gui
