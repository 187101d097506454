#include <QCoreApplication>
#include <QUrl>

#include <algorithm>
#include <cctype>

#include "core/ids.h"
#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace core {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(core::RepoRef)
};

Unexpected notUnderstood(const QString &text)
{
    constexpr qsizetype longest = 80;
    QString shown = redactText(text.left(2000)).simplified();
    std::replace_if(
        shown.begin(), shown.end(), [](QChar c) { return c.category() == QChar::Other_Control; },
        QChar::ReplacementCharacter);
    if (shown.size() > longest)
        shown = shown.left(longest) + u'…';
    if (shown.isEmpty())
        return fail(ErrorKind::BadInput, Words::tr("The name of a repo is missing."));
    //: %1 is what a person typed or pasted; ORG and NAME stand for the parts of a repo's name
    const QString sentence =
        Words::tr("This is not a repo or link the app understands: “%1”. It reads ORG/NAME, "
                  "datasets/ORG/NAME, spaces/ORG/NAME, hf:// addresses and web links of the Hub.");
    return fail(ErrorKind::BadInput, sentence.arg(shown));
}

// Percent-decoding; a '%' that starts no escape stays. Nothing when the bytes are not UTF-8.
std::optional<QString> decoded(const QString &text)
{
    const QByteArray encoded = text.toUtf8();
    QByteArray bytes;
    bytes.reserve(encoded.size());
    for (qsizetype i = 0; i < encoded.size(); ++i) {
        const QByteArray digits = encoded[i] == '%' ? encoded.mid(i + 1, 2) : QByteArray();
        bool isEscape = false;
        const uint byte = digits.toUInt(&isEscape, 16);
        isEscape = isEscape && digits.size() == 2 && std::isxdigit(uchar(digits[0])) != 0;
        bytes += isEscape ? static_cast<char>(byte) : encoded[i];
        i += isEscape ? 2 : 0;
    }
    QString plain = QString::fromUtf8(bytes);
    return plain.toUtf8() == bytes ? std::optional(plain) : std::nullopt;
}

std::optional<RepoType> typeFromPlural(const QString &word)
{
    for (const RepoType type : {RepoType::Model, RepoType::Dataset, RepoType::Space}) {
        if (word == typePlural(type))
            return type;
    }
    return std::nullopt;
}

QStringList nonEmptySegments(const QString &path)
{
    return path.split(u'/', Qt::SkipEmptyParts);
}

QString withoutTrailingSlashes(QString text)
{
    while (text.endsWith(u'/'))
        text.chop(1);
    return text;
}

// Takes the revision off the front of segments: one encoded segment, or a special ref written out.
std::optional<QString> takeRevision(QStringList &segments)
{
    const bool special = segments.size() >= 3 && segments[0] == "refs"_L1
        && (segments[1] == "pr"_L1 || segments[1] == "convert"_L1);
    const qsizetype count = special ? 3 : 1;
    const QString text = segments.first(count).join(u'/');
    segments = segments.sliced(count);
    return decoded(text);
}

std::optional<RepoType> takeType(QStringList &segments)
{
    const std::optional<RepoType> type =
        segments.isEmpty() ? std::nullopt : typeFromPlural(segments.first());
    if (type)
        segments.removeFirst();
    return type;
}

// The pieces of an address, not yet checked.
struct Pieces {
    RepoType type = RepoType::Model;
    QString id;
    std::optional<QString> revision;
    QString path;
};

bool looksLikeToken(const QString &id)
{
    return id.startsWith("hf_"_L1) && id.size() >= 30 && !id.contains(u'/');
}

Result<RepoRef> checked(const std::optional<Pieces> &pieces, const QString &text)
{
    // A token pasted into the wrong field must not travel as a name.
    if (!pieces || looksLikeToken(pieces->id))
        return notUnderstood(text);
    const Result<RepoId> repo = RepoId::make(pieces->type, pieces->id);
    if (!repo || (pieces->revision && !checkRevision(*pieces->revision))
        || (!pieces->path.isEmpty() && !checkFilePath(pieces->path)))
        return notUnderstood(text);
    RepoRef ref;
    ref.repo = *repo;
    ref.revision = pieces->revision;
    if (!pieces->path.isEmpty())
        ref.path = pieces->path;
    return ref;
}

