#include <QJsonArray>

#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int Sha1Digits = 40;
constexpr int Sha256Digits = 64;

std::optional<TreeEntry::LastCommit> lastCommitOf(const QJsonValue &value)
{
    const QJsonObject object = value.toObject();
    const QString id = commitOf(object.value("id"_L1));
    if (id.isEmpty())
        return std::nullopt;
    return TreeEntry::LastCommit{.id = id,
                                 .title = textOf(object.value("title"_L1)),
                                 .date = timeOf(object.value("date"_L1))};
}

std::optional<TreeEntry> entryOf(const QJsonObject &object, const QString &path)
{
    TreeEntry entry;
    entry.path = path;
    entry.oid = hashOf(object.value("oid"_L1), Sha1Digits);
    entry.lastCommit = lastCommitOf(object.value("lastCommit"_L1));
    const QString type = object.value("type"_L1).toString();
    if (type == "directory"_L1) {
        entry.kind = TreeEntry::Kind::Folder;
        return entry;
    }
    if (type != "file"_L1)
        return std::nullopt;

    std::optional<qint64> size = countOf(object.value("size"_L1));
    const QJsonValue lfs = object.value("lfs"_L1);
    if (lfs.isObject()) {
        entry.lfs = true;
        entry.sha256 = hashOf(lfs.toObject().value("oid"_L1), Sha256Digits);
        if (const QJsonValue real = lfs.toObject().value("size"_L1); !real.isUndefined())
            size = countOf(real);
    }
    if (!size)
        return std::nullopt;
    entry.size = *size;
    entry.xetHash = hashOf(object.value("xetHash"_L1), Sha256Digits);
    entry.securityStatus = textOf(
        object.value("securityFileStatus"_L1).toObject().value("status"_L1), LongestShortText);
    return entry;
}

QList<RefInfo> refsOf(const QJsonValue &value)
{
    QList<RefInfo> refs;
    for (const QJsonObject &object : objectsOf(value)) {
        const auto name = core::checkRevision(object.value("name"_L1).toString());
        const auto ref = core::checkRevision(object.value("ref"_L1).toString());
        if (name && ref)
            refs.append(
                {.name = *name, .ref = *ref, .commit = commitOf(object.value("targetCommit"_L1))});
    }
    return refs;
}

QStringList authorsOf(const QJsonValue &value)
{
    QStringList authors;
    for (const QJsonObject &object : objectsOf(value)) {
        const QString name = textOf(object.value("user"_L1), LongestShortText);
        if (!name.isEmpty() && authors.size() < MostTexts)
            authors.append(name);
    }
    return authors;
}

} // namespace

std::optional<core::ContentId> TreeEntry::contentId() const
{
    const QString &id = lfs ? sha256 : oid;
    if (kind != Kind::File || id.isEmpty())
        return std::nullopt;
    return core::ContentId{
        .kind = lfs ? core::ContentId::Kind::Sha256 : core::ContentId::Kind::GitSha1, .text = id};
}

core::Result<TreePage> parseTree(const QByteArray &json)
{
    const auto objects = readObjects(json, u"a file listing"_s);
    if (!objects)
        return core::Unexpected(objects.error());
    TreePage page;
    page.entries.reserve(objects->size());
    for (const QJsonObject &object : *objects) {
        const QJsonValue path = object.value("path"_L1);
        if (!path.isString())
            return core::fail(core::ErrorKind::Protocol, u"a listed file has no path"_s);
        const auto checked = core::checkFilePath(path.toString());
        const auto entry = checked ? entryOf(object, *checked) : std::nullopt;
        if (entry)
            page.entries.append(*entry);
        else
            page.refused.append(textOf(path));
    }
    return page;
}

core::Result<RefList> parseRefs(const QByteArray &json)
{
    const auto object = readObject(json, u"a list of refs"_s);
    if (!object)
        return core::Unexpected(object.error());
    if (!object->value("branches"_L1).isArray() && !object->value("tags"_L1).isArray())
        return core::fail(core::ErrorKind::Protocol, u"neither branches nor tags"_s);
    return RefList{.branches = refsOf(object->value("branches"_L1)),
                   .tags = refsOf(object->value("tags"_L1)),
                   .converts = refsOf(object->value("converts"_L1)),
                   .pullRequests = refsOf(object->value("pullRequests"_L1))};
}

core::Result<QList<CommitInfo>> parseCommits(const QByteArray &json)
{
    const auto objects = readObjects(json, u"a list of commits"_s);
    if (!objects)
        return core::Unexpected(objects.error());
    QList<CommitInfo> commits;
    for (const QJsonObject &object : *objects) {
        const QString id = commitOf(object.value("id"_L1));
        if (!id.isEmpty())
            commits.append({.id = id,
                            .title = textOf(object.value("title"_L1)),
                            .message = textOf(object.value("message"_L1), LongestCommitMessage),
                            .authors = authorsOf(object.value("authors"_L1)),
                            .date = timeOf(object.value("date"_L1))});
    }
    return commits;
}

} // namespace hub
