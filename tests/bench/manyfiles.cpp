#include "gapmeter.h"

#include <QAction>
#include <QApplication>
#include <QPushButton>
#include <QScrollBar>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <cstdio>
#include <functional>

#include "core/settings.h"
#include "gui/appearance.h"
#include "gui/mainwindow.h"
#include "gui/models/repotreemodel.h"
#include "gui/pages/choosedialog.h"
#include "gui/pages/downloadspage.h"
#include "gui/pages/receiptdialog.h"
#include "gui/pages/repopage.h"
#include "session/services.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;

// How long the window does not answer while a repo of 100,000 files is opened, ticked, put into the
// queue, listed and controlled. manyfiles [FILES]. A gap too long is no failure, only a step that
// does not end is. The Hub is a thread of the same program, so its work takes from ours.

namespace {

constexpr double longestWanted = 50; // ms
constexpr int stepPatience = 120'000; // ms
constexpr int afterwards = 1000; // ms that a step is still watched after its end

demo::Repo repoOf(int count)
{
    QList<demo::File> files;
    for (int i = 0; i < count; ++i) {
        // Half of them flat in one folder, half in folders of a hundred.
        const QString folder = i % 2 ? u"flat"_s : u"parts/%1"_s.arg(i / 200);
        files << support::gitFile(u"%1/file-%2.txt"_s.arg(folder).arg(i), QByteArray::number(i));
    }
    return support::makeRepo(u"bench/many"_s, files);
}

class Bench {
public:
    Bench(gui::MainWindow &window, transfer::Engine &engine, int files)
        : m_window(window)
        , m_engine(engine)
        , m_files(files)
    {
    }

    bool run();

private:
    // Does something and watches until it is done and a little longer.
    bool step(const QString &what, const std::function<void()> &act,
              const std::function<bool()> &isDone);
    void scroll(QTreeView *view);
    template <typename T> T *find(const char *name)
    {
        return m_window.findChild<T *>(QString::fromLatin1(name));
    }
    transfer::DownloadId id() const { return m_engine.downloads().value(0); }
    transfer::State state() const { return m_engine.status(id()).state; }
    bool chooseOthers();

