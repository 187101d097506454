#include <QRandomGenerator>
#include <QTest>

#include "core/ids.h"

using core::ErrorKind;
using namespace Qt::StringLiterals;

class TestRepoRef : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void understands_data();
    void understands();
    void refuses_data();
    void refuses();
    void namesTheTextShortly();
    void keepsSecretsOutOfErrors();
    void survivesRandomText();
};

namespace {

const QString hub = u"https://huggingface.co"_s;

} // namespace

void TestRepoRef::understands_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("endpoint");
    QTest::addColumn<QString>("repo"); // display()
    QTest::addColumn<QString>("revision"); // "-": none
    QTest::addColumn<QString>("path"); // "-": none
    int count = 0;
    const auto row = [&count](const QString &text, const QString &repo,
                              const QString &revision = u"-"_s, const QString &path = u"-"_s,
                              const QString &endpoint = hub) {
        QTest::addRow("%d %s", ++count, qPrintable(text.left(60)))
            << text << endpoint << repo << revision << path;
    };
    row(u"gpt2"_s, u"gpt2"_s);
    row(u"org/name"_s, u"org/name"_s);
    row(u"  org/name/ \n"_s, u"org/name"_s);
    row(u"models/org/name"_s, u"org/name"_s);
    row(u"datasets/org/name@v1"_s, u"datasets/org/name"_s, u"v1"_s);
    row(u"datasets/squad"_s, u"datasets/squad"_s);
    row(u"spaces/org/name"_s, u"spaces/org/name"_s);
    row(u"org/name@refs/pr/1"_s, u"org/name"_s, u"refs/pr/1"_s);
    row(u"org/name@refs%2Fpr%2F1"_s, u"org/name"_s, u"refs/pr/1"_s);
    row(u"gpt2@feature/x"_s, u"gpt2"_s, u"feature/x"_s);

    row(u"hf://org/name"_s, u"org/name"_s);
    row(u"HF://org/name/"_s, u"org/name"_s);
    row(u"hf://gpt2"_s, u"gpt2"_s);
    row(u"hf://gpt2@main/config.json"_s, u"gpt2"_s, u"main"_s, u"config.json"_s);
    row(u"hf://models/org/name/a/b.txt"_s, u"org/name"_s, u"-"_s, u"a/b.txt"_s);
    row(u"hf://datasets/org/name@refs/pr/3/train.json"_s, u"datasets/org/name"_s, u"refs/pr/3"_s,
        u"train.json"_s);
    row(u"hf://datasets/org/name@refs/convert/parquet"_s, u"datasets/org/name"_s,
        u"refs/convert/parquet"_s);
    row(u"hf://org/name@feature%2Fx/d/f.bin"_s, u"org/name"_s, u"feature/x"_s, u"d/f.bin"_s);
    row(u"hf://spaces/org/name@v1/a b#c%d.txt"_s, u"spaces/org/name"_s, u"v1"_s, u"a b#c%d.txt"_s);

    row(u"https://huggingface.co/org/name"_s, u"org/name"_s);
    row(u"HTTPS://HuggingFace.co/org/name/"_s, u"org/name"_s);
    row(u"https://huggingface.co/gpt2"_s, u"gpt2"_s);
    row(u"https://hf.co/datasets/org/name?x=1#y"_s, u"datasets/org/name"_s);
    row(u"huggingface.co/org/name"_s, u"org/name"_s);
    row(u"hf.co/spaces/org/name/tree/main"_s, u"spaces/org/name"_s, u"main"_s);
    row(u"https://huggingface.co/org/name/resolve/main/a/b.gguf?download=true"_s, u"org/name"_s,
        u"main"_s, u"a/b.gguf"_s);
    row(u"https://huggingface.co/gpt2/blob/main/config.json"_s, u"gpt2"_s, u"main"_s,
        u"config.json"_s);
    row(u"https://huggingface.co/datasets/squad/tree/main/data"_s, u"datasets/squad"_s, u"main"_s,
        u"data"_s);
    row(u"https://huggingface.co/org/name/tree/refs%2Fpr%2F1/sub%20dir/"_s, u"org/name"_s,
        u"refs/pr/1"_s, u"sub dir"_s);
    row(u"https://huggingface.co/org/name/tree/refs/pr/1/sub"_s, u"org/name"_s, u"refs/pr/1"_s,
        u"sub"_s);
    row(u"https://huggingface.co/org/name/raw/v1/%C3%BC%23%25%2B.txt"_s, u"org/name"_s, u"v1"_s,
        u"ü#%+.txt"_s);
    row(u"https://huggingface.co/org/name/blob/main/ü 100%.txt"_s, u"org/name"_s, u"main"_s,
        u"ü 100%.txt"_s);
    row(u"https://huggingface.co/org/name/commits/v2"_s, u"org/name"_s, u"v2"_s);
    row(u"https://huggingface.co/org/name/discussions/4"_s, u"org/name"_s);
    row(u"https://huggingface.co/org/tree/tree/main"_s, u"org/tree"_s, u"main"_s);

    const QString mirror = u"http://127.0.0.1:8080/pre/fix"_s;
    row(u"http://127.0.0.1:8080/pre/fix/org/name"_s, u"org/name"_s, u"-"_s, u"-"_s, mirror);
    row(u"http://127.0.0.1:8080/pre/fix/datasets/org/name/resolve/v1/a%20b"_s,
        u"datasets/org/name"_s, u"v1"_s, u"a b"_s, mirror + u'/');
    row(u"127.0.0.1:8080/pre/fix/org/name"_s, u"org/name"_s, u"-"_s, u"-"_s, mirror);
    row(u"https://huggingface.co/org/name"_s, u"org/name"_s, u"-"_s, u"-"_s, mirror);
    row(u"http://localhost/org/name"_s, u"org/name"_s, u"-"_s, u"-"_s, u"http://localhost:80"_s);
}

