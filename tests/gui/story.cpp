#include "stage.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include "cache/layout.h"
#include "gui/models/downloadsmodel.h"
#include "gui/models/repotreemodel.h"
#include "gui/pages/discoverpage.h"
#include "gui/pages/downloadspage.h"
#include "gui/pages/receiptdialog.h"
#include "gui/pages/repopage.h"
#include "gui/widgets/statebanner.h"

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 fileSize = 24'000'000;
const QString repoName = u"storyteller/long-tale-GGUF"_s;

demo::Repo tale()
{
    return support::makeRepo(
        repoName,
        {support::lfsFile(u"tale-Q4.gguf"_s, fileSize, 1),
         support::lfsFile(u"tale-Q8.gguf"_s, fileSize, 2),
         support::gitFile(u"README.md"_s, "---\nlicense: mit\n---\n# A long tale\n"),
         support::gitFile(u"config.json"_s, "{}")});
}

demo::DemoOptions slow()
{
    return stage::hubOptions(1'000'000); // of each connection: time enough to press Pause
}

QByteArray contentOf(const demo::Repo &repo, const QString &path)
{
    for (const demo::File &file : repo.files) {
        if (file.path == path)
            return file.content->read(0, file.content->size());
    }
    return {};
}

// The file as every other program of the Hub would find it.
QByteArray published(const stage::Folders &folders, const demo::Repo &repo, const QString &path)
{
    const cache::Layout layout(folders.cache());
    QFile ref(layout.ref(repo.id, u"main"_s));
    if (!ref.open(QIODevice::ReadOnly))
        return {};
    QFile file(layout.entry(repo.id, QString::fromLatin1(ref.readAll()), path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

transfer::DownloadStatus firstDownload(stage::Program &program)
{
    const auto ids = program.services().engine().downloads();
    return ids.isEmpty() ? transfer::DownloadStatus()
                         : program.services().engine().status(ids.constFirst());
}

} // namespace

// The program as people use it: real windows, real presses, real sockets, a Hub with two origins.
class StoryTest : public QObject {
    Q_OBJECT
private:
    static void show(stage::Program *program)
    {
        program->window().show();
        QVERIFY(QTest::qWaitForWindowActive(&program->window()));
        program->services().engine().restore(transfer::Engine::OnStart::Resume);
    }

    static void searchAndOpen(stage::Program *program)
    {
        auto *field = program->find<QLineEdit>("searchField");
        QTest::mouseClick(field, Qt::LeftButton);
        QTest::keyClicks(field, u"long-tale"_s);
        auto *list = program->find<QListView>("resultList");
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 1, 20000);
        QCOMPARE(list->model()->index(0, 0).data().toString(), repoName);
        stage::doubleClickRow(list, list->model()->index(0, 0));
        auto *tree = program->find<QTreeView>("fileTree");
        QTRY_COMPARE_WITH_TIMEOUT(tree->model()->rowCount(), 4, 20000);
    }

    static void tickBoth(stage::Program *program)
    {
        auto *tree = program->find<QTreeView>("fileTree");
        int ticked = 0;
        for (int row = 0; row < tree->model()->rowCount(); ++row) {
            const QModelIndex index = tree->model()->index(row, 0);
            if (!index.data().toString().endsWith(u".gguf"_s))
                continue;
            stage::clickBox(tree, index);
            QCOMPARE(index.data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
            ++ticked;
        }
        QCOMPARE(ticked, 2);
        QVERIFY(program->window()
                    .repoPage()
                    .findChild<QLabel *>(u"totalLabel"_s)
                    ->text()
                    .contains(u"48"_s));
    }

    static void pressGet(stage::Program *program)
    {
        auto *button = program->window().repoPage().findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), 20000);
        stage::click(button);
        auto *receipt = program->window().findChild<gui::ReceiptDialog *>();
        QVERIFY(receipt && receipt->isVisible());
        auto *get = receipt->findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(get->isEnabled(), 20000);
        QVERIFY2(get->text().contains(u"48"_s), qPrintable(get->text()));
        stage::click(get);
        QTRY_VERIFY(program->window().downloadsPage().isVisible());
        program->window().activateWindow(); // there is no window manager here to do it
    }

    static void waitForBytes(stage::Program *program)
    {
        QTRY_VERIFY_WITH_TIMEOUT(firstDownload(*program).done > 100'000
                                     && firstDownload(*program).state == transfer::State::Fetching,
                                 30000);
    }

    // Ctrl+Q while bytes arrive: asked, stayed, asked again, gone.
    static void quit(stage::Program *program)
    {
        const auto question = [program] {
            return program->window().findChild<QMessageBox *>(u"quitQuestion"_s);
        };
        QTest::keyClick(&program->window(), Qt::Key_Q, Qt::ControlModifier);
        QTRY_VERIFY(question() && question()->isVisible());
        QTest::keyClick(question(), Qt::Key_Return); // the safe choice is the default
        QTRY_VERIFY(!question());
        QVERIFY(program->window().isVisible());
        QCOMPARE(firstDownload(*program).state, transfer::State::Fetching);
        program->window().close();
        QTRY_VERIFY(question() && question()->isVisible());
        const auto buttons = question()->buttons();
        for (QAbstractButton *button : buttons) {
            if (question()->buttonRole(button) == QMessageBox::AcceptRole) {
                stage::click(button);
                break;
            }
        }
        QTRY_VERIFY(!program->window().isVisible());
    }

private Q_SLOTS:
    void byMouse()
    {
        const demo::Repo repo = tale();
        support::FaultyHub hub({repo}, slow());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
        const auto models = program.window().findChildren<QAbstractItemModel *>();
        for (QAbstractItemModel *model : models)
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                model, QAbstractItemModelTester::FailureReportingMode::QtTest));
        show(&program);
        searchAndOpen(&program);
        tickBoth(&program);
        pressGet(&program);
        waitForBytes(&program);

        stage::click(program.find<QToolButton>("pauseButton"));
        QTRY_COMPARE_WITH_TIMEOUT(firstDownload(program).state, transfer::State::Paused, 20000);
        QTest::qWait(700); // what was on its way is still written down
        const qint64 atPause = firstDownload(program).done;
        QVERIFY(atPause > 0 && atPause < 2 * fileSize);
        auto *list = program.find<QTreeView>("downloadList");
        const auto state = [list] {
            return list->model()->index(0, gui::DownloadsModel::ProgressColumn).data().toString();
        };
        QTRY_COMPARE(state(), u"Paused"_s);
        QTest::qWait(1500);
        QCOMPARE(firstDownload(program).done, atPause); // nothing moves while paused

        stage::click(program.find<QToolButton>("resumeButton"));
        QTRY_COMPARE_WITH_TIMEOUT(firstDownload(program).state, transfer::State::Done, 90000);
        QTRY_COMPARE(state(), u"Done, checked"_s);
        for (const QString &path : {u"tale-Q4.gguf"_s, u"tale-Q8.gguf"_s})
            QVERIFY(published(folders, repo, path) == contentOf(repo, path));

        auto *places = program.find<QListView>("placesList");
        stage::clickRow(places, places->model()->index(int(gui::Place::Library), 0));
        auto *library = program.find<QTreeView>("repoList");
        QTRY_COMPARE_WITH_TIMEOUT(library->model()->rowCount(), 1, 20000);
        QVERIFY(library->model()->index(0, 0).data().toString().contains(repoName));

        QVERIFY(!hub.tokenLeaked());
        const auto asked = hub.requests(demo::Origin::Hub, QRegularExpression(u"."_s));
        QVERIFY(std::any_of(asked.begin(), asked.end(),
                            [](const support::Seen &seen) { return seen.hasToken; }));
        QVERIFY(!hub.requests(demo::Origin::Cdn, QRegularExpression(u"."_s)).isEmpty());
    }

    void goesOnAfterARestart()
    {
        const demo::Repo repo = tale();
        support::FaultyHub hub({repo}, slow());
        const stage::Folders folders;
        const session::Config config = stage::configFor(folders, hub.endpoint());
        qint64 before = 0;
        {
            stage::Program program(folders, config);
            show(&program);
            searchAndOpen(&program);
            tickBoth(&program);
            pressGet(&program);
            QTRY_VERIFY_WITH_TIMEOUT(firstDownload(program).done > 10'000'000, 60000);
            before = firstDownload(program).done;
            quit(&program);
        }
        stage::Program program(folders, config);
        show(&program);
        QCOMPARE(program.services().engine().downloads().size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(firstDownload(program).state, transfer::State::Done, 90000);
        for (const QString &path : {u"tale-Q4.gguf"_s, u"tale-Q8.gguf"_s})
            QVERIFY(published(folders, repo, path) == contentOf(repo, path));
        // What was on disk was not fetched again, but for what was on its way.
        QVERIFY2(hub.bodyBytes(demo::Origin::Cdn) < 2 * fileSize + before,
                 qPrintable(QString::number(hub.bodyBytes(demo::Origin::Cdn))));
    }

    void byKeyboardAlone()
    {
        const demo::Repo repo =
            support::makeRepo(repoName, {support::gitFile(u"config.json"_s, "{\"a\": 1}")});
        support::FaultyHub hub({repo}, stage::hubOptions());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        const auto press = [](Qt::Key key, Qt::KeyboardModifiers with = {}) {
            QTRY_VERIFY(QApplication::focusWidget());
            QTest::keyClick(QApplication::focusWidget(), key, with);
        };
        press(Qt::Key_L, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget(), program.find<QLineEdit>("searchField"));
        QTest::keyClicks(QApplication::focusWidget(), u"long-tale"_s);
        press(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(QApplication::focusWidget(),
                                  static_cast<QWidget *>(program.find<QListView>("resultList")),
                                  20000);
        press(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(QApplication::focusWidget(),
                                  static_cast<QWidget *>(program.find<QTreeView>("fileTree")),
                                  20000);
        press(Qt::Key_Space);
        auto *button = program.window().repoPage().findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), 20000);
        press(Qt::Key_Return);
        auto *receipt = program.window().findChild<gui::ReceiptDialog *>();
        QVERIFY(receipt);
        QTRY_VERIFY_WITH_TIMEOUT(receipt->findChild<QPushButton *>(u"getButton"_s)->hasFocus(),
                                 20000);
        press(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(firstDownload(program).state, transfer::State::Done, 30000);
        QCOMPARE(published(folders, repo, u"config.json"_s), "{\"a\": 1}"_ba);
        program.window().activateWindow();
        press(Qt::Key_3, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(program.find<QTreeView>("repoList")->model()->rowCount(), 1,
                                  20000);
    }

    void opensAPastedLinkWithItsFileTicked()
    {
        support::FaultyHub hub({tale()}, stage::hubOptions());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        auto *field = program.find<QLineEdit>("searchField");
        field->setText(hub.endpoint() + u'/' + repoName + u"/blob/main/config.json"_s);
        QTest::keyClick(field, Qt::Key_Return);
        auto *tree = program.find<QTreeView>("fileTree");
        QTRY_VERIFY_WITH_TIMEOUT(tree->currentIndex().data().toString() == u"config.json"_s, 20000);
        QCOMPARE(tree->currentIndex().data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
    }

    void aFilterSaysWhenNothingMatches()
    {
        support::FaultyHub hub({tale()}, stage::hubOptions());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        searchAndOpen(&program);
        gui::RepoPage &page = program.window().repoPage();
        auto *filter = page.findChild<QLineEdit *>(u"filterField"_s);
        auto *get = page.findChild<QPushButton *>(u"getButton"_s);
        QTest::keyClick(filter, Qt::Key_Return);
        QTest::qWait(50);
        QVERIFY(!get->isEnabled()); // an Enter in an empty field ticks nothing
        QTest::keyClicks(filter, u"nothing-like-it"_s);
        auto *banner = page.findChild<gui::StateBanner *>(u"filesBanner"_s);
        QTRY_VERIFY(banner->isVisible());
        QCOMPARE(banner->title(), u"No file matches this filter."_s);
        stage::click(banner->findChild<QPushButton *>(u"actionButton"_s));
        auto *tree = program.find<QTreeView>("fileTree");
        QTRY_VERIFY(tree->isVisible());
        QCOMPARE(tree->model()->rowCount(), 4);
        QVERIFY(filter->text().isEmpty());
        QTest::keyClicks(filter, u"gguf"_s);
        QTest::keyClick(filter, Qt::Key_Return);
        QTRY_VERIFY(get->isEnabled());
    }

    void savesACopy()
    {
        const demo::Repo repo = tale();
        support::FaultyHub hub({repo}, slow());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        searchAndOpen(&program);
        auto *tree = program.find<QTreeView>("fileTree");
        auto *banner = program.find<gui::StateBanner>("copyBanner");
        const auto save = [&](const QString &name, const QString &path) {
            const auto found = tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole,
                                                    name, 1, Qt::MatchExactly);
            QCOMPARE(found.size(), 1);
            tree->setCurrentIndex(found.first());
            tree->setFocus();
            QTest::keyClick(tree, Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
            QPointer<QFileDialog> dialog = program.window().findChild<QFileDialog *>();
            QVERIFY(dialog && dialog->isVisible());
            QVERIFY(!program.window().repoPage().saveCopyAction()->isEnabled());
            auto *field = dialog->findChild<QLineEdit *>(u"fileNameEdit"_s);
            QCOMPARE(field->text(), name);
            field->setText(path);
            QTest::keyClick(field, Qt::Key_Return);
            QTRY_VERIFY(!dialog);
            program.window().activateWindow();
        };
        QVERIFY(banner->isHidden());
        const QString small = folders.root.filePath(u"my copy #1.json"_s);
        save(u"config.json"_s, small);
        QTRY_VERIFY_WITH_TIMEOUT(banner->title().contains(u"is saved"_s), 20000);
        QFile file(small);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), contentOf(repo, u"config.json"_s));
        auto *button = banner->findChild<QPushButton *>(u"actionButton"_s);
        stage::click(button);
        QVERIFY(banner->isHidden());

        const QString large = folders.root.filePath(u"large.gguf"_s);
        save(u"tale-Q4.gguf"_s, large);
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(large + u".incomplete"_s).size() > 100'000, 20000);
        QTRY_VERIFY(banner->isVisible() && banner->title().contains(u"large.gguf"_s));
        stage::click(button);
        QTRY_VERIFY(banner->isHidden());
        QVERIFY(!QFile::exists(large));
        QVERIFY(QFile::exists(large + u".incomplete"_s)); // to be gone on with
        QTRY_VERIFY(program.window().repoPage().saveCopyAction()->isEnabled());
    }

    void asksBeforeRemovingWhatIsUnfinished()
    {
        support::FaultyHub hub({tale()}, slow());
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        searchAndOpen(&program);
        tickBoth(&program);
        pressGet(&program);
        waitForBytes(&program);
        QTest::keyClick(program.find<QTreeView>("downloadList"), Qt::Key_Delete);
        auto *question = program.window().findChild<QMessageBox *>();
        QVERIFY(question && question->isVisible());
        QTest::keyClick(question, Qt::Key_Return); // the safe choice is the default
        QTRY_VERIFY(!program.window().findChild<QMessageBox *>());
        QCOMPARE(program.services().engine().downloads().size(), 1);
        stage::click(program.find<QToolButton>("removeButton"));
        question = program.window().findChild<QMessageBox *>();
        QVERIFY(question);
        for (QAbstractButton *button : question->buttons()) {
            if (question->buttonRole(button) == QMessageBox::AcceptRole)
                stage::click(button);
        }
        QTRY_COMPARE(program.services().engine().downloads().size(), 0);
        QTRY_COMPARE(program.find<QTreeView>("downloadList")->model()->rowCount(), 0);
    }

    void countsWhatNeedsAPersonApart()
    {
        const demo::Repo repo = support::makeRepo(
            repoName,
            {support::gitFile(u"config.json"_s, "{}"), support::gitFile(u"a.txt"_s, "a")});
        support::FaultyHub hub({repo}, stage::hubOptions());
        hub.addRule(demo::Origin::Hub, QRegularExpression(u"/resolve/.*config"_s),
                    support::FaultyHub::status(403));
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        auto *needs = program.find<QToolButton>("needsButton");
        auto *queue = program.find<QToolButton>("queueButton");
        QVERIFY(!needs->isVisible());
        program.window().openRepo(
            {*core::RepoId::make(core::RepoType::Model, repoName), std::nullopt, std::nullopt});
        auto *tree = program.find<QTreeView>("fileTree");
        QTRY_COMPARE_WITH_TIMEOUT(tree->model()->rowCount(), 2, 20000);
        const auto onDisk = [tree](int row) {
            return tree->model()->index(row, gui::RepoTreeModel::OnDiskColumn).data().toString();
        };
        QTRY_COMPARE(onDisk(0), u"–"_s);
        stage::clickBox(tree, tree->model()->index(0, 0));
        stage::clickBox(tree, tree->model()->index(1, 0));
        auto *wanted = program.window().repoPage().findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(wanted->isEnabled(), 20000); // the listing is complete
        QTest::keyClick(tree, Qt::Key_Return);
        auto *receipt = program.window().findChild<gui::ReceiptDialog *>();
        QVERIFY(receipt);
        auto *get = receipt->findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(get->isEnabled(), 20000);
        stage::click(get);
        QTRY_COMPARE_WITH_TIMEOUT(firstDownload(program).state, transfer::State::Failed, 30000);
        QTRY_VERIFY(needs->isVisible());
        QVERIFY2(needs->text().contains(u'1'), qPrintable(needs->text()));
        QCOMPARE(queue->text(), u"Nothing in the queue"_s);
        // Short in the list, whole in its tooltip and beside the files.
        auto *list = program.find<QTreeView>("downloadList");
        const QModelIndex state = list->model()->index(0, gui::DownloadsModel::ProgressColumn);
        QTRY_COMPARE(state.data().toString(), u"Needs you: access refused"_s);
        QVERIFY(list->fontMetrics().horizontalAdvance(state.data().toString())
                < list->visualRect(state).width());
        QVERIFY(state.data(Qt::ToolTipRole).toString().contains(u"This account may not do that"_s));
        QVERIFY(program.find<QWidget>("errorBanner")->isVisible());
        // What did arrive is shown as here, and the other one is not.
        program.window().goTo(gui::Place::Discover);
        stage::click(needs);
        QVERIFY(program.window().downloadsPage().isVisible());
        QTRY_COMPARE(onDisk(0), u"Here"_s);
        QCOMPARE(onDisk(1), u"In the queue"_s);
    }

    void namesTheWaitForTheHub()
    {
        QList<demo::File> files;
        for (int i = 0; i < 12; ++i)
            files << support::gitFile(u"note-%1.txt"_s.arg(i), QByteArray::number(i));
        demo::DemoOptions options = stage::hubOptions();
        options.resolverQuota = 6; // of twelve files: the rest has to wait
        support::FaultyHub hub({support::makeRepo(repoName, files)}, options);
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        program.window().openRepo(
            {*core::RepoId::make(core::RepoType::Model, repoName), std::nullopt, std::nullopt});
        auto *tree = program.find<QTreeView>("fileTree");
        QTRY_COMPARE_WITH_TIMEOUT(tree->model()->rowCount(), 12, 20000);
        QTest::mouseClick(program.window().repoPage().findChild<QPushButton *>(u"allButton"_s),
                          Qt::LeftButton);
        auto *wanted = program.window().repoPage().findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(wanted->isEnabled(), 20000); // the listing is complete
        stage::click(wanted);
        auto *receipt = program.window().findChild<gui::ReceiptDialog *>();
        QVERIFY(receipt);
        auto *get = receipt->findChild<QPushButton *>(u"getButton"_s);
        QTRY_VERIFY_WITH_TIMEOUT(get->isEnabled(), 20000);
        stage::click(get);
        auto *list = program.find<QTreeView>("downloadList");
        QTRY_VERIFY_WITH_TIMEOUT(list->model()
                                     ->index(0, gui::DownloadsModel::ProgressColumn)
                                     .data()
                                     .toString()
                                     .startsWith(u"Waiting for the Hub ("_s),
                                 20000);
        QCOMPARE(program.find<QToolButton>("needsButton")->isVisible(), false);
    }

    void saysWhatIsWrongAndTriesAgain()
    {
        support::FaultyHub hub({tale()}, stage::hubOptions());
        hub.addRule(demo::Origin::Hub, QRegularExpression(u"^/api/models\\?"_s),
                    support::FaultyHub::status(403), 1);
        const stage::Folders folders;
        stage::Program program(folders, stage::configFor(folders, hub.endpoint()));
        show(&program);
        auto *retry = program.window()
                          .discoverPage()
                          .findChild<QWidget *>(u"emptyBanner"_s)
                          ->findChild<QPushButton *>();
        QTRY_VERIFY_WITH_TIMEOUT(retry->isVisible(), 20000);
        stage::click(retry);
        auto *list = program.find<QListView>("resultList");
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 1, 20000);
        QVERIFY(list->isVisible());
    }
};

QTEST_MAIN(StoryTest)
#include "story.moc"
