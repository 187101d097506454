#include "gui/pages/downloadactions.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QWidget>

#include <algorithm>

#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

using transfer::DownloadStatus;
using transfer::State;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(gui::DownloadActions)
};

bool canPause(const DownloadStatus &row)
{
    return row.state == State::Queued || row.state == State::Waiting
        || transfer::isActive(row.state);
}

bool canResume(const DownloadStatus &row)
{
    return row.state == State::Paused || row.state == State::Failed
        || row.state == State::Cancelled;
}

bool canCancel(const DownloadStatus &row)
{
    return !transfer::isEnd(row.state);
}

bool canStartNow(const DownloadStatus &row)
{
    return row.state == State::Queued && !row.isOverLimit;
}

bool isInQueue(const DownloadStatus &row)
{
    return row.position > 0;
}

// True where those in the queue are not all together at one end of it, which begins there.
bool canMove(const QList<DownloadStatus> &rows, int end, int step)
{
    QList<int> positions;
    for (const DownloadStatus &row : rows) {
        if (isInQueue(row))
            positions << row.position;
    }
    for (int i = 0; i < positions.size(); ++i) {
        if (!positions.contains(end + i * step))
            return true;
    }
    return false;
}

} // namespace

DownloadActions DownloadActions::make(QWidget *page)
{
    const auto add = [page](const QString &text, const QString &iconName,
                            const QKeySequence &keys = {}) {
        auto *action = new QAction(Texts::phrase(text), page);
        action->setProperty("iconName", iconName);
        action->setShortcut(keys);
        return action;
    };
    // Elsewhere these keys belong to the text fields and lists of other pages.
    const auto addHere = [&](const QString &text, const QString &iconName,
                             const QKeySequence &keys) {
        QAction *action = add(text, iconName, keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        page->addAction(action);
        return action;
    };
    constexpr auto ctrlShift = Qt::CTRL | Qt::SHIFT;
    DownloadActions actions;
    actions.resume = add(Words::tr("&Resume"), u"resume"_s, Qt::CTRL | Qt::Key_R);
    actions.pause = add(Words::tr("&Pause"), u"pause"_s, Qt::CTRL | Qt::Key_P);
    actions.pauseAll = add(Words::tr("Pause &all"), u"pause"_s, ctrlShift | Qt::Key_P);
    actions.cancel = add(Words::tr("&Cancel"), u"cancel"_s);
    actions.remove = addHere(Words::tr("Re&move from list…"), u"remove"_s, Qt::Key_Delete);
    actions.toTop = addHere(Words::tr("To &top"), u"top"_s, ctrlShift | Qt::Key_Up);
    actions.up = addHere(Words::tr("&Up"), u"up"_s, Qt::CTRL | Qt::Key_Up);
    actions.down = addHere(Words::tr("&Down"), u"down"_s, Qt::CTRL | Qt::Key_Down);
    actions.toBottom = addHere(Words::tr("To &bottom"), u"bottom"_s, ctrlShift | Qt::Key_Down);
    actions.startNow = addHere(Words::tr("Start no&w"), u"start-now"_s, Qt::CTRL | Qt::Key_Return);
    actions.limit = addHere(Words::tr("L&imit…"), u"limit"_s, Qt::CTRL | Qt::Key_B);
    actions.choose = addHere(Words::tr("Change &files…"), u"choose"_s, Qt::Key_F4);
    return actions;
}

void DownloadActions::fit(const QList<DownloadStatus> &rows, int queueLength) const
{
    const auto any = [&rows](bool (*can)(const DownloadStatus &)) {
        return std::any_of(rows.begin(), rows.end(), can);
    };
    resume->setEnabled(any(&canResume));
    pause->setEnabled(any(&canPause));
    cancel->setEnabled(any(&canCancel));
    remove->setEnabled(!rows.isEmpty());
    const bool canRise = canMove(rows, 1, 1);
    const bool canSink = canMove(rows, queueLength, -1);
    toTop->setEnabled(canRise);
    up->setEnabled(canRise);
    down->setEnabled(canSink);
    toBottom->setEnabled(canSink);
    startNow->setEnabled(any(&canStartNow));
    limit->setEnabled(any(&isInQueue));
    choose->setEnabled(rows.size() == 1);
}

void DownloadActions::addTo(QMenu *menu) const
{
    menu->addActions(
        {resume, pause, pauseAll, cancel, remove, toTop, up, down, toBottom, startNow});
    menu->addSeparator();
    menu->addActions({limit, choose});
    menu->addSeparator();
}

} // namespace gui
