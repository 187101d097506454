#pragma once

#include <QList>
#include <QSslCertificate>
#include <QStringList>

#include <memory>

namespace hub {

// The certificates of a file, PEM with any of its names for one, or a single one in DER; blocks for
// anything else are passed over. OpenSSL's "trusted" form may also say that a certificate must not
// be trusted for servers: such a one is left out. Empty: it holds none, or cannot be read.
// Reads the disk.
QList<QSslCertificate> readCertificates(const QString &file);

// Those of several files, as they are now. To understand a system's bundle takes a tenth of a
// second: that is done on a thread of its own, once for all who hold the same; who lets go last
// waits for it. Reads the disk. Any thread.
class Certificates {
public:
    Certificates() = default; // none
    explicit Certificates(const QStringList &files);

    QList<QSslCertificate> get() const; // waits for that thread

private:
    struct Reading;
    std::shared_ptr<const Reading> m_reading;
};

} // namespace hub
