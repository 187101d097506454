#include "demo/router.h"

#include <QDateTime>
#include <QLocale>
#include <QRandomGenerator>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

struct Budget {
    QByteArray bucket;
    int anonymous = 0;
    int member = 0;
};

// The path below the prefix, or nullopt when the request is for somewhere else.
std::optional<QByteArray> belowPrefix(const QByteArray &target, const QString &prefix)
{
    const QByteArray start = prefix.toUtf8();
    if (start.isEmpty())
        return target;
    if (!target.startsWith(start + '/'))
        return std::nullopt;
    return target.mid(start.size());
}

bool isRead(const Request &request)
{
    return request.verb == "GET" || request.verb == "HEAD";
}

bool isCacheHop(const QByteArray &path)
{
    return path.startsWith("/api/resolve-cache/");
}

Budget budgetOf(const QByteArray &path)
{
    if (isCacheHop(path))
        return {"resolvers"_ba, 3000, 5000};
    if (path.startsWith("/api/") || path.contains(".git/info/lfs/"))
        return {"api"_ba, 500, 1000};
    if (path.contains("/resolve/"))
        return {"resolvers"_ba, 3000, 5000};
    return {"pages"_ba, 100, 200};
}

int quotaOf(const Budget &budget, const DemoOptions &options, const QByteArray &caller)
{
    if (budget.bucket == "api" && options.apiQuota > 0)
        return options.apiQuota;
    if (budget.bucket == "resolvers" && options.resolverQuota > 0)
        return options.resolverQuota;
    return caller.isEmpty() ? budget.anonymous : budget.member;
}

QByteArray callerOf(const Site &site, const Request &request)
{
    return Visitor(site, request).token().toUtf8();
}

QByteArray requestId()
{
    QRandomGenerator *random = QRandomGenerator::global();
    const auto hex = [random] {
        return QByteArray::number(random->generate(), 16).rightJustified(8, '0');
    };
    return "Root=1-" + hex() + '-' + hex() + hex() + hex();
}

Response rateLimited(const QByteArray &path, int quota, bool isAnonymous)
{
    const Surface surface = path.startsWith("/api/") ? Surface::Api : Surface::Files;
    const QString message = isAnonymous
        ? u"We had to rate limit your IP (127.0.0.1). To continue using our service, create a HF "
          "account or login to your existing account, and make sure you pass a HF_TOKEN if you're "
          "using the API."_s
        : u"We had to rate limit you, you hit the quota of %1 api requests per 5 minutes period."_s
              .arg(quota);
    return problem(surface, 429, {}, message);
}

} // namespace

Router::Router(Site &site)
    : m_site(site)
{
}

std::optional<Response> Router::admit(const Request &request, std::chrono::seconds now)
{
    if (request.origin == Origin::Cdn)
        return std::nullopt;
    const auto path = belowPrefix(request.target, m_site.options.prefix);
    // The second hop of a small file comes from a cache in front of the Hub and costs nothing.
    if (!path || isCacheHop(*path))
        return std::nullopt;
    const Budget budget = budgetOf(*path);
    const QByteArray caller = callerOf(m_site, request);
    const int quota = quotaOf(budget, m_site.options, caller);
    if (m_windows.take(caller, budget.bucket, quota, now).isWithin)
        return std::nullopt;
    return rateLimited(*path, quota, caller.isEmpty());
}

void Router::finish(const Request &request, std::chrono::seconds now, Response &response)
{
    response.setHeader(
        "Date"_ba,
        QLocale::c()
            .toString(QDateTime::currentDateTimeUtc(), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s)
            .toLatin1());
    if (request.origin == Origin::Cdn)
        return;
    response.setHeader("X-Powered-By"_ba, "huggingface-moon"_ba);
    response.setHeader("X-Request-Id"_ba, requestId());
    response.setHeader("Vary"_ba, "Origin, Accept"_ba);
    response.setHeader(
        "Access-Control-Expose-Headers"_ba,
        "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,"
        "Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash"_ba);
    const auto path = belowPrefix(request.target, m_site.options.prefix);
    if (!path)
        return;
    const Budget budget = budgetOf(*path);
    const QByteArray caller = callerOf(m_site, request);
    const auto count =
        m_windows.peek(caller, budget.bucket, quotaOf(budget, m_site.options, caller), now);
    response.setHeader("RateLimit"_ba, count.rateLimit);
    response.setHeader("RateLimit-Policy"_ba, count.policy);
}

Answer Router::answer(const Request &request)
{
    static const QByteArrayList verbs{"GET"_ba, "HEAD"_ba,  "POST"_ba,
                                      "PUT"_ba, "PATCH"_ba, "DELETE"_ba};
    if (!verbs.contains(request.verb))
        return {problem(Surface::Api, 405, {}, u"Method not allowed"_s)};
    const bool isCdn = request.origin == Origin::Cdn;
    const auto path = isCdn ? request.target : belowPrefix(request.target, m_site.options.prefix);
    const auto target = path ? Target::parse(*path) : std::nullopt;
    if (!path)
        return {text(404, "Not Found"_ba)};
    if (!target)
        return {problem(isCdn ? Surface::Files : Surface::Api, 400, {}, u"Bad request"_s)};
    if (isCdn && request.verb == "PUT")
        return uploadAnswer(m_site, request, *target);
    if (isCdn && request.verb == "POST")
        return xetUploadAnswer(m_site, request, *target);
    if (isCdn)
        return {isRead(request) ? cdnResponse(m_site, request, *target)
                                : text(400, "Bad request"_ba)};
    const Visitor visitor(m_site, request);
    return hubAnswer({m_site, visitor, request, *target, target->rawPath});
}

Answer Router::hubAnswer(const Call &call) const
{
    const Request &request = call.request;
    if (call.target.segments.constFirst() == "api"_L1) {
        if (call.target.segments.value(1) == "resolve-cache"_L1 && isRead(request))
            return cacheAnswer(m_site, request, call.target);
        return apiAnswer(call);
    }
    if (isRead(request))
        return resolveAnswer(m_site, request, call.target, call.path);
    if (const auto answer = lfsAnswer(call))
        return *answer;
    if (const auto answer = askAccessAnswer(call))
        return *answer;
    return {text(404, "Not Found"_ba)};
}

} // namespace demo
