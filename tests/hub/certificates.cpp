#include "hub/certificates.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

// Every form in which people have their certificates, made by the openssl command.
class TestCertificates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void reads_data();
    void reads();
    void areThoseOfTheFilesAsTheyAreNow();

private:
    bool openssl(const QStringList &arguments) const;
    QByteArray content(const QString &name) const;

    QTemporaryDir m_folder;
};

bool TestCertificates::openssl(const QStringList &arguments) const
{
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start(u"openssl"_s, arguments);
    return process.waitForFinished() && process.exitCode() == 0;
}

QByteArray TestCertificates::content(const QString &name) const
{
    QFile file(m_folder.filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TestCertificates::initTestCase()
{
    if (QStandardPaths::findExecutable(u"openssl"_s).isEmpty())
        QSKIP("The openssl command is missing: there is nothing to read.");
    for (const char *name : {"one", "two"}) {
        const QString base = QString::fromLatin1(name);
        QVERIFY(openssl({u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s,
                         u"2"_s, u"-subj"_s, u"/CN="_s + base, u"-keyout"_s, base + u".key"_s,
                         u"-out"_s, base + u".pem"_s}));
    }
    QVERIFY(openssl(
        {u"x509"_s, u"-in"_s, u"one.pem"_s, u"-outform"_s, u"DER"_s, u"-out"_s, u"one.der"_s}));
    const auto trusted = [this](const QString &option, const QString &use, const QString &out) {
        return openssl(
            {u"x509"_s, u"-in"_s, u"one.pem"_s, u"-trustout"_s, option, use, u"-out"_s, out});
    };
    QVERIFY(trusted(u"-addtrust"_s, u"serverAuth"_s, u"trusted"_s));
    QVERIFY(trusted(u"-addtrust"_s, u"emailProtection"_s, u"mail"_s));
    QVERIFY(trusted(u"-addreject"_s, u"serverAuth"_s, u"rejected"_s));
}

void TestCertificates::reads_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("names");
    const QByteArray one = content(u"one.pem"_s);
    const QByteArray two = content(u"two.pem"_s);
    const QStringList both{u"one"_s, u"two"_s};
    QTest::newRow("PEM") << one << QStringList{u"one"_s};
    QTest::newRow("bundle with words") << "# ours\n" + one + "\nand\n" + two << both;
    QTest::newRow("its old name") << QByteArray(one).replace("CERTIFICATE", "X509 CERTIFICATE")
                                  << QStringList{u"one"_s};
    QTest::newRow("DER") << content(u"one.der"_s) << QStringList{u"one"_s};
    QTest::newRow("trusted") << content(u"trusted"_s) << QStringList{u"one"_s};
    QTest::newRow("trusted for mail only") << content(u"mail"_s) + two << QStringList{u"two"_s};
    QTest::newRow("rejected for servers") << content(u"rejected"_s) + two << QStringList{u"two"_s};
    QTest::newRow("a key before it") << content(u"one.key"_s) + one << QStringList{u"one"_s};
    QTest::newRow("a broken one before it")
        << "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n" + one
        << QStringList{u"one"_s};
    QTest::newRow("cut") << one.left(one.size() / 2) << QStringList();
    QTest::newRow("a key") << content(u"one.key"_s) << QStringList();
    QTest::newRow("nonsense") << QByteArray(1000, '\x30') << QStringList();
    QTest::newRow("empty") << QByteArray() << QStringList();
}

void TestCertificates::reads()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, names);
    const QString path = m_folder.filePath(u"read"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(bytes), bytes.size());
    file.close();
    QStringList found;
    const auto certificates = hub::readCertificates(path);
    for (const QSslCertificate &certificate : certificates)
        found += certificate.subjectInfo(QSslCertificate::CommonName);
    QCOMPARE(found, names);
    QVERIFY(hub::readCertificates(path + u"/none"_s).isEmpty());
}

// Whoever asks for the same files shares what was read; a file that changed is read anew.
void TestCertificates::areThoseOfTheFilesAsTheyAreNow()
{
    const QString one = m_folder.filePath(u"one"_s);
    const QString other = m_folder.filePath(u"other"_s);
    const auto write = [](const QString &path, const QByteArray &bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        QCOMPARE(file.write(bytes), bytes.size());
    };
    const QByteArray pem = content(u"one.pem"_s);
    write(one, pem);
    write(other, pem + pem);
    QVERIFY(hub::Certificates().get().isEmpty());
    QCOMPARE(hub::Certificates(QStringList{one}).get().size(), 1);
    QCOMPARE(hub::Certificates(QStringList{one, other, one + u"/none"_s}).get().size(), 3);
    write(one, pem + pem + pem);
    QCOMPARE(hub::Certificates(QStringList{one, other, one + u"/none"_s}).get().size(), 5);
}

QTEST_GUILESS_MAIN(TestCertificates)
#include "certificates.moc"
