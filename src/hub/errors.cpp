#include "hub/errors.h"

#include <QRegularExpression>

#include "core/redact.h"
#include "hub/parse.h"
#include "hub/retry.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr qsizetype LongestHeaderText = 1000;
constexpr qint64 LongestNamed = LongestPauseNamed.count(); // what is told is what is done

QString headerText(const HeaderList &headers, QByteArrayView name)
{
    const QByteArray value = headerValue(headers, name).value_or(QByteArray());
    return QString::fromUtf8(value.left(LongestHeaderText)).simplified();
}

QString mergedMessage(const HttpReply &reply)
{
    const QString header = headerText(reply.headers, "X-Error-Message");
    const QByteArray type = headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    const QString body = parseErrorBody(reply.body, type);
    if (body.isEmpty() || header.contains(body))
        return header;
    return header.isEmpty() || body.contains(header) ? body : header + u"; "_s + body;
}

QString requestId(const HeaderList &headers)
{
    for (const QByteArrayView name : {"X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id"}) {
        const QString id = headerText(headers, name);
        if (!id.isEmpty())
            return id;
    }
    return {};
}

enum class About { Repo, File, Other };

// What an address asks for, told by what comes first in it: a repo may be called "resolve", and a
// file "api/models/x".
About aboutOf(const QString &path)
{
    static const QRegularExpression form(
        u"(/api/(?:models|datasets|spaces)/[^/])|/resolve/|/api/resolve-cache/"_s);
    const QRegularExpressionMatch match = form.match(path);
    if (!match.hasMatch())
        return About::Other;
    return match.hasCaptured(1) ? About::Repo : About::File;
}

std::optional<ErrorKind> kindByCode(const QString &code)
{
    if (code == "RevisionNotFound"_L1)
        return ErrorKind::RevisionNotFound;
    if (code == "EntryNotFound"_L1)
        return ErrorKind::EntryNotFound;
    if (code == "GatedRepo"_L1)
        return ErrorKind::Gated;
    if (code == "RepoNotFound"_L1)
        return ErrorKind::RepoNotFound;
    return std::nullopt;
}

// 401 of the Hub: a bad token only when it says so or when the account itself was asked for;
// otherwise an anonymous visitor is told about a missing or private repo this way. Whoever sent no
// token cannot have sent a bad one.
ErrorKind kindOfUnauthorized(const HttpReply &reply, const QString &message, const QString &path)
{
    if (message.contains("Invalid credentials in Authorization header"_L1))
        return ErrorKind::Unauthorized;
    if (aboutOf(path) != About::Other)
        return ErrorKind::RepoNotFound;
    return reply.tokenSent ? ErrorKind::Unauthorized : ErrorKind::SignInNeeded;
}

// 404 without a code: recordings and mirrors lose it, the words are still the Hub's. Without them
// the address tells.
ErrorKind kindOfNotFound(const QString &message, const QString &path)
{
    if (message.startsWith("Invalid rev id"_L1))
        return ErrorKind::RevisionNotFound;
    if (message.startsWith("Repository not found"_L1))
        return ErrorKind::RepoNotFound;
    if (message.startsWith("Entry not found"_L1) || message.contains(" does not exist on "_L1))
        return ErrorKind::EntryNotFound;
    switch (aboutOf(path)) {
    case About::Repo:
        return ErrorKind::RepoNotFound;
    case About::File:
        return ErrorKind::EntryNotFound;
    case About::Other:
        break;
    }
    return ErrorKind::Protocol;
}

ErrorKind kindOf(const HttpReply &reply, const QString &code, const QString &message)
{
    const int status = reply.status;
    if (const auto kind = kindByCode(code))
        return *kind;
    if (status == 429)
        return ErrorKind::RateLimited;
    if (status == 501)
        return ErrorKind::BadRequest; // what it does not do today it does not do in a minute
    if (status == 408 || status >= 500)
        return ErrorKind::ServerError;
    if (status == 407)
        return ErrorKind::ProxyDenied; // the proxy's words, not the Hub's
    if (status == 416)
        return ErrorKind::RemoteChanged;
    const bool isDisabled = message.contains("Access to this resource is disabled"_L1);
    if (status == 451 || (status == 403 && isDisabled))
        return ErrorKind::Disabled;
    const bool fromHub = reply.fromEndpoint || !code.isEmpty();
    if (!fromHub && (status == 401 || status == 403 || status == 410))
        return ErrorKind::LinkExpired;
    const QString path = reply.url.path();
    if (status == 401)
        return kindOfUnauthorized(reply, message, path);
    if (status == 403 || status == 402)
        return ErrorKind::Forbidden;
    if (status == 404 || status == 410)
        return reply.fromEndpoint ? kindOfNotFound(message, path) : ErrorKind::EntryNotFound;
    return ErrorKind::BadRequest;
}

