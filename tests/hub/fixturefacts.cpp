#include "fixturefacts.h"

#include "hub/parse.h"

using namespace Qt::StringLiterals;
using core::RepoType;

namespace {

QString orDash(const QString &text)
{
    return text.isEmpty() ? u"-"_s : text;
}

QString second(const QDateTime &time)
{
    return time.isValid() ? time.toString(u"yyyy-MM-ddThh:mm:ssZ"_s) : u"-"_s;
}

QString gateName(hub::GatedMode mode)
{
    switch (mode) {
    case hub::GatedMode::Open:
        return u"open"_s;
    case hub::GatedMode::Automatic:
        return u"auto"_s;
    case hub::GatedMode::Manual:
        return u"manual"_s;
    }
    Q_UNREACHABLE();
}

QStringList summaryFacts(const hub::RepoSummary &repo)
{
    return {repo.repo.id(),
            repo.author,
            QString::number(repo.downloads),
            QString::number(repo.likes),
            QString::number(repo.parameters),
            QString::number(repo.trendingScore),
            gateName(repo.gated),
            orDash(repo.pipelineTag),
            orDash(repo.libraryName),
            orDash(repo.sdk),
            second(repo.created),
            second(repo.lastModified),
            QString::number(repo.tags.size())};
}

QString entryFacts(const hub::TreeEntry &entry)
{
    const bool isFile = entry.kind == hub::TreeEntry::Kind::File;
    const QString id = entry.lfs ? entry.sha256 : entry.oid;
    QStringList facts = {entry.path, isFile ? QString::number(entry.size) : u"d"_s, id.left(12),
                         orDash(entry.xetHash.left(12))};
    facts += entry.lastCommit ? entry.lastCommit->id.left(12) : u"-"_s;
    facts += entry.lastCommit ? second(entry.lastCommit->date) : u"-"_s;
    return facts.join(u':');
}

QString idOf(const hub::HttpReply &reply, QByteArrayView name)
{
    const auto tag = hub::headerValue(reply.headers, name);
    const auto id = core::ContentId::make(QString::fromLatin1(tag.value_or(QByteArray())));
    return id && id->kind != core::ContentId::Kind::Opaque ? id->text : u"-"_s;
}

QString headerOf(const hub::HttpReply &reply, QByteArrayView name)
{
    return orDash(
        QString::fromLatin1(hub::headerValue(reply.headers, name).value_or(QByteArray())));
}

QString rateFacts(const hub::HttpReply &reply)
{
    const auto rate = hub::parseRate(reply.headers);
    return rate ? u"%1 %2 %3 %4 %5"_s.arg(rate->bucket)
                      .arg(rate->left)
                      .arg(rate->reset.count())
                      .arg(rate->quota)
                      .arg(rate->window.count())
                : u"-"_s;
}

QString rangeFacts(const hub::HttpReply &reply)
{
    const auto value = hub::headerValue(reply.headers, "Content-Range");
    const auto range = hub::parseContentRange(value.value_or(QByteArray()));
    return range ? u"%1 %2 %3"_s.arg(range->begin).arg(range->end).arg(range->total.value_or(-1))
                 : u"-"_s;
}

QString locationFacts(const hub::HttpReply &reply)
{
    const auto location = hub::headerValue(reply.headers, "Location");
    if (!location || location->contains("\xe2\x80\xa6")) // shortened by who noted it
        return u"-"_s;
    const QUrl base(u"https://huggingface.co/a/b/resolve/main/c"_s);
    const QUrl url = base.resolved(QUrl::fromEncoded(*location));
    return url.host() + url.path(QUrl::FullyEncoded);
}

} // namespace

hub::HttpReply headOf(const QByteArray &bytes)
{
    hub::HttpReply reply;
    QList<QByteArray> lines = bytes.split('\n');
    reply.status = lines.takeFirst().split(' ').value(1).toInt();
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            reply.headers.append({line.left(colon), line.mid(colon + 1).trimmed()});
    }
    return reply;
}

RepoType typeOfFixture(const QString &file)
{
    if (file.startsWith(u"datasets"_s))
        return RepoType::Dataset;
    const bool isSpace = file.startsWith(u"spaces"_s) || file.startsWith(u"repo-write"_s);
    return isSpace ? RepoType::Space : RepoType::Model;
}

QByteArray asList(const QByteArray &json)
{
    return json.trimmed().startsWith('{') ? '[' + json + ']' : json;
}