// "[models/|datasets/|spaces/][ORG/]NAME[@REV]"
std::optional<Pieces> parsePlain(const QString &text)
{
    const qsizetype at = text.indexOf(u'@');
    QStringList segments = withoutTrailingSlashes(text.left(at)).split(u'/');
    Pieces pieces;
    pieces.type = takeType(segments).value_or(RepoType::Model);
    if (segments.isEmpty() || segments.size() > 2)
        return std::nullopt;
    pieces.id = segments.join(u'/');
    if (at < 0)
        return pieces;
    pieces.revision = decoded(text.mid(at + 1));
    return pieces.revision ? std::optional(pieces) : std::nullopt;
}

// hf://[TYPE/][ORG/]NAME[@REV][/PATH]. As for the reference client only the revision is encoded:
// '#', '?' and '%' are letters of the path like any other.
std::optional<Pieces> parseHfAddress(const QString &body)
{
    QStringList segments = withoutTrailingSlashes(body).split(u'/');
    Pieces pieces;
    pieces.type = takeType(segments).value_or(RepoType::Model);
    if (segments.isEmpty() || segments[0] == "kernels"_L1 || segments[0] == "buckets"_L1)
        return std::nullopt;
    const bool oldName = segments.size() == 1 || segments[0].contains(u'@');
    const qsizetype nameIndex = oldName ? 0 : 1;
    const QString last = segments[nameIndex];
    const qsizetype at = last.indexOf(u'@');
    pieces.id = oldName ? last.left(at) : segments[0] + u'/' + last.left(at);
    segments = segments.sliced(nameIndex + 1);
    if (at >= 0) {
        segments.prepend(last.mid(at + 1));
        pieces.revision = takeRevision(segments);
        if (!pieces.revision)
            return std::nullopt;
    }
    pieces.path = segments.join(u'/');
    return pieces;
}

bool isLocationVerb(const QString &word)
{
    static const QStringList verbs{u"resolve"_s, u"blob"_s, u"tree"_s,
                                   u"raw"_s,     u"edit"_s, u"blame"_s};
    return verbs.contains(word);
}

bool isRevisionVerb(const QString &word)
{
    return word == "commits"_L1 || word == "commit"_L1;
}

bool isRepoTab(const QString &word)
{
    static const QStringList tabs{u"discussions"_s, u"settings"_s, u"viewer"_s, u"embed"_s,
                                  u"activity"_s,    u"upload"_s,   u"new"_s,    u"community"_s};
    return tabs.contains(word);
}

// First words of Hub pages that are no owners.
bool isReservedWord(const QString &word)
{
    static const QStringList reserved{
        u"api"_s,           u"settings"_s,      u"join"_s,         u"login"_s,
        u"logout"_s,        u"docs"_s,          u"blog"_s,         u"papers"_s,
        u"collections"_s,   u"organizations"_s, u"new"_s,          u"pricing"_s,
        u"tasks"_s,         u"chat"_s,          u"posts"_s,        u"learn"_s,
        u"models"_s,        u"datasets"_s,      u"spaces"_s,       u"kernels"_s,
        u"buckets"_s,       u"search"_s,        u"oauth"_s,        u"enterprise"_s,
        u"notifications"_s, u"front"_s,         u"privacy"_s,      u"terms-of-service"_s,
        u"support"_s,       u"welcome"_s,       u"resolve-cache"_s};
    return reserved.contains(word);
}

// Reads "/VERB/REV/PATH…" behind the repo of a web link.
bool readLocation(QStringList segments, Pieces &pieces)
{
    if (segments.isEmpty() || isRepoTab(segments.first()))
        return true;
    const QString verb = segments.takeFirst();
    if (!isLocationVerb(verb) && !isRevisionVerb(verb))
        return false;
    if (segments.isEmpty())
        return true;
    pieces.revision = takeRevision(segments);
    if (!pieces.revision)
        return false;
    if (isRevisionVerb(verb))
        return true;
    QStringList path;
    for (const QString &segment : std::as_const(segments)) {
        const std::optional<QString> part = decoded(segment);
        if (!part || part->contains(u'/'))
            return false;
        path.append(*part);
    }
    pieces.path = path.join(u'/');
    return true;
}

