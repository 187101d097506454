#include <QTest>

#include "core/redact.h"
#include "core/secret.h"

using namespace Qt::StringLiterals;

class TestRedact : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void urls_data();
    void urls();
    void texts_data();
    void texts();
    void leavesOrdinaryTextAlone_data();
    void leavesOrdinaryTextAlone();
    void headers();
    void knownSecrets();
    void secretsHaveTheirOwnBytes();
    void secretsAreWiped();
};

void TestRedact::urls_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << u"https://a.b:8080/c/d"_s << u"https://a.b:8080/c/d"_s;
    QTest::newRow("query") << u"https://a.b/c?X-Amz-Signature=1"_s << u"https://a.b/c?…"_s;
    QTest::newRow("user") << u"https://me:pw@a.b/c"_s << u"https://a.b/c"_s;
    QTest::newRow("fragment") << u"https://a.b/c#access_token=1"_s << u"https://a.b/c"_s;
    QTest::newRow("encoded") << u"https://a.b/c%2Fd%20e"_s << u"https://a.b/c%2Fd%20e"_s;
    QTest::newRow("token in path") << u"https://a.b/hf_abc/d"_s << u"https://a.b/[secret]/d"_s;
}

void TestRedact::urls()
{
    QFETCH(QString, url);
    QFETCH(QString, expected);
    QCOMPARE(core::redactUrl(QUrl(url)), expected);
}

void TestRedact::texts_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const QString &text, const QString &expected) {
        QTest::addRow("%s", qPrintable(text)) << text << expected;
    };
    row(u"token hf_AbC123 used"_s, u"token [secret] used"_s);
    row(u"\"hf_oauth_abc_def\""_s, u"\"[secret]\""_s);
    row(u"hf_jwt_eyJh.b-c.d_e"_s, u"[secret]"_s);
    row(u"api_orgABC,"_s, u"[secret],"_s);
    row(u"xhf_abcdefghijklmnopqrst"_s, u"x[secret]"_s);
    row(u"said Bearer abc.def-1 here"_s, u"said Bearer [secret] here"_s);
    row(u"Authorization: Basic dTpw\nnext"_s, u"Authorization: [secret]\nnext"_s);
    row(u"{\"authorization\": \"x y\"}"_s, u"{\"authorization: [secret]"_s);
    row(u"Set-Cookie: a=b; c"_s, u"Set-Cookie: [secret]"_s);
    row(u"GET https://u:p@h/x?sig=1&b='2' done"_s, u"GET https://h/x?… done"_s);
    row(u"(HTTP://h/x#t=1) and http://h?q"_s, u"(HTTP://h/x and http://h?…"_s);
    row(u"see /x?X-Amz-Signature=ab12&Expires=1 of it"_s,
        u"see /x?X-Amz-Signature=[secret]&Expires=1 of it"_s);
    row(u"/y?Policy=a_b~&Signature=c-d&Key-Pair-Id=E"_s,
        u"/y?Policy=[secret]&Signature=[secret]&Key-Pair-Id=[secret]"_s);
    row(u"proxy socks5://u:p@h:1080"_s, u"proxy socks5://h:1080"_s);
}

void TestRedact::texts()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QCOMPARE(core::redactText(text), expected);
    QCOMPARE(core::redactText(expected), expected); // twice changes nothing
}

void TestRedact::leavesOrdinaryTextAlone_data()
{
    QTest::addColumn<QString>("text");
    for (const QString &text :
         {u"huggingface_hub 1.0"_s, u"hf://org/name@main/x?y"_s, u"org/name at 12:30"_s,
          u"https://huggingface.co/org/name/resolve/main/a%20b.bin"_s, u"the bearer"_s,
          u"HF_TOKEN is set"_s})
        QTest::addRow("%s", qPrintable(text)) << text;
}

void TestRedact::leavesOrdinaryTextAlone()
{
    QFETCH(QString, text);
    QCOMPARE(core::redactText(text), text);
}

void TestRedact::headers()
{
    QVERIFY(core::isSecretHeader("Authorization"_ba));
    QVERIFY(core::isSecretHeader(" location"_ba));
    QVERIFY(core::isSecretHeader("SET-COOKIE"_ba));
    QVERIFY(!core::isSecretHeader("ETag"_ba));
}

void TestRedact::knownSecrets()
{
    const core::Secret secret("no-prefix.at/all"_ba);
    QCOMPARE(core::redactSecret(u"said no-prefix.at/all, twice: no-prefix.at/all"_s, secret),
             u"said [secret], twice: [secret]"_s);
    QCOMPARE(core::redactSecret(u"cut off: no-prefix.a"_s, secret), u"cut off: [secret]"_s);
    QCOMPARE(core::redactSecret(u"cut: no-prefix; more"_s, secret), u"cut: [secret]; more"_s);
    QCOMPARE(core::redactSecret(u"at no-prefix.at%2Fall/x, %2f: no-prefix.at%2fall"_s, secret),
             u"at [secret]/x, %2f: [secret]"_s);
    QCOMPARE(core::redactSecret(u"at %6Eo%2Dprefix%2Eat/all!"_s, secret), u"at [secret]!"_s);
    QCOMPARE(core::redactSecret(u"its end: refix.at/all, x"_s, secret), u"its end: [secret], x"_s);
    QCOMPARE(core::redactSecret(u"no-pref is short"_s, secret), u"no-pref is short"_s);
    QCOMPARE(core::redactSecret(u"a word"_s, core::Secret("a"_ba)), u"a word"_s);
    QCOMPARE(core::redactSecret(u"a word"_s, core::Secret()), u"a word"_s);
}

void TestRedact::secretsHaveTheirOwnBytes()
{
    const QByteArray source("hf_abc");
    const core::Secret secret(source);
    QVERIFY(secret.reveal().constData() != source.constData());
    core::Secret copy(secret);
    QVERIFY(copy.reveal().constData() != secret.reveal().constData());
    QVERIFY(copy == secret);
    copy = core::Secret("other"_ba);
    QCOMPARE(copy.reveal(), "other"_ba);
    const core::Secret &alias = copy;
    copy = alias;
    QCOMPARE(copy.reveal(), "other"_ba);
    QVERIFY(core::Secret().isEmpty());
}

void TestRedact::secretsAreWiped()
{
    core::Secret secret("hf_abc"_ba);
    const QByteArray shared = secret.reveal();
    secret = core::Secret();
    QVERIFY(secret.isEmpty());
    QCOMPARE(shared, "hf_abc"_ba); // a copy in use is not damaged
}

QTEST_GUILESS_MAIN(TestRedact)
#include "test_redact.moc"
