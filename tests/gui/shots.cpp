#include "stage.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QPointer>
#include <QProcess>
#include <QProcessEnvironment>
#include <QPushButton>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTest>
#include <QTextStream>
#include <QTranslator>
#include <QTreeView>

#include <cstdio>
#include <functional>

#include "cache/cachefixture.h"
#include "gui/appearance.h"
#include "gui/pages/choosedialog.h"
#include "gui/pages/discoverpage.h"
#include "gui/pages/downloadspage.h"
#include "gui/pages/libraryactions.h"
#include "gui/pages/librarypage.h"
#include "gui/pages/limitdialog.h"
#include "gui/pages/receiptdialog.h"
#include "gui/pages/reclaimdialog.h"
#include "gui/pages/repopage.h"
#include "gui/widgets/limitmenu.h"

using namespace Qt::StringLiterals;

namespace {

const QString bigRepo = u"brook-labs/meadow-12b-it-GGUF"_s;
const QString gatedRepo = u"north-wind/gale-70b"_s;
const QString lostRepo = u"old-mill/flour-tokenizer"_s;

demo::File described(const QString &path, qint64 size, quint64 seed)
{
    return support::lfsFile(path, size, seed);
}

demo::Repo bigOne()
{
    const QByteArray card =
        "---\nlicense: apache-2.0\nbase_model: brook-labs/meadow-12b\n---\n# Meadow 12B\n\n"
        "![A meadow](meadow.png)\n\nMeadow is a **made-up** model for [pictures](docs/about.md) "
        "of this program. It answers in `JSON` or in words.\n\n## Variants\n\n"
        "| File | Bits | Size | Use |\n|---|:-:|--:|---|\n"
        "| Q4_K_M | 4 | 3.1 MB | good balance |\n| Q8_0 | 8 | 5.2 MB | near original |\n\n"
        "## How to run\n\n```sh\nllama-cli -m meadow-12b-it-Q4_K_M.gguf -p \"Hello\"\n```\n\n"
        "- [x] English\n- [ ] German\n\n> Evaluate before you rely on it.\n";
    demo::Repo repo = support::makeRepo(
        bigRepo,
        {described(u"meadow-12b-it-Q4_K_M.gguf"_s, 31'000'000, 1),
         described(u"meadow-12b-it-Q8_0.gguf"_s, 52'000'000, 2),
         described(u"bf16/meadow-12b-it-BF16-00001-of-00002.gguf"_s, 90'000'000, 3),
         described(u"bf16/meadow-12b-it-BF16-00002-of-00002.gguf"_s, 70'000'000, 4),
         support::gitFile(u"README.md"_s, card), support::gitFile(u"config.json"_s, "{\n}\n"),
         support::gitFile(u"docs/about.md"_s, "# About\n")});
    repo.pipelineTag = u"text-generation"_s;
    repo.libraryName = u"gguf"_s;
    repo.downloads = 1'204'331;
    repo.likes = 2'310;
    repo.lastModified = QDateTime::currentDateTimeUtc().addDays(-2);
    return repo;
}

QList<demo::Repo> catalogue()
{
    QList<demo::Repo> repos{bigOne()};
    demo::Repo gated =
        support::makeRepo(gatedRepo,
                          {support::gitFile(u"README.md"_s, "# Gale\n"),
                           described(u"model-00001-of-00002.safetensors"_s, 40'000'000, 7)});
    gated.access = demo::Access::GatedManual;
    gated.pipelineTag = u"text-generation"_s;
    gated.downloads = 88'120;
    repos << gated;
    demo::Repo lost =
        support::makeRepo(lostRepo, {described(u"flour.safetensors"_s, 9'000'000, 11)});
    lost.pipelineTag = u"feature-extraction"_s;
    repos << lost;
    const QStringList names{u"harbour/tide-7b"_s,
                            u"quarry/slate-embed-large"_s,
                            u"lantern/whisperlike-small"_s,
                            u"orchard/pear-diffusion-xl"_s,
                            u"fjord/translate-nordic"_s,
                            u"copper/tabular-risk"_s,
                            u"heather/segment-anything"_s,
                            u"basalt/code-15b"_s,
                            u"a-very-long-owner-name-of-an-institute/a-very-long-model-name-with-"
                            "many-parts-v3.1-instruct-long-context-awq"_s};
    for (qsizetype i = 0; i < names.size(); ++i) {
        demo::Repo repo = support::makeRepo(
            names.at(i), {described(u"model.safetensors"_s, 4'000'000, quint64(20 + i))});
        repo.pipelineTag = i % 2 ? u"automatic-speech-recognition"_s : u"text-generation"_s;
        repo.libraryName = u"transformers"_s;
        repo.downloads = 5'000 * (20 - i);
        repo.likes = 17 * (20 - i);
        repo.lastModified = QDateTime::currentDateTimeUtc().addDays(-9 * i);
        repos << repo;
    }
    return repos;
}

// Takes the pictures of one set: one scheme, one size, one direction.
class Photographer {
public:
    Photographer(const QDir &folder, const QString &set)
        : m_folder(folder)
        , m_set(set)
    {
    }

