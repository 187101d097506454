#include "cache/verified.h"

#include <QFile>

#include <algorithm>
#ifdef Q_OS_LINUX
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <tuple>
#endif

#include "cache/descriptor.h"

namespace cache {

using namespace Qt::StringLiterals;

#ifdef Q_OS_LINUX

namespace {

constexpr const char *attribute = "user.hubload.verified";
constexpr size_t longestNote = 256;

// What stands behind the id: the file as it was when it was read.
QByteArray stateOf(const struct stat &facts)
{
    return ' ' + QByteArray::number(qint64(facts.st_size)) + ' '
        + QByteArray::number(qint64(facts.st_mtim.tv_sec)) + '.'
        + QByteArray::number(qint64(facts.st_mtim.tv_nsec));
}

std::optional<core::ContentId> noted(const char *path, const struct stat &facts)
{
    if (!S_ISREG(facts.st_mode))
        return std::nullopt;
    QByteArray found(longestNote, Qt::Uninitialized);
    const ssize_t length = ::getxattr(path, attribute, found.data(), longestNote);
    found.truncate(std::max<ssize_t>(0, length));
    const QByteArray state = stateOf(facts);
    if (!found.endsWith(state))
        return std::nullopt;
    const auto id = core::ContentId::make(QString::fromLatin1(found.chopped(state.size())));
    if (!id || id->kind == core::ContentId::Kind::Opaque)
        return std::nullopt;
    return *id;
}

} // namespace

bool isNotedVerified(const QString &file, const core::ContentId &id)
{
    const QByteArray path = QFile::encodeName(file);
    struct stat facts = {};
    return ::stat(path.constData(), &facts) == 0 && noted(path.constData(), facts) == id;
}

std::optional<core::ContentId> notedId(int folder, const QByteArray &name, const struct stat &facts)
{
    const QByteArray path = "/proc/self/fd/" + QByteArray::number(folder) + '/' + name;
    return noted(path.constData(), facts);
}

void noteVerified(const QString &file, const core::ContentId &id)
{
    const Descriptor opened(
        ::open(QFile::encodeName(file).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (opened.isOpen())
        noteVerified(opened.get(), id);
}

void noteVerified(int fd, const core::ContentId &id)
{
    struct stat facts = {};
    if (id.kind == core::ContentId::Kind::Opaque || ::fstat(fd, &facts) != 0
        || !S_ISREG(facts.st_mode))
        return;
    const QByteArray note = id.text.toLatin1() + stateOf(facts);
    // What cannot be noted is read again next time; that is all.
    std::ignore = ::fsetxattr(fd, attribute, note.constData(), static_cast<size_t>(note.size()), 0);
}

void forgetVerified(const QString &file)
{
    std::ignore = ::removexattr(QFile::encodeName(file).constData(), attribute);
}

#else

bool isNotedVerified(const QString &, const core::ContentId &)
{
    return false;
}

std::optional<core::ContentId> notedId(int, const QByteArray &, const struct stat &)
{
    return std::nullopt;
}

void noteVerified(const QString &, const core::ContentId &) { }

void noteVerified(int, const core::ContentId &) { }

void forgetVerified(const QString &) { }

#endif

} // namespace cache
