#pragma once

#include <QString>

#include <chrono>
#include <optional>

namespace core {

// What went wrong, as far as a program can act on it. Texts for people live in errortext.h.
enum class ErrorKind {
    Offline, // no network, or the person asked for none (HF_HUB_OFFLINE)
    HostNotFound, // the name of the host could not be found
    ConnectionLost, // refused, reset or closed before the answer was complete
    Timeout, // nothing arrived in time
    Truncated, // the body ended before its announced length
    ServerError, // 5xx but 501, 408
    RateLimited, // 429
    LinkExpired, // a signed file link is no longer accepted
    OtherHub, // what was begun at one Hub (detail) is not asked of the one that is set now (url)
    RemoteChanged, // size, content id or commit differ from what was asked for
    SignInNeeded, // only for people with an account, and no token was sent
    Unauthorized, // the token itself is not accepted
    Gated, // the authors ask who you are first
    Forbidden, // signed in, but without the right
    Disabled, // taken down by the Hub
    RepoNotFound, // missing, or not visible to this account
    RevisionNotFound, // no such branch, tag or commit
    EntryNotFound, // no such file at that revision
    BadRequest, // the Hub did not understand us (400, 409, 412, 422, 501)
    BadInput, // the person's words cannot be understood
    ProxyDenied, // the proxy wants a name and a password, or other ones
    Tls, // the connection is not trusted
    Protocol, // the answer is not what the Hub sends
    XetOnly, // a file so large that the Hub serves it by Xet alone was refused
    Checksum, // content differs from its id
    StoredDamaged, // what lay under the name of its id has another digest
    PartialGone, // what was here of a file is there no more
    Locked, // another program holds the lock of this blob
    DiskFull, // no room
    FileTooLarge, // for the file system of its folder, as with FAT32
    PlaceMissing, // the folder that held the files is gone, as with an unplugged drive
    FileIo, // any other file trouble
    KeychainUnavailable, // no key store answers
    KeychainDenied, // locked, or the person said no
    Cancelled, // a person or a shutdown stopped it; never shown
};

// A failure as a value: what happened, whether waiting helps, and what to show in "Details".
// Holds no secret: url is redacted by whoever makes the Error.
struct Error {
    ErrorKind kind = ErrorKind::Protocol;
    int httpStatus = 0; // 0 when no answer arrived
    QString hubCode; // X-Error-Code
    QString serverMessage; // X-Error-Message and body message, merged
    QString requestId; // X-Request-Id and its relatives
    QString url; // redacted
    QString detail; // technical words, file path or system error text
    std::optional<std::chrono::seconds> retryAfter; // when the server named a time
    bool mayHaveHappened = false; // a write that failed without the Hub's refusal: look first

    bool operator==(const Error &) const = default;
};

// Shorthand for failures that did not come from a server.
Error makeError(ErrorKind kind, const QString &detail = {});

// Makes DiskFull, FileTooLarge or FileIo from an errno value and says which file it was about.
Error fileError(int errnoValue, const QString &path);

// Whether the same request can succeed later without a person doing anything.
bool isTransient(ErrorKind kind);

// Stable lower-case name for machines (JSON output, logs), e.g. "repo-not-found".
QString kindName(ErrorKind kind);

} // namespace core
