#include <QUuid>

#include "core/redact.h"
#include "hub/exchange_p.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

// What may be told to another origin: how much of the file and in which form, nothing about us.
bool isForOtherOrigins(const QByteArray &name)
{
    for (const QByteArrayView allowed : {"Range", "If-Range", "Accept", "Accept-Encoding"}) {
        if (name.compare(allowed, Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

// For the proxy of an http address, which reads our request itself. As other clients do, not only
// when asked: Qt gives up on the first 407 there. On all other ways Qt does it.
QByteArray proxyAuthorization(const QNetworkProxy &proxy, const QUrl &url)
{
    const bool isAsked = proxy.type() == QNetworkProxy::HttpProxy && url.scheme() == "http"_L1;
    if (!isAsked || (proxy.user().isEmpty() && proxy.password().isEmpty()))
        return {};
    return "Basic "_ba + (proxy.user() + u':' + proxy.password()).toUtf8().toBase64();
}

} // namespace

bool Exchange::Private::mayUseHttp2() const
{
    return request.body == HttpRequest::Body::Collect && !isHttp1 && !request.isWrite()
        && request.whole == HttpRequest::Whole::ByItself;
}

QNetworkRequest Exchange::Private::makeRequest(const QUrl &url) const
{
    const bool isOurs = endpoint.isSameOrigin(url);
    const bool isStream = request.body == HttpRequest::Body::Stream;
    const bool isRanged = headerValue(request.headers, "Range").has_value();
    const bool byLength = request.whole == HttpRequest::Whole::ByLength;

    QNetworkRequest made(url);
    made.setAttribute(QNetworkRequest::RedirectPolicyAttribute,
                      QNetworkRequest::ManualRedirectPolicy);
    made.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    made.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    made.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    made.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    made.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    made.setAttribute(QNetworkRequest::Http2AllowedAttribute, mayUseHttp2());
    made.setDecompressedSafetyCheckThreshold(request.bodyLimit); // our own limit is the bound
    made.setSslConfiguration(ssl);
    made.setRawHeader("User-Agent"_ba, "Hubload/"_ba + HUBLOAD_VERSION);
    made.setRawHeader("X-Amzn-Trace-Id"_ba, QUuid::createUuid().toByteArray(QUuid::WithoutBraces));
    made.setRawHeader("Accept"_ba, isStream ? "*/*"_ba : "application/json, */*;q=0.5"_ba);
    if (isStream || isRanged || byLength || request.verb == "HEAD"_ba)
        made.setRawHeader("Accept-Encoding"_ba, "identity"_ba);
    for (const auto &[name, value] : request.headers) {
        if (isOurs || isForOtherOrigins(name))
            made.setRawHeader(name, value);
    }
    if (const QByteArray words = proxyAuthorization(proxy, url); !words.isEmpty())
        made.setRawHeader("Proxy-Authorization"_ba, words);
    if (isOurs && !token.isEmpty())
        made.setRawHeader("Authorization"_ba, "Bearer "_ba + token.reveal());
    return made;
}

// Which header would end before its value does, and begin another: Qt sends what it is given.
QString Exchange::Private::brokenHeader() const
{
    const auto isBroken = [](const QByteArray &text) {
        return text.contains('\r') || text.contains('\n') || text.contains('\0');
    };
    for (const auto &[name, value] : request.headers) {
        if (isBroken(name) || isBroken(value))
            return QString::fromLatin1(name).simplified();
    }
    return isBroken(token.reveal()) ? u"Authorization"_s : QString();
}

// The Hub itself has the Gate.
std::optional<core::Error> Exchange::Private::pauseOf(const QUrl &url) const
{
    if (!request.pauseOf || q->m_reply.fromEndpoint)
        return std::nullopt;
    const auto pause = request.pauseOf(url);
    if (!pause)
        return std::nullopt;
    core::Error error = core::makeError(core::ErrorKind::RateLimited, u"not asked before that"_s);
    error.url = core::redactUrl(url);
    error.retryAfter = pause;
    return error;
}

void Exchange::Private::sendHop(QNetworkAccessManager &network, const QNetworkRequest &made)
{
    if (request.verb == "GET"_ba) {
        reply = network.get(made);
        return;
    }
    if (request.verb == "HEAD"_ba) {
        reply = network.head(made);
        return;
    }
    if (request.isWrite()) {
        content = new SendOnce(request.content);
        reply = network.sendCustomRequest(made, request.verb, content);
        content->setParent(reply);
        QObject::connect(reply, &QNetworkReply::encrypted, q, [this] {
            isEncrypted = true;
            isUnsent = false;
            if (phase == Phase::Waiting)
                listen();
        });
    } else {
        reply = network.sendCustomRequest(made, request.verb, request.content);
    }
    QObject::connect(reply, &QNetworkReply::uploadProgress, q, [this](qint64 sent, qint64 total) {
        if (sent <= 0 || phase != Phase::Waiting)
            return;
        listen();
        Q_EMIT q->sent(sent, total);
    });
}

} // namespace hub
