#include <QProcess>
#include <QTest>

#include <thread>
#include <vector>

#include "core/logging.h"

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(gate, "hub.gate")
Q_LOGGING_CATEGORY(other, "other.thing")

class TestLogging : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void normalKeepsQuiet();
    void detailedSaysMore();
    void keepsTheLastLines();
    void takesLinesFromAllThreads();
};

namespace {

// The handler belongs to the whole process, and so it is looked at from outside.
QByteArray stderrOf(const QString &level)
{
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {u"--log"_s, level});
    return child.waitForFinished() ? child.readAllStandardError() : QByteArray();
}

int logSomething(const QString &level)
{
    core::installLogging(level == "detailed"_L1 ? core::LogLevel::Detailed
                                                : core::LogLevel::Normal);
    qCDebug(gate) << "gate debug";
    qCInfo(gate) << "gate info";
    qCDebug(other) << "other debug";
    qCWarning(gate) << "warned with hf_secretsecret and https://h/x?sig=1 \x1b[31m";
    return core::recentLogLines().size() > 0 ? 0 : 1;
}

} // namespace

void TestLogging::normalKeepsQuiet()
{
    const QByteArray text = stderrOf(u"normal"_s);
    QVERIFY2(text.contains("hub.gate"), text.constData());
    QVERIFY(text.contains("warning"));
    QVERIFY(text.contains("[secret]"));
    QVERIFY(!text.contains("secretsecret") && !text.contains("sig=1") && !text.contains('\x1b'));
    QVERIFY(!text.contains("debug") && !text.contains("gate info"));
}

void TestLogging::detailedSaysMore()
{
    const QByteArray text = stderrOf(u"detailed"_s);
    QVERIFY(text.contains("gate debug") && text.contains("gate info"));
    QVERIFY(!text.contains("other debug"));
}

void TestLogging::keepsTheLastLines()
{
    core::installLogging(core::LogLevel::Normal);
    for (int i = 0; i < 600; ++i)
        qCWarning(gate) << "line" << i;
    const QStringList lines = core::recentLogLines();
    qInstallMessageHandler(nullptr);
    QCOMPARE(lines.size(), 500);
    QVERIFY(lines.first().endsWith(u"line 100"_s));
    QVERIFY(lines.last().endsWith(u"line 599"_s));
}

void TestLogging::takesLinesFromAllThreads()
{
    core::installLogging(core::LogLevel::Normal);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int k = 0; k < 200; ++k)
                qCWarning(other) << "threaded";
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    const QStringList lines = core::recentLogLines();
    qInstallMessageHandler(nullptr);
    QCOMPARE(lines.filter(u"threaded"_s).size(), 500);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (app.arguments().value(1) == "--log"_L1)
        return logSomething(app.arguments().value(2));
    TestLogging test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_logging.moc"
