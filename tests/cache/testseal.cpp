#include "cachefixture.h"

#include <QCryptographicHash>
#include <QTest>

#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "cache/seal.h"

using namespace Qt::StringLiterals;
using cache::Seal;

// A compared file, and what others may do to it.
class TestSeal : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void followsItsFileUnderAnyName();
    void aReaderThatIsGoneIsHarmless();
    void whoOpensItToWrite();
    void whoHadItOpenBefore();
    void whoShortensItByName();
    void eachOwnerSeesTheSameFile();
    void tooMuchToTell();
    void readsItselfAndNotItsName();
    void readAgainItIsBelieved();
    void wrongContentGetsNoName();
    void anotherFileHasItsName();

private:
    bool write(const QString &path, char first) const;

    const QByteArray m_content = QByteArray(5000, 'x');
    const core::ContentId m_id = *core::ContentId::make(QString::fromLatin1(
        QCryptographicHash::hash(m_content, QCryptographicHash::Sha256).toHex()));
    QTemporaryDir m_folder;
    QString m_path;
    QString m_final;
    cache::Descriptor m_file;
};

void TestSeal::init()
{
    m_path = m_folder.filePath(u"partial"_s);
    m_final = m_folder.filePath(u"final"_s);
    QFile::remove(m_final);
    QVERIFY(cachetest::writeFile(m_path, m_content));
    m_file = cache::Descriptor(::open(qPrintable(m_path), O_RDWR | O_CLOEXEC));
    QVERIFY(m_file.isOpen());
}

bool TestSeal::write(const QString &path, char first) const
{
    QFile other(path);
    return other.open(QIODevice::ReadWrite | QIODevice::ExistingOnly) && other.putChar(first);
}

void TestSeal::followsItsFileUnderAnyName()
{
    Seal seal(m_file.get(), m_path);
    QVERIFY(seal.isAt(m_path));
    const auto named = seal.giveName(m_final, m_id, nullptr);
    VERIFY_RESULT(named);
    QCOMPARE(*named, Seal::Named::Yes);
    QVERIFY(!seal.isAt(m_path));
    QVERIFY(seal.isAt(m_final));
    QVERIFY(write(m_final, 'y'));
    QVERIFY(!seal.isUntouched());
}

void TestSeal::aReaderThatIsGoneIsHarmless()
{
    Seal seal(m_file.get(), m_path);
    {
        QFile reader(m_path);
        QVERIFY(reader.open(QIODevice::ReadOnly));
        QVERIFY2(!seal.isUntouched(), "nobody knows what it has opened it for");
    }
    QVERIFY(seal.isUntouched());
}

void TestSeal::whoOpensItToWrite()
{
    Seal seal(m_file.get(), m_path);
    QVERIFY(write(m_path, 'x')); // the same byte: it is the writing that counts
    QVERIFY(!seal.isUntouched());
}

void TestSeal::whoHadItOpenBefore()
{
    QFile other(m_path);
    QVERIFY(other.open(QIODevice::ReadWrite | QIODevice::ExistingOnly | QIODevice::Unbuffered));
    Seal seal(m_file.get(), m_path);
    QVERIFY(seal.isUntouched());
    QVERIFY(other.putChar('y'));
    QVERIFY(!seal.isUntouched());
}

void TestSeal::whoShortensItByName()
{
    Seal seal(m_file.get(), m_path);
    QCOMPARE(::truncate(qPrintable(m_path), 10), 0);
    QVERIFY(!seal.isUntouched());
}

// One owner's end takes nothing from the other, and nobody sees what was before its own time.
void TestSeal::eachOwnerSeesTheSameFile()
{
    auto first = std::make_unique<Seal>(m_file.get(), m_path);
    QVERIFY(write(m_path, 'x'));
    Seal second(m_file.get(), m_path);
    QVERIFY(second.isUntouched());
    QVERIFY(!first->isUntouched());
    first->digest(m_id.kind, nullptr);
    QVERIFY(first->isUntouched());
    first.reset();
    QVERIFY(second.isUntouched());
    QVERIFY(write(m_path, 'x'));
    QVERIFY(!second.isUntouched());

    second = Seal(m_file.get(), m_path); // the former ends after the new one began
    QVERIFY(second.isUntouched());
    QVERIFY(write(m_path, 'x'));
    QVERIFY(!second.isUntouched());
}

// More than the system keeps for us: nobody knows what was lost, whose file it was about.
void TestSeal::tooMuchToTell()
{
    const QString other = m_folder.filePath(u"other"_s);
    QVERIFY(cachetest::writeFile(other, m_content));
    const cache::Descriptor file(::open(qPrintable(other), O_RDWR | O_CLOEXEC));
    Seal busy(file.get(), other);
    Seal quiet(m_file.get(), m_path);
    QFile limit(u"/proc/sys/fs/inotify/max_queued_events"_s);
    QVERIFY(limit.open(QIODevice::ReadOnly));
    for (int left = limit.readAll().trimmed().toInt() / 2 + 1; left > 0; --left)
        ::close(::open(qPrintable(other), O_RDONLY | O_CLOEXEC));
    QVERIFY(!quiet.isUntouched());
    quiet.digest(m_id.kind, nullptr);
    QVERIFY2(!quiet.isUntouched(), "who opened it may be among what was lost");
    QVERIFY(Seal(m_file.get(), m_path).isUntouched());
}

void TestSeal::readsItselfAndNotItsName()
{
    Seal seal(m_file.get(), m_path);
    const QString other = m_folder.filePath(u"other"_s);
    QVERIFY(cachetest::writeFile(other, "another"_ba));
    QCOMPARE(::rename(qPrintable(other), qPrintable(m_path)), 0);
    QVERIFY(!seal.isAt(m_path));
    const auto hex = seal.digest(m_id.kind, nullptr);
    VERIFY_RESULT(hex);
    QCOMPARE(*hex, m_id.text);
}

void TestSeal::readAgainItIsBelieved()
{
    Seal seal(m_file.get(), m_path);
    QVERIFY(write(m_path, 'x'));
    QVERIFY(!seal.isUntouched());
    VERIFY_RESULT(seal.digest(m_id.kind, nullptr));
    QVERIFY(seal.isUntouched());
}

void TestSeal::wrongContentGetsNoName()
{
    Seal seal(m_file.get(), m_path);
    QVERIFY(write(m_path, 'y'));
    const auto named = seal.giveName(m_final, m_id, nullptr);
    VERIFY_RESULT(named);
    QCOMPARE(*named, Seal::Named::Differs);
    QVERIFY(!QFile::exists(m_final));
    QVERIFY(seal.isAt(m_path));
}

void TestSeal::anotherFileHasItsName()
{
    Seal seal(m_file.get(), m_path);
    QVERIFY(QFile::remove(m_path));
    QVERIFY(cachetest::writeFile(m_path, m_content)); // as good, but not what was compared
    const auto named = seal.giveName(m_final, m_id, nullptr);
    VERIFY_RESULT(named);
    QCOMPARE(*named, Seal::Named::Lost);
    QVERIFY(!QFile::exists(m_final));
}

QTEST_GUILESS_MAIN(TestSeal)
#include "testseal.moc"
