#include "demo/commitbody.h"

#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

#include "core/ids.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype mostOperations = 10'000;
constexpr qsizetype mostRegular = 10 * 1024 * 1024; // bytes of a file that is not LFS

core::Unexpected bad(const QString &message)
{
    return core::fail(core::ErrorKind::BadInput, message);
}

struct Line {
    QString key;
    QJsonObject value;
};

core::Result<Line> parseLine(const QByteArray &text)
{
    const QJsonDocument document = QJsonDocument::fromJson(text);
    const QJsonValue key = document.object().value("key"_L1);
    const QJsonValue value = document.object().value("value"_L1);
    if (!key.isString() || !value.isObject())
        return bad(u"Invalid line in the body: each is an object with key and value"_s);
    return Line{key.toString(), value.toObject()};
}

core::Result<void> readHeader(const Line &line, CommitBody &body)
{
    // As git keeps them: one text, whose first line is the title.
    const QString summary = line.value.value("summary"_L1).toString().trimmed();
    const QString words = summary + "\n\n"_L1 + line.value.value("description"_L1).toString();
    body.title = words.section(u'\n', 0, 0).trimmed();
    body.message = words.section(u'\n', 1).trimmed();
    body.parent = line.value.value("parentCommit"_L1).toString();
    if (line.key != "header"_L1 || body.title.isEmpty())
        return bad(u"The first line must be the header, with a summary"_s);
    const bool isHex = std::all_of(body.parent.begin(), body.parent.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
    });
    if (!body.parent.isEmpty() && (!isHex || body.parent.size() < 5 || body.parent.size() > 40))
        return bad(u"Invalid parentCommit"_s);
    return {};
}

core::Result<QString> pathIn(const QJsonObject &value, const QString &key)
{
    const QString text = value.value(key).toString();
    const auto path = core::checkFilePath(text);
    const QStringList parts = text.split(u'/');
    if (!path || parts.contains(u".git"_s) || parts.contains(u".cache"_s))
        return bad(u"Invalid path in a commit: %1"_s.arg(text.left(200)));
    return *path;
}

core::Result<QByteArray> contentIn(const QJsonObject &value)
{
    const QJsonValue content = value.value("content"_L1);
    const QString encoding = value.value("encoding"_L1).toString(u"utf-8"_s);
    if (!content.isString())
        return bad(u"A file needs content"_s);
    QByteArray bytes = content.toString().toUtf8();
    if (encoding == "base64"_L1) {
        const auto decoded =
            QByteArray::fromBase64Encoding(bytes, QByteArray::AbortOnBase64DecodingErrors);
        if (!decoded)
            return bad(u"The content of a file is not base64"_s);
        bytes = decoded.decoded;
    } else if (encoding != "utf-8"_L1) {
        return bad(u"Invalid encoding of a file: %1"_s.arg(encoding.left(50)));
    }
    if (bytes.size() > mostRegular)
        return bad(u"A file is too large to be added as a regular one; use LFS"_s);
    return bytes;
}

core::Result<void> readObject(const QJsonObject &value, Operation &operation)
{
    const QString algorithm = value.value("algo"_L1).toString(u"sha256"_s);
    const auto oid = core::ContentId::make(value.value("oid"_L1).toString());
    if (algorithm != "sha256"_L1 || !oid || oid->kind != core::ContentId::Kind::Sha256)
        return bad(u"An lfsFile needs algo sha256 and its oid"_s);
    operation.kind = Operation::Kind::AddObject;
    operation.sha256 = oid->text;
    if (value.value("size"_L1).isDouble())
        operation.size = value.value("size"_L1).toInteger(-1);
    return {};
}

core::Result<Operation> readAddition(const Line &line, Operation operation)
{
    if (line.value.contains("oldPath"_L1)) {
        const auto oldPath = pathIn(line.value, u"oldPath"_s);
        if (!oldPath)
            return core::Unexpected(oldPath.error());
        operation.kind = Operation::Kind::Copy;
        operation.oldPath = *oldPath;
    } else if (line.key == "lfsFile"_L1) {
        if (const auto read = readObject(line.value, operation); !read)
            return core::Unexpected(read.error());
    } else {
        const auto content = contentIn(line.value);
        if (!content)
            return core::Unexpected(content.error());
        operation.content = *content;
    }
    return operation;
}

core::Result<Operation> readOperation(Line line)
{
    Operation operation;
    if (line.key == "deletedFolder"_L1) {
        QString folder = line.value.value("path"_L1).toString();
        while (folder.endsWith(u'/'))
            folder.chop(1);
        line.value.insert("path"_L1, folder);
        operation.kind = Operation::Kind::DeleteFolder;
    } else if (line.key == "deletedFile"_L1) {
        operation.kind = Operation::Kind::DeleteFile;
    } else if (line.key != "file"_L1 && line.key != "lfsFile"_L1) {
        return bad(u"Invalid key in the body: %1"_s.arg(line.key.left(50)));
    }
    const auto path = pathIn(line.value, u"path"_s);
    if (!path)
        return core::Unexpected(path.error());
    operation.path = *path;
    return line.key.startsWith("deleted"_L1) ? core::Result<Operation>(operation)
                                             : readAddition(line, operation);
}

} // namespace

core::Result<Operation> fileAddition(const QJsonObject &value)
{
    return readOperation({u"file"_s, value});
}

core::Result<CommitBody> CommitBody::parse(const QByteArray &text)
{
    CommitBody body;
    bool isFirst = true;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype newline = text.indexOf('\n', at);
        const qsizetype end = newline < 0 ? text.size() : newline;
        const QByteArray part = text.mid(at, end - at).trimmed();
        at = end + 1;
        if (part.isEmpty())
            continue;
        const auto line = parseLine(part);
        if (!line)
            return core::Unexpected(line.error());
        if (std::exchange(isFirst, false)) {
            if (const auto header = readHeader(*line, body); !header)
                return core::Unexpected(header.error());
            continue;
        }
        if (body.operations.size() >= mostOperations)
            return bad(u"Too many operations in one commit"_s);
        const auto operation = readOperation(*line);
        if (!operation)
            return core::Unexpected(operation.error());
        body.operations.append(*operation);
    }
    if (body.operations.isEmpty())
        return bad(isFirst ? u"The body is empty"_s
                           : u"Add a line with the key lfsFile, file or deletedFile"_s);
    return body;
}

} // namespace demo
