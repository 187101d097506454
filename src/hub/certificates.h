#pragma once

#include <QList>
#include <QSslCertificate>
#include <QString>

namespace hub {

// The certificates of a file, PEM with any of its names for one, or a single one in DER; blocks for
// anything else are passed over. OpenSSL's "trusted" form may also say that a certificate must not
// be trusted for servers: such a one is left out. Empty: it holds none, or cannot be read.
// Reads the disk.
QList<QSslCertificate> readCertificates(const QString &file);

} // namespace hub
