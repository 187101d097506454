#include "cache/verified.h"

#include <QFile>

#ifdef Q_OS_LINUX
#include <sys/stat.h>
#include <sys/xattr.h>
#endif

namespace cache {

using namespace Qt::StringLiterals;

#ifdef Q_OS_LINUX

namespace {

constexpr const char *attribute = "user.hubload.verified";
constexpr size_t longestNote = 256;

// Empty for what is no plain file, and for content that cannot be compared.
QByteArray noteFor(const QByteArray &file, const core::ContentId &id)
{
    struct stat facts = {};
    if (id.kind == core::ContentId::Kind::Opaque || ::stat(file.constData(), &facts) != 0
        || !S_ISREG(facts.st_mode))
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
    if (length <= 0)
        return false;
    found.truncate(length);
    return found == noteFor(path, id);
}

void noteVerified(const QString &file, const core::ContentId &id)
{
    const QByteArray path = QFile::encodeName(file);
    const QByteArray note = noteFor(path, id);
    if (note.isEmpty())
        return;
    // What cannot be noted is read again next time; that is all.
    std::ignore = ::setxattr(path.constData(), attribute, note.constData(),
                             static_cast<size_t>(note.size()), 0);
}

#else

bool isNotedVerified(const QString &, const core::ContentId &)
{
    return false;
}

void noteVerified(const QString &, const core::ContentId &) { }

#endif

} // namespace cache
