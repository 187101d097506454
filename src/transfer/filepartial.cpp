#include "transfer/filepartial.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "cache/copy.h"
#include "cache/folders.h"
#include "core/atomicfile.h"
#include "core/digest.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace transfer {

namespace {

constexpr QLatin1StringView suffix(".incomplete");
constexpr QLatin1StringView noteSuffix(".json");
constexpr QLatin1StringView copySuffix(".copy");
constexpr qsizetype longestAddition = 20; // ".incomplete", ".json" and ".tmp" while it is saved
constexpr long usualNameMax = 255;
constexpr int noteVersion = 2;
constexpr qint64 longestNote = 64 * 1024;
constexpr int maximumTries = 20; // others finish with the name now and then; not twenty times

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

core::Unexpected refusal(const QString &path, const QString &why)
{
    return core::fail(core::ErrorKind::FileIo, u"%1: %2"_s.arg(path, why));
}

// Missing is fine.
core::Result<void> removeFile(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) == 0 || errno == ENOENT)
        return {};
    return failure(errno, path);
}

// A name that leaves no room for what we add is cut, and told apart by a hash of all of it.
QString partialPath(const QString &destination)
{
    const QString folder = cache::parentFolder(destination) + u'/';
    QString name = destination.mid(folder.size());
    const long told = ::pathconf(QFile::encodeName(folder).constData(), _PC_NAME_MAX);
    const qsizetype most = (told > 0 ? told : usualNameMax) - longestAddition;
    if (QFile::encodeName(name).size() > most) {
        const QByteArray whole = QFile::encodeName(name);
        core::Digest digest(core::ContentId::Kind::Sha256, whole.size());
        digest.add(whole);
        const QString hash = digest.hex().left(16);
        while (!name.isEmpty() && QFile::encodeName(name).size() > most - hash.size() - 1)
            name.chop(name.size() > 1 && name.back().isLowSurrogate() ? 2 : 1);
        name += u'~' + hash;
    }
    return folder + name + suffix;
}

core::Result<void> checkDestination(const QString &path)
{
    const bool isFile = QDir::isAbsolutePath(path) && !path.endsWith(u'/') && !path.contains(u'\0');
    if (!isFile)
        return core::fail(core::ErrorKind::BadInput,
                          u"%1 is not the full path of a file"_s.arg(path));
    return cache::makeFolders(cache::parentFolder(path));
}

// Nothing, or a plain file that may be replaced. A folder or a device is not.
core::Result<std::optional<qint64>> sizeOfPlainFile(const QString &path)
{
    struct stat facts = {};
    if (::stat(QFile::encodeName(path).constData(), &facts) != 0) {
        if (errno == ENOENT) // a link to nowhere, too
            return std::nullopt;
        return failure(errno, path);
    }
    if (S_ISDIR(facts.st_mode))
        return refusal(path, u"there is a folder of this name"_s);
    if (!S_ISREG(facts.st_mode))
        return refusal(path, u"what has this name is not a plain file"_s);
    return facts.st_size;
}

int lockDescriptor(int fd)
{
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR)
            return errno;
    }
    return 0;
}

