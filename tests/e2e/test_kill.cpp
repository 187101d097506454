#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "cache/layout.h"
#include "core/digest.h"
#include "support/faultyhub.h"

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MiB = 1024 * 1024;
constexpr qint64 size = 512 * MiB;
constexpr int kills = 20;
constexpr int connections = 8;

} // namespace

// kill -9 at random moments, twenty times: the file ends byte-identical, nothing lies under its
// final name before it is verified, and little is fetched twice.
class TestKill : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void endsIdentical();

private:
    std::unique_ptr<QProcess> start(const QString &endpoint);

    QTemporaryDir m_folder;
};

std::unique_ptr<QProcess> TestKill::start(const QString &endpoint)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment;
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HOME"_s, m_folder.path());
    environment.insert(u"HF_ENDPOINT"_s, endpoint);
    environment.insert(u"HF_HUB_CACHE"_s, m_folder.filePath(u"hub"_s));
    process->setProcessEnvironment(environment);
    process->start(QStringLiteral(HUBLOAD_PROGRAM),
                   {u"get"_s, u"org/big"_s, u"--yes"_s, u"--wait"_s, u"--json"_s});
    return process;
}

void TestKill::endsIdentical()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo() << "seed" << seed;
    QRandomGenerator random(seed);
    demo::DemoOptions options;
    options.bytesPerSecond = 8 * MiB; // of each connection: 512 MiB take about eight seconds
    const demo::Repo repo =
        support::makeRepo(u"org/big"_s, {support::lfsFile(u"model.bin"_s, size, 42)});
    support::FaultyHub hub({repo}, options);
    const QString sha256 = repo.files[0].content->sha256();
    const cache::Layout layout(m_folder.filePath(u"hub"_s));
    const QString blob = layout.blob(repo.id, *core::ContentId::make(sha256));
    const QString entry = layout.entry(repo.id, repo.commit, u"model.bin"_s);

    int killed = 0;
    while (killed < kills) {
        const auto process = start(hub.endpoint());
        QVERIFY(process->waitForStarted());
        if (process->waitForFinished(100 + random.bounded(600)))
            break; // it was done before its time came
        process->kill();
        QVERIFY(process->waitForFinished());
        ++killed;
        if (QFile::exists(blob))
            QCOMPARE(*core::digestOfFile(blob, core::ContentId::Kind::Sha256), sha256);
        QVERIFY(!QFile::exists(entry) || QFile::exists(blob));
    }
    const auto last = start(hub.endpoint());
    QVERIFY(last->waitForFinished(120000));
    QVERIFY2(last->exitCode() == 0, last->readAllStandardError().constData());
    QCOMPARE(*core::digestOfFile(entry, core::ContentId::Kind::Sha256), sha256);

    const qint64 fetched = hub.bodyBytes(demo::Origin::Cdn);
    qInfo() << killed << "kills;" << fetched / MiB << "MiB were sent for" << size / MiB;
    QVERIFY(killed >= 5); // or the test shows nothing
    QVERIFY(fetched < size + killed * (64 * MiB + connections * 8 * MiB));
    QStringList left = QDir(layout.blobs(repo.id)).entryList(QDir::Files);
    left.removeAll(sha256);
    QCOMPARE(left, QStringList());
}

QTEST_GUILESS_MAIN(TestKill)
#include "test_kill.moc"
