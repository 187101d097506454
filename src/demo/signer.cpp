#include "demo/signer.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>

#include "core/digest.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr auto base64 = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray parameter(const QByteArray &query, QByteArrayView name)
{
    for (const QByteArray &item : query.split('&')) {
        const qsizetype equals = item.indexOf('=');
        if (equals >= 0 && item.left(equals) == name)
            return item.mid(equals + 1);
    }
    return {};
}

QByteArray sha256(const QByteArray &text)
{
    core::Digest digest(core::ContentId::Kind::Sha256, text.size());
    digest.add(text);
    return QByteArray::fromHex(digest.hex().toLatin1());
}

} // namespace

Signer::Signer()
{
    quint32 words[8];
    QRandomGenerator::system()->fillRange(words);
    m_key = QByteArray(reinterpret_cast<const char *>(words), sizeof(words));
}

QByteArray Signer::signature(const QByteArray &path, const QByteArray &policy) const
{
    // Keyed inside and outside, so that nobody can lengthen a signed text.
    const QByteArray inner = sha256(m_key + path + '\n' + policy);
    return sha256(m_key + inner).toBase64(base64);
}

QByteArray Signer::signedQuery(const QByteArray &path, qint64 expires,
                               const QByteArray &range) const
{
    QJsonObject statement{{u"Expires"_s, expires}};
    if (!range.isEmpty())
        statement.insert(u"Range"_s, QString::fromLatin1(range));
    const QByteArray policy =
        QJsonDocument(statement).toJson(QJsonDocument::Compact).toBase64(base64);
    return "Expires=" + QByteArray::number(expires) + "&Policy=" + policy
        + "&Signature=" + signature(path, policy) + "&Key-Pair-Id=DEMOHUB&Hash-Algorithm=SHA256";
}

QByteArray Signer::refusal(const QByteArray &path, const QByteArray &query, qint64 now,
                           const QByteArray &range) const
{
    const QByteArray policy = parameter(query, "Policy");
    const QByteArray given = parameter(query, "Signature");
    if (policy.isEmpty() || given.isEmpty())
        return "missing signature"_ba;
    if (given != signature(path, policy))
        return "invalid signature"_ba;
    const QJsonObject statement =
        QJsonDocument::fromJson(QByteArray::fromBase64(policy, base64)).object();
    const qint64 expires = statement.value("Expires"_L1).toInteger();
    if (parameter(query, "Expires") != QByteArray::number(expires))
        return "invalid signature"_ba;
    if (now >= expires)
        return "expired"_ba;
    const QByteArray bound = statement.value("Range"_L1).toString().toLatin1();
    if (!bound.isEmpty() && bound != range)
        return "invalid range"_ba;
    return {};
}

} // namespace demo
