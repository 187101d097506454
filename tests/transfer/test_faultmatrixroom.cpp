#include "diskhooks.h"
#include "faultmatrix.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include <cerrno>
#include <unistd.h>

#include "cache/cachefixture.h"

// What the place may lack: room, rights, links, names, the drive itself. And who else is there.
namespace {

using namespace Qt::StringLiterals;
using namespace faults;
using cachetest::SmallDisk;
using core::ErrorKind;
using diskhooks::Asked;
using diskhooks::Call;
using support::FaultyHub;

using Script = std::function<void(FaultRun &)>;
using Is = std::function<bool(const FaultRun &, const Asked &)>;

int mountCommand(const QStringList &arguments)
{
    return QProcess::execute(u"mount"_s, arguments);
}

// On a file system of its own. Nothing: none can be mounted here, and the run is skipped.
std::shared_ptr<SmallDisk> diskOf(FaultRun &run, const QString &size)
{
    auto disk = std::make_shared<SmallDisk>(size);
    run.keep(disk);
    run.useFolder(disk->path() + u"/hub"_s);
    if (disk->isMounted())
        return disk;
    run.skip(u"a small file system cannot be mounted here"_s);
    return {};
}

Script onDisk(const QString &size, std::function<void(FaultRun &, const QString &)> script)
{
    return [=](FaultRun &run) {
        if (const auto disk = diskOf(run, size))
            script(run, disk->path());
    };
}

// The system answers some calls so, as often as is said. Kept by the caller where it shall end.
std::shared_ptr<diskhooks::Hooked> answerWith(FaultRun &run, int error, const Is &is,
                                              int times = -1)
{
    auto left = std::make_shared<std::atomic<int>>(times);
    const FaultRun *self = &run;
    return std::make_shared<diskhooks::Hooked>(
        run.fixture().folder.path(), [=](const Asked &asked) {
            const bool isIt = is(*self, asked) && (times < 0 || left->fetch_sub(1) > 0);
            return isIt ? error : 0;
        });
}

Is writes(qint64 from = 0)
{
    return [=](const FaultRun &run, const Asked &asked) {
        return asked.call == Call::Write && asked.path == run.partial() && asked.offset >= from;
    };
}

Is calls(Call call)
{
    return [=](const FaultRun &, const Asked &asked) { return asked.call == call; };
}

Is ofPartial(Call call)
{
    return [=](const FaultRun &run, const Asked &asked) {
        return asked.call == call && asked.path == run.partial();
    };
}

// Of the sidecar or the hint, which get their names by it.
Is renamesTo(const QString &ending)
{
    return [=](const FaultRun &, const Asked &asked) {
        return asked.call == Call::Rename && asked.to.endsWith(ending);
    };
}

Is publishes()
{
    return [](const FaultRun &run, const Asked &asked) {
        return asked.call == Call::Rename && asked.path == run.partial();
    };
}

Script failing(int error, const Is &is, int times = -1)
{
    return [=](FaultRun &run) { run.keep(answerWith(run, error, is, times)); };
}

// Told as that; when it is over the download goes on by itself.
Script failingUntilTold(int error, const Is &is, ErrorKind told)
{
    return [=](FaultRun &run) {
        auto hook = answerWith(run, error, is);
        run.begin();
        run.reachError(told);
        run.checkClaims();
        hook.reset();
    };
}

qint64 fetched(FaultRun &run)
{
    return run.fixture().hub.bodyBytes(demo::Origin::Cdn);
}

// --- room --------------------------------------------------------------------------------------

void fullFromTheBeginning(FaultRun &run, const QString &disk)
{
    run.begin();
    run.reachError(ErrorKind::DiskFull);
    run.check(fetched(run) == 0, u"bytes were fetched that have no room"_s);
    run.check(mountCommand({u"-o"_s, u"remount,size=64m"_s, disk}) == 0, u"it did not grow"_s);
}

// Others take the room; nothing was reserved.
void fullWhileBytesCome(FaultRun &run, const QString &disk)
{
    run.keep(std::make_shared<diskhooks::Hooked>(
        disk, [](const Asked &asked) { return asked.call == Call::Reserve ? EOPNOTSUPP : 0; }));
    run.beginSlowly();
    QFile other(disk + u"/other"_s);
    run.check(other.open(QIODevice::WriteOnly | QIODevice::Unbuffered), u"no other file"_s);
    while (other.write(QByteArray(MiB / 4, 'x')) > 0) { }
    run.reachError(ErrorKind::DiskFull);
    run.checkClaims();
    run.check(run.claimed() > 0, u"nothing was kept"_s);
    run.check(other.remove(), u"the room is not given back"_s);
}

void onFat(FaultRun &run)
{
    const QString place = run.fixture().folder.filePath(u"fat"_s);
    const QString image = place + u".image"_s;
    QFile file(image);
    const bool isThere = !QStandardPaths::findExecutable(u"mkfs.vfat"_s).isEmpty()
        && QDir().mkpath(place) && file.open(QIODevice::WriteOnly) && file.resize(6LL * 1024 * MiB)
        && QProcess::execute(u"mkfs.vfat"_s, {u"-F"_s, u"32"_s, image}) == 0
        && mountCommand({u"-o"_s, u"loop"_s, image, place}) == 0;
    if (!isThere)
        return run.skip(u"no FAT can be made or mounted here"_s);
    run.keep(std::shared_ptr<void>(nullptr,
                                   [place](void *) { QProcess::execute(u"umount"_s, {place}); }));
    run.useFolder(place + u"/hub"_s);
    run.useFile(support::lfsFile(u"m.bin"_s, 4LL * 1024 * MiB));
    run.begin();
    run.reachError(ErrorKind::FileTooLarge);
    run.check(fetched(run) == 0, u"bytes were fetched that the disk cannot hold"_s);
}

QList<Fault> room()
{
    return {
        {u"no room from the beginning, then there is"_s, onDisk(u"12m"_s, fullFromTheBeginning)},
        {u"the disk fills up while bytes come, then there is room"_s,
         onDisk(u"24m"_s, fullWhileBytesCome)},
        {u"no room for a block, then there is"_s,
         failingUntilTold(ENOSPC, writes(MiB), ErrorKind::DiskFull)},
        {u"no room for the last block, then there is"_s,
         failingUntilTold(ENOSPC, writes(19 * MiB), ErrorKind::DiskFull)},
        {u"the quota is used up, then there is room"_s,
         failingUntilTold(EDQUOT, writes(MiB), ErrorKind::DiskFull)},
        {u"no room can be reserved, then there is"_s,
         failingUntilTold(ENOSPC, calls(Call::Reserve), ErrorKind::DiskFull)},
        {u"no room for the sidecar, then there is"_s,
         failingUntilTold(ENOSPC, renamesTo(u".incomplete.json"_s), ErrorKind::DiskFull)},
        {u"no room for the final name, then there is"_s,
         failingUntilTold(ENOSPC, publishes(), ErrorKind::DiskFull)},
        {u"no room for the link, then there is"_s,
         failingUntilTold(ENOSPC, calls(Call::Link), ErrorKind::DiskFull)},
        {u"the disk cannot reserve"_s, failing(EOPNOTSUPP, calls(Call::Reserve))},
        {u"a file system whose files end too early"_s, // as FAT's at 4 GiB
         [](FaultRun &run) {
             failing(EFBIG, [](const FaultRun &, const Asked &asked) {
                 return (asked.call == Call::Reserve || asked.call == Call::Write)
                     && asked.offset + asked.size > 16 * MiB;
             })(run);
             run.begin();
             run.reachError(ErrorKind::FileTooLarge);
             run.check(fetched(run) == 0, u"bytes were fetched that the disk cannot hold"_s);
         },
         ErrorKind::FileTooLarge},
        {u"more than four GiB on a real FAT"_s, onFat, ErrorKind::FileTooLarge},
    };
}

// --- a disk that fails, and what it does not allow ---------------------------------------------

QList<Fault> failures()
{
    return {
        {u"the disk fails to write"_s, failing(EIO, writes(4 * MiB), 1), ErrorKind::FileIo},
        {u"the disk fails to sync"_s, failing(EIO, ofPartial(Call::Sync), 1), ErrorKind::FileIo,
         Kept::Nothing},
        {u"the disk fails to read back"_s, failing(EIO, ofPartial(Call::Read), 1)},
        {u"the disk fails to give the final name"_s, failing(EIO, publishes(), 1),
         ErrorKind::FileIo, Kept::Intact},
        {u"the sidecar cannot be saved"_s, failing(EIO, renamesTo(u".incomplete.json"_s)),
         ErrorKind::FileIo},
        {u"the hint cannot be saved"_s,
         [](FaultRun &run) {
             run.keep(answerWith(run, EIO, renamesTo(u".incomplete.written"_s)));
             run.cdn(FaultyHub::drip(MiB));
         },
         ErrorKind::FileIo},
        {u"the disk becomes read-only while bytes come"_s, failing(EROFS, writes(4 * MiB)),
         ErrorKind::FileIo},
        {u"read-only from the beginning"_s,
         onDisk(u"64m"_s,
                [](FaultRun &run, const QString &disk) {
                    mountCommand({u"-o"_s, u"remount,ro"_s, disk});
                    run.begin();
                    run.reachError(ErrorKind::FileIo);
                    run.check(fetched(run) == 0, u"bytes were fetched that have no place"_s);
                }),
         ErrorKind::FileIo, Kept::Nothing},
        {u"read-only between two tries"_s,
         onDisk(u"64m"_s,
                [](FaultRun &run, const QString &disk) {
                    run.beginSlowly();
                    run.pause();
                    const auto close =
                        [&] { // what was open for writing may be closed a moment later
                            return mountCommand({u"-o"_s, u"remount,ro"_s, disk}) == 0;
                        };
                    run.wait(close, u"for the disk to be read-only"_s);
                    run.resume();
                }),
         ErrorKind::FileIo, Kept::Intact},
        {u"links are not possible"_s, failing(EPERM, calls(Call::Link))},
        {u"links are not possible for a small file"_s,
         failing(EPERM, calls(Call::Link)),
         {},
         Kept::Whatever,
         {MiB, 9 * MiB}},
        {u"the name is too long for the disk"_s,
         [](FaultRun &run) {
             run.useFile(support::lfsFile(QString(300, u'n'), 20 * MiB));
             run.begin();
             run.reachError(ErrorKind::FileIo);
             run.check(fetched(run) == 0, u"bytes were fetched that can have no name"_s);
         },
         ErrorKind::FileIo},
        {u"a folder has the name of the file"_s,
         [](FaultRun &run) {
             QDir().mkpath(run.fixture().entry(run.repo(), run.repo().files.first().path)
                           + u"/inside"_s);
         },
         ErrorKind::FileIo},
    };
}

// --- the drive ---------------------------------------------------------------------------------

// The disk at a second place, where it can be taken away and brought back with all that is on it.
void pulled(FaultRun &run, const QString &disk, const std::function<void()> &meanwhile)
{
    const QString place = run.fixture().folder.filePath(u"drive"_s);
    QDir().mkpath(place);
    run.check(mountCommand({u"--bind"_s, disk, place}) == 0, u"the drive is not there"_s);
    run.keep(std::shared_ptr<void>(nullptr, [place](void *) {
        QProcess::execute(u"umount"_s, {u"-l"_s, place});
    }));
    run.useFolder(place + u"/hub"_s);
    run.beginSlowly();
    meanwhile();
    run.check(QProcess::execute(u"umount"_s, {u"-l"_s, place}) == 0, u"it cannot be pulled"_s);
    run.resume();
    run.reachError(ErrorKind::PlaceMissing);
    run.check(QDir(place).isEmpty(), u"the place of the missing drive was written to"_s);
    run.check(mountCommand({u"--bind"_s, disk, place}) == 0, u"the drive is not back"_s);
    run.resume();
}

QList<Fault> drives()
{
    return {
        {u"the drive is pulled while bytes come, and comes back"_s,
         onDisk(u"64m"_s, [](FaultRun &run, const QString &disk) { pulled(run, disk, [] {}); })},
        {u"the drive is pulled between two tries, and comes back"_s,
         onDisk(u"64m"_s,
                [](FaultRun &run, const QString &disk) {
                    pulled(run, disk, [&run] { run.pause(); });
                })},
        {u"the drive is pulled while the program does not run, and comes back"_s,
         onDisk(u"64m"_s,
                [](FaultRun &run, const QString &disk) {
                    pulled(run, disk, [&run] {
                        run.pause();
                        run.restart();
                    });
                })},
    };
}

// --- other programs ----------------------------------------------------------------------------

// Python holds the lock of the blob, as the Hub's own library does.
std::shared_ptr<QProcess> lockedByPython(FaultRun &run)
{
    QDir().mkpath(QFileInfo(run.lock()).path());
    auto python = std::make_shared<QProcess>();
    python->start(u"python3"_s,
                  {u"-c"_s,
                   u"import fcntl, sys\nf = open(sys.argv[1], 'a')\nfcntl.flock(f, fcntl.LOCK_EX)\n"
                   "print('held', flush=True)\nsys.stdin.read()"_s,
                   run.lock()});
    const bool isHeld = python->waitForReadyRead(60000) && python->readAll().contains("held");
    run.check(isHeld, u"Python does not hold the lock"_s);
    return python;
}

void release(QProcess &python)
{
    python.closeWriteChannel();
    python.waitForFinished(60000);
}

QList<Fault> others()
{
    return {
        {u"another program holds the lock for a while"_s,
         [](FaultRun &run) {
             const auto python = lockedByPython(run);
             run.begin();
             run.reachError(ErrorKind::Locked);
             run.check(fetched(run) == 0, u"fetched without the lock"_s);
             release(*python);
         }},
        {u"another program takes the lock between two tries"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             run.pause();
             run.lift();
             const auto python = lockedByPython(run);
             run.resume();
             run.reachError(ErrorKind::Locked);
             run.checkClaims();
             release(*python);
         }},
        {u"another program publishes the file meanwhile"_s,
         [](FaultRun &run) {
             const auto python = lockedByPython(run);
             run.begin();
             run.reachError(ErrorKind::Locked);
             const demo::File &file = run.repo().files.first();
             const QString blob = run.fixture().blob(run.repo(), file);
             run.check(cachetest::writeFile(blob, file.content->read(0, file.content->size())),
                       u"no blob could be put there"_s);
             release(*python);
             run.reachState(transfer::State::Done);
             run.check(fetched(run) == 0, u"fetched what was there"_s);
         }},
        {u"a damaged file has the final name already"_s,
         [](FaultRun &run) {
             const demo::File &file = run.repo().files.first();
             QByteArray bytes = file.content->read(0, file.content->size());
             bytes[5] = static_cast<char>(bytes[5] ^ 1);
             run.check(cachetest::writeFile(run.fixture().blob(run.repo(), file), bytes),
                       u"no blob could be put there"_s);
         }},
        {u"the lock file is removed while bytes come"_s,
         [](FaultRun &run) {
             run.beginSlowly();
             run.check(QFile::remove(run.lock()), u"there is no lock file"_s);
         }},
    };
}

} // namespace

int main(int argc, char **argv)
{
    return faults::FaultMatrix::exec(argc, argv, u"The place"_s,
                                     room() + failures() + drives() + others());
}
