#include "core/redact.h"

#include <QRegularExpression>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace core {

namespace {

QString secretMark()
{
    return u"[secret]"_s;
}

// How much of the word stands there.
qsizetype commonLength(QStringView text, QStringView word)
{
    const qsizetype most = std::min(text.size(), word.size());
    qsizetype length = 0;
    while (length < most && text.at(length).toCaseFolded() == word.at(length).toCaseFolded())
        ++length;
    return length;
}

// Takes out the words, and their beginnings where the rest was cut off. By their case the hex
// digits of an encoded one may differ.
QString withoutWords(QStringView text, const QStringList &words)
{
    constexpr qsizetype telling = 8; // so many letters of one are no chance
    QString result;
    for (qsizetype at = 0; at < text.size();) {
        qsizetype length = 0;
        for (const QString &word : words) {
            const qsizetype common = commonLength(text.sliced(at), word);
            if (common >= std::min(telling, word.size()))
                length = std::max(length, common);
        }
        if (length > 0)
            result.append(secretMark());
        else
            result.append(text.at(at));
        at += std::max<qsizetype>(1, length);
    }
    return result;
}

QRegularExpression pattern(const QString &text)
{
    return QRegularExpression(text, QRegularExpression::CaseInsensitiveOption);
}

// The link without user:password@, query and fragment.
QString bareLink(QStringView scheme, QStringView rest)
{
    const qsizetype query = rest.indexOf(u'?');
    const qsizetype fragment = rest.indexOf(u'#');
    const bool hasQuery = query >= 0 && (fragment < 0 || query < fragment);
    const qsizetype cut = hasQuery ? query : fragment;
    QStringView kept = cut < 0 ? rest : rest.first(cut);
    const qsizetype slash = kept.indexOf(u'/');
    const qsizetype at = (slash < 0 ? kept : kept.first(slash)).lastIndexOf(u'@');
    kept = kept.sliced(at + 1);
    return scheme.toString() + kept.toString() + (hasQuery ? u"?…"_s : QString());
}

QString redactLinks(const QString &text)
{
    // hf:// is left out: there '@' separates the revision.
    static const QRegularExpression link = pattern(u"\\b((?:https?|wss?|ftp|socks[45]?h?)://)"
                                                   "([^\\s<>\"]+)"_s);
    QString result;
    qsizetype copied = 0;
    auto found = link.globalMatch(text);
    while (found.hasNext()) {
        const QRegularExpressionMatch match = found.next();
        result += QStringView(text).sliced(copied, match.capturedStart() - copied);
        result += bareLink(match.capturedView(1), match.capturedView(2));
        copied = match.capturedEnd();
    }
    result += QStringView(text).sliced(copied);
    return result;
}

} // namespace

QString redactUrl(const QUrl &url)
{
    QUrl bare = url.adjusted(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
    QString text = bare.toString(QUrl::FullyEncoded);
    if (url.hasQuery())
        text += u"?…"_s;
    return redactText(text);
}

QString redactText(const QString &text)
{
    static const QRegularExpression header =
        pattern(u"\\b((?:proxy-)?authorization|(?:set-)?cookie)[\"']?\\s*[:=][^\\r\\n]*"_s);
    static const QRegularExpression bearer = pattern(u"\\bbearer\\s+[^\\s\"',]+"_s);
    static const QRegularExpression token(u"hf_jwt_[A-Za-z0-9_.\\-]+"
                                          "|(?<![A-Za-z0-9])hf_[A-Za-z0-9_]+|hf_[A-Za-z0-9]{16,}"
                                          "|(?<![A-Za-z0-9])api_org[A-Za-z0-9_]+"_s);
    // Parts of signed addresses, also where only the path is quoted.
    static const QRegularExpression signedPart =
        pattern(u"\\b(x-amz-[a-z-]+|signature|policy|key-pair-id|sig|(?:access_|id_)?token)="
                "[^&\\s\"'<>]+"_s);
    QString result = text;
    result.replace(header, u"\\1: "_s + secretMark());
    result = redactLinks(result);
    result.replace(signedPart, u"\\1="_s + secretMark());
    result.replace(bearer, u"Bearer "_s + secretMark());
    result.replace(token, secretMark());
    return result;
}

QString redactSecret(const QString &text, const Secret &secret)
{
    constexpr qsizetype shortest = 4; // shorter ones are words by chance
    if (secret.reveal().size() < shortest)
        return text;
    constexpr qsizetype tail = 12; // so much of its end is told apart from a word
    const QString plain = QString::fromUtf8(secret.reveal());
    QStringList words{plain, QString::fromLatin1(QUrl::toPercentEncoding(plain))};
    for (qsizetype i = 1; i + tail <= plain.size(); ++i)
        words.append(plain.mid(i)); // its beginning may have been taken out elsewhere
    const QString redacted = withoutWords(text, words);
    const QString decoded = QUrl::fromPercentEncoding(redacted.toUtf8()); // more than need be was
    return decoded.contains(plain, Qt::CaseInsensitive) ? withoutWords(decoded, words) : redacted;
}

bool isSecretHeader(const QByteArray &name)
{
    static constexpr const char *secrets[] = {"authorization",
                                              "proxy-authorization",
                                              "cookie",
                                              "set-cookie",
                                              "location",
                                              "content-location",
                                              "refresh",
                                              "x-xet-access-token",
                                              "x-amz-security-token"};
    const QByteArray lower = name.trimmed().toLower();
    return std::any_of(std::begin(secrets), std::end(secrets),
                       [&lower](const char *secret) { return lower == secret; });
}

} // namespace core
