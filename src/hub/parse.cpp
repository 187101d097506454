#include "hub/parse.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <cmath>

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr double LargestExact = 9007199254740992.0; // 2^53: beyond it a JSON number is a guess
constexpr qsizetype LongestText = 4096;
constexpr qsizetype LongestDescription = 64 * 1024;
constexpr qsizetype MostTags = 2000;
constexpr qsizetype LongestMessage = 1000;
constexpr qsizetype LongestRateHeader = 256;
constexpr int LongestHexId = 64;

core::Result<QJsonDocument> readJson(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        return core::fail(core::ErrorKind::Protocol,
                          u"not JSON: %1 at byte %2"_s.arg(error.errorString()).arg(error.offset));
    return document;
}

QString textOf(const QJsonValue &value, qsizetype longest = LongestText)
{
    return value.toString().left(longest);
}

// A whole number of the range that every program reads the same; nothing otherwise.
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
    const QDateTime time = QDateTime::fromString(textOf(value), Qt::ISODateWithMs);
    return time.isValid() ? time.toUTC() : QDateTime();
}

GatedMode gatedOf(const QJsonValue &value)
{
    if (value.toString() == "manual"_L1)
        return GatedMode::Manual;
    const bool asked = value.toBool() || !value.toString().isEmpty();
    return asked ? GatedMode::Automatic : GatedMode::Open;
}

QStringList textsOf(const QJsonValue &value)
{
    QStringList texts;
    for (const QJsonValue &entry : value.toArray()) {
        if (entry.isString() && texts.size() < MostTags)
            texts.append(textOf(entry));
    }
    return texts;
}

qint64 parametersOf(const QJsonObject &object)
{
    for (const auto key : {"safetensors"_L1, "gguf"_L1}) {
        if (const auto total = countOf(object.value(key).toObject().value("total"_L1)))
            return *total;
    }
    return -1;
}

std::optional<RepoSummary> summaryOf(core::RepoType type, const QJsonObject &object)
{
    QString id = textOf(object.value("id"_L1));
    if (id.isEmpty())
        id = textOf(object.value("modelId"_L1));
    const auto repo = core::RepoId::make(type, id);
    if (!repo)
        return std::nullopt;

    RepoSummary summary;
    summary.repo = *repo;
    summary.author = textOf(object.value("author"_L1));
    if (summary.author.isEmpty())
        summary.author = repo->owner();
    summary.pipelineTag = textOf(object.value("pipeline_tag"_L1));
    summary.libraryName = textOf(object.value("library_name"_L1));
    summary.tags = textsOf(object.value("tags"_L1));
    summary.lastModified = timeOf(object.value("lastModified"_L1));
    summary.downloads = countOf(object.value("downloads"_L1)).value_or(-1);
    summary.likes = countOf(object.value("likes"_L1)).value_or(-1);
    summary.parameters = parametersOf(object);
    summary.gated = gatedOf(object.value("gated"_L1));
    summary.isPrivate = object.value("private"_L1).toBool();
    return summary;
}

// A licence is a text in one card and a list in the next; without a card there may be a tag.
QString licenseOf(const QJsonObject &object, const QStringList &tags)
{
    const QJsonValue value = object.value("cardData"_L1).toObject().value("license"_L1);
    const QString license = value.isArray() ? textsOf(value).join(u", "_s) : textOf(value);
    if (!license.isEmpty())
        return license.left(LongestText);
    for (const QString &tag : tags) {
        if (tag.startsWith("license:"_L1))
            return tag.mid("license:"_L1.size());
    }
    return {};
}

bool isHex(QStringView text, int digits)
{
    if (text.size() != digits)
        return false;
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
    });
}

// Masked ids (64 asterisks on gated repos) and everything else that is no hash become empty.
QString hashOf(const QJsonValue &value, int digits)
{
    const QString text = value.toString();
    if (text.size() != digits)
        return {};
    const QString lower = text.toLower();
    return isHex(lower, digits) ? lower : QString();
}

std::optional<TreeEntry> entryOf(const QJsonObject &object, const QString &path)
{
    TreeEntry entry;
    entry.path = path;
    entry.oid = hashOf(object.value("oid"_L1), 40);
    const QString type = object.value("type"_L1).toString();
    if (type == "directory"_L1) {
        entry.kind = TreeEntry::Kind::Folder;
        return entry;
    }
    if (type != "file"_L1)
        return std::nullopt;

    std::optional<qint64> size = countOf(object.value("size"_L1));
    const QJsonValue lfs = object.value("lfs"_L1);
    if (lfs.isObject()) {
        entry.lfs = true;
        entry.sha256 = hashOf(lfs.toObject().value("oid"_L1), LongestHexId);
        if (const QJsonValue real = lfs.toObject().value("size"_L1); !real.isUndefined())
            size = countOf(real);
    }
    if (!size)
        return std::nullopt;
    entry.size = *size;
    entry.xetHash = hashOf(object.value("xetHash"_L1), LongestHexId);
    return entry;
}

} // namespace

std::optional<core::ContentId> TreeEntry::contentId() const
{
    const QString &id = lfs ? sha256 : oid;
    if (kind != Kind::File || id.isEmpty())
        return std::nullopt;
    return core::ContentId{
        .kind = lfs ? core::ContentId::Kind::Sha256 : core::ContentId::Kind::GitSha1, .text = id};
}

core::Result<QList<RepoSummary>> parseRepoList(core::RepoType type, const QByteArray &json)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    if (!document->isArray())
        return core::fail(core::ErrorKind::Protocol, u"a listing is not an array"_s);

    QList<RepoSummary> repos;
    for (const QJsonValue &value : document->array()) {
        if (!value.isObject())
            return core::fail(core::ErrorKind::Protocol, u"a listed repo is not an object"_s);
        if (const auto summary = summaryOf(type, value.toObject()))
            repos.append(*summary);
    }
    return repos;
}

