#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "core/digest.h"

using core::ContentId;
using core::Digest;
using core::ErrorKind;
using namespace Qt::StringLiterals;
using Kind = ContentId::Kind;

class TestDigest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knownVectors_data();
    void knownVectors();
    void opaqueHasNone();
    void filesAgreeWithTheSystemTool();
    void stops();
    void fileTrouble();

private:
    QTemporaryDir m_folder;
};

void TestDigest::knownVectors_data()
{
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QString>("sha256");
    QTest::addColumn<QString>("git");
    QTest::newRow("empty") << ""_ba
                           << u"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"_s
                           << u"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"_s;
    QTest::newRow("hello") << "Hello, World!"_ba
                           << u"dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f"_s
                           << u"b45ef6fec89518d314f546fd6c3025367b721684"_s;
}

void TestDigest::knownVectors()
{
    QFETCH(QByteArray, data);
    QFETCH(QString, sha256);
    QFETCH(QString, git);
    for (const auto &[kind, expected] :
         {std::pair(Kind::Sha256, sha256), std::pair(Kind::GitSha1, git)}) {
        Digest whole(kind, data.size());
        whole.add(data);
        QCOMPARE(whole.hex(), expected);
        Digest pieces(kind, data.size());
        for (const char c : data)
            pieces.add(QByteArrayView(&c, 1));
        QCOMPARE(pieces.hex(), expected);
        QFile file(m_folder.filePath(u"f"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(data), data.size());
        file.close();
        QCOMPARE(core::digestOfFile(file.fileName(), kind).value(), expected);
    }
}

void TestDigest::opaqueHasNone()
{
    Digest digest(Kind::Opaque, 1);
    digest.add("x"_ba);
    QCOMPARE(digest.hex(), QString());
    QVERIFY(!core::digestOfFile(u"/dev/null"_s, Kind::Opaque));
}

void TestDigest::filesAgreeWithTheSystemTool()
{
    const QString name = m_folder.filePath(u"big ü"_s);
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QByteArray block(1'000'003, Qt::Uninitialized); // blocks do not fit the reader's buffer
    for (qsizetype i = 0; i < block.size(); ++i)
        block[i] = static_cast<char>(i * i % 251);
    for (int i = 0; i < 5; ++i)
        QCOMPARE(file.write(block), block.size());
    file.close();
    std::atomic<qint64> done = 0;
    const auto hex = core::digestOfFile(name, Kind::Sha256, nullptr, &done);
    QVERIFY(hex);
    QCOMPARE(done.load(), 5 * block.size());
    if (QStandardPaths::findExecutable(u"sha256sum"_s).isEmpty())
        QSKIP("sha256sum is not installed");
    QProcess tool;
    tool.start(u"sha256sum"_s, {name});
    QVERIFY(tool.waitForFinished());
    QCOMPARE(*hex, QString::fromLatin1(tool.readAllStandardOutput().left(64)));
}

void TestDigest::stops()
{
    QFile file(m_folder.filePath(u"s"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("x") == 1);
    file.close();
    const std::atomic<bool> stop = true;
    std::atomic<qint64> done = 0;
    QCOMPARE(core::digestOfFile(file.fileName(), Kind::Sha256, &stop, &done).error().kind,
             ErrorKind::Cancelled);
    QCOMPARE(done.load(), 0);
}

void TestDigest::fileTrouble()
{
    QCOMPARE(core::digestOfFile(m_folder.filePath(u"none"_s), Kind::Sha256).error().kind,
             ErrorKind::FileIo);
    QCOMPARE(core::digestOfFile(m_folder.path(), Kind::Sha256).error().kind, ErrorKind::FileIo);
    // Says it is empty, yet delivers bytes: a file that grows while it is read.
    const auto grown = core::digestOfFile(u"/proc/self/status"_s, Kind::GitSha1);
    QVERIFY(!grown);
    QCOMPARE(grown.error().kind, ErrorKind::FileIo);
}

QTEST_GUILESS_MAIN(TestDigest)
#include "test_digest.moc"
