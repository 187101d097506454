#include "cachefixture.h"

#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "cache/partial.h"
#include "cache/store.h"
#include "cache/treefile.h"

using namespace Qt::StringLiterals;
using cache::Layout;
using cache::Location;
using cache::Store;

namespace {

const QString commit = cachetest::commit();

// Puts content into the cache as a finished blob, by the whole way.
core::Result<void> addBlob(const Store &store, const core::ContentId &id, const QByteArray &content)
{
    auto what = cachetest::identity(content.size(), id);
    const auto partial = cache::Partial::open(store.layout(), what);
    if (!partial)
        return core::Unexpected(partial.error());
    if (auto written = (*partial)->write(0, content); !written)
        return written;
    if (auto synced = (*partial)->checkpoint().run(); !synced)
        return synced;
    cache::Seal seal = (*partial)->seal();
    const auto named = store.publish(what.repo, id, seal, nullptr);
    if (!named)
        return core::Unexpected(named.error());
    if (*named != cache::Seal::Named::Yes)
        return core::fail(core::ErrorKind::Checksum);
    return store.removeLeftovers(what.repo, id);
}

QString readLink(const QString &path)
{
    char target[4096] = {};
    return ::readlink(qPrintable(path), target, sizeof(target) - 1) < 0 ? QString()
                                                                        : QString::fromUtf8(target);
}

int modeOf(const QString &path)
{
    struct stat facts = {};
    return ::stat(qPrintable(path), &facts) == 0 ? int(facts.st_mode & 07777) : -1;
}

} // namespace

class TestStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void preparesFolders();
    void keepsAForeignTag();
    void removesLeftOverTemporaries();
    void publishes();
    void publishReplacesAnUnverifiedBlob();
    void publishGivesTheModeOfAFreshFile();
    void publishRefusesLinksAndMissingFiles();
    void linksRelatively();
    void linksAgain();
    void replacesWhatIsWrong();
    void keepsARealFileOfTheRightSize();
    void folderInTheWay();
    void neverLeavesTheCache();
    void entryOfAnotherBlob();
    void withoutLinksCopies();
    void withoutLinksMovesTheLast();
    void linksThatCannotBeMadeBecomeFiles();
    void tree();
    void treeAsPythonWritesIt();
    void refs_data();
    void refs();
    void refIsLeftAloneWhenEqual();
    void refusesBadRefs();
    void freeBytes();
    void fullDisk();

private:
    Location place() const { return {u"id"_s, Location::Kind::HubCache, m_root, true}; }
    QString entry(const QString &path) const { return Layout(m_root).entry(repo, commit, path); }

    const core::RepoId repo = cachetest::repo();
    const core::ContentId id = cachetest::sha256Id();
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_root;
};

void TestStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = m_folder->filePath(u"hub"_s);
}

void TestStore::preparesFolders()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(store.prepare(repo));
    QCOMPARE(cachetest::namesIn(store.layout().repo(repo)),
             QStringList({u"blobs"_s, u"refs"_s, u"snapshots"_s}));
    QCOMPARE(cachetest::namesIn(m_root),
             QStringList({u"CACHEDIR.TAG"_s, u"models--owner--name"_s}));
    const QByteArray tag = cachetest::readFile(store.layout().cacheDirTag());
    QVERIFY(tag.startsWith("Signature: 8a477f597d28d172789f06886806bc55\n"));
    QCOMPARE(tag.count('\n'), 4);
    QVERIFY(tag.endsWith("#\thttps://bford.info/cachedir/\n"));
}

void TestStore::keepsAForeignTag()
{
    const Store store(place());
    QVERIFY(cachetest::writeFile(store.layout().cacheDirTag(), "theirs"_ba));
    VERIFY_RESULT(store.prepare(repo));
    QCOMPARE(cachetest::readFile(store.layout().cacheDirTag()), "theirs"_ba);
}

