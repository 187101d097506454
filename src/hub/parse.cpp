#include "hub/parse.h"

#include <QJsonArray>
#include <QLocale>
#include <QRegularExpression>

#include "hub/jsonfields.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestMessage = 1000;
constexpr qsizetype LongestRateHeader = 256;
constexpr qsizetype LongestRange = 128;
constexpr qsizetype LongestDate = 64;
constexpr int FirstYear = 1970; // of those written with two digits

// One "<target>; name=value; …" of a Link header, read in place. RFC 8288: a comma ends it, unless
// inside brackets or quotes.
class LinkReader {
public:
    explicit LinkReader(QByteArrayView text)
        : m_text(text)
    {
    }

    // Moves to the next link; false at the end, or where the header breaks off.
    bool next()
    {
        m_rels.clear();
        const qsizetype open = m_text.indexOf('<', m_at);
        const qsizetype close = open < 0 ? -1 : m_text.indexOf('>', open);
        const bool hasNoTarget = m_at == 0 && open < 0 && m_text.contains("next");
        m_isBroken = (open >= 0 && close < 0) || hasNoTarget;
        if (close < 0)
            return false;
        m_target = m_text.sliced(open + 1, close - open - 1);
        m_at = close + 1;
        readParameters();
        return true;
    }

    bool isBroken() const { return m_isBroken; }
    QByteArrayView target() const { return m_target.trimmed(); }
    bool hasRel(QByteArrayView rel) const
    {
        const QList<QByteArray> rels = m_rels.simplified().split(' ');
        return std::any_of(rels.begin(), rels.end(), [rel](const QByteArray &one) {
            return one.compare(rel, Qt::CaseInsensitive) == 0;
        });
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }

    void readParameters()
    {
        while (!atEnd() && m_text[m_at] != ',') {
            if (m_text[m_at] == '<')
                return; // a comma was forgotten: the next link begins
            ++m_at; // ';' or a blank
            readParameter();
        }
    }

    void readParameter()
    {
        const qsizetype start = m_at;
        while (!atEnd() && !isDelimiter(m_text[m_at]))
            ++m_at;
        const QByteArray name = m_text.sliced(start, m_at - start).toByteArray().trimmed();
        if (atEnd() || m_text[m_at] != '=')
            return;
        ++m_at;
        const QByteArray value = readValue();
        if (m_rels.isEmpty() && name.compare("rel"_ba, Qt::CaseInsensitive) == 0)
            m_rels = value;
    }

    QByteArray readValue()
    {
        while (!atEnd() && (m_text[m_at] == ' ' || m_text[m_at] == '\t'))
            ++m_at;
        const bool quoted = !atEnd() && (m_text[m_at] == '"' || m_text[m_at] == '\'');
        const char quote = quoted ? m_text[m_at] : '\0';
        if (quoted)
            ++m_at;
        QByteArray value;
        while (!atEnd()) {
            const char c = m_text[m_at];
            if (quoted ? c == quote : (c == ';' || c == ','))
                break;
            if (quoted && c == '\\' && m_at + 1 < m_text.size())
                ++m_at;
            value += m_text[m_at++];
        }
        if (quoted && !atEnd())
            ++m_at;
        return value;
    }

    static bool isDelimiter(char c) { return c == '=' || c == ';' || c == ',' || c == '<'; }

    QByteArrayView m_text;
    QByteArrayView m_target;
    QByteArray m_rels;
    qsizetype m_at = 0;
    bool m_isBroken = false;
};

core::Result<QUrl> pageAt(QByteArrayView target, const QUrl &base)
{
    QUrl url = base.resolved(QUrl::fromEncoded(target.toByteArray()));
    url.setFragment({}); // is not sent: every one of them is the same page
    const bool isWeb = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    if (target.isEmpty() || !url.isValid() || !isWeb || url.host().isEmpty())
        return core::fail(core::ErrorKind::Protocol,
                          u"a listing whose next page cannot be asked for"_s);
    return url;
}

