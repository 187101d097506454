#include "cache/treefile.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <optional>

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

// A whole number of bytes, or nothing; doubles hold them exactly up to 2^53.
std::optional<qint64> byteCount(const QJsonValue &value)
{
    const qint64 count = value.toInteger(-1);
    return count < 0 ? std::nullopt : std::optional(count);
}

std::optional<TreeFile> decodeFile(const QString &path, const QJsonObject &object)
{
    const auto size = byteCount(object.value("size"_L1));
    TreeFile file{path, size.value_or(0), object.value("blob_id"_L1).toString(),
                  object.value("lfs_sha256"_L1).toString(), object.value("xet_hash"_L1).toString()};
    if (!size || !core::isCommitId(file.oid)) // the same form: 40 hex digits
        return std::nullopt;
    if (!object.contains("lfs_sha256"_L1))
        return file;
    const auto lfsSize = byteCount(object.value("lfs_size"_L1));
    if (!isHash(file.sha256) || file.sha256 != file.sha256.toLower() || !lfsSize)
        return std::nullopt;
    file.size = *lfsSize;
    return file;
}

} // namespace

core::Result<StoredTree> decodeTree(const QByteArray &json)
{
    const QJsonObject root = QJsonDocument::fromJson(json).object();
    if (root.value("format_version"_L1).toInt() != 1 || !root.value("files"_L1).isObject())
        return core::fail(core::ErrorKind::Protocol, u"the kept listing has an unknown form"_s);
    StoredTree tree;
    const QJsonObject files = root.value("files"_L1).toObject();
    for (auto it = files.begin(); it != files.end(); ++it) {
        if (!core::checkFilePath(it.key())) {
            tree.refused.append(it.key());
            continue;
        }
        const auto file = decodeFile(it.key(), it.value().toObject());
        if (!file)
            return core::fail(core::ErrorKind::Protocol,
                              u"the kept listing names no content for a file"_s);
        tree.files.append(*file);
    }
    return tree;
}

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
