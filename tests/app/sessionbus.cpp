#include "app/sessionbus.h"

#include <QElapsedTimer>
#include <QFile>
#include <QLocalServer>
#include <QLocalSocket>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// A bus that speaks, one that is silent, and none.
class SessionBusTest : public QObject {
    Q_OBJECT
private:
    static QByteArray addressOf(const QString &path)
    {
        return "unix:path=" + QFile::encodeName(path);
    }

private Q_SLOTS:
    void findsOneThatSpeaks()
    {
        const QString daemon = QStandardPaths::findExecutable(u"dbus-daemon"_s);
        if (daemon.isEmpty())
            QSKIP("there is no dbus-daemon here");
        QProcess bus;
        bus.start(daemon, {u"--session"_s, u"--nofork"_s, u"--print-address"_s});
        QVERIFY(bus.waitForStarted());
        QTRY_VERIFY(bus.canReadLine());
        const QByteArray address = bus.readLine().trimmed();
        QCOMPARE(app::probeSessionBus(address, {}, 5s), app::BusState::Answers);
        // One that is not there comes first: the library would go on to the next.
        QCOMPARE(app::probeSessionBus("unix:path=/nowhere/at/all;" + address, {}, 5s),
                 app::BusState::Answers);
        bus.kill();
        bus.waitForFinished();
        QCOMPARE(app::probeSessionBus(address, {}, 5s), app::BusState::Absent);
    }

    void doesNotWaitForASilentOne()
    {
        const QTemporaryDir folder;
        QLocalServer silent; // accepts and never answers
        QVERIFY(silent.listen(folder.filePath(u"bus"_s)));
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(app::probeSessionBus(addressOf(silent.fullServerName()), {}, 200ms),
                 app::BusState::Silent);
        // The same one, found by the runtime folder.
        QCOMPARE(app::probeSessionBus({}, QFile::encodeName(folder.path()), 200ms),
                 app::BusState::Silent);
        QVERIFY2(timer.elapsed() >= 400 && timer.elapsed() < 5000,
                 qPrintable(QString::number(timer.elapsed())));
    }

    void isContentWithNone()
    {
        const QTemporaryDir folder;
        QCOMPARE(app::probeSessionBus({}, {}, 5s), app::BusState::Absent);
        QCOMPARE(app::probeSessionBus({}, QFile::encodeName(folder.path()), 5s),
                 app::BusState::Absent);
        QCOMPARE(app::probeSessionBus(addressOf(folder.filePath(u"gone"_s)), {}, 5s),
                 app::BusState::Absent);
        QCOMPARE(app::probeSessionBus("unix:path=" + QByteArray(300, 'x'), {}, 5s),
                 app::BusState::Absent);
    }

    void leavesOthersAlone()
    {
        QCOMPARE(app::probeSessionBus("tcp:host=127.0.0.1,port=1", {}, 5s), app::BusState::Answers);
    }

    void hidesASilentOneOnlyForAMoment()
    {
        const QTemporaryDir folder;
        QLocalServer silent;
        QVERIFY(silent.listen(folder.filePath(u"bus"_s)));
        const QByteArray address = addressOf(silent.fullServerName());
        qputenv("DBUS_SESSION_BUS_ADDRESS", address);
        app::SessionBus bus;
        QVERIFY(!bus.answers());
        QVERIFY(qgetenv("DBUS_SESSION_BUS_ADDRESS") != address);
        bus.settle(); // returns, and the environment is as it was
        QCOMPARE(qgetenv("DBUS_SESSION_BUS_ADDRESS"), address);
    }
};

QTEST_GUILESS_MAIN(SessionBusTest)
#include "sessionbus.moc"
