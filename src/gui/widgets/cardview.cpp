#include "gui/widgets/cardview.h"

#include <QEvent>
#include <QFontDatabase>
#include <QScrollBar>

#include "gui/background.h"
#include "gui/widgets/cardhtml.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

struct Prepared {
    QString html;
    CardMeta meta;
    bool isCut = false;
};

Prepared prepare(const QByteArray &card, const QUrl &base)
{
    const SplitCard split = splitCard(card);
    return {cleanCardHtml(split.body, base), readCardMeta(split.head),
            split.body.size() > mostCardBytes};
}

} // namespace

CardView::CardView(QWidget *parent)
    : QTextBrowser(parent)
{
    setOpenLinks(false);
    setOpenExternalLinks(false);
    document()->setDocumentMargin(16);
    document()->setUndoRedoEnabled(false);
}

void CardView::showCard(const QByteArray &card, const QUrl &base)
{
    const quint64 wanted = ++m_card;
    inBackground(
        this, [card, base] { return prepare(card, base); },
        [this, wanted](const Prepared &prepared) {
            if (wanted != m_card)
                return;
            m_html = prepared.html;
            if (prepared.isCut)
                m_html += u"<hr><p><i>"_s
                    + tr("The card goes on; read the rest on the Hub.").toHtmlEscaped()
                    + u"</i></p>"_s;
            refill();
            Q_EMIT metaKnown(prepared.meta);
        });
}

void CardView::clearCard()
{
    ++m_card;
    m_html.clear();
    clear();
}

void CardView::refill()
{
    const QString quiet = palette().color(QPalette::AlternateBase).name();
    const QString fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
    document()->setDefaultStyleSheet(
        u"a { color: %1; } pre { background-color: %2; font-family: '%3'; }"
        " code { font-family: '%3'; background-color: %2; } s { text-decoration: line-through; }"_s
            .arg(palette().color(QPalette::Link).name(), quiet, fixed));
    const int position = verticalScrollBar()->value();
    setHtml(m_html);
    verticalScrollBar()->setValue(position);
}

QVariant CardView::loadResource(int, const QUrl &)
{
    return {};
}

void CardView::changeEvent(QEvent *event)
{
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_html.isEmpty())
        refill();
}

} // namespace gui
