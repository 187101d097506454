#include <QUuid>

#include <algorithm>

#include "core/redact.h"
#include "hub/exchange_p.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestName = 80; // of a header, in an Error

// What may be told to another origin: how much of the file and in which form, nothing about us.
bool isForOtherOrigins(const QByteArray &name)
{
    return isAmong(name, {"Range", "If-Range", "Accept", "Accept-Encoding"});
}

// What a caller cannot know: it belongs to the connection, or follows from the rest.
bool isOurBusiness(const QByteArray &name)
{
    return isAmong(name,
                   {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE",
                    "Trailer", "Upgrade", "Expect", "Proxy-Connection", "Proxy-Authorization"});
}

// A token of RFC 9110, section 5.6.2.
bool isName(const QByteArray &text)
{
    const auto isAllowed = [](char c) {
        const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return isLetter || (c >= '0' && c <= '9') || QByteArrayView("!#$%&'*+-.^_`|~").contains(c);
    };
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isAllowed);
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

// Unpacked: what is cut short shows then. A write has little to hear.
bool Exchange::Private::asksIdentity() const
{
    return request.body == HttpRequest::Body::Stream || request.isWrite()
        || headerValue(request.headers, "Range") || request.verb == "HEAD"_ba
        || request.whole == HttpRequest::Whole::ByLength;
}

QNetworkRequest Exchange::Private::makeRequest(const QUrl &url) const
{
    const bool isOurs = q->m_reply.fromEndpoint;
    const bool isStream = request.body == HttpRequest::Body::Stream;

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
    if (url.scheme() == "https"_L1)
        made.setSslConfiguration(manager->tls());
    made.setRawHeader("User-Agent"_ba, "Hubload/"_ba + HUBLOAD_VERSION);
    made.setRawHeader("X-Amzn-Trace-Id"_ba, QUuid::createUuid().toByteArray(QUuid::WithoutBraces));
    made.setRawHeader("Accept"_ba, isStream ? "*/*"_ba : "application/json, */*;q=0.5"_ba);
    if (asksIdentity())
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

// Of the caller's headers: one that would end before its value does, and begin another, since Qt
// sends what it is given; and those that say how the request lies on the wire, or for whom it is.
std::optional<core::Error> Exchange::Private::badHeader() const
{
    const auto objection = [](const QByteArray &name, const QString &why) {
        return core::makeError(core::ErrorKind::BadInput,
                               u"the header “%1” %2"_s.arg(
                                   QString::fromLatin1(name.left(LongestName)).simplified(), why));
    };
    const auto isBroken = [](const QByteArray &text) {
        return text.contains('\r') || text.contains('\n') || text.contains('\0');
    };
    for (const auto &[name, value] : request.headers) {
        if (!isName(name))
            return objection(name, u"has a name that is none"_s);
        if (isBroken(value))
            return objection(name, u"has a line break"_s);
        if (isOurBusiness(name))
            return objection(name, u"is not the caller’s to set"_s);
    }
    if (isBroken(token.reveal()))
        return objection("Authorization"_ba, u"has a line break"_s);
    return std::nullopt;
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

void Exchange::Private::makeReply(const QNetworkRequest &made)
{
    QNetworkAccessManager &network = *manager->network;
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

void Exchange::Private::sendHop()
{
    const QUrl url = q->m_reply.url;
    const auto chosen = manager->proxies.proxyFor(url);
    if (!chosen)
        return fail(chosen.error().kind, chosen.error().detail);
    proxy = *chosen;
    makeReply(makeRequest(url));
    reply->setReadBufferSize(request.readBuffer);
    isUnsent = content && url.scheme() == "https"_L1 && !isEncrypted;
    sends = 0;
    if (q->m_reply.fromEndpoint)
        ++q->m_reply.asked;

    QObject::connect(reply, &QNetworkReply::requestSent, q, [this] { onRequestSent(); });
    QObject::connect(reply, &QNetworkReply::metaDataChanged, q, [this] { onHead(); });
    QObject::connect(reply, &QNetworkReply::readyRead, q, [this] { onReadyRead(); });
    QObject::connect(reply, &QNetworkReply::finished, q, [this] { onReplyFinished(); });
    QObject::connect(reply, &QNetworkReply::errorOccurred, q,
                     [this](QNetworkReply::NetworkError code) { onTrouble(code); });
    listen();
}

// Qt asks again by itself where a connection breaks before an answer.
void Exchange::Private::onRequestSent()
{
    if (!q->m_reply.fromEndpoint || phase != Phase::Waiting)
        return;
    if (++sends > 1)
        ++q->m_reply.asked;
    Q_EMIT q->left();
}

} // namespace hub
