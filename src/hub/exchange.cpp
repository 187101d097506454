#include <QLoggingCategory>

#include <algorithm>

#include "core/redact.h"
#include "hub/errors.h"
#include "hub/exchange_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

Q_LOGGING_CATEGORY(logHttp, "hub.http", QtInfoMsg)

constexpr qint64 SkippedAtOnce = 1024 * 1024;
constexpr qint64 LongestErrorBody = 64 * 1024;
constexpr qint64 LongestRedirectBody = 64 * 1024;
constexpr qint64 LeastProgress = 4096; // of a body, within the silence allowed
constexpr std::chrono::milliseconds LongestRest{3000}; // the head said what matters
constexpr std::chrono::milliseconds LongestHandshake{30000}; // Qt may miss that a proxy hung up
constexpr int NoContent = 204;
constexpr int PartialContent = 206;
constexpr int SeeOther = 303;
constexpr int ProxyAuthentication = 407;
constexpr int RequestTimeout = 408;
constexpr int FirstError = 400;
constexpr int FirstServerError = 500;

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Of a write: what was asked for was not done. A server that got tired of waiting says nothing of
// what it did meanwhile.
bool isRefusal(int status)
{
    return status >= FirstError && status < FirstServerError && status != RequestTimeout;
}

// For the log, which repeats no words of a server.
QString bucketName(const QString &told)
{
    return bucketNamed(told) ? told : u"other"_s;
}

HeaderList headersOf(const QNetworkReply &reply)
{
    HeaderList headers;
    for (const QNetworkReply::RawHeaderPair &pair : reply.rawHeaderPairs())
        headers.append({pair.first, pair.second});
    return headers;
}

} // namespace

Exchange::Exchange(QObject *parent)
    : QObject(parent)
{
}

Exchange::~Exchange()
{
    d->dropReply();
    d->http->d->exchanges.removeOne(this);
}

void Exchange::cancel()
{
    d->stop(core::makeError(ErrorKind::Cancelled));
}

bool Exchange::mayHaveHappened() const
{
    const bool isUnderWay =
        d->phase != Private::Phase::Stopping && d->phase != Private::Phase::Ended;
    return isUnderWay && d->mayHaveHappened(ErrorKind::Cancelled);
}

qint64 Exchange::bytesAvailable() const
{
    return d->isStreamOpen && d->reply ? d->reply->bytesAvailable() : 0;
}

qint64 Exchange::read(char *buffer, qint64 most)
{
    if (!d->isStreamOpen || !d->reply)
        return -1;
    const qint64 count = d->reply->read(buffer, most);
    d->bytes += std::max<qint64>(count, 0);
    if (d->phase == Private::Phase::Body && count >= LeastProgress)
        d->listen(); // the room we made is the sender's chance to speak
    return count;
}

Exchange::Private::Private(Exchange *exchange, Http *owner, const HttpRequest &wanted,
                           quint64 number)
    : q(exchange)
    , http(owner)
    , request(wanted)
    , endpoint(wanted.endpoint.value_or(owner->d->config.endpoint))
    , token(owner->d->config.with(wanted.endpoint, wanted.token).token)
    , offline(owner->d->config.offline)
    , id(number)
{
    silence.setSingleShot(true);
    QObject::connect(&silence, &QTimer::timeout, q, [this] { onSilence(); });
}

void Exchange::Private::start()
{
    if (phase != Phase::Waiting)
        return; // cancelled meanwhile
    q->m_reply.url = request.url;
    if (offline)
        return fail(ErrorKind::Offline, {});
    if (!isWebAddress(request.url))
        return fail(ErrorKind::Protocol, u"not an http or https address"_s);
    if (const auto objection = badHeader())
        return finish(core::Unexpected(*objection));
    manager = request.isWrite() ? http->d->makeManager() : http->d->quietest(request.priority);
    ++manager->running;
    q->m_reply.tokenSent = endpoint.isSameOrigin(request.url) && !token.isEmpty();
    openHop(request.url);
}