void TestStore::removesLeftOverTemporaries()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    const QString blobs = store.layout().blobs(repo) + u'/';
    const QString ours = store.layout().temporary(repo);
    QStringList parts = ours.mid(blobs.size()).split(u'-');
    parts[2] = u"1"_s;
    const QString killed = blobs + parts.join(u'-');
    parts[3] = store.layout().temporary(repo).split(u'-').last(); // another random part
    const QString killedLink = blobs + parts.join(u'-');
    parts[0] = u"zzzzzzzz"_s;
    const QString elsewhere = blobs + parts.join(u'-');
    const QString old = elsewhere + u"old"_s;
    const QStringList keep{ours,
                           elsewhere,
                           store.layout().partial(repo, id),
                           store.layout().sidecar(repo, id),
                           store.layout().hint(repo, id),
                           blobs + "aa.1234abcd.incomplete"_L1};
    for (const QString &path : keep)
        QVERIFY(cachetest::writeFile(path, "x"_ba));
    QVERIFY(cachetest::writeFile(killed, "x"_ba));
    QCOMPARE(::symlink("../nowhere", qPrintable(killedLink)), 0);
    QVERIFY(cachetest::writeFile(old, "x"_ba));
    const utimbuf longAgo{1000, 1000};
    QCOMPARE(::utime(qPrintable(old), &longAgo), 0);
    QCOMPARE(::utime(qPrintable(store.layout().partial(repo, id)), &longAgo), 0);

    VERIFY_RESULT(store.prepare(repo));
    QStringList left;
    for (const QString &name : cachetest::namesIn(blobs))
        left += blobs + name;
    QStringList expected = keep;
    left.sort();
    expected.sort();
    QCOMPARE(left, expected);
}

void TestStore::publishes()
{
    const Store store(place());
    const QByteArray content = "content"_ba;
    QVERIFY(!store.hasBlob(repo, id, content.size()));
    VERIFY_RESULT(addBlob(store, id, content));
    QVERIFY(store.hasBlob(repo, id, content.size()));
    QVERIFY(!store.hasBlob(repo, id, content.size() + 1));
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)), QStringList(id.text));
    QCOMPARE(cachetest::readFile(store.layout().blob(repo, id)), content);
    VERIFY_RESULT(addBlob(store, cachetest::sha256Id('0'), {})); // no bytes at all
    QVERIFY(store.hasBlob(repo, cachetest::sha256Id('0'), 0));
}

void TestStore::publishReplacesAnUnverifiedBlob()
{
    const Store store(place());
    QVERIFY(cachetest::writeFile(store.layout().blob(repo, id), "corrupt"_ba));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    QCOMPARE(cachetest::readFile(store.layout().blob(repo, id)), "content"_ba);
}

void TestStore::publishGivesTheModeOfAFreshFile()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    const QString partial = store.layout().partial(repo, id);
    const mode_t old = ::umask(027);
    QVERIFY(cachetest::writeFile(partial, "x"_ba));
    QCOMPARE(::chmod(qPrintable(partial), 0600), 0);
    const cache::Descriptor file(::open(qPrintable(partial), O_RDWR));
    cache::Seal seal(file.get(), partial);
    const auto published = store.publish(repo, id, seal, nullptr);
    ::umask(old);
    VERIFY_RESULT(published);
    QCOMPARE(*published, cache::Seal::Named::Yes);
    QCOMPARE(modeOf(store.layout().blob(repo, id)), 0640);
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)).size(), 1);
}

void TestStore::publishRefusesLinksAndMissingFiles()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    const QString partial = store.layout().partial(repo, id);
    QVERIFY(cachetest::writeFile(partial, "x"_ba));
    const cache::Descriptor file(::open(qPrintable(partial), O_RDWR));
    cache::Seal seal(file.get(), partial);
    QVERIFY(QFile::remove(partial));
    const auto missing = store.publish(repo, id, seal, nullptr);
    VERIFY_RESULT(missing);
    QCOMPARE(*missing, cache::Seal::Named::Lost);
    QVERIFY(QFile::link(u"/etc/passwd"_s, partial));
    const auto link = store.publish(repo, id, seal, nullptr);
    VERIFY_RESULT(link);
    QCOMPARE(*link, cache::Seal::Named::Lost);
    QVERIFY(!QFileInfo::exists(store.layout().blob(repo, id)));
}

void TestStore::linksRelatively()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    for (const QString &path : {u"top.bin"_s, u"a/b/ü #%+ c.bin"_s}) {
        QVERIFY(!store.hasEntry(repo, commit, path, id, 7));
        VERIFY_RESULT(store.link(repo, commit, path, id));
        QCOMPARE(readLink(entry(path)), store.layout().linkTarget(path, id));
        QCOMPARE(cachetest::readFile(entry(path)), "content"_ba);
        QVERIFY(store.hasEntry(repo, commit, path, id, 7));
        QVERIFY(!store.hasEntry(repo, commit, path, id, 8));
    }
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)), QStringList(id.text));
    // A cache that was moved still works.
    const QString moved = m_folder->filePath(u"moved"_s);
    QVERIFY(QDir().rename(m_root, moved));
    QCOMPARE(cachetest::readFile(Layout(moved).entry(repo, commit, u"top.bin"_s)), "content"_ba);
}