core::Result<void> truncateTo(int fd, qint64 length, const QString &path)
{
    int result = 0;
    do {
        result = ::ftruncate(fd, length);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? core::Result<void>() : failure(errno, path);
}

// The query tells one file from another, too, but may be a signature: only its digest is kept.
QString publicUrl(const QUrl &url)
{
    const QString place =
        url.adjusted(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment)
            .toString(QUrl::FullyEncoded);
    if (!url.hasQuery())
        return place;
    const QByteArray query = url.query(QUrl::FullyEncoded).toLatin1();
    core::Digest digest(core::ContentId::Kind::Sha256, query.size());
    digest.add(query);
    return place + u'?' + digest.hex();
}

struct Note {
    FilePartial::Source source;
    QString boot;
    qint64 synced = 0;
};

QByteArray encodeNote(const Note &note)
{
    const FileVersion &version = note.source.version;
    return QJsonDocument(QJsonObject{
                             {"v"_L1, noteVersion},
                             {"url"_L1, note.source.url},
                             {"linkedEtag"_L1, QString::fromLatin1(version.linkedEtag)},
                             {"etag"_L1, QString::fromLatin1(version.etag)},
                             {"lastModified"_L1, QString::fromLatin1(version.lastModified)},
                             {"date"_L1, QString::fromLatin1(version.date)},
                             {"total"_L1, note.source.total},
                             {"boot"_L1, note.boot},
                             {"synced"_L1, note.synced},
                         })
        .toJson(QJsonDocument::Compact);
}

// Anybody's text: what is not wholly sensible says nothing.
std::optional<Note> loadNote(const QString &path)
{
    const auto json = core::loadFile(path, longestNote);
    if (!json)
        return std::nullopt;
    const QJsonObject object = QJsonDocument::fromJson(*json).object();
    Note note;
    note.source.url = object.value("url"_L1).toString();
    const auto bytes = [&object](QLatin1StringView key) {
        return object.value(key).toString().toLatin1();
    };
    note.source.version = {bytes("linkedEtag"_L1), bytes("etag"_L1), bytes("lastModified"_L1),
                           bytes("date"_L1)};
    note.source.total = object.value("total"_L1).toInteger(-2);
    note.boot = object.value("boot"_L1).toString();
    note.synced = object.value("synced"_L1).toInteger(-1);
    if (object.value("v"_L1).toInteger(0) != noteVersion || note.source.total < -1
        || note.synced < 0) {
        return std::nullopt;
    }
    return note;
}

} // namespace

bool isCheckable(const std::optional<core::ContentId> &content)
{
    return content && content->kind != core::ContentId::Kind::Opaque;
}

FilePartial::FilePartial(const FileRequest &request)
    : m_destination(request.destination)
    , m_path(partialPath(request.destination))
    , m_notePath(m_path + noteSuffix)
{
}

FilePartial::~FilePartial()
{
    struct stat facts = {};
    const bool isEmpty = m_fd.isOpen() && ::fstat(m_fd.get(), &facts) == 0 && facts.st_size == 0;
    if (isEmpty && hasOurName())
        std::ignore = remove(); // it is no beginning; failing, the next run meets it
}

core::Result<FilePartial::Opened> FilePartial::open(const FileRequest &request,
                                                    const std::atomic<bool> *stop)
{
    if (const auto checked = checkDestination(request.destination); !checked)
        return core::Unexpected(checked.error());
    if (const auto size = sizeOfPlainFile(request.destination); !size)
        return core::Unexpected(size.error());
    Opened opened;
    opened.partial.reset(new FilePartial(request));
    FilePartial &partial = *opened.partial;
    auto done = partial.lock();
    if (done)
        done =
            request.resume == FileRequest::Resume::Fresh ? partial.clear() : partial.adopt(request);
    if (!done)
        return core::Unexpected(done.error());
    if (request.resume == FileRequest::Resume::Fresh || partial.m_length > 0)
        return opened;
    const auto isThere = partial.adoptDestination(request, stop);
    if (!isThere)
        return core::Unexpected(isThere.error());
    if (*isThere) {
        const qint64 size = sizeOfPlainFile(request.destination).value_or(0).value_or(0);
        opened.there = {request.destination, size, isCheckable(request.content)};
        opened.partial.reset();
    }
    return opened;
}

// The open file still is what its name leads to, and has no other name.
bool FilePartial::hasOurName() const
{
    struct stat facts = {};
    return core::leadsTo(m_path, m_fd.get()) && ::fstat(m_fd.get(), &facts) == 0
        && S_ISREG(facts.st_mode) && facts.st_nlink == 1;
}

