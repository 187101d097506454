#include "app/singleinstance.h"

#include <QDir>
#include <QLocalSocket>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 60000;

// The built program with a home of its own, without a display.
class Window {
public:
    explicit Window(const QTemporaryDir &home)
    {
        QProcessEnvironment environment;
        environment.insert(u"HOME"_s, home.path());
        environment.insert(u"XDG_RUNTIME_DIR"_s, home.path());
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        environment.insert(u"LANG"_s, u"C.UTF-8"_s);
        m_process.setProcessEnvironment(environment);
        m_process.start(QStringLiteral(HUBLOAD_PROGRAM), {u"--demo"_s});
    }

    QProcess &process() { return m_process; }

private:
    QProcess m_process;
};

bool owns(const QTemporaryDir &home)
{
    const QStringList sockets =
        QDir(home.path()).entryList({u"hubload-*"_s}, QDir::System | QDir::Files);
    QLocalSocket socket;
    if (sockets.size() != 1)
        return false;
    socket.connectToServer(home.filePath(sockets.constFirst()));
    return socket.waitForConnected(1000);
}

} // namespace

// One queue, one window: the real program, started twice and killed.
class SingleInstanceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theSecondStartWakesTheFirst()
    {
        const QTemporaryDir home;
        Window first(home);
        QTRY_VERIFY_WITH_TIMEOUT(owns(home), patience);
        Window second(home);
        QVERIFY(second.process().waitForFinished(patience));
        const QByteArray said = second.process().readAllStandardError();
        QVERIFY2(second.process().exitCode() == 0 && said.count('\n') == 1, said.constData());
        QVERIFY2(said.contains("running already"), said.constData());
        QCOMPARE(first.process().state(), QProcess::Running);

        ::kill(static_cast<pid_t>(first.process().processId()), SIGKILL);
        QVERIFY(first.process().waitForFinished(patience));
        Window third(home); // what a killed one leaves behind is no obstacle
        QTRY_VERIFY_WITH_TIMEOUT(owns(home), patience);
        QCOMPARE(third.process().state(), QProcess::Running);
        ::kill(static_cast<pid_t>(third.process().processId()), SIGKILL);
        third.process().waitForFinished(patience);
    }

    void saysThatSomebodyAsked()
    {
        const QTemporaryDir folder;
        app::SingleInstance first(folder.path(), {});
        QSignalSpy asked(&first, &app::SingleInstance::frontWanted);
        QCOMPARE(first.claim().value(), app::SingleInstance::Outcome::First);
        QLocalSocket socket;
        socket.connectToServer(folder.filePath(u"window.socket"_s));
        socket.write("front\n");
        QTRY_COMPARE(asked.count(), 1);
        QTRY_COMPARE(socket.bytesAvailable(), 7);
        QCOMPARE(socket.readAll(), "coming\n"_ba);
    }

    void hearsNoNonsense()
    {
        const QTemporaryDir folder;
        app::SingleInstance first(folder.path(), {});
        QSignalSpy asked(&first, &app::SingleInstance::frontWanted);
        QCOMPARE(first.claim().value(), app::SingleInstance::Outcome::First);
        QLocalSocket socket;
        socket.connectToServer(folder.filePath(u"window.socket"_s));
        socket.write(QByteArray(100000, 'x'));
        QTRY_COMPARE(socket.state(), QLocalSocket::UnconnectedState);
        QCOMPARE(asked.count(), 0);
    }

    void doesNotRunAQueueWhoseOwnerIsSilent()
    {
        const QTemporaryDir folder;
        app::SingleInstance first(folder.path(), u"/nowhere/at/all"_s); // cannot listen
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no socket"_s));
        QCOMPARE(first.claim().value(), app::SingleInstance::Outcome::First);
        app::SingleInstance second(folder.path(), u"/nowhere/at/all"_s);
        QCOMPARE(second.claim().value(), app::SingleInstance::Outcome::Unanswered);
    }
};

QTEST_GUILESS_MAIN(SingleInstanceTest)
#include "singleinstance.moc"
