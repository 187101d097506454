#include "transfer/fileversion.h"

#include <algorithm>

#include "hub/parse.h"

namespace transfer {

namespace {

constexpr qsizetype LongestValue = 1024; // it is kept on disk
constexpr qint64 UncertainSeconds = 60; // RFC 7232, 2.2.2: clocks differ, and one second is long

QByteArray kept(const hub::HeaderList &headers, QByteArrayView name)
{
    const QByteArray value = hub::headerValue(headers, name).value_or(QByteArray()).trimmed();
    return value.size() <= LongestValue ? value : QByteArray();
}

// In quotes, without a weakness; nothing that would end a header.
bool isStrong(const QByteArray &etag)
{
    const bool isQuoted =
        etag.size() > 2 && etag.startsWith('"') && etag.endsWith('"') && etag.count('"') == 2;
    return isQuoted && std::none_of(etag.begin(), etag.end(), [](char sign) {
               return static_cast<unsigned char>(sign) <= ' ' || sign == '\x7f';
           });
}

QByteArray unweakened(const QByteArray &etag)
{
    return etag.startsWith("W/") ? etag.sliced(2) : etag;
}

bool differ(const QByteArray &one, const QByteArray &other)
{
    return !one.isEmpty() && !other.isEmpty() && unweakened(one) != unweakened(other);
}

} // namespace

FileVersion FileVersion::of(const hub::HttpReply &reply)
{
    return {kept(reply.hubHeaders, "X-Linked-Etag"), kept(reply.headers, "ETag"),
            kept(reply.headers, "Last-Modified"), kept(reply.headers, "Date")};
}

QByteArray FileVersion::tag() const
{
    return unweakened(etag);
}

QByteArray FileVersion::validator() const
{
    return etag.isEmpty() ? lastModified : tag();
}

QByteArray FileVersion::proof() const
{
    for (const QByteArray &tag : {linkedEtag, etag}) {
        if (!tag.isEmpty())
            return isStrong(tag) ? tag : QByteArray();
    }
    const auto changed = hub::parseHttpDate(lastModified);
    const auto said = hub::parseHttpDate(date);
    const bool isOld = changed && said && changed->secsTo(*said) >= UncertainSeconds;
    return isOld ? lastModified.trimmed() : QByteArray();
}

QByteArray FileVersion::ifRange() const
{
    return linkedEtag.isEmpty() ? proof() : QByteArray();
}

Sameness compare(const FileVersion &one, const FileVersion &other)
{
    const bool isNamed = !one.linkedEtag.isEmpty() && !other.linkedEtag.isEmpty();
    const bool isOther = isNamed
        ? differ(one.linkedEtag, other.linkedEtag)
        : differ(one.etag, other.etag) || differ(one.lastModified, other.lastModified);
    if (isOther)
        return Sameness::Other;
    const QByteArray proof = one.proof();
    return !proof.isEmpty() && proof == other.proof() ? Sameness::Same : Sameness::Unknown;
}

} // namespace transfer