void TestStore::linksAgain()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    VERIFY_RESULT(store.link(repo, commit, u"a"_s, id));
    struct stat before = {};
    struct stat after = {};
    QCOMPARE(::lstat(qPrintable(entry(u"a"_s)), &before), 0);
    VERIFY_RESULT(store.link(repo, commit, u"a"_s, id));
    QCOMPARE(::lstat(qPrintable(entry(u"a"_s)), &after), 0);
    QCOMPARE(after.st_ino, before.st_ino); // an equal link is left alone
    QVERIFY(!store.link(repo, commit, u"b"_s, cachetest::sha256Id('9'))); // no such blob
    QVERIFY(!QFileInfo(entry(u"b"_s)).isSymLink());
}

void TestStore::replacesWhatIsWrong()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    QVERIFY(cachetest::writeFile(entry(u"short"_s), "cont"_ba));
    QCOMPARE(::symlink("../../blobs/gone", qPrintable(entry(u"dead"_s))), 0);
    QCOMPARE(::symlink("loop", qPrintable(entry(u"loop"_s))), 0);
    for (const QString &path : {u"short"_s, u"dead"_s, u"loop"_s}) {
        QVERIFY(!store.hasEntry(repo, commit, path, id, 7));
        VERIFY_RESULT(store.link(repo, commit, path, id));
        QCOMPARE(readLink(entry(path)), store.layout().linkTarget(path, id));
    }
}

void TestStore::keepsARealFileOfTheRightSize()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    QVERIFY(cachetest::writeFile(entry(u"real"_s), "content"_ba));
    QVERIFY(store.hasEntry(repo, commit, u"real"_s, id, 7));
    VERIFY_RESULT(store.link(repo, commit, u"real"_s, id));
    QVERIFY(!QFileInfo(entry(u"real"_s)).isSymLink());
}

void TestStore::folderInTheWay()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    QVERIFY(QDir().mkpath(entry(u"a"_s)));
    const auto onto = store.link(repo, commit, u"a"_s, id);
    QVERIFY(!onto);
    QCOMPARE(onto.error().kind, core::ErrorKind::FileIo);
    QVERIFY(onto.error().detail.contains("folder"_L1));
    VERIFY_RESULT(store.link(repo, commit, u"file"_s, id));
    const auto below = store.link(repo, commit, u"file/x"_s, id);
    QVERIFY(!below);
    QCOMPARE(below.error().kind, core::ErrorKind::FileIo);
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)), QStringList(id.text));
}

void TestStore::neverLeavesTheCache()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    const QString outside = m_folder->filePath(u"outside"_s);
    QVERIFY(QDir().mkpath(outside));
    QVERIFY(cachetest::writeFile(outside + "/x"_L1, "content"_ba));
    QVERIFY(QDir().mkpath(store.layout().snapshot(repo, commit)));
    QVERIFY(QFile::link(outside, entry(u"planted"_s)));
    const auto linked = store.link(repo, commit, u"planted/y"_s, id);
    QVERIFY(!linked);
    QCOMPARE(linked.error().kind, core::ErrorKind::FileIo);
    QCOMPARE(cachetest::namesIn(outside), QStringList(u"x"_s));
    QVERIFY(!store.hasEntry(repo, commit, u"planted/x"_s, id, 7));
    for (const QString &path : {u"../../../../y"_s, u"a/../../y"_s, u"a//y"_s, u"./y"_s})
        QVERIFY2(!store.link(repo, commit, path, id), qPrintable(path));
}

void TestStore::entryOfAnotherBlob()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    const auto other = cachetest::sha256Id('b');
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    VERIFY_RESULT(addBlob(store, other, "CONTENT"_ba));
    VERIFY_RESULT(store.link(repo, commit, u"a"_s, other));
    QVERIFY(!store.hasEntry(repo, commit, u"a"_s, id, 7));
    VERIFY_RESULT(store.link(repo, commit, u"a"_s, id));
    QCOMPARE(cachetest::readFile(entry(u"a"_s)), "content"_ba);
}

void TestStore::withoutLinksCopies()
{
    Location where = place();
    where.links = false;
    const Store store(where);
    VERIFY_RESULT(store.prepare(repo));
    const QByteArray content = cachetest::randomBytes(3'000'001, 1);
    VERIFY_RESULT(addBlob(store, id, content));
    VERIFY_RESULT(store.link(repo, commit, u"d/a"_s, id));
    QVERIFY(!QFileInfo(entry(u"d/a"_s)).isSymLink());
    QVERIFY(cachetest::readFile(entry(u"d/a"_s)) == content);
    QVERIFY(store.hasEntry(repo, commit, u"d/a"_s, id, content.size()));
    QVERIFY(store.hasBlob(repo, id, content.size())); // others may link to it
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)), QStringList(id.text));
}

