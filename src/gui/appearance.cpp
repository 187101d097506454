#include "gui/appearance.h"

#include <QApplication>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QThread>

#include "gui/windowstyle.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr auto group = "org.freedesktop.appearance"_L1;
constexpr auto key = "color-scheme"_L1;
constexpr int answerLimitMs = 3000;

struct Colours {
    QRgb window, base, alternate, button, text, muted, disabled, highlight, highlightedText, link,
        light, mid, dark;
};

constexpr Colours lightColours{0xfff5f6f8, 0xffffffff, 0xfff0f2f5, 0xffe7e9ed, 0xff1b1f24,
                               0xff5c6470, 0xff9aa1ab, 0xff1f5fbf, 0xffffffff, 0xff1a56b0,
                               0xffffffff, 0xffb9bfc9, 0xff8a919c};
// Base and Button lie apart, or Fusion draws an unticked box that nobody sees.
constexpr Colours darkColours{0xff22252a, 0xff181a1e, 0xff1e2126, 0xff3a3f47, 0xffe8eaed,
                              0xffa4abb6, 0xff737b87, 0xff2a68c8, 0xffffffff, 0xff7fb2ff,
                              0xff5a616c, 0xff4a5059, 0xff101216};

void setRole(QPalette &palette, QPalette::ColorRole role, QRgb colour)
{
    palette.setColor(role, QColor::fromRgb(colour));
}

} // namespace

QPalette paletteFor(Scheme scheme)
{
    const Colours &c = scheme == Scheme::Dark ? darkColours : lightColours;
    QPalette palette;
    setRole(palette, QPalette::Window, c.window);
    setRole(palette, QPalette::WindowText, c.text);
    setRole(palette, QPalette::Base, c.base);
    setRole(palette, QPalette::AlternateBase, c.alternate);
    setRole(palette, QPalette::ToolTipBase, c.base);
    setRole(palette, QPalette::ToolTipText, c.text);
    setRole(palette, QPalette::PlaceholderText, c.muted);
    setRole(palette, QPalette::Text, c.text);
    setRole(palette, QPalette::Button, c.button);
    setRole(palette, QPalette::ButtonText, c.text);
    setRole(palette, QPalette::BrightText, 0xffffffff);
    setRole(palette, QPalette::Highlight, c.highlight);
    setRole(palette, QPalette::HighlightedText, c.highlightedText);
    setRole(palette, QPalette::Link, c.link);
    setRole(palette, QPalette::LinkVisited, c.link);
    setRole(palette, QPalette::Light, c.light);
    setRole(palette, QPalette::Midlight, c.button);
    setRole(palette, QPalette::Mid, c.mid);
    setRole(palette, QPalette::Dark, c.dark);
    setRole(palette, QPalette::Shadow, 0xff000000);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor::fromRgb(c.disabled));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor::fromRgb(c.mid));
    return palette;
}

PortalSettings::PortalSettings(const QDBusConnection &bus, QObject *parent)
    : QDBusAbstractInterface(u"org.freedesktop.portal.Desktop"_s,
                             u"/org/freedesktop/portal/desktop"_s,
                             "org.freedesktop.portal.Settings", bus, parent)
{
    setTimeout(answerLimitMs);
}

void PortalWatcher::start()
{
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    // By its name, which the library looks up: without it the signal is not connected, silently.
    qRegisterMetaType<QDBusVariant>();
    auto *portal = new PortalSettings(bus, this);
    connect(
        portal, &PortalSettings::SettingChanged, this,
        [this](const QString &changedGroup, const QString &changedKey, const QDBusVariant &value) {
            if (changedGroup == group && changedKey == key)
                take(value.variant());
        });
    auto *watcher = new QDBusPendingCallWatcher(
        portal->asyncCall(u"Read"_s, QString(group), QString(key)), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isValid())
            take(reply.value().variant());
    });
}

void PortalWatcher::take(const QVariant &value)
{
    QVariant plain = value;
    // Read wraps the value in a second variant.
    if (plain.canConvert<QDBusVariant>())
        plain = plain.value<QDBusVariant>().variant();
    Q_EMIT schemeKnown(plain.toUInt() == 1 ? Scheme::Dark : Scheme::Light);
}

Appearance::Appearance(QObject *parent)
    : QObject(parent)
{
    QApplication::setStyle(new WindowStyle);
    apply(Scheme::Light);
}

Appearance::~Appearance()
{
    if (!m_thread)
        return;
    m_thread->quit();
    // A bus that accepts and never answers holds the thread in connect(); leaving it behind is
    // better than holding up the end of the program.
    if (m_thread->wait(QDeadlineTimer(500)))
        delete m_thread;
}

void Appearance::followSystem()
{
    if (m_thread)
        return;
    m_thread = new QThread;
    auto *watcher = new PortalWatcher;
    watcher->moveToThread(m_thread);
    connect(m_thread, &QThread::started, watcher, &PortalWatcher::start);
    connect(m_thread, &QThread::finished, watcher, &QObject::deleteLater);
    connect(watcher, &PortalWatcher::schemeKnown, this, &Appearance::apply);
    m_thread->start();
}

void Appearance::apply(Scheme scheme)
{
    QApplication::setPalette(paletteFor(scheme));
}

} // namespace gui