std::optional<Pieces> parseWebPath(QStringList segments)
{
    Pieces pieces;
    const std::optional<RepoType> type = takeType(segments);
    pieces.type = type.value_or(RepoType::Model);
    if (segments.isEmpty() || (!type && isReservedWord(segments[0])))
        return std::nullopt;
    const bool oldName = segments.size() == 1
        || (segments.size() > 2 && isLocationVerb(segments[1]) && !isLocationVerb(segments[2]));
    const qsizetype parts = oldName ? 1 : 2;
    const std::optional<QString> id = decoded(segments.first(parts).join(u'/'));
    if (!id || !readLocation(segments.sliced(parts), pieces))
        return std::nullopt;
    pieces.id = *id;
    return pieces;
}

QString authorityOf(const QUrl &url)
{
    const int port = url.port(url.scheme() == "http"_L1 ? 80 : 443);
    return u"%1:%2"_s.arg(url.host().toLower()).arg(port);
}

bool isPublicHub(const QUrl &url)
{
    const QString host = url.host().toLower();
    return url.port() == -1
        && (host == "huggingface.co"_L1 || host == "www.huggingface.co"_L1 || host == "hf.co"_L1);
}

// link: with its scheme. Only the authority goes through QUrl; the path is cut by hand, because an
// encoded '/' inside a revision must stay apart from the others.
std::optional<Pieces> parseWebLink(const QString &link, const QUrl &endpoint)
{
    const qsizetype start = link.indexOf("://"_L1) + 3;
    const auto endOf = [&link](QStringView stops, qsizetype from) {
        const auto found = std::find_if(link.begin() + from, link.end(),
                                        [stops](QChar c) { return stops.contains(c); });
        return found - link.begin();
    };
    const qsizetype pathStart = endOf(u"/?#", start);
    const QUrl authority(link.left(pathStart), QUrl::StrictMode);
    if (!authority.isValid() || authority.host().isEmpty() || !authority.userInfo().isEmpty())
        return std::nullopt;
    QStringList segments =
        nonEmptySegments(link.mid(pathStart, endOf(u"?#", pathStart) - pathStart));
    if (authorityOf(authority) == authorityOf(endpoint)) {
        const QStringList prefix = nonEmptySegments(endpoint.path(QUrl::FullyEncoded));
        if (!prefix.isEmpty() && segments.mid(0, prefix.size()) == prefix)
            segments = segments.sliced(prefix.size());
    } else if (!isPublicHub(authority)) {
        return std::nullopt;
    }
    return parseWebPath(segments);
}

// A link as browsers show it, without "https://".
bool isLinkWithoutScheme(const QString &text, const QUrl &endpoint)
{
    const QString authority = text.left(text.indexOf(u'/'));
    if (authority.size() == text.size())
        return false;
    const QUrl url(endpoint.scheme() + "://"_L1 + authority, QUrl::StrictMode);
    return isPublicHub(QUrl("https://"_L1 + authority, QUrl::StrictMode))
        || (!endpoint.host().isEmpty() && url.isValid() && authorityOf(url) == authorityOf(endpoint)
            && (authority.contains(u'.') || authority.contains(u':')));
}

} // namespace

Result<RepoRef> parseRepoRef(const QString &text, const QString &endpoint)
{
    constexpr qsizetype longest = 2000;
    const QString typed = text.trimmed();
    const bool hostile = std::any_of(typed.begin(), typed.end(),
                                     [](QChar c) { return c.category() == QChar::Other_Control; });
    if (typed.size() > longest || hostile || !typed.isValidUtf16())
        return notUnderstood(typed);
    const QUrl hub(endpoint);
    if (typed.startsWith("hf://"_L1, Qt::CaseInsensitive))
        return checked(parseHfAddress(typed.mid(5)), typed);
    if (typed.startsWith("http://"_L1, Qt::CaseInsensitive)
        || typed.startsWith("https://"_L1, Qt::CaseInsensitive))
        return checked(parseWebLink(typed, hub), typed);
    if (isLinkWithoutScheme(typed, hub)) {
        const QString scheme = hub.scheme() == "http"_L1 ? u"http://"_s : u"https://"_s;
        const bool isPublic = isPublicHub(QUrl("https://"_L1 + typed.left(typed.indexOf(u'/'))));
        return checked(parseWebLink((isPublic ? u"https://"_s : scheme) + typed, hub), typed);
    }
    return checked(parsePlain(typed), typed);
}

} // namespace core