    gui::MainWindow &m_window;
    transfer::Engine &m_engine;
    const int m_files;
    GapMeter m_meter;
    bool m_isKept = true;
};

bool Bench::step(const QString &what, const std::function<void()> &act,
                 const std::function<bool()> &isDone)
{
    QTest::qWait(200);
    m_meter.start();
    act();
    const bool isGood = QTest::qWaitFor(isDone, stepPatience);
    QTest::qWait(afterwards);
    const Gaps gaps = m_meter.stop(what);
    m_isKept = m_isKept && gaps.longest <= longestWanted;
    if (!isGood)
        QTextStream(stderr) << what << u" did not come to its end"_s << Qt::endl;
    return isGood;
}

void Bench::scroll(QTreeView *view)
{
    QScrollBar *bar = view->verticalScrollBar();
    for (int i = 0; i <= 50; ++i) {
        bar->setValue(bar->maximum() * i / 50);
        QTest::qWait(tickMs);
    }
}

bool Bench::chooseOthers()
{
    auto &actions = m_window.downloadsPage().actions();
    const auto dialog = [this] { return m_window.findChild<gui::ChooseDialog *>(); };
    const auto model = [&] {
        return static_cast<gui::RepoTreeModel *>(
            dialog()->findChild<QTreeView *>(u"tree"_s)->model());
    };
    return step(
               u"other files: the dialog"_s, [&] { actions.choose->trigger(); },
               [&] { return dialog() && model()->fileCount() == m_files; })
        && step(
               u"other files: one folder out"_s,
               [&] { model()->setData(model()->index(0, 0), Qt::Unchecked, Qt::CheckStateRole); },
               [&] { return model()->tickedFiles() < m_files; })
        && step(
               u"other files: change"_s, [&] { dialog()->accept(); },
               [&] { return !dialog() && m_engine.fileCount(id()) < m_files; });
}

bool Bench::run()
{
    auto *tree = find<QTreeView>("fileTree");
    auto *list = find<QTreeView>("downloadList");
    auto *files = find<QTreeView>("fileList");
    auto *model = dynamic_cast<gui::RepoTreeModel *>(tree->model());
    const auto receipt = [this] { return m_window.findChild<gui::ReceiptDialog *>(); };
    const auto getButton = [&] { return receipt()->findChild<QPushButton *>(u"getButton"_s); };
    auto &actions = m_window.downloadsPage().actions();
    const core::RepoRef ref{core::RepoId::make(core::RepoType::Model, u"bench/many"_s).value(),
                            std::nullopt, std::nullopt};
    return step(
               u"opened"_s, [&] { m_window.openRepo(ref); },
               [&] { return model->fileCount() == m_files; })
        && step(
               u"unfolded and scrolled"_s,
               [&] {
                   tree->expandAll();
                   scroll(tree);
               },
               [] { return true; })
        && step(
               u"all ticked"_s, [&] { model->tickAll(); },
               [&] { return model->tickedFiles() == m_files; })
        && step(
               u"filtered"_s, [&] { model->setFilter(u"file-77"_s); },
               [&] { return model->shownFiles() < m_files; })
        && step(
               u"all shown again"_s, [&] { model->setFilter({}); },
               [&] { return model->shownFiles() == m_files; })
        && step(
               u"receipt"_s, [&] { m_window.repoPage().get(); },
               [&] { return receipt() && getButton()->isEnabled(); })
        && step(
               u"put into the queue"_s, [&] { receipt()->accept(); },
               [&] { return state() == transfer::State::Fetching; })
        && step(
               u"the list of downloads"_s,
               [&] {
                   m_window.goTo(gui::Place::Downloads);
                   m_window.downloadsPage().select(id());
               },
               [&] { return list->currentIndex().isValid(); })
        && step(
               u"its files listed and scrolled"_s,
               [&] {
                   auto *details = find<QTabWidget>("details");
                   details->setCurrentWidget(details->findChild<QWidget *>(u"filesTab"_s));
                   scroll(files);
               },
               [&] { return files->isVisible() && files->model()->rowCount() == m_files; })
        && step(
               u"fetching"_s, [] { QTest::qWait(5000); }, [] { return true; })
        && step(
               u"pause"_s, [&] { actions.pause->trigger(); },
               [&] { return state() == transfer::State::Paused; })
        && chooseOthers()
        && step(
               u"resume"_s, [&] { actions.resume->trigger(); },
               [&] { return state() == transfer::State::Fetching; })
        && step(
               u"cancel"_s, [&] { actions.cancel->trigger(); },
               [&] { return state() == transfer::State::Cancelled; })
        && step(
               u"remove"_s, [&] { m_engine.remove(id()); },
               [&] { return m_engine.downloads().isEmpty(); })
        && (QTextStream(stdout) << u"at most "_s << longestWanted << u" ms: "_s
                                << (m_isKept ? u"kept"_s : u"missed"_s) << Qt::endl,
            true);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const int count = std::max(app.arguments().value(1, u"100000"_s).toInt(), 1000);
    const gui::Appearance appearance;
    support::FaultyHub hub({repoOf(count)});
    const QTemporaryDir folder;
    core::Settings settings(folder.filePath(u"settings.ini"_s));
    session::Config config;
    config.endpoint = hub::Endpoint::make(hub.endpoint()).value();
    config.place.path = folder.filePath(u"cache"_s);
    config.stateFolder = folder.filePath(u"state"_s);
    session::Services services(config, session::Queue::Kept, session::limitsFrom(settings));
    gui::MainWindow window(services, settings, {});
    window.resize(1200, 760);
    window.show();
    QTest::qWait(500);
    return Bench(window, services.engine(), count).run() ? 0 : 1;
}