void Exchange::Private::stop(const core::Error &error)
{
    if (phase == Phase::Stopping || phase == Phase::Ended)
        return;
    phase = Phase::Stopping;
    stopError = error;
    dropReply();
    QMetaObject::invokeMethod(
        q, [this] { finish(core::Unexpected(stopError)); }, Qt::QueuedConnection);
}

void Exchange::Private::fail(ErrorKind kind, const QString &detail)
{
    core::Error error = core::makeError(kind, detail);
    describe(error, q->m_reply);
    finish(core::Unexpected(error));
}

void Exchange::Private::finish(const core::Result<HttpReply> &result)
{
    if (phase == Phase::Ended)
        return;
    phase = Phase::Ended;
    silence.stop();
    if (!result && !isStreamOpen)
        dropReply();
    leaveLine();
    if (manager)
        --manager->running;
    q->m_result = result;
    if (!result)
        complete(q->m_result.error());
    http->d->exchanges.removeOne(q);
    log(result);
    q->deleteLater();
    Q_EMIT q->finished(); // last: a listener may do anything
}

// Whatever comes next has the whole time again; a change may take the Hub long, getting to it not.
void Exchange::Private::listen()
{
    silence.start(isUnsent ? std::min(request.silence, LongestHandshake) : request.silence);
}

// For what is still to come of a body that changes nothing any more.
void Exchange::Private::awaitRest()
{
    silence.start(std::min(request.silence, LongestRest));
}

void Exchange::Private::dropReply()
{
    silence.stop();
    isStreamOpen = false;
    leaveLine();
    if (!reply)
        return;
    // Its deletion closes the connection; abort() would emit finished() at once and look like a
    // timeout.
    reply->disconnect(q);
    reply->deleteLater();
    reply = nullptr;
}

void Exchange::Private::openHop(const QUrl &url)
{
    dropReply();
    phase = Phase::Waiting;
    q->m_reply.url = url;
    q->m_reply.status = 0;
    q->m_reply.headers.clear();
    q->m_reply.body.clear();
    q->m_reply.fromEndpoint = q->m_reply.fromEndpoint && endpoint.isSameOrigin(url);

    if (const auto pause = pauseOf(url))
        return finish(core::Unexpected(*pause));
    enterLine(url);
}

// Qt says that it will not unpack a body any further, and then never that the reply has finished.
void Exchange::Private::onTrouble(QNetworkReply::NetworkError code)
{
    if (code != QNetworkReply::UnknownContentError || phase != Phase::Body || isStreamOpen)
        return;
    dropReply();
    fail(ErrorKind::Protocol, u"the answer cannot be unpacked, or is too long"_s);
}

void Exchange::Private::onHead()
{
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (phase != Phase::Waiting || status < 200)
        return;
    listen();
    q->m_reply.status = status;
    const QPointer<Exchange> alive(q);
    recordHop();
    if (!alive || phase != Phase::Waiting)
        return; // a listener has had enough
    if (reply->attribute(QNetworkRequest::Http2WasUsedAttribute).toBool())
        shareLine();
    // Again: what is said before its thread has begun the request, Qt does not pass on to it. A
    // short answer needs no limit, and would have to be read before its end is told.
    const auto length = headerValue(q->m_reply.headers, "Content-Length");
    if (!length || length->toLongLong() > request.readBuffer)
        reply->setReadBufferSize(request.readBuffer);

    const QByteArray location = reply->rawHeader("Location"_ba).trimmed();
    if (isRedirect(status) && isEnd(location)) {
        dropReply();
        return finish(q->m_reply);
    }
    if (request.isWrite() && status == SeeOther) {
        dropReply();
        return fail(ErrorKind::Protocol, u"a page to look at in place of an answer"_s);
    }
    if (isRedirect(status) && !location.isEmpty())
        return beginRedirect(location);
    if (status >= 300 && status < FirstError && !isNotModified(status)) {
        dropReply();
        return fail(ErrorKind::Protocol, u"a redirect that leads nowhere"_s);
    }
    beginAnswer();
}

