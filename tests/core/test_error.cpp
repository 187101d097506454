#include <QSet>
#include <QTest>

#include <cerrno>

#include "core/errortext.h"
#include "core/redact.h"
#include "core/result.h"

using core::Error;
using core::ErrorKind;
using namespace Qt::StringLiterals;

namespace {

QList<ErrorKind> allKinds()
{
    QList<ErrorKind> kinds;
    for (int i = 0; i <= static_cast<int>(ErrorKind::Cancelled); ++i)
        kinds.append(static_cast<ErrorKind>(i));
    return kinds;
}

} // namespace

class TestError : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kindsHaveDistinctNames();
    void kindsHaveDistinctWords();
    void namesWhatItIsAbout();
    void quotesTheServerShortly();
    void saysHowLongToWait();
    void transientKinds();
    void fileErrors();
    void detailsHoldEverythingButSecrets();
};

void TestError::kindsHaveDistinctNames()
{
    QSet<QString> names;
    for (const ErrorKind kind : allKinds()) {
        const QString name = core::kindName(kind);
        QVERIFY(!name.isEmpty());
        QCOMPARE(name, name.toLower());
        QVERIFY(!names.contains(name));
        names.insert(name);
    }
    QCOMPARE(core::kindName(ErrorKind::RepoNotFound), u"repo-not-found"_s);
}

void TestError::kindsHaveDistinctWords()
{
    QSet<QString> titles;
    for (const ErrorKind kind : allKinds()) {
        for (const QString &detail : {QString(), u"thing"_s}) {
            Error error = core::makeError(kind, detail);
            error.serverMessage = detail;
            error.httpStatus = detail.isEmpty() ? 0 : 503;
            const core::ErrorText text = core::errorText(error);
            QVERIFY2(!text.title.isEmpty(), qPrintable(core::kindName(kind)));
            QVERIFY2(!text.title.contains(u"%1"_s), qPrintable(text.title));
            if (detail.isEmpty())
                QVERIFY2(!titles.contains(text.title), qPrintable(text.title));
            titles.insert(text.title);
            QVERIFY(kind == ErrorKind::Cancelled || text.advice.size() > 10);
            const QString sentence = core::errorSentence(error);
            QVERIFY(!sentence.contains(u'\n'));
            QVERIFY2(!core::redactText(sentence).contains(u"[secret]"_s), qPrintable(sentence));
            for (const QString &word : {u"oops"_s, u"failed to"_s, u"invalid"_s, u"!"_s})
                QVERIFY2(!sentence.contains(word, Qt::CaseInsensitive), qPrintable(sentence));
        }
    }
}

void TestError::namesWhatItIsAbout()
{
    const Error error = core::makeError(ErrorKind::EntryNotFound, u"data/%2 x.gguf"_s);
    QVERIFY(core::errorText(error).title.contains(u"data/%2 x.gguf"_s));
    const Error repo = core::makeError(ErrorKind::RepoNotFound, u"org/name"_s);
    QVERIFY(core::errorText(repo).title.contains(QChar(0x2068) + u"org/name"_s + QChar(0x2069)));
    QCOMPARE(core::errorSentence(repo).left(32), u"“org/name” is not there, or not "_s);
}

void TestError::quotesTheServerShortly()
{
    Error error = core::makeError(ErrorKind::Forbidden);
    error.serverMessage = u"no \x1b[31m\n"_s + QString(5000, u'x');
    const QString sentence = core::errorSentence(error);
    QVERIFY(sentence.contains(u"“no "_s));
    QVERIFY(sentence.size() < 500);
    QVERIFY(!sentence.contains(QChar(0x1b)));
    error.serverMessage = u"bad token hf_abcdefgh"_s;
    QVERIFY(!core::errorSentence(error).contains(u"hf_"_s));
}

void TestError::saysHowLongToWait()
{
    Error error = core::makeError(ErrorKind::RateLimited);
    error.retryAfter = std::chrono::seconds(75);
    QVERIFY(core::errorSentence(error).contains(u"1 min 15 s"_s));
}

void TestError::transientKinds()
{
    QVERIFY(core::isTransient(ErrorKind::ServerError));
    QVERIFY(core::isTransient(ErrorKind::Locked));
    QVERIFY(!core::isTransient(ErrorKind::DiskFull));
    QVERIFY(!core::isTransient(ErrorKind::Cancelled));
    QVERIFY(!core::isTransient(ErrorKind::Tls));
}

void TestError::fileErrors()
{
    QCOMPARE(core::fileError(ENOSPC, u"/a"_s).kind, ErrorKind::DiskFull);
    QCOMPARE(core::fileError(EDQUOT, u"/a"_s).kind, ErrorKind::DiskFull);
    const Error error = core::fileError(EACCES, u"/a/b"_s);
    QCOMPARE(error.kind, ErrorKind::FileIo);
    QVERIFY(error.detail.startsWith(u"/a/b: "_s));
    QVERIFY(core::errorSentence(error).contains(u"/a/b"_s));
    const core::Result<int> result = core::fail(ErrorKind::Timeout, u"x"_s);
    QVERIFY(!result);
    QCOMPARE(result.error(), core::makeError(ErrorKind::Timeout, u"x"_s));
}

void TestError::detailsHoldEverythingButSecrets()
{
    Error error = core::makeError(ErrorKind::Protocol, u"Authorization: Bearer abc"_s);
    error.httpStatus = 418;
    error.hubCode = u"GatedRepo"_s;
    error.serverMessage = u"see https://x/y?sig=1"_s;
    error.requestId = u"Root=1-2"_s;
    error.retryAfter = std::chrono::seconds(7);
    const QString details = core::errorDetails(error);
    for (const QString &word : {u"protocol"_s, u"418"_s, u"GatedRepo"_s, u"Root=1-2"_s, u"7 s"_s})
        QVERIFY2(details.contains(word), qPrintable(details));
    QVERIFY(!details.contains(u"abc"_s));
    QVERIFY(!details.contains(u"sig=1"_s));
}

QTEST_GUILESS_MAIN(TestError)
#include "test_error.moc"
