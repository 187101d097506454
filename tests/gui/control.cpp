#include "stage.h"

#include <QAction>
#include <QComboBox>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <QTranslator>
#include <QTreeView>

#include "gui/models/downloadsmodel.h"
#include "gui/models/filesmodel.h"
#include "gui/models/repotreemodel.h"
#include "gui/pages/choosedialog.h"
#include "gui/pages/downloadspage.h"
#include "gui/pages/limitdialog.h"
#include "gui/widgets/statebanner.h"

using namespace Qt::StringLiterals;
using gui::DownloadsModel;
using transfer::State;

namespace {

demo::Repo repoOf(const QString &name, int files, qint64 size)
{
    QList<demo::File> list;
    for (int i = 0; i < files; ++i)
        list << support::lfsFile(u"part-%1.bin"_s.arg(i), size, quint64(qHash(name) % 1000 + i));
    return support::makeRepo(u"control/"_s + name, list);
}

transfer::DownloadRequest requestFor(const demo::Repo &repo, const session::Config &config)
{
    transfer::DownloadRequest request;
    request.repo = repo.id;
    request.endpoint = config.endpoint.text();
    request.revision = u"main"_s;
    request.commit = repo.commit;
    request.place = config.place;
    for (const demo::File &file : repo.files) {
        hub::TreeEntry entry;
        entry.path = file.path;
        entry.size = file.content->size();
        entry.oid = QString(40, u'f');
        entry.lfs = true;
        entry.sha256 = file.content->sha256();
        request.listing << entry;
    }
    request.chosen = request.listing;
    return request;
}

// A window on Downloads with its hub.
struct Scene {
    explicit Scene(qint64 bytesPerSecond = 0)
        : hub({}, stage::hubOptions(bytesPerSecond))
        , program(folders, stage::configFor(folders, hub.endpoint()))
    {
        program.window().resize(1200, 760);
        program.window().show();
        program.window().goTo(gui::Place::Downloads);
    }

    transfer::Engine &engine() { return program.services().engine(); }
    transfer::DownloadId add(const demo::Repo &repo,
                             transfer::Engine::Begin begin = transfer::Engine::Begin::Now)
    {
        hub.setRepo(repo);
        return engine().add(requestFor(repo, program.services().config()), begin);
    }
    QTreeView *list() { return program.find<QTreeView>("downloadList"); }
    QStringList names()
    {
        QStringList names;
        for (int row = 0; row < list()->model()->rowCount(); ++row)
            names << engine().status(engine().downloads().at(row)).repo.id().mid(8);
        return names;
    }
    void pick(int row) { stage::clickRow(list(), list()->model()->index(row, 1)); }
    void press(Qt::Key key, Qt::KeyboardModifiers with = {})
    {
        program.window().activateWindow(); // there is no window manager here to do it
        QTRY_VERIFY(QApplication::focusWidget());
        QTest::keyClick(QApplication::focusWidget(), key, with);
    }
    // One of the measures; the settings have labels of the same names.
    QString fact(const char *name)
    {
        return program.window()
            .downloadsPage()
            .findChild<QLabel *>(QString::fromLatin1(name))
            ->text();
    }
    const gui::DownloadActions &actions() { return program.window().downloadsPage().actions(); }
    template <typename T> T *dialog() { return program.window().findChild<T *>(); }

    support::FaultyHub hub;
    stage::Folders folders;
    stage::Program program;
};

QMenu *openMenu(QTreeView *view, int row)
{
    const QPoint place = view->visualRect(view->model()->index(row, 0)).center();
    QContextMenuEvent event(QContextMenuEvent::Mouse, place, view->viewport()->mapToGlobal(place));
    QApplication::sendEvent(view->viewport(), &event);
    return qobject_cast<QMenu *>(QApplication::activePopupWidget());
}

// As a person does it: a press on the item.
void clickItem(QMenu *menu, const QString &text)
{
    QVERIFY(menu);
    const auto actions = menu->actions();
    for (QAction *action : actions) {
        if (action->text().remove(u'&').contains(text)) {
            QVERIFY2(action->isEnabled(), qPrintable(text));
            QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
            return;
        }
    }
    QFAIL(qPrintable(text));
}

} // namespace