QString infoFacts(const QString &file, const QByteArray &bytes)
{
    const auto info = hub::parseRepoInfo(typeOfFixture(file), bytes);
    if (!info)
        return {};
    QStringList facts = summaryFacts(info->summary);
    facts << orDash(info->commit) << orDash(info->license) << QString::number(info->usedStorage)
          << QString::number(info->downloadsAllTime);
    return facts.join(u'|');
}

QString listFacts(const QString &file, const QByteArray &bytes)
{
    const auto repos = hub::parseRepoList(typeOfFixture(file), asList(bytes));
    if (!repos || repos->isEmpty())
        return {};
    QStringList facts = {QString::number(repos->size())};
    facts += summaryFacts(repos->first());
    facts += repos->last().repo.id();
    return facts.join(u'|');
}

QString treeFacts(const QString &, const QByteArray &bytes)
{
    QStringList facts;
    const auto page = hub::parseTree(bytes);
    for (const hub::TreeEntry &entry : page ? page->entries : QList<hub::TreeEntry>())
        facts += entryFacts(entry);
    return facts.join(u'|');
}

QString refFacts(const QString &, const QByteArray &bytes)
{
    const auto refs = hub::parseRefs(bytes);
    if (!refs)
        return {};
    QStringList facts;
    const auto add = [&facts](const QString &kind, const QList<hub::RefInfo> &group) {
        for (const hub::RefInfo &ref : group)
            facts += QStringList{kind, ref.name, ref.ref, ref.commit}.join(u':');
    };
    add(u"branches"_s, refs->branches);
    add(u"tags"_s, refs->tags);
    add(u"converts"_s, refs->converts);
    add(u"pullRequests"_s, refs->pullRequests);
    return facts.join(u'|');
}

QString commitFacts(const QString &, const QByteArray &bytes)
{
    QStringList facts;
    const auto commits = hub::parseCommits(bytes);
    for (const hub::CommitInfo &commit : commits ? *commits : QList<hub::CommitInfo>())
        facts += QStringList{commit.id, commit.title, QString::number(commit.message.size()),
                             commit.authors.join(u','), second(commit.date)};
    return facts.join(u'|');
}

QString accountFacts(const QString &, const QByteArray &bytes)
{
    const auto account = hub::parseAccount(bytes);
    if (!account)
        return {};
    return QStringList{account->name,
                       account->fullName,
                       account->type,
                       account->avatarUrl,
                       QString::number(account->orgs.size()),
                       account->tokenName,
                       account->role,
                       account->isFineGrained ? u"fine"_s : u"coarse"_s,
                       account->isPro ? u"pro"_s : u"free"_s}
        .join(u'|');
}

QString createdFacts(const QString &, const QByteArray &bytes)
{
    const auto created = hub::parseCreated(bytes);
    return created && created->repo ? created->url + u'|' + created->repo->display() : QString();
}

QString preuploadFacts(const QString &, const QByteArray &bytes)
{
    QStringList facts;
    const auto modes = hub::parsePreupload(bytes);
    for (const hub::UploadMode &mode : modes ? *modes : QList<hub::UploadMode>()) {
        const bool isLfs = mode.mode == hub::UploadMode::Mode::Lfs;
        facts += QStringList{mode.path, isLfs ? u"lfs"_s : u"regular"_s,
                             mode.ignored ? u"ignored"_s : u"wanted"_s}
                     .join(u':');
    }
    return facts.join(u'|');
}

QString commitResultFacts(const QString &, const QByteArray &bytes)
{
    const auto result = hub::parseCommitResult(bytes);
    return result ? result->commit + u'|' + result->url : QString();
}

QString wordFacts(const QString &file, const QByteArray &bytes)
{
    return hub::parseErrorBody(bytes,
                               file.endsWith(u".json"_s) ? "application/json" : "text/plain");
}

// Status, rate, range, two content ids, size and commit, where a redirect goes, the next page.
QString headFacts(const QString &, const QByteArray &bytes)
{
    const hub::HttpReply reply = headOf(bytes);
    const QUrl base(u"https://huggingface.co/api/models"_s);
    const auto next = hub::parseNextLink(reply.headers, base);
    return QStringList{QString::number(reply.status),
                       rateFacts(reply),
                       rangeFacts(reply),
                       idOf(reply, "ETag"),
                       idOf(reply, "X-Linked-ETag"),
                       headerOf(reply, "X-Linked-Size"),
                       headerOf(reply, "X-Repo-Commit"),
                       locationFacts(reply),
                       next ? orDash(QString::fromLatin1(next->toEncoded())) : u"refused"_s}
        .join(u'|');
}
