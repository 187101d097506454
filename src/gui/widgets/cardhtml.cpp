#include "gui/widgets/cardhtml.h"

#include <QCoreApplication>
#include <QHash>
#include <QStringList>

#include <algorithm>
#include <md4c-html.h>
#include <optional>

#include "gui/widgets/htmltree.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int deepest = 60;
constexpr int deepestTable = 3;
constexpr int mostCellsInRow = 64;
constexpr int mostCells = 20000;
constexpr int mostSpan = 20;
constexpr qsizetype mostPipes = 200;
constexpr int deepestMarks = 50;
constexpr qsizetype mostRawHtml = 2 * 1024 * 1024;
constexpr qsizetype mostPlain = 64 * 1024;

enum class Rule {
    Keep, // the element, with the attributes allowed for it
    Inside, // only what is in it
    Nothing, // neither
    Table,
    Row,
    Cell,
    Link,
    Image,
    Input,
};

struct Element {
    Rule rule = Rule::Inside;
    const char *as = nullptr; // another name for it
};

Element elementFor(GumboTag tag)
{
    static const QHash<int, Element> known{
        {GUMBO_TAG_H1, {Rule::Keep}},
        {GUMBO_TAG_H2, {Rule::Keep}},
        {GUMBO_TAG_H3, {Rule::Keep}},
        {GUMBO_TAG_H4, {Rule::Keep}},
        {GUMBO_TAG_H5, {Rule::Keep}},
        {GUMBO_TAG_H6, {Rule::Keep}},
        {GUMBO_TAG_P, {Rule::Keep}},
        {GUMBO_TAG_DIV, {Rule::Keep}},
        {GUMBO_TAG_CENTER, {Rule::Keep}},
        {GUMBO_TAG_BR, {Rule::Keep}},
        {GUMBO_TAG_HR, {Rule::Keep}},
        {GUMBO_TAG_UL, {Rule::Keep}},
        {GUMBO_TAG_OL, {Rule::Keep}},
        {GUMBO_TAG_LI, {Rule::Keep}},
        {GUMBO_TAG_DL, {Rule::Keep}},
        {GUMBO_TAG_DT, {Rule::Keep}},
        {GUMBO_TAG_DD, {Rule::Keep}},
        {GUMBO_TAG_PRE, {Rule::Keep}},
        {GUMBO_TAG_CODE, {Rule::Keep}},
        {GUMBO_TAG_KBD, {Rule::Keep, "code"}},
        {GUMBO_TAG_SAMP, {Rule::Keep, "code"}},
        {GUMBO_TAG_TT, {Rule::Keep, "code"}},
        {GUMBO_TAG_BLOCKQUOTE, {Rule::Keep}},
        {GUMBO_TAG_STRONG, {Rule::Keep}},
        {GUMBO_TAG_B, {Rule::Keep}},
        {GUMBO_TAG_SUMMARY, {Rule::Keep, "h5"}},
        {GUMBO_TAG_EM, {Rule::Keep}},
        {GUMBO_TAG_I, {Rule::Keep}},
        {GUMBO_TAG_VAR, {Rule::Keep, "i"}},
        {GUMBO_TAG_U, {Rule::Keep}},
        {GUMBO_TAG_INS, {Rule::Keep, "u"}},
        {GUMBO_TAG_S, {Rule::Keep}},
        {GUMBO_TAG_DEL, {Rule::Keep, "s"}},
        {GUMBO_TAG_STRIKE, {Rule::Keep, "s"}},
        {GUMBO_TAG_SUB, {Rule::Keep}},
        {GUMBO_TAG_SUP, {Rule::Keep}},
        {GUMBO_TAG_SMALL, {Rule::Keep}},
        {GUMBO_TAG_DETAILS, {Rule::Keep, "div"}},
        {GUMBO_TAG_FIGURE, {Rule::Keep, "div"}},
        {GUMBO_TAG_FIGCAPTION, {Rule::Keep, "p"}},
        {GUMBO_TAG_TABLE, {Rule::Table}},
        {GUMBO_TAG_THEAD, {Rule::Keep}},
        {GUMBO_TAG_TBODY, {Rule::Keep}},
        {GUMBO_TAG_TR, {Rule::Row}},
        {GUMBO_TAG_TH, {Rule::Cell}},
        {GUMBO_TAG_TD, {Rule::Cell}},
        {GUMBO_TAG_A, {Rule::Link}},
        {GUMBO_TAG_IMG, {Rule::Image}},
        {GUMBO_TAG_INPUT, {Rule::Input}},
        {GUMBO_TAG_SCRIPT, {Rule::Nothing}},
        {GUMBO_TAG_STYLE, {Rule::Nothing}},
        {GUMBO_TAG_HEAD, {Rule::Nothing}},
        {GUMBO_TAG_TITLE, {Rule::Nothing}},
        {GUMBO_TAG_IFRAME, {Rule::Nothing}},
        {GUMBO_TAG_OBJECT, {Rule::Nothing}},
        {GUMBO_TAG_EMBED, {Rule::Nothing}},
        {GUMBO_TAG_APPLET, {Rule::Nothing}},
        {GUMBO_TAG_NOSCRIPT, {Rule::Nothing}},
        {GUMBO_TAG_TEMPLATE, {Rule::Nothing}},
        {GUMBO_TAG_SVG, {Rule::Nothing}},
        {GUMBO_TAG_MATH, {Rule::Nothing}},
        {GUMBO_TAG_TEXTAREA, {Rule::Nothing}},
        {GUMBO_TAG_SELECT, {Rule::Nothing}},
        {GUMBO_TAG_VIDEO, {Rule::Nothing}},
        {GUMBO_TAG_AUDIO, {Rule::Nothing}},
        {GUMBO_TAG_CANVAS, {Rule::Nothing}},
    };
    return known.value(tag);
}

