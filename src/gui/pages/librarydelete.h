#pragma once

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSet>

#include <atomic>
#include <memory>
#include <optional>

#include "cache/location.h"
#include "gui/models/libraryitem.h"
#include "session/deletions.h"

QT_BEGIN_NAMESPACE
class QMessageBox;
class QVBoxLayout;
QT_END_NAMESPACE

namespace gui {

class LibraryModel;
class StateBanner;

// Asks before something in the library is deleted, says what that frees and what stays, and shows
// a bar to take it back. Owner: LibraryPage. GUI thread; plans are made in the pool.
class LibraryDelete : public QObject {
    Q_OBJECT
public:
    // bars: where the bars go.
    LibraryDelete(const cache::Location &place, transfer::Engine &engine, LibraryModel &model,
                  QVBoxLayout *bars, QWidget *page);
    ~LibraryDelete() override;

    // Why these rows cannot be deleted together; empty where they can.
    static QString refusal(const QList<LibraryItem> &items);
    void ask(const QList<LibraryItem> &items);
    // Without a question, as a person has seen what goes; with the bar. title: what it is.
    void remove(const session::Deletion &deletion, const QString &title,
                const QSet<LibraryItem> &rows);
    void undoLast();
    bool canUndo() const { return !m_pending.isEmpty(); }
    session::Deletions &deletions() { return m_deletions; }

Q_SIGNALS:
    void changed(); // canUndo() may be another
    void deleted(const QSet<core::RepoId> &repos); // look at them again

private:
    struct Pending {
        QString title;
        QSet<LibraryItem> rows; // not shown meanwhile
        QSet<core::RepoId> repos;
        QPointer<StateBanner> bar;
    };
    using Plans = QList<core::Result<session::PlannedRemoval>>;

    void onPlanned(const QList<LibraryItem> &items, const Plans &plans);
    void openQuestion(const QList<LibraryItem> &items, const session::Deletion &deletion,
                      const QString &details);
    void tell(const QString &text);
    QString details(const QList<session::PlannedRemoval> &plans) const;
    QString title(const QList<LibraryItem> &items) const;
    void undo(int id);
    void onBegun(int id);
    void onEnded(int id, const session::DeletionOutcome &outcome);
    void hideRows();
    StateBanner *addBar();
    QPointer<StateBanner> takeBar(int id);

    cache::Location m_place;
    session::Deletions m_deletions;
    LibraryModel &m_model;
    QVBoxLayout *m_bars;
    QWidget *m_page;
    QPointer<QMessageBox> m_box;
    std::shared_ptr<std::atomic<bool>> m_stop; // shared with the plan that is made
    bool m_isPlanning = false;
    QHash<int, Pending> m_pending; // can be taken back
    QHash<int, Pending> m_running;
    QList<int> m_order; // of m_pending
};

} // namespace gui
