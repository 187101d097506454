#include "cachefixture.h"

#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

#include "cache/filelock.h"

using namespace Qt::StringLiterals;
using cache::FileLock;

class TestFileLock : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void locksAndReleases();
    void secondDescriptorIsRefused();
    void moves();
    void pythonHoldsIt();
    void pythonIsRefused();
    void fileStays();
    void groupMayWrite();
    void unlinkedWhileHeld();
    void refusesLinksAndFolders();
};

namespace {

// Python's way to lock, in another process that says what it got and waits for a line.
class Python {
public:
    explicit Python(const QString &path)
    {
        m_process.start(u"python3"_s,
                        {u"-c"_s,
                         u"import fcntl,os,sys\n"
                         "fd=os.open(sys.argv[1],os.O_RDWR|os.O_CREAT|os.O_TRUNC,0o664)\n"
                         "try:\n"
                         " fcntl.flock(fd,fcntl.LOCK_EX|fcntl.LOCK_NB)\n"
                         " print('held',flush=True)\n"
                         "except BlockingIOError:\n"
                         " print('refused',flush=True)\n"
                         "sys.stdin.readline()\n"_s,
                         path});
    }
    QByteArray answer()
    {
        return m_process.waitForReadyRead(20000) ? m_process.readLine().trimmed() : QByteArray();
    }
    void end()
    {
        m_process.write("\n");
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

bool hasPython()
{
    return QProcess::execute(u"python3"_s, {u"-c"_s, u"import fcntl"_s}) == 0;
}

} // namespace

void TestFileLock::locksAndReleases()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u".locks/models--a--b/x.lock"_s);
    {
        const auto lock = FileLock::tryLock(path);
        VERIFY_RESULT(lock);
        QVERIFY(lock->isHeld());
        QVERIFY(QFile::exists(path));
    }
    VERIFY_RESULT(FileLock::tryLock(path));
}

void TestFileLock::secondDescriptorIsRefused()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    auto first = FileLock::tryLock(path);
    VERIFY_RESULT(first);
    const auto second = FileLock::tryLock(path);
    QVERIFY(!second);
    QCOMPARE(second.error().kind, core::ErrorKind::Locked);
    first->release();
    QVERIFY(!first->isHeld());
    VERIFY_RESULT(FileLock::tryLock(path));
}

void TestFileLock::moves()
{
    const QTemporaryDir folder;
    FileLock a = std::move(FileLock::tryLock(folder.filePath(u"a"_s)).value());
    FileLock b(std::move(a));
    QVERIFY(!a.isHeld()); // NOLINT: what is moved from holds nothing
    QVERIFY(b.isHeld());
    FileLock c = std::move(FileLock::tryLock(folder.filePath(u"c"_s)).value());
    c = std::move(b);
    QVERIFY(FileLock::tryLock(folder.filePath(u"c"_s))); // let go by the assignment
    QVERIFY(!FileLock::tryLock(folder.filePath(u"a"_s)));
}

void TestFileLock::pythonHoldsIt()
{
    if (!hasPython())
        QSKIP("python3 is not here");
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    Python python(path);
    QCOMPARE(python.answer(), "held"_ba);
    const auto lock = FileLock::tryLock(path);
    QVERIFY(!lock);
    QCOMPARE(lock.error().kind, core::ErrorKind::Locked);
    python.end();
    VERIFY_RESULT(FileLock::tryLock(path));
}

void TestFileLock::pythonIsRefused()
{
    if (!hasPython())
        QSKIP("python3 is not here");
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    {
        const auto lock = FileLock::tryLock(path);
        VERIFY_RESULT(lock);
        Python python(path);
        QCOMPARE(python.answer(), "refused"_ba);
        python.end();
    }
    Python python(path);
    QCOMPARE(python.answer(), "held"_ba);
    python.end();
}

void TestFileLock::fileStays()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    VERIFY_RESULT(FileLock::tryLock(path));
    QVERIFY(QFile::exists(path));
}

void TestFileLock::groupMayWrite()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    const mode_t old = ::umask(077);
    const auto lock = FileLock::tryLock(path);
    ::umask(old);
    VERIFY_RESULT(lock);
    struct stat facts = {};
    QCOMPARE(::stat(qPrintable(path), &facts), 0);
    QCOMPARE(int(facts.st_mode & 0777), 0664);
}

void TestFileLock::unlinkedWhileHeld()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"x.lock"_s);
    const auto first = FileLock::tryLock(path);
    VERIFY_RESULT(first);
    QVERIFY(QFile::remove(path)); // as some versions of Python's lock do on release
    const auto second = FileLock::tryLock(path); // the name is free: a new file
    VERIFY_RESULT(second);
    const auto third = FileLock::tryLock(path);
    QVERIFY(!third);
    QCOMPARE(third.error().kind, core::ErrorKind::Locked);
}

void TestFileLock::refusesLinksAndFolders()
{
    const QTemporaryDir folder;
    const QString target = folder.filePath(u"target"_s);
    QVERIFY(QFile::link(target, folder.filePath(u"link.lock"_s)));
    const auto link = FileLock::tryLock(folder.filePath(u"link.lock"_s));
    QVERIFY(!link);
    QCOMPARE(link.error().kind, core::ErrorKind::FileIo);
    QVERIFY(!QFile::exists(target));

    QVERIFY(QDir().mkpath(folder.filePath(u"folder.lock"_s)));
    const auto directory = FileLock::tryLock(folder.filePath(u"folder.lock"_s));
    QVERIFY(!directory);
    QCOMPARE(directory.error().kind, core::ErrorKind::FileIo);

    QCOMPARE(::mkfifo(qPrintable(folder.filePath(u"pipe.lock"_s)), 0600), 0);
    QVERIFY(!FileLock::tryLock(folder.filePath(u"pipe.lock"_s))); // and does not hang

    const QString below = folder.filePath(u"target2"_s);
    QVERIFY(cachetest::writeFile(below, "x"_ba));
    QVERIFY(!FileLock::tryLock(below + "/x.lock"_L1));
}

QTEST_GUILESS_MAIN(TestFileLock)

#include "testfilelock.moc"
