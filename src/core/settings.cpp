#include "core/settings.h"

#include <QLoggingCategory>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace core {

namespace {

Q_LOGGING_CATEGORY(lcSettings, "core.settings")

enum class Type { Text, Number, Flag, Bytes };

struct Row {
    Setting key;
    const char *name;
    Type type;
    int minimum;
    int maximum;
    int standard; // of numbers and flags; text and bytes start empty
};

constexpr int storeVersion = 1;

// The table. A name never changes its meaning: a change gets a new name and a migration by version.
constexpr Row rows[] = {
    {Setting::Endpoint, "network/endpoint", Type::Text, 0, 0, 0},
    {Setting::CaFile, "network/caFile", Type::Text, 0, 0, 0},
    {Setting::CacheFolder, "downloads/cacheFolder", Type::Text, 0, 0, 0},
    {Setting::Connections, "network/connections", Type::Number, 1, 16, 16},
    {Setting::ConnectionsPerFile, "network/connectionsPerFile", Type::Number, 1, 16, 16},
    {Setting::SpeedLimit, "network/speedLimit", Type::Text, 0, 0, 0},
    {Setting::LastSpeedLimit, "network/lastSpeedLimit", Type::Text, 0, 0, 0},
    {Setting::FilesAtOnce, "downloads/filesAtOnce", Type::Number, 1, 16, 4},
    {Setting::ReposAtOnce, "downloads/reposAtOnce", Type::Number, 1, 8, 1},
    {Setting::ReserveMiB, "downloads/reserveMiB", Type::Number, 0, 10'000'000, 1024},
    {Setting::ResumeOnStart, "downloads/resumeOnStart", Type::Flag, 0, 1, 1},
    {Setting::ConfirmQuit, "ui/confirmQuit", Type::Flag, 0, 1, 1},
    {Setting::WindowGeometry, "ui/geometry", Type::Bytes, 0, 0, 0},
    {Setting::WindowState, "ui/state", Type::Bytes, 0, 0, 0},
    {Setting::LastPlace, "ui/lastPlace", Type::Text, 0, 0, 0},
};

const Row &rowOf(Setting key)
{
    const auto found = std::find_if(std::begin(rows), std::end(rows),
                                    [key](const Row &row) { return row.key == key; });
    Q_ASSERT(found != std::end(rows)); // a test walks all keys
    return *found;
}

QVariant standardOf(const Row &row)
{
    switch (row.type) {
    case Type::Text:
        return QString();
    case Type::Number:
        return row.standard;
    case Type::Flag:
        return row.standard != 0;
    case Type::Bytes:
        return QByteArray();
    }
    Q_UNREACHABLE();
}

QVariant flagOf(const Row &row, const QVariant &value)
{
    const QString word = value.toString().trimmed().toLower();
    if (word == "true"_L1 || word == "1"_L1)
        return true;
    if (word == "false"_L1 || word == "0"_L1)
        return false;
    return standardOf(row);
}

// What a file edited by hand or by a newer version may hold, brought into the type and range.
QVariant normalised(const Row &row, const QVariant &value)
{
    bool ok = false;
    switch (row.type) {
    case Type::Text:
        return value.canConvert<QString>() ? value.toString() : QString();
    case Type::Number: {
        const qlonglong number = value.toLongLong(&ok);
        return ok ? static_cast<int>(std::clamp<qlonglong>(number, row.minimum, row.maximum))
                  : standardOf(row);
    }
    case Type::Flag:
        return flagOf(row, value);
    case Type::Bytes:
        return value.toByteArray();
    }
    Q_UNREACHABLE();
}

QVariant read(const QSettings &store, Setting key, Type expected)
{
    const Row &row = rowOf(key);
    Q_ASSERT(row.type == expected); // asking a number for its text is a mistake of ours
    Q_UNUSED(expected);
    const QVariant value = store.value(QString::fromLatin1(row.name));
    return value.isValid() ? normalised(row, value) : standardOf(row);
}

} // namespace

Settings::Settings(const QString &file, QObject *parent)
    : QObject(parent)
    , m_store(std::make_unique<QSettings>(file, QSettings::IniFormat))
{
    m_store->setFallbacksEnabled(false);
}

Settings::~Settings()
{
    m_store->sync();
    if (m_store->status() != QSettings::NoError)
        qCWarning(lcSettings) << "settings were not saved to" << m_store->fileName();
}

QString Settings::text(Setting key) const
{
    return read(*m_store, key, Type::Text).toString();
}

int Settings::number(Setting key) const
{
    return read(*m_store, key, Type::Number).toInt();
}

bool Settings::flag(Setting key) const
{
    return read(*m_store, key, Type::Flag).toBool();
}

QByteArray Settings::bytes(Setting key) const
{
    return read(*m_store, key, Type::Bytes).toByteArray();
}

void Settings::set(Setting key, const QVariant &value)
{
    const Row &row = rowOf(key);
    const QVariant before = read(*m_store, key, row.type);
    const QVariant after = normalised(row, value);
    m_store->setValue(u"version"_s, storeVersion);
    m_store->setValue(QString::fromLatin1(row.name), after);
    if (before != after)
        Q_EMIT changed(key);
}

void Settings::reset(Setting key)
{
    const Row &row = rowOf(key);
    const QVariant before = read(*m_store, key, row.type);
    m_store->remove(QString::fromLatin1(row.name));
    if (before != standardOf(row))
        Q_EMIT changed(key);
}

int Settings::minimum(Setting key)
{
    return rowOf(key).minimum;
}

int Settings::maximum(Setting key)
{
    return rowOf(key).maximum;
}

QVariant Settings::defaultValue(Setting key)
{
    return standardOf(rowOf(key));
}

} // namespace core
