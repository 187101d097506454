#include "e2e/programrun.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include <algorithm>
#include <numeric>

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr int killsHere = 20; // HUBLOAD_KILLS says how many in its place

demo::Repo repoOf(const QString &id, const QList<qint64> &sizes)
{
    QList<demo::File> files;
    for (int i = 0; i < sizes.size(); ++i)
        files.append(support::lfsFile(u"folder/%1.bin"_s.arg(i), sizes.at(i), quint64(i + 11)));
    files.append(support::gitFile(u"README.md"_s, "# " + id.toUtf8()));
    return support::makeRepo(id, files);
}

QList<qint64> manySmall()
{
    QList<qint64> sizes;
    for (int i = 0; i < 40; ++i)
        sizes.append(3000 + i * 997);
    return sizes;
}

int killsWanted()
{
    bool isNumber = false;
    const int wanted = qEnvironmentVariableIntValue("HUBLOAD_KILLS", &isNumber);
    return isNumber && wanted > 0 ? wanted : killsHere;
}

quint32 seedOfRun()
{
    bool isNumber = false;
    const uint wanted = qEnvironmentVariable("HUBLOAD_SEED").toUInt(&isNumber);
    return isNumber ? wanted : QRandomGenerator::global()->generate();
}

} // namespace

// kill -9 of the real program at seeded random points: what has a final name is right at any time,
// and the next starts end byte-identical.
class TestKillMatrix : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anywhere_data();
    void anywhere();
    void threeSecondsApart_data();
    void threeSecondsApart();
    void afterAnotherBoot();

private:
    // What became of one start.
    struct Start {
        bool isKilled = false; // else it was done before its time came
        QString wrong;
    };
    static int timeOf(const demo::Repo &repo, const demo::DemoOptions &options);
    // latest: killed at some time before that, in milliseconds; 0: at a call.
    static Start killOnce(ProgramRun &run, const demo::Repo &repo, QRandomGenerator &random,
                          int latest);
};

// How long it lives when nobody kills it; at most a second, in milliseconds.
int TestKillMatrix::timeOf(const demo::Repo &repo, const demo::DemoOptions &options)
{
    ProgramRun run({repo}, options);
    QElapsedTimer time;
    time.start();
    run.start(repo)->waitForFinished(120000);
    return static_cast<int>(std::clamp<qint64>(time.elapsed(), 50, 1000));
}

// How it dies: at a call of the system (between rename, link and ref), or at a time.
void TestKillMatrix::anywhere_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<QList<qint64>>("sizes");
    const QList<std::pair<const char *, QList<qint64>>> repos{
        {"one large file", {40 * MiB}},
        {"several files", {12 * MiB, 9 * MiB, 10 * MiB, MiB, 0}},
        {"many small files", manySmall()}};
    for (const auto &[name, sizes] : repos) {
        QTest::addRow("%s, at a call", name) << u"call"_s << sizes;
        QTest::addRow("%s, at a time", name) << u"time"_s << sizes;
    }
}

TestKillMatrix::Start TestKillMatrix::killOnce(ProgramRun &run, const demo::Repo &repo,
                                               QRandomGenerator &random, int latest)
{
    const bool isCall = latest == 0;
    ProgramRun::Variables variables;
    if (isCall)
        variables = {{u"KILL_AT"_s, QString::number(1 + random.bounded(60))}};
    const qint64 claimed = run.claimed(repo, ProgramRun::Claims::All);
    const auto process = run.start(repo, variables);
    if (!isCall && !process->waitForFinished(random.bounded(latest / 5, latest)))
        process->kill();
    process->waitForFinished(120000);
    const bool isKilled = process->exitStatus() == QProcess::CrashExit;
    const QString wrong = run.wrongNames(repo);
    return {isKilled,
            wrong.isEmpty() ? ProgramRun::wrongFigures(process->readAllStandardOutput(), claimed)
                            : wrong};
}

void TestKillMatrix::anywhere()
{
    QFETCH(QString, how);
    QFETCH(QList<qint64>, sizes);
    const quint32 seed = seedOfRun();
    QRandomGenerator random(seed);
    const int wanted = std::max(1, (killsWanted() + 5) / 6); // of six rows
    demo::DemoOptions options;
    options.bytesPerSecond = 16 * MiB; // of each connection
    const int latest = how == "call"_L1 ? 0 : timeOf(repoOf(u"org/kill"_s, sizes), options);
    int killed = 0;
    int starts = 0;
    while (killed < wanted && starts < 4 * wanted + 10) {
        const demo::Repo repo = repoOf(u"org/kill"_s, sizes);
        ProgramRun run({repo}, options);
        for (bool isKilled = true; isKilled && killed < wanted; ++starts) {
            const Start start = killOnce(run, repo, random, latest);
            isKilled = start.isKilled;
            killed += isKilled ? 1 : 0;
            QVERIFY2(start.wrong.isEmpty(),
                     qPrintable(u"seed %1: %2"_s.arg(seed).arg(start.wrong)));
        }
        QVERIFY2(run.finish(repo), qPrintable(u"seed %1"_s.arg(seed)));
        const QString lacking = run.notFinished(repo);
        QVERIFY2(lacking.isEmpty(), qPrintable(u"seed %1: %2"_s.arg(seed).arg(lacking)));
    }
    qInfo() << "seed" << seed << killed << "kills in" << starts << "starts";
    QVERIFY(killed >= wanted); // or the test shows nothing
}

