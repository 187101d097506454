#pragma once

#include <QFrame>
#include <QHash>
#include <QSet>

#include <memory>

#include "session/repair.h"
#include "session/verification.h"

namespace session {
class Services;
}

namespace gui {

namespace Ui {
class VerifyPanel;
}

// A check of the library while it runs, and what it found. Hidden until there is one. Owner:
// LibraryPage. GUI thread.
class VerifyPanel : public QFrame {
    Q_OBJECT
public:
    explicit VerifyPanel(session::Services &services, QWidget *parent = nullptr);
    ~VerifyPanel() override;

    bool isRunning() const { return m_check.isRunning(); }
    void start(const QList<session::Verification::Target> &targets);

Q_SIGNALS:
    void begun();
    // Paths by repo, as in CheckItem::file.
    void ended(const QList<core::RepoId> &repos, const QHash<core::RepoId, QSet<QString>> &damaged);
    void downloadsWanted(); // a repair is in the queue

private:
    void onProgress(qint64 done, qint64 total, const QString &name);
    void onEnded(const session::Verification::Result &result);
    void showWrong();
    void showButtons();
    void togglePause();
    void repair();

    std::unique_ptr<Ui::VerifyPanel> m_ui;
    session::Verification m_check;
    session::Repair m_repair;
    QList<session::Verification::Target> m_targets;
    session::Verification::Result m_result;
    bool m_isQueued = false; // the repair of what was found
};

} // namespace gui