QString attribute(const GumboElement &element, const char *name)
{
    const GumboAttribute *found = gumbo_get_attribute(&element.attributes, name);
    return found ? QString::fromUtf8(found->value) : QString();
}

// Walks the parser's tree and writes what is allowed. Every way of growing is bounded.
class Writer {
public:
    explicit Writer(const QUrl &base)
        : m_base(base)
    {
    }

    void write(const GumboNode *node, int depth)
    {
        if (depth > deepest || m_out.size() > mostHtmlChars)
            return;
        switch (node->type) {
        case GUMBO_NODE_TEXT:
        case GUMBO_NODE_CDATA:
        case GUMBO_NODE_WHITESPACE:
            m_out += QString::fromUtf8(node->v.text.text).toHtmlEscaped();
            return;
        case GUMBO_NODE_ELEMENT:
            writeElement(*node, depth);
            return;
        case GUMBO_NODE_DOCUMENT:
        case GUMBO_NODE_COMMENT:
        case GUMBO_NODE_TEMPLATE:
            return;
        }
    }

    QString take() { return std::move(m_out); }

private:
    void writeElement(const GumboNode &node, int depth)
    {
        const GumboElement &element = node.v.element;
        if (element.tag_namespace != GUMBO_NAMESPACE_HTML)
            return;
        const Element rule = elementFor(element.tag);
        switch (rule.rule) {
        case Rule::Nothing:
            return;
        case Rule::Inside:
            writeChildren(element, depth);
            return;
        case Rule::Keep:
            writeKept(element, rule, depth);
            return;
        case Rule::Table:
            writeTable(element, depth);
            return;
        case Rule::Row:
            m_cellsInRow = 0;
            wrap(u"tr"_s, {}, element, depth);
            return;
        case Rule::Cell:
            writeCell(element, depth);
            return;
        case Rule::Link:
            writeLink(element, depth);
            return;
        case Rule::Image:
            writeImage(element);
            return;
        case Rule::Input:
            if (attribute(element, "type").toLower() == u"checkbox"_s)
                m_out += gumbo_get_attribute(&element.attributes, "checked") ? u"☑ "_s : u"☐ "_s;
            return;
        }
    }

    void writeChildren(const GumboElement &element, int depth)
    {
        for (unsigned int i = 0; i < element.children.length; ++i)
            write(static_cast<const GumboNode *>(element.children.data[i]), depth + 1);
    }

    void wrap(const QString &name, const QString &attributes, const GumboElement &element,
              int depth)
    {
        m_out += u'<' + name + attributes + u'>';
        writeChildren(element, depth);
        m_out += u"</"_s + name + u'>';
    }

    static QString alignment(const GumboElement &element)
    {
        const QString align = attribute(element, "align").toLower();
        if (align == u"center"_s || align == u"right"_s || align == u"left"_s)
            return u" align=\""_s + align + u'"';
        return {};
    }

    void writeKept(const GumboElement &element, const Element &rule, int depth)
    {
        const QString name =
            QString::fromLatin1(rule.as ? rule.as : gumbo_normalized_tagname(element.tag));
        if (element.tag == GUMBO_TAG_BR || element.tag == GUMBO_TAG_HR) {
            m_out += u'<' + name + u'>';
            return;
        }
        QString attributes = alignment(element);
        if (element.tag == GUMBO_TAG_OL) {
            const int start = attribute(element, "start").toInt();
            if (start > 1 && start < 1000000)
                attributes += u" start=\"%1\""_s.arg(start);
        }
        if (element.tag == GUMBO_TAG_UL && isTaskList(element))
            attributes += u" style=\"list-style-type:none\""_s; // its boxes are its bullets
        wrap(name, attributes, element, depth);
    }

    static bool isTaskList(const GumboElement &list)
    {
        for (unsigned int i = 0; i < list.children.length; ++i) {
            const auto *child = static_cast<const GumboNode *>(list.children.data[i]);
            if (child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_LI)
                return attribute(child->v.element, "class") == u"task-list-item"_s;
        }
        return false;
    }

    void writeTable(const GumboElement &element, int depth)
    {
        if (m_tableDepth >= deepestTable) {
            writeChildren(element, depth);
            return;
        }
        ++m_tableDepth;
        wrap(
            u"table"_s,
            u" border=\"1\" cellpadding=\"5\" cellspacing=\"0\" style=\"border-collapse:collapse\""_s,
            element, depth);
        --m_tableDepth;
    }

