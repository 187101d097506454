#include "hub/certificates.h"

#include <QLoggingCategory>
#include <QMutex>

#include <future>
#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/atomicfile.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(logTrust, "hub.http", QtInfoMsg)

constexpr qint64 LongestFile = 32 * 1024 * 1024; // a system's whole bundle has a quarter of one

template <auto function> struct Free {
    template <typename T> void operator()(T *value) const { function(value); }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

// OPENSSL_free is a macro.
struct FreeBytes {
    template <typename T> void operator()(T *value) const { OPENSSL_free(value); }
};
template <typename T> using Owned = std::unique_ptr<T, FreeBytes>;

Certificate decoded(const QByteArray &name, const unsigned char *data, long size)
{
    if (name == PEM_STRING_X509_TRUSTED)
        return Certificate(d2i_X509_AUX(nullptr, &data, size));
    if (name == PEM_STRING_X509 || name == PEM_STRING_X509_OLD)
        return Certificate(d2i_X509(nullptr, &data, size));
    return nullptr;
}

void append(QList<QSslCertificate> &all, X509 *certificate)
{
    if (!certificate
        || X509_check_trust(certificate, X509_TRUST_SSL_SERVER, 0) == X509_TRUST_REJECTED)
        return;
    unsigned char *bytes = nullptr;
    const int size = i2d_X509(certificate, &bytes);
    const Owned<unsigned char> owned(bytes);
    if (size > 0)
        all += QSslCertificate::fromData(
            QByteArray::fromRawData(reinterpret_cast<const char *>(bytes), size), QSsl::Der);
}

QByteArray contentOf(const QString &path)
{
    return core::loadFile(path, LongestFile).value_or(QByteArray());
}

QList<QSslCertificate> decodedFrom(const QByteArray &content)
{
    QList<QSslCertificate> all;
    const Bio bio(BIO_new_mem_buf(content.constData(), static_cast<int>(content.size())));
    for (bool isMore = true; bio && isMore;) {
        char *name = nullptr;
        char *header = nullptr;
        unsigned char *data = nullptr;
        long size = 0;
        const bool isRead = PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1;
        isMore = isRead || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
        const Owned<char> ownedName(name);
        const Owned<char> ownedHeader(header);
        const Owned<unsigned char> ownedData(data);
        if (isRead)
            append(all, decoded(QByteArray(name), data, size).get());
    }
    if (all.isEmpty() && !content.contains("-----BEGIN"_ba)) {
        const auto *data = reinterpret_cast<const unsigned char *>(content.constData());
        append(all, decoded(PEM_STRING_X509, data, static_cast<long>(content.size())).get());
    }
    ERR_clear_error(); // the end of the blocks is one
    return all;
}

} // namespace

QList<QSslCertificate> readCertificates(const QString &file)
{
    return decodedFrom(contentOf(file));
}

struct Certificates::Reading {
    QList<QByteArray> contents;
    std::shared_future<QList<QSslCertificate>> result;
};

Certificates::Certificates(const QStringList &files)
{
    if (files.isEmpty())
        return;
    static QMutex mutex;
    static std::weak_ptr<const Reading> last;
    QList<QByteArray> contents;
    for (const QString &file : files)
        contents.append(contentOf(file));
    const QMutexLocker locker(&mutex);
    m_reading = last.lock();
    if (m_reading && m_reading->contents == contents)
        return;
    const auto reading = std::make_shared<Reading>();
    reading->contents = contents;
    reading->result = std::async(std::launch::async, [files, contents] {
        QList<QSslCertificate> all;
        for (qsizetype i = 0; i < files.size(); ++i) {
            const auto certificates = decodedFrom(contents.at(i));
            if (certificates.isEmpty())
                qCWarning(logTrust) << "no certificate can be read from" << files.at(i);
            all += certificates;
        }
        return all;
    });
    m_reading = reading;
    last = reading;
}

QList<QSslCertificate> Certificates::get() const
{
    return m_reading ? m_reading->result.get() : QList<QSslCertificate>();
}

} // namespace hub