bool isNamed(const QByteArray &name, QByteArrayView wanted)
{
    return name.compare(wanted, Qt::CaseInsensitive) == 0;
}

qint64 boundedNumber(const QString &digits)
{
    bool ok = false;
    const qint64 number = digits.toLongLong(&ok);
    return ok ? std::min<qint64>(number, 1'000'000'000) : 1'000'000'000;
}

// Out of a cache on the way: what it says of limits was said to somebody else.
bool isStored(const HeaderList &headers)
{
    const QByteArray age = headerValue(headers, "Age").value_or(QByteArray()).trimmed();
    bool isNumber = false;
    const qint64 seconds = age.toLongLong(&isNumber);
    return isNumber ? seconds > 0 : !age.isEmpty();
}

// Takes the digits at the front of text, at most 18: more are no size of this world.
std::optional<qint64> takeNumber(QByteArrayView &text)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    const auto end = std::find_if_not(text.begin(), text.end(), isDigit);
    const qsizetype digits = end - text.begin();
    if (digits < 1 || digits > 18)
        return std::nullopt;
    const qint64 number = text.first(digits).toLongLong();
    text = text.sliced(digits);
    return number;
}

bool takeSign(QByteArrayView &text, char sign)
{
    if (!text.startsWith(sign))
        return false;
    text = text.sliced(1);
    return true;
}

} // namespace

core::Result<QUrl> parseNextLink(const HeaderList &headers, const QUrl &base)
{
    for (const auto &[name, value] : headers) {
        if (!isNamed(name, "Link"))
            continue;
        LinkReader reader{QByteArrayView(value)};
        while (reader.next()) {
            if (reader.hasRel("next"))
                return pageAt(reader.target(), base);
        }
        if (reader.isBroken())
            return core::fail(core::ErrorKind::Protocol, u"a Link header that breaks off"_s);
    }
    return QUrl();
}

std::optional<Bucket> bucketNamed(const QString &name)
{
    if (name == "api"_L1)
        return Bucket::Api;
    if (name == "resolvers"_L1)
        return Bucket::Resolvers;
    if (name == "pages"_L1)
        return Bucket::Pages;
    return std::nullopt;
}

