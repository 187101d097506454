#include "gui/widgets/statebanner.h"

#include "ui_statebanner.h"

#include <QBoxLayout>
#include <QEvent>

#include "core/errortext.h"
#include "gui/icons.h"

namespace gui {

using namespace Qt::StringLiterals;

StateBanner::StateBanner(QWidget *parent)
    : QFrame(parent)
    , m_ui(std::make_unique<Ui::StateBanner>())
{
    m_ui->setupUi(this);
    setShape(Shape::Bar);
    connect(m_ui->actionButton, &QPushButton::clicked, this, &StateBanner::actionTriggered);
}

StateBanner::~StateBanner() = default;

void StateBanner::setShape(Shape shape)
{
    m_shape = shape;
    const bool isBar = shape == Shape::Bar;
    setFrameShape(isBar ? QFrame::StyledPanel : QFrame::NoFrame);
    auto *box = qobject_cast<QBoxLayout *>(layout());
    box->setDirection(isBar ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    const Qt::Alignment alignment = isBar ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignHCenter;
    m_ui->titleLabel->setAlignment(alignment);
    m_ui->adviceLabel->setAlignment(alignment);
    box->setAlignment(m_ui->iconLabel, isBar ? Qt::AlignVCenter : Qt::AlignHCenter);
    box->setAlignment(m_ui->actionButton, isBar ? Qt::AlignVCenter : Qt::AlignHCenter);
    box->setStretchFactor(m_ui->textLayout, isBar ? 1 : 0);
    m_ui->before->setVisible(!isBar);
    m_ui->after->setVisible(!isBar);
    box->setStretch(box->indexOf(m_ui->before), isBar ? 0 : 1);
    box->setStretch(box->indexOf(m_ui->after), isBar ? 0 : 1);
    setSizePolicy(QSizePolicy::Preferred, isBar ? QSizePolicy::Maximum : QSizePolicy::Expanding);
}

void StateBanner::showState(const QString &iconName, const QString &title, const QString &advice,
                            const QString &action)
{
    m_iconName = iconName;
    m_ui->titleLabel->setText(title);
    m_ui->adviceLabel->setText(advice);
    m_ui->adviceLabel->setVisible(!advice.isEmpty());
    m_ui->actionButton->setText(action);
    m_ui->actionButton->setVisible(!action.isEmpty());
    setAccessibleName(advice.isEmpty() ? title : title + u' ' + advice);
    drawIcon();
    show();
}

void StateBanner::showError(const core::Error &error, const QString &action)
{
    const core::ErrorText text = core::errorText(error);
    const bool isOffline = error.kind == core::ErrorKind::Offline;
    showState(isOffline ? u"offline"_s : u"warning"_s, text.title, text.advice, action);
    m_ui->titleLabel->setToolTip(core::errorDetails(error).toHtmlEscaped());
}

QString StateBanner::title() const
{
    return m_ui->titleLabel->text();
}

void StateBanner::drawIcon()
{
    const int size = m_shape == Shape::Bar ? 24 : 48;
    m_ui->iconLabel->setPixmap(
        icon(m_iconName, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
}

void StateBanner::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawIcon();
}

} // namespace gui
