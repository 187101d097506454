#pragma once

#include <QHostAddress>
#include <QList>
#include <QNetworkProxy>
#include <QString>
#include <QUrl>

#include <optional>
#include <variant>

#include "core/result.h"

namespace hub {

// The proxy variables as the person wrote them. May hold a password: never log one of them.
struct ProxyVariables {
    QString http; // http_proxy
    QString https; // https_proxy
    QString all; // all_proxy: where the other two are empty
    QString no; // no_proxy

    bool isEmpty() const;
    bool operator==(const ProxyVariables &) const = default;
};

// Which proxy a request takes, by the rules that curl and Python share. Immutable value; any
// thread.
class ProxyRules {
public:
    ProxyRules() = default;
    explicit ProxyRules(const ProxyVariables &variables);

    // NoProxy: directly. DefaultProxy: the variables name no proxy at all, the configuration of the
    // system decides. Error BadInput when the variable for this URL cannot be understood; going
    // there directly would show others what the person wanted hidden.
    core::Result<QNetworkProxy> proxyFor(const QUrl &url) const;

private:
    struct Subnet {
        QHostAddress address;
        int bits = 0;
    };
    // Names that end so, or addresses; only that port unless -1. Every host: "*".
    struct Exception {
        std::variant<QString, Subnet> host;
        int port = -1;
    };

    static std::optional<Exception> exceptionFrom(const QString &entry);
    static bool matches(const Exception &exception, const QUrl &url);
    bool isDirect(const QUrl &url) const;

    ProxyVariables m_variables;
    QList<Exception> m_exceptions;
};

// Installed on an access manager, which owns it and asks it on its own thread.
class ProxyFactory : public QNetworkProxyFactory {
public:
    explicit ProxyFactory(const ProxyRules &rules);

    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override;

private:
    ProxyRules m_rules;
};

// With or without scheme (http, https, socks, socks5, socks5h), user:password@ and port. Error
// BadInput; its detail does not repeat the text.
core::Result<QNetworkProxy> proxyFromText(const QString &text);

// "host:port", for people: no credentials.
QString proxyName(const QNetworkProxy &proxy);

} // namespace hub
