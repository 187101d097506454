#include "cache/seal.h"

#include <QFile>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/digest.h"
#include "core/sync.h"

namespace cache {

namespace {

// Only where the new name is free.
bool renameToFree(const QByteArray &from, const QByteArray &to)
{
#ifdef Q_OS_LINUX
    return ::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), RENAME_NOREPLACE) == 0;
#else
    Q_UNUSED(from);
    Q_UNUSED(to);
    return false;
#endif
}

} // namespace

Seal::Seal(int fd, const QString &name)
    : Seal(fd, name, Watch::begin(fd))
{
}

Seal::Seal(int fd, const QString &name, Watch watch)
    : m_fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0))
    , m_name(name)
    , m_watch(std::move(watch))
{
    m_watch.expectNoWrites(m_fd.get());
}

bool Seal::isAt(const QString &path) const
{
    return core::leadsTo(path, m_fd.get());
}

bool Seal::isUntouched()
{
    return m_watch.isUntouched();
}

core::Result<QString> Seal::digest(core::ContentId::Kind kind, const std::atomic<bool> *stop)
{
    m_watch.renew();
    return core::digestOfFile(m_fd.get(), m_name, kind, stop);
}

core::Result<Seal::Named> Seal::giveName(const QString &name, const core::ContentId &id,
                                         const std::atomic<bool> *stop)
{
    if (!isAt(m_name))
        return Named::Lost;
    if (!isUntouched()) {
        const auto right = isRightAt(m_name, id, stop);
        if (!right)
            return core::Unexpected(right.error());
        if (!*right)
            return isAt(m_name) ? Named::Differs : Named::Lost;
    }
    if (::rename(QFile::encodeName(m_name).constData(), QFile::encodeName(name).constData()) != 0) {
        const int reason = errno;
        return isAt(m_name) ? core::Unexpected(core::fileError(reason, name))
                            : core::Result<Named>(Named::Lost);
    }
    if (isAt(name) && isUntouched())
        return Named::Yes;
    const auto right = isRightAt(name, id, stop);
    if (right && *right)
        return Named::Yes;
    const Named end = takeBack(name);
    if (!right)
        return core::Unexpected(right.error());
    return end;
}

// What cannot be compared is right as long as it is this file.
core::Result<bool> Seal::isRightAt(const QString &path, const core::ContentId &id,
                                   const std::atomic<bool> *stop)
{
    if (id.kind == core::ContentId::Kind::Opaque)
        return isAt(path);
    const auto isSame = [&id](const QString &hex) { return hex == id.text; };
    if (isAt(path))
        return digest(id.kind, stop).map(isSame);
    const Descriptor file(::open(QFile::encodeName(path).constData(),
                                 O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts = {};
    if (!file.isOpen() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return false; // gone again, or no file
    return core::digestOfFile(file.get(), path, id.kind, stop).map(isSame);
}

// Nobody may meet wrong bytes under the final name.
Seal::Named Seal::takeBack(const QString &name) const
{
    const QByteArray taken = QFile::encodeName(name);
    if (isAt(name) && renameToFree(taken, QFile::encodeName(m_name)))
        return Named::Differs;
    ::unlink(taken.constData()); // a folder stays: nobody takes it for the file
    return Named::Lost;
}

} // namespace cache