core::Result<RepoInfo> parseRepoInfo(core::RepoType type, const QByteArray &json)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    const QJsonObject object = document->object();
    const auto summary = summaryOf(type, object);
    if (!summary)
        return core::fail(core::ErrorKind::Protocol, u"repo information without a usable id"_s);

    RepoInfo info;
    info.summary = *summary;
    const QString commit = textOf(object.value("sha"_L1));
    if (core::isCommitId(commit))
        info.commit = commit;
    info.license = licenseOf(object, summary->tags);
    info.description = textOf(object.value("description"_L1), LongestDescription);
    info.disabled = object.value("disabled"_L1).toBool();
    return info;
}

core::Result<TreePage> parseTree(const QByteArray &json)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    if (!document->isArray())
        return core::fail(core::ErrorKind::Protocol, u"a file listing is not an array"_s);

    const QJsonArray array = document->array();
    TreePage page;
    page.entries.reserve(array.size());
    for (const QJsonValue &value : array) {
        const QJsonValue path = value.toObject().value("path"_L1);
        if (!path.isString())
            return core::fail(core::ErrorKind::Protocol, u"a listed file has no path"_s);
        const auto checked = core::checkFilePath(path.toString());
        const auto entry = checked ? entryOf(value.toObject(), *checked) : std::nullopt;
        if (entry)
            page.entries.append(*entry);
        else
            page.refused.append(textOf(path));
    }
    return page;
}

core::Result<Account> parseAccount(const QByteArray &json)
{
    const auto document = readJson(json);
    if (!document)
        return core::Unexpected(document.error());
    const QJsonObject object = document->object();
    Account account;
    account.name = textOf(object.value("name"_L1));
    if (account.name.isEmpty())
        return core::fail(core::ErrorKind::Protocol, u"an account without a name"_s);
    account.fullName = textOf(object.value("fullname"_L1));
    account.isPro = object.value("isPro"_L1).toBool();
    const QJsonObject auth = object.value("auth"_L1).toObject();
    account.role = textOf(auth.value("accessToken"_L1).toObject().value("role"_L1));
    return account;
}

namespace {

// One "<target>; name=value; …" of a Link header, read in place. RFC 8288: a comma ends it, unless
// inside brackets or quotes.
class LinkReader {
public:
    explicit LinkReader(QByteArrayView text)
        : m_text(text)
    {
    }

    // Moves to the next link; false at the end.
    bool next()
    {
        m_rels.clear();
        const qsizetype open = m_text.indexOf('<', m_at);
        const qsizetype close = open < 0 ? -1 : m_text.indexOf('>', open);
        if (close < 0)
            return false;
        m_target = m_text.sliced(open + 1, close - open - 1);
        m_at = close + 1;
        readParameters();
        return true;
    }

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
        const bool quoted = !atEnd() && m_text[m_at] == '"';
        if (quoted)
            ++m_at;
        QByteArray value;
        while (!atEnd()) {
            const char c = m_text[m_at];
            if (quoted ? c == '"' : (c == ';' || c == ','))
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
};

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

} // namespace

QUrl parseNextLink(const HeaderList &headers, const QUrl &base)
{
    for (const auto &[name, value] : headers) {
        if (!isNamed(name, "Link"))
            continue;
        LinkReader reader{QByteArrayView(value)};
        while (reader.next()) {
            if (!reader.hasRel("next") || reader.target().isEmpty())
                continue;
            const QUrl url = base.resolved(QUrl::fromEncoded(reader.target().toByteArray()));
            const bool isWeb = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
            if (url.isValid() && isWeb && !url.host().isEmpty())
                return url;
        }
    }
    return {};
}

std::optional<RateInfo> parseRate(const HeaderList &headers)
{
    const auto age = headerValue(headers, "Age");
    const auto limit = headerValue(headers, "RateLimit");
    if (!limit || limit->size() > LongestRateHeader || (age && age->trimmed().toLongLong() > 0))
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

namespace {

void addMessage(QStringList &messages, const QJsonValue &value)
{
    const QString text = textOf(value).simplified();
    if (!text.isEmpty() && !messages.contains(text) && messages.size() < 20)
        messages.append(text);
}

QStringList messagesOf(const QJsonObject &object)
{
    QStringList messages;
    const QJsonValue error = object.value("error"_L1);
    addMessage(messages, error);
    for (const QJsonValue &one : error.toArray())
        addMessage(messages, one);
    addMessage(messages, error.toObject().value("message"_L1));
    addMessage(messages, object.value("error_description"_L1));
    for (const QJsonValue &one : object.value("errors"_L1).toArray())
        addMessage(messages, one.isString() ? one : one.toObject().value("message"_L1));
    addMessage(messages, object.value("message"_L1));
    return messages;
}

} // namespace

QString parseErrorBody(const QByteArray &body, QByteArrayView contentType)
{
    const QByteArray type = contentType.toByteArray().toLower();
    const QByteArray trimmed = body.trimmed();
    if (trimmed.isEmpty() || type.contains("html") || trimmed.startsWith('<'))
        return {};
    const QJsonDocument document = QJsonDocument::fromJson(trimmed);
    if (document.isObject())
        return messagesOf(document.object()).join(u"; "_s).left(LongestMessage);
    if (type.contains("json") && !document.isNull())
        return {};
    const bool isText = type.isEmpty() || type.startsWith("text/") || type.contains("json");
    if (!isText || trimmed.contains('\0'))
        return {};
    return QString::fromUtf8(trimmed.left(4 * LongestMessage)).simplified().left(LongestMessage);
}

} // namespace hub
