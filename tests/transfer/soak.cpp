#include "faultrun.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <vector>

// Random faults for as long as is said: several of them in one download, in random order, with
// pauses, restarts and damage between. What must be true at the end is what the fault matrix wants.
//
//   soak MINUTES          until a run complains, or the time is over
//   soak MINUTES SEED     begins with the run of that seed, as a complaint names it
namespace {

using namespace Qt::StringLiterals;
using namespace faults;
using support::FaultyHub;

constexpr int atOnce = 4;
constexpr int mostTroubles = 6; // in a row: the waits between them, doubled each time, are a minute

// Each may come so often that a person is not needed yet.
struct Trouble {
    FaultyHub::Change change;
    int most = 1;
    bool isOfHub = false;
};

QList<Trouble> troubles(QRandomGenerator &random)
{
    const double share = random.generateDouble();
    return {
        {cutAt(share), 8},
        {FaultyHub::reset(), 4},
        {FaultyHub::reset(), 3, true},
        {FaultyHub::ignoreRange(), 2},
        {FaultyHub::wrongContentRange(), 1},
        {FaultyHub::html(), 1},
        {FaultyHub::html(), 1, true},
        {FaultyHub::status(403), 1},
        {FaultyHub::status(416), 1},
        {FaultyHub::status(502), 3},
        {FaultyHub::status(503, {{"Retry-After", "1"}}), 2},
        {FaultyHub::rateLimited(1), 1, true},
        {header("Content-Encoding", "gzip"), 1},
        {FaultyHub::corrupt(random.bounded(2 * MiB), 'x'), 1},
        {stallAt(share), 1},
    };
}

void damage(FaultRun &run, QRandomGenerator &random)
{
    const QString partial = run.partial();
    const qint64 size = QFileInfo(partial).size();
    if (size == 0)
        return;
    QFile file(partial);
    switch (random.bounded(5)) {
    case 0:
        QFile::remove(partial);
        break;
    case 1:
        QFile::resize(partial, random.bounded(size));
        break;
    case 2:
        QFile::remove(run.hint());
        break;
    case 3:
        QFile::resize(run.sidecar(), QFileInfo(run.sidecar()).size() / 2);
        break;
    default:
        if (file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly)
            && file.seek(random.bounded(size)))
            file.write("wrong");
    }
}

// One download from its beginning to its end.
void drive(FaultRun &run, QRandomGenerator &random)
{
    const QList<Trouble> all = troubles(random);
    int left = mostTroubles;
    for (int i = random.bounded(1, 4); i > 0 && left > 0; --i) {
        const Trouble &trouble = all.at(random.bounded(int(all.size())));
        const int times = std::min(left, random.bounded(1, trouble.most + 1));
        left -= times;
        if (trouble.isOfHub)
            run.hub(trouble.change, times);
        else
            run.cdn(trouble.change, times);
    }
    if (random.bounded(2) == 0)
        run.cdn(FaultyHub::drip(random.bounded(1, 5) * MiB));
    run.begin();
    bool isDamaged = false;
    for (int i = random.bounded(5); i > 0; --i) {
        run.reach(random.bounded(run.status().size + 1));
        run.pause();
        if (!isDamaged && random.bounded(4) == 0) {
            damage(run, random);
            isDamaged = true;
        }
        if (random.bounded(2) == 0)
            run.restart();
        run.resume();
    }
}

QStringList complaintsOf(quint32 seed)
{
    QRandomGenerator random(seed);
    const QList<qint64> known{0, 1000, MiB, 9 * MiB, 20 * MiB, 34 * MiB};
    Fault fault;
    fault.name = QString::number(seed);
    fault.sizes = {known.at(random.bounded(3, 6))};
    for (int i = random.bounded(3); i > 0; --i)
        fault.sizes.append(known.at(random.bounded(6)) + i); // no two with the same content
    fault.script = [&random](FaultRun &run) { drive(run, random); };
    FaultRun run(fault);
    run.run();
    return run.complaints();
}

struct Soak {
    void work()
    {
        while (complaints == 0 && time.elapsed() < milliseconds) {
            const quint32 seed = next++;
            const QStringList found = complaintsOf(seed);
            ++runs;
            if (found.isEmpty())
                continue;
            ++complaints;
            std::printf("soak: seed %u: %s\n", seed, qPrintable(found.join(u"; "_s)));
            std::fflush(stdout);
        }
    }

    QElapsedTimer time;
    qint64 milliseconds = 0;
    std::atomic<quint32> next = 0;
    std::atomic<int> runs = 0;
    std::atomic<int> complaints = 0;
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    Soak soak;
    soak.milliseconds = arguments.value(1).toLongLong() * 60 * 1000;
    bool isSeed = false;
    const uint seed = arguments.value(2).toUInt(&isSeed);
    soak.next = isSeed ? seed : QRandomGenerator::global()->generate();
    if (soak.milliseconds <= 0 || (arguments.size() > 2 && !isSeed)) {
        std::fputs("usage: soak MINUTES [SEED]\n", stderr);
        return 2;
    }
    std::printf("soak: seeds from %u on\n", soak.next.load());
    std::fflush(stdout);
    soak.time.start();
    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < atOnce; ++i) {
        threads.emplace_back(QThread::create([&soak] { soak.work(); }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        thread->wait();
    std::printf("soak: %d downloads, %d of them wrong\n", soak.runs.load(), soak.complaints.load());
    return soak.complaints > 0 ? 1 : 0;
}