void TestRepoRef::understands()
{
    QFETCH(QString, text);
    QFETCH(QString, endpoint);
    QFETCH(QString, repo);
    QFETCH(QString, revision);
    QFETCH(QString, path);
    const auto ref = core::parseRepoRef(text, endpoint);
    QVERIFY2(ref.has_value(), ref ? "" : qPrintable(ref.error().detail));
    QCOMPARE(ref->repo.display(), repo);
    QCOMPARE(ref->revision.value_or(u"-"_s), revision);
    QCOMPARE(ref->path.value_or(u"-"_s), path);
}

void TestRepoRef::refuses_data()
{
    QTest::addColumn<QString>("text");
    int count = 0;
    for (const QString &text : {u""_s,
                                u"   "_s,
                                u"/"_s,
                                u"a/b/c"_s,
                                u"datasets"_s,
                                u"models/"_s,
                                u"datasets/a/b/c"_s,
                                u"org/name@"_s,
                                u"org/name@../../x"_s,
                                u"org/name@a b"_s,
                                u"@main"_s,
                                u"org//name"_s,
                                u"two words"_s,
                                u"../etc"_s,
                                u"org/.."_s,
                                u"org/na\u0007me"_s,
                                u"org/na\nme"_s,
                                QString(2001, u'a'),
                                u"kernels/org/name/x"_s,
                                u"C:\\models"_s,
                                u"--help/x"_s,
                                u"org/name?x"_s,
                                u"hf://"_s,
                                u"hf:///x"_s,
                                u"hf://datasets"_s,
                                u"hf://kernels/org/name"_s,
                                u"hf://buckets/org/name/f"_s,
                                u"hf://org/name/../../x"_s,
                                u"hf://org/name@/x"_s,
                                u"hf://org/name//x"_s,
                                u"hf://org/name/C:\\x"_s,
                                u"hf://org/name@%2E%2E/x"_s,
                                u"hf://org/name@a%00b"_s,
                                u"https://huggingface.co"_s,
                                u"https://huggingface.co/"_s,
                                u"https://huggingface.co/datasets"_s,
                                u"https://huggingface.co/api/models/org/name"_s,
                                u"https://huggingface.co/settings/tokens"_s,
                                u"https://huggingface.co/join"_s,
                                u"https://huggingface.co/docs/hub"_s,
                                u"https://huggingface.co/org/name/unknown/x"_s,
                                u"https://huggingface.co/org/name/resolve/main/%2E%2E/x"_s,
                                u"https://huggingface.co/org/name/resolve/main/a%2Fb"_s,
                                u"https://huggingface.co/org/name/resolve/main/a%00b"_s,
                                u"https://huggingface.co/org/name/resolve/main/a%5Cb"_s,
                                u"https://huggingface.co/org/name/resolve/main/%FF"_s,
                                u"https://huggingface.co/org%2Fname%2Fx/y"_s,
                                u"https://evil.example/org/name"_s,
                                u"https://huggingface.co.evil.example/org/name"_s,
                                u"https://huggingface.co@evil.example/org/name"_s,
                                u"https://user:pw@huggingface.co/org/name"_s,
                                u"https://huggingface.co:8443/org/name"_s,
                                u"ftp://huggingface.co/org/name"_s,
                                u"https:///org/name"_s,
                                u"https://[::1/org/name"_s,
                                u"file:///etc/passwd"_s,
                                u"hf_abcdefghijklmnopqrstuvwxyz01234567"_s})
        QTest::addRow("%d %s", ++count, qPrintable(text.left(50))) << text;
}