// Order, limits and choice of what is in the queue, by real presses.
class ControlTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_english.load(u":/i18n/hubload_en.qm"_s)); // for the plurals
        QVERIFY(QCoreApplication::installTranslator(&m_english));
    }

    void theOrderByKeys()
    {
        Scene scene;
        for (const QString &name : {u"a"_s, u"b"_s, u"c"_s, u"d"_s})
            scene.add(repoOf(name, 1, 1000), transfer::Engine::Begin::Paused);
        scene.pick(2);
        QTRY_COMPARE(scene.list()->currentIndex().row(), 2);
        scene.press(Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(scene.names(), QStringList({u"a"_s, u"c"_s, u"b"_s, u"d"_s}));
        QCOMPARE(scene.list()->currentIndex().row(), 1); // it stays chosen where it goes
        scene.press(Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(scene.names(), QStringList({u"a"_s, u"b"_s, u"d"_s, u"c"_s}));
        QCOMPARE(scene.list()->currentIndex().row(), 3);
        scene.press(Qt::Key_Up, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(scene.names(), QStringList({u"c"_s, u"a"_s, u"b"_s, u"d"_s}));
        scene.press(Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(scene.names(), QStringList({u"a"_s, u"c"_s, u"b"_s, u"d"_s}));
        const auto shown = [&scene](int row) {
            return scene.list()
                ->model()
                ->index(row, DownloadsModel::PositionColumn)
                .data()
                .toString();
        };
        QTRY_COMPARE(shown(1), u"2"_s);
        QTRY_COMPARE(shown(3), u"4"_s);
        // Two at once, by the button.
        scene.pick(2);
        QTest::keyClick(scene.list(), Qt::Key_Down, Qt::ShiftModifier);
        stage::click(scene.program.find<QToolButton>("upButton"));
        QCOMPARE(scene.names(), QStringList({u"a"_s, u"b"_s, u"d"_s, u"c"_s}));
        stage::click(scene.program.find<QToolButton>("upButton"));
        QCOMPARE(scene.names(), QStringList({u"b"_s, u"d"_s, u"a"_s, u"c"_s}));
        QVERIFY(!scene.program.find<QToolButton>("upButton")->isEnabled());
        QCOMPARE(QApplication::focusWidget(), static_cast<QWidget *>(scene.list()));
    }

    void onlyWhatIsLegal()
    {
        Scene scene;
        const auto done = scene.add(repoOf(u"done"_s, 1, 1000));
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(done).state, State::Done, 20000);
        scene.add(repoOf(u"one"_s, 1, 1000), transfer::Engine::Begin::Paused);
        scene.add(repoOf(u"two"_s, 1, 1000), transfer::Engine::Begin::Paused);
        QCOMPARE(scene.names(), QStringList({u"one"_s, u"two"_s, u"done"_s}));
        const gui::DownloadActions &actions = scene.actions();
        const auto are = [](const QList<QAction *> &some, bool enabled) {
            return std::all_of(some.begin(), some.end(),
                               [&](const QAction *one) { return one->isEnabled() == enabled; });
        };
        scene.pick(0);
        QTRY_VERIFY(are({actions.toTop, actions.up, actions.startNow}, false));
        QVERIFY(are({actions.down, actions.toBottom, actions.limit, actions.choose}, true));
        scene.pick(1);
        QTRY_VERIFY(are({actions.down, actions.toBottom, actions.startNow}, false));
        QVERIFY(are({actions.up, actions.toTop}, true));
        scene.pick(2);
        QTRY_VERIFY(are({actions.toTop, actions.up, actions.down, actions.toBottom,
                         actions.startNow, actions.limit},
                        false));
        QVERIFY(are({actions.choose, actions.remove}, true));
        QTest::keyClick(scene.list(), Qt::Key_A, Qt::ControlModifier);
        QTRY_VERIFY(are({actions.choose}, false)); // of one at a time
    }

    void theMenuHasItsOrder()
    {
        Scene scene;
        scene.add(repoOf(u"one"_s, 1, 1000), transfer::Engine::Begin::Paused);
        scene.add(repoOf(u"two"_s, 1, 1000), transfer::Engine::Begin::Paused);
        scene.pick(1);
        QMenu *menu = openMenu(scene.list(), 1);
        QVERIFY(menu);
        QStringList texts;
        for (const QAction *action : menu->actions()) {
            QString text = action->isSeparator() ? u"-"_s : action->text().remove(u'&');
            texts << text.remove(QChar(0x2068)).remove(QChar(0x2069));
        }
        QCOMPARE(texts,
                 QStringList({u"Resume"_s, u"Pause"_s, u"Pause all"_s, u"Cancel"_s,
                              u"Remove from list…"_s, u"To top"_s, u"Up"_s, u"Down"_s,
                              u"To bottom"_s, u"Start now"_s, u"-"_s, u"Limit…"_s,
                              u"Change files…"_s, u"-"_s, u"Open folder"_s, u"Copy name"_s}));
        clickItem(menu, u"To top"_s);
        QCOMPARE(scene.names(), QStringList({u"two"_s, u"one"_s}));
    }

    void startsNow()
    {
        Scene scene(500'000);
        const auto first = scene.add(repoOf(u"first"_s, 1, 30'000'000));
        const auto second = scene.add(repoOf(u"second"_s, 1, 3'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(first).state, State::Fetching, 20000);
        scene.pick(1);
        QTRY_VERIFY(scene.actions().startNow->isEnabled());
        scene.press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(second).state, State::Fetching, 20000);
        QCOMPARE(scene.engine().status(first).state, State::Fetching);
        QTRY_VERIFY(!scene.actions().startNow->isEnabled());
    }

    void pausesResumesAndCancelsByKeys()
    {
        Scene scene(500'000);
        const auto id = scene.add(repoOf(u"one"_s, 1, 30'000'000));
        const auto state = [&] { return scene.engine().status(id).state; };
        QTRY_COMPARE_WITH_TIMEOUT(state(), State::Fetching, 20000);
        scene.pick(0);
        scene.press(Qt::Key_P, Qt::ControlModifier);
        QTRY_COMPARE(state(), State::Paused);
        QTRY_VERIFY(scene.actions().resume->isEnabled());
        const qint64 here = scene.engine().status(id).done;
        scene.press(Qt::Key_R, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(state(), State::Fetching, 20000);
        QVERIFY(scene.engine().status(id).done >= here);
        // The buttons are reached by Tab and pressed by Space.
        auto *cancel = scene.program.find<QToolButton>("cancelButton");
        for (int i = 0; i < 20 && !cancel->hasFocus(); ++i)
            scene.press(Qt::Key_Tab);
        QVERIFY(cancel->hasFocus());
        scene.press(Qt::Key_Space);
        QTRY_COMPARE(state(), State::Cancelled);
        QVERIFY(!cancel->isEnabled());
        QTRY_VERIFY(scene.list()->hasFocus()); // and not another button, under the same key
        QTRY_VERIFY(scene.actions().resume->isEnabled());
        scene.press(Qt::Key_R, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(state(), State::Fetching, 20000);
    }

    void countsRetries()
    {
        Scene scene;
        scene.hub.addRule(demo::Origin::Cdn, QRegularExpression(u".*"_s),
                          support::FaultyHub::status(500), 1);
        const auto id = scene.add(repoOf(u"again"_s, 1, 3000));
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(id).state, State::Done, 30000);
        scene.pick(0);
        QTRY_VERIFY2(scene.fact("retriesLabel").startsWith(u"1, the last at"_s),
                     qPrintable(scene.fact("retriesLabel")));
        QVERIFY(scene.fact("retriesLabel").contains(u"fault at the Hub"_s));
        QVERIFY(scene.fact("sourceLabel").contains(u"3"_s));
    }

    void limitOfOne()
    {
        Scene scene;
        const auto id = scene.add(repoOf(u"one"_s, 1, 1000), transfer::Engine::Begin::Paused);
        scene.pick(0);
        scene.press(Qt::Key_B, Qt::ControlModifier);
        QPointer<gui::LimitDialog> dialog = scene.dialog<gui::LimitDialog>();
        QVERIFY(dialog && dialog->isVisible());
        auto *kind = dialog->findChild<QComboBox *>(u"limitKind"_s);
        auto *speed = dialog->findChild<QSpinBox *>(u"limitSpeed"_s);
        QTRY_VERIFY(kind->hasFocus());
        QVERIFY(!speed->isEnabled());
        QTest::keyClick(kind, Qt::Key_End);
        QVERIFY(speed->isEnabled());
        QTest::keyClick(kind, Qt::Key_Tab);
        QTRY_VERIFY(speed->hasFocus());
        speed->selectAll();
        QTest::keyClicks(speed, u"1.5M"_s);
        QTest::keyClick(speed, Qt::Key_Return);
        QTRY_VERIFY(!dialog);
        QVERIFY(scene.engine().status(id).limit == core::SpeedLimit(1'500'000));
        QTRY_VERIFY(scene.fact("limitLabel").contains(u"1.5"_s));
        // Again, to hold it; and once more, but left with Escape.
        scene.press(Qt::Key_B, Qt::ControlModifier);
        dialog = scene.dialog<gui::LimitDialog>();
        kind = dialog->findChild<QComboBox *>(u"limitKind"_s);
        QCOMPARE(dialog->findChild<QSpinBox *>(u"limitSpeed"_s)->text(), u"1.50 MB/s"_s);
        QTest::keyClick(kind, Qt::Key_Up);
        stage::click(dialog->findChild<QPushButton *>(u"setButton"_s));
        QTRY_VERIFY(!dialog);
        QVERIFY(scene.engine().status(id).limit == core::SpeedLimit(0));
        scene.press(Qt::Key_B, Qt::ControlModifier);
        dialog = scene.dialog<gui::LimitDialog>();
        QTest::keyClick(dialog->findChild<QComboBox *>(u"limitKind"_s), Qt::Key_Home);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(!dialog);
        QVERIFY(scene.engine().status(id).limit == core::SpeedLimit(0));
    }

    void limitOfAll()
    {
        Scene scene;
        // Paused until the limit stands: without one, this machine may fetch all of it in a blink.
        const auto id = scene.add(repoOf(u"one"_s, 1, 60'000'000), transfer::Engine::Begin::Paused);
        auto *button = scene.program.find<QToolButton>("limitButton");
        QVERIFY(button->text().contains(u"Limit: none"_s));
        QVERIFY(!button->accessibleName().isEmpty());
        // The menu is a loop of its own until something is chosen.
        QTimer::singleShot(300, button, [button] { clickItem(button->menu(), u"1 MB/s"_s); });
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(button->text().contains(u"1 MB/s"_s));
        QVERIFY(scene.engine().limits().speed == core::SpeedLimit(1'000'000));
        QCOMPARE(scene.program.settings().text(core::Setting::SpeedLimit), u"1000000"_s);
        scene.engine().resume(id);
        const auto speed = [&scene] {
            return scene.list()->model()->index(0, DownloadsModel::SpeedColumn).data().toString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(speed().contains(u"/ 1 MB/s"_s), 15000);
        scene.program.find<QTabWidget>("details")->setCurrentIndex(1);
        QTRY_COMPARE_WITH_TIMEOUT(scene.fact("factorLabel"), u"your limit"_s, 20000);
        QTRY_COMPARE(scene.fact("connectionsLabel"), u"1"_s); // below 2 MB/s
        QVERIFY(scene.fact("sourceLabel").contains(u"from the network"_s));
        // Off and on again by keys, and held from the settings.
        scene.press(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!scene.engine().limits().speed);
        scene.press(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(scene.engine().limits().speed == core::SpeedLimit(1'000'000));
        scene.program.window().goTo(gui::Place::Settings);
        auto *kind =
            scene.program.find<QWidget>("limitChoice")->findChild<QComboBox *>(u"limitKind"_s);
        QCOMPARE(kind->currentIndex(), 2);
        QTest::keyClick(kind, Qt::Key_Up);
        QVERIFY(scene.engine().limits().speed == core::SpeedLimit(0));
        scene.program.window().goTo(gui::Place::Downloads);
        QVERIFY(button->text().contains(u"hold"_s));
        QTRY_COMPARE(speed(), u"on hold"_s);
        QTest::qWait(600);
        const qint64 here = scene.engine().status(id).done;
        QTest::qWait(700);
        QCOMPARE(scene.engine().status(id).done, here);
        scene.press(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!scene.engine().limits().speed);
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(id).state, State::Done, 60000);
    }

    // Its own limit, set while it runs: to nothing, and away again.
    void holdsOneWhileItRuns()
    {
        Scene scene(1'000'000);
        const auto id = scene.add(repoOf(u"one"_s, 1, 12'000'000));
        QTRY_VERIFY_WITH_TIMEOUT(scene.engine().status(id).done > 1'000'000, 20000);
        scene.pick(0);
        const auto set = [&scene](Qt::Key key) {
            scene.press(Qt::Key_B, Qt::ControlModifier);
            QPointer<gui::LimitDialog> dialog = scene.dialog<gui::LimitDialog>();
            QVERIFY(dialog);
            auto *kind = dialog->findChild<QComboBox *>(u"limitKind"_s);
            QTest::keyClick(kind, Qt::Key_Home);
            if (key != Qt::Key_Home)
                QTest::keyClick(kind, key);
            QTest::keyClick(dialog, Qt::Key_Return);
            QTRY_VERIFY(!dialog);
        };
        set(Qt::Key_Down);
        QVERIFY(scene.engine().status(id).limit == core::SpeedLimit(0));
        const auto speed = scene.list()->model()->index(0, DownloadsModel::SpeedColumn);
        QTRY_COMPARE(speed.data().toString(), u"on hold"_s);
        QCOMPARE(speed.siblingAtColumn(DownloadsModel::LeftColumn).data().toString(), u"–"_s);
        QTest::qWait(600);
        const qint64 here = scene.engine().status(id).done;
        QVERIFY(here < 12'000'000);
        QTest::qWait(900);
        QCOMPARE(scene.engine().status(id).done, here);
        set(Qt::Key_Home);
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(id).state, State::Done, 60000);
    }

    void otherFiles()
    {
        Scene scene;
        const auto id = scene.add(repoOf(u"files"_s, 4, 2000), transfer::Engine::Begin::Paused);
        scene.pick(0);
        scene.press(Qt::Key_F4);
        QPointer<gui::ChooseDialog> dialog = scene.dialog<gui::ChooseDialog>();
        QVERIFY(dialog && dialog->isVisible());
        auto *tree = dialog->findChild<QTreeView *>(u"tree"_s);
        auto *change = dialog->findChild<QPushButton *>(u"changeButton"_s);
        QCOMPARE(tree->model()->rowCount(), 4);
        QTRY_VERIFY(tree->hasFocus());
        QVERIFY(!change->isEnabled()); // nothing has changed yet
        QTest::keyClick(tree, Qt::Key_Space);
        QTRY_VERIFY(change->isEnabled());
        stage::clickBox(tree, tree->model()->index(2, 0));
        QVERIFY(dialog->findChild<QLabel *>(u"totalLabel"_s)->text().contains(u"2 files"_s));
        stage::click(dialog->findChild<QPushButton *>(u"noneButton"_s));
        QVERIFY(!change->isEnabled()); // nothing is no choice
        stage::click(dialog->findChild<QPushButton *>(u"allButton"_s));
        QVERIFY(!change->isEnabled());
        stage::clickBox(tree, tree->model()->index(1, 0));
        QTest::keyClick(change, Qt::Key_Return);
        QTRY_VERIFY(!dialog);
        QCOMPARE(scene.engine().fileCount(id), 3);
        auto *files = scene.program.find<QTreeView>("fileList");
        QTRY_COMPARE(files->model()->rowCount(), 3);
        // And back.
        scene.press(Qt::Key_F4);
        dialog = scene.dialog<gui::ChooseDialog>();
        stage::click(dialog->findChild<QPushButton *>(u"allButton"_s));
        QTest::keyClick(dialog->findChild<QTreeView *>(u"tree"_s), Qt::Key_Return);
        QTRY_VERIFY(!dialog);
        QTRY_COMPARE(files->model()->rowCount(), 4);
    }

    void otherFilesWhileItRuns()
    {
        Scene scene(1'000'000);
        const demo::Repo repo = repoOf(u"running"_s, 3, 4'000'000);
        scene.hub.setRepo(repo);
        auto request = requestFor(repo, scene.program.services().config());
        request.chosen = request.listing.mid(0, 2);
        const auto id = scene.engine().add(request);
        QTRY_VERIFY_WITH_TIMEOUT(scene.engine().status(id).done > 500'000, 20000);
        scene.pick(0);
        scene.press(Qt::Key_F4);
        QPointer<gui::ChooseDialog> dialog = scene.dialog<gui::ChooseDialog>();
        QVERIFY(dialog);
        auto *tree = dialog->findChild<QTreeView *>(u"tree"_s);
        QTRY_VERIFY(tree->hasFocus());
        QTest::keyClick(tree, Qt::Key_Space); // takes the first out
        QTest::keyClick(tree, Qt::Key_End);
        QTest::keyClick(tree, Qt::Key_Space); // adds the last
        QTest::keyClick(tree, Qt::Key_Return);
        QTRY_VERIFY(!dialog);
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(id).state, State::Done, 60000);
        const QDir snapshot(scene.folders.cache() + u"/models--control--running/snapshots/"_s
                            + repo.commit);
        QCOMPARE(snapshot.entryList(QDir::Files), QStringList({u"part-1.bin"_s, u"part-2.bin"_s}));
        for (int i = 1; i < 3; ++i) {
            QFile file(snapshot.filePath(u"part-%1.bin"_s.arg(i)));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(
                QString::fromLatin1(
                    QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex()),
                repo.files.at(i).content->sha256());
        }
    }

    // A list that comes in portions, a filter, and a Hub that refuses at first.
    void manyFilesAndAHubThatRefuses()
    {
        Scene scene;
        const demo::Repo repo = repoOf(u"refused"_s, 2, 2000);
        scene.hub.setRepo(repo);
        auto request = requestFor(repo, scene.program.services().config());
        for (int i = 0; i < 5000; ++i) {
            hub::TreeEntry entry = request.listing.first();
            entry.path = u"many/file-%1.bin"_s.arg(i);
            request.chosen << entry;
        }
        request.listing.clear();
        scene.engine().add(request, transfer::Engine::Begin::Paused);
        scene.hub.addRule(demo::Origin::Hub, QRegularExpression(u"/tree/"_s),
                          support::FaultyHub::status(403));
        scene.pick(0);
        scene.press(Qt::Key_F4);
        QPointer<gui::ChooseDialog> dialog = scene.dialog<gui::ChooseDialog>();
        QVERIFY(dialog);
        auto *tree = dialog->findChild<QTreeView *>(u"tree"_s);
        auto *model = dynamic_cast<gui::RepoTreeModel *>(tree->model());
        QTRY_COMPARE_WITH_TIMEOUT(model->tickedFiles(), 5002, 20000);
        auto *banner = dialog->findChild<gui::StateBanner *>(u"banner"_s);
        auto *again = banner->findChild<QPushButton *>(u"actionButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible() && again->isVisible(), 20000);
        scene.hub.clearRules();
        stage::click(again);
        QTRY_VERIFY_WITH_TIMEOUT(!banner->isVisible(), 20000);
        auto *filter = dialog->findChild<QLineEdit *>(u"filterField"_s);
        QTest::keyClicks(filter, u"nothing-like-it"_s);
        QTRY_COMPARE(banner->title(), u"No file matches this filter."_s);
        QVERIFY(banner->isVisible());
        filter->clear();
        QTRY_VERIFY(!banner->isVisible());
        QCOMPARE(model->tickedFiles(), 5002);
        auto *change = dialog->findChild<QPushButton *>(u"changeButton"_s);
        QVERIFY(!change->isEnabled());
        QTest::keyClick(tree, Qt::Key_Home);
        QTest::keyClick(tree, Qt::Key_Right); // another column, the same row
        QTest::keyClick(tree, Qt::Key_Space);
        QTRY_VERIFY(change->isEnabled());
        QTest::keyClick(tree, Qt::Key_Space);
        QTRY_VERIFY(!change->isEnabled()); // as it was
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(!dialog);
    }

    void theQuestionBeforeQuittingCounts()
    {
        Scene scene(500'000);
        const auto first = scene.add(repoOf(u"first"_s, 1, 30'000'000));
        const auto second = scene.add(repoOf(u"second"_s, 1, 30'000'000));
        QTRY_COMPARE_WITH_TIMEOUT(scene.engine().status(first).state, State::Fetching, 20000);
        scene.press(Qt::Key_Q, Qt::ControlModifier);
        auto *box = scene.program.find<QMessageBox>("quitQuestion");
        QTRY_VERIFY(box && box->isVisible());
        QCOMPARE(box->text(), u"2 downloads are running."_s);
        scene.engine().pause(second);
        QTRY_COMPARE(box->text(), u"1 download is running."_s);
        scene.engine().pause(first);
        QTRY_COMPARE(box->text(), u"Nothing is running any more."_s);
        QTest::keyClick(box, Qt::Key_Escape);
        QVERIFY(scene.program.window().isVisible());
    }

    void asksTheHubForWhatItDoesNotKnow()
    {
        Scene scene;
        const demo::Repo repo = repoOf(u"unlisted"_s, 5, 2000);
        scene.hub.setRepo(repo);
        auto request = requestFor(repo, scene.program.services().config());
        request.chosen = {request.listing.first()};
        request.listing.clear();
        const auto id = scene.engine().add(request, transfer::Engine::Begin::Paused);
        scene.pick(0);
        scene.press(Qt::Key_F4);
        QPointer<gui::ChooseDialog> dialog = scene.dialog<gui::ChooseDialog>();
        auto *tree = dialog->findChild<QTreeView *>(u"tree"_s);
        QTRY_COMPARE_WITH_TIMEOUT(tree->model()->rowCount(), 5, 20000);
        stage::clickBox(tree, tree->model()->index(3, 0));
        stage::click(dialog->findChild<QPushButton *>(u"changeButton"_s));
        QTRY_VERIFY(!dialog);
        QCOMPARE(scene.engine().fileCount(id), 2);
    }

    void prioritiesOfFiles()
    {
        Scene scene;
        const auto id = scene.add(repoOf(u"first"_s, 3, 2000), transfer::Engine::Begin::Paused);
        scene.pick(0);
        auto *files = scene.program.find<QTreeView>("fileList");
        QTRY_COMPARE(files->model()->rowCount(), 3);
        const auto priority = [files](int row) {
            return files->model()->index(row, gui::FilesModel::PriorityColumn).data().toString();
        };
        stage::clickRow(files, files->model()->index(1, 0));
        clickItem(openMenu(files, 1), u"High priority"_s);
        QTRY_COMPARE(priority(1), u"High"_s);
        QCOMPARE(priority(0), u"Normal"_s);
        stage::clickRow(files, files->model()->index(0, 0));
        clickItem(openMenu(files, 0), u"Skip"_s);
        QTRY_COMPARE(files->model()->rowCount(), 2);
        QCOMPARE(scene.engine().request(id).chosen.size(), 2);
        QTRY_COMPARE(priority(0), u"High"_s);
        QTest::keyClick(files, Qt::Key_A, Qt::ControlModifier);
        QMenu *menu = openMenu(files, 0);
        QVERIFY(menu);
        for (const QAction *action : menu->actions()) {
            if (action->text().contains(u"Skip"_s))
                QVERIFY(!action->isEnabled()); // something must be left
        }
        menu->close();
    }

private:
    QTranslator m_english;
};

QTEST_MAIN(ControlTest)
#include "control.moc"