// To whoever asked for it: a 304 says nothing of what was done, or of what there is.
bool Exchange::Private::isNotModified(int status) const
{
    const auto isCondition = [](const auto &header) {
        return header.first.left(3).compare("If-", Qt::CaseInsensitive) == 0;
    };
    return status == 304 && !request.isWrite()
        && std::any_of(request.headers.begin(), request.headers.end(), isCondition);
}

void Exchange::Private::recordHop()
{
    HttpReply &answer = q->m_reply;
    answer.headers = headersOf(*reply);
    if (!answer.fromEndpoint)
        return;
    const auto rate = parseRate(answer.headers);
    if (rate)
        answer.rates.append(*rate);
    const QByteArrayView names[] = {"X-Repo-Commit", "X-Linked-Size", "X-Linked-Etag",
                                    "X-Xet-Hash"};
    for (const QByteArrayView name : names) {
        const auto value = headerValue(answer.headers, name);
        if (value && !headerValue(answer.hubHeaders, name))
            answer.hubHeaders.append({name.toByteArray(), *value});
    }
    if (rate)
        Q_EMIT q->rated(*rate);
}

void Exchange::Private::beginAnswer()
{
    if (q->m_reply.status >= FirstError) {
        if (tryLiterally())
            return;
        phase = Phase::ErrorBody;
        return awaitRest();
    }
    phase = Phase::Body;
    if (request.body != HttpRequest::Body::Stream) {
        const QString why = objection();
        if (why.isEmpty())
            return;
        dropReply();
        return fail(ErrorKind::Protocol, why);
    }
    isStreamOpen = true;
    Q_EMIT q->headersArrived();
}

// Why an answer that is to be collected cannot be all of what was asked for; empty where it can. A
// body that does not show its end has to come as it is, with a length.
QString Exchange::Private::objection() const
{
    const HttpReply &answer = q->m_reply;
    if (answer.status == PartialContent && !headerValue(request.headers, "Range"))
        return u"a part in place of the whole"_s;
    const bool hasBody = request.verb != "HEAD"_ba && answer.status != NoContent;
    const auto packing = headerValue(answer.headers, "Content-Encoding").value_or("identity"_ba);
    if (hasBody && asksIdentity() && packing.trimmed().toLower() != "identity"_ba)
        return u"the answer is packed, and nobody asked for that"_s;
    if (request.whole == HttpRequest::Whole::ByItself || !hasBody)
        return {};
    const auto coding = headerValue(answer.headers, "Transfer-Encoding").value_or(QByteArray());
    const auto length = headerValue(answer.headers, "Content-Length");
    bool isNumber = false;
    const qint64 announced = length ? length->trimmed().toLongLong(&isNumber) : 0;
    if (length && (!isNumber || announced < 0))
        return u"the length that the server says makes no sense"_s;
    if (!length && !coding.toLower().contains("chunked"_ba))
        return u"the server does not say how long the answer is"_s;
    return {};
}

// An answer that comes by drops would never end; nobody waits for it.
void Exchange::Private::hear(qint64 arrived)
{
    if (arrived - heard < LeastProgress)
        return;
    heard = arrived;
    listen();
}

void Exchange::Private::onReadyRead()
{
    if (isStreamOpen)
        hear(bytes + reply->bytesAvailable());
    const QPointer<Exchange> alive(q);
    onHead();
    if (!alive)
        return;
    switch (phase) {
    case Phase::Redirect:
        bytes += reply->skip(SkippedAtOnce);
        if (bytes > LongestRedirectBody)
            followRedirect();
        return;
    case Phase::ErrorBody:
        return collectError();
    case Phase::Body:
        if (!isStreamOpen)
            return collect();
        Q_EMIT q->readyRead();
        return;
    case Phase::Waiting:
    case Phase::Stopping:
    case Phase::Ended:
        return;
    }
}

