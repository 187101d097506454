#pragma once

#include <QDeadlineTimer>
#include <QLabel>
#include <QTimer>

#include <chrono>
#include <optional>

namespace gui {

// Says in the status bar that the Hub asks for patience, and counts the seconds down; hidden while
// nobody waits. Owner: the status bar. GUI thread.
class WaitLabel : public QLabel {
    Q_OBJECT
public:
    explicit WaitLabel(QWidget *parent = nullptr);

    void setWait(std::optional<std::chrono::seconds> time); // as hub::Gate::waiting()

private:
    void tick();

    QDeadlineTimer m_opens;
    QTimer m_ticker;
};

} // namespace gui
