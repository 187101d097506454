#include "stage.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>
#include <QTreeView>

#include "gui/models/downloadsmodel.h"
#include "gui/models/filesmodel.h"
#include "gui/models/librarymodel.h"
#include "gui/models/placesmodel.h"
#include "gui/models/repolistmodel.h"

using namespace Qt::StringLiterals;

namespace {

using Tester = QAbstractItemModelTester;
constexpr auto report = Tester::FailureReportingMode::QtTest;

QRandomGenerator seeded()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    return QRandomGenerator(seed);
}

demo::Repo numbered(int number)
{
    return support::makeRepo(u"owner/repo-%1"_s.arg(number, 3, 10, QChar(u'0')),
                             {support::lfsFile(u"weights.bin"_s, 3'000'000, quint64(number)),
                              support::gitFile(u"config.json"_s, QByteArray::number(number))});
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
        entry.lfs = file.lfs;
        if (file.lfs)
            entry.sha256 = file.content->sha256();
        request.chosen << entry;
        request.listing << entry;
    }
    return request;
}

cache::ScannedRepo someRepo(int number, QRandomGenerator &random)
{
    cache::ScannedRepo repo;
    repo.repo = core::RepoId::make(core::RepoType::Model, u"o/r%1"_s.arg(number)).value();
    repo.size = random.bounded(1000);
    repo.files = random.bounded(9);
    repo.lastAccessed = QDateTime::fromSecsSinceEpoch(random.bounded(1'700'000'000), Qt::UTC);
    for (int i = random.bounded(3); i >= 0; --i) {
        cache::ScannedRevision version;
        version.commit = u"v%1"_s.arg(i);
        version.files = 2;
        if (random.bounded(2) == 0)
            version.refs << u"main"_s;
        repo.revisions << version;
    }
    if (random.bounded(4) == 0)
        repo.problems << u"A ref leads nowhere."_s;
    return repo;
}

QList<session::LibraryFile> fileList(const QStringList &paths)
{
    QList<session::LibraryFile> files;
    for (const QString &path : paths) {
        files.append(session::LibraryFile());
        files.last().path = path;
    }
    return files;
}

// The promise is 50 ms. Where every access is checked it takes several times as long.
#if defined(__SANITIZE_ADDRESS__)
constexpr qint64 longestGapMs = 500;
#else
constexpr qint64 longestGapMs = 50;
#endif

} // namespace

// Every model keeps the promises of QAbstractItemModel while its world changes at random.
class ModelsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void downloadsAndFiles()
    {
        QRandomGenerator random = seeded();
        QList<demo::Repo> repos;
        for (int i = 0; i < 6; ++i) {
            demo::Repo repo = numbered(i);
            repo.commit = QString::number(i + 1).repeated(40).left(40);
            repos << repo;
        }
        support::FaultyHub hub(repos, stage::hubOptions(3'000'000));
        const stage::Folders folders;
        const session::Config config = stage::configFor(folders, hub.endpoint());
        session::Services services(config, session::Queue::Private, transfer::Limits());
        transfer::Engine &engine = services.engine();
        gui::DownloadsModel model(engine);
        gui::FilesModel files(engine);
        const Tester tester(&model, report);
        const Tester filesTester(&files, report);
        for (int step = 0; step < 120; ++step) {
            const QList<transfer::DownloadId> ids = engine.downloads();
            const auto any = [&] { return ids.at(random.bounded(int(ids.size()))); };
            const int what = ids.isEmpty() ? 0 : random.bounded(11);
            if (what == 0 && ids.size() < 8)
                engine.add(requestFor(repos.at(random.bounded(int(repos.size()))), config));
            else if (what == 1)
                engine.pause(any());
            else if (what == 2)
                engine.resume(any());
            else if (what == 3)
                engine.cancel(any());
            else if (what == 4 && random.bounded(3) == 0)
                engine.remove(any());
            else if (what == 5)
                files.show(any());
            else if (what == 6)
                random.bounded(2) ? engine.pauseAll() : engine.resumeAll();
            else if (what == 7)
                engine.move({any(), any()}, transfer::Engine::Move(random.bounded(4)));
            else if (what == 8)
                engine.startNow(any());
            else if (what == 9) {
                const auto id = any();
                const auto all = engine.request(id).listing;
                engine.choose(id, random.bounded(2) ? all : all.mid(random.bounded(2), 1));
            }
            QTest::qWait(random.bounded(40));
            QCOMPARE(model.rowCount(), int(engine.downloads().size()));
            for (int row = 0; row < model.rowCount(); ++row)
                QCOMPARE(model.status(row).id, engine.downloads().at(row));
        }
    }

    // Whoever holds a row still holds the same one when the order has changed.
    void theOrderOfDownloads()
    {
        support::FaultyHub hub({}, stage::hubOptions());
        const stage::Folders folders;
        const session::Config config = stage::configFor(folders, hub.endpoint());
        session::Services services(config, session::Queue::Private, transfer::Limits());
        transfer::Engine &engine = services.engine();
        gui::DownloadsModel model(engine);
        const Tester tester(&model, report);
        QList<transfer::DownloadId> ids;
        for (int i = 0; i < 5; ++i) {
            ids << engine.add(requestFor(numbered(i), config), transfer::Engine::Begin::Paused);
            QCOMPARE(model.rowOf(ids.constLast()), i);
        }
        const QPersistentModelIndex held = model.index(4, gui::DownloadsModel::SizeColumn);
        engine.move({ids[4]}, transfer::Engine::Move::ToTop);
        QCOMPARE(model.rowOf(ids[4]), 0);
        QCOMPARE(held.row(), 0);
        QCOMPARE(held.column(), int(gui::DownloadsModel::SizeColumn));
        engine.move({ids[4]}, transfer::Engine::Move::Down);
        QCOMPARE(held.row(), 1);
        QCOMPARE(held.data(gui::DownloadsModel::IdRole).toUuid(), ids[4]);
        // Two of one repo are told apart by what of it they are.
        auto request = requestFor(numbered(0), config);
        request.chosen = request.chosen.mid(0, 1);
        const auto one = engine.add(request, transfer::Engine::Begin::Paused);
        const auto name = [&model](const transfer::DownloadId &id) {
            return model.index(model.rowOf(id), gui::DownloadsModel::NameColumn).data().toString();
        };
        QVERIFY2(name(one).contains(u"weights.bin"_s), qPrintable(name(one)));
        QVERIFY2(name(ids[0]).contains(u"2 file"_s), qPrintable(name(ids[0])));
    }

    void searchResults()
    {
        QRandomGenerator random = seeded();
        QList<demo::Repo> repos;
        for (int i = 0; i < 160; ++i)
            repos << numbered(i);
        support::FaultyHub hub(repos, stage::hubOptions());
        const stage::Folders folders;
        session::Services services(stage::configFor(folders, hub.endpoint()),
                                   session::Queue::Private, transfer::Limits());
        gui::RepoListModel model(services.client());
        const Tester tester(&model, report);
        for (int step = 0; step < 40; ++step) {
            hub::SearchQuery query;
            query.text = random.bounded(3) == 0 ? u"repo-1"_s : QString();
            if (random.bounded(3) == 0)
                model.search(query);
            else
                model.fetchMore({});
            if (random.bounded(2))
                QTest::qWait(random.bounded(60));
        }
        model.search({});
        QTRY_COMPARE_WITH_TIMEOUT(model.phase(), gui::RepoListModel::Phase::Ready, 20000);
        while (model.canFetchMore({})) {
            model.fetchMore({});
            QTRY_COMPARE_WITH_TIMEOUT(model.phase(), gui::RepoListModel::Phase::Ready, 20000);
        }
        QCOMPARE(model.rowCount(), 160);
    }

    void dropsAnswersNobodyWaitsFor()
    {
        support::FaultyHub hub({numbered(1), numbered(2)}, stage::hubOptions());
        hub.addRule(demo::Origin::Hub, QRegularExpression(u"search=repo-001"_s),
                    [](const demo::Request &, demo::Response &answer) { answer.delayMs = 1500; });
        const stage::Folders folders;
        session::Services services(stage::configFor(folders, hub.endpoint()),
                                   session::Queue::Private, transfer::Limits());
        gui::RepoListModel model(services.client());
        hub::SearchQuery slow;
        slow.text = u"repo-001"_s;
        hub::SearchQuery quick;
        quick.text = u"repo-002"_s;
        model.search(slow);
        QTest::qWait(200);
        model.search(quick);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 1, 20000);
        QCOMPARE(model.summary(0).repo.id(), u"owner/repo-002"_s);
        QTest::qWait(2000);
        QCOMPARE(model.summary(0).repo.id(), u"owner/repo-002"_s);
    }

    void keepsTheOldListWhenAnAnswerFails()
    {
        support::FaultyHub hub({numbered(1)}, stage::hubOptions());
        const stage::Folders folders;
        session::Services services(stage::configFor(folders, hub.endpoint()),
                                   session::Queue::Private, transfer::Limits());
        gui::RepoListModel model(services.client());
        model.search({});
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 1, 20000);
        hub.addRule(demo::Origin::Hub, QRegularExpression(u"^/api/models"_s),
                    support::FaultyHub::status(403));
        model.search({});
        QTRY_COMPARE_WITH_TIMEOUT(model.phase(), gui::RepoListModel::Phase::Failed, 20000);
        QCOMPARE(model.rowCount(), 1);
        hub.clearRules();
        model.retry();
        QTRY_COMPARE_WITH_TIMEOUT(model.phase(), gui::RepoListModel::Phase::Ready, 20000);
    }

    // Scans and filters in any order; what is shown is right, and sorted.
    void library()
    {
        QRandomGenerator random = seeded();
        gui::LibraryModel model;
        const Tester tester(&model, report);
        for (int step = 0; step < 60; ++step) {
            session::LibraryScan scan;
            for (int i = random.bounded(20); i > 0; --i) {
                if (random.bounded(3) > 0)
                    scan.found.repos << someRepo(i, random);
            }
            if (random.bounded(2) == 0)
                scan.found.strangers.append({u"notes"_s, 5, false});
            model.setScan(scan);
            QCOMPARE(model.count(), scan.found.repos.size() + scan.found.strangers.size());
            const int column = random.bounded(int(gui::LibraryModel::ColumnCount));
            model.sort(column, Qt::AscendingOrder);
            model.setFilter({.text = random.bounded(2) == 0 ? u"r1"_s : QString()});
            if (!scan.found.repos.isEmpty()) {
                const core::RepoId id = scan.found.repos.constFirst().repo;
                const gui::LibraryItem version{gui::LibraryItem::Kind::Version, id, u"v0"_s, {}};
                model.setFiles(version, fileList({u"a"_s, u"b"_s}));
                model.setHidden({{gui::LibraryItem::Kind::File, id, u"v0"_s, u"a"_s}});
                model.setHidden({{gui::LibraryItem::Kind::Version, id, u"v0"_s, {}}});
                model.setHidden({{gui::LibraryItem::Kind::Repo, id, {}, {}}});
                model.setRepo(id, someRepo(QStringView(id.id()).mid(3).toInt(), random));
                model.setHidden({});
                if (random.bounded(3) == 0)
                    model.setRepo(id, std::nullopt);
            }
            for (int row = 1; row < model.rowCount(); ++row) {
                const QVariant before =
                    model.index(row - 1, column).data(gui::LibraryModel::RawRole);
                const QVariant after = model.index(row, column).data(gui::LibraryModel::RawRole);
                QVERIFY(QVariant::compare(before, after) != QPartialOrdering::Greater);
            }
        }
    }

    // What the GUI thread does with 10,000 repos at a time.
    void manyRepos()
    {
        QRandomGenerator random = seeded();
        session::LibraryScan scan;
        for (int i = 0; i < 10000; ++i)
            scan.found.repos << someRepo(i, random);
        gui::LibraryModel model;
        QTreeView view;
        view.setModel(&model);
        view.setUniformRowHeights(true);
        view.resize(900, 600);
        view.show();
        QElapsedTimer clock;
        QStringList times;
        qint64 longest = 0;
        const auto measure = [&](const char *what, const auto &act) {
            QApplication::processEvents();
            clock.start();
            act();
            const qint64 acting = clock.elapsed();
            QApplication::processEvents();
            longest = std::max(longest, clock.elapsed());
            times << u"%1 %2+%3 ms"_s.arg(QString::fromLatin1(what))
                         .arg(acting)
                         .arg(clock.elapsed() - acting);
        };
        measure("fill", [&] { model.setScan(scan); });
        QCOMPARE(model.rowCount(), 10000);
        measure("same again", [&] { model.setScan(scan); });
        measure("by name", [&] { model.sort(gui::LibraryModel::NameColumn, Qt::AscendingOrder); });
        measure("by use", [&] { model.sort(gui::LibraryModel::UsedColumn, Qt::AscendingOrder); });
        measure("filter", [&] { model.setFilter({.text = u"7"_s}); });
        measure("no filter", [&] { model.setFilter({}); });
        scan.found.repos[5000].size += 5;
        measure("one changed",
                [&] { model.setRepo(scan.found.repos[5000].repo, scan.found.repos[5000]); });
        qInfo("%s", qPrintable(times.join(u", "_s)));
        QVERIFY2(longest < longestGapMs, qPrintable(times.join(u", "_s)));
    }

    void places()
    {
        gui::PlacesModel model;
        const Tester tester(&model, report);
        model.setDownloads(3, 0);
        QVERIFY(model.index(int(gui::Place::Downloads)).data().toString().contains(u'3'));
        model.setDownloads(0, 0);
        model.setPalette({});
    }
};

QTEST_MAIN(ModelsTest)
#include "models.moc"
