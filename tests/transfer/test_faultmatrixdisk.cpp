#include "diskhooks.h"
#include "faultmatrix.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

// What other programs and a disk may do to the files of a download.
namespace {

using namespace Qt::StringLiterals;
using namespace faults;
using core::ErrorKind;
using diskhooks::Asked;
using diskhooks::Call;
using support::FaultyHub;

using Damage = std::function<void(const QString &partial, qint64 written)>;
using Script = std::function<void(FaultRun &)>;

// The moments of a download, as calls of the system tell them.
enum class When {
    Fetching, // some of its bytes are written
    Checkpoint, // it is about to be synced
    Verifying, // its end is about to be read back, its beginning was
    Publishing, // it is about to get its final name
};

const QList<std::pair<QString, When>> moments{{u"while bytes come"_s, When::Fetching},
                                              {u"during a checkpoint"_s, When::Checkpoint},
                                              {u"during the check"_s, When::Verifying},
                                              {u"during publishing"_s, When::Publishing}};

constexpr int writesBefore = 8; // of blocks of at most 256 KiB

bool isMoment(const Asked &asked, When when, int writes, qint64 size)
{
    switch (when) {
    case When::Fetching:
        return asked.call == Call::Write && writes == std::min<qint64>(writesBefore, size / MiB);
    case When::Checkpoint:
        return asked.call == Call::Sync;
    case When::Verifying:
        return asked.call == Call::Read && asked.offset + asked.size >= size;
    case When::Publishing:
        return asked.call == Call::Rename && !asked.to.endsWith(".incomplete"_L1);
    }
    Q_UNREACHABLE();
}

// Does it at that moment of its first file, so often.
void hookMoment(FaultRun &run, When when, const Damage &damage, int times)
{
    struct Count {
        std::atomic<int> writes = 0;
        std::atomic<int> left = 0;
        std::atomic<qint64> firstOffset = -1;
    };
    auto count = std::make_shared<Count>();
    count->left = times;
    const QString partial = run.partial();
    const qint64 size = run.repo().files.first().content->size();
    run.keep(
        std::make_shared<diskhooks::Hooked>(run.fixture().folder.path(), [=](const Asked &asked) {
            if (asked.path != partial)
                return 0;
            if (asked.call == Call::Write) {
                qint64 none = -1;
                count->firstOffset.compare_exchange_strong(none, asked.offset);
                ++count->writes;
            }
            if (!isMoment(asked, when, count->writes, size) || count->left.fetch_sub(1) <= 0)
                return 0;
            damage(partial, std::max<qint64>(0, count->firstOffset));
            return 0;
        }));
}

Script atMoment(When when, const Damage &damage, int times = 1)
{
    return [=](FaultRun &run) { hookMoment(run, when, damage, times); };
}

// As another program would: opened, written to, closed.
void flip(const QString &path, qint64 offset)
{
    QFile file(path);
    char byte = 0;
    if (file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered)
        && file.seek(offset) && file.getChar(&byte) && file.seek(offset))
        file.putChar(static_cast<char>(byte ^ 1));
}

void replace(const QString &path, qint64)
{
    const qint64 size = QFileInfo(path).size();
    QFile other(path + u".other"_s);
    if (other.open(QIODevice::WriteOnly) && other.resize(size)) {
        other.write("something else");
        other.close();
        ::rename(QFile::encodeName(other.fileName()).constData(),
                 QFile::encodeName(path).constData());
    }
}

void remove(const QString &path, qint64)
{
    QFile::remove(path);
}

void cutShort(const QString &path, qint64 written)
{
    QFile::resize(path, written);
}

void grow(const QString &path, qint64)
{
    QFile file(path);
    if (file.open(QIODevice::Append))
        file.write("and more");
}

// A second name, outside the cache.
void nameTwice(const QString &path, qint64)
{
    const QString other = path.left(path.indexOf("/hub/"_L1)) + u"/second"_s;
    std::ignore = ::link(QFile::encodeName(path).constData(), QFile::encodeName(other).constData());
}

const QList<std::pair<QString, Damage>> damages{
    {u"a byte of the partial is flipped"_s, flip},
    {u"the partial is replaced by another file"_s, replace},
    {u"the partial is removed"_s, remove},
    {u"the partial is cut short"_s, cutShort},
    {u"the partial grows"_s, grow},
    {u"the partial gets a second name"_s, nameTwice}};

QList<Fault> damagedPartials()
{
    QList<Fault> faults;
    for (const auto &[damageName, damage] : damages) {
        for (const auto &[momentName, when] : moments)
            faults.append({damageName + u' ' + momentName, atMoment(when, damage)});
    }
    for (const auto &[damageName, damage] : damages.first(3)) {
        for (const auto &[momentName, when] : moments)
            faults.append({u"small file: %1 %2"_s.arg(damageName, momentName),
                           atMoment(when, damage),
                           {},
                           Kept::Whatever,
                           {2 * MiB}});
    }
    faults.append({u"a byte is flipped at each publishing"_s,
                   atMoment(When::Publishing, flip, 1000), ErrorKind::Checksum});
    faults.append({u"a byte is flipped during publishing, and nobody watches"_s, [](FaultRun &run) {
                       run.keep(std::make_shared<diskhooks::Hooked>(
                           run.fixture().folder.path(), [](const Asked &asked) {
                               return asked.call == Call::Watch ? ENOSPC : 0;
                           }));
                       hookMoment(run, When::Publishing, flip, 1);
                   }});
    faults.append({u"written to during publishing by who opened it before"_s, [](FaultRun &run) {
                       auto fd = std::make_shared<std::atomic<int>>(-1);
                       hookMoment(
                           run, When::Fetching,
                           [fd](const QString &path, qint64) {
                               *fd =
                                   ::open(QFile::encodeName(path).constData(), O_RDWR | O_CLOEXEC);
                           },
                           1);
                       hookMoment(
                           run, When::Publishing,
                           [fd](const QString &, qint64) {
                               std::ignore = ::pwrite(*fd, "wrong", 5, 100);
                               ::close(*fd);
                           },
                           1);
                   }});
    return faults;
}

