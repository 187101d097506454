#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTest>

#include "core/patterns.h"

using namespace Qt::StringLiterals;

class TestPatterns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void filters();
    void agreesWithPython();
    void staysQuickOnHostilePatterns();
};

void TestPatterns::matches_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("expected");
    int count = 0;
    const auto row = [&count](const QString &path, const QString &pattern, bool expected) {
        QTest::addRow("%d %s ~ %s", ++count, qPrintable(path), qPrintable(pattern))
            << path << pattern << expected;
    };
    row(u"data/sub/a.json"_s, u"data/*.json"_s, true);
    row(u"a/b/model.gguf"_s, u"*.gguf"_s, true);
    row(u"A.gguf"_s, u"*.GGUF"_s, false);
    row(u"a/b"_s, u"a?b"_s, true);
    row(u""_s, u"*"_s, true);
    row(u""_s, u"?"_s, false);
    row(u"[x"_s, u"[x"_s, true);
    row(u"]"_s, u"[]]"_s, true);
    row(u"a"_s, u"[!b]"_s, true);
    row(u"b"_s, u"[!b]"_s, false);
    row(u"!"_s, u"[b!]"_s, true);
    row(u"^"_s, u"[^a]"_s, true);
    row(u"a"_s, u"[^a]"_s, true);
    row(u"c"_s, u"[a-d]"_s, true);
    row(u"-"_s, u"[a-]"_s, true);
    row(u"b"_s, u"[z-a]"_s, false);
    row(u"b"_s, u"[!z-a]"_s, true);
    row(u"\\"_s, u"\\"_s, true);
    row(u"a\nb"_s, u"a*b"_s, true);
    row(u"😀"_s, u"?"_s, true);
    row(u"x😀y"_s, u"x[😀]y"_s, true);
}

void TestPatterns::matches()
{
    QFETCH(QString, path);
    QFETCH(QString, pattern);
    QFETCH(bool, expected);
    QCOMPARE(core::matchesPattern(path, pattern), expected);
}

void TestPatterns::filters()
{
    QVERIFY(core::PatternFilter{}.allows(u"anything"_s));
    const core::PatternFilter filter{{u"*.gguf"_s, u"sub/"_s, u"win\\*.txt"_s}, {u"*Q2*"_s}};
    QVERIFY(filter.allows(u"a.gguf"_s));
    QVERIFY(filter.allows(u"sub/deep/x"_s));
    QVERIFY(!filter.allows(u"sub"_s));
    QVERIFY(filter.allows(u"win/a.txt"_s));
    QVERIFY(!filter.allows(u"a.Q2_K.gguf"_s));
    QVERIFY(!filter.allows(u"readme.md"_s));
    const core::PatternFilter onlyExclude{{}, {u"*.bin"_s}};
    QVERIFY(onlyExclude.allows(u"a"_s) && !onlyExclude.allows(u"b/a.bin"_s));
}

void TestPatterns::agreesWithPython()
{
    const QString python = QStandardPaths::findExecutable(u"python3"_s);
    if (python.isEmpty())
        QSKIP("python3 is not installed");
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const auto text = [&random](const QStringList &letters, int longest) {
        QString result;
        for (int n = random.bounded(longest); n > 0; --n)
            result += letters[random.bounded(int(letters.size()))];
        return result;
    };
    const QStringList pathLetters{u"a"_s, u"b"_s, u"c"_s,  u"/"_s, u"."_s, u"-"_s, u"!"_s, u"]"_s,
                                  u"["_s, u"^"_s, u"\\"_s, u"😀"_s, u"&"_s, u"~"_s, u"|"_s};
    const QStringList patternLetters =
        pathLetters + QStringList{u"*"_s,  u"?"_s,   u"["_s,   u"["_s, u"]"_s,   u"]"_s,
                                  u"[!"_s, u"a-c"_s, u"c-a"_s, u"-"_s, u"[a-"_s, u"*"_s};
    QJsonArray pairs;
    for (int i = 0; i < 20'000; ++i)
        pairs.append(QJsonArray{text(pathLetters, 6), text(patternLetters, 12)});

    QProcess process;
    process.start(python,
                  {u"-c"_s,
                   u"import sys,json,fnmatch\n"
                   "for path,pattern in json.load(sys.stdin.buffer):\n"
                   "    print(int(fnmatch.fnmatchcase(path,pattern)),end='')"_s});
    process.write(QJsonDocument(pairs).toJson(QJsonDocument::Compact));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(60'000));
    const QByteArray answers = process.readAllStandardOutput();
    QVERIFY2(answers.size() == pairs.size(), process.readAllStandardError().constData());
    qsizetype matched = 0;
    for (qsizetype i = 0; i < pairs.size(); ++i) {
        const QString path = pairs[i][0].toString();
        const QString pattern = pairs[i][1].toString();
        const bool expected = answers[i] == '1';
        matched += expected;
        QVERIFY2(core::matchesPattern(path, pattern) == expected,
                 qPrintable(u"%1 ~ %2: Python says %3"_s.arg(path, pattern).arg(expected)));
    }
    QVERIFY(matched > 100); // else the letters are badly chosen
}

void TestPatterns::staysQuickOnHostilePatterns()
{
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!core::matchesPattern(QString(4000, u'a'), u"*a"_s.repeated(1000) + u'b'));
    QVERIFY(!core::matchesPattern(QString(4000, u'a'), QString(100'000, u'[')));
    QVERIFY(core::matchesPattern(QString(4000, u'a'), QString(100'000, u'*')));
    QVERIFY(!core::matchesPattern(QString(4000, u'a'), u"*["_s + u"b-c"_s.repeated(300) + u"]"_s));
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(TestPatterns)
#include "test_patterns.moc"
