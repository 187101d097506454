#include "gui/widgets/waitlabel.h"

#include "core/format.h"

namespace gui {

using namespace std::chrono_literals;

WaitLabel::WaitLabel(QWidget *parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setToolTip(tr("The Hub allows a number of requests in five minutes. Signing in raises it."));
    m_ticker.setInterval(1s);
    connect(&m_ticker, &QTimer::timeout, this, &WaitLabel::tick);
    hide();
}

void WaitLabel::setWait(std::optional<std::chrono::seconds> time)
{
    setVisible(time.has_value());
    if (!time)
        return m_ticker.stop();
    m_opens = QDeadlineTimer(*time);
    m_ticker.start();
    tick();
}

void WaitLabel::tick()
{
    const auto left = std::chrono::ceil<std::chrono::seconds>(m_opens.remainingTimeAsDuration());
    //: %1 is a time such as 42 s
    setText(tr("Waiting for the Hub to allow more requests (%1)").arg(core::formatDuration(left)));
}

} // namespace gui