void Exchange::Private::collect()
{
    QByteArray &body = q->m_reply.body;
    const QByteArray more = reply->readAll();
    bytes += more.size();
    if (body.size() + more.size() > request.bodyLimit) {
        body.clear();
        dropReply();
        return fail(ErrorKind::Protocol,
                    u"the answer is longer than %1 bytes"_s.arg(request.bodyLimit));
    }
    body += more;
    const QPointer<Exchange> alive(q);
    tellReceived();
    if (!alive || phase != Phase::Body)
        return; // a listener has had enough
    hear(bytes);
}

void Exchange::Private::tellReceived()
{
    const qint64 length = reply->hasRawHeader("Content-Encoding"_ba)
        ? 0
        : reply->rawHeader("Content-Length"_ba).toLongLong();
    Q_EMIT q->received(q->m_reply.body.size(), length > 0 ? length : -1);
}

void Exchange::Private::collectError()
{
    QByteArray &body = q->m_reply.body;
    body += reply->read(LongestErrorBody - body.size());
    if (body.size() >= LongestErrorBody)
        finish(core::Unexpected(answerError()));
}

void Exchange::Private::onReplyFinished()
{
    silence.stop();
    const QPointer<Exchange> alive(q);
    onHead();
    if (!alive)
        return;
    switch (phase) {
    case Phase::Redirect:
        return followRedirect();
    case Phase::ErrorBody:
        collectError();
        return finish(core::Unexpected(answerError()));
    case Phase::Body:
        if (!isStreamOpen)
            collect();
        if (alive)
            endAnswer();
        return;
    case Phase::Waiting:
        return endTransport();
    case Phase::Stopping:
    case Phase::Ended:
        return;
    }
}

void Exchange::Private::endAnswer()
{
    if (phase != Phase::Body)
        return; // collect() found it too long
    if (reply->error() != QNetworkReply::NoError)
        return endTransport();
    if (!isStreamOpen && isCutShort())
        return fail(ErrorKind::Truncated, u"the answer ended before its announced length"_s);
    finish(q->m_reply);
}

void Exchange::Private::endTransport()
{
    if (reply->error() == QNetworkReply::NoError)
        return fail(ErrorKind::Protocol, whatCame());
    if (isHttp2Refused())
        return openHop(q->m_reply.url);
    core::Error error =
        errorFromTransport(reply->error(), reply->errorString(), q->m_reply.url, proxy);
    isUnsent = isUnsent || isBeforeSending(reply->error());
    if (q->m_reply.fromEndpoint && sends == 0 && isBeforeSending(reply->error()))
        --q->m_reply.asked;
    if (const QString sent = howFarSent(); !sent.isEmpty())
        error.detail = sent + u": "_s + error.detail;
    describe(error, q->m_reply);
    // A stream of HTTP/2 that was reset; the protocol itself is Qt's affair there.
    if (reply->error() == QNetworkReply::ProtocolFailure
        && reply->attribute(QNetworkRequest::Http2WasUsedAttribute).toBool())
        error.kind = ErrorKind::ConnectionLost;
    // Nobody of ours aborts a reply that is still connected.
    if (error.kind == ErrorKind::Cancelled)
        error.kind = ErrorKind::ConnectionLost;
    finish(core::Unexpected(error));
}

// A server of HTTP/2 refuses a stream, or wants the older protocol, before it has answered
// anything: Qt then tells of a content or of a server that is in error, without a status. The hop
// is asked for again by HTTP/1.1, once.
bool Exchange::Private::isHttp2Refused()
{
    const bool isNoTransport = reply->error() > QNetworkReply::UnknownProxyError;
    if (!mayUseHttp2() || q->m_reply.status != 0 || !isNoTransport
        || q->m_reply.url.scheme() != "https"_L1)
        return false;
    isHttp1 = true;
    return true;
}

