#include <QJsonArray>

#include <cmath>

#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestDescription = 64 * 1024;
constexpr qsizetype MostTagsByType = 50'000; // languages and datasets are thousands
constexpr qsizetype MostIssues = 10'000;

GatedMode gatedOf(const QJsonValue &value)
{
    if (value.toString() == "manual"_L1)
        return GatedMode::Manual;
    const bool asked = value.toBool() || !value.toString().isEmpty();
    return asked ? GatedMode::Automatic : GatedMode::Open;
}

qint64 parametersOf(const QJsonObject &object)
{
    for (const auto key : {"safetensors"_L1, "gguf"_L1}) {
        if (const auto total = countOf(object.value(key).toObject().value("total"_L1)))
            return *total;
    }
    return countOf(object.value("numParameters"_L1)).value_or(-1);
}

double scoreOf(const QJsonValue &value)
{
    const double score = value.toDouble(-1.0);
    return std::isfinite(score) && score >= 0.0 ? score : -1.0;
}

void readNumbers(RepoSummary &summary, const QJsonObject &object)
{
    summary.created = timeOf(object.value("createdAt"_L1));
    summary.lastModified = timeOf(object.value("lastModified"_L1));
    summary.downloads = countOf(object.value("downloads"_L1)).value_or(-1);
    summary.likes = countOf(object.value("likes"_L1)).value_or(-1);
    summary.parameters = parametersOf(object);
    summary.trendingScore = scoreOf(object.value("trendingScore"_L1));
    const QJsonObject gguf = object.value("gguf"_L1).toObject();
    summary.ggufArchitecture = textOf(gguf.value("architecture"_L1), LongestShortText);
    summary.contextLength = countOf(gguf.value("context_length"_L1)).value_or(-1);
}

std::optional<RepoSummary> summaryOf(core::RepoType type, const QJsonObject &object)
{
    QString id = textOf(object.value("id"_L1));
    if (id.isEmpty())
        id = textOf(object.value("modelId"_L1));
    const auto repo = core::RepoId::make(type, id);
    if (!repo)
        return std::nullopt;

    RepoSummary summary;
    summary.repo = *repo;
    summary.author = textOf(object.value("author"_L1));
    if (summary.author.isEmpty())
        summary.author = repo->owner();
    summary.pipelineTag = textOf(object.value("pipeline_tag"_L1));
    summary.libraryName = textOf(object.value("library_name"_L1));
    summary.sdk = textOf(object.value("sdk"_L1), LongestShortText);
    summary.tags = textsOf(object.value("tags"_L1));
    summary.gated = gatedOf(object.value("gated"_L1));
    summary.isPrivate = object.value("private"_L1).toBool();
    readNumbers(summary, object);
    summary.rest = object;
    for (const QLatin1String known :
         {"_id"_L1, "id"_L1, "modelId"_L1, "author"_L1, "pipeline_tag"_L1, "library_name"_L1,
          "sdk"_L1, "tags"_L1, "gated"_L1, "private"_L1, "createdAt"_L1, "lastModified"_L1,
          "downloads"_L1, "likes"_L1, "trendingScore"_L1})
        summary.rest.remove(known);
    return summary;
}

// A licence is a text in one card and a list in the next; without a card there may be a tag.
QString licenseOf(const QJsonObject &object, const QStringList &tags)
{
    const QJsonValue value = object.value("cardData"_L1).toObject().value("license"_L1);
    const QString license = value.isArray() ? textsOf(value).join(u", "_s) : textOf(value);
    if (!license.isEmpty())
        return license.left(LongestText);
    for (const QString &tag : tags) {
        if (tag.startsWith("license:"_L1))
            return tag.mid("license:"_L1.size());
    }
    return {};
}

std::optional<core::RepoType> typeOf(const QJsonValue &value)
{
    for (const auto type :
         {core::RepoType::Model, core::RepoType::Dataset, core::RepoType::Space}) {
        if (value.toString() == core::typeName(type))
            return type;
    }
    return std::nullopt;
}

} // namespace

