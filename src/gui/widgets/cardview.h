#pragma once

#include <QTextBrowser>
#include <QUrl>

#include "gui/widgets/cardmeta.h"

namespace gui {

// A repo's card, written by strangers: parsed and cleaned in the pool, shown as rich text. Loads
// nothing, runs nothing, opens nothing by itself. Owner: its page. GUI thread.
class CardView : public QTextBrowser {
    Q_OBJECT
public:
    explicit CardView(QWidget *parent = nullptr);

    void showCard(const QByteArray &card, const QUrl &base);
    void clearCard();

Q_SIGNALS:
    void metaKnown(const gui::CardMeta &meta);

protected:
    QVariant loadResource(int type, const QUrl &name) override;
    void changeEvent(QEvent *event) override;

private:
    void refill();

    quint64 m_card = 0; // which answer is still wanted
    QString m_html;
};

} // namespace gui
