#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "core/settings.h"

using core::Setting;
using core::Settings;
using namespace Qt::StringLiterals;

class TestSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void everyKeyHasARow();
    void readingWritesNothing();
    void survivesARestart();
    void clampsAndFallsBack();
    void tellsOnlyOfChanges();
    void survivesRubbish();
    void saysWhenNothingWasSaved();

private:
    QString file() const { return m_folder->filePath(u"deep/er/settings.ini"_s); }
    void write(const QByteArray &text) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSettings::write(const QByteArray &text) const
{
    QVERIFY(QDir().mkpath(m_folder->filePath(u"deep/er"_s)));
    QFile ini(file());
    QVERIFY(ini.open(QIODevice::WriteOnly));
    QCOMPARE(ini.write(text), text.size());
}

void TestSettings::everyKeyHasARow()
{
    for (int i = 0; i <= static_cast<int>(Setting::LastPlace); ++i) {
        const auto key = static_cast<Setting>(i);
        QVERIFY(Settings::defaultValue(key).isValid());
        QVERIFY(Settings::minimum(key) <= Settings::maximum(key));
        if (Settings::defaultValue(key).typeId() == QMetaType::Int) {
            QVERIFY(Settings::defaultValue(key).toInt() >= Settings::minimum(key));
            QVERIFY(Settings::defaultValue(key).toInt() <= Settings::maximum(key));
        }
    }
    QCOMPARE(Settings::maximum(Setting::ReposAtOnce), 8);
    QCOMPARE(Settings::minimum(Setting::Connections), 1);
}

void TestSettings::readingWritesNothing()
{
    {
        const Settings settings(file());
        QCOMPARE(settings.text(Setting::Endpoint), QString());
        QCOMPARE(settings.number(Setting::ConnectionsPerFile), 16);
        QCOMPARE(settings.flag(Setting::ResumeOnStart), true);
        QCOMPARE(settings.bytes(Setting::WindowGeometry), QByteArray());
    }
    QVERIFY(!QFile::exists(file()));
}

void TestSettings::survivesARestart()
{
    const QByteArray geometry("\0\1\xff;\"\n", 6);
    {
        Settings settings(file());
        settings.set(Setting::Endpoint, u"http://localhost:1/ü, x"_s);
        settings.set(Setting::Connections, 3);
        settings.set(Setting::ResumeOnStart, false);
        settings.set(Setting::WindowGeometry, geometry);
    }
    Settings settings(file());
    QCOMPARE(settings.text(Setting::Endpoint), u"http://localhost:1/ü, x"_s);
    QCOMPARE(settings.number(Setting::Connections), 3);
    QCOMPARE(settings.flag(Setting::ResumeOnStart), false);
    QCOMPARE(settings.bytes(Setting::WindowGeometry), geometry);
    settings.reset(Setting::Connections);
    QCOMPARE(settings.number(Setting::Connections), 16);
    QSettings raw(file(), QSettings::IniFormat);
    QCOMPARE(raw.value(u"version"_s).toInt(), 1);
}

void TestSettings::clampsAndFallsBack()
{
    write(
        "[network]\nconnections=99999999999\nconnectionsPerFile=many\n[downloads]\nreposAtOnce=-4\n"
        "resumeOnStart=perhaps\n"_ba);
    Settings settings(file());
    QCOMPARE(settings.number(Setting::Connections), 16);
    QCOMPARE(settings.number(Setting::ConnectionsPerFile), 16);
    QCOMPARE(settings.number(Setting::ReposAtOnce), 1);
    QCOMPARE(settings.flag(Setting::ResumeOnStart), true);
    settings.set(Setting::FilesAtOnce, 1000);
    QCOMPARE(settings.number(Setting::FilesAtOnce), 16);
}

void TestSettings::tellsOnlyOfChanges()
{
    Settings settings(file());
    QSignalSpy changes(&settings, &Settings::changed);
    settings.set(Setting::Connections, 16); // the default
    QCOMPARE(changes.size(), 0);
    settings.set(Setting::Connections, 5);
    settings.set(Setting::Connections, 5);
    QCOMPARE(changes.size(), 1);
    QCOMPARE(changes[0][0].value<Setting>(), Setting::Connections);
    settings.reset(Setting::Connections);
    settings.reset(Setting::Connections);
    QCOMPARE(changes.size(), 2);
}

void TestSettings::survivesRubbish()
{
    QByteArray rubbish(4096, Qt::Uninitialized);
    for (qsizetype i = 0; i < rubbish.size(); ++i)
        rubbish[i] = static_cast<char>(i * 37 % 256);
    write(rubbish);
    Settings settings(file());
    QCOMPARE(settings.number(Setting::Connections), 16);
    settings.set(Setting::Connections, 2);
    QCOMPARE(settings.number(Setting::Connections), 2);
}

void TestSettings::saysWhenNothingWasSaved()
{
    write("x"_ba); // a file where a folder would have to be
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(u"settings were not saved to .*/a.ini"_s));
    Settings settings(file() + u"/a.ini"_s);
    settings.set(Setting::Connections, 2);
    QCOMPARE(settings.number(Setting::Connections), 2); // kept for this run
}

QTEST_GUILESS_MAIN(TestSettings)
#include "test_settings.moc"
