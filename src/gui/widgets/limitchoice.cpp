#include "gui/widgets/limitchoice.h"

#include <QComboBox>
#include <QHBoxLayout>

#include "gui/widgets/ratebox.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {
constexpr qint64 firstSpeed = 5'000'000; // before anybody has chosen one
}

LimitChoice::LimitChoice(QWidget *parent)
    : QWidget(parent)
    , m_kind(new QComboBox(this))
    , m_speed(new RateBox(this))
{
    m_kind->setObjectName(u"limitKind"_s);
    m_kind->setAccessibleName(tr("Limit"));
    m_kind->addItems(
        {tr("None: as fast as it goes"), tr("Hold: nothing is fetched"), tr("Not faster than")});
    m_speed->setObjectName(u"limitSpeed"_s);
    m_speed->setAccessibleName(tr("Highest speed"));
    m_speed->setBytesPerSecond(firstSpeed);
    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_kind);
    line->addWidget(m_speed);
    line->addStretch();
    setFocusProxy(m_kind);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &LimitChoice::showKind);
    connect(m_kind, &QComboBox::activated, this, &LimitChoice::changed);
    connect(m_speed, &QSpinBox::valueChanged, this, [this] {
        if (m_speed->hasFocus())
            Q_EMIT changed();
    });
    showKind();
}

void LimitChoice::showKind()
{
    m_speed->setEnabled(m_kind->currentIndex() == Speed);
}

core::SpeedLimit LimitChoice::limit() const
{
    switch (static_cast<Kind>(m_kind->currentIndex())) {
    case None:
        return {};
    case Hold:
        return 0;
    case Speed:
        return m_speed->bytesPerSecond();
    }
    return {};
}

void LimitChoice::setLimit(const core::SpeedLimit &limit)
{
    if (limit && *limit > 0)
        m_speed->setBytesPerSecond(*limit);
    m_kind->setCurrentIndex(!limit ? None : *limit == 0 ? Hold : Speed);
}

} // namespace gui
