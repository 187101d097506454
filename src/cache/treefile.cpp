#include "cache/treefile.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cache {

namespace {

bool isHash(const QString &text)
{
    constexpr qsizetype length = 64;
    return text.size() == length && std::all_of(text.begin(), text.end(), [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f')
                   || (c >= u'A' && c <= u'F');
           });
}

// A JSON string in ASCII.
QByteArray quoted(const QString &text)
{
    QByteArray result = "\""_ba;
    for (const QChar c : text) {
        switch (c.unicode()) {
        case u'"':
            result += "\\\"";
            continue;
        case u'\\':
            result += "\\\\";
            continue;
        case u'\n':
            result += "\\n";
            continue;
        case u'\r':
            result += "\\r";
            continue;
        case u'\t':
            result += "\\t";
            continue;
        case u'\b':
            result += "\\b";
            continue;
        case u'\f':
            result += "\\f";
            continue;
        }
        if (c >= u' ' && c <= u'~')
            result += static_cast<char>(c.unicode());
        else
            result += "\\u" + QByteArray::number(c.unicode(), 16).rightJustified(4, '0');
    }
    return result + '"';
}

void appendFile(QByteArray *json, const TreeFile &file)
{
    const QByteArray size = QByteArray::number(file.size);
    *json += "\n  " + quoted(file.path) + ": {\n   \"size\": " + size
        + ",\n   \"blob_id\": " + quoted(file.oid);
    if (!file.sha256.isEmpty())
        *json += ",\n   \"lfs_sha256\": " + quoted(file.sha256) + ",\n   \"lfs_size\": " + size;
    // The Hub may hide the hash from some; Python throws the whole listing away for such a one.
    if (isHash(file.xetHash))
        *json += ",\n   \"xet_hash\": " + quoted(file.xetHash);
    *json += "\n  }";
}

} // namespace

QByteArray encodeTree(const QList<TreeFile> &files)
{
    QList<std::pair<QByteArray, const TreeFile *>> sorted; // UTF-8 sorts by code point, as Python
    sorted.reserve(files.size());
    for (const TreeFile &file : files)
        sorted.append({file.path.toUtf8(), &file});
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });

    QByteArray json = "{\n \"format_version\": 1,\n \"files\": {"_ba;
    for (qsizetype i = 0; i < sorted.size(); ++i) {
        if (i > 0)
            json += ',';
        appendFile(&json, *sorted.at(i).second);
    }
    return json + (sorted.isEmpty() ? "}\n}" : "\n }\n}");
}

} // namespace cache
