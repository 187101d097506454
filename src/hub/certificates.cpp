#include "hub/certificates.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/atomicfile.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

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

} // namespace

QList<QSslCertificate> readCertificates(const QString &path)
{
    const QByteArray content = core::loadFile(path, LongestFile).value_or(QByteArray());
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

} // namespace hub
