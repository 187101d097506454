#include "gapmeter.h"

#include <QApplication>
#include <QDialog>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <cstdio>
#include <optional>

#include "core/settings.h"
#include "gui/appearance.h"
#include "gui/mainwindow.h"
#include "gui/pages/repopage.h"
#include "session/services.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;

// How long the window does not answer: the gaps of a 5 ms timer on the GUI thread while bytes come
// from loopback as fast as they can, and while repos of 2,000 files are opened and scrolled.
// guigap [FILE [BYTES]] writes the gaps of a download of so many bytes to FILE as JSON and says
// whether they are what we want of them; a gap too long is no failure, only a scenario that does
// not end is.

namespace {

constexpr int repoCount = 10;
constexpr qint64 usualSize = 2'000'000'000;
constexpr double longestWanted = 50; // ms
constexpr double p99Wanted = 20;

void judge(const Gaps &gaps)
{
    const auto verdict = [](double have, double wanted) {
        return u"%1 (at most %2): %3"_s.arg(have, 0, 'f', 1)
            .arg(wanted)
            .arg(have <= wanted ? u"kept"_s : u"missed"_s);
    };
    QTextStream(stdout) << u"longest gap in ms "_s << verdict(gaps.longest, longestWanted)
                        << u"\n99 % under "_s << verdict(gaps.p99, p99Wanted) << Qt::endl;
}

bool write(const Gaps &gaps, const QString &path)
{
    QFile file(path);
    const QJsonObject object{
        {u"longest"_s, gaps.longest}, {u"p99"_s, gaps.p99}, {u"half"_s, gaps.half}};
    const QByteArray text = QJsonDocument(object).toJson();
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.flush();
}

demo::Repo manyFiles(int number)
{
    QList<demo::File> files;
    for (int i = 0; i < 2000; ++i)
        files << support::gitFile(u"data/part-%1/file-%2.txt"_s.arg(i / 100).arg(i),
                                  QByteArray::number(i));
    return support::makeRepo(u"bench/many-%1"_s.arg(number), files);
}

core::RepoRef refTo(const QString &name)
{
    return {core::RepoId::make(core::RepoType::Model, name).value(), std::nullopt, std::nullopt};
}

bool scrollRepos(gui::MainWindow *window)
{
    auto *tree = window->findChild<QTreeView *>(u"fileTree"_s);
    for (int number = 0; number < repoCount; ++number) {
        window->openRepo(refTo(u"bench/many-%1"_s.arg(number)));
        if (!QTest::qWaitFor([&] { return tree->isVisible() && tree->model()->rowCount() > 0; },
                             60000))
            return false;
        QTest::qWait(200);
        tree->expandAll();
        QScrollBar *bar = tree->verticalScrollBar();
        for (int step = 0; step <= 100; ++step) {
            bar->setValue(bar->maximum() * step / 100);
            QTest::qWait(tickMs);
        }
    }
    return true;
}

std::optional<Gaps> download(gui::MainWindow *window, session::Services *services, GapMeter *meter,
                             qint64 size)
{
    window->openRepo(refTo(u"bench/big"_s));
    auto *tree = window->findChild<QTreeView *>(u"fileTree"_s);
    if (!QTest::qWaitFor([&] { return tree->isVisible() && tree->model()->rowCount() == 1; },
                         60000))
        return {};
    QTest::qWait(500);
    tree->model()->setData(tree->model()->index(0, 0), Qt::Checked, Qt::CheckStateRole);
    window->repoPage().get();
    auto *receipt = window->findChild<QDialog *>();
    QTest::qWait(500);
    if (!receipt)
        return {};
    transfer::Engine &engine = services->engine();
    QElapsedTimer clock;
    clock.start();
    meter->start();
    receipt->accept();
    const auto isDone = [&engine] {
        const auto ids = engine.downloads();
        return !ids.isEmpty() && engine.status(ids.constFirst()).state == transfer::State::Done;
    };
    const bool done = QTest::qWaitFor(isDone, 600000);
    const Gaps gaps = meter->stop(u"download of %1 MB"_s.arg(size / 1'000'000));
    const double seconds = static_cast<double>(clock.elapsed()) / 1000;
    QTextStream(stdout) << u"download: "_s << static_cast<double>(size) / 1e6 / seconds
                        << u" MB/s, checked"_s << Qt::endl;
    return done ? std::optional(gaps) : std::nullopt;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    const qint64 size = arguments.size() > 2 ? arguments.at(2).toLongLong() : usualSize;
    const gui::Appearance appearance;
    QList<demo::Repo> repos{
        support::makeRepo(u"bench/big"_s, {support::lfsFile(u"big.bin"_s, size)})};
    for (int number = 0; number < repoCount; ++number)
        repos << manyFiles(number);
    support::FaultyHub hub(repos);
    const QTemporaryDir folder;
    core::Settings settings(folder.filePath(u"settings.ini"_s));
    session::Config config;
    config.endpoint = hub::Endpoint::make(hub.endpoint()).value();
    config.place.path = folder.filePath(u"cache"_s);
    config.stateFolder = folder.filePath(u"state"_s);
    session::Services services(config, session::Queue::Kept, session::limitsFrom(settings));
    gui::MainWindow window(services, settings, {});
    window.show();
    QTest::qWait(500);

    GapMeter meter;
    meter.start();
    QTest::qWait(2000);
    meter.stop(u"idle"_s);
    meter.start();
    const bool scrolled = scrollRepos(&window);
    meter.stop(u"ten repos of 2,000 files, opened and scrolled"_s);
    const auto gaps = download(&window, &services, &meter, size);
    if (!scrolled || !gaps) {
        QTextStream(stderr) << u"the scenario did not come to its end"_s << Qt::endl;
        return 1;
    }
    judge(*gaps);
    return arguments.size() > 1 && !write(*gaps, arguments.at(1)) ? 1 : 0;
}