// Qt does not look for an answer before all was sent, and a server that finds a request too large
// may say so and close before that.
QString Exchange::Private::howFarSent() const
{
    if (!content || isUnsent || content->given() == content->size())
        return {};
    return u"closed after %1 of %2 bytes were sent (too much at once for this server?)"_s
        .arg(content->given())
        .arg(content->size());
}

// Qt takes any status below 200 but 100 for the end of the exchange.
QString Exchange::Private::whatCame() const
{
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    return status > 0 ? u"hints (status %1) in place of an answer"_s.arg(status)
                      : u"an answer that is not HTTP"_s;
}

core::Error Exchange::Private::answerError() const
{
    core::Error error = errorFromReply(q->m_reply);
    if (q->m_reply.status == ProxyAuthentication && !proxy.hostName().isEmpty())
        error.detail = u"proxy %1: %2"_s.arg(proxyName(proxy), error.detail);
    return error;
}

// What every Error of ours says besides, and what none of them may say: a server may quote us.
void Exchange::Private::complete(core::Error &error) const
{
    error.mayHaveHappened = mayHaveHappened(error.kind) && !isRefusal(q->m_reply.status);
    withhold(error, token);
    withhold(error, request.headers);
}

// An answer that refuses says that nothing was done, see isRefusal(). Everything else leaves it
// open.
bool Exchange::Private::mayHaveHappened(ErrorKind kind) const
{
    if (!request.isWrite() || isUnsent)
        return false;
    switch (kind) {
    case ErrorKind::ConnectionLost:
    case ErrorKind::Timeout:
    case ErrorKind::Truncated:
    case ErrorKind::ServerError:
    case ErrorKind::Protocol:
    case ErrorKind::Cancelled:
        return true;
    default:
        return false;
    }
}

bool Exchange::Private::isCutShort() const
{
    const HeaderList &headers = q->m_reply.headers;
    const auto length = headerValue(headers, "Content-Length");
    if (request.verb == "HEAD"_ba || q->m_reply.status == 304 || q->m_reply.status == NoContent)
        return false;
    if (!asksIdentity() && headerValue(headers, "Content-Encoding")) // Qt hides how long it was
        return q->m_reply.body.isEmpty();
    if (!length || headerValue(headers, "Transfer-Encoding"))
        return false;
    bool isNumber = false;
    const qint64 announced = length->trimmed().toLongLong(&isNumber);
    return isNumber && q->m_reply.body.size() < announced;
}

void Exchange::Private::onSilence()
{
    if (phase == Phase::Redirect)
        return followRedirect(); // the head said all there is to know
    if (phase == Phase::ErrorBody)
        return finish(core::Unexpected(answerError()));
    // Unread bytes mean that the reader holds back, and then the sender must be silent.
    if (isStreamOpen && reply && reply->bytesAvailable() > 0) {
        listen();
        return;
    }
    dropReply();
    if (manager)
        http->d->retire(*manager);
    fail(ErrorKind::Timeout,
         u"nothing arrived for %1 s"_s.arg(static_cast<double>(request.silence.count()) / 1000.0));
}

void Exchange::Private::log(const core::Result<HttpReply> &result) const
{
    if (!logHttp().isDebugEnabled())
        return;
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    const QList<RateInfo> &rates = q->m_reply.rates;
    const QString bucket = rates.isEmpty() ? u"-"_s : bucketName(rates.constLast().bucket);
    const QString end = result ? u"ok"_s : core::kindName(result.error().kind);
    const QString address = core::redactSecret(core::redactUrl(q->m_reply.url), token);
    qCDebug(logHttp).noquote() << id << request.verb << address << q->m_reply.status << bytes
                               << "bytes" << time.count() << "ms" << bucket << end;
}

} // namespace hub
