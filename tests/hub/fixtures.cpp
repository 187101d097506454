#include "fixturefacts.h"
#include "fixturevalues.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QSet>
#include <QTest>

#include "hub/errors.h"
#include "hub/parse.h"

using namespace Qt::StringLiterals;
using core::ErrorKind;
using core::RepoType;

Q_DECLARE_METATYPE(core::ErrorKind)

// Recorded answers of the real Hub, read where they lie beside the project. Every file of the
// folders that concern this layer must be understood.
class TestFixtures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void lists_data();
    void lists();
    void infos_data();
    void infos();
    void trees_data();
    void trees();
    void accounts_data();
    void accounts();
    void errors_data();
    void errors();
    void redirects_data();
    void redirects();
    void rates_data();
    void rates();
    void nextLinks();
    void values_data();
    void values();
    void writes_data();
    void writes();
    void valuesOfEveryFile_data();
    void valuesOfEveryFile();
    void count();

private:
    void addFiles(const QStringList &folders, const QString &pattern);
    QByteArray load(const QString &name) const;
    hub::HttpReply loadHead(const QString &name) const;

    QDir m_root;
    QSet<QString> m_understood; // files whose facts were compared, each of them right
};

void TestFixtures::initTestCase()
{
    m_root = QDir(qEnvironmentVariable("HUBLOAD_FIXTURES"));
    if (qEnvironmentVariable("HUBLOAD_FIXTURES").isEmpty() || !m_root.exists(u"INDEX.md"_s))
        QSKIP("The recorded answers of the Hub are not beside the project: nothing to compare.");
}

void TestFixtures::addFiles(const QStringList &folders, const QString &pattern)
{
    QTest::addColumn<QString>("file");
    int count = 0;
    for (const QString &folder : folders) {
        const QDir dir(m_root.filePath(folder));
        for (const QString &name : dir.entryList({pattern}, QDir::Files)) {
            QTest::newRow(qPrintable(folder + u'/' + name)) << folder + u'/' + name;
            ++count;
        }
    }
    QVERIFY2(count > 0, "the folder is there and holds nothing of this kind");
}

