#pragma once

#include <QDialog>
#include <QSet>

#include <atomic>
#include <memory>

#include "gui/models/libraryitem.h"
#include "session/reclaim.h"

QT_BEGIN_NAMESPACE
class QTreeWidgetItem;
QT_END_NAMESPACE

namespace gui {

namespace Ui {
class ReclaimDialog;
}

// What could be deleted to make room, to be ticked, with the sum. Deletes nothing itself: accepted
// means deletion(). Owner: LibraryPage; deletes itself when it closes. GUI thread.
class ReclaimDialog : public QDialog {
    Q_OBJECT
public:
    ReclaimDialog(const cache::Location &place, const QList<cache::ScannedRepo> &repos,
                  bool usedIsKnown, const session::Deletions &deletions, QWidget *parent);
    ~ReclaimDialog() override;

    session::Deletion deletion() const; // of what is ticked
    QSet<LibraryItem> rows() const; // of the library, that go with it
    int items() const; // how many are ticked

private:
    void fill(const core::Result<QList<session::Reclaimable>> &found);
    QTreeWidgetItem *group(session::Reclaimable::Kind kind);
    QList<const session::Reclaimable *> ticked() const; // each repo once
    bool isIncluded(const session::Reclaimable &one) const;
    void showSum();

    std::unique_ptr<Ui::ReclaimDialog> m_ui;
    const session::Deletions &m_deletions;
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with the search
    QList<session::Reclaimable> m_found;
    QHash<int, QTreeWidgetItem *> m_rows; // by position in m_found; owned by the list
};

} // namespace gui
