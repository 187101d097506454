#include "core/errortext.h"

#include <QCoreApplication>

#include <algorithm>

#include "core/format.h"
#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace core {

namespace {

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(core::ErrorText)
};

// What the second form of a title names with %1.
enum class Subject {
    None,
    Name, // error.detail, where it is one name: a repo, a revision, a path, a host
    Words, // error.detail as it is
    Server, // what the server wrote, quoted
    Status,
    Wait,
    Hubs, // error.detail and, with %2, error.url
};

struct Entry {
    ErrorKind kind;
    Subject subject;
    const char *title; // used when there is nothing to name
    const char *naming; // with %1; null when subject is None
    const char *advice;
};

// clang-format off
constexpr Entry entries[] = {
    { ErrorKind::Offline, Subject::None,
      //: Shown without a network and when the person asked for none (HF_HUB_OFFLINE)
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub was not asked: there is no network, or offline mode is on."),
      nullptr,
      //: HF_HUB_OFFLINE is the name of an environment variable
      QT_TRANSLATE_NOOP("core::ErrorText", "Connect to a network. If HF_HUB_OFFLINE is set and offline mode is not meant, unset it.") },
    { ErrorKind::HostNotFound, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The name of the Hub could not be found."),
      //: %1 is the name of a computer on the network
      QT_TRANSLATE_NOOP("core::ErrorText", "The name “%1” could not be found."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the network connection and the Hub address.") },
    { ErrorKind::ConnectionLost, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The connection was refused or cut off."),
      //: %1 is the reason, in the words of the network library
      QT_TRANSLATE_NOOP("core::ErrorText", "The connection was refused or cut off (%1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the network connection; a firewall or proxy may be in the way.") },
    { ErrorKind::Timeout, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "Nothing arrived in time."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the network connection, or try again later.") },
    { ErrorKind::Truncated, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "The answer ended before it was complete."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Try again; what has arrived is kept where possible.") },
    { ErrorKind::ServerError, Subject::Status,
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub reports a fault on its side."),
      //: %1 is an HTTP status such as 503
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub reports a fault on its side (status %1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Try again later.") },
    { ErrorKind::RateLimited, Subject::Wait,
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub asks for a pause."),
      //: %1 is a time such as 42 s or 4 min
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub asks for a pause of %1."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Try again after the pause. Guests have a small budget of requests; signing in raises it.") },
    { ErrorKind::LinkExpired, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "The link to the file has run out."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Try again: each attempt asks the Hub for a new link.") },
    { ErrorKind::OtherHub, Subject::Hubs,
      QT_TRANSLATE_NOOP("core::ErrorText", "This download began at another Hub than the one that is set now."),
      //: %1 and %2 are the addresses of two Hubs; the first is where a download began
      QT_TRANSLATE_NOOP("core::ErrorText", "This download began at %1, but Hubload is set to %2."),
      QT_TRANSLATE_NOOP("core::ErrorText", "It goes on once the Hub address is the first one again. To get the files from the Hub that is set now, remove the download and add it again; what is here of them is used where it is the same.") },
    { ErrorKind::RemoteChanged, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub's copy changed while it was being fetched."),
      //: %1 is a file path
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub's copy of “%1” changed while it was being fetched."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Try again to take the new version.") },
    { ErrorKind::SignInNeeded, Subject::None,
      //: An account of the Hub; a guest tried it
      QT_TRANSLATE_NOOP("core::ErrorText", "This is only for people with an account."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Sign in, or set HF_TOKEN to a token of your account.") },
    { ErrorKind::Unauthorized, Subject::None,
      //: A token is the password of a program for the Hub
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub does not accept the token."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Sign in again, or set HF_TOKEN to a token that is still in use.") },
    { ErrorKind::Gated, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The authors of this repo ask who you are before they share its files."),
      //: %1 is a repo or a file
      QT_TRANSLATE_NOOP("core::ErrorText", "The authors of “%1” ask who you are before they share it."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Open the repo's page on the Hub in a browser and accept the terms or ask for access. Then sign in here, or set HF_TOKEN, with that account's token.") },
    { ErrorKind::Forbidden, Subject::Server,
      QT_TRANSLATE_NOOP("core::ErrorText", "This account may not do that."),
      //: %1 is a sentence of the Hub, usually in English
      QT_TRANSLATE_NOOP("core::ErrorText", "This account may not do that. The Hub says: “%1”"),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the rights of the token on the Hub, or use another account.") },
    { ErrorKind::Disabled, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub has taken this repo down."),
      //: %1 is a repo or a file
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub has taken “%1” down."),
      QT_TRANSLATE_NOOP("core::ErrorText", "The repo's page on the Hub may say why.") },
    { ErrorKind::RepoNotFound, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The repo is not there, or not visible to this account."),
      //: %1 is a repo
      QT_TRANSLATE_NOOP("core::ErrorText", "“%1” is not there, or not visible to this account."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the name. A private repo needs an account that may see it: sign in, or set HF_TOKEN.") },
    { ErrorKind::RevisionNotFound, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "The repo has no such branch, tag or commit."),
      //: %1 is the name of a branch, a tag or a commit
      QT_TRANSLATE_NOOP("core::ErrorText", "The repo has no branch, tag or commit “%1”."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the name, or leave it out to use the main branch.") },
    { ErrorKind::EntryNotFound, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The file is not in this version of the repo."),
      //: %1 is a file path or a pattern
      QT_TRANSLATE_NOOP("core::ErrorText", "“%1” is not in this version of the repo."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the spelling, capital letters included, or choose another version.") },
    { ErrorKind::BadRequest, Subject::Server,
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub did not understand the request."),
      //: %1 is a sentence of the Hub, usually in English
      QT_TRANSLATE_NOOP("core::ErrorText", "The Hub did not understand the request. It says: “%1”"),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the names and the Hub address; if they are right, please report the details.") },
    { ErrorKind::BadInput, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "This could not be understood."),
      "%1", // already a translated sentence that names the text
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the spelling and try again.") },
    { ErrorKind::ProxyDenied, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The proxy lets nobody through without the right name and password."),
      //: %1 is the proxy and its reason
      QT_TRANSLATE_NOOP("core::ErrorText", "The proxy lets nobody through without the right name and password (%1)."),
      //: The form in which a proxy is written in an environment variable such as https_proxy
      QT_TRANSLATE_NOOP("core::ErrorText", "Write them into the proxy's address: http://name:password@host:port") },
    { ErrorKind::Tls, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The connection is not trusted."),
      //: %1 is the reason, in the words of the encryption library
      QT_TRANSLATE_NOOP("core::ErrorText", "The connection is not trusted: %1"),
      QT_TRANSLATE_NOOP("core::ErrorText", "Company filters and wrong clocks do this. Check the date, and ask whoever runs the network for its certificate.") },
    { ErrorKind::Protocol, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "The answer is not what the Hub sends."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Check the Hub address; a network that asks you to sign in first also answers like this.") },
    { ErrorKind::XetOnly, Subject::Name,
      //: Xet is a protocol's name
      QT_TRANSLATE_NOOP("core::ErrorText", "The file was refused: files over 50 GB the Hub hands out only by its own transfer protocol Xet, which this version does not speak."),
      //: %1 is a file path; Xet is a protocol's name
      QT_TRANSLATE_NOOP("core::ErrorText", "“%1” was refused: files over 50 GB the Hub hands out only by its own transfer protocol Xet, which this version does not speak."),
      //: hf download is a command
      QT_TRANSLATE_NOOP("core::ErrorText", "Fetch this file with the Hub's own command, hf download; in the shared cache it is then found here, too. Or leave it out of the download.") },
    { ErrorKind::StoredDamaged, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "What lay in the cache was not the file: its digest is another one."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "It is fetched again. If this happens more than once, check the disk.") },
    { ErrorKind::PartialGone, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "What was here of the file is not there any more."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Another program has removed or replaced it. It is fetched again.") },
    { ErrorKind::Checksum, Subject::Name,
      QT_TRANSLATE_NOOP("core::ErrorText", "A file arrived, but its content is not what the Hub lists."),
      //: %1 is a file path
      QT_TRANSLATE_NOOP("core::ErrorText", "“%1” arrived, but its content is not what the Hub lists."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Something between here and the Hub, or the disk, may change it. Try again over another network or to another disk.") },
    { ErrorKind::Locked, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "Another program is fetching the same file."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Wait until it is done, or stop the other program.") },
    { ErrorKind::DiskFull, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "There is no room left on the disk."),
      //: %1 is a file path and the reason of the system
      QT_TRANSLATE_NOOP("core::ErrorText", "There is no room left on the disk (%1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Free some space, choose another folder or take fewer files; what is already here is kept.") },
    { ErrorKind::FileTooLarge, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The file is larger than the file system of its folder allows."),
      //: %1 is a file path and the reason of the system
      QT_TRANSLATE_NOOP("core::ErrorText", "The file is larger than the file system of its folder allows (%1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "FAT32 keeps no file of 4 GiB or more. Choose a folder on another drive, or leave the file out.") },
    { ErrorKind::PlaceMissing, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "The folder of this download is not there any more."),
      //: %1 is a folder
      QT_TRANSLATE_NOOP("core::ErrorText", "The folder of this download is not there any more (%1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "If it is on another drive, connect that: the download then goes on. If you deleted the folder, remove the download and get it anew.") },
    { ErrorKind::FileIo, Subject::Words,
      QT_TRANSLATE_NOOP("core::ErrorText", "A file could not be read or written."),
      //: %1 is a file path and the reason of the system
      QT_TRANSLATE_NOOP("core::ErrorText", "A file could not be read or written (%1)."),
      QT_TRANSLATE_NOOP("core::ErrorText", "Check that the folder is there and that you may write to it, or choose another one.") },
    { ErrorKind::KeychainUnavailable, Subject::None,
      //: A key store keeps passwords: GNOME Keyring, KWallet
      QT_TRANSLATE_NOOP("core::ErrorText", "No key store answers, so the token cannot be kept safely."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Start the key store of your desktop, or go on with a token that is forgotten when the app ends.") },
    { ErrorKind::KeychainDenied, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "The key store is locked or did not give the token."),
      nullptr,
      QT_TRANSLATE_NOOP("core::ErrorText", "Unlock the key store and try again, or sign in until you quit.") },
    { ErrorKind::Cancelled, Subject::None,
      QT_TRANSLATE_NOOP("core::ErrorText", "Stopped."),
      nullptr,
      "" },
};
// clang-format on

const Entry &entryFor(ErrorKind kind)
{
    const auto found = std::find_if(std::begin(entries), std::end(entries),
                                    [kind](const Entry &entry) { return entry.kind == kind; });
    Q_ASSERT(found != std::end(entries)); // a test walks all kinds
    return *found;
}

// Words from outside: one line, no control characters, no secrets, not endless.
QString tamed(const QString &text, qsizetype longest)
{
    const QString shown = printable(redactText(text).simplified());
    return shown.size() > longest ? shown.left(longest) + u'…' : shown;
}

QString nameOf(const QString &detail)
{
    // Technical words belong to the details, not between quotation marks.
    const bool technical = detail.contains(u": ") || detail.contains(u'\n');
    return detail.isEmpty() || technical ? QString() : isolate(tamed(detail, 300));
}

QString subjectOf(const Error &error, Subject subject)
{
    switch (subject) {
    case Subject::None:
        return {};
    case Subject::Name:
        return nameOf(error.detail);
    case Subject::Words:
        return tamed(error.detail, 500);
    case Subject::Server:
        return tamed(error.serverMessage, 200);
    case Subject::Status:
        return error.httpStatus > 0 ? QString::number(error.httpStatus) : QString();
    case Subject::Wait:
        return error.retryAfter ? formatDuration(*error.retryAfter) : QString();
    case Subject::Hubs:
        return error.url.isEmpty() || error.detail.isEmpty() ? QString()
                                                             : isolate(tamed(error.detail, 300));
    }
    Q_UNREACHABLE();
}

QString titleOf(const Error &error, const Entry &entry)
{
    const QString subject = subjectOf(error, entry.subject);
    if (subject.isEmpty())
        return Texts::tr(entry.title);
    if (entry.subject == Subject::Hubs)
        return Texts::tr(entry.naming).arg(subject, isolate(tamed(error.url, 300)));
    return Texts::tr(entry.naming).arg(subject);
}

} // namespace

ErrorText errorText(const Error &error)
{
    const Entry &entry = entryFor(error.kind);
    ErrorText text;
    text.title = titleOf(error, entry);
    if (text.title.back().isLetterOrNumber())
        text.title += u'.'; // it ended with somebody else's words
    if (*entry.advice != '\0')
        text.advice = Texts::tr(entry.advice);
    if (error.mayHaveHappened)
        text.advice =
            Texts::tr("The Hub may have done it all the same: look before you repeat it.");
    return text;
}

QString errorSentence(const Error &error)
{
    const ErrorText text = errorText(error);
    QString line = text.title;
    if (!text.advice.isEmpty())
        //: A title and an advice, both whole sentences, in one line
        line = Texts::tr("%1 %2").arg(text.title, text.advice);
    // A terminal shows isolation marks as boxes.
    line.removeIf(
        [](QChar c) { return c == QChar(0x200e) || (c >= QChar(0x2066) && c <= QChar(0x2069)); });
    return line;
}

QString errorDetails(const Error &error)
{
    // English on purpose: these lines are copied into reports.
    QStringList lines{u"Kind: %1"_s.arg(kindName(error.kind))};
    const auto add = [&lines](const QString &line, const QString &value) {
        if (!value.isEmpty())
            lines.append(line.arg(tamed(value, 2000)));
    };
    if (error.httpStatus > 0)
        lines.append(u"HTTP status: %1"_s.arg(error.httpStatus));
    add(u"Hub code: %1"_s, error.hubCode);
    add(u"Hub message: %1"_s, error.serverMessage);
    add(u"Request id: %1"_s, error.requestId);
    add(u"Address: %1"_s, error.url);
    add(u"Detail: %1"_s, error.detail);
    if (error.retryAfter)
        lines.append(u"Retry after: %1 s"_s.arg(error.retryAfter->count()));
    if (error.mayHaveHappened)
        lines.append(u"May have happened: yes"_s);
    return lines.join(u'\n');
}

} // namespace core
