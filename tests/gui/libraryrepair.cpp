#include "libraryscene.h"

#include <QAction>
#include <QFile>
#include <QLabel>
#include <QProgressBar>
#include <QTranslator>
#include <QTreeWidget>

#include "gui/pages/reclaimdialog.h"
#include "gui/pages/verifypanel.h"

using namespace Qt::StringLiterals;
using gui::LibraryItem;
using gui::LibraryModel;
using Kind = gui::LibraryItem::Kind;

namespace {

bool flip(const QString &path)
{
    QFile file(path);
    char byte = 0;
    return file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered)
        && file.seek(1000) && file.getChar(&byte) && file.seek(1000)
        && file.putChar(static_cast<char>(byte ^ 1));
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
        entry.oid = file.content->gitSha1();
        entry.lfs = true;
        entry.sha256 = file.content->sha256();
        request.listing << entry;
    }
    request.chosen = request.listing;
    return request;
}

} // namespace

// Checks, repairs and room made in the library, by real presses on what a Hub brought.
class LibraryRepairTest : public QObject {
    Q_OBJECT
private:
    static QString blobOf(const LibraryScene &scene, const demo::Repo &repo, int file)
    {
        return scene.layout().blob(
            repo.id, core::ContentId::make(repo.files[file].content->sha256()).value());
    }
    static bool isDone(LibraryScene &scene)
    {
        transfer::Engine &engine = scene.program->services().engine();
        const auto ids = engine.downloads();
        return std::all_of(ids.begin(), ids.end(), [&](const auto &id) {
            return engine.status(id).state == transfer::State::Done;
        });
    }
    static QPushButton *button(LibraryScene &scene, const char *name)
    {
        return scene.child<gui::VerifyPanel>("VerifyPanel")
            ->findChild<QPushButton *>(QString::fromLatin1(name));
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_english.load(u":/i18n/hubload_en.qm"_s)); // for the plurals
        QVERIFY(QCoreApplication::installTranslator(&m_english));
    }

    void verifyAndRepair()
    {
        const demo::Repo repo = support::makeRepo(u"org/fixme"_s,
                                                  {support::lfsFile(u"a.bin"_s, 3'000'000, 1),
                                                   support::lfsFile(u"b.bin"_s, 2'000'000, 2),
                                                   support::lfsFile(u"c.bin"_s, 1'000'000, 3)});
        support::FaultyHub hub({repo}, stage::hubOptions());
        LibraryScene scene(hub.endpoint());
        transfer::Engine &engine = scene.program->services().engine();
        engine.add(requestFor(repo, scene.program->services().config()));
        QTRY_VERIFY_WITH_TIMEOUT(isDone(scene), 30000);
        scene.open();
        const LibraryItem item{Kind::Repo, repo.id, {}, {}};
        QTRY_COMPARE(scene.cell(item, LibraryModel::StateColumn), u"checked"_s);
        stage::click(scene.child<QPushButton>("verifyButton"));
        auto *title =
            scene.child<gui::VerifyPanel>("VerifyPanel")->findChild<QLabel *>(u"titleLabel"_s);
        QTRY_VERIFY2(title->text().startsWith(u"3 files are as"_s), qPrintable(title->text()));

        QVERIFY(flip(blobOf(scene, repo, 0)));
        QVERIFY(QFile::remove(blobOf(scene, repo, 1)));
        scene.pick(item);
        scene.press(Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY2(title->text().startsWith(u"1 damaged, 1 missing"_s),
                     qPrintable(title->text()));
        QCOMPARE(scene.child<QTreeWidget>("wrongList")->topLevelItemCount(), 2);
        QTRY_VERIFY(scene.cell(item, LibraryModel::StateColumn).startsWith(u"damaged"_s));
        hub.clearRequests();
        stage::click(button(scene, "repairButton"));
        QTRY_COMPARE_WITH_TIMEOUT(engine.downloads().size(), 2, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(isDone(scene), 30000);
        for (int i = 0; i < 3; ++i) {
            QFile file(blobOf(scene, repo, i));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY(file.readAll()
                    == repo.files[i].content->read(0, repo.files[i].content->size()));
        }
        QVERIFY(hub.requests(demo::Origin::Hub, QRegularExpression(u"/resolve/.*c\\.bin"_s))
                    .isEmpty()); // only what was wrong
        QTRY_COMPARE(scene.cell(item, LibraryModel::StateColumn), u"checked"_s);
    }

    // Stops in the middle of a file and goes on from there.
    void pauseAndStop()
    {
        LibraryScene scene;
        const QString big = scene.layout().blob(cachetest::repo(), cachetest::sha256Id('a'));
        scene.blob('a', 10);
        QVERIFY(QFile::resize(big, 3'000'000'000)); // holes take no room
        scene.link('1', u"big.bin"_s, 'a');
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 1);
        scene.pick(scene.item(Kind::Repo));
        scene.page().actions().verify->trigger();
        auto *bar = scene.child<QProgressBar>("progressBar");
        QTRY_VERIFY_WITH_TIMEOUT(bar->maximum() > 0 && bar->value() > 0, 20000);
        stage::click(button(scene, "pauseButton"));
        QTest::qWait(400); // what was begun
        const int at = bar->value();
        QTest::qWait(600);
        QCOMPARE(bar->value(), at);
        QVERIFY(at < bar->maximum());
        stage::click(button(scene, "pauseButton"));
        QTRY_VERIFY_WITH_TIMEOUT(bar->value() > at, 20000);
        stage::click(button(scene, "cancelButton"));
        auto *title =
            scene.child<gui::VerifyPanel>("VerifyPanel")->findChild<QLabel *>(u"titleLabel"_s);
        QTRY_VERIFY(title->text().startsWith(u"Stopped"_s));
        QCOMPARE(scene.cell(scene.item(Kind::Repo), LibraryModel::StateColumn), u"not checked"_s);
    }

    void reclaims()
    {
        LibraryScene scene;
        scene.twoVersions();
        const QString blobs = scene.layout().blobs(cachetest::repo());
        const QString partial = blobs + u'/' + QString(64, u'9') + u".incomplete"_s;
        QVERIFY(cachetest::writeFile(partial, QByteArray(500, 'x')));
        const QString busy = blobs + u'/' + QString(64, u'8') + u".incomplete"_s;
        QVERIFY(cachetest::writeFile(busy, QByteArray(300, 'x'))); // written to just now
        QFile file(partial);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-3),
                                 QFile::FileModificationTime));
        file.close();
        // Fetched by its commit: nothing else is here of it.
        const core::RepoId lone = cachetest::repo("owner/lone");
        scene.blob('c', 700, lone);
        scene.link('5', u"x.bin"_s, 'c', lone);
        scene.open();
        QTRY_COMPARE(scene.model()->rowCount(), 2);
        stage::click(scene.child<QPushButton>("reclaimButton"));
        auto *dialog = scene.program->window().findChild<gui::ReclaimDialog *>();
        QVERIFY(dialog);
        auto *list = dialog->findChild<QTreeWidget *>(u"list"_s);
        QTRY_COMPARE(list->topLevelItemCount(), 2); // leftovers, versions
        auto *sum = dialog->findChild<QLabel *>(u"sumLabel"_s);
        QVERIFY2(sum->text().contains(core::formatSize(3500)), qPrintable(sum->text()));
        QVERIFY(sum->text().contains(u"2 items"_s));
        QTreeWidgetItem *versions = list->topLevelItem(1);
        QCOMPARE(versions->childCount(), 2);
        for (int i = 0; i < 2; ++i)
            QCOMPARE(versions->child(i)->checkState(0) == Qt::Checked,
                     !versions->child(i)->text(0).contains(u"lone"_s));
        scene.page().deleter().deletions().setUndoTime(std::chrono::milliseconds(300));
        stage::click(dialog->findChild<QPushButton *>(u"deleteButton"_s));
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(partial), 20000);
        QTRY_VERIFY(!scene.has('b'));
        QVERIFY(QFile::exists(busy) && scene.has('a') && scene.has('d'));
        QVERIFY(QFile::exists(scene.layout().blob(lone, cachetest::sha256Id('c'))));
        QTRY_VERIFY(scene.bar()->title().contains(core::formatSize(3500)));
    }

private:
    QTranslator m_english;
};

QTEST_MAIN(LibraryRepairTest)
#include "libraryrepair.moc"
