#include "cache/partial.h"

#include <QFile>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <utility>

#include "cache/arrivals.h"
#include "cache/descriptor.h"
#include "cache/folders.h"
#include "cache/watch.h"
#include "core/atomicfile.h"
#include "core/sync.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr qint64 readBlock = 256 * 1024; // stays in the processor's cache on its way
constexpr qint64 roomForNotes = 1024 * 1024; // of both small files, old and new

core::Unexpected failure(int errnoValue, const QString &path)
{
    return core::Unexpected(core::fileError(errnoValue, path));
}

// Missing is fine.
core::Result<void> removeFile(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) == 0 || errno == ENOENT)
        return {};
    return failure(errno, path);
}

bool exists(const QString &path)
{
    struct stat facts = {};
    return ::lstat(QFile::encodeName(path).constData(), &facts) == 0;
}

} // namespace

// Room on a file system, held by a file without a name: nothing is left of it after a kill.
class HeldRoom {
public:
    // Nothing is held where it is not to be had.
    void take(const QString &folder)
    {
#ifdef O_TMPFILE
        Descriptor file(
            ::open(QFile::encodeName(folder).constData(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
        if (file.isOpen() && ::fallocate(file.get(), 0, 0, roomForNotes) == 0)
            m_file = std::move(file);
#else
        Q_UNUSED(folder);
#endif
    }
    bool isHeld() const
    {
        return m_file.isOpen();
    }
    void give()
    {
        m_file = Descriptor();
    }

private:
    Descriptor m_file;
};

// What the writing thread and a running checkpoint share. The mutexes keep the two small files
// true to the file: nothing of a former life is saved after restart(), and no hint after a failed
// sync. Neither is held while bytes of the file are written or synced.
struct PartialFile {
    PartialFile(const Layout &layout, const PartialIdentity &identity)
        : layout(layout)
        , identity(identity)
        , path(layout.partial(identity.repo, identity.content))
        , sidecarPath(layout.sidecar(identity.repo, identity.content))
        , hintPath(layout.hint(identity.repo, identity.content))
    {
    }

    core::Result<void> saveSidecar(const SidecarContent &content)
    {
        return saveNote(sidecarPath, encodeSidecar(identity, content), core::Durability::Synced);
    }
    core::Result<void> saveNote(const QString &path, const QByteArray &text,
                                core::Durability durability);
    core::Result<void> removeNotes() const;
    core::Result<Watch> create();
    enum class Use { Look, Write };
    struct Found {
        SidecarContent safe;
        core::RangeSet written;
    };
    std::optional<Found> adopt(Use use);
    void fail();

    const Layout layout;
    const PartialIdentity identity;
    const QString path;
    const QString sidecarPath;
    const QString hintPath;
    Descriptor fd;
    std::atomic<bool> failed = false;
    std::atomic<bool> isKept = false; // has a sidecar, or will with the next checkpoint
    std::mutex sidecarMutex;
    int life = 0; // under sidecarMutex
    std::mutex hintMutex;
    std::mutex roomMutex;
    HeldRoom room; // under roomMutex
};

// The bytes have their room since the beginning; what tells of them finds some on a full disk, too.
core::Result<void> PartialFile::saveNote(const QString &path, const QByteArray &text,
                                         core::Durability durability)
{
    const auto save = [&] {
        return core::saveFile(path, text, durability, layout.temporary(identity.repo));
    };
    auto saved = save();
    const std::scoped_lock lock(roomMutex);
    if (saved && !room.isHeld())
        room.take(layout.blobs(identity.repo));
    if (saved || saved.error().kind != core::ErrorKind::DiskFull || !room.isHeld())
        return saved;
    room.give();
    return save();
}

// The sidecar goes first: a file without one is begun again, but a sidecar that outlived its file
// would speak of whatever takes the name next.
core::Result<void> PartialFile::removeNotes() const
{
    const bool claimed = exists(sidecarPath);
    auto removed = removeFile(sidecarPath);
    if (removed)
        removed = removeFile(hintPath);
    if (removed && claimed)
        removed = core::syncFolder(layout.blobs(identity.repo));
    return removed;
}

// Watched from its first moment on.
core::Result<Watch> PartialFile::create()
{
    if (const auto removed = removeNotes(); !removed)
        return core::Unexpected(removed.error());
    // A new file rather than an emptied one: what lies there may be a link, or have two names.
    if (const auto removed = removeFile(path); !removed)
        return core::Unexpected(removed.error());
    fd = Descriptor(::open(QFile::encodeName(path).constData(),
                           O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!fd.isOpen())
        return failure(errno, path);
    Watch watch = Watch::begin(fd.get());
    auto made = core::takeRoom(fd.get(), 0, identity.size, path);
    isKept = identity.size >= Partial::sidecarFrom;
    if (made && isKept)
        made = saveSidecar({}); // syncs the folder, and so the file's name too
    if (made)
        return watch;
    std::ignore = removeFile(path); // the first error is the one to tell
    return core::Unexpected(made.error());
}

// What is written, when there is something to go on with.
std::optional<PartialFile::Found> PartialFile::adopt(Use use)
{
    const auto sidecar = core::loadFile(sidecarPath, maximumSidecarBytes);
    if (!sidecar)
        return std::nullopt;
    const auto content = decodeSidecar(*sidecar, identity);
    if (!content)
        return std::nullopt;
    const core::RangeSet &have = content->have;
    // Whoever only looks must not seem to write: the owner watches for that.
    Descriptor file(
        ::open(QFile::encodeName(path).constData(),
               (use == Use::Write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts = {};
    if (!file.isOpen() || ::fstat(file.get(), &facts) != 0)
        return std::nullopt;
    // A second name may be a published blob, which nobody may write to any more.
    if (!S_ISREG(facts.st_mode) || facts.st_nlink != 1 || facts.st_size > identity.size)
        return std::nullopt;
    if (!have.isEmpty() && have.ranges().last().end > facts.st_size)
        return std::nullopt;
    fd = std::move(file);
    core::RangeSet written = have;
    if (const auto hint = core::loadFile(hintPath, maximumSidecarBytes)) {
        const auto claimed = decodeHint(*hint, identity, core::bootId(), facts.st_size);
        for (const core::Range &range : claimed.ranges())
            written.insert(range);
    }
    return Found{*content, written};
}

void PartialFile::fail()
{
    failed = true;
    const std::scoped_lock lock(hintMutex);
    std::ignore = removeFile(hintPath); // on a dying disk this may fail too; the digest decides
}

struct Partial::Private {
    explicit Private(qint64 size)
        : arrivals(size)
    {
    }

    std::shared_ptr<PartialFile> file;
    Watch watch;
    Arrivals arrivals;
    core::RangeSet written;
    core::RangeSet safe; // on stable storage, as the sidecar says
    QByteArray validator;
    qint64 writtenBytes = 0; // counts up for ever
    qint64 safeBytes = 0; // writtenBytes when the last finished checkpoint was taken

    core::Result<void> fill(qint64 offset, QByteArrayView data);

    // What is known of all bytes; under sidecarMutex.
    void forgetAll()
    {
        ++file->life;
        written.clear();
        safe.clear();
        arrivals.clear();
        validator.clear();
        safeBytes = writtenBytes;
    }
};

struct Partial::Checkpoint::Data {
    std::shared_ptr<PartialFile> file;
    SidecarContent content;
    qint64 writtenBytes = 0;
    int life = 0;
};

Partial::Partial(qint64 size)
    : d(std::make_unique<Private>(size))
{
}

Partial::~Partial() = default;

core::Result<std::unique_ptr<Partial>> Partial::open(const Layout &layout,
                                                     const PartialIdentity &identity)
{
    if (const auto made = makeFolders(layout.blobs(identity.repo)); !made)
        return core::Unexpected(made.error());
    std::unique_ptr<Partial> partial(new Partial(identity.size));
    partial->d->file = std::make_shared<PartialFile>(layout, identity);
    PartialFile &file = *partial->d->file;
    const auto found = file.adopt(PartialFile::Use::Write);
    if (!found) {
        auto created = file.create();
        if (!created)
            return core::Unexpected(created.error());
        partial->d->watch = std::move(*created);
        return partial;
    }
    file.isKept = true;
    partial->d->watch = Watch::beginAlone(file.fd.get());
    partial->d->safe = found->safe.have;
    partial->d->arrivals.adopt(found->safe.pieces);
    partial->d->validator = found->safe.validator;
    partial->d->written = found->written;
    partial->d->writtenBytes = found->written.total() - found->safe.have.total();
    if (const auto reserved = core::takeRoom(file.fd.get(), 0, identity.size, file.path); !reserved)
        return core::Unexpected(reserved.error());
    return partial;
}

qint64 Partial::writtenSoFar(const Layout &layout, const PartialIdentity &identity)
{
    PartialFile file(layout, identity);
    const auto found = file.adopt(PartialFile::Use::Look);
    return found ? found->written.total() : 0;
}

const QString &Partial::filePath() const
{
    return d->file->path;
}

qint64 Partial::size() const
{
    return d->file->identity.size;
}

const core::RangeSet &Partial::written() const
{
    return d->file->failed ? d->safe : d->written;
}

qint64 Partial::unsynced() const
{
    return d->writtenBytes - d->safeBytes;
}

void Partial::keep()
{
    d->file->isKept = true;
}

bool Partial::isKept() const
{
    return d->file->isKept;
}

bool Partial::isLinked() const
{
    return core::leadsTo(d->file->path, d->file->fd.get());
}

const QByteArray &Partial::validator() const
{
    return d->validator;
}

void Partial::setValidator(const QByteArray &validator)
{
    d->validator = validator;
}

core::Result<void> Partial::write(qint64 offset, QByteArrayView data)
{
    PartialFile &file = *d->file;
    if (file.failed)
        return failure(EIO, file.path);
    if (offset < 0 || offset > file.identity.size || data.size() > file.identity.size - offset) {
        return core::fail(
            core::ErrorKind::FileIo,
            u"%1: bytes beyond its end of %2"_s.arg(file.path).arg(file.identity.size));
    }
    for (const core::Range &gap : d->written.gaps({offset, offset + data.size()})) {
        const auto fresh = data.sliced(gap.begin - offset, gap.size());
        if (const auto done = d->fill(gap.begin, fresh); !done)
            return done;
    }
    return {};
}

core::Result<void> Partial::Private::fill(qint64 offset, QByteArrayView data)
{
    qint64 done = 0;
    int error = 0;
    while (done < data.size() && error == 0) {
        const ssize_t count = ::pwrite(file->fd.get(), data.data() + done,
                                       static_cast<size_t>(data.size() - done), offset + done);
        if (count > 0)
            done += count;
        else if (count == 0)
            error = ENOSPC; // nothing taken and no reason given: there is no room
        else if (errno != EINTR)
            error = errno;
    }
    written.insert({offset, offset + done});
    writtenBytes += done;
    arrivals.add(offset, data.first(done));
    if (error == 0)
        return {};
    if (error != ENOSPC && error != EDQUOT)
        file->fail();
    return failure(error, file->path);
}

core::Result<void> Partial::noteWritten()
{
    PartialFile &file = *d->file;
    if (!file.isKept)
        return {};
    const std::scoped_lock lock(file.hintMutex);
    if (file.failed)
        return failure(EIO, file.path);
    return file.saveNote(file.hintPath, encodeHint(file.identity, core::bootId(), d->written),
                         core::Durability::Kernel);
}

Partial::Checkpoint Partial::checkpoint() const
{
    auto data = std::make_shared<Checkpoint::Data>();
    data->file = d->file;
    data->content = {d->written, d->arrivals.pieces(), d->validator};
    data->writtenBytes = d->writtenBytes;
    {
        const std::scoped_lock lock(d->file->sidecarMutex);
        data->life = d->file->life;
    }
    Checkpoint result;
    result.d = std::move(data);
    return result;
}

core::Result<void> Partial::Checkpoint::run() const
{
    PartialFile &file = *d->file;
    if (file.failed)
        return failure(EIO, file.path);
    if (const auto synced = core::syncFile(file.fd.get(), file.path); !synced) {
        // The system forgets what it could not write and says so once only; a second sync would
        // succeed. So the bytes since the last good one are lost.
        file.fail();
        return synced;
    }
    if (!file.isKept)
        return {};
    const std::scoped_lock lock(file.sidecarMutex);
    if (d->life != file.life)
        return core::fail(core::ErrorKind::Cancelled, file.path);
    auto saved = file.saveSidecar(d->content);
    // The bytes of a small file have their room; it goes on without being kept.
    if (!saved && !exists(file.sidecarPath) && saved.error().kind == core::ErrorKind::DiskFull) {
        file.isKept = false;
        return {};
    }
    return saved;
}

void Partial::checkpointed(const Checkpoint &done)
{
    const std::scoped_lock lock(d->file->sidecarMutex);
    if (done.d->life != d->file->life)
        return;
    d->safe = done.d->content.have;
    d->safeBytes = done.d->writtenBytes;
}

// Somebody may have cut the file short by its name, which nobody is told of apart from our own
// writes. What was written after that left a hole, so that not all of it has blocks; or nothing
// was, and it is still too short.
Seal Partial::seal()
{
    constexpr qint64 blockUnit = 512;
    PartialFile &file = *d->file;
    struct stat facts = {};
    const qint64 size = file.identity.size;
    const bool isSolid = ::fstat(file.fd.get(), &facts) == 0 && facts.st_size == size
        && facts.st_blocks * blockUnit >= size;
    Watch watch = std::exchange(d->watch, Watch());
    return {file.fd.get(), file.path, isSolid ? std::move(watch) : Watch()};
}

Partial::Reader Partial::reader() const
{
    Reader reader;
    reader.m_file = d->file;
    return reader;
}

core::Result<void> Partial::Reader::read(core::Range range, const std::atomic<bool> &stop,
                                         const std::function<void(QByteArrayView)> &take) const
{
    QByteArray buffer(std::min(readBlock, range.size()), Qt::Uninitialized);
    while (range.begin < range.end) {
        if (stop)
            return core::fail(core::ErrorKind::Cancelled, m_file->path);
        const auto most = std::min<qint64>(buffer.size(), range.size());
        const ssize_t count =
            ::pread(m_file->fd.get(), buffer.data(), static_cast<size_t>(most), range.begin);
        if (count == 0)
            return core::fail(core::ErrorKind::Truncated, m_file->path);
        if (count < 0 && errno != EINTR)
            return failure(errno, m_file->path);
        if (count < 0)
            continue;
        take(QByteArrayView(buffer.constData(), count));
        range.begin += count;
    }
    return {};
}

core::Result<core::RangeSet> Partial::Reader::differing(const core::RangeSet &written,
                                                        const QList<ArrivedPiece> &pieces,
                                                        const std::atomic<bool> &stop) const
{
    core::RangeSet suspicious = written;
    for (const ArrivedPiece &piece : pieces) {
        Checksum onDisk;
        const auto done =
            read(piece.range, stop, [&onDisk](QByteArrayView data) { onDisk.add(data); });
        if (!done && done.error().kind != core::ErrorKind::Truncated)
            return core::Unexpected(done.error());
        if (done && onDisk.value() == piece.checksum)
            suspicious.remove(piece.range);
    }
    return suspicious;
}

QList<ArrivedPiece> Partial::pieces() const
{
    return d->arrivals.pieces();
}

core::Result<void> Partial::forget(const core::RangeSet &ranges)
{
    PartialFile &file = *d->file;
    const std::scoped_lock lock(file.sidecarMutex);
    ++file.life;
    for (const core::Range &range : ranges.ranges()) {
        d->written.remove(range);
        d->safe.remove(range);
        d->arrivals.forget(range);
    }
    if (const auto removed = removeFile(file.hintPath); !removed)
        return removed;
    return file.isKept ? file.saveSidecar({d->safe, d->arrivals.pieces(), d->validator})
                       : core::Result<void>();
}

core::Result<void> Partial::restart()
{
    PartialFile &file = *d->file;
    const std::scoped_lock lock(file.sidecarMutex);
    d->forgetAll();
    // First what makes claims, then the bytes.
    auto done = removeFile(file.hintPath);
    if (done && file.isKept)
        done = file.saveSidecar({});
    if (done && ::ftruncate(file.fd.get(), 0) != 0)
        done = failure(errno, file.path);
    if (done)
        done = core::takeRoom(file.fd.get(), 0, file.identity.size, file.path);
    return done;
}

void Partial::discard()
{
    PartialFile &file = *d->file;
    const std::scoped_lock lock(file.sidecarMutex);
    d->forgetAll();
    // What cannot be removed now is found and removed by the next one who opens this content.
    if (file.removeNotes())
        std::ignore = removeFile(file.path);
}

} // namespace cache
