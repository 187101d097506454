#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include "cli/program.h"

using namespace Qt::StringLiterals;

// What is in the cache, by the command line: listed, checked, deleted.
class TestLibrary : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void lists();
    void emptyCache();
    void unused();
    void verifies();
    void removesAVersion();
    void asksNobody();
    void dryRun();
    void wrongUse_data();
    void wrongUse();
    void cleanup() { m_program.reset(); }

private:
    QJsonObject json(const QStringList &arguments, int exit = 0)
    {
        const Run run = m_program->run(arguments + QStringList{u"--json"_s});
        if (run.exit != exit)
            qWarning("%s", run.both().constData());
        return run.exit == exit ? QJsonDocument::fromJson(run.out).object() : QJsonObject();
    }
    QString blob(int file) const
    {
        const auto id = core::ContentId::make(m_repo.files[file].content->sha256());
        return m_program->layout().blob(m_repo.id, *id);
    }

    std::unique_ptr<Program> m_program;
    demo::Repo m_repo;
};

void TestLibrary::init()
{
    m_program = std::make_unique<Program>();
    m_repo = support::makeRepo(u"org/name"_s,
                               {support::lfsFile(u"a.bin"_s, 3'000'000, 1),
                                support::lfsFile(u"sub/b c.bin"_s, 2'000'000, 2)});
    m_program->hub().setRepo(m_repo);
    QCOMPARE(m_program->get({u"org/name"_s}).exit, 0);
}

void TestLibrary::lists()
{
    const QJsonObject all = json({u"library"_s});
    QCOMPARE(all.value("bytes"_L1).toInteger(), 5'000'000);
    QCOMPARE(all.value("path"_L1).toString(), m_program->cache());
    QCOMPARE(all.value("repos"_L1).toArray().size(), 1);
    const QJsonObject repo = all.value("repos"_L1)[0].toObject();
    QCOMPARE(repo.value("repo"_L1).toString(), u"models/org/name"_s);
    QCOMPARE(repo.value("files"_L1).toInt(), 2);
    QCOMPARE(repo.value("problems"_L1).toArray().size(), 0);
    const QJsonObject version = repo.value("revisions"_L1)[0].toObject();
    QCOMPARE(version.value("commit"_L1).toString(), m_repo.commit);
    QCOMPARE(version.value("refs"_L1).toArray(), QJsonArray{u"main"_s});
    QCOMPARE(version.value("bytes_own"_L1).toInteger(), 5'000'000);
    const Run text = m_program->run({u"library"_s});
    QCOMPARE(text.exit, 0);
    QVERIFY2(text.out.contains("models/org/name") && text.out.contains("5 MB")
                 && text.out.contains(m_repo.commit.left(12).toLatin1()),
             text.out.constData());
}

void TestLibrary::emptyCache()
{
    m_program->environment.insert(u"HF_HUB_CACHE"_s, m_program->folder() + "/none"_L1);
    QCOMPARE(json({u"library"_s}).value("bytes"_L1).toInteger(-1), 0);
    QVERIFY(!QFile::exists(m_program->folder() + "/none"_L1));
}

void TestLibrary::unused()
{
    QCOMPARE(json({u"library"_s, u"--unused"_s, u"1d"_s}).value("repos"_L1).toArray().size(), 0);
    for (int i : {0, 1}) {
        QFile file(blob(i));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(
            file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-40), QFile::FileAccessTime));
    }
    QCOMPARE(json({u"library"_s, u"--unused"_s, u"1m"_s}).value("repos"_L1).toArray().size(), 1);
    QCOMPARE(json({u"library"_s, u"--unused"_s, u"2m"_s}).value("repos"_L1).toArray().size(), 0);
}

// A byte that changed, and a blob that is gone.
void TestLibrary::verifies()
{
    QCOMPARE(m_program->run({u"verify"_s}).exit, 0);
    QFile file(blob(1));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(1'234'567) && file.putChar('\0') && file.putChar('\1'));
    file.close();
    QVERIFY(QFile::remove(blob(0)));
    const Run run = m_program->run({u"verify"_s, u"org/name"_s, u"--json"_s});
    QCOMPARE(run.exit, 6);
    QCOMPARE(run.end().value("damaged"_L1).toInt(), 1);
    QCOMPARE(run.end().value("missing"_L1).toInt(), 1);
    QCOMPARE(run.events(u"file"_s).size(), 2);
    const Run text = m_program->run({u"verify"_s});
    QCOMPARE(text.exit, 6);
    QVERIFY2(text.err.contains("Damaged: org/name: sub/b c.bin")
                 && text.err.contains("Missing: org/name: a.bin"),
             text.err.constData());
    // What fetches it again repairs it.
    QCOMPARE(m_program->get({u"org/name"_s}).exit, 0);
    QCOMPARE(m_program->run({u"verify"_s}).exit, 0);
    QVERIFY(m_program->allRight(m_repo));
}

