#include "hub/proxy.h"

#include <QRegularExpression>

#include <algorithm>

namespace hub {

using namespace Qt::StringLiterals;

namespace {

core::Unexpected refuse(const QString &why)
{
    return core::fail(core::ErrorKind::BadInput, why);
}

// Where a proxy of that scheme listens when no port is named.
std::optional<quint16> portOf(const QString &scheme)
{
    if (scheme == "http"_L1)
        return 80;
    if (scheme == "https"_L1)
        return 443;
    if (scheme == "socks5"_L1 || scheme == "socks5h"_L1 || scheme == "socks"_L1)
        return 1080;
    return std::nullopt;
}

QNetworkProxy proxyOf(const QString &scheme)
{
    if (!scheme.startsWith("socks"_L1))
        return QNetworkProxy(QNetworkProxy::HttpProxy);
    QNetworkProxy proxy(QNetworkProxy::Socks5Proxy);
    if (scheme == "socks5"_L1) // the name is looked up here, with an h over there
        proxy.setCapabilities(proxy.capabilities() & ~QNetworkProxy::HostNameLookupCapability);
    return proxy;
}

QString decoded(QStringView text)
{
    return QUrl::fromPercentEncoding(text.toUtf8());
}

void setCredentials(QNetworkProxy &proxy, QStringView userInfo)
{
    const qsizetype colon = userInfo.indexOf(u':');
    proxy.setUser(decoded(colon < 0 ? userInfo : userInfo.first(colon)));
    if (colon >= 0)
        proxy.setPassword(decoded(userInfo.sliced(colon + 1)));
}

// In the one spelling that can be compared: lower case, ASCII, no dot at the end.
QString canonicalName(const QString &name)
{
    const QString ascii = QString::fromLatin1(QUrl::toAce(name));
    QString canonical = ascii.isEmpty() ? name.toLower() : ascii.toLower();
    while (canonical.endsWith(u'.'))
        canonical.chop(1);
    return canonical;
}

int effectivePort(const QUrl &url)
{
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
}

} // namespace

bool ProxyVariables::isEmpty() const
{
    return http.isEmpty() && https.isEmpty() && all.isEmpty() && no.isEmpty();
}

core::Result<QNetworkProxy> proxyFromText(const QString &text)
{
    const QString whole = text.trimmed();
    const qsizetype mark = whole.indexOf("://"_L1);
    const QString scheme = mark < 0 ? u"http"_s : whole.first(mark).toLower();
    const auto standardPort = portOf(scheme);
    if (!standardPort)
        return refuse(u"a proxy is named by http://, https://, socks5:// or socks5h://"_s);

    // By hand: passwords are often written with characters that a URL would not allow.
    const QStringView rest = mark < 0 ? QStringView(whole) : QStringView(whole).sliced(mark + 3);
    const qsizetype at = rest.lastIndexOf(u'@');
    const QString place = rest.sliced(at + 1).toString();
    const QUrl url(u"http://"_s + place, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || url.port(1) < 1)
        return refuse(u"the address of the proxy is not HOST:PORT"_s);

    // https as well: Qt has no TLS on the way to a proxy.
    QNetworkProxy proxy = proxyOf(scheme);
    proxy.setHostName(url.host(QUrl::FullyEncoded));
    proxy.setPort(static_cast<quint16>(url.port(*standardPort)));
    if (at >= 0)
        setCredentials(proxy, rest.first(at));
    return proxy;
}

QString proxyName(const QNetworkProxy &proxy)
{
    const QString host = proxy.hostName();
    const QString shown = host.contains(u':') ? u'[' + host + u']' : host;
    return shown + u':' + QString::number(proxy.port());
}

ProxyRules::ProxyRules(const ProxyVariables &variables)
    : m_variables(variables)
{
    static const QRegularExpression separators(u"[,\\s]+"_s);
    for (const QString &entry : variables.no.split(separators, Qt::SkipEmptyParts)) {
        if (const auto exception = exceptionFrom(entry))
            m_exceptions.append(*exception);
    }
}

// HOST, .DOMAIN, *.DOMAIN, ADDRESS, [ADDRESS], SUBNET/BITS, each with or without :PORT.
std::optional<ProxyRules::Exception> ProxyRules::exceptionFrom(const QString &entry)
{
    static const QRegularExpression form(
        u"\\A(?:\\[([^\\]]*)\\](?::(\\d+))?|([^:\\[\\]]*):(\\d+)|([^\\[\\]]*))\\z"_s);
    const QRegularExpressionMatch match = form.match(entry);
    if (!match.hasMatch())
        return std::nullopt;
    QString host = match.captured(1) + match.captured(3) + match.captured(5);
    const QString port = match.captured(2) + match.captured(4);
    Exception exception;
    if (!port.isEmpty())
        exception.port = port.toUShort(); // 0 when too large: no request has that port

    if (host.contains(u'/')) {
        const auto [address, bits] = QHostAddress::parseSubnet(host);
        if (bits < 0)
            return std::nullopt;
        exception.host = Subnet{address, bits};
        return exception;
    }
    if (QHostAddress address; address.setAddress(host)) {
        const bool isOld = address.protocol() == QAbstractSocket::IPv4Protocol;
        exception.host = Subnet{address, isOld ? 32 : 128};
        return exception;
    }
    if (host.startsWith("*."_L1))
        host.remove(0, 1);
    while (host.startsWith(u'.'))
        host.remove(0, 1);
    const QString name = host == "*"_L1 ? host : canonicalName(host);
    if (name.isEmpty())
        return std::nullopt;
    exception.host = name;
    return exception;
}

bool ProxyRules::matches(const Exception &exception, const QUrl &url)
{
    if (exception.port >= 0 && exception.port != effectivePort(url))
        return false;
    const QString host = url.host(QUrl::FullyEncoded);
    QHostAddress address;
    const bool isAddress = address.setAddress(host);
    if (const auto *subnet = std::get_if<Subnet>(&exception.host)) {
        return isAddress && address.protocol() == subnet->address.protocol()
            && address.isInSubnet(subnet->address, subnet->bits);
    }
    const QString &suffix = std::get<QString>(exception.host);
    if (suffix == "*"_L1)
        return true;
    const QString name = canonicalName(host);
    return !isAddress && (name == suffix || name.endsWith(u'.' + suffix));
}

bool ProxyRules::isDirect(const QUrl &url) const
{
    return std::any_of(m_exceptions.begin(), m_exceptions.end(),
                       [&url](const Exception &exception) { return matches(exception, url); });
}

core::Result<QNetworkProxy> ProxyRules::proxyFor(const QUrl &url) const
{
    if (isDirect(url))
        return QNetworkProxy(QNetworkProxy::NoProxy);
    const ProxyVariables &given = m_variables;
    if (given.http.isEmpty() && given.https.isEmpty() && given.all.isEmpty())
        return QNetworkProxy(QNetworkProxy::DefaultProxy);
    const bool isTls = url.scheme() == "https"_L1;
    const QString &own = isTls ? given.https : given.http;
    const QString &text = own.isEmpty() ? given.all : own;
    if (text.isEmpty())
        return QNetworkProxy(QNetworkProxy::NoProxy);
    const auto proxy = proxyFromText(text);
    if (proxy)
        return *proxy;
    const QString name = own.isEmpty() ? u"all_proxy"_s
        : isTls                        ? u"https_proxy"_s
                                       : u"http_proxy"_s;
    return refuse(name + u": "_s + proxy.error().detail);
}

ProxyFactory::ProxyFactory(const ProxyRules &rules)
    : m_rules(rules)
{
}

QList<QNetworkProxy> ProxyFactory::queryProxy(const QNetworkProxyQuery &query)
{
    const auto proxy = m_rules.proxyFor(query.url());
    if (!proxy) // of no use for the web: the request fails, where an empty list would go directly
        return {QNetworkProxy(QNetworkProxy::FtpCachingProxy)};
    if (proxy->type() == QNetworkProxy::DefaultProxy)
        return QNetworkProxyFactory::proxyForQuery(query);
    return {*proxy};
}

} // namespace hub
