#include "hub/http.h"

#include <algorithm>

#include "hub/certificates.h"
#include "hub/exchange_p.h"

namespace hub {

using namespace Qt::StringLiterals;

std::optional<QByteArray> headerValue(const HeaderList &headers, QByteArrayView name)
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return std::nullopt;
}

bool isAmong(QByteArrayView name, std::initializer_list<QByteArrayView> names)
{
    return std::any_of(names.begin(), names.end(), [name](QByteArrayView one) {
        return name.compare(one, Qt::CaseInsensitive) == 0;
    });
}

HttpConfig HttpConfig::with(const std::optional<Endpoint> &otherHub,
                            const std::optional<core::Secret> &otherToken) const
{
    HttpConfig config = *this;
    config.endpoint = otherHub.value_or(endpoint);
    config.token = otherToken.value_or(config.endpoint == endpoint ? token : core::Secret());
    return config;
}

qsizetype certificatesIn(const QString &file)
{
    return readCertificates(file).size();
}

bool HttpRequest::isWrite() const
{
    return meaning == Meaning::ByVerb && verb != "GET"_ba && verb != "HEAD"_ba;
}

std::shared_ptr<Manager> Http::Private::quietest(Priority priority)
{
    const auto wanted = static_cast<size_t>(std::max(1, config.managers));
    auto &ours = managers[static_cast<size_t>(priority)];
    while (ours.size() < wanted)
        ours.push_back(makeManager());
    const auto end = ours.begin() + static_cast<std::ptrdiff_t>(wanted);
    return *std::min_element(ours.begin(), end,
                             [](const auto &a, const auto &b) { return a->running < b->running; });
}

// What was asked of it last brought no byte. Its connections may be dead without anybody having
// said so, and one of HTTP/2 would be used by all that comes after; what runs on them still may
// end.
void Http::Private::retire(Manager &manager)
{
    for (auto &some : managers)
        std::erase_if(some, [&manager](const auto &one) { return one.get() == &manager; });
    for (auto &[name, line] : manager.lines) {
        for (Exchange *exchange : std::deque<Exchange *>(line.waiting))
            exchange->d->changeManager();
    }
}

std::shared_ptr<Manager> Http::Private::makeManager() const
{
    const auto manager = std::make_shared<Manager>();
    manager->network = std::make_unique<QNetworkAccessManager>();
    manager->network->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    if (!config.proxy.isEmpty())
        manager->network->setProxyFactory(new ProxyFactory(proxies));
    manager->certificates = certificates;
    manager->proxies = proxies;
    return manager;
}

const QSslConfiguration &Manager::tls()
{
    if (!trusted) {
        trusted = QSslConfiguration::defaultConfiguration();
        trusted->addCaCertificates(certificates.get());
    }
    return *trusted;
}

Http::Http(const HttpConfig &config, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    setConfig(config);
}

Http::~Http()
{
    while (!d->exchanges.isEmpty()) {
        Exchange *exchange = d->exchanges.first();
        exchange->d->finish(core::fail(core::ErrorKind::Cancelled));
    }
    // Before the managers their replies hang on; deferred deletion may never come any more.
    qDeleteAll(findChildren<Exchange *>(Qt::FindDirectChildrenOnly));
}

Exchange *Http::send(const HttpRequest &request)
{
    auto *exchange = new Exchange(this);
    exchange->d = std::make_unique<Exchange::Private>(exchange, this, request, ++d->lastId);
    d->exchanges.append(exchange);
    QMetaObject::invokeMethod(
        exchange, [exchange] { exchange->d->start(); }, Qt::QueuedConnection);
    return exchange;
}

const HttpConfig &Http::config() const
{
    return d->config;
}

void Http::setConfig(const HttpConfig &config)
{
    d->config = config;
    d->certificates = Certificates(config.caFiles);
    d->proxies = ProxyRules(config.proxy);
    d->managers = {}; // what runs keeps its own
    Q_EMIT configChanged();
}

} // namespace hub
