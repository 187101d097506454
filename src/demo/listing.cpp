#include "demo/listing.h"

#include <algorithm>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

QJsonValue gatedValue(const Repo &repo)
{
    switch (repo.access) {
    case Access::GatedAutomatic:
        return u"auto"_s;
    case Access::GatedManual:
        return u"manual"_s;
    case Access::Open:
    case Access::Private:
    case Access::Disabled:
        break;
    }
    return false;
}

QJsonObject cardData(const Repo &repo)
{
    QJsonObject card;
    if (!repo.license.isEmpty())
        card.insert(u"license"_s, repo.license);
    if (!repo.libraryName.isEmpty())
        card.insert(u"library_name"_s, repo.libraryName);
    if (!repo.pipelineTag.isEmpty())
        card.insert(u"pipeline_tag"_s, repo.pipelineTag);
    if (!repo.tags.isEmpty())
        card.insert(u"tags"_s, QJsonArray::fromStringList(repo.tags));
    return card;
}

qint64 sizeOf(const Repo &repo, QLatin1StringView suffix)
{
    qint64 sum = 0;
    for (const File &file : repo.files) {
        if (file.path.endsWith(suffix))
            sum += file.content->size();
    }
    return sum;
}

void addModelFields(QJsonObject &object, const Repo &repo)
{
    object.insert(u"config"_s, QJsonObject());
    object.insert(u"model-index"_s, QJsonValue::Null);
    object.insert(u"spaces"_s, QJsonArray());
    if (!repo.pipelineTag.isEmpty())
        object.insert(u"pipeline_tag"_s, repo.pipelineTag);
    if (!repo.libraryName.isEmpty())
        object.insert(u"library_name"_s, repo.libraryName);
    if (const qint64 bytes = sizeOf(repo, ".safetensors"_L1)) {
        object.insert(u"safetensors"_s,
                      QJsonObject{{u"parameters"_s, QJsonObject{{u"BF16"_s, bytes / 2}}},
                                  {u"total"_s, bytes / 2}});
    }
    if (sizeOf(repo, ".gguf"_L1) > 0) {
        object.insert(u"gguf"_s,
                      QJsonObject{{u"total"_s, 320'000'000},
                                  {u"architecture"_s, u"lantern"_s},
                                  {u"context_length"_s, 8192}});
    }
}

void addSpaceFields(QJsonObject &object)
{
    object.insert(u"sdk"_s, u"static"_s);
    object.insert(u"region"_s, u"us"_s);
    object.insert(u"runtime"_s,
                  QJsonObject{{u"stage"_s, u"RUNNING"_s},
                              {u"hardware"_s,
                               QJsonObject{{u"current"_s, u"cpu-basic"_s},
                                           {u"requested"_s, u"cpu-basic"_s}}}});
    object.insert(u"models"_s, QJsonArray());
    object.insert(u"datasets"_s, QJsonArray());
    object.remove(u"downloads"_s);
    object.remove(u"downloadsAllTime"_s);
}

bool matches(const RepoIndex &index, const Target &target)
{
    const Repo &repo = index.repo();
    for (const QString &words : target.values(u"search")) {
        for (const QString &word : words.split(u' ', Qt::SkipEmptyParts)) {
            if (!repo.id.id().contains(word, Qt::CaseInsensitive))
                return false;
        }
    }
    const QString author = target.value(u"author");
    if (!author.isEmpty() && author.compare(repo.id.owner(), Qt::CaseInsensitive) != 0)
        return false;
    const QStringList tags = index.allTags();
    for (const QString &wanted : target.values(u"filter")) {
        for (const QString &tag : wanted.split(u',', Qt::SkipEmptyParts)) {
            if (!tags.contains(tag))
                return false;
        }
    }
    const QString task = target.value(u"pipeline_tag");
    if (!task.isEmpty() && task != repo.pipelineTag)
        return false;
    const QString gated = target.value(u"gated");
    return gated.isEmpty() || (gated == "true"_L1) == index.isGated();
}