void TestStore::withoutLinksMovesTheLast()
{
    Location where = place();
    where.links = false;
    const Store store(where);
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    VERIFY_RESULT(store.linkAll(repo, commit, {u"a"_s, u"b/c"_s}, id, Store::Blob::Published));
    for (const QString &path : {u"a"_s, u"b/c"_s}) {
        QVERIFY(!QFileInfo(entry(path)).isSymLink());
        QCOMPARE(cachetest::readFile(entry(path)), "content"_ba);
        QVERIFY(store.hasEntry(repo, commit, path, id, 7));
    }
    QVERIFY(!store.hasBlob(repo, id, 7));
    QVERIFY(cachetest::namesIn(store.layout().blobs(repo)).isEmpty());
}

void TestStore::linksThatCannotBeMadeBecomeFiles()
{
    // A FAT-like file system knows no links.
    const QString image = m_folder->filePath(u"image"_s);
    QFile file(image);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(32 * 1024 * 1024));
    file.close();
    QVERIFY(QDir().mkpath(m_root));
    QProcess setUp;
    setUp.start(u"sh"_s,
                {u"-c"_s,
                 u"mkfs.exfat \"$0\" && L=$(losetup -f --show \"$0\") && echo $L > \"$0.loop\" && "
                 "mount.exfat-fuse $L \"$1\""_s,
                 image, m_root});
    setUp.waitForFinished();
    const auto release = qScopeGuard([&] {
        QProcess::execute(u"sh"_s,
                          {u"-c"_s,
                           u"umount \"$1\"; test -e \"$0.loop\" && "
                           "losetup -d $(cat \"$0.loop\")"_s,
                           image, m_root});
    });
    if (setUp.exitCode() != 0)
        QSKIP("exfat-fuse cannot be mounted here");
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(addBlob(store, id, "content"_ba));
    VERIFY_RESULT(store.linkAll(repo, commit, {u"a"_s, u"b/c"_s}, id, Store::Blob::Published));
    QCOMPARE(cachetest::readFile(entry(u"a"_s)), "content"_ba);
    QCOMPARE(cachetest::readFile(entry(u"b/c"_s)), "content"_ba);
    QVERIFY(store.hasEntry(repo, commit, u"b/c"_s, id, 7));
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    QCOMPARE(cachetest::readFile(store.layout().ref(repo, u"main"_s)), commit.toLatin1());
}

void TestStore::tree()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(store.writeTree(repo, commit,
                                  {{u"b.bin"_s, 9, u"oid"_s, QString(64, u'1'), QString(64, u'2')},
                                   {u"a.txt"_s, 5, u"o2"_s, {}, u"hidden"_s}}));
    QCOMPARE(cachetest::readFile(store.layout().tree(repo, commit)),
             "{\n \"format_version\": 1,\n \"files\": {\n"
             "  \"a.txt\": {\n   \"size\": 5,\n   \"blob_id\": \"o2\"\n  },\n"
             "  \"b.bin\": {\n   \"size\": 9,\n   \"blob_id\": \"oid\",\n   \"lfs_sha256\": \""
                 + QByteArray(64, '1') + "\",\n   \"lfs_size\": 9,\n   \"xet_hash\": \""
                 + QByteArray(64, '2') + "\"\n  }\n }\n}");
    QCOMPARE(cachetest::namesIn(store.layout().repo(repo) + "/trees"_L1),
             QStringList(commit + ".json"_L1));
}

void TestStore::treeAsPythonWritesIt()
{
    const QList<cache::TreeFile> files{
        {u"z\"\\\n\t\u0001\u007f.txt"_s, 1, u"x"_s, {}, {}},
        {u"ü/😀/名.bin"_s, 4611686018427387904, u"y"_s, QString(64, u'a'), QString(64, u'F')},
        {u"\uffee"_s, 0, u"w"_s, {}, {}},
        {u"Zebra"_s, 3, u"v"_s, QString(64, u'b'), {}},
    };
    QProcess python;
    for (const auto &some : {files, files.first(0), files.first(1)}) {
        python.start(u"python3"_s,
                     {u"-c"_s,
                      u"import json,sys\n"
                      "d=json.loads(sys.stdin.buffer.read().decode())\n"
                      "d['files']={k:d['files'][k] for k in sorted(d['files'])}\n"
                      "sys.stdout.write(json.dumps(d,indent=1))"_s});
        if (!python.waitForStarted())
            QSKIP("python3 is not here");
        python.write(cache::encodeTree(some));
        python.closeWriteChannel();
        QVERIFY(python.waitForFinished());
        QCOMPARE(cache::encodeTree(some), python.readAllStandardOutput());
    }
}

