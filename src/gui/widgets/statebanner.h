#pragma once

#include <QFrame>

#include <memory>

#include "core/error.h"

namespace gui {

namespace Ui {
class StateBanner;
}

// Says what a page is doing or why it has nothing to show, with advice and at most one action.
// Never a dialog. Owner: its page. GUI thread.
class StateBanner : public QFrame {
    Q_OBJECT
public:
    enum class Shape { Bar, Page }; // above other content, or in place of it

    explicit StateBanner(QWidget *parent = nullptr);
    ~StateBanner() override;

    void setShape(Shape shape);
    void showState(const QString &iconName, const QString &title, const QString &advice = {},
                   const QString &action = {});
    void showError(const core::Error &error, const QString &action);
    QString title() const;

Q_SIGNALS:
    void actionTriggered();

protected:
    void changeEvent(QEvent *event) override;

private:
    void drawIcon();

    std::unique_ptr<Ui::StateBanner> m_ui;
    QString m_iconName;
    Shape m_shape = Shape::Bar;
};

} // namespace gui
