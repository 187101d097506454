#include "core/speedlimit.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace core {

namespace {

qint64 unitOf(const QString &letter)
{
    if (letter == "K"_L1)
        return 1000;
    if (letter == "M"_L1)
        return 1'000'000;
    return letter == "G"_L1 ? 1'000'000'000 : 1;
}

} // namespace

std::optional<SpeedLimit> parseSpeedLimit(const QString &text)
{
    const QString plain = text.trimmed().toUpper();
    if (plain == "NONE"_L1)
        return SpeedLimit();
    if (plain == "HOLD"_L1)
        return SpeedLimit(0);
    static const QRegularExpression form(
        uR"(^(\d{1,12}(?:\.\d{1,6})?)\s*([KMG]?)(?:B(?:/S)?)?$)"_s);
    const auto match = form.match(plain);
    if (!match.hasMatch())
        return {};
    const double speed =
        match.captured(1).toDouble() * static_cast<double>(unitOf(match.captured(2)));
    if (speed < static_cast<double>(slowestLimit) || speed > static_cast<double>(fastestLimit))
        return {};
    return SpeedLimit(static_cast<qint64>(speed));
}

QString speedLimitText(const SpeedLimit &limit)
{
    if (!limit)
        return u"none"_s;
    return *limit == 0 ? u"hold"_s : QString::number(*limit);
}

} // namespace core
