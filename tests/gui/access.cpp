#include "stage.h"

#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QScrollBar>
#include <QTest>
#include <QTreeView>

#include "gui/appearance.h"
#include "gui/pages/repopage.h"

using namespace Qt::StringLiterals;

namespace {

bool isInner(const QWidget *widget)
{
    // The edit inside a spin box or combo box speaks with the name of its owner.
    const QWidget *parent = widget->parentWidget();
    return qobject_cast<const QAbstractSpinBox *>(parent) || qobject_cast<const QComboBox *>(parent)
        || widget->focusProxy();
}

bool canFocus(const QWidget *widget)
{
    return widget->focusPolicy() != Qt::NoFocus && widget->isVisible() && widget->isEnabled()
        && !isInner(widget);
}

QString describe(const QWidget *widget)
{
    return QString::fromLatin1(widget->metaObject()->className()) + u' ' + widget->objectName();
}

// Contrast of WCAG: 4.5 for text.
double luminance(const QColor &colour)
{
    const auto channel = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF())
        + 0.0722 * channel(colour.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double high = std::max(luminance(a), luminance(b));
    const double low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

} // namespace

class AccessTest : public QObject {
    Q_OBJECT
private:
    static void checkNames(QWidget *window)
    {
        const auto widgets = window->findChildren<QWidget *>();
        int seen = 0;
        for (QWidget *widget : widgets) {
            if (!canFocus(widget))
                continue;
            ++seen;
            QAccessibleInterface *access = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(access);
            const QString name = access->text(QAccessible::Name);
            QVERIFY2(!name.trimmed().isEmpty(), qPrintable(describe(widget)));
        }
        QVERIFY(seen > 2);
    }

    // Tab must come by everything that can have the focus, and come back.
    static void checkTabOrder(QWidget *window)
    {
        QSet<const QWidget *> wanted;
        const auto widgets = window->findChildren<QWidget *>();
        for (const QWidget *widget : widgets) {
            if (canFocus(widget) && (widget->focusPolicy() & Qt::TabFocus))
                wanted.insert(widget);
        }
        QSet<const QWidget *> reached;
        for (qsizetype i = 0; i < 3 * wanted.size() + 20; ++i) {
            QWidget *now = QApplication::focusWidget();
            QVERIFY(now);
            reached.insert(now);
            QTest::keyClick(now, Qt::Key_Tab);
        }
        for (const QWidget *widget : std::as_const(wanted))
            QVERIFY2(reached.contains(widget), qPrintable(describe(widget)));
    }

private Q_SLOTS:
    void everythingHasANameAndIsReached()
    {
        const demo::Repo repo = support::makeRepo(u"owner/repo"_s,
                                                  {support::gitFile(u"README.md"_s, "# Card\n"),
                                                   support::gitFile(u"config.json"_s, "{}")});
        support::FaultyHub hub({repo}, stage::hubOptions());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        program.window().show();
        QVERIFY(QTest::qWaitForWindowActive(&program.window()));
        for (int i = 0; i < gui::placeCount; ++i) {
            program.window().goTo(static_cast<gui::Place>(i));
            QTest::qWait(300);
            checkNames(&program.window());
            checkTabOrder(&program.window());
        }
        program.window().openRepo({repo.id, std::nullopt, std::nullopt});
        auto *tree = program.find<QTreeView>("fileTree");
        QTRY_COMPARE_WITH_TIMEOUT(tree->model()->rowCount(), 2, 20000);
        checkNames(&program.window());
        checkTabOrder(&program.window());
    }

    void mnemonicsOfAMenuDiffer()
    {
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, u"http://127.0.0.1:9"_s));
        QList<QList<QAction *>> groups{program.window().menuBar()->actions()};
        for (const QAction *action : program.window().menuBar()->actions())
            groups << action->menu()->actions();
        for (const QList<QAction *> &group : std::as_const(groups)) {
            QSet<QString> used;
            for (const QAction *action : group) {
                if (action->isSeparator())
                    continue;
                const QString key = QKeySequence::mnemonic(action->text()).toString();
                QVERIFY2(!key.isEmpty() && !used.contains(key), qPrintable(action->text()));
                used.insert(key);
            }
        }
    }

    void textsStandOutInBothSchemes()
    {
        for (const gui::Scheme scheme : {gui::Scheme::Light, gui::Scheme::Dark}) {
            const QPalette palette = gui::paletteFor(scheme);
            const auto pair = [&palette](QPalette::ColorRole text, QPalette::ColorRole ground) {
                return contrast(palette.color(text), palette.color(ground));
            };
            QVERIFY(pair(QPalette::Text, QPalette::Base) >= 4.5);
            QVERIFY(pair(QPalette::Text, QPalette::AlternateBase) >= 4.5);
            QVERIFY(pair(QPalette::WindowText, QPalette::Window) >= 4.5);
            QVERIFY(pair(QPalette::ButtonText, QPalette::Button) >= 4.5);
            QVERIFY(pair(QPalette::PlaceholderText, QPalette::Base) >= 4.5);
            QVERIFY(pair(QPalette::PlaceholderText, QPalette::AlternateBase) >= 4.5);
            QVERIFY(pair(QPalette::HighlightedText, QPalette::Highlight) >= 4.5);
            QVERIFY(pair(QPalette::Link, QPalette::Base) >= 4.5);
        }
    }
};

QTEST_MAIN(AccessTest)
#include "access.moc"
