#include "cache/temporary.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QRandomGenerator>
#include <QStringList>
#include <QSysInfo>

#include <sys/types.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace cache {

namespace {

// Process ids mean something within one machine and one process namespace only; a cache may be
// shared over the network or between containers.
QString machineTag()
{
    QByteArray where = QSysInfo::machineUniqueId() + QSysInfo::machineHostName().toUtf8();
    char nameSpace[64] = {};
    if (::readlink("/proc/self/ns/pid", nameSpace, sizeof(nameSpace) - 1) > 0)
        where += nameSpace;
    const QByteArray hash = QCryptographicHash::hash(where, QCryptographicHash::Md5);
    return QString::fromLatin1(hash.toHex().left(8));
}

// When a process began, in ticks since boot; 0 when there is none. With the process id it names a
// process even after ids were used again.
quint64 processStart(qint64 pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray stat = file.read(4096);
    // The second field, the name, may hold blanks and brackets; the start is the 22nd.
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    return fields.value(19).toULongLong();
}

QString thisProcess()
{
    const qint64 pid = QCoreApplication::applicationPid();
    return u"%1-%2-%3"_s.arg(machineTag()).arg(pid).arg(processStart(pid));
}

} // namespace

QString newTemporaryName()
{
    static const QString maker = thisProcess();
    const quint64 random = QRandomGenerator::global()->generate64();
    return maker + u'-' + u"%1"_s.arg(random, 16, 16, QLatin1Char('0')) + temporarySuffix;
}

bool isTemporaryName(const QString &name)
{
    return name.contains(temporarySuffix);
}

Maker temporaryMaker(const QString &name)
{
    const QStringList parts = name.left(name.indexOf(temporarySuffix)).split(u'-');
    if (parts.size() != 4 || parts.at(0) != machineTag())
        return Maker::Unknown;
    const qint64 pid = parts.at(1).toLongLong();
    const quint64 start = parts.at(2).toULongLong();
    if (pid <= 0 || start == 0)
        return Maker::Unknown;
    return processStart(pid) == start ? Maker::Alive : Maker::Gone;
}

} // namespace cache