QByteArray TestFixtures::load(const QString &name) const
{
    QFile file(m_root.filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

hub::HttpReply TestFixtures::loadHead(const QString &name) const
{
    return headOf(load(name));
}

void TestFixtures::lists_data()
{
    addFiles({u"models-list"_s, u"datasets-list"_s, u"spaces-list"_s}, u"*.json"_s);
}

void TestFixtures::lists()
{
    QFETCH(QString, file);
    const RepoType type = typeOfFixture(file);
    const auto repos = hub::parseRepoList(type, asList(load(file)));
    QVERIFY2(repos, qPrintable(repos ? QString() : repos.error().detail));
    QVERIFY(!repos->isEmpty());
    for (const hub::RepoSummary &repo : *repos) {
        QVERIFY(repo.repo.isValid() && !repo.author.isEmpty());
        QVERIFY(repo.downloads >= 0 || type == RepoType::Space);
    }
}

void TestFixtures::infos_data()
{
    addFiles({u"model-info"_s}, u"*.json"_s);
}

void TestFixtures::infos()
{
    QFETCH(QString, file);
    const auto info = hub::parseRepoInfo(RepoType::Model, load(file));
    QVERIFY2(info, qPrintable(info ? QString() : info.error().detail));
    const bool isPart = file.contains(u".expand"_s);
    QVERIFY(isPart || core::isCommitId(info->commit));
    QVERIFY(isPart || info->summary.lastModified.isValid());
    QVERIFY(isPart || info->summary.likes >= 0);
}

void TestFixtures::trees_data()
{
    addFiles({u"tree"_s}, u"*.json"_s);
    for (const auto &file : {u"paths-info/bert-base-uncased.tf_model.json"_s,
                             u"paths-info/bert-base-uncased.tf_model.expand.json"_s})
        QTest::newRow(qPrintable(file)) << file;
}

void TestFixtures::trees()
{
    QFETCH(QString, file);
    const auto page = hub::parseTree(load(file));
    QVERIFY2(page, qPrintable(page ? QString() : page.error().detail));
    QVERIFY(!page->entries.isEmpty());
    QCOMPARE(page->refused, QStringList());
    for (const hub::TreeEntry &entry : std::as_const(page->entries)) {
        const bool isFile = entry.kind == hub::TreeEntry::Kind::File;
        QCOMPARE(entry.contentId().has_value(), isFile);
        QVERIFY(!isFile || entry.size > 0);
        QVERIFY(!entry.lfs || entry.sha256.size() == 64);
    }
}

void TestFixtures::accounts_data()
{
    addFiles({u"whoami"_s}, u"*.json"_s);
}

void TestFixtures::accounts()
{
    QFETCH(QString, file);
    const auto account = hub::parseAccount(load(file));
    QVERIFY(account);
    QVERIFY(!account->name.isEmpty() && !account->role.isEmpty());
}

void TestFixtures::errors_data()
{
    addFiles({u"errors"_s}, u"*.http"_s);
}

// What each recording is about stands in its name.
static ErrorKind expectedKind(const QString &name, int status)
{
    if (name.contains(u"bad-token"_s))
        return ErrorKind::Unauthorized;
    if (name.contains(u"gated"_s))
        return ErrorKind::Gated;
    if (name.contains(u"missing-repo"_s) || name.contains(u"repo-not-found"_s))
        return ErrorKind::RepoNotFound;
    if (status == 404)
        return ErrorKind::EntryNotFound;
    if (status == 429)
        return ErrorKind::RateLimited;
    if (status == 401) // as if no token had been sent: the recordings do not say
        return ErrorKind::SignInNeeded;
    return status >= 500 ? ErrorKind::ServerError : ErrorKind::BadRequest;
}

void TestFixtures::errors()
{
    QFETCH(QString, file);
    hub::HttpReply reply = loadHead(file);
    const QString stem = file.chopped(5);
    for (const auto &ending : {u".json"_s, u".txt"_s, u".body.txt"_s}) {
        if (m_root.exists(stem + ending))
            reply.body = load(stem + ending);
    }
    QString url = u"https://huggingface.co/api/models/o/n"_s;
    if (file.contains(u"resolve"_s))
        url = u"https://huggingface.co/o/n/resolve/main/x"_s;
    else if (file.contains(u"tree"_s))
        url += u"/tree/main/x"_s;
    else if (file.contains(u"inference"_s))
        url = u"https://huggingface.co/inference/x"_s;
    reply.url = QUrl(url);
    const core::Error error = hub::errorFromReply(reply);
    QCOMPARE(error.kind, expectedKind(file, reply.status));
    QCOMPARE(error.httpStatus, reply.status);
    if (!reply.body.isEmpty())
        QVERIFY(!error.serverMessage.isEmpty());
    if (reply.status == 429)
        QVERIFY(error.retryAfter.has_value());
}

void TestFixtures::redirects_data()
{
    addFiles({u"redirects"_s, u"resolve"_s}, u"*.http"_s);
}

// Recorded Locations must leave again as they came (a shortened note apart).
void TestFixtures::redirects()
{
    QFETCH(QString, file);
    const hub::HttpReply reply = loadHead(file);
    QVERIFY(reply.status >= 200 && reply.status < 400);
    const auto location = hub::headerValue(reply.headers, "Location");
    if (!location || location->contains("\xe2\x80\xa6"))
        return;
    const QUrl base(u"https://huggingface.co/a/b/resolve/main/c"_s);
    const QByteArray resolved = base.resolved(QUrl::fromEncoded(*location)).toEncoded();
    const bool isRelative = location->startsWith('/');
    QCOMPARE(resolved, isRelative ? "https://huggingface.co"_ba + *location : *location);
}

void TestFixtures::rates_data()
{
    addFiles({u"redirects"_s, u"resolve"_s, u"whoami"_s, u"errors"_s, u"model-info"_s, u"tasks"_s,
              u"commits"_s, u"tree"_s, u"models-list"_s, u"xet"_s, u"repo-write/secrets-2025-03"_s,
              u"repo-write/static-space-2025-03"_s, u"repo-write/variables-2025-03"_s},
             u"*.http"_s);
}

void TestFixtures::rates()
{
    QFETCH(QString, file);
    const hub::HttpReply reply = loadHead(file);
    const auto rate = hub::parseRate(reply.headers);
    const bool isStale = hub::headerValue(reply.headers, "Age").value_or("0"_ba).toInt() > 0;
    const bool isThere = hub::headerValue(reply.headers, "RateLimit").has_value();
    QCOMPARE(rate.has_value(), isThere && !isStale);
    if (rate)
        QVERIFY(rate->reset.count() <= 300 && rate->left >= 0 && !rate->bucket.isEmpty());
}

void TestFixtures::nextLinks()
{
    const QUrl base(u"https://huggingface.co/api/models"_s);
    for (const auto &file :
         {u"models-list/link-header.createdAt.http"_s, u"tree/link-header.c4.http"_s}) {
        const auto next = hub::parseNextLink(loadHead(file).headers, base);
        QVERIFY2(next && next->isValid() && next->hasQuery(), qPrintable(file));
    }
    // Links that lead to no next page.
    const hub::HttpReply file = loadHead(u"resolve/302-HEAD-resolve.model.safetensors.http"_s);
    QVERIFY(hub::headerValue(file.headers, "Link").has_value());
    QVERIFY(hub::parseNextLink(file.headers, base).value_or(base).isEmpty());
}

namespace {

struct Table {
    std::span<const Recorded> rows;
    QString (*facts)(const QString &file, const QByteArray &bytes);
};

const Table tables[] = {
    {recordedInfos, infoFacts},
    {recordedLists, listFacts},
    {recordedTrees, treeFacts},
    {recordedRefs, refFacts},
    {recordedCommits, commitFacts},
    {recordedAccounts, accountFacts},
    {recordedCreated, createdFacts},
    {recordedPreuploads, preuploadFacts},
    {recordedCommitResults, commitResultFacts},
    {recordedWords, wordFacts},
    {recordedHeads, headFacts},
};

} // namespace

void TestFixtures::values_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("facts");
    QTest::addColumn<qsizetype>("table");
    for (qsizetype i = 0; i < std::ssize(tables); ++i) {
        for (const Recorded &recorded : tables[i].rows)
            QTest::newRow(recorded.file)
                << QString::fromUtf8(recorded.file) << QString::fromUtf8(recorded.facts) << i;
    }
}

void TestFixtures::values()
{
    QFETCH(QString, file);
    QFETCH(QString, facts);
    QFETCH(qsizetype, table);
    QVERIFY2(m_root.exists(file), "the recording is gone");
    QCOMPARE(tables[table].facts(file, load(file)), facts);
    m_understood.insert(file);
}

void TestFixtures::writes_data()
{
    addFiles({u"repo-write/secrets-2025-03"_s, u"repo-write/static-space-2025-03"_s,
              u"repo-write/variables-2025-03"_s},
             u"*-POST-*.json"_s);
}

// Answers to writes by the parser of the route; what has none (secrets, variables) is JSON at
// least.
void TestFixtures::writes()
{
    QFETCH(QString, file);
    const QByteArray json = load(file);
    if (file.contains(u"-create-"_s))
        QVERIFY(hub::parseCreated(json));
    else if (file.contains(u"-preupload-"_s))
        QVERIFY(hub::parsePreupload(json));
    else if (file.contains(u"-commit-"_s))
        QVERIFY(hub::parseCommitResult(json));
    else
        QVERIFY(QJsonDocument::fromJson(json).isObject());
}

void TestFixtures::valuesOfEveryFile_data()
{
    addFiles({u"model-info"_s, u"models-list"_s, u"datasets-list"_s, u"spaces-list"_s, u"tree"_s,
              u"refs"_s, u"commits"_s, u"whoami"_s, u"errors"_s},
             u"*.json"_s);
}

// A recording that is added beside the project is asked for its facts too.
void TestFixtures::valuesOfEveryFile()
{
    QFETCH(QString, file);
    if (m_understood.isEmpty())
        QSKIP("values() was not run.");
    QVERIFY2(m_understood.contains(file), "no facts of it stand in fixturevalues.h");
}

void TestFixtures::count()
{
    constexpr qsizetype fewest = 60;
    if (m_understood.isEmpty())
        QSKIP("values() was not run.");
    qsizetype rows = 0;
    for (const Table &table : tables)
        rows += std::ssize(table.rows);
    qsizetype files = 0;
    for (QDirIterator all(m_root.path(), QDir::Files, QDirIterator::Subdirectories); all.hasNext();
         all.next())
        ++files;
    qInfo("of %lld recorded files the facts of %lld were compared", static_cast<long long>(files),
          static_cast<long long>(m_understood.size()));
    QVERIFY(m_understood.size() >= fewest);
    QCOMPARE(m_understood.size(), rows);
}

QTEST_GUILESS_MAIN(TestFixtures)
#include "fixtures.moc"
