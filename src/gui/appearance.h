#pragma once

#include <QDBusAbstractInterface>
#include <QDBusConnection>
#include <QDBusVariant>
#include <QObject>
#include <QPalette>

#include <memory>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace gui {

enum class Scheme { Light, Dark };

QPalette paletteFor(Scheme scheme);

// The settings portal as the bus knows it; the signal has the portal's spelling.
class PortalSettings : public QDBusAbstractInterface {
    Q_OBJECT
public:
    PortalSettings(const QDBusConnection &bus, QObject *parent);

Q_SIGNALS:
    void SettingChanged(const QString &group, const QString &key, const QDBusVariant &value);
};

// Asks the desktop's settings portal for its colour scheme and says when it changes. Lives on a
// thread of its own because the first contact with a silent session bus blocks.
class PortalWatcher : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    void start();

Q_SIGNALS:
    void schemeKnown(gui::Scheme scheme);

private:
    void take(const QVariant &value);
};

// Light or dark windows as the desktop says; light until it has answered. Works without D-Bus.
// Owner: main. GUI thread.
class Appearance : public QObject {
    Q_OBJECT
public:
    explicit Appearance(QObject *parent = nullptr);
    ~Appearance() override;

    void followSystem(); // only where there is a session bus: else the library launches one
    void apply(Scheme scheme); // palette of the whole application

private:
    QThread *m_thread = nullptr; // ours until it has ended; see the destructor
};

} // namespace gui
