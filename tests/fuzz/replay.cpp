#include "targets.h"

#include <QDir>
#include <QFile>
#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;

// Every seed and every past finding of the fuzzers again, without a fuzzer, and everything that
// they begin with: a cut answer is the commonest of all broken ones.
class TestReplay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void foldersAreTargets();
    void replay_data();
    void replay();
};

static QDir folder(const QString &name)
{
    return QDir(QStringLiteral(HUBLOAD_FUZZ_FOLDER) + u'/' + name);
}

// A folder of another name would never be run.
void TestReplay::foldersAreTargets()
{
    QStringList names;
    for (const fuzz::Target &target : fuzz::targets())
        names.append(QString::fromLatin1(target.name));
    QCOMPARE(folder(u"corpus"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name), names);
    for (const QString &found : folder(u"findings"_s).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        QVERIFY2(names.contains(found), qPrintable(found));
}

void TestReplay::replay_data()
{
    QTest::addColumn<qsizetype>("index");
    QTest::addColumn<QString>("file");
    for (size_t i = 0; i < fuzz::targets().size(); ++i) {
        const QString name = QString::fromLatin1(fuzz::targets()[i].name);
        for (const QString &kind : {u"corpus/"_s, u"findings/"_s}) {
            const QDir dir = folder(kind + name);
            for (const QString &file : dir.entryList(QDir::Files)) {
                QTest::newRow(qPrintable(kind + name + u'/' + file))
                    << static_cast<qsizetype>(i) << dir.filePath(file);
            }
        }
    }
}

void TestReplay::replay()
{
    constexpr qsizetype mostPrefixes = 3000;
    QFETCH(qsizetype, index);
    QFETCH(QString, file);
    QFile input(file);
    QVERIFY(input.open(QIODevice::ReadOnly));
    const QByteArray bytes = input.readAll();
    const fuzz::Target &target = fuzz::targets()[static_cast<size_t>(index)];
    target.run(bytes); // ends the program when a promise is broken
    for (qsizetype size = 0; size < std::min(bytes.size(), mostPrefixes); ++size)
        target.run(bytes.first(size));
}

QTEST_GUILESS_MAIN(TestReplay)
#include "replay.moc"