// Descending but for id, as the Hub does; an unknown name keeps the order of the catalogue.
void sortRepos(QList<IndexPointer> &repos, const QString &by)
{
    const auto sortBy = [&](auto key) {
        std::stable_sort(repos.begin(), repos.end(),
                         [&](const IndexPointer &a, const IndexPointer &b) {
                             return key(a->repo()) > key(b->repo());
                         });
    };
    if (by == "downloads"_L1)
        sortBy([](const Repo &repo) { return repo.downloads; });
    else if (by == "likes"_L1 || by == "likes30d"_L1)
        sortBy([](const Repo &repo) { return repo.likes; });
    else if (by == "lastModified"_L1 || by == "createdAt"_L1)
        sortBy([](const Repo &repo) { return repo.lastModified; });
    else if (by == "trendingScore"_L1)
        sortBy([](const Repo &repo) { return trendingScore(repo); });
    else if (by == "id"_L1)
        std::stable_sort(repos.begin(), repos.end(),
                         [](const IndexPointer &a, const IndexPointer &b) {
                             return a->repo().id.id() < b->repo().id.id();
                         });
}

// What a list item holds when the caller did not say what it wants.
QStringList defaultFields(core::RepoType type)
{
    switch (type) {
    case core::RepoType::Model:
        return {u"modelId"_s, u"likes"_s,        u"trendingScore"_s, u"private"_s,  u"downloads"_s,
                u"tags"_s,    u"pipeline_tag"_s, u"library_name"_s,  u"createdAt"_s};
    case core::RepoType::Dataset:
        return {u"author"_s, u"disabled"_s,    u"gated"_s,     u"lastModified"_s,
                u"likes"_s,  u"private"_s,     u"sha"_s,       u"trendingScore"_s,
                u"tags"_s,   u"description"_s, u"downloads"_s, u"createdAt"_s};
    case core::RepoType::Space:
        return {u"likes"_s, u"trendingScore"_s, u"private"_s, u"sdk"_s, u"tags"_s, u"createdAt"_s};
    }
    return {};
}

QJsonObject only(const QJsonObject &object, const QStringList &names)
{
    QJsonObject result{{u"_id"_s, object.value("_id"_L1)}, {u"id"_s, object.value("id"_L1)}};
    for (const QString &name : names) {
        if (object.contains(name))
            result.insert(name, object.value(name));
    }
    return result;
}

} // namespace

double trendingScore(const Repo &repo)
{
    return static_cast<double>(repo.likes) / 10.0 + static_cast<double>(repo.downloads) / 1e4;
}

QString isoTime(const QDateTime &time)
{
    const QDateTime known =
        time.isValid() ? time : QDateTime(QDate(2026, 1, 1), QTime(0, 0), Qt::UTC);
    return known.toUTC().toString(u"yyyy-MM-ddTHH:mm:ss.zzz"_s) + u'Z';
}

QJsonObject describe(const RepoIndex &index, Hashes hashes)
{
    const Repo &repo = index.repo();
    QJsonObject object{{u"_id"_s, index.databaseId()},
                       {u"id"_s, repo.id.id()},
                       {u"author"_s, repo.id.owner()},
                       {u"sha"_s, index.commit()},
                       {u"private"_s, repo.access == Access::Private},
                       {u"disabled"_s, repo.access == Access::Disabled},
                       {u"gated"_s, gatedValue(repo)},
                       {u"downloads"_s, repo.downloads},
                       {u"downloadsAllTime"_s, repo.downloads * 9},
                       {u"likes"_s, repo.likes},
                       {u"trendingScore"_s, trendingScore(repo)},
                       {u"tags"_s, QJsonArray::fromStringList(index.allTags())},
                       {u"cardData"_s, cardData(repo)},
                       {u"createdAt"_s, isoTime(repo.createdAt)},
                       {u"lastModified"_s, isoTime(repo.lastModified)},
                       {u"usedStorage"_s, index.totalSize()}};
    switch (repo.id.type()) {
    case core::RepoType::Model:
        object.insert(u"modelId"_s, repo.id.id());
        addModelFields(object, repo);
        break;
    case core::RepoType::Dataset:
        object.insert(u"description"_s, u"A dataset of the demo Hub."_s);
        object.insert(u"citation"_s, QString());
        object.insert(u"mainSize"_s, index.totalSize());
        break;
    case core::RepoType::Space:
        addSpaceFields(object);
        break;
    }
    addSiblings(object, index, Sizes::Left, hashes);
    return object;
}

