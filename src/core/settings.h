#pragma once

#include <QObject>
#include <QSettings>
#include <QString>
#include <QVariant>

#include <memory>

namespace core {

// Every setting of the program, its type, default and range: one table, in settings.cpp.
enum class Setting {
    Endpoint, // text; empty: the public Hub
    CaFile, // text; a file of certificates trusted besides the system's certificates
    CacheFolder, // text; empty: the shared Hub cache by its public rules
    Connections, // 1 to 16, for all files together
    ConnectionsPerFile, // 1 to 16
    SpeedLimit, // text, as core::parseSpeedLimit() reads it; empty: none
    LastSpeedLimit, // text; the last one that was not none, to go back to
    FilesAtOnce, // 1 to 16
    ReposAtOnce, // 1 to 8
    ReserveMiB, // kept free on the disk
    ResumeOnStart, // bool
    ConfirmQuit, // bool; ask before quitting while something is fetched
    WindowGeometry, // bytes
    WindowState, // bytes
    LastPlace, // text
};

// Values kept between starts. Never holds a secret. Only session, gui, app and cli may include this
// header; the layers below take plain structs. Owner: session::Services. GUI thread.
class Settings : public QObject {
    Q_OBJECT
public:
    // file: an INI file; its folder is made when the first value is written.
    explicit Settings(const QString &file, QObject *parent = nullptr);
    ~Settings() override;

    QString text(Setting key) const;
    int number(Setting key) const; // clamped to the range of the table
    bool flag(Setting key) const;
    QByteArray bytes(Setting key) const;
    void set(Setting key, const QVariant &value);
    void reset(Setting key);

    static int minimum(Setting key);
    static int maximum(Setting key);
    static QVariant defaultValue(Setting key);

Q_SIGNALS:
    void changed(core::Setting key);

private:
    std::unique_ptr<QSettings> m_store;
};

} // namespace core