void TestLibrary::removesAVersion()
{
    demo::Repo next = support::makeRepo(
        u"org/name"_s,
        {support::lfsFile(u"a.bin"_s, 3'000'000, 1), support::lfsFile(u"new.bin"_s, 1'000'000, 9)});
    next.commit = QString(40, u'7');
    m_program->hub().setRepo(next);
    QCOMPARE(m_program->get({u"org/name"_s}).exit, 0);
    QCOMPARE(json({u"library"_s}).value("bytes"_L1).toInteger(), 6'000'000);
    const QJsonObject gone =
        json({u"remove"_s, u"org/name"_s, u"--rev"_s, m_repo.commit.left(9), u"--yes"_s});
    QCOMPARE(gone.value("commits"_L1).toArray(), QJsonArray{m_repo.commit});
    QCOMPARE(gone.value("bytes_freed"_L1).toInteger(), 2'000'000);
    QCOMPARE(json({u"library"_s}).value("bytes"_L1).toInteger(), 4'000'000);
    QCOMPARE(m_program->run({u"verify"_s}).exit, 0);
    QCOMPARE(json({u"remove"_s, u"org/name@main"_s, u"--yes"_s}).value("refs"_L1).toArray(),
             QJsonArray{u"main"_s});
    QCOMPARE(m_program->run({u"remove"_s, u"org/name"_s, u"--yes"_s}).exit, 0);
    QVERIFY(!QFile::exists(m_program->layout().repo(m_repo.id)));
    QCOMPARE(m_program->run({u"remove"_s, u"org/name"_s, u"--yes"_s}).exit, 1);
}

void TestLibrary::asksNobody()
{
    const Run run = m_program->run({u"remove"_s, u"org/name"_s});
    QCOMPARE(run.exit, 2);
    QVERIFY2(run.err.contains("--yes"), run.err.constData());
    QVERIFY(m_program->allRight(m_repo));
}

void TestLibrary::dryRun()
{
    const QJsonObject plan = json({u"remove"_s, u"org/name"_s, u"--dry-run"_s});
    QCOMPARE(plan.value("bytes_freed"_L1).toInteger(), 5'000'000);
    QVERIFY(m_program->allRight(m_repo));
}

void TestLibrary::wrongUse_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("exit");
    QTest::newRow("no repo") << QStringList{u"remove"_s, u"--yes"_s} << 2;
    QTest::newRow("two repos") << QStringList{u"remove"_s, u"a/b"_s, u"c/d"_s, u"--yes"_s} << 2;
    QTest::newRow("a file") << QStringList{
        u"remove"_s, u"https://huggingface.co/org/name/blob/main/a.bin"_s,
        u"--yes"_s} << 2;
    QTest::newRow("no such version")
        << QStringList{u"remove"_s, u"org/name"_s, u"--rev"_s, u"nope"_s, u"--yes"_s} << 1;
    QTest::newRow("short commit") << QStringList{u"remove"_s, u"org/name"_s, u"--rev"_s, u"a"_s,
                                                 u"--yes"_s}
                                  << 1;
    QTest::newRow("forgotten value")
        << QStringList{u"remove"_s, u"org/name"_s, u"--rev"_s, u"--yes"_s} << 2;
    QTest::newRow("dots") << QStringList{u"remove"_s, u"../name"_s, u"--yes"_s} << 2;
    QTest::newRow("odd age") << QStringList{u"library"_s, u"--unused"_s, u"soon"_s} << 2;
    QTest::newRow("too much") << QStringList{u"library"_s, u"org/name"_s} << 2;
    QTest::newRow("no such repo") << QStringList{u"verify"_s, u"org/other"_s} << 1;
    QTest::newRow("unknown option") << QStringList{u"verify"_s, u"--fast"_s} << 2;
}

void TestLibrary::wrongUse()
{
    QFETCH(QStringList, words);
    QFETCH(int, exit);
    const Run run = m_program->run(words);
    QCOMPARE(run.exit, exit);
    QVERIFY(!run.err.isEmpty());
    QVERIFY(m_program->allRight(m_repo));
}

QTEST_GUILESS_MAIN(TestLibrary)

#include "test_library.moc"
