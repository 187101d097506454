#include "gui/widgets/limitmenu.h"

#include <QActionGroup>

#include "core/format.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 speeds[] = {500'000,    1'000'000,  2'000'000,  5'000'000,
                             10'000'000, 20'000'000, 50'000'000, 100'000'000};
constexpr qint64 firstSpeed = 5'000'000; // to switch on when there was none yet

core::SpeedLimit limitOf(const core::Settings &settings, core::Setting key)
{
    return core::parseSpeedLimit(settings.text(key)).value_or(core::SpeedLimit());
}

} // namespace

LimitMenu::LimitMenu(core::Settings &settings, QWidget *parent)
    : QMenu(parent)
    , m_settings(settings)
    , m_group(new QActionGroup(this))
{
    setTitle(tr("Limit of &everything"));
    addLimit({}, tr("&None", "limit"));
    addLimit(0, tr("&Hold: fetch nothing"));
    addSeparator();
    for (const qint64 speed : speeds)
        addLimit(speed, core::formatSpeed(static_cast<double>(speed)));
    addSeparator();
    m_other = addAction(tr("&Another speed…"), this, &LimitMenu::otherWanted);
    m_other->setCheckable(true);
    m_group->addAction(m_other);
    connect(&settings, &core::Settings::changed, this, [this](core::Setting key) {
        if (key != core::Setting::SpeedLimit)
            return;
        if (limit())
            m_settings.set(core::Setting::LastSpeedLimit, core::speedLimitText(limit()));
        showLimit();
        Q_EMIT limitChanged();
    });
    showLimit();
}

void LimitMenu::addLimit(const core::SpeedLimit &limit, const QString &text)
{
    QAction *action = addAction(text, this, [this, limit] { choose(limit); });
    action->setCheckable(true);
    action->setData(core::speedLimitText(limit));
    m_group->addAction(action);
}

core::SpeedLimit LimitMenu::limit() const
{
    return limitOf(m_settings, core::Setting::SpeedLimit);
}

void LimitMenu::choose(const core::SpeedLimit &limit)
{
    m_settings.set(core::Setting::SpeedLimit, core::speedLimitText(limit));
    showLimit(); // also where nothing has changed: “another speed” is ticked by its press
}

void LimitMenu::toggle()
{
    const auto last = limitOf(m_settings, core::Setting::LastSpeedLimit);
    choose(limit() ? core::SpeedLimit() : core::SpeedLimit(last.value_or(firstSpeed)));
}

void LimitMenu::showLimit()
{
    const QString text = core::speedLimitText(limit());
    m_other->setChecked(true);
    const auto all = m_group->actions();
    for (QAction *action : all) {
        if (action->data().toString() == text)
            action->setChecked(true);
    }
}

} // namespace gui
