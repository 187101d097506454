#include <QElapsedTimer>
#include <QFile>
#include <QTest>

#include <csignal>

#include "cli/program.h"

using namespace Qt::StringLiterals;
using support::FaultyHub;

namespace {
constexpr qint64 MiB = 1024 * 1024;
const QRegularExpression anything(u"."_s);
} // namespace

// What a signal leaves behind, and that the next run goes on from there.
class TestInterrupt : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void goesOnAfterwards_data();
    void goesOnAfterwards();
    void whileNobodyAnswers();
    void whileNobodyReads();
};

void TestInterrupt::goesOnAfterwards_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("exit");
    QTest::newRow("SIGINT") << SIGINT << 7;
    QTest::newRow("SIGTERM") << SIGTERM << 7;
}

void TestInterrupt::goesOnAfterwards()
{
    QFETCH(int, signal);
    QFETCH(int, exit);
    Program program;
    const demo::Repo repo =
        support::makeRepo(u"org/big"_s, {support::lfsFile(u"m.bin"_s, 96 * MiB, 7)});
    program.hub().setRepo(repo);
    program.hub().addRule(demo::Origin::Cdn, anything, FaultyHub::drip(MiB));
    const auto process = program.begin({u"get"_s, u"org/big"_s, u"--json"_s, u"--yes"_s});
    QTRY_VERIFY_WITH_TIMEOUT(program.hub().bodyBytes(demo::Origin::Cdn) >= 0
                                 && QFile::exists(program.layout().blobs(repo.id)),
                             20'000);
    QTest::qWait(3000); // some megabytes on each connection
    QVERIFY(process->processId() > 0); // it runs; 0 would be ourselves
    ::kill(static_cast<pid_t>(process->processId()), signal);
    const Run run = Program::finish(process.get(), 20);
    QCOMPARE(run.exit, exit);
    QCOMPARE(run.errorLines().size(), 1);
    QCOMPARE(run.end().value("state"_L1).toString(), u"cancelled"_s);
    QVERIFY(!QFile::exists(program.entry(repo, u"m.bin"_s)));
    QVERIFY(!program.leftovers(repo).isEmpty());

    program.hub().clearRules();
    const Run again = program.getJson({u"org/big"_s});
    QCOMPARE(again.exit, 0);
    QVERIFY(program.isRight(repo, repo.files[0]));
    QCOMPARE(program.leftovers(repo), QStringList());
    const qint64 here = again.events(u"plan"_s).first().value("bytes_here"_L1).toInteger();
    QVERIFY2(here > 4 * MiB, qPrintable(QString::number(here)));
    // Sent bytes that were on their way are lost with the connections; nothing else is.
    QVERIFY(program.hub().bodyBytes(demo::Origin::Cdn) < 96 * MiB + 8 * 8 * MiB);
}

void TestInterrupt::whileNobodyAnswers()
{
    Program program;
    program.hub().addRule(demo::Origin::Hub, anything, FaultyHub::reset());
    const auto process = program.begin({u"get"_s, u"org/big"_s, u"--json"_s, u"--yes"_s});
    QTRY_VERIFY_WITH_TIMEOUT(!program.hub().requests().isEmpty(), 20'000);
    QVERIFY(process->processId() > 0);
    ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
    const Run run = Program::finish(process.get(), 5);
    QCOMPARE(run.exit, 7);
}

// A full pipe holds up what is said, but not the end.
void TestInterrupt::whileNobodyReads()
{
    Program program;
    QList<demo::File> files;
    for (int i = 0; i < 600; ++i)
        files.append(support::gitFile(u"folder/file-%1.txt"_s.arg(i), QByteArray::number(i)));
    program.hub().setRepo(support::makeRepo(u"org/many"_s, files));
    QProcess shell;
    shell.setProcessEnvironment(program.environment);
    shell.start(u"bash"_s,
                {u"-c"_s,
                 u"\"$0\" get org/many --json --yes > >(sleep 60) & p=$!; sleep 6; "
                 "kill -TERM $p; wait $p"_s,
                 QStringLiteral(HUBLOAD_PROGRAM)});
    QElapsedTimer timer;
    timer.start();
    const Run run = Program::finish(&shell, 40);
    QCOMPARE(run.exit, 7);
    QVERIFY(timer.elapsed() < 30'000);
}

QTEST_GUILESS_MAIN(TestInterrupt)
#include "test_interrupt.moc"