core::Result<void> FilePartial::lock()
{
    const QByteArray name = QFile::encodeName(m_path);
    for (int tries = 0; tries < maximumTries; ++tries) {
        m_fd = cache::Descriptor(
            ::open(name.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
        const bool inTheWay = !m_fd.isOpen() && (errno == ELOOP || errno == ENXIO);
        if (!m_fd.isOpen() && !inTheWay)
            return failure(errno, m_path);
        if (m_fd.isOpen()) {
            const int error = lockDescriptor(m_fd.get());
            if (error == EWOULDBLOCK) {
                m_fd = cache::Descriptor();
                return core::fail(core::ErrorKind::Locked, m_destination);
            }
            if (error != 0) {
                m_fd = cache::Descriptor(); // not ours
                return failure(error, m_path);
            }
            if (hasOurName())
                return {};
        }
        // Renamed or removed by who had it before us: the name is free now. Or a link, a second
        // name of another file, a pipe: nothing that we or others like us have made.
        struct stat ours = {};
        struct stat named = {};
        const bool isFreed = m_fd.isOpen() && ::fstat(m_fd.get(), &ours) == 0
            && (::lstat(name.constData(), &named) != 0 || ours.st_ino != named.st_ino);
        if (!isFreed) {
            if (const auto removed = removeFile(m_path); !removed)
                return removed;
        }
    }
    return core::fail(core::ErrorKind::Locked, m_destination);
}

// A new file with the rights of a new file.
core::Result<void> FilePartial::clear()
{
    auto done = truncateTo(m_fd.get(), 0, m_path);
    if (done)
        done = removeFile(m_notePath);
    if (done)
        done = removeFile(m_path);
    if (done)
        done = lock();
    return done;
}

// What an earlier run left, as far as it can be believed.
core::Result<void> FilePartial::adopt(const FileRequest &request)
{
    struct stat facts = {};
    if (::fstat(m_fd.get(), &facts) != 0)
        return failure(errno, m_path);
    qint64 length = facts.st_size;
    if (const auto note = loadNote(m_notePath)) {
        // What was written but not synced is there after a crash, yet not after a reboot.
        if (note->boot.isEmpty() || note->boot != core::bootId())
            length = std::min(length, note->synced);
        const bool isOther = note->source.url != publicUrl(request.url);
        if ((isOther && !isCheckable(request.content))
            || (note->source.total >= 0 && length > note->source.total))
            length = 0;
        if (!isOther)
            m_source = note->source;
        m_synced = std::min(note->synced, length);
    }
    if (request.size && length > *request.size)
        length = 0;
    m_length = length;
    if (length == 0)
        return facts.st_size > 0 || m_source ? clear() : core::Result<void>();
    return length < facts.st_size ? truncateTo(m_fd.get(), length, m_path) : core::Result<void>();
}

// True: the file that has the name is the one that is wanted. Else it may be its beginning.
core::Result<bool> FilePartial::adoptDestination(const FileRequest &request,
                                                 const std::atomic<bool> *stop)
{
    m_source.reset();
    const auto size = sizeOfPlainFile(m_destination);
    if (!size)
        return core::Unexpected(size.error());
    if (!*size || (request.size && **size > *request.size))
        return false;
    const bool mayBeAll = !request.size || **size == *request.size;
    if (mayBeAll && isCheckable(request.content)) {
        const auto hex = core::digestOfFile(m_destination, request.content->kind, stop);
        if (!hex)
            return core::Unexpected(hex.error());
        if (*hex == request.content->text)
            return true;
        if (request.size)
            return false; // as long, and another
    }
    if (**size == 0)
        return request.size == 0; // there is only one file without a byte
    if (const auto copied = copyDestination(); !copied)
        return core::Unexpected(copied.error());
    return false;
}

core::Result<void> FilePartial::copyDestination()
{
    const QString copy = m_path + copySuffix;
    auto done = removeFile(copy);
    if (done)
        done = cache::copyFile(m_destination, copy);
    if (!done)
        return done;
    cache::Descriptor file(
        ::open(QFile::encodeName(copy).constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    struct stat facts = {};
    // Locked before it takes the name, so that nobody comes in between.
    if (!file.isOpen() || ::fstat(file.get(), &facts) != 0 || lockDescriptor(file.get()) != 0
        || ::rename(QFile::encodeName(copy).constData(), QFile::encodeName(m_path).constData())
            != 0) {
        return failure(errno, copy);
    }
    m_fd = std::move(file);
    m_length = facts.st_size;
    m_isCopy = true;
    return {};
}

core::Result<void> FilePartial::saveNote(qint64 synced, bool durable) const
{
    return core::saveFile(m_notePath, encodeNote({*m_source, core::bootId(), synced}),
                          durable ? core::Durability::Synced : core::Durability::Kernel);
}

core::Result<void> FilePartial::beginAnswer(const Source &source)
{
    const std::scoped_lock lock(m_noteMutex);
    m_source = source;
    m_source->url = publicUrl(QUrl(source.url));
    if (auto saved = saveNote(m_synced, false); !saved)
        return saved;
    const auto taken = core::takeRoom(m_fd.get(), m_length, source.total, m_path);
    if (!taken)
        std::ignore = truncateTo(m_fd.get(), m_length, m_path); // gives back what was taken
    return taken;
}

core::Result<void> FilePartial::append(qint64 offset, QByteArrayView data)
{
    if (offset != m_length)
        return core::fail(core::ErrorKind::Protocol,
                          u"bytes for %1 came where %2 were awaited"_s.arg(offset).arg(m_length));
    m_isCopy = false;
    qsizetype done = 0;
    while (done < data.size()) {
        const ssize_t count = ::pwrite(m_fd.get(), data.data() + done,
                                       static_cast<size_t>(data.size() - done), m_length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return failure(count == 0 ? ENOSPC : errno, m_path);
        done += count;
        m_length += count;
    }
    return {};
}

core::Result<void> FilePartial::restart()
{
    const std::scoped_lock lock(m_noteMutex);
    ++m_life;
    m_isCopy = false;
    m_length = 0;
    m_synced = 0;
    m_source.reset();
    // First the bytes: a note that outlives them speaks of nothing.
    auto done = truncateTo(m_fd.get(), 0, m_path);
    return done ? removeFile(m_notePath) : done;
}

core::Result<void> FilePartial::sync(const Mark &mark)
{
    if (auto synced = core::syncFile(m_fd.get(), m_path); !synced)
        return synced;
    const std::scoped_lock lock(m_noteMutex);
    if (mark.life != m_life || !m_source)
        return {};
    m_synced = std::max(m_synced, mark.length);
    return saveNote(m_synced, true);
}

core::Result<bool> FilePartial::publish(const std::optional<core::ContentId> &content,
                                        const std::atomic<bool> *stop)
{
    if (const auto synced = core::syncFile(m_fd.get(), m_path); !synced)
        return core::Unexpected(synced.error());
    cache::Seal seal(m_fd.get(), m_path);
    if (isCheckable(content)) {
        const auto hex = seal.digest(content->kind, stop);
        if (!hex)
            return core::Unexpected(hex.error());
        if (*hex != content->text)
            return false;
    }
    const auto isLost = [this] {
        return refusal(m_path, u"another program has removed or replaced the file"_s);
    };
    if (!hasOurName())
        return isLost();
    if (m_isCopy) { // of the very file that has the name already
        if (const auto removed = remove(); !removed)
            return core::Unexpected(removed.error());
        return true;
    }
    const auto named = takeName(seal, content, stop);
    if (!named)
        return core::Unexpected(named.error());
    if (*named == cache::Seal::Named::Lost)
        return isLost();
    return *named == cache::Seal::Named::Yes;
}

core::Result<cache::Seal::Named>
FilePartial::takeName(cache::Seal &seal, const std::optional<core::ContentId> &content,
                      const std::atomic<bool> *stop)
{
    if (const auto free = sizeOfPlainFile(m_destination); !free)
        return core::Unexpected(free.error());
    {
        // Before the name is free for somebody else, whose note it would be then.
        const std::scoped_lock lock(m_noteMutex);
        ++m_life;
        m_source.reset();
        if (const auto removed = removeFile(m_notePath); !removed)
            return core::Unexpected(removed.error());
    }
    const auto named = seal.giveName(m_destination, content.value_or(core::ContentId()), stop);
    if (!named || *named != cache::Seal::Named::Yes)
        return named;
    const auto synced = core::syncFolder(cache::parentFolder(m_destination) + u'/');
    return synced ? named : core::Unexpected(synced.error());
}

core::Result<void> FilePartial::remove()
{
    const std::scoped_lock lock(m_noteMutex);
    ++m_life;
    m_source.reset();
    m_length = 0;
    if (!hasOurName())
        return {}; // published, or somebody else's by now
    const auto emptied = truncateTo(m_fd.get(), 0, m_path);
    const auto forgotten = removeFile(m_notePath); // first: with the name goes the right to it
    const auto removed = removeFile(m_path);
    return !emptied ? emptied : !forgotten ? forgotten : removed;
}

} // namespace transfer
