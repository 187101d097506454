#include "core/redact.h"
#include "hub/exchange_p.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr int MostRedirects = 5;
constexpr int SeeOther = 303;
constexpr int NotFound = 404;

bool isSameOrigin(const QUrl &one, const QUrl &other)
{
    const int usual = one.scheme() == "https"_L1 ? 443 : 80;
    return one.scheme() == other.scheme() && one.host() == other.host()
        && one.port(usual) == other.port(usual);
}

} // namespace

bool isWebAddress(const QUrl &url)
{
    const bool isWeb = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    return url.isValid() && isWeb && !url.host().isEmpty();
}

// Whether the redirect is the answer.
bool Exchange::Private::isEnd(const QByteArray &location) const
{
    using Redirects = HttpRequest::Redirects;
    if (request.redirects == Redirects::Never)
        return true;
    return request.redirects == Redirects::EndAtSeeOther && q->m_reply.status == SeeOther
        && !location.isEmpty()
        && endpoint.isSameOrigin(q->m_reply.url.resolved(QUrl::fromEncoded(location)));
}

void Exchange::Private::beginRedirect(const QByteArray &location)
{
    HttpReply &answer = q->m_reply;
    const QUrl given = QUrl::fromEncoded(location);
    QUrl url = given.isValid() ? answer.url.resolved(given) : QUrl();
    url.setUserInfo({}); // would be sent as credentials
    url.setFragment({});
    const auto refuse = [this](const QString &why) {
        isUnsent = true; // whoever redirects has done nothing
        dropReply();
        fail(ErrorKind::Protocol, why);
    };
    if (!isWebAddress(url))
        return refuse(u"a redirect to something that is no http or https address"_s);
    if (answer.url.scheme() == "https"_L1 && url.scheme() == "http"_L1)
        return refuse(u"a redirect from https to http was refused: it would be readable by all"_s);

    const bool stops = request.redirects == HttpRequest::Redirects::StopAtOtherOrigin;
    if (stops && !endpoint.isSameOrigin(url)) {
        answer.otherOrigin = url;
        dropReply();
        return finish(answer);
    }
    const bool hasContent = request.isWrite() || !request.content.isEmpty();
    if (hasContent && !isSameOrigin(url, answer.url))
        return refuse(u"a redirect to another host, which is not told what was to be sent"_s);
    if (++redirects > MostRedirects)
        return refuse(u"more than %1 redirects in a row"_s.arg(MostRedirects));

    // A proxy in front of a Hub under a path prefix may pass on the Hub's own Locations, which lack
    // it; whatever else stands beside the Hub is asked only when the Hub has never heard of it.
    const QUrl rebased = endpoint.rebase(url, answer.url);
    const bool isPrefixLost = endpoint.isSameOrigin(url) && answer.fromEndpoint
        && rebased.path(QUrl::FullyEncoded) != url.path(QUrl::FullyEncoded);
    target = isPrefixLost ? rebased : url;
    literal = isPrefixLost ? url : QUrl();
    phase = Phase::Redirect;
    awaitRest();
}

void Exchange::Private::followRedirect()
{
    openHop(target);
}

// The redirect meant what it said.
bool Exchange::Private::tryLiterally()
{
    const HeaderList &headers = q->m_reply.headers;
    const bool isPlain = q->m_reply.status == NotFound && !headerValue(headers, "X-Error-Code")
        && !headerValue(headers, "X-Repo-Commit");
    if (literal.isEmpty() || !isPlain)
        return false;
    target = literal;
    literal.clear();
    phase = Phase::Redirect;
    awaitRest();
    return true;
}

} // namespace hub
