#include "e2e/programrun.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <sys/types.h>

using namespace Qt::StringLiterals;
using support::FaultyHub;

namespace {

constexpr qint64 MiB = 1024 * 1024;
const QRegularExpression anything(u".*"_s);

demo::Repo oneFile(qint64 size)
{
    return support::makeRepo(u"org/world"_s, {support::lfsFile(u"m.bin"_s, size, 23)});
}

bool writeOffset(const QString &path, qint64 seconds)
{
    QFile file(path);
    return file.open(QIODevice::ReadWrite)
        && file.write(reinterpret_cast<const char *>(&seconds), sizeof(seconds)) == sizeof(seconds);
}

} // namespace

// The real program where the clock, the locks and the disk are not as one expects.
class TestWorlds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void quitWhileChecking();
    void clockIsSet_data();
    void clockIsSet();
    void locksThatExcludeNobody();
};

// A check that would take a minute is left at once, and what was fetched is not fetched again.
void TestWorlds::quitWhileChecking()
{
    constexpr qint64 size = 256 * MiB;
    const demo::Repo repo = oneFile(size);
    ProgramRun run({repo});
    const auto process = run.start(repo, {{u"READ_MS"_s, u"60"_s}});
    QByteArray said;
    const auto isChecking = [&] {
        process->waitForReadyRead(50);
        said += process->readAllStandardOutput();
        return said.contains("\"state\":\"verifying\"");
    };
    QTRY_VERIFY_WITH_TIMEOUT(isChecking(), 120000);
    const qint64 sent = run.hub.bodyBytes(demo::Origin::Cdn);
    // A connection that was shortened had more on its way.
    QVERIFY2(sent >= size && sent < size + size / 8, qPrintable(QString::number(sent)));
    QElapsedTimer time;
    time.start();
    QCOMPARE(::kill(static_cast<pid_t>(process->processId()), SIGTERM), 0);
    QVERIFY(process->waitForFinished(30000)); // the check lasts twice as long
    qInfo() << "ended after" << time.elapsed() << "ms";
    QCOMPARE(process->exitStatus(), QProcess::NormalExit);
    QCOMPARE(run.wrongNames(repo), QString());
    QVERIFY(run.finish(repo));
    QCOMPARE(run.notFinished(repo), QString());
    QCOMPARE(run.hub.bodyBytes(demo::Origin::Cdn), sent);
}

void TestWorlds::clockIsSet_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("a day back") << qint64(86400);
    QTest::newRow("a day ahead") << qint64(-86400);
}

// While it waits the clock is set right: the wait is neither shorter nor endless, and links are
// judged by the host.
void TestWorlds::clockIsSet()
{
    QFETCH(qint64, seconds);
    constexpr int pause = 4;
    const demo::Repo repo = oneFile(12 * MiB);
    ProgramRun run({repo});
    const QString clock = run.file(u"clock"_s);
    QVERIFY(writeOffset(clock, seconds));
    run.hub.addRule(demo::Origin::Cdn, anything,
                    FaultyHub::status(503, {{"Retry-After", QByteArray::number(pause)}}), 1);
    const auto process = run.start(repo, {{u"CLOCK"_s, clock}});
    const auto asked = [&] { return run.hub.requests(demo::Origin::Cdn, anything).size(); };
    QTRY_COMPARE_WITH_TIMEOUT(asked(), 1, 60000);
    QElapsedTimer sincePause;
    sincePause.start();
    QByteArray said;
    const auto saysWhen = [&] {
        said += process->readAllStandardOutput();
        return said.contains("\"retry_at\":\"");
    };
    QTRY_VERIFY_WITH_TIMEOUT(saysWhen(), 60000);
    QVERIFY(writeOffset(clock, 0));
    const QDateTime until = QDateTime::fromString(
        QString::fromLatin1(said.mid(said.indexOf("\"retry_at\":\"") + 12, 24)), Qt::ISODateWithMs);
    const qint64 off = QDateTime::currentDateTimeUtc().secsTo(until);
    QVERIFY2(std::abs(off - seconds) < 3600, said.constData()); // or its clock was never wrong
    QTRY_VERIFY_WITH_TIMEOUT(asked() > 1, 60000);
    // The pause began before we saw the answer to the first request.
    QVERIFY2(sincePause.elapsed() >= (pause - 1) * 1000,
             qPrintable(QString::number(sincePause.elapsed())));
    QTRY_COMPARE_WITH_TIMEOUT(process->state(), QProcess::NotRunning, 60000);
    QCOMPARE(process->exitCode(), 0);
    QCOMPARE(run.notFinished(repo), QString());
}

// As on some network drives: both fetch the same file into the same place at the same time.
void TestWorlds::locksThatExcludeNobody()
{
    demo::DemoOptions options;
    options.bytesPerSecond = 4 * MiB;
    const demo::Repo repo = support::makeRepo(
        u"org/both"_s,
        {support::lfsFile(u"a.bin"_s, 24 * MiB, 1), support::lfsFile(u"b.bin"_s, 2 * MiB, 2)});
    ProgramRun run({repo}, options);
    const ProgramRun::Variables world{{u"NO_FLOCK"_s, u"1"_s}};
    const auto one = run.start(repo, world);
    const auto other = run.start(repo, world);
    QVERIFY(one->waitForFinished(200000));
    QVERIFY(other->waitForFinished(200000));
    const QString wrong = run.wrongNames(repo);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    const auto said = [](QProcess &process) {
        return process.readAllStandardError() + process.readAllStandardOutput().right(600);
    };
    QVERIFY2(one->exitCode() == 0, said(*one).constData());
    QVERIFY2(other->exitCode() == 0, said(*other).constData());
    QVERIFY(run.finish(repo));
    QCOMPARE(run.notFinished(repo), QString());
}

QTEST_GUILESS_MAIN(TestWorlds)
#include "test_worlds.moc"