// --- between two tries -------------------------------------------------------------------------

void put(const QString &path, const QByteArray &bytes)
{
    QFile::remove(path);
    QFile file(path);
    if (file.open(QIODevice::WriteOnly))
        file.write(bytes);
}

void putFifo(const QString &path, FaultRun &)
{
    QFile::remove(path);
    ::mkfifo(QFile::encodeName(path).constData(), 0666);
}

void putFolder(const QString &path, FaultRun &)
{
    QFile::remove(path);
    QDir().mkdir(path);
}

// A link to a precious file, which nobody may write through.
void putLink(const QString &path, FaultRun &run)
{
    const QString precious = run.fixture().folder.filePath(u"precious"_s);
    put(precious, "precious");
    QFile::remove(path);
    QFile::link(precious, path);
    run.check(QFileInfo(path).isSymLink(), u"no link could be put there"_s);
    run.beforeVerdict([&run, precious] {
        QFile file(precious);
        run.check(file.open(QIODevice::ReadOnly) && file.readAll() == "precious",
                  u"written through a link"_s);
    });
}

// What the small files beside the partial may be, and the partial itself.
using Put = std::function<void(const QString &, FaultRun &)>;
const QList<std::pair<QString, Put>> strangers{
    {u"gone"_s, [](const QString &path, FaultRun &) { QFile::remove(path); }},
    {u"empty"_s, [](const QString &path, FaultRun &) { put(path, {}); }},
    {u"no JSON"_s, [](const QString &path, FaultRun &) { put(path, "{\"v\":1,\0garbage"_ba); }},
    {u"two MiB long"_s,
     [](const QString &path, FaultRun &) { put(path, QByteArray(2 * MiB, '[')); }},
    {u"a pipe"_s, putFifo},
    {u"a link"_s, putLink},
};

// It says that all bytes are there.
void claimAll(const QString &path, FaultRun &run)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return run.check(false, u"there is no "_s + path);
    QByteArray text = file.readAll();
    file.close();
    const qsizetype at = text.indexOf("[[");
    const qsizetype end = text.indexOf("]]", at);
    run.check(at > 0 && end > at, u"it names no ranges: "_s + QString::fromUtf8(text));
    text.replace(at, end + 2 - at, "[[0," + QByteArray::number(20 * MiB) + "]]");
    put(path, text);
}

QList<Fault> strangeFiles()
{
    QList<Fault> faults;
    for (const auto &[name, stranger] : strangers) {
        faults.append({u"between two tries the sidecar is "_s + name,
                       betweenTries([=](FaultRun &run) { stranger(run.sidecar(), run); })});
        faults.append({u"between two tries the hint is "_s + name,
                       betweenTries([=](FaultRun &run) { stranger(run.hint(), run); })});
        faults.append({u"between two tries the partial is "_s + name,
                       betweenTries([=](FaultRun &run) { stranger(run.partial(), run); })});
        Fault ofLock{u"the lock file is "_s + name,
                     betweenTries([=](FaultRun &run) { stranger(run.lock(), run); })};
        if (name == "a pipe"_L1 || name == "a link"_L1) { // what is behind them is not ours
            ofLock.error = ErrorKind::FileIo;
            ofLock.kept = Kept::Intact;
        }
        faults.append(ofLock);
    }
    for (const auto &[damageName, damage] : damages) {
        if (damageName.contains("removed"_L1))
            continue;
        faults.append({u"between two tries "_s + damageName,
                       betweenTries([=](FaultRun &run) { damage(run.partial(), MiB); })});
    }
    faults.append({u"the sidecar claims all bytes"_s,
                   betweenTries([](FaultRun &run) { claimAll(run.sidecar(), run); })});
    faults.append({u"the hint claims all bytes"_s,
                   betweenTries([](FaultRun &run) { claimAll(run.hint(), run); })});
    faults.append({u"a folder in place of the partial"_s,
                   betweenTries([](FaultRun &run) { putFolder(run.partial(), run); }),
                   ErrorKind::FileIo});
    faults.append({u"a folder in place of the lock file"_s,
                   betweenTries([](FaultRun &run) { putFolder(run.lock(), run); }),
                   ErrorKind::FileIo, Kept::Intact});
    faults.append({u"sidecar, hint and partial removed while bytes come"_s, [](FaultRun &run) {
                       run.beginSlowly();
                       for (const QString &path : {run.sidecar(), run.hint(), run.partial()})
                           QFile::remove(path);
                   }});
    faults.append({u"the whole repo folder removed while bytes come"_s, [](FaultRun &run) {
                       run.beginSlowly();
                       QDir(run.fixture().place.path).removeRecursively();
                   }});
    return faults;
}

} // namespace

int main(int argc, char **argv)
{
    return faults::FaultMatrix::exec(argc, argv, u"Files on the disk"_s,
                                     damagedPartials() + strangeFiles());
}
