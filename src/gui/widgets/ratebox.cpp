#include "gui/widgets/ratebox.h"

#include <QLocale>

#include <algorithm>
#include <optional>

#include "core/format.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kilobyte = 1000;
constexpr qint64 ladder[] = {1, 2, 5, 10};

// In kilobytes a second; nothing when it is no speed, or out of range.
std::optional<int> understood(QString text)
{
    // A plain number is meant in the unit that the field itself uses for such numbers.
    text.replace(QLocale().decimalPoint(), u"."_s);
    text.remove(QLocale().groupSeparator());
    text.remove(QChar(0x2068)).remove(QChar(0x2069));
    const auto limit = core::parseSpeedLimit(text);
    if (!limit || limit->value_or(0) == 0)
        return {};
    return static_cast<int>(**limit / kilobyte);
}

} // namespace

RateBox::RateBox(QWidget *parent)
    : QSpinBox(parent)
{
    setRange(static_cast<int>(core::slowestLimit / kilobyte),
             static_cast<int>(core::fastestLimit / kilobyte));
    setKeyboardTracking(false);
    setCorrectionMode(QAbstractSpinBox::CorrectToPreviousValue);
}

qint64 RateBox::bytesPerSecond() const
{
    return qint64(value()) * kilobyte;
}

void RateBox::setBytesPerSecond(qint64 speed)
{
    setValue(static_cast<int>(speed / kilobyte));
}

void RateBox::stepBy(int steps)
{
    qint64 now = value();
    for (; steps != 0; steps += steps > 0 ? -1 : 1) {
        qint64 decade = 1;
        while (decade * 10 <= now - (steps < 0 ? 1 : 0))
            decade *= 10;
        const auto above = [&](qint64 step) { return step * decade > now; };
        const auto below = [&](qint64 step) { return step * decade < now; };
        if (steps > 0)
            now = *std::find_if(std::begin(ladder), std::end(ladder), above) * decade;
        else
            now = *std::find_if(std::rbegin(ladder), std::rend(ladder), below) * decade;
    }
    setValue(static_cast<int>(std::clamp<qint64>(now, minimum(), maximum())));
    selectAll();
}

QString RateBox::textFromValue(int value) const
{
    return core::formatSpeed(static_cast<double>(value) * kilobyte, core::Isolation::Plain);
}

int RateBox::valueFromText(const QString &text) const
{
    return understood(text).value_or(value());
}

QValidator::State RateBox::validate(QString &text, int &) const
{
    return understood(text) ? QValidator::Acceptable : QValidator::Intermediate;
}

} // namespace gui
