#include "cache/verified.h"

#include <QFile>

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

// Empty for what is no plain file, and for content that cannot be compared.
QByteArray noteFor(const struct stat &facts, const core::ContentId &id)
{
    if (id.kind == core::ContentId::Kind::Opaque || !S_ISREG(facts.st_mode))
        return {};
    return id.text.toLatin1() + ' ' + QByteArray::number(qint64(facts.st_size)) + ' '
        + QByteArray::number(qint64(facts.st_mtim.tv_sec)) + '.'
        + QByteArray::number(qint64(facts.st_mtim.tv_nsec));
}

} // namespace

bool isNotedVerified(const QString &file, const core::ContentId &id)
{
    const QByteArray path = QFile::encodeName(file);
    QByteArray found(longestNote, Qt::Uninitialized);
    const ssize_t length = ::getxattr(path.constData(), attribute, found.data(), longestNote);
    struct stat facts = {};
    if (length <= 0 || ::stat(path.constData(), &facts) != 0)
        return false;
    found.truncate(length);
    return found == noteFor(facts, id);
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
    const QByteArray note = ::fstat(fd, &facts) == 0 ? noteFor(facts, id) : QByteArray();
    if (note.isEmpty())
        return;
    // What cannot be noted is read again next time; that is all.
    std::ignore = ::fsetxattr(fd, attribute, note.constData(), static_cast<size_t>(note.size()), 0);
}

#else

bool isNotedVerified(const QString &, const core::ContentId &)
{
    return false;
}

void noteVerified(const QString &, const core::ContentId &) { }

void noteVerified(int, const core::ContentId &) { }

#endif

} // namespace cache
