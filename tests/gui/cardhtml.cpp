#include "gui/widgets/cardhtml.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QTextDocument>

#include <ctime>

#include "gui/widgets/cardmeta.h"
#include "gui/widgets/cardview.h"
#include "hub/rawserver.h"

using namespace Qt::StringLiterals;

namespace {

const QUrl base(u"https://hub.example/org/name/blob/main/"_s);

QString clean(const QByteArray &markdown)
{
    return gui::cleanCardHtml(markdown, base);
}

QString plain(const QString &html)
{
    QTextDocument document;
    document.setHtml(html);
    return document.toPlainText();
}

} // namespace

// What strangers write must come out harmless, and what they mean must come out at all.
class CardHtmlTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsWhatPeopleMean()
    {
        const QString html = clean("# Title\n\nSome *words* and `code`.\n\n| a | b |\n|---|:-:|\n"
                                   "| 1 | 2 |\n\n- one\n- two\n\n~~gone~~\n");
        QVERIFY(html.contains(u"<h1>Title</h1>"_s));
        QVERIFY(html.contains(u"<em>words</em>"_s));
        QVERIFY(html.contains(u"<code>code</code>"_s));
        QVERIFY(html.contains(u"border=\"1\""_s));
        QVERIFY(html.contains(u"<td align=\"center\">2</td>"_s));
        QVERIFY(html.contains(u"<li>one</li>"_s));
        QVERIFY(html.contains(u"<s>gone</s>"_s));
    }

    void dropsWhatRuns_data()
    {
        QTest::addColumn<QByteArray>("markdown");
        QTest::addColumn<QString>("text"); // what remains
        QTest::newRow("script") << QByteArray("a<script>alert(1)</script>b") << u"ab"_s;
        QTest::newRow("script block")
            << QByteArray("<script>\nalert(1)\n</script>\n\nafter") << u"after"_s;
        QTest::newRow("style") << QByteArray("<style>p{background:url(x)}</style>\n\nafter")
                               << u"after"_s;
        QTest::newRow("iframe") << QByteArray("<iframe src='http://x'>in</iframe>\n\nafter")
                                << u"after"_s;
        QTest::newRow("handler") << QByteArray("<p onclick='x()'>words</p>") << u"words"_s;
        QTest::newRow("svg") << QByteArray("<svg onload=x()><a>q</a></svg>\n\nafter") << u"after"_s;
        QTest::newRow("object") << QByteArray("<object data=x></object>\n\nafter") << u"after"_s;
        QTest::newRow("style attribute")
            << QByteArray("<div style='background-image:url(http://x/y.png)'>words</div>")
            << u"words"_s;
        QTest::newRow("background") << QByteArray(
            "<table background='http://x/y.png'><tr><td background='http://x'>words</td></table>")
                                    << u"words"_s;
        QTest::newRow("unclosed script") << QByteArray("before\n\n<script>alert(1)") << u"before"_s;
        QTest::newRow("comment") << QByteArray("a<!-- <img src=x> -->b") << u"ab"_s;
        QTest::newRow("base") << QByteArray("<base href='http://evil/'>words") << u"words"_s;
    }

    void dropsWhatRuns()
    {
        QFETCH(QByteArray, markdown);
        QFETCH(QString, text);
        const QString html = clean(markdown);
        static const QRegularExpression bad(
            u"<script|<style|<iframe|<object|<svg|<base|<img|<link|<meta|\\son\\w+=|style=\"back|"
            "background=|src="_s,
            QRegularExpression::CaseInsensitiveOption);
        QVERIFY2(!html.contains(bad), qPrintable(html));
        QCOMPARE(plain(html).simplified(), text);
    }

    void allowsOnlyHonestLinks_data()
    {
        QTest::addColumn<QString>("href");
        QTest::addColumn<QString>("result"); // empty: no link
        QTest::newRow("https") << u"https://a.example/x?y=1"_s << u"https://a.example/x?y=1"_s;
        QTest::newRow("relative") << u"docs/a.md"_s
                                  << u"https://hub.example/org/name/blob/main/docs/a.md"_s;
        QTest::newRow("rooted") << u"/other/repo"_s << u"https://hub.example/other/repo"_s;
        QTest::newRow("mail") << u"mailto:a@b.example"_s << u"mailto:a@b.example"_s;
        QTest::newRow("javascript") << u"javascript:alert(1)"_s << QString();
        QTest::newRow("capitals") << u"JaVaScRiPt:alert(1)"_s << QString();
        QTest::newRow("blanks") << u" javascript:alert(1)"_s << QString();
        QTest::newRow("file") << u"file:///etc/passwd"_s << QString();
        QTest::newRow("data") << u"data:text/html,x"_s << QString();
        QTest::newRow("own scheme") << u"hubload:x"_s << QString();
        QTest::newRow("user") << u"https://hub.example@evil.example/"_s << QString();
        QTest::newRow("fragment") << u"#part"_s << QString();
    }

    void allowsOnlyHonestLinks()
    {
        QFETCH(QString, href);
        QFETCH(QString, result);
        const QString html = clean("<a href=\"" + href.toUtf8() + "\">words</a>");
        QVERIFY(html.contains(u"words"_s));
        if (result.isEmpty())
            QVERIFY2(!html.contains(u"href"_s), qPrintable(html));
        else
            QVERIFY2(html.contains(u"href=\""_s + result + u'"'), qPrintable(html));
    }

    void showsImagesAsWords()
    {
        const QString html = clean("![A *cat*](http://x.example/cat.png) <img src='http://y'>");
        QVERIFY(!html.contains(u"x.example"_s) && !html.contains(u"<img"_s));
        QVERIFY(html.contains(u"[A cat]"_s));
        QVERIFY(html.contains(u"[image]"_s));
    }

    void showsTaskLists()
    {
        const QString text = plain(clean("- [x] done\n- [ ] open\n"));
        QVERIFY(text.contains(u"☑ done"_s));
        QVERIFY(text.contains(u"☐ open"_s));
    }

    void staysSmallAndQuick_data()
    {
        QTest::addColumn<QByteArray>("markdown");
        const int many = 60000;
        QTest::newRow("long") << QByteArray("words and more words\n\n").repeated(200000);
        QTest::newRow("quotes") << QByteArray(">").repeated(4 * many) + " deep";
        QTest::newRow("divs") << QByteArray("<div>").repeated(many);
        QTest::newRow("closed divs") << QByteArray("<div><!-- </div> -->").repeated(10000);
        QTest::newRow("formatting")
            << QByteArray("<b a><i b><u c><s d>").repeated(2000) + QByteArray("<p>").repeated(many);
        QByteArray fonts;
        for (int i = 0; i < 3000; ++i)
            fonts += "<font x" + QByteArray::number(i) + ">";
        QTest::newRow("different formatting") << fonts + QByteArray("<p>x</p>").repeated(10000);
        QTest::newRow("tables") << QByteArray("<table>").repeated(many);
        QTest::newRow("wide table") << QByteArray("|a").repeated(30000) + "\n"
                + QByteArray("|-").repeated(30000) + "\n" + QByteArray("|\n").repeated(50000);
        QTest::newRow("cells") << "<table><tr>" + QByteArray("<td>x").repeated(40000) + "<tr>"
                + QByteArray("<tr><td>y").repeated(3000);
        QTest::newRow("spans") << QByteArray(
            "<table><tr><td colspan=1000000000 rowspan=1000000000>x</table>");
        QTest::newRow("brackets") << QByteArray("[").repeated(many);
        QTest::newRow("lists") << QByteArray("- ").repeated(many) + "deep";
        QTest::newRow("quoted lists") << QByteArray("> 1. ").repeated(many) + "deep";
        QTest::newRow("zeros") << QByteArray(1000, '\0');
        QTest::newRow("not utf-8") << QByteArray("\xff\xfe\xc3( words");
    }

    void staysSmallAndQuick()
    {
        QFETCH(QByteArray, markdown);
        const std::clock_t begin = std::clock();
        const QString html = clean(markdown);
        QVERIFY(html.size() < 2 * gui::mostHtmlChars);
        QTextDocument document;
        document.setHtml(html);
        // Of the processor, and plenty for the checked build: unbounded growth takes far longer.
        const std::clock_t seconds = (std::clock() - begin) / CLOCKS_PER_SEC;
        QVERIFY2(seconds < 20, qPrintable(QString::number(seconds)));
    }

    void splitsHead()
    {
        const auto split = gui::splitCard("---\nlicense: mit\n---\n# Title\n");
        QCOMPARE(split.head, "license: mit\n"_ba);
        QCOMPARE(split.body, "# Title\n"_ba);
        QCOMPARE(gui::splitCard("# Title\n---\n").body, "# Title\n---\n"_ba);
        QCOMPARE(gui::splitCard("---\r\na: b\r\n---\r\nx").head, "a: b\n"_ba);
        QCOMPARE(gui::splitCard("---\n---\nx").body, "x"_ba);
        QCOMPARE(gui::splitCard("---\nnever closed").body, "---\nnever closed"_ba);
        QCOMPARE(gui::splitCard("").body, ""_ba);
    }

    void readsHead()
    {
        const auto meta = gui::readCardMeta("license: apache-2.0\ntags:\n- a\n- b\nlanguage: en\n"
                                            "base_model:\n- org/base\npretty_name: Nice\n");
        QCOMPARE(meta.license, u"apache-2.0"_s);
        QCOMPARE(meta.tags, (QStringList{u"a"_s, u"b"_s}));
        QCOMPARE(meta.languages, QStringList{u"en"_s});
        QCOMPARE(meta.baseModels, QStringList{u"org/base"_s});
        QCOMPARE(meta.title, u"Nice"_s);
    }

    void survivesHostileHeads_data()
    {
        QTest::addColumn<QByteArray>("head");
        QTest::newRow("nonsense") << QByteArray("{{{: : [");
        QTest::newRow("deep") << QByteArray("[").repeated(50000);
        QTest::newRow("deep maps") << QByteArray("{a: ").repeated(10000);
        QTest::newRow("huge") << QByteArray("a: b\n").repeated(100000);
        QByteArray bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
        for (char c = 'b'; c <= 'z'; ++c) {
            const QByteArray before(1, static_cast<char>(c - 1));
            bomb += QByteArray(1, c) + ": &" + c + " [" + ("*" + before + ",").repeated(8) + "*"
                + before + "]\n";
        }
        QTest::newRow("aliases") << bomb + "tags: *z\n";
        QTest::newRow("self") << QByteArray("tags: &t [*t]\n");
        QTest::newRow("scalar") << QByteArray("words");
        QTest::newRow("wrong types") << QByteArray("license: {a: b}\ntags: 5\nlanguage: [[x]]\n");
    }

    void survivesHostileHeads()
    {
        QFETCH(QByteArray, head);
        QElapsedTimer timer;
        timer.start();
        const gui::CardMeta meta = gui::readCardMeta(head);
        QVERIFY(meta.license.isEmpty());
        QVERIFY(timer.elapsed() < 10000);
    }

    // Pictures of a card, avatars among them, and whatever else wants to be loaded.
    void asksNobody()
    {
        support::RawServer server(
            [](const support::RawRequest &) { return support::answer("200 OK", "", "x"); });
        const QByteArray at = server.origin();
        gui::CardView view;
        view.resize(600, 400);
        view.showCard(
            "# T\n\n![a](" + at + "/a.png) <img src=\"" + at + "/b.png\" srcset=\"" + at
                + "/c.png 2x\"> <img src=\"/avatars/d.svg\"> <link rel=\"stylesheet\" href=\"" + at
                + "/e.css\"> <div style=\"background:url(" + at
                + "/f.png)\">words</div> <table background=\"" + at
                + "/g.png\"><tr><td>cell</td></tr></table>\n",
            QUrl::fromEncoded(at + "/o/n/blob/main/"));
        view.show();
        QTRY_VERIFY(view.toPlainText().contains(u"words"_s));
        view.grab();
        QTest::qWait(200);
        QVERIFY(server.seen.isEmpty());
    }

    void showsRecordedCards()
    {
        const QDir cards(qEnvironmentVariable("HUBLOAD_FIXTURES") + u"/cards"_s);
        const QStringList names = cards.entryList({u"*.md"_s}, QDir::Files);
        if (names.isEmpty())
            QSKIP("no recorded cards here");
        for (const QString &name : names) {
            QFile file(cards.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const gui::SplitCard split = gui::splitCard(file.readAll());
            const QString html = clean(split.body);
            if (!split.body.trimmed().isEmpty())
                QVERIFY2(!plain(html).trimmed().isEmpty(), qPrintable(name));
            QVERIFY2(!html.contains(u"<script"_s) && !html.contains(u"<img"_s), qPrintable(name));
        }
    }
};

QTEST_MAIN(CardHtmlTest)
#include "cardhtml.moc"
