#include "libraryscene.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QTranslator>

#include "gui/widgets/usageline.h"

using namespace Qt::StringLiterals;
using gui::LibraryItem;
using gui::LibraryModel;
using Scene = LibraryScene;
using Kind = gui::LibraryItem::Kind;

// The library by real presses, on a real cache.
class LibraryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_english.load(u":/i18n/hubload_en.qm"_s)); // for the plurals
        QVERIFY(QCoreApplication::installTranslator(&m_english));
    }

    void emptyLibrary()
    {
        Scene scene;
        scene.open();
        auto *banner = scene.child<gui::StateBanner>("emptyBanner");
        QTRY_VERIFY(banner->title().startsWith(u"No files yet"_s));
        stage::click(banner->findChild<QPushButton *>(u"actionButton"_s));
        QVERIFY(!scene.page().isVisible()); // in Discover
    }

    void unreadable()
    {
        if (::geteuid() == 0) {
            // Rights do not stop root; a file in place of the folder does.
            Scene scene;
            QVERIFY(cachetest::writeFile(scene.folders.cache(), "x"));
            scene.open();
            auto *banner = scene.child<gui::StateBanner>("banner");
            QTRY_VERIFY(banner->isVisible());
            QVERIFY(QFile::remove(scene.folders.cache()));
            stage::click(banner->findChild<QPushButton *>(u"actionButton"_s));
            QTRY_VERIFY(!banner->isVisible());
        }
    }

    void reposVersionsFiles()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        const LibraryItem repo = scene.item(Kind::Repo);
        QCOMPARE(scene.cell(repo, LibraryModel::SizeColumn), core::formatSize(9000));
        QCOMPARE(scene.cell(repo, LibraryModel::VersionsColumn), u"2"_s);
        QCOMPARE(scene.cell(repo, LibraryModel::StateColumn), u"not checked"_s);
        QVERIFY(scene.child<QLabel>("totalLabel")->text().contains(u"in 1 repo"_s));
        scene.pick(repo);
        scene.press(Qt::Key_Right);
        const LibraryItem named = scene.item(Kind::Version, '2');
        const LibraryItem detached = scene.item(Kind::Version, '1');
        QVERIFY(scene.cell(named, LibraryModel::NameColumn).contains(u"main"_s));
        QVERIFY(scene.cell(detached, LibraryModel::NameColumn).contains(u"no name points to it"_s));
        QCOMPARE(scene.cell(detached, LibraryModel::SizeColumn), core::formatSize(7000));
        scene.press(Qt::Key_Down);
        scene.press(Qt::Key_Right);
        const LibraryItem file = scene.item(Kind::File, '2', u"shared.bin"_s);
        QTRY_VERIFY(scene.at(file).isValid());
        QCOMPARE(scene.cell(file, LibraryModel::VersionsColumn), u"shared with 1"_s);
        QCOMPARE(scene.cell(file, LibraryModel::SizeColumn), core::formatSize(4000));
        scene.pick(detached);
        QVERIFY(scene.child<QLabel>("detailLabel")->text().contains(core::formatSize(3000)));
        QVERIFY(scene.child<gui::UsageLine>("usageLine")
                    ->accessibleName()
                    .contains(core::formatSize(9000)));
    }

    void oddThingsAreShown()
    {
        Scene scene;
        scene.twoVersions();
        QVERIFY(QFile::remove(scene.layout().blob(cachetest::repo(), cachetest::sha256Id('b'))));
        QVERIFY(cachetest::writeFile(scene.folders.cache() + u"/notes.txt"_s, "mine"));
        QVERIFY(QDir().mkpath(scene.folders.cache() + u"/kernels--o--k/blobs"_s));
        QVERIFY(cachetest::writeFile(scene.layout().ref(cachetest::repo(), u"lost"_s),
                                     cachetest::commit('9').toLatin1()));
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 3);
        const LibraryItem mine{Kind::Stranger, {}, {}, u"notes.txt"_s};
        const LibraryItem kernel{Kind::Stranger, {}, {}, u"kernels--o--k"_s};
        QCOMPARE(scene.cell(mine, LibraryModel::StateColumn), u"not from the Hub"_s);
        QVERIFY(scene.cell(kernel, LibraryModel::StateColumn).contains(u"kernel"_s));
        QCOMPARE(scene.cell(scene.item(Kind::Repo), LibraryModel::StateColumn),
                 u"damaged: 1 missing"_s);
        // The link that leads to nothing and the ref, each as a row.
        const QModelIndex repo = scene.at(scene.item(Kind::Repo));
        QCOMPARE(scene.model()->rowCount(repo), 4);
        QCOMPARE(scene.model()->item(scene.model()->index(0, 0, repo)).kind, Kind::Note);
        scene.list()->expand(repo);
        QVERIFY(scene.list()->isFirstColumnSpanned(0, repo)); // it is a whole sentence
        QVERIFY(!scene.list()->isFirstColumnSpanned(2, repo));
        scene.pick(mine);
        QVERIFY(!scene.child<QPushButton>("deleteButton")->isEnabled());
    }

    void deleteAndUndo()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        const LibraryItem repo = scene.item(Kind::Repo);
        const LibraryItem old = scene.item(Kind::Version, '1');
        scene.list()->expand(scene.at(repo));
        scene.pick(old);
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        const QString words = scene.box()->informativeText();
        QVERIFY2(words.contains(u"3,000 bytes"_s), qPrintable(words));
        QVERIFY2(words.contains(core::formatSize(4000)), qPrintable(words)); // what stays
        scene.press(Qt::Key_Return); // the safe choice has the focus
        QTRY_VERIFY(!scene.box());
        QVERIFY(scene.at(old).isValid());

        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        stage::click(scene.deleteButton());
        QTRY_VERIFY(!scene.at(old).isValid()); // gone at once
        QVERIFY(scene.bar()->title().contains(core::formatSize(3000)));
        QVERIFY(scene.has('b'));
        stage::click(scene.barButton());
        QTRY_VERIFY(scene.at(old).isValid());
        QTRY_VERIFY(!scene.bar());

        scene.page().deleter().deletions().setUndoTime(std::chrono::milliseconds(300));
        scene.pick(old);
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        stage::click(scene.deleteButton());
        QTRY_VERIFY_WITH_TIMEOUT(!scene.has('b'), 20000);
        QVERIFY(scene.has('a') && scene.has('d'));
        QTRY_VERIFY(scene.bar()->title().contains(u"freed"_s));
        QTRY_COMPARE(scene.cell(repo, LibraryModel::VersionsColumn), u"1"_s);
        QVERIFY(!scene.at(old).isValid());
    }

    // A file, taken back by the keys.
    void deleteAFile()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        const LibraryItem version = scene.item(Kind::Version, '2');
        const LibraryItem file = scene.item(Kind::File, '2', u"new.bin"_s);
        scene.list()->expand(scene.at(scene.item(Kind::Repo)));
        scene.list()->expand(scene.at(version));
        QTRY_VERIFY(scene.at(file).isValid());
        scene.pick(file);
        stage::click(scene.child<QPushButton>("deleteButton"));
        QTRY_VERIFY(scene.box());
        stage::click(scene.deleteButton());
        QTRY_VERIFY(!scene.at(file).isValid());
        scene.list()->setFocus();
        scene.press(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(scene.at(file).isValid());
        QVERIFY(scene.has('d'));
    }

    void quittingKeepsWhatWaits()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        scene.pick(scene.item(Kind::Repo));
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        scene.page().deleter().deletions().setUndoTime(std::chrono::milliseconds(200));
        stage::click(scene.deleteButton());
        QTRY_COMPARE(scene.model()->rowCount(), 0);
        QVERIFY(scene.child<gui::StateBanner>("emptyBanner")->title().startsWith(u"All that"_s));
        scene.program.reset();
        QTest::qWait(600);
        QVERIFY(scene.has('a') && scene.has('b') && scene.has('d'));
    }

    // More has come since the person was told: it all stays.
    void whatCameMeanwhileStays()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        scene.pick(scene.item(Kind::Repo));
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        scene.page().deleter().deletions().setUndoTime(std::chrono::milliseconds(400));
        stage::click(scene.deleteButton());
        scene.blob('e', 100);
        scene.link('3', u"newer.bin"_s, 'e');
        QTRY_VERIFY(scene.bar() && scene.bar()->title().startsWith(u"Nothing was deleted"_s));
        QVERIFY(scene.has('a') && scene.has('b') && scene.has('e'));
        QTRY_COMPARE(scene.cell(scene.item(Kind::Repo), LibraryModel::VersionsColumn), u"3"_s);
    }

    void whatADownloadNeedsStays()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        transfer::DownloadRequest request;
        request.repo = cachetest::repo();
        request.endpoint = u"http://127.0.0.1:9"_s;
        request.revision = u"main"_s;
        request.commit = cachetest::commit('2');
        request.place = scene.program->services().config().place;
        hub::TreeEntry entry;
        entry.path = u"more.bin"_s;
        entry.size = 10;
        entry.oid = QString(40, u'f');
        entry.lfs = true;
        entry.sha256 = QString(64, u'7');
        request.chosen << entry;
        transfer::Engine &engine = scene.program->services().engine();
        const auto id = engine.add(request, transfer::Engine::Begin::Paused);
        scene.pick(scene.item(Kind::Repo));
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        QVERIFY(scene.box()->informativeText().contains(u"a download in the queue needs it"_s));
        QVERIFY(!scene.deleteButton());
        scene.box()->close();
        QTRY_VERIFY(!scene.box());
        // It comes into the queue while it can be taken back.
        engine.remove(id);
        scene.page().deleter().deletions().setUndoTime(std::chrono::milliseconds(400));
        scene.press(Qt::Key_Delete);
        QTRY_VERIFY(scene.box());
        stage::click(scene.deleteButton());
        engine.add(request, transfer::Engine::Begin::Paused);
        QTRY_VERIFY(scene.bar() && scene.bar()->title().startsWith(u"Nothing was deleted"_s));
        QVERIFY(scene.has('a') && scene.has('b') && scene.has('d'));
    }

    void filters()
    {
        Scene scene;
        scene.twoVersions();
        const core::RepoId data = cachetest::repo("owner/data", core::RepoType::Dataset);
        scene.blob('a', 50, data);
        scene.link('1', u"x.csv"_s, 'a', data);
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 2);
        scene.press(Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(QApplication::focusWidget(), u"DATA"_s);
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        QCOMPARE(scene.model()->item(scene.model()->index(0, 0)).repo, data);
        scene.child<QComboBox>("kindBox")->setCurrentIndex(1); // models
        QCOMPARE(scene.model()->rowCount(), 0);
        auto *banner = scene.child<gui::StateBanner>("emptyBanner");
        QCOMPARE(banner->title(), u"No repo matches these filters."_s);
        stage::click(banner->findChild<QPushButton *>(u"actionButton"_s));
        QCOMPARE(scene.model()->rowCount(), 2);
        scene.child<QComboBox>("unusedBox")->setCurrentIndex(3); // six months
        QCOMPARE(scene.model()->rowCount(), 0);
        for (const char blob : {'a', 'b', 'd'}) {
            QFile file(scene.layout().blob(cachetest::repo(), cachetest::sha256Id(blob)));
            QVERIFY(file.open(QIODevice::ReadWrite));
            QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-200),
                                     QFile::FileAccessTime));
        }
        scene.program->window().activateWindow();
        scene.page().rescan();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
    }

    // What other programs do appears by itself, and what is open stays open.
    void live()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        scene.list()->expand(scene.at(scene.item(Kind::Repo)));
        scene.pick(scene.item(Kind::Version, '1'));
        QTest::qWait(300); // until the watches are there
        scene.blob('e', 100);
        scene.link('3', u"newer.bin"_s, 'e');
        QTRY_COMPARE_WITH_TIMEOUT(scene.cell(scene.item(Kind::Repo), LibraryModel::VersionsColumn),
                                  u"3"_s, 15000);
        QVERIFY(scene.list()->isExpanded(scene.at(scene.item(Kind::Repo))));
        QCOMPARE(scene.model()->item(scene.list()->currentIndex()), scene.item(Kind::Version, '1'));
        const core::RepoId other = cachetest::repo("owner/other");
        scene.blob('a', 77, other);
        scene.link('1', u"x.bin"_s, 'a', other);
        QTRY_COMPARE_WITH_TIMEOUT(scene.model()->rowCount(), 2, 15000);
        const LibraryItem item{Kind::Repo, other, {}, {}};
        QTRY_COMPARE_WITH_TIMEOUT(scene.cell(item, LibraryModel::VersionsColumn), u"1"_s, 15000);
        QVERIFY(QDir(scene.layout().repo(other)).removeRecursively());
        QTRY_COMPARE_WITH_TIMEOUT(scene.model()->rowCount(), 1, 15000);
    }

    void copies()
    {
        Scene scene;
        scene.twoVersions();
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        scene.pick(scene.item(Kind::Repo));
        scene.page().actions().copyLine->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"hf download owner/name"_s);
        scene.page().actions().copyPath->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), scene.layout().repo(cachetest::repo()));
        QCOMPARE(gui::downloadLine({Kind::File, cachetest::repo("o/d", core::RepoType::Dataset),
                                    cachetest::commit('1'), u"it's $(me).csv"_s}),
                 u"hf download o/d 'it'\\''s $(me).csv' --repo-type dataset --revision "_s
                     + cachetest::commit('1'));
    }

private:
    QTranslator m_english;
};

QTEST_MAIN(LibraryTest)
#include "library.moc"
