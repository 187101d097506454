#include "demo/target.h"

#include <QStringDecoder>

#include <cctype>

namespace demo {

using namespace Qt::StringLiterals;

std::optional<QString> percentDecoded(const QByteArray &text)
{
    QByteArray bytes;
    bytes.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i];
            continue;
        }
        const QByteArray hex = text.mid(i + 1, 2);
        if (hex.size() != 2 || !std::isxdigit(static_cast<unsigned char>(hex[0]))
            || !std::isxdigit(static_cast<unsigned char>(hex[1])))
            return std::nullopt;
        bytes += QByteArray::fromHex(hex);
        i += 2;
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless);
    const QString result = decoder(bytes);
    if (decoder.hasError())
        return std::nullopt;
    return result;
}

std::optional<QList<std::pair<QString, QString>>> parseForm(const QByteArray &text)
{
    QList<std::pair<QString, QString>> result;
    for (const QByteArray &item : text.split('&')) {
        if (item.isEmpty())
            continue;
        const qsizetype equals = item.indexOf('=');
        QByteArray rawName = equals < 0 ? item : item.left(equals);
        QByteArray rawValue = equals < 0 ? QByteArray() : item.mid(equals + 1);
        const auto name = percentDecoded(rawName.replace('+', ' '));
        const auto value = percentDecoded(rawValue.replace('+', ' '));
        if (!name || !value)
            return std::nullopt;
        result.append({*name, *value});
    }
    return result;
}

std::optional<Target> Target::parse(const QByteArray &target)
{
    if (!target.startsWith('/'))
        return std::nullopt;
    Target result;
    const qsizetype question = target.indexOf('?');
    result.rawPath = question < 0 ? target : target.left(question);
    result.rawQuery = question < 0 ? QByteArray() : target.mid(question + 1);
    result.rawSegments = result.rawPath.mid(1).split('/');
    for (const QByteArray &segment : result.rawSegments) {
        const auto decoded = percentDecoded(segment);
        if (!decoded || decoded->contains(QChar::Null))
            return std::nullopt;
        result.segments.append(*decoded);
    }
    const auto query = parseForm(result.rawQuery);
    if (!query)
        return std::nullopt;
    result.query = *query;
    return result;
}

QString Target::value(QStringView name) const
{
    for (const auto &[key, value] : query) {
        if (key == name)
            return value;
    }
    return {};
}

QList<QString> Target::values(QStringView name) const
{
    const QString array = name.toString() + "[]"_L1;
    QList<QString> result;
    for (const auto &[key, value] : query) {
        if (key == name || key == array)
            result.append(value);
    }
    return result;
}

bool Target::isTrue(QStringView name) const
{
    const QString text = value(name).toLower();
    return text == "true"_L1 || text == "1"_L1;
}

QString Target::joined(qsizetype from) const
{
    return segments.mid(from).join(u'/');
}

} // namespace demo
