#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/atomicfile.h"
#include "core/sync.h"

using core::ErrorKind;
using namespace Qt::StringLiterals;

class TestAtomicFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void savesAndReplaces();
    void usesTheTemporaryAskedFor();
    void newFilesFollowTheUmask();
    void oldFilesKeepTheirMode();
    void clearsWhatLiesInTheWay_data();
    void clearsWhatLiesInTheWay();
    void missingFolderIsAnError();
    void folderInPlaceOfTheFileIsAnError();
    void fullDiskKeepsTheOldFile();
    void writersDoNotMix();
    void killedWriterLeavesOldOrNew();
    void loadsWithinTheLimit();
    void loadRefusesWhatIsNoFile();
    void syncs();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    static QByteArray content(const QString &path);

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestAtomicFile::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

QByteArray TestAtomicFile::content(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : "(missing)"_ba;
}

void TestAtomicFile::savesAndReplaces()
{
    const QString name = path(u"ä #.json"_s);
    for (const QByteArray &data :
         {"first, and long"_ba, ""_ba, "second"_ba, QByteArray(3'000'000, 'x')}) {
        for (const auto durability : {core::Durability::Synced, core::Durability::Kernel}) {
            QVERIFY(core::saveFile(name, data, durability));
            QCOMPARE(content(name), data);
        }
    }
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
}

void TestAtomicFile::usesTheTemporaryAskedFor()
{
    QVERIFY(QDir(m_folder->path()).mkpath(u"refs"_s) && QDir(m_folder->path()).mkpath(u"blobs"_s));
    // A file where the standard temporary would lie must not be touched.
    QVERIFY(core::saveFile(path(u"refs/main.tmp"_s), "mine"_ba));
    QVERIFY(core::saveFile(path(u"refs/main"_s), "abc"_ba, core::Durability::Synced,
                           path(u"blobs/x.incomplete"_s)));
    QCOMPARE(content(path(u"refs/main"_s)), "abc"_ba);
    QCOMPARE(content(path(u"refs/main.tmp"_s)), "mine"_ba);
    QVERIFY(!QFile::exists(path(u"blobs/x.incomplete"_s)));
}

void TestAtomicFile::newFilesFollowTheUmask()
{
    const mode_t before = ::umask(027);
    const bool saved = core::saveFile(path(u"a"_s), "x"_ba).has_value();
    ::umask(before);
    QVERIFY(saved);
    struct stat info = {};
    QCOMPARE(::stat(QFile::encodeName(path(u"a"_s)).constData(), &info), 0);
    QCOMPARE(int(info.st_mode & 0777), 0640);
}

void TestAtomicFile::oldFilesKeepTheirMode()
{
    const QByteArray native = QFile::encodeName(path(u"a"_s));
    QVERIFY(core::saveFile(path(u"a"_s), "x"_ba));
    QCOMPARE(::chmod(native.constData(), 0600), 0);
    QVERIFY(core::saveFile(path(u"a"_s), "y"_ba));
    struct stat info = {};
    QCOMPARE(::stat(native.constData(), &info), 0);
    QCOMPARE(int(info.st_mode & 0777), 0600);
}

void TestAtomicFile::clearsWhatLiesInTheWay_data()
{
    QTest::addColumn<QString>("what");
    QTest::newRow("long left-over") << u"file"_s;
    QTest::newRow("link") << u"link"_s;
    QTest::newRow("pipe") << u"pipe"_s;
}

