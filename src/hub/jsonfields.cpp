#include "hub/jsonfields.h"

#include <QJsonArray>
#include <QUrl>

#include <algorithm>
#include <cmath>

#include "core/ids.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr double LargestExact = 9007199254740992.0; // 2^53: beyond it a JSON number is a guess
constexpr int CommitDigits = 40;

enum class Outline { Whole, TooDeep, Unfinished };

// Brackets and strings only. Qt's reader has a limit too, 1024, and tells neither of these apart.
Outline outlineOf(QByteArrayView text)
{
    int depth = 0;
    bool isQuoted = false;
    bool isEscaped = false;
    for (const char c : text) {
        if (isEscaped)
            isEscaped = false;
        else if (isQuoted && c == '\\')
            isEscaped = true;
        else if (c == '"')
            isQuoted = !isQuoted;
        else if (!isQuoted && (c == '[' || c == '{'))
            ++depth;
        else if (!isQuoted && (c == ']' || c == '}'))
            --depth;
        if (depth > DeepestJson)
            return Outline::TooDeep;
    }
    return isQuoted || depth > 0 ? Outline::Unfinished : Outline::Whole;
}

// What is wrong with an answer before any reader looks at it; empty when nothing is.
QString objectionTo(QByteArrayView text)
{
    if (text.startsWith("\x1f\x8b"))
        return u"compressed bytes instead of JSON"_s;
    if (text.startsWith("\xef\xbb\xbf"))
        return u"JSON behind a byte order mark"_s; // RFC 8259, 8.1: must not be there
    const QByteArrayView trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return u"an empty answer instead of JSON"_s;
    if (trimmed.startsWith('<'))
        return u"a web page instead of JSON"_s;
    if (text.contains('\0'))
        return u"zero bytes in JSON"_s;
    if (!text.isValidUtf8())
        return u"JSON that is not UTF-8"_s;
    if (!trimmed.startsWith('{') && !trimmed.startsWith('['))
        return u"neither a JSON object nor an array"_s;
    switch (outlineOf(trimmed)) {
    case Outline::Whole:
        return {};
    case Outline::TooDeep:
        return u"JSON nested deeper than %1"_s.arg(DeepestJson);
    case Outline::Unfinished:
        return u"JSON that ends early"_s;
    }
    Q_UNREACHABLE();
}

QString messageOf(const QJsonParseError &error)
{
    if (error.error == QJsonParseError::GarbageAtEnd)
        return u"JSON with something behind its end, at byte %1"_s.arg(error.offset);
    return u"not JSON: %1 at byte %2"_s.arg(error.errorString()).arg(error.offset);
}

} // namespace

core::Result<QJsonDocument> readJson(const QByteArray &json)
{
    const QString objection = objectionTo(json);
    if (!objection.isEmpty())
        return core::fail(core::ErrorKind::Protocol, objection);
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return core::fail(core::ErrorKind::Protocol, messageOf(error));
    return document;
}

core::Result<QJsonObject> readObject(const QByteArray &json, const QString &what)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    if (!document->isObject())
        return core::fail(core::ErrorKind::Protocol, u"%1 is not an object"_s.arg(what));
    return document->object();
}

core::Result<QList<QJsonObject>> readObjects(const QByteArray &json, const QString &what)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    if (!document->isArray())
        return core::fail(core::ErrorKind::Protocol, u"%1 is not an array"_s.arg(what));
    const QJsonArray array = document->array();
    QList<QJsonObject> objects;
    objects.reserve(array.size());
    for (const QJsonValue &value : array) {
        if (!value.isObject())
            return core::fail(core::ErrorKind::Protocol,
                              u"%1 holds something that is not an object"_s.arg(what));
        objects.append(value.toObject());
    }
    return objects;
}

QList<QJsonObject> objectsOf(const QJsonValue &value)
{
    QList<QJsonObject> objects;
    for (const QJsonValue &entry : value.toArray()) {
        if (entry.isObject())
            objects.append(entry.toObject());
    }
    return objects;
}

QString textOf(const QJsonValue &value, qsizetype longest)
{
    QString text = value.toString();
    if (text.size() <= longest)
        return text;
    text.truncate(longest);
    if (text.back().isHighSurrogate())
        text.chop(1); // half a character is none
    return text;
}

QStringList textsOf(const QJsonValue &value)
{
    QStringList texts;
    for (const QJsonValue &entry : value.toArray()) {
        if (entry.isString() && texts.size() < MostTexts)
            texts.append(textOf(entry));
    }
    return texts;
}

std::optional<qint64> countOf(const QJsonValue &value)
{
    if (!value.isDouble())
        return std::nullopt;
    const double number = value.toDouble();
    if (!(number >= 0.0) || number > LargestExact || std::floor(number) != number)
        return std::nullopt;
    return static_cast<qint64>(number);
}

QDateTime timeOf(const QJsonValue &value)
{
    QDateTime time = QDateTime::fromString(textOf(value, LongestShortText), Qt::ISODateWithMs);
    if (!time.isValid())
        return {};
    if (time.timeSpec() == Qt::LocalTime)
        time.setTimeSpec(Qt::UTC); // all times of the Hub are
    return time.toUTC();
}

QString hashOf(const QJsonValue &value, int digits)
{
    const QString text = value.toString();
    if (text.size() != digits)
        return {};
    const QString lower = text.toLower();
    const bool isHex = std::all_of(lower.begin(), lower.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
    });
    return isHex ? lower : QString();
}

QString commitOf(const QJsonValue &value)
{
    const QString commit = hashOf(value, CommitDigits);
    return core::isCommitId(commit) ? commit : QString();
}

QString webAddressOf(const QJsonValue &value)
{
    if (value.toString().size() > LongestText)
        return {}; // a shortened address leads elsewhere
    const QUrl url(value.toString(), QUrl::StrictMode);
    const bool isWeb = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    if (!url.isValid() || !isWeb || url.host().isEmpty() || !url.userInfo().isEmpty())
        return {};
    return QString::fromLatin1(url.toEncoded());
}

} // namespace hub
