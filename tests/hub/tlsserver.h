#pragma once

#include <QFile>
#include <QProcess>
#include <QSslKey>
#include <QSslServer>

namespace support {

using namespace Qt::StringLiterals;

// cert.pem and key.pem for 127.0.0.1, in that folder; needs the openssl command.
inline bool makeCertificate(const QString &folder)
{
    QProcess openssl;
    openssl.start(u"openssl"_s,
                  {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s,
                   u"2"_s, u"-subj"_s, u"/CN=127.0.0.1"_s, u"-addext"_s,
                   u"subjectAltName=IP:127.0.0.1"_s, u"-keyout"_s, folder + u"/key.pem"_s,
                   u"-out"_s, folder + u"/cert.pem"_s});
    return openssl.waitForFinished() && openssl.exitCode() == 0;
}

inline std::unique_ptr<QSslServer> makeTlsServer(const QString &folder)
{
    QFile key(folder + u"/key.pem"_s);
    if (!key.open(QIODevice::ReadOnly))
        return nullptr;
    QSslConfiguration config = QSslConfiguration::defaultConfiguration();
    config.setPrivateKey(QSslKey(&key, QSsl::Rsa));
    config.setLocalCertificateChain(QSslCertificate::fromPath(folder + u"/cert.pem"_s));
    auto server = std::make_unique<QSslServer>();
    server->setSslConfiguration(config);
    return server;
}

} // namespace support
