// The part of Store that makes a repo folder ready.

#include <QDir>
#include <QFile>

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/folders.h"
#include "cache/store.h"
#include "cache/temporary.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// A temporary whose maker cannot be asked for (another machine) is left alone for a day since it
// was last written to; making one takes moments.
constexpr time_t patience = 24 * 60 * 60;

constexpr char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                       "# This file marks a cache folder; Hubload made it.\n"
                       "# What it means is told at:\n"
                       "#\thttps://bford.info/cachedir/\n";

// Backup programs skip a folder with this file. Nothing depends on it, so no error is told.
void writeTag(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    const Descriptor file(
        ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file.isOpen())
        return;
    const auto size = static_cast<ssize_t>(sizeof(tag) - 1);
    if (::write(file.get(), tag, sizeof(tag) - 1) != size)
        ::unlink(name.constData());
}

bool isLeftOver(const QString &name, const QByteArray &path)
{
    switch (temporaryMaker(name)) {
    case Maker::Alive:
        return false;
    case Maker::Gone:
        return true;
    case Maker::Unknown:
        break;
    }
    struct stat facts = {};
    return ::lstat(path.constData(), &facts) == 0 && facts.st_mtime < std::time(nullptr) - patience;
}

void removeLeftOverTemporaries(const QString &blobs)
{
    const QDir folder(blobs);
    const auto all = QDir::Files | QDir::System | QDir::Hidden;
    const QStringList names =
        folder.entryList({u"*"_s + temporarySuffix + u'*'}, all, QDir::Unsorted);
    for (const QString &name : names) {
        const QByteArray path = QFile::encodeName(folder.filePath(name));
        if (isTemporaryName(name) && isLeftOver(name, path))
            ::unlink(path.constData()); // failing: it is tried again next time
    }
}

} // namespace

core::Result<void> Store::prepare(const core::RepoId &repo) const
{
    for (const QString &folder :
         {m_layout.blobs(repo), m_layout.snapshots(repo), m_layout.refs(repo)}) {
        if (const auto made = makeFolders(folder); !made)
            return made;
    }
    writeTag(m_layout.cacheDirTag());
    removeLeftOverTemporaries(m_layout.blobs(repo));
    return {};
}

} // namespace cache
