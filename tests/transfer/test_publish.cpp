#include "filefixture.h"

#include <QTest>

#include <atomic>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

// What happens around each rename of this program, the real one in between.
namespace {
std::function<void(const QString &from, const QString &to)> beforeRename;
std::function<void(const QString &from, const QString &to)> afterRename;
} // namespace

extern "C" int rename(const char *from, const char *to)
{
    if (beforeRename)
        beforeRename(QFile::decodeName(from), QFile::decodeName(to));
    const auto result = static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
    if (afterRename)
        afterRename(QFile::decodeName(from), QFile::decodeName(to));
    return result;
}

using namespace Qt::StringLiterals;
using transfer::State;

namespace {

// As another program would: opened, written to, closed.
void flip(const QString &path)
{
    QFile file(path);
    char byte = 0;
    const bool done =
        file.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered)
        && file.seek(100) && file.getChar(&byte) && file.seek(100)
        && file.putChar(static_cast<char>(byte ^ 1));
    if (!done)
        qFatal("%s cannot be flipped", qPrintable(path));
}

// Another file of that length takes the name.
void replace(const QString &path)
{
    const QString other = path + u".other"_s;
    if (!filetest::writeFile(other, QByteArray(QFileInfo(path).size(), 'x'))
        || ::syscall(SYS_renameat2, AT_FDCWD, qPrintable(other), AT_FDCWD, qPrintable(path), 0)
            != 0)
        qFatal("%s cannot be replaced", qPrintable(path));
}

enum class Harm { FlipBefore, ReplaceBefore, FlipAfter, ReplaceAfter, RemoveAfter };

// Once, when a file gets that name.
void harmAt(const QString &finalName, Harm harm)
{
    const auto isDone = std::make_shared<std::atomic<bool>>(false);
    beforeRename = [=](const QString &from, const QString &to) {
        if (to != finalName || (harm != Harm::FlipBefore && harm != Harm::ReplaceBefore)
            || isDone->exchange(true))
            return;
        harm == Harm::FlipBefore ? flip(from) : replace(from);
    };
    afterRename = [=](const QString &, const QString &to) {
        if (to != finalName || harm == Harm::FlipBefore || harm == Harm::ReplaceBefore
            || isDone->exchange(true))
            return;
        if (harm == Harm::FlipAfter)
            flip(to);
        else if (harm == Harm::ReplaceAfter)
            replace(to);
        else
            QFile::remove(to);
    };
}

} // namespace

// Another program gets at the file between its digest and the end of publishing.
class TestPublish : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void intoTheCache_data();
    void intoTheCache();
    void toAnyPath_data();
    void toAnyPath();

private:
    static void addHarms();
};

void TestPublish::cleanup()
{
    beforeRename = {};
    afterRename = {};
}

void TestPublish::addHarms()
{
    QTest::addColumn<Harm>("harm");
    QTest::newRow("a byte flipped before the name") << Harm::FlipBefore;
    QTest::newRow("replaced before the name") << Harm::ReplaceBefore;
    QTest::newRow("a byte flipped after the name") << Harm::FlipAfter;
    QTest::newRow("replaced after the name") << Harm::ReplaceAfter;
    QTest::newRow("removed after the name") << Harm::RemoveAfter;
}

void TestPublish::intoTheCache_data()
{
    addHarms();
}

// Nothing links to wrong bytes, nothing is told as done, and in the end the file is right.
void TestPublish::intoTheCache()
{
    QFETCH(Harm, harm);
    for (const bool links : {true, false}) {
        for (const qint64 size : {3 * MiB, 10 * MiB}) {
            EngineFixture f;
            f.place.links = links;
            const demo::Repo repo =
                support::makeRepo(u"org/publish"_s, {support::lfsFile(u"m.bin"_s, size)});
            harmAt(f.blob(repo, repo.files[0]), harm);
            const auto id = f.get(repo);
            QVERIFY(f.waitForState(id, State::Done, 60));
            QVERIFY(f.isRight(repo, repo.files[0]));
            QVERIFY(f.engine->status(id).checked);
            QCOMPARE(f.leftovers(repo), QStringList());
        }
    }
}

void TestPublish::toAnyPath_data()
{
    addHarms();
}

// A call of its own ends: with the right file, or with an error and nothing under the name.
void TestPublish::toAnyPath()
{
    QFETCH(Harm, harm);
    EngineFixture f;
    const demo::Repo repo = filetest::largeRepo();
    harmAt(filetest::out(f), harm);
    filetest::Call call(*f.engine, filetest::request(f, repo));
    if (call.outcome() == "done"_L1) {
        QVERIFY(filetest::isRight(filetest::out(f), repo));
    } else {
        QVERIFY2(call.outcome() == "checksum"_L1 || call.outcome() == "file-io"_L1,
                 qPrintable(call.outcome()));
        QVERIFY(!QFile::exists(filetest::out(f)));
    }
}

QTEST_GUILESS_MAIN(TestPublish)
#include "test_publish.moc"