std::optional<RateInfo> parseRate(const HeaderList &headers)
{
    const auto limit = headerValue(headers, "RateLimit");
    if (!limit || limit->size() > LongestRateHeader || isStored(headers))
        return std::nullopt;

    static const QRegularExpression limitForm(
        uR"re("([^"]+)"\s*;\s*r\s*=\s*(\d+)\s*;\s*t\s*=\s*(\d+))re"_s);
    const auto match = limitForm.match(QString::fromLatin1(*limit));
    if (!match.hasMatch())
        return std::nullopt;

    RateInfo rate;
    rate.bucket = match.captured(1).toLower();
    rate.left = boundedNumber(match.captured(2));
    rate.reset = std::chrono::seconds(boundedNumber(match.captured(3)));

    static const QRegularExpression policyForm(uR"re(q\s*=\s*(\d+)(?:.*w\s*=\s*(\d+))?)re"_s);
    const auto policy = headerValue(headers, "RateLimit-Policy");
    if (!policy || policy->size() > LongestRateHeader)
        return rate;
    const auto parts = policyForm.match(QString::fromLatin1(*policy));
    if (parts.hasMatch())
        rate.quota = boundedNumber(parts.captured(1));
    if (const qint64 window = boundedNumber(parts.captured(2)); !parts.captured(2).isEmpty())
        rate.window = std::chrono::seconds(window);
    return rate;
}

std::optional<QDateTime> parseHttpDate(QByteArrayView value)
{
    const QString text =
        QString::fromLatin1(value.first(std::min(value.size(), LongestDate))).simplified();
    const auto read = [&text](QStringView form, qsizetype from) {
        return QLocale::c().toDateTime(text.sliced(from), form.toString());
    };
    QDateTime date = read(u"ddd, dd MMM yyyy hh:mm:ss 'GMT'", 0);
    if (!date.isValid())
        date = read(u"ddd MMM d hh:mm:ss yyyy", 0);
    // Two digits are a year of the last century to Qt, and its day of the week would not fit.
    const qsizetype comma = text.indexOf(u", ");
    if (!date.isValid() && comma > 0) {
        date = read(u"dd-MMM-yy hh:mm:ss 'GMT'", comma + 2);
        if (date.isValid() && date.date().year() < FirstYear)
            date = date.addYears(100);
    }
    if (!date.isValid())
        return std::nullopt;
    return QDateTime(date.date(), date.time(), Qt::UTC);
}

std::optional<ContentRange> parseContentRange(QByteArrayView value)
{
    constexpr QByteArrayView unit = "bytes";
    QByteArrayView text = value.trimmed();
    if (text.size() > LongestRange || text.size() <= unit.size()
        || text.first(unit.size()).compare(unit, Qt::CaseInsensitive) != 0)
        return std::nullopt;
    text = text.sliced(unit.size());
    if (text.front() != ' ' && text.front() != '\t')
        return std::nullopt;
    text = text.trimmed();

    const auto first = takeNumber(text);
    const auto last = first && takeSign(text, '-') ? takeNumber(text) : std::nullopt;
    if (!last || *last < *first || !takeSign(text, '/'))
        return std::nullopt;
    ContentRange range{.begin = *first, .end = *last + 1, .total = std::nullopt};
    if (text == "*")
        return range;
    range.total = takeNumber(text);
    if (!range.total || !text.isEmpty() || *range.total < range.end)
        return std::nullopt;
    return range;
}

namespace {

void addMessage(QStringList &messages, const QJsonValue &value)
{
    const QString text = textOf(value).simplified();
    if (!text.isEmpty() && !messages.contains(text) && messages.size() < 20)
        messages.append(text);
}

// One or several, each a text or an object with one.
void addMessages(QStringList &messages, const QJsonValue &value)
{
    const QJsonArray list = value.isArray() ? value.toArray() : QJsonArray{value};
    for (const QJsonValue &one : list)
        addMessage(messages, one.isObject() ? one.toObject().value("message"_L1) : one);
}

QStringList messagesOf(const QJsonDocument &document)
{
    QStringList messages;
    if (document.isArray())
        addMessages(messages, document.array());
    const QJsonObject object = document.object();
    addMessages(messages, object.value("error"_L1));
    addMessage(messages, object.value("error_description"_L1));
    addMessages(messages, object.value("errors"_L1));
    addMessage(messages, object.value("message"_L1));
    return messages;
}

} // namespace

QString parseErrorBody(const QByteArray &body, QByteArrayView contentType)
{
    const QByteArray type = contentType.toByteArray().toLower();
    constexpr QByteArrayView mark = "\xef\xbb\xbf";
    const QByteArray unmarked = body.startsWith(mark) ? body.sliced(mark.size()) : body;
    const QByteArray trimmed = unmarked.trimmed();
    if (trimmed.isEmpty() || type.contains("html") || trimmed.startsWith('<'))
        return {};
    const auto document = readJson(trimmed);
    const QString words = document ? messagesOf(*document).join(u"; "_s) : QString();
    if (!words.isEmpty() || (document && (document->isObject() || type.contains("json"))))
        return words.left(LongestMessage);
    const bool isText = type.isEmpty() || type.startsWith("text/") || type.contains("json");
    if (!isText || trimmed.contains('\0') || trimmed.startsWith("\x1f\x8b"))
        return {};
    return QString::fromUtf8(trimmed.left(4 * LongestMessage)).simplified().left(LongestMessage);
}

} // namespace hub
