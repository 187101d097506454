#include "stage.h"

#include <QAbstractItemView>
#include <QStyle>
#include <QTest>

using namespace Qt::StringLiterals;

namespace stage {

demo::DemoOptions hubOptions(qint64 bytesPerSecond)
{
    demo::DemoOptions options;
    options.tokens = QStringList{token};
    options.bytesPerSecond = bytesPerSecond;
    return options;
}

session::Config configFor(const Folders &folders, const QString &endpoint)
{
    session::Config config;
    config.endpoint = hub::Endpoint::make(endpoint).value();
    config.token = core::Secret(token.toLatin1());
    config.place.id = u"test"_s;
    config.place.path = folders.cache();
    config.stateFolder = folders.root.filePath(u"state"_s);
    return config;
}

Program::Program(const Folders &folders, const session::Config &config)
    : m_settings(folders.root.filePath(u"settings.ini"_s))
    , m_services(config, session::Queue::Kept, session::limitsFrom(m_settings))
    , m_window(m_services, m_settings, {})
{
}

void click(QWidget *button)
{
    QVERIFY2(button && button->isVisible() && button->isEnabled(),
             button ? qPrintable(button->objectName()) : "no such button");
    QTest::mouseClick(button, Qt::LeftButton);
}

void clickRow(QAbstractItemView *view, const QModelIndex &index)
{
    QVERIFY(index.isValid() && view->isVisible());
    view->scrollTo(index);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(index).center());
}

void doubleClickRow(QAbstractItemView *view, const QModelIndex &index)
{
    clickRow(view, index);
    QTest::mouseDClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(index).center());
}

void clickBox(QAbstractItemView *view, const QModelIndex &index)
{
    QVERIFY(index.isValid() && view->isVisible());
    view->scrollTo(index);
    const QRect row = view->visualRect(index);
    const int box = view->style()->pixelMetric(QStyle::PM_IndicatorWidth);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                      QPoint(row.left() + 3 + box / 2, row.center().y()));
}

} // namespace stage