void TestAtomicFile::clearsWhatLiesInTheWay()
{
    QFETCH(QString, what);
    const QString temporary = path(u"a.tmp"_s);
    QVERIFY(core::saveFile(path(u"victim"_s), "precious"_ba));
    if (what == "file"_L1)
        QVERIFY(core::saveFile(temporary, QByteArray(10'000, 'z')));
    else if (what == "link"_L1)
        QVERIFY(QFile::link(path(u"victim"_s), temporary));
    else
        QCOMPARE(::mkfifo(QFile::encodeName(temporary).constData(), 0600), 0);
    QVERIFY(core::saveFile(path(u"a"_s), "new"_ba));
    QCOMPARE(content(path(u"a"_s)), "new"_ba);
    QCOMPARE(content(path(u"victim"_s)), "precious"_ba);
    QVERIFY(!QFile::exists(temporary));
}

void TestAtomicFile::missingFolderIsAnError()
{
    const auto result = core::saveFile(path(u"no/such/a"_s), "x"_ba);
    QVERIFY(!result);
    QCOMPARE(result.error().kind, ErrorKind::FileIo);
    QVERIFY(result.error().detail.contains(u"no/such/a"_s));
}

void TestAtomicFile::folderInPlaceOfTheFileIsAnError()
{
    QVERIFY(QDir(m_folder->path()).mkpath(u"a/b"_s));
    QVERIFY(!core::saveFile(path(u"a"_s), "x"_ba));
    QVERIFY(QDir(path(u"a/b"_s)).exists());
    QVERIFY(!QFile::exists(path(u"a.tmp"_s)));
}

void TestAtomicFile::fullDiskKeepsTheOldFile()
{
    const QString disk = path(u"disk"_s);
    QVERIFY(QDir().mkpath(disk));
    const QByteArray native = QFile::encodeName(disk);
    if (::mount("tmpfs", native.constData(), "tmpfs", 0, "size=256k") != 0)
        QSKIP("mounting a small file system is not permitted here");
    const QString name = disk + u"/settings"_s;
    const bool first = core::saveFile(name, "old and complete"_ba).has_value();
    const auto second = core::saveFile(name, QByteArray(1'000'000, 'x'));
    const QByteArray kept = content(name);
    const QStringList left = QDir(disk).entryList(QDir::Files | QDir::Hidden);
    const bool third = core::saveFile(name, "new"_ba).has_value();
    const QByteArray after = content(name);
    QCOMPARE(::umount(native.constData()), 0);
    QVERIFY(first);
    QVERIFY(!second);
    QCOMPARE(second.error().kind, ErrorKind::DiskFull);
    QCOMPARE(kept, "old and complete"_ba);
    QCOMPARE(left, QStringList{u"settings"_s});
    QVERIFY(third);
    QCOMPARE(after, "new"_ba);
}

void TestAtomicFile::writersDoNotMix()
{
    const QString name = path(u"shared"_s);
    QVERIFY(core::saveFile(name, QByteArray(200'000, 'a')));
    std::atomic<int> wrong = 0;
    std::atomic<bool> stop = false;
    std::vector<std::thread> writers;
    for (char letter = 'a'; letter < 'e'; ++letter) {
        writers.emplace_back([&, letter] {
            for (int i = 0; i < 100; ++i) {
                if (!core::saveFile(name, QByteArray(200'000, letter), core::Durability::Kernel))
                    ++wrong;
            }
        });
    }
    std::thread reader([&] {
        while (!stop) {
            const QByteArray seen = content(name);
            if (seen.size() != 200'000 || seen != QByteArray(200'000, seen.front()))
                ++wrong;
        }
    });
    for (std::thread &writer : writers)
        writer.join();
    stop = true;
    reader.join();
    QCOMPARE(wrong.load(), 0);
    QVERIFY(!QFile::exists(name + u".tmp"_s));
}

// Runs in a child: writes for ever.
void writeForEver(const QString &name)
{
    for (char letter = 'a';; letter = letter == 'z' ? 'a' : char(letter + 1)) {
        if (!core::saveFile(name, QByteArray(500'000, letter), core::Durability::Kernel))
            ::_exit(1);
    }
}

void TestAtomicFile::killedWriterLeavesOldOrNew()
{
    const QString name = path(u"killed"_s);
    QVERIFY(core::saveFile(name, QByteArray(500'000, 'a')));
    for (int round = 0; round < 20; ++round) {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), {u"--write-for-ever"_s, name});
        QVERIFY(child.waitForStarted());
        QTest::qSleep(60 + round * 7);
        child.kill();
        QVERIFY(child.waitForFinished());
        QCOMPARE(child.exitStatus(), QProcess::CrashExit); // it did not give up by itself
        const QByteArray seen = content(name);
        QCOMPARE(seen.size(), 500'000);
        QVERIFY(seen == QByteArray(500'000, seen.front()));
    }
    QVERIFY(core::saveFile(name, "last"_ba)); // a left-over temporary is no obstacle
    QCOMPARE(content(name), "last"_ba);
}

void TestAtomicFile::loadsWithinTheLimit()
{
    QVERIFY(core::saveFile(path(u"a"_s), "12345"_ba));
    QCOMPARE(core::loadFile(path(u"a"_s), 5).value(), "12345"_ba);
    QCOMPARE(core::loadFile(path(u"a"_s), 4).error().kind, ErrorKind::FileIo);
    QCOMPARE(core::loadFile(path(u"b"_s), 4).error().kind, ErrorKind::FileIo);
    QVERIFY(core::saveFile(path(u"c"_s), ""_ba));
    QCOMPARE(core::loadFile(path(u"c"_s), 0).value(), ""_ba);
}

void TestAtomicFile::loadRefusesWhatIsNoFile()
{
    QCOMPARE(core::loadFile(m_folder->path(), 10).error().kind, ErrorKind::FileIo);
    QCOMPARE(::mkfifo(QFile::encodeName(path(u"pipe"_s)).constData(), 0600), 0);
    QCOMPARE(core::loadFile(path(u"pipe"_s), 10).error().kind, ErrorKind::FileIo);
}

void TestAtomicFile::syncs()
{
    QVERIFY(core::syncFolder(m_folder->path()));
    QCOMPARE(core::syncFolder(path(u"none"_s)).error().kind, ErrorKind::FileIo);
    QFile file(path(u"f"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(core::syncFile(file.handle(), file.fileName()));
    const auto closed = core::syncFile(-1, u"name"_s);
    QVERIFY(!closed && closed.error().detail.contains(u"name"_s));
    QCOMPARE(core::bootId(), core::bootId());
    QVERIFY(core::bootId().isEmpty() || core::bootId().size() == 36);
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    if (app.arguments().value(1) == "--write-for-ever"_L1)
        writeForEver(app.arguments().value(2));
    TestAtomicFile test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_atomicfile.moc"
