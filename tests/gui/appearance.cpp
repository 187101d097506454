#include "gui/appearance.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QLabel>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < 128
        && palette.color(QPalette::WindowText).lightness() > 128;
}

} // namespace

// The desktop's settings portal, as far as it is asked here.
class Portal : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
public:
    uint scheme = 0;

public Q_SLOTS:
    // A variant in a variant, as the portal's Read has it.
    QDBusVariant Read(const QString &group, const QString &key)
    {
        const bool isKnown = group == u"org.freedesktop.appearance"_s && key == u"color-scheme"_s;
        return QDBusVariant(QVariant::fromValue(QDBusVariant(isKnown ? scheme : 99U)));
    }
};

// Light and dark on a real bus of the test's own.
class AppearanceTest : public QObject {
    Q_OBJECT
private:
    QProcess m_bus;
    QByteArray m_address;
    Portal m_portal;

private Q_SLOTS:
    void initTestCase()
    {
        const QString daemon = QStandardPaths::findExecutable(u"dbus-daemon"_s);
        if (daemon.isEmpty())
            QSKIP("there is no dbus-daemon here");
        m_bus.start(daemon, {u"--session"_s, u"--nofork"_s, u"--print-address"_s});
        QVERIFY(m_bus.waitForStarted());
        QTRY_VERIFY(m_bus.canReadLine());
        m_address = m_bus.readLine().trimmed();
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_address);
        QDBusConnection desktop =
            QDBusConnection::connectToBus(QString::fromLatin1(m_address), u"desktop"_s);
        QVERIFY(desktop.isConnected());
        QVERIFY(desktop.registerObject(u"/org/freedesktop/portal/desktop"_s, &m_portal,
                                       QDBusConnection::ExportAllSlots));
        QVERIFY(desktop.registerService(u"org.freedesktop.portal.Desktop"_s));
    }

    void cleanupTestCase()
    {
        QDBusConnection::disconnectFromBus(u"desktop"_s);
        m_bus.kill();
        m_bus.waitForFinished();
    }

    void followsTheDesktop()
    {
        m_portal.scheme = 1;
        gui::Appearance appearance;
        QLabel window;
        window.show();
        QVERIFY(!isDark(window.palette()));
        appearance.followSystem();
        QTRY_VERIFY_WITH_TIMEOUT(isDark(window.palette()), 10000); // it was dark at start
        const auto change = [](const QString &key, uint value) {
            QDBusMessage signal = QDBusMessage::createSignal(u"/org/freedesktop/portal/desktop"_s,
                                                             u"org.freedesktop.portal.Settings"_s,
                                                             u"SettingChanged"_s);
            signal << u"org.freedesktop.appearance"_s << key
                   << QVariant::fromValue(QDBusVariant(value));
            QVERIFY(QDBusConnection(u"desktop"_s).send(signal));
        };
        change(u"color-scheme"_s, 2); // and is changed while it runs
        QTRY_VERIFY_WITH_TIMEOUT(!isDark(window.palette()), 10000);
        change(u"contrast"_s, 1); // something else changes
        change(u"color-scheme"_s, 1);
        QTRY_VERIFY_WITH_TIMEOUT(isDark(window.palette()), 10000);
        change(u"color-scheme"_s, 0);
        QTRY_VERIFY_WITH_TIMEOUT(!isDark(window.palette()), 10000);
    }
};

QTEST_MAIN(AppearanceTest)
#include "appearance.moc"
