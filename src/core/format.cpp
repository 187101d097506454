#include "core/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <iterator>

using namespace Qt::StringLiterals;

namespace core {

namespace {

struct Units {
    Q_DECLARE_TR_FUNCTIONS(core::Format)
};

//: Sizes in decimal units; %1 is a number such as 7.30
constexpr const char *sizeUnits[] = {
    QT_TRANSLATE_NOOP("core::Format", "%1 B"),  QT_TRANSLATE_NOOP("core::Format", "%1 KB"),
    QT_TRANSLATE_NOOP("core::Format", "%1 MB"), QT_TRANSLATE_NOOP("core::Format", "%1 GB"),
    QT_TRANSLATE_NOOP("core::Format", "%1 TB"), QT_TRANSLATE_NOOP("core::Format", "%1 PB"),
    QT_TRANSLATE_NOOP("core::Format", "%1 EB"),
};

//: Speeds in decimal units per second; %1 is a number such as 7.30
constexpr const char *speedUnits[] = {
    QT_TRANSLATE_NOOP("core::Format", "%1 B/s"),  QT_TRANSLATE_NOOP("core::Format", "%1 KB/s"),
    QT_TRANSLATE_NOOP("core::Format", "%1 MB/s"), QT_TRANSLATE_NOOP("core::Format", "%1 GB/s"),
    QT_TRANSLATE_NOOP("core::Format", "%1 TB/s"), QT_TRANSLATE_NOOP("core::Format", "%1 PB/s"),
    QT_TRANSLATE_NOOP("core::Format", "%1 EB/s"),
};
static_assert(std::size(sizeUnits) == std::size(speedUnits));

QString wrapped(const QString &text, Isolation isolation)
{
    switch (isolation) {
    case Isolation::Marks:
        return QChar(0x2068) + text + QChar(0x2069);
    case Isolation::Plain:
        return text;
    }
    Q_UNREACHABLE();
}

struct Scaled {
    QString number;
    size_t unit = 0;
};

int decimalsFor(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

// At most three significant digits; a fraction of zeros says nothing and is left out.
Scaled scale(qint64 bytes)
{
    const qint64 amount = std::max<qint64>(0, bytes);
    if (amount < 1000)
        return {QLocale().toString(amount), 0};
    double value = static_cast<double>(amount);
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < std::size(sizeUnits)) { // 999.5 would be shown as 1000
        value /= 1000;
        ++unit;
    }
    int decimals = decimalsFor(value);
    const double factor = std::pow(10.0, decimals);
    if (std::fmod(std::round(value * factor), factor) == 0)
        decimals = 0;
    return {QLocale().toString(value, 'f', decimals), unit};
}

// In a unit that is given.
QString numberIn(double bytes, size_t unit)
{
    const double value = bytes / std::pow(1000.0, static_cast<double>(unit));
    return QLocale().toString(value, 'f', unit == 0 ? 0 : decimalsFor(value));
}

QString shortDuration(qint64 seconds)
{
    if (seconds < 60)
        return Units::tr("%1 s", "seconds").arg(QLocale().toString(seconds));
    const QString minutes = QLocale().toString(seconds / 60);
    if (seconds >= 600 || seconds % 60 == 0)
        return Units::tr("%1 min", "minutes").arg(minutes);
    return Units::tr("%1 min %2 s", "minutes and seconds")
        .arg(minutes, QLocale().toString(seconds % 60));
}

QString longDuration(qint64 seconds)
{
    const qint64 hours = seconds / 3600;
    const qint64 minutes = seconds % 3600 / 60;
    const qint64 days = hours / 24;
    if (days == 0 && minutes == 0)
        return Units::tr("%1 h", "hours").arg(QLocale().toString(hours));
    if (days == 0)
        return Units::tr("%1 h %2 min", "hours and minutes")
            .arg(QLocale().toString(hours), QLocale().toString(minutes));
    if (days >= 10 || hours % 24 == 0)
        return Units::tr("%1 d", "days").arg(QLocale().toString(days));
    return Units::tr("%1 d %2 h", "days and hours")
        .arg(QLocale().toString(days), QLocale().toString(hours % 24));
}

} // namespace

QString formatSize(qint64 bytes, Isolation isolation)
{
    const Scaled scaled = scale(bytes);
    return wrapped(Units::tr(sizeUnits[scaled.unit]).arg(scaled.number), isolation);
}

QString formatSpeed(double bytesPerSecond, Isolation isolation)
{
    constexpr double most = 9e18; // below the largest qint64
    const double usable = std::isnan(bytesPerSecond) ? 0 : std::clamp(bytesPerSecond, 0.0, most);
    const Scaled scaled = scale(static_cast<qint64>(std::llround(usable)));
    return wrapped(Units::tr(speedUnits[scaled.unit]).arg(scaled.number), isolation);
}

QString formatSpeedOf(double bytesPerSecond, qint64 limit, Isolation isolation)
{
    const Scaled most = scale(limit);
    const QString numbers =
        Units::tr("%1 / %2", "a speed and its limit")
            .arg(numberIn(std::max(0.0, bytesPerSecond), most.unit), most.number);
    return wrapped(Units::tr(speedUnits[most.unit]).arg(numbers), isolation);
}

QString formatDuration(std::chrono::seconds time, Isolation isolation)
{
    const qint64 seconds = std::max<qint64>(0, time.count());
    return wrapped(seconds < 3600 ? shortDuration(seconds) : longDuration(seconds), isolation);
}

QString formatCount(qint64 count)
{
    return QLocale().toString(count);
}

QString isolate(const QString &name)
{
    // The isolate takes its direction from the first strong character: a name that starts with a
    // right-to-left letter gets a left-to-right mark before it.
    const QString marked = name.isRightToLeft() ? QChar(0x200e) + name : name;
    return wrapped(marked, Isolation::Marks);
}

QString printable(QString text)
{
    std::replace_if(
        text.begin(), text.end(), [](QChar c) { return c.category() == QChar::Other_Control; },
        QChar::ReplacementCharacter);
    return text;
}

} // namespace core