void addSiblings(QJsonObject &object, const RepoIndex &repo, Sizes sizes, Hashes hashes)
{
    QJsonArray siblings;
    for (const File &file : repo.repo().files) {
        if (sizes == Sizes::Given)
            siblings.append(sibling(file, hashes));
        else
            siblings.append(QJsonObject{{u"rfilename"_s, file.path}});
    }
    object.insert(u"siblings"_s, siblings);
}

std::optional<QJsonObject> expanded(const QJsonObject &object, const QStringList &names)
{
    static const QStringList allowed{u"author"_s,
                                     u"baseModels"_s,
                                     u"cardData"_s,
                                     u"citation"_s,
                                     u"config"_s,
                                     u"createdAt"_s,
                                     u"datasets"_s,
                                     u"description"_s,
                                     u"disabled"_s,
                                     u"downloads"_s,
                                     u"downloadsAllTime"_s,
                                     u"evalResults"_s,
                                     u"gated"_s,
                                     u"gguf"_s,
                                     u"inference"_s,
                                     u"inferenceProviderMapping"_s,
                                     u"lastModified"_s,
                                     u"library_name"_s,
                                     u"likes"_s,
                                     u"mainSize"_s,
                                     u"mask_token"_s,
                                     u"model-index"_s,
                                     u"models"_s,
                                     u"paperswithcode_id"_s,
                                     u"pipeline_tag"_s,
                                     u"private"_s,
                                     u"region"_s,
                                     u"resourceGroup"_s,
                                     u"runtime"_s,
                                     u"safetensors"_s,
                                     u"sdk"_s,
                                     u"sha"_s,
                                     u"siblings"_s,
                                     u"spaces"_s,
                                     u"subdomain"_s,
                                     u"tags"_s,
                                     u"transformersInfo"_s,
                                     u"trendingScore"_s,
                                     u"usedStorage"_s,
                                     u"widgetData"_s,
                                     u"xetEnabled"_s,
                                     u"childrenModelCount"_s};
    for (const QString &name : names) {
        if (!allowed.contains(name))
            return std::nullopt;
    }
    return only(object, names);
}

Response listRepos(const Site &site, const Visitor &visitor, core::RepoType type,
                   const Target &target, const QByteArray &path)
{
    QList<IndexPointer> repos;
    for (const IndexPointer &repo : site.repos(type)) {
        if (!visitor.refusal(repo.get(), Surface::Api) && matches(*repo, target))
            repos.append(repo);
    }
    const QString sort = target.value(u"sort");
    sortRepos(repos, sort.isEmpty() ? u"trendingScore"_s : sort);
    const auto page = pageOf(target, repos.size(), 1000);
    if (!page)
        return problem(Surface::Api, 400, {}, u"Invalid cursor"_s);
    const QStringList expand = target.values(u"expand");
    const bool isFull = target.isTrue(u"full");
    QJsonArray items;
    for (qsizetype i = page->begin; i < page->end; ++i) {
        const RepoIndex &repo = *repos[i];
        QJsonObject all = describe(repo, visitor.mayRead(repo) ? Hashes::Shown : Hashes::Hidden);
        if (!expand.isEmpty()) {
            const auto chosen = expanded(all, expand);
            if (!chosen)
                return problem(Surface::Api, 400, {}, u"Invalid value for parameter expand"_s);
            items.append(*chosen);
        } else {
            items.append(isFull ? all : only(all, defaultFields(type)));
        }
    }
    Response response = json(items);
    const QByteArray query = sort.isEmpty()
        ? target.rawQuery + (target.rawQuery.isEmpty() ? "" : "&") + "sort=trendingScore"
        : target.rawQuery;
    setNextLink(response, site.endpoint, path, query, page->next);
    return response;
}

} // namespace demo
