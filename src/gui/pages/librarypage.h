#pragma once

#include <QWidget>

#include <atomic>
#include <memory>

#include "cache/location.h"
#include "cache/scan.h"
#include "core/ids.h"

namespace gui {

class LibraryModel;

namespace Ui {
class LibraryPage;
}

// What the cache holds, whoever put it there. The disk is read in the pool. Owner: MainWindow.
// GUI thread.
class LibraryPage : public QWidget {
    Q_OBJECT
public:
    explicit LibraryPage(const cache::Location &place, QWidget *parent = nullptr);
    ~LibraryPage() override;

    void rescan(); // once more after a scan that is running

Q_SIGNALS:
    void discoverWanted();
    void repoWanted(const core::RepoRef &ref);

private:
    void startScan();
    void showScan(const core::Result<cache::ScanResult> &answer);
    void showSelection();
    const cache::ScannedRepo *selected() const;

    cache::Location m_place;
    std::unique_ptr<Ui::LibraryPage> m_ui;
    LibraryModel *m_model = nullptr; // child
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with the scan that runs
    bool m_isScanning = false;
    bool m_isStale = false; // something changed while a scan ran
};

} // namespace gui