    void writeCell(const GumboElement &element, int depth)
    {
        if (m_tableDepth == 0 || ++m_cellsInRow > mostCellsInRow || ++m_cells > mostCells)
            return;
        QString attributes = alignment(element);
        for (const char *span : {"colspan", "rowspan"}) {
            const int wanted = attribute(element, span).toInt();
            if (wanted > 1)
                attributes +=
                    u" %1=\"%2\""_s.arg(QLatin1StringView(span)).arg(std::min(wanted, mostSpan));
        }
        const int before = m_cellsInRow; // a table inside counts its own
        wrap(element.tag == GUMBO_TAG_TH ? u"th"_s : u"td"_s, attributes, element, depth);
        m_cellsInRow = before;
    }

    std::optional<QUrl> allowedLink(const QString &href) const
    {
        const QUrl given(href.trimmed(), QUrl::StrictMode);
        if (!given.isValid() || given.isEmpty() || href.trimmed().startsWith(u'#'))
            return std::nullopt;
        const QUrl url = given.isRelative() ? m_base.resolved(given) : given;
        const QString scheme = url.scheme();
        if (scheme == u"mailto"_s)
            return url;
        // A user name in an address only serves to make it look like another.
        if ((scheme != u"http"_s && scheme != u"https"_s) || url.host().isEmpty()
            || !url.userInfo().isEmpty())
            return std::nullopt;
        return url;
    }

    void writeLink(const GumboElement &element, int depth)
    {
        const std::optional<QUrl> url = allowedLink(attribute(element, "href"));
        if (!url) {
            writeChildren(element, depth);
            return;
        }
        const QString address = QString::fromLatin1(url->toEncoded()).toHtmlEscaped();
        wrap(u"a"_s, u" href=\""_s + address + u'"', element, depth);
    }

    void writeImage(const GumboElement &element)
    {
        const QString words = attribute(element, "alt").simplified().left(200);
        const QString shown =
            words.isEmpty() ? QCoreApplication::translate("gui::CardHtml", "image") : words;
        m_out += u"<i>["_s + shown.toHtmlEscaped() + u"]</i> "_s;
    }

    QUrl m_base;
    QString m_out;
    int m_tableDepth = 0;
    int m_cellsInRow = 0;
    int m_cells = 0;
};

// Quotes and lists nested ten thousand deep in one line cost the parsers quadratic time. The marks
// that begin a line count to a limit; those after it become blanks.
void limitNesting(char *line, char *end)
{
    int depth = 0;
    for (char *at = line; at < end && std::strchr(" \t>-+*.)0123456789", *at); ++at) {
        const bool isBlankNext = at + 1 == end || at[1] == ' ' || at[1] == '\t';
        if (*at == '>' || (std::strchr("-+*.)", *at) && isBlankNext))
            ++depth;
        if (depth > deepestMarks)
            *at = ' ';
    }
}

// A table of ten thousand columns makes the Markdown parser write one cell for each column in
// every short row below it. Lines that would begin such a table lose their bars.
void limitColumns(char *line, char *end)
{
    if (std::count(line, end, '|') > mostPipes)
        std::replace(line, end, '|', ' ');
}

QByteArray calmed(const QByteArray &markdown)
{
    QByteArray result = markdown;
    result.replace('\0', ' '); // no mark of anything, and the end for strchr
    char *const end = result.data() + result.size();
    for (char *line = result.data(); line < end;) {
        char *const lineEnd = std::find(line, end, '\n');
        limitNesting(line, lineEnd);
        limitColumns(line, lineEnd);
        line = lineEnd + 1;
    }
    return result;
}

QByteArray rawHtml(const QByteArray &markdown)
{
    QByteArray html;
    const auto collect = [](const MD_CHAR *text, MD_SIZE size, void *out) {
        auto *bytes = static_cast<QByteArray *>(out);
        if (bytes->size() < mostRawHtml)
            bytes->append(text, static_cast<qsizetype>(size));
    };
    const int failed = md_html(markdown.constData(), static_cast<MD_SIZE>(markdown.size()), collect,
                               &html, MD_DIALECT_GITHUB, MD_HTML_FLAG_SKIP_UTF8_BOM);
    return failed == 0 ? html : QByteArray();
}

QString asPlainText(const QByteArray &markdown)
{
    return u"<pre>"_s + QString::fromUtf8(markdown.left(mostPlain)).toHtmlEscaped() + u"</pre>"_s;
}

} // namespace

QString cleanCardHtml(const QByteArray &markdown, const QUrl &base)
{
    const QByteArray text = calmed(markdown.left(mostCardBytes));
    const QByteArray html = rawHtml(text);
    HtmlTree tree;
    const GumboNode *root = tree.parse(html);
    if (!root || (html.isEmpty() && !text.trimmed().isEmpty()))
        return asPlainText(text);
    Writer writer(base);
    writer.write(root, 0);
    return writer.take();
}

} // namespace gui
