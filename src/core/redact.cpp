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

// Takes out the word, and its beginning where the rest of it was cut off. By their case the hex
// digits of an encoded one may differ.
QString withoutWord(const QString &text, const QString &word)
{
    constexpr qsizetype telling = 8; // so many of its letters are no chance
    const qsizetype least = std::min(telling, word.size());
    QString result;
    qsizetype from = 0;
    for (;;) {
        const qsizetype at =
            text.indexOf(QStringView(word).first(least), from, Qt::CaseInsensitive);
        if (at < 0)
            return result.append(QStringView(text).sliced(from));
        qsizetype length = least;
        while (length < word.size() && at + length < text.size()
               && text.at(at + length).toCaseFolded() == word.at(length).toCaseFolded())
            ++length;
        result.append(QStringView(text).sliced(from, at - from)).append(secretMark());
        from = at + length;
    }
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
    const QString plain = withoutWord(text, QString::fromUtf8(secret.reveal()));
    const QByteArray encoded = QUrl::toPercentEncoding(QString::fromUtf8(secret.reveal()));
    return encoded == secret.reveal() ? plain : withoutWord(plain, QString::fromLatin1(encoded));
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