void TestRepoRef::refuses()
{
    QFETCH(QString, text);
    const auto ref = core::parseRepoRef(text, hub);
    QVERIFY2(!ref, ref ? qPrintable(ref->repo.display()) : "");
    QCOMPARE(ref.error().kind, ErrorKind::BadInput);
    QVERIFY(ref.error().detail.endsWith(u'.'));
}

void TestRepoRef::namesTheTextShortly()
{
    const auto ref = core::parseRepoRef(u"what is this? "_s + QString(5000, u'x'), hub);
    QVERIFY(ref.error().detail.contains(u"“what is this? xxx"_s));
    QVERIFY(ref.error().detail.size() < 300);
}

void TestRepoRef::keepsSecretsOutOfErrors()
{
    for (const QString &text :
         {u"hf_abcdefghijklmnopqrstuvwxyz01234567"_s, u"https://me:hunter2@huggingface.co/a/b"_s,
          u"https://evil.example/x?sig=hunter2"_s}) {
        const auto ref = core::parseRepoRef(text, hub);
        QVERIFY(!ref);
        QVERIFY2(!ref.error().detail.contains(u"hunter2"_s)
                     && !ref.error().detail.contains(u"hf_"_s),
                 qPrintable(ref.error().detail));
    }
}

void TestRepoRef::survivesRandomText()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    const QStringList words{u"hf://"_s,
                            u"https://"_s,
                            u"huggingface.co"_s,
                            u"/"_s,
                            u"@"_s,
                            u"refs"_s,
                            u"pr"_s,
                            u"resolve"_s,
                            u"tree"_s,
                            u"%2F"_s,
                            u"%"_s,
                            u"%00"_s,
                            u".."_s,
                            u"datasets"_s,
                            u"a"_s,
                            u"b-c"_s,
                            u"?"_s,
                            u"#"_s,
                            u":"_s,
                            u"["_s,
                            u" "_s,
                            u"ü"_s,
                            QString(QChar(0xd83d)),
                            u"models"_s};
    for (int i = 0; i < 20'000; ++i) {
        QString text;
        for (int n = random.bounded(12); n >= 0; --n)
            text += words[random.bounded(int(words.size()))];
        const auto ref = core::parseRepoRef(text, hub);
        if (!ref) {
            QCOMPARE(ref.error().kind, ErrorKind::BadInput);
            continue;
        }
        QVERIFY(core::RepoId::make(ref->repo.type(), ref->repo.id()));
        QVERIFY(!ref->revision || core::checkRevision(*ref->revision));
        QVERIFY(!ref->path || core::checkFilePath(*ref->path));
    }
}

QTEST_GUILESS_MAIN(TestRepoRef)
#include "test_reporef.moc"
