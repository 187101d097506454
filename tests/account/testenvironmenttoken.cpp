#include <QTest>

#include "account/environmenttoken.h"

using namespace Qt::StringLiterals;

class TestEnvironmentToken : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void token_data();
    void token();
};

void TestEnvironmentToken::token_data()
{
    using Pairs = QList<std::pair<QString, QString>>;
    const QString first = u"HF_TOKEN"_s;
    const QString second = u"HUGGING_FACE_HUB_TOKEN"_s;
    const QString disable = u"HF_HUB_DISABLE_IMPLICIT_TOKEN"_s;
    QTest::addColumn<Pairs>("variables");
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("none") << Pairs{} << QByteArray();
    QTest::newRow("first") << Pairs{{first, u"one"_s}} << "one"_ba;
    QTest::newRow("second") << Pairs{{second, u"two"_s}} << "two"_ba;
    QTest::newRow("both") << Pairs{{first, u"one"_s}, {second, u"two"_s}} << "one"_ba;
    QTest::newRow("empty") << Pairs{{first, QString()}, {second, u"two"_s}} << "two"_ba;
    QTest::newRow("blanks only") << Pairs{{first, u" \n"_s}} << QByteArray();
    QTest::newRow("line ends and blanks") << Pairs{{first, u" o\r\nne\t\n"_s}} << "one"_ba;
    for (const char *yes : {"1", "ON", "on", "Yes", "tRuE"}) {
        QTest::newRow(yes) << Pairs{{first, u"one"_s}, {disable, QString::fromLatin1(yes)}}
                           << QByteArray();
    }
    for (const char *no : {"", "0", "off", "no", "false", "2", " 1", "y"}) {
        QTest::addRow("not \"%s\"", no)
            << Pairs{{first, u"one"_s}, {disable, QString::fromLatin1(no)}} << "one"_ba;
    }
}

void TestEnvironmentToken::token()
{
    using Pairs = QList<std::pair<QString, QString>>;
    QFETCH(Pairs, variables);
    QFETCH(QByteArray, token);
    QProcessEnvironment environment;
    for (const auto &[name, value] : variables)
        environment.insert(name, value);
    QCOMPARE(account::environmentToken(environment).reveal(), token);
    QCOMPARE(account::environmentToken(environment).isEmpty(), token.isEmpty());
}

QTEST_GUILESS_MAIN(TestEnvironmentToken)

#include "testenvironmenttoken.moc"