void TestStore::refs_data()
{
    QTest::addColumn<QString>("revision");
    QTest::newRow("branch") << u"main"_s;
    QTest::newRow("pull request") << u"refs/pr/1"_s;
    QTest::newRow("folder") << u"feature/x"_s;
}

void TestStore::refs()
{
    QFETCH(QString, revision);
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(store.writeRef(repo, revision, commit));
    QCOMPARE(cachetest::readFile(store.layout().refs(repo) + u'/' + revision), commit.toLatin1());
    QVERIFY(QFileInfo(store.layout().snapshot(repo, commit)).isDir());
    VERIFY_RESULT(store.writeRef(repo, revision, cachetest::commit('d')));
    QCOMPARE(cachetest::readFile(store.layout().ref(repo, revision)),
             cachetest::commit('d').toLatin1());
    QVERIFY(cachetest::namesIn(store.layout().blobs(repo)).isEmpty());
}

void TestStore::refIsLeftAloneWhenEqual()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    struct stat before = {};
    struct stat after = {};
    QCOMPARE(::stat(qPrintable(store.layout().ref(repo, u"main"_s)), &before), 0);
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    QCOMPARE(::stat(qPrintable(store.layout().ref(repo, u"main"_s)), &after), 0);
    QCOMPARE(after.st_ino, before.st_ino);
    QVERIFY(cachetest::writeFile(store.layout().ref(repo, u"main"_s), commit.toLatin1() + '\n'));
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    QCOMPARE(cachetest::readFile(store.layout().ref(repo, u"main"_s)).size(), 40);
    VERIFY_RESULT(store.writeRef(repo, commit, commit));
    QCOMPARE(cachetest::namesIn(store.layout().refs(repo)), QStringList(u"main"_s));
}

void TestStore::refusesBadRefs()
{
    const Store store(place());
    VERIFY_RESULT(store.prepare(repo));
    for (const QString &name : {u"../x"_s, u"/x"_s, u"a/../../x"_s, u""_s, u"a\nb"_s})
        QVERIFY2(!store.writeRef(repo, name, commit), qPrintable(name));
    QVERIFY(!store.writeRef(repo, u"main"_s, u"short"_s));
    const QString outside = m_folder->filePath(u"outside"_s);
    QVERIFY(QDir().mkpath(outside));
    QVERIFY(QFile::link(outside, store.layout().refs(repo) + "/planted"_L1));
    QVERIFY(!store.writeRef(repo, u"planted/x"_s, commit));
    QVERIFY(cachetest::namesIn(outside).isEmpty());
    VERIFY_RESULT(store.writeRef(repo, u"dir/x"_s, commit));
    QVERIFY(!store.writeRef(repo, u"dir"_s, commit));
    QVERIFY(!store.writeRef(repo, u"dir/x/y"_s, commit));
}

void TestStore::freeBytes()
{
    Location where = place();
    where.path = m_root + "/not/yet/there"_L1;
    QVERIFY(Store(where).freeBytes() > 0);
    const cachetest::SmallDisk disk(u"8m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    where.path = disk.path() + "/hub"_L1;
    QCOMPARE(Store(where).freeBytes(), 8 * 1024 * 1024);
}

void TestStore::fullDisk()
{
    const cachetest::SmallDisk disk(u"2m"_s);
    if (!disk.isMounted())
        QSKIP("a small file system cannot be mounted here");
    Location where = place();
    where.path = disk.path() + "/hub"_L1;
    where.links = false;
    const Store store(where);
    VERIFY_RESULT(store.prepare(repo));
    VERIFY_RESULT(store.writeRef(repo, u"main"_s, commit));
    VERIFY_RESULT(addBlob(store, id, QByteArray(1'500'000, 'x')));
    const auto copied = store.link(repo, commit, u"a"_s, id);
    QVERIFY(!copied);
    QCOMPARE(copied.error().kind, core::ErrorKind::DiskFull);
    QCOMPARE(cachetest::namesIn(store.layout().blobs(repo)), QStringList(id.text));
    QFile filler(disk.path() + "/filler"_L1);
    QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    while (filler.write(QByteArray(4096, 'f')) > 0) { }
    const auto ref = store.writeRef(repo, u"main"_s, cachetest::commit('d'));
    QVERIFY(!ref);
    QCOMPARE(ref.error().kind, core::ErrorKind::DiskFull);
    QCOMPARE(cachetest::readFile(store.layout().ref(repo, u"main"_s)), commit.toLatin1());
}

QTEST_GUILESS_MAIN(TestStore)

#include "teststore.moc"
