#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "cache/verified.h"

#ifdef Q_OS_LINUX
#include <sys/stat.h>
#include <sys/xattr.h>
#endif

using namespace Qt::StringLiterals;

// The note must void itself with any change of the file. In the build folder, since a temporary
// file system may keep no attributes.
class TestVerified : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void notesAndVoids();
    void followsTheFile();
    void notForOpaqueContent();

private:
    void write(const QByteArray &bytes) const
    {
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    }

    QTemporaryDir m_folder{QDir::current().filePath(u"verified-XXXXXX"_s)};
    QString m_file = m_folder.filePath(u"blob"_s);
    const core::ContentId m_id{core::ContentId::Kind::Sha256, QString(64, u'a')};
};

void TestVerified::initTestCase()
{
    write("x");
#ifdef Q_OS_LINUX
    const QByteArray path = QFile::encodeName(m_file);
    if (::setxattr(path.constData(), "user.test", "1", 1, 0) != 0)
#endif
        QSKIP("this file system keeps no extended attributes");
}

void TestVerified::notesAndVoids()
{
    write("content");
    QVERIFY(!cache::isNotedVerified(m_file, m_id));
    cache::noteVerified(m_file, m_id);
    QVERIFY(cache::isNotedVerified(m_file, m_id));
    QVERIFY(!cache::isNotedVerified(m_file, {core::ContentId::Kind::Sha256, QString(64, u'b')}));
    QTest::qWait(20); // the clock of the file system is a coarse one
    QFile file(m_file);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.write("C") == 1); // the same size
    file.close();
    QVERIFY(!cache::isNotedVerified(m_file, m_id));
}

void TestVerified::followsTheFile()
{
    write("content");
    cache::noteVerified(m_file, m_id);
    const QString moved = m_folder.filePath(u"moved"_s);
    const QString link = m_folder.filePath(u"link"_s);
    QFile::remove(moved);
    QVERIFY(QFile::rename(m_file, moved));
    QVERIFY(cache::isNotedVerified(moved, m_id));
    QVERIFY(QFile::link(moved, link));
    QVERIFY(cache::isNotedVerified(link, m_id));
    QVERIFY(!cache::isNotedVerified(m_folder.path(), m_id));
    QVERIFY(!cache::isNotedVerified(m_folder.filePath(u"missing"_s), m_id));
}

void TestVerified::notForOpaqueContent()
{
    write("content");
    const core::ContentId opaque{core::ContentId::Kind::Opaque, u"etag"_s};
    cache::noteVerified(m_file, opaque);
    QVERIFY(!cache::isNotedVerified(m_file, opaque));
}

QTEST_GUILESS_MAIN(TestVerified)
#include "testverified.moc"