    void take(QWidget *widget, const QString &name)
    {
        if (!widget) {
            m_failures << u"nothing to take a picture of: "_s + name + u" ("_s + m_set + u')';
            return;
        }
        QTest::qWait(150);
        const QString path = m_folder.filePath(name + u'-' + m_set + u".png"_s);
        if (!widget->grab().save(path))
            m_failures << path;
    }

    bool expect(const std::function<bool()> &holds, const QString &what)
    {
        const bool came = QTest::qWaitFor(holds, 30000);
        if (!came)
            m_failures << what + u" did not come ("_s + m_set + u')';
        return came;
    }

    QStringList failures() const { return m_failures; }

private:
    QDir m_folder;
    QString m_set;
    QStringList m_failures;
};

int rows(stage::Program &program, const char *view)
{
    return program.find<QAbstractItemView>(view)->model()->rowCount();
}

void takeDiscover(stage::Program &program, Photographer &camera)
{
    program.window().goTo(gui::Place::Discover);
    camera.expect([&] { return rows(program, "resultList") > 5; }, u"a list"_s);
    camera.take(&program.window(), u"discover"_s);
    auto *field = program.find<QLineEdit>("searchField");
    field->clear();
    QTest::keyClicks(field, u"nothing-like-it"_s);
    camera.expect([&] { return rows(program, "resultList") == 0; }, u"no result"_s);
    camera.take(&program.window(), u"discover-empty"_s);
    field->clear();
    QTest::keyClick(field, Qt::Key_Return);
    camera.expect([&] { return rows(program, "resultList") > 5; }, u"the list again"_s);
}

void takeDiscoverError(stage::Program &program, support::FaultyHub &hub, Photographer &camera)
{
    hub.addRule(demo::Origin::Hub, QRegularExpression(u"/api/models\\?"_s),
                support::FaultyHub::status(403));
    auto *field = program.find<QLineEdit>("searchField");
    QTest::keyClicks(field, u"m"_s);
    QTest::keyClick(field, Qt::Key_Return);
    camera.expect(
        [&] {
            return program.window().discoverPage().findChild<QWidget *>(u"banner"_s)->isVisible();
        },
        u"an error"_s);
    camera.take(&program.window(), u"discover-error"_s);
    hub.clearRules();
    field->clear();
    QTest::keyClick(field, Qt::Key_Return);
    camera.expect(
        [&] {
            return !program.window().discoverPage().findChild<QWidget *>(u"banner"_s)->isVisible();
        },
        u"calm"_s);
}

void openRepo(stage::Program &program, const QString &name, Photographer &camera)
{
    const auto id = core::RepoId::make(core::RepoType::Model, name);
    program.window().repoPage().showFiles();
    program.window().openRepo({*id, std::nullopt, std::nullopt});
    camera.expect([&] { return rows(program, "fileTree") > 0; }, u"files of "_s + name);
}

void tick(stage::Program &program, std::initializer_list<int> which)
{
    QAbstractItemModel *model = program.find<QTreeView>("fileTree")->model();
    for (const int row : which)
        model->setData(model->index(row, 0), Qt::Checked, Qt::CheckStateRole);
}

void fetch(stage::Program &program, Photographer &camera, const QString &picture)
{
    auto *button = program.window().repoPage().findChild<QPushButton *>(u"getButton"_s);
    camera.expect([&] { return button->isEnabled(); }, u"the whole list of files"_s);
    program.window().repoPage().get();
    // Looked up each time: an older one may still wait for its deletion.
    QPointer<gui::ReceiptDialog> receipt;
    const auto isReady = [&] {
        const auto all = program.window().findChildren<gui::ReceiptDialog *>();
        receipt = all.isEmpty() ? nullptr : all.constLast();
        return receipt && receipt->isVisible()
            && receipt->findChild<QPushButton *>(u"getButton"_s)->isEnabled();
    };
    if (!camera.expect(isReady, u"a receipt of "_s + picture))
        return;
    if (!picture.isEmpty())
        camera.take(receipt, picture);
    if (receipt)
        receipt->accept();
}

void takeRepo(stage::Program &program, Photographer &camera)
{
    openRepo(program, bigRepo, camera);
    program.find<QTreeView>("fileTree")->expandAll();
    tick(program, {2, 3}); // config.json and the Q4 file
    camera.take(&program.window(), u"repo-files"_s);
    auto *filter = program.find<QLineEdit>("filterField");
    QTest::keyClicks(filter, u"nothing-like-it"_s);
    camera.take(&program.window(), u"repo-no-match"_s);
    filter->clear();
    program.settings().set(core::Setting::ReserveMiB, 10'000'000);
    auto *button = program.window().repoPage().findChild<QPushButton *>(u"getButton"_s);
    camera.expect([&] { return button->isEnabled(); }, u"the whole list"_s);
    program.window().repoPage().get();
    auto *receipt = program.window().findChild<gui::ReceiptDialog *>();
    camera.expect([&] { return receipt->findChild<QWidget *>(u"banner"_s)->isVisible(); },
                  u"a refusal"_s);
    camera.take(receipt, u"receipt-no-room"_s);
    receipt->reject();
    program.settings().reset(core::Setting::ReserveMiB);
    program.window().repoPage().showCard();
    camera.expect([&] { return program.find<QWidget>("cardView")->isVisible(); }, u"a card"_s);
    camera.take(&program.window(), u"repo-card"_s);
    openRepo(program, gatedRepo, camera);
    camera.take(&program.window(), u"repo-gated"_s);
}

bool anyIn(stage::Program &program, transfer::State state)
{
    transfer::Engine &engine = program.services().engine();
    const auto ids = engine.downloads();
    return std::any_of(ids.begin(), ids.end(),
                       [&](const auto &id) { return engine.status(id).state == state; });
}

// Limits, files and measures of the one that is fetched.
void takeControl(stage::Program &program, Photographer &camera)
{
    gui::DownloadsPage &page = program.window().downloadsPage();
    transfer::Engine &engine = program.services().engine();
    for (const auto &id : engine.downloads()) {
        if (engine.status(id).state == transfer::State::Fetching)
            page.select(id);
    }
    page.limitMenu().choose(1'000'000);
    program.find<QTabWidget>("details")->setCurrentIndex(1);
    auto *factor = program.find<QLabel>("factorLabel");
    camera.expect([&] { return factor->text().size() > 1; }, u"what limits"_s);
    camera.take(&program.window(), u"downloads-measures"_s);
    page.actions().limit->trigger();
    camera.take(program.window().findChild<gui::LimitDialog *>(), u"limit"_s);
    program.window().findChild<gui::LimitDialog *>()->reject();
    page.limitMenu().popup(program.window().mapToGlobal(QPoint(400, 100)));
    camera.take(&page.limitMenu(), u"limit-menu"_s);
    page.limitMenu().close();
    page.actions().choose->trigger();
    auto *choose = program.window().findChild<gui::ChooseDialog *>();
    camera.take(choose, u"choose"_s);
    QTest::keyClicks(choose->findChild<QLineEdit *>(u"filterField"_s), u"nothing-like-it"_s);
    camera.take(choose, u"choose-empty"_s);
    choose->reject();
    page.limitMenu().choose(0);
    QTest::qWait(800);
    camera.take(&program.window(), u"downloads-hold"_s);
    page.limitMenu().choose(1'000'000); // so that there is something left to pause
    program.find<QTabWidget>("details")->setCurrentIndex(0);
}

void takeDownloads(stage::Program &program, support::FaultyHub &hub, Photographer &camera)
{
    program.window().goTo(gui::Place::Downloads);
    camera.take(&program.window(), u"downloads-empty"_s);
    hub.addRule(demo::Origin::Hub, QRegularExpression(u"/resolve/.*flour"_s),
                support::FaultyHub::status(403));
    openRepo(program, lostRepo, camera);
    tick(program, {0});
    fetch(program, camera, {});
    camera.expect([&] { return anyIn(program, transfer::State::Failed); }, u"a failure"_s);
    program.find<QTabWidget>("details")->setCurrentIndex(1);
    camera.take(&program.window(), u"downloads-failed"_s);
    program.find<QTabWidget>("details")->setCurrentIndex(0);
    openRepo(program, bigRepo, camera);
    tick(program, {3, 4}); // both quants
    program.window().downloadsPage().limitMenu().choose(5'000'000); // to be still at it at the end
    fetch(program, camera, u"receipt"_s);
    camera.expect([&] { return anyIn(program, transfer::State::Fetching); }, u"bytes"_s);
    QTest::qWait(2500);
    camera.take(&program.window(), u"downloads-running"_s);
    takeControl(program, camera);
    program.services().engine().pauseAll();
    camera.expect([&] { return anyIn(program, transfer::State::Paused); }, u"a pause"_s);
    camera.take(&program.window(), u"downloads-paused"_s);
}

// What other programs and people leave in a cache.
void plantOddThings(const QString &root)
{
    const cache::Layout layout(root);
    const auto data = cachetest::repo("harbour/tides-since-1900", core::RepoType::Dataset);
    const auto blob = [&](char id, qint64 size) {
        cachetest::writeFile(layout.blob(data, cachetest::sha256Id(id)), QByteArray(size, id));
    };
    const auto link = [&](char commit, const QString &path, char id) {
        const QString entry = layout.entry(data, cachetest::commit(commit), path);
        QDir().mkpath(QFileInfo(entry).path());
        QFile::link(layout.linkTarget(path, cachetest::sha256Id(id)), entry);
    };
    blob('a', 9'000'000);
    blob('b', 2'500'000);
    link('1', u"train/part-1.parquet"_s, 'a');
    link('1', u"old.parquet"_s, 'b');
    link('2', u"train/part-1.parquet"_s, 'a');
    link('2', u"lost.parquet"_s, 'd');
    cachetest::writeFile(layout.ref(data, u"main"_s), cachetest::commit('2').toLatin1());
    cachetest::writeFile(layout.ref(data, u"v0"_s), cachetest::commit('9').toLatin1());
    const QString partial =
        layout.blobs(data) + u'/' + cachetest::sha256Id('e').text + u".incomplete"_s;
    cachetest::writeFile(partial, QByteArray(1'200'000, 'x'));
    QFile file(partial);
    if (file.open(QIODevice::ReadWrite))
        file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-9), QFile::FileModificationTime);
    cachetest::writeFile(root + u"/kernels--harbour--fast/blobs/k"_s, QByteArray(700'000, 'k'));
    cachetest::writeFile(root + u"/notes.txt"_s, "mine");
}

// Deleted, checked, room made.
void takeLibraryAtWork(stage::Program &program, Photographer &camera)
{
    gui::LibraryPage &page = program.window().libraryPage();
    auto *filter = page.findChild<QLineEdit *>(u"filterField"_s);
    QTest::keyClicks(filter, u"nothing-like-it"_s);
    QTest::qWait(300);
    camera.take(&program.window(), u"library-no-match"_s);
    filter->clear();
    QTest::qWait(300);
    auto *list = program.find<QTreeView>("repoList");
    list->setCurrentIndex(list->model()->index(0, 0));
    page.actions().verifyAll->trigger();
    auto *close = page.findChild<QPushButton *>(u"closeButton"_s);
    camera.expect([&] { return close->isVisible(); }, u"a check"_s);
    camera.take(&program.window(), u"library-verified"_s);
    close->click();
    page.actions().reclaim->trigger();
    auto *reclaim = program.window().findChild<gui::ReclaimDialog *>();
    QTest::qWait(500);
    camera.take(reclaim, u"reclaim"_s);
    reclaim->reject();
    page.actions().remove->trigger();
    QPointer<QMessageBox> box;
    const auto isAsked = [&] {
        box = program.window().findChild<QMessageBox *>(u"deleteQuestion"_s);
        return box && box->isVisible();
    };
    if (!camera.expect(isAsked, u"a question"_s))
        return;
    camera.take(box, u"library-delete"_s);
    box->findChild<QPushButton *>(u"deleteButton"_s)->click();
    QTest::qWait(300);
    camera.take(&program.window(), u"library-undo"_s);
    page.actions().undo->trigger();
}

void takeLibrary(stage::Program &program, Photographer &camera)
{
    program.window().goTo(gui::Place::Library);
    QTest::qWait(500);
    camera.take(&program.window(), u"library-empty"_s);
    openRepo(program, u"harbour/tide-7b"_s, camera);
    tick(program, {0});
    fetch(program, camera, {});
    camera.expect([&] { return anyIn(program, transfer::State::Done); }, u"an end"_s);
    plantOddThings(program.services().config().place.path);
    program.window().goTo(gui::Place::Library);
    camera.expect([&] { return rows(program, "repoList") > 3; }, u"a library"_s);
    auto *list = program.find<QTreeView>("repoList");
    list->setCurrentIndex(list->model()->index(0, 0));
    list->expand(list->model()->index(0, 0));
    const QModelIndex repo = list->model()->index(0, 0);
    list->expand(list->model()->index(list->model()->rowCount(repo) - 2, 0, repo));
    QTest::qWait(500);
    camera.take(&program.window(), u"library"_s);
    takeLibraryAtWork(program, camera);
}

void takeOffline(Photographer &camera)
{
    const stage::Folders folders;
    session::Config config = stage::configFor(folders, u"http://127.0.0.1:9"_s);
    config.offline = true;
    stage::Program program(folders, config);
    program.window().show();
    program.window().goTo(gui::Place::Discover);
    camera.expect(
        [&] {
            return program.window()
                .discoverPage()
                .findChild<QWidget *>(u"emptyBanner"_s)
                ->isVisible();
        },
        u"words"_s);
    QTest::qWait(300);
    camera.take(&program.window(), u"discover-offline"_s);
}

QStringList takeAll(const QDir &folder, const QString &set)
{
    Photographer camera(folder, set);
    support::FaultyHub hub(catalogue(), stage::hubOptions(2'000'000));
    const stage::Folders folders;
    session::Config config = stage::configFor(folders, hub.endpoint());
    config.demo = true;
    stage::Program program(folders, config);
    program.window().resize(1040, 680);
    program.window().show();
    takeDiscover(program, camera);
    takeDiscoverError(program, hub, camera);
    takeRepo(program, camera);
    takeLibrary(program, camera);
    for (const auto &id : program.services().engine().downloads())
        program.services().engine().remove(id);
    takeDownloads(program, hub, camera);
    program.window().goTo(gui::Place::Settings);
    camera.take(&program.window(), u"settings"_s);
    takeOffline(camera);
    return camera.failures();
}

// "light", "dark", "large" (200 %), "mirrored" (right to left), "german": a scale can only be said
// before the application exists, so each set is a process of its own.
int takeSet(QApplication *app, const QDir &folder, const QString &set)
{
    gui::Appearance appearance;
    appearance.apply(set == u"dark"_s ? gui::Scheme::Dark : gui::Scheme::Light);
    if (set == u"mirrored"_s)
        app->setLayoutDirection(Qt::RightToLeft);
    QTranslator translator;
    if (translator.load(set == u"german"_s ? u":/i18n/hubload_de.qm"_s : u":/i18n/hubload_en.qm"_s))
        QCoreApplication::installTranslator(&translator);
    const QStringList failures = takeAll(folder, set);
    for (const QString &failure : failures)
        QTextStream(stderr) << failure << Qt::endl;
    return failures.isEmpty() ? 0 : 1;
}

int takeEverySet(const QString &program, const QString &folder)
{
    int failed = 0;
    for (const QString &set : {u"light"_s, u"dark"_s, u"large"_s, u"mirrored"_s, u"german"_s}) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"QT_SCALE_FACTOR"_s, set == u"large"_s ? u"2"_s : u"1"_s);
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        process.start(program, {folder, set});
        process.waitForFinished(-1);
        failed += process.exitCode() == 0 && process.exitStatus() == QProcess::NormalExit ? 0 : 1;
    }
    return failed == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    if (arguments.size() < 2) {
        QTextStream(stderr) << u"usage: shots FOLDER [SET]"_s << Qt::endl;
        return 2;
    }
    const QDir folder(arguments.at(1));
    if (!folder.mkpath(u"."_s))
        return 1;
    return arguments.size() > 2 ? takeSet(&app, folder, arguments.at(2))
                                : takeEverySet(app.applicationFilePath(), arguments.at(1));
}
