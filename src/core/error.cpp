#include "core/error.h"

#include <QLatin1StringView>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace core {

Error makeError(ErrorKind kind, const QString &detail)
{
    Error error;
    error.kind = kind;
    error.detail = detail;
    return error;
}

Error fileError(int errnoValue, const QString &path)
{
    bool full = errnoValue == ENOSPC;
#ifdef EDQUOT
    full = full || errnoValue == EDQUOT; // for the person an exhausted quota is a full disk
#endif
    const ErrorKind kind = full ? ErrorKind::DiskFull
        : errnoValue == EFBIG   ? ErrorKind::FileTooLarge
                                : ErrorKind::FileIo;
    return makeError(kind, u"%1: %2"_s.arg(path, qt_error_string(errnoValue)));
}

bool isTransient(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Offline:
    case ErrorKind::HostNotFound:
    case ErrorKind::ConnectionLost:
    case ErrorKind::Timeout:
    case ErrorKind::Truncated:
    case ErrorKind::ServerError:
    case ErrorKind::RateLimited:
    case ErrorKind::LinkExpired:
    case ErrorKind::RemoteChanged:
    case ErrorKind::XetOnly: // a file host or a network between may refuse it for another reason
    case ErrorKind::StoredDamaged:
    case ErrorKind::PartialGone:
    case ErrorKind::Locked:
        return true;
    case ErrorKind::OtherHub:
    case ErrorKind::SignInNeeded:
    case ErrorKind::Unauthorized:
    case ErrorKind::Gated:
    case ErrorKind::Forbidden:
    case ErrorKind::Disabled:
    case ErrorKind::RepoNotFound:
    case ErrorKind::RevisionNotFound:
    case ErrorKind::EntryNotFound:
    case ErrorKind::BadRequest:
    case ErrorKind::BadInput:
    case ErrorKind::ProxyDenied:
    case ErrorKind::Tls:
    case ErrorKind::Protocol:
    case ErrorKind::Checksum: // once from zero is the transfer's decision, not a plain repeat
    case ErrorKind::DiskFull:
    case ErrorKind::FileTooLarge:
    case ErrorKind::PlaceMissing:
    case ErrorKind::FileIo:
    case ErrorKind::KeychainUnavailable:
    case ErrorKind::KeychainDenied:
    case ErrorKind::Cancelled:
        return false;
    }
    Q_UNREACHABLE();
}

QString kindName(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Offline:
        return u"offline"_s;
    case ErrorKind::HostNotFound:
        return u"host-not-found"_s;
    case ErrorKind::ConnectionLost:
        return u"connection-lost"_s;
    case ErrorKind::Timeout:
        return u"timeout"_s;
    case ErrorKind::Truncated:
        return u"truncated"_s;
    case ErrorKind::ServerError:
        return u"server-error"_s;
    case ErrorKind::RateLimited:
        return u"rate-limited"_s;
    case ErrorKind::LinkExpired:
        return u"link-expired"_s;
    case ErrorKind::OtherHub:
        return u"other-hub"_s;
    case ErrorKind::RemoteChanged:
        return u"remote-changed"_s;
    case ErrorKind::SignInNeeded:
        return u"sign-in-needed"_s;
    case ErrorKind::Unauthorized:
        return u"unauthorized"_s;
    case ErrorKind::Gated:
        return u"gated"_s;
    case ErrorKind::Forbidden:
        return u"forbidden"_s;
    case ErrorKind::Disabled:
        return u"disabled"_s;
    case ErrorKind::RepoNotFound:
        return u"repo-not-found"_s;
    case ErrorKind::RevisionNotFound:
        return u"revision-not-found"_s;
    case ErrorKind::EntryNotFound:
        return u"entry-not-found"_s;
    case ErrorKind::BadRequest:
        return u"bad-request"_s;
    case ErrorKind::BadInput:
        return u"bad-input"_s;
    case ErrorKind::ProxyDenied:
        return u"proxy-denied"_s;
    case ErrorKind::Tls:
        return u"tls"_s;
    case ErrorKind::Protocol:
        return u"protocol"_s;
    case ErrorKind::XetOnly:
        return u"xet-only"_s;
    case ErrorKind::StoredDamaged:
        return u"stored-damaged"_s;
    case ErrorKind::PartialGone:
        return u"partial-gone"_s;
    case ErrorKind::Checksum:
        return u"checksum"_s;
    case ErrorKind::Locked:
        return u"locked"_s;
    case ErrorKind::DiskFull:
        return u"disk-full"_s;
    case ErrorKind::FileTooLarge:
        return u"file-too-large"_s;
    case ErrorKind::PlaceMissing:
        return u"place-missing"_s;
    case ErrorKind::FileIo:
        return u"file-io"_s;
    case ErrorKind::KeychainUnavailable:
        return u"keychain-unavailable"_s;
    case ErrorKind::KeychainDenied:
        return u"keychain-denied"_s;
    case ErrorKind::Cancelled:
        return u"cancelled"_s;
    }
    Q_UNREACHABLE();
}

} // namespace core