void TestKillMatrix::threeSecondsApart_data()
{
    QTest::addColumn<qint64>("size");
    QTest::newRow("a large file") << 48 * MiB;
    QTest::newRow("a small file") << 5 * MiB; // over one connection
}

// Under one boot less than one second's bytes are fetched again for each kill.
void TestKillMatrix::threeSecondsApart()
{
    QFETCH(const qint64, size);
    demo::DemoOptions options;
    options.bytesPerSecond = MiB / 4; // of each connection
    const demo::Repo repo = repoOf(u"org/slow"_s, {size});
    ProgramRun run({repo}, options);
    QList<qint64> lost; // by each kill: sent, and claimed by nobody
    qint64 kept = 0;
    double seconds = 0;
    while (lost.size() < 3) {
        const auto process = run.start(repo);
        QElapsedTimer time;
        time.start();
        if (process->waitForFinished(3000))
            break;
        process->kill();
        QVERIFY(process->waitForFinished());
        seconds += static_cast<double>(time.elapsed()) / 1000;
        const qint64 lostBefore = std::accumulate(lost.begin(), lost.end(), qint64(0));
        kept = run.claimed(repo, ProgramRun::Claims::All);
        lost.append(run.hub.bodyBytes(demo::Origin::Cdn) - lostBefore - kept);
    }
    QVERIFY(lost.size() >= 2); // or the test shows nothing
    const double aSecond = static_cast<double>(kept) / seconds;
    qInfo() << "kept" << kept << "in" << seconds << "s; lost" << lost;
    const qint64 most = *std::max_element(lost.begin(), lost.end());
    // On a machine at rest it is half of that; a busy one comes late to the notes.
    constexpr double busy = 3;
    QVERIFY2(static_cast<double>(most) < busy * aSecond,
             qPrintable(u"%1 lost, a second brings %2"_s.arg(most).arg(aSecond)));
    run.hub.clearRules();
    run.hub.addRule(demo::Origin::Cdn, QRegularExpression(u".*"_s),
                    support::FaultyHub::drip(0)); // as fast as it goes
    QVERIFY(run.finish(repo));
    QCOMPARE(run.notFinished(repo), QString());
}

// After a reboot only what was synced is believed: less than 64 MiB of the file and 8 MiB of each
// connection come again.
void TestKillMatrix::afterAnotherBoot()
{
    constexpr qint64 size = 400 * MiB;
    constexpr qint64 most = 64 * MiB + 16 * 8 * MiB;
    demo::DemoOptions options;
    options.bytesPerSecond = 24 * MiB;
    const demo::Repo repo = repoOf(u"org/boot"_s, {size});
    ProgramRun run({repo}, options);
    const auto process = run.start(repo, {{u"BOOT"_s, u"11111111-1111-1111-1111-111111111111"_s}});
    QTRY_VERIFY_WITH_TIMEOUT(run.hub.bodyBytes(demo::Origin::Cdn) > size * 3 / 4, 120000);
    process->kill();
    QVERIFY(process->waitForFinished());
    const qint64 sent = run.hub.bodyBytes(demo::Origin::Cdn);
    const qint64 safe = run.claimed(repo, ProgramRun::Claims::Safe);
    // The boot id of this machine is another one: the hint says nothing any more.
    QCOMPARE(run.claimed(repo, ProgramRun::Claims::All), safe);
    qInfo() << sent / MiB << "MiB sent," << safe / MiB << "MiB safe";
    QVERIFY(sent > most); // or the test shows nothing
    QVERIFY2(sent - safe < most, qPrintable(QString::number((sent - safe) / MiB)));
    QVERIFY(run.finish(repo));
    QCOMPARE(run.notFinished(repo), QString());
    const qint64 again = run.hub.bodyBytes(demo::Origin::Cdn) - size;
    QVERIFY2(again < most, qPrintable(QString::number(again / MiB)));
}

QTEST_GUILESS_MAIN(TestKillMatrix)
#include "test_killmatrix.moc"