// Seconds, or an HTTP date counted from the server's own clock where it names it.
std::optional<std::chrono::seconds> retryAfter(const HeaderList &headers)
{
    const auto value = headerValue(headers, "Retry-After");
    if (!value)
        return std::nullopt;
    bool isNumber = false;
    const qint64 seconds = value->trimmed().toLongLong(&isNumber);
    if (isNumber && seconds < 0)
        return std::nullopt;
    if (isNumber)
        return std::chrono::seconds(std::min(seconds, LongestNamed));
    const auto then = parseHttpDate(*value);
    const auto date = parseHttpDate(headerValue(headers, "Date").value_or(QByteArray()));
    if (!then)
        return std::nullopt;
    const QDateTime now = date.value_or(QDateTime::currentDateTimeUtc());
    return std::chrono::seconds(std::clamp<qint64>(now.secsTo(*then), 0, LongestNamed));
}

std::optional<std::chrono::seconds> namedTime(const HttpReply &reply, ErrorKind kind)
{
    if (kind != ErrorKind::RateLimited && kind != ErrorKind::ServerError)
        return std::nullopt;
    const auto rate = parseRate(reply.headers);
    if (kind == ErrorKind::RateLimited && rate && rate->left == 0)
        return std::min(rate->reset, LongestPauseNamed);
    return retryAfter(reply.headers);
}

bool isProxyError(QNetworkReply::NetworkError code)
{
    return code >= QNetworkReply::ProxyConnectionRefusedError
        && code <= QNetworkReply::UnknownProxyError;
}

ErrorKind kindOfTransport(QNetworkReply::NetworkError code)
{
    switch (code) {
    case QNetworkReply::HostNotFoundError:
        return ErrorKind::HostNotFound;
    case QNetworkReply::TimeoutError:
        return ErrorKind::Timeout;
    case QNetworkReply::OperationCanceledError:
        return ErrorKind::Cancelled;
    case QNetworkReply::SslHandshakeFailedError:
        return ErrorKind::Tls;
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return ErrorKind::ProxyDenied;
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
    case QNetworkReply::ProtocolFailure:
    case QNetworkReply::TooManyRedirectsError:
    case QNetworkReply::InsecureRedirectError:
    case QNetworkReply::UnknownContentError: // an answer that could not be unpacked, for one
        return ErrorKind::Protocol;
    default: // every other way not to bring an answer
        return ErrorKind::ConnectionLost;
    }
}

} // namespace

core::Error errorFromReply(const HttpReply &reply)
{
    const QString code = headerText(reply.headers, "X-Error-Code");
    const QString message = mergedMessage(reply);

    core::Error error = core::makeError(kindOf(reply, code, message));
    describe(error, reply);
    error.hubCode = core::redactText(code);
    error.serverMessage = core::redactText(message);
    error.retryAfter = namedTime(reply, error.kind);
    if (reply.status == 407)
        error.detail = u"the proxy asks for a user name and password"_s;
    return error;
}

void describe(core::Error &error, const HttpReply &reply)
{
    error.httpStatus = reply.status;
    error.requestId = core::redactText(requestId(reply.headers));
    error.url = core::redactUrl(reply.url);
}

void withhold(core::Error &error, const core::Secret &token)
{
    for (QString *text :
         {&error.hubCode, &error.serverMessage, &error.requestId, &error.url, &error.detail})
        *text = core::redactSecret(*text, token);
}

void withhold(core::Error &error, const HeaderList &headers)
{
    constexpr qsizetype shortest = 8; // shorter ones are words by chance
    for (const auto &[name, value] : headers) {
        const bool isHarmless =
            isAmong(name,
                    {"Range", "If-Range", "If-None-Match", "If-Modified-Since", "Accept",
                     "Accept-Encoding", "Accept-Language", "Content-Type"});
        if (!isHarmless && value.size() >= shortest)
            withhold(error, core::Secret(value));
    }
}

bool isBeforeSending(QNetworkReply::NetworkError code)
{
    switch (code) {
    case QNetworkReply::ConnectionRefusedError:
    case QNetworkReply::HostNotFoundError:
    case QNetworkReply::SslHandshakeFailedError:
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
    case QNetworkReply::ProtocolUnknownError:
        return true;
    default: // anything else may break in the middle
        return false;
    }
}

core::Error errorFromTransport(QNetworkReply::NetworkError code, const QString &text,
                               const QUrl &url, const QNetworkProxy &proxy)
{
    core::Error error = core::makeError(kindOfTransport(code), core::redactText(text));
    // Such a proxy looks up the host of the URL itself: it is its own name that was not found.
    if (proxy.type() == QNetworkProxy::HttpProxy && error.kind == ErrorKind::HostNotFound)
        error.kind = ErrorKind::ConnectionLost;
    if (error.kind == ErrorKind::HostNotFound && proxy.hostName().isEmpty())
        error.detail = url.host();
    if (!proxy.hostName().isEmpty())
        error.detail = u"proxy %1: %2"_s.arg(proxyName(proxy), error.detail);
    else if (isProxyError(code))
        error.detail = u"proxy: "_s + error.detail;
    error.url = core::redactUrl(url);
    return error;
}

} // namespace hub