core::Result<QList<RepoSummary>> parseRepoList(core::RepoType type, const QByteArray &json)
{
    const auto objects = readObjects(json, u"a listing"_s);
    if (!objects)
        return core::Unexpected(objects.error());
    QList<RepoSummary> repos;
    for (const QJsonObject &object : *objects) {
        if (const auto summary = summaryOf(type, object))
            repos.append(*summary);
    }
    return repos;
}

core::Result<RepoInfo> parseRepoInfo(core::RepoType type, const QByteArray &json)
{
    const auto object = readObject(json, u"repo information"_s);
    if (!object)
        return core::Unexpected(object.error());
    const auto summary = summaryOf(type, *object);
    if (!summary)
        return core::fail(core::ErrorKind::Protocol, u"repo information without a usable id"_s);

    RepoInfo info;
    info.summary = *summary;
    info.commit = commitOf(object->value("sha"_L1));
    info.license = licenseOf(*object, summary->tags);
    info.description = textOf(object->value("description"_L1), LongestDescription);
    info.usedStorage = countOf(object->value("usedStorage"_L1)).value_or(-1);
    info.downloadsAllTime = countOf(object->value("downloadsAllTime"_L1)).value_or(-1);
    info.disabled = object->value("disabled"_L1).toBool();
    return info;
}

core::Result<QList<RepoSummary>> parseTrending(const QByteArray &json)
{
    const auto object = readObject(json, u"a list of trending repos"_s);
    if (!object)
        return core::Unexpected(object.error());
    const QJsonValue trending = object->value("recentlyTrending"_L1);
    if (!trending.isArray())
        return core::fail(core::ErrorKind::Protocol, u"no list of trending repos"_s);
    QList<RepoSummary> repos;
    for (const QJsonObject &entry : objectsOf(trending)) {
        const auto type = typeOf(entry.value("repoType"_L1));
        const auto summary =
            type ? summaryOf(*type, entry.value("repoData"_L1).toObject()) : std::nullopt;
        if (summary)
            repos.append(*summary);
    }
    return repos;
}

core::Result<QList<Tag>> parseTagsByType(const QByteArray &json)
{
    const auto object = readObject(json, u"a list of tags"_s);
    if (!object)
        return core::Unexpected(object.error());
    QList<Tag> tags;
    bool isList = object->isEmpty();
    for (auto group = object->begin(); group != object->end(); ++group) {
        isList = isList || group.value().isArray();
        for (const QJsonObject &entry : objectsOf(group.value())) {
            Tag tag{.id = textOf(entry.value("id"_L1), LongestShortText),
                    .label = textOf(entry.value("label"_L1), LongestShortText),
                    .type = textOf(entry.value("type"_L1), LongestShortText)};
            if (tag.label.isEmpty())
                tag.label = tag.id;
            if (tag.type.isEmpty())
                tag.type = group.key().left(LongestShortText);
            if (!tag.id.isEmpty() && tags.size() < MostTagsByType)
                tags.append(tag);
        }
    }
    if (!isList)
        return core::fail(core::ErrorKind::Protocol, u"a list of tags without any list"_s);
    return tags;
}

core::Result<SecurityStatus> parseSecurity(const QByteArray &json)
{
    auto object = readObject(json, u"a security status"_s);
    if (!object)
        return core::Unexpected(object.error());
    const QJsonValue inner = object->value("securityRepoStatus"_L1);
    if (inner.isNull())
        return SecurityStatus{}; // the Hub does not know yet
    const QJsonObject status = inner.isObject() ? inner.toObject() : *object;
    if (!status.value("scansDone"_L1).isBool() && !status.value("filesWithIssues"_L1).isArray())
        return core::fail(core::ErrorKind::Protocol, u"no security status"_s);

    SecurityStatus security;
    security.scansDone = status.value("scansDone"_L1).toBool();
    for (const QJsonObject &entry : objectsOf(status.value("filesWithIssues"_L1))) {
        const auto path = core::checkFilePath(entry.value("path"_L1).toString());
        if (path && security.issues.size() < MostIssues)
            security.issues.append(
                {.path = *path, .level = textOf(entry.value("level"_L1), LongestShortText)});
    }
    return security;
}

} // namespace hub
