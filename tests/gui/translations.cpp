#include <QTest>
#include <QTranslator>

#include "gui/texts.h"

using namespace Qt::StringLiterals;

// Languages are built into the program, and their plural forms are those of the language.
class TranslationsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void speaksInPlurals_data()
    {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QString>("one");
        QTest::addColumn<QString>("many");
        QTest::newRow("English") << u"en"_s << u"1 file"_s << u"22 files"_s;
        QTest::newRow("German") << u"de"_s << u"1 Datei"_s << u"22 Dateien"_s;
    }

    void speaksInPlurals()
    {
        QFETCH(QString, language);
        QFETCH(QString, one);
        QFETCH(QString, many);
        QTranslator translator;
        QVERIFY(translator.load(QLocale(language), u"hubload"_s, u"_"_s, u":/i18n"_s));
        QVERIFY(QCoreApplication::installTranslator(&translator));
        QCOMPARE(gui::Texts::files(1), one);
        QCOMPARE(gui::Texts::files(22), many);
    }

    // Numbers in sentences are grouped as the language does it, like all others.
    void countsInTheLocale()
    {
        const QLocale before;
        QLocale::setDefault(QLocale(u"de_DE"_s));
        QTranslator translator;
        QVERIFY(translator.load(QLocale(), u"hubload"_s, u"_"_s, u":/i18n"_s));
        QVERIFY(QCoreApplication::installTranslator(&translator));
        QCOMPARE(gui::Texts::files(12345), u"12.345 Dateien"_s);
        QLocale::setDefault(before);
    }

    void speaksGerman()
    {
        QTranslator translator;
        QVERIFY(translator.load(QLocale(u"de_AT"_s), u"hubload"_s, u"_"_s, u":/i18n"_s));
        QVERIFY(QCoreApplication::installTranslator(&translator));
        transfer::DownloadStatus status;
        status.state = transfer::State::Paused;
        QCOMPARE(gui::Texts::state(status, {}), u"Angehalten"_s);
    }
};

QTEST_MAIN(TranslationsTest)
#include "translations.moc"
