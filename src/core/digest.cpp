#include "core/digest.h"

#include <QByteArray>
#include <QFile>

#include <openssl/crypto.h>
#include <openssl/evp.h>

using namespace Qt::StringLiterals;

namespace core {

namespace {

// By the thread that ends last. One of Qt's pool may still be about to end when the program does,
// and would leave behind what OpenSSL made for it to read its configuration.
[[maybe_unused]] const int begun = OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);

Result<QString> digestOf(QFile &file, const QString &path, ContentId::Kind kind,
                         const std::atomic<bool> *stop, std::atomic<qint64> *done)
{
    const qint64 size = file.size();
    Digest digest(kind, size);
    QByteArray buffer(1 << 20, Qt::Uninitialized);
    qint64 hashed = 0;
    for (;;) {
        if (stop && stop->load(std::memory_order_relaxed))
            return fail(ErrorKind::Cancelled, path);
        const qint64 count = file.read(buffer.data(), buffer.size());
        if (count < 0)
            return fail(ErrorKind::FileIo, u"%1: %2"_s.arg(path, file.errorString()));
        if (count == 0)
            break;
        digest.add(QByteArrayView(buffer.constData(), count));
        hashed += count;
        if (done)
            done->fetch_add(count, std::memory_order_relaxed);
    }
    if (hashed != size)
        return fail(hashed < size ? ErrorKind::Truncated : ErrorKind::FileIo,
                    u"%1: %2 bytes read, %3 expected"_s.arg(path).arg(hashed).arg(size));
    return digest.hex();
}

Unexpected cannotCompute(const QString &path)
{
    return fail(ErrorKind::BadInput, u"%1: this content id cannot be computed"_s.arg(path));
}

} // namespace

struct Digest::Private {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool usable = false;

    Private() = default;
    ~Private() { EVP_MD_CTX_free(context); }
    Q_DISABLE_COPY_MOVE(Private)
};

Digest::Digest(ContentId::Kind kind, qint64 size)
    : d(std::make_unique<Private>())
{
    switch (kind) {
    case ContentId::Kind::Sha256:
        d->usable = d->context && EVP_DigestInit_ex(d->context, EVP_sha256(), nullptr) == 1;
        break;
    case ContentId::Kind::GitSha1:
        d->usable = d->context && EVP_DigestInit_ex(d->context, EVP_sha1(), nullptr) == 1;
        add(QByteArray("blob " + QByteArray::number(size) + '\0'));
        break;
    case ContentId::Kind::Opaque:
        break; // cannot be computed: hex() stays empty and so equals no id
    }
}

Digest::~Digest() = default;

void Digest::add(QByteArrayView data)
{
    if (d->usable)
        d->usable =
            EVP_DigestUpdate(d->context, data.data(), static_cast<size_t>(data.size())) == 1;
}

QString Digest::hex()
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (!d->usable || EVP_DigestFinal_ex(d->context, bytes, &count) != 1)
        return {};
    d->usable = false;
    return QString::fromLatin1(
        QByteArray::fromRawData(reinterpret_cast<const char *>(bytes), qsizetype(count)).toHex());
}

Result<QString> digestOfFile(const QString &path, ContentId::Kind kind,
                             const std::atomic<bool> *stop, std::atomic<qint64> *done)
{
    if (kind == ContentId::Kind::Opaque)
        return cannotCompute(path);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return fail(ErrorKind::FileIo, u"%1: %2"_s.arg(path, file.errorString()));
    return digestOf(file, path, kind, stop, done);
}

Result<QString> digestOfFile(int fd, const QString &pathForMessages, ContentId::Kind kind,
                             const std::atomic<bool> *stop)
{
    if (kind == ContentId::Kind::Opaque)
        return cannotCompute(pathForMessages);
    QFile file;
    if (!file.open(fd, QIODevice::ReadOnly | QIODevice::Unbuffered) || !file.seek(0))
        return fail(ErrorKind::FileIo, u"%1: %2"_s.arg(pathForMessages, file.errorString()));
    return digestOf(file, pathForMessages, kind, stop, nullptr);
}

} // namespace core
