#include "transfer/hosts.h"

#include <algorithm>

namespace transfer {

using namespace std::chrono_literals;

namespace {

constexpr int serviceUnavailable = 503;
constexpr std::chrono::seconds longestPause = 1h; // more is not believed
constexpr auto crowdedFor = 10min;
constexpr int mostDoublings = 8;
constexpr qsizetype mostHosts = 64;

QString keyOf(const QUrl &url)
{
    return url.host() + u':' + QString::number(url.port(url.scheme() == u"https" ? 443 : 80));
}

} // namespace

bool Hosts::isRefusal(const core::Error &error)
{
    return error.kind == core::ErrorKind::RateLimited || error.httpStatus == serviceUnavailable;
}

Hosts::Host &Hosts::at(const QUrl &url, Time now)
{
    if (m_hosts.size() >= mostHosts) {
        m_hosts.removeIf(
            [now](const auto &host) { return host->until <= now && host->mostUntil <= now; });
    }
    return m_hosts[keyOf(url)];
}

void Hosts::refused(const QUrl &url, std::optional<std::chrono::seconds> named, Time now)
{
    Host &host = at(url, now);
    if (host.until > now && host.refusals > 0 && !named)
        return; // one of several connections that heard the same
    const auto grown = std::chrono::seconds(1LL << std::min(host.refusals, mostDoublings));
    ++host.refusals;
    host.until = std::max(host.until, now + std::clamp(named.value_or(grown), 1s, longestPause));
}

void Hosts::crowded(const QUrl &url, int served, Time now)
{
    Host &host = at(url, now);
    host.most = served;
    host.mostUntil = now + crowdedFor;
}

std::optional<int> Hosts::mostOf(const QUrl &url, Time now) const
{
    const auto host = m_hosts.constFind(keyOf(url));
    if (host == m_hosts.cend() || host->mostUntil <= now)
        return std::nullopt;
    return host->most;
}

void Hosts::served(const QUrl &url, Time now)
{
    const auto host = m_hosts.find(keyOf(url));
    if (host != m_hosts.end() && host->until <= now)
        host->refusals = 0;
}

std::optional<std::chrono::seconds> Hosts::pauseOf(const QUrl &url, Time now) const
{
    const auto host = m_hosts.constFind(keyOf(url));
    if (host == m_hosts.cend() || host->until <= now)
        return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(host->until - now);
}

bool Hosts::isAnyPaused(Time now) const
{
    return std::any_of(m_hosts.begin(), m_hosts.end(),
                       [now](const Host &host) { return host.until > now; });
}

} // namespace transfer
