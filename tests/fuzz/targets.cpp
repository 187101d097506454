#include "targets.h"

#include <QRegularExpression>
#include <QUrl>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/ids.h"
#include "gui/widgets/cardhtml.h"
#include "gui/widgets/cardmeta.h"
#include "hub/endpoint.h"
#include "hub/errors.h"
#include "hub/jsonfields.h"
#include "hub/parse.h"

using namespace Qt::StringLiterals;

namespace fuzz {

namespace {

void require(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "a promise is broken: %s\n", what);
    std::abort();
}

// A failure says what came, and nothing else; true for a value.
template <typename T> bool isValue(const core::Result<T> &result)
{
    if (result)
        return true;
    require(result.error().kind == core::ErrorKind::Protocol, "a failure is Protocol");
    require(!result.error().detail.isEmpty(), "a failure has words");
    return false;
}

void requirePath(const QString &path)
{
    const auto checked = core::checkFilePath(path);
    require(checked && *checked == path, "a path is safe");
    require(QString::fromUtf8(path.toUtf8()) == path, "a path survives UTF-8");
}

void requireCommit(const QString &commit)
{
    require(commit.isEmpty() || core::isCommitId(commit), "a commit is 40 hex digits");
}

void requireHash(const QString &hash, int digits)
{
    static const QRegularExpression hex(u"^[0-9a-f]*$"_s);
    require(hash.isEmpty() || (hash.size() == digits && hex.match(hash).hasMatch()),
            "a hash is hex digits in lower case");
}

void requireTime(const QDateTime &time)
{
    require(!time.isValid() || time.timeSpec() == Qt::UTC, "a time is UTC");
}

void requireWeb(const QString &address)
{
    if (address.isEmpty())
        return;
    const QUrl url(address, QUrl::StrictMode);
    const bool isWeb = url.scheme() == u"http"_s || url.scheme() == u"https"_s;
    require(url.isValid() && isWeb && !url.host().isEmpty(), "an address is of the web");
    require(url.userInfo().isEmpty(), "an address names no user");
}

void requireAvatar(const QString &address)
{
    if (!address.startsWith(u'/') || address.startsWith(u"//"_s))
        requireWeb(address);
}

void requireRepo(const core::RepoId &repo)
{
    require(repo.isValid(), "a repo has an id");
    require(core::RepoId::make(repo.type(), repo.id()).has_value(), "a repo id is checked");
}

void requireSummary(const hub::RepoSummary &summary)
{
    requireRepo(summary.repo);
    requireTime(summary.created);
    requireTime(summary.lastModified);
    for (const qint64 count :
         {summary.downloads, summary.likes, summary.parameters, summary.contextLength})
        require(count >= -1 && count <= (1LL << 53), "a count is exact or unknown");
    const double score = summary.trendingScore;
    require(std::isfinite(score) && (score >= 0.0 || score == -1.0), "a score is a number");
    require(summary.tags.size() <= hub::MostTexts, "tags are bounded");
}

void repoList(const QByteArray &bytes)
{
    const auto repos = hub::parseRepoList(core::RepoType::Dataset, bytes);
    if (isValue(repos))
        std::for_each(repos->begin(), repos->end(), requireSummary);
}

void repoInfo(const QByteArray &bytes)
{
    const auto info = hub::parseRepoInfo(core::RepoType::Model, bytes);
    if (!isValue(info))
        return;
    requireSummary(info->summary);
    requireCommit(info->commit);
    require(info->license.size() <= hub::LongestText, "a licence is bounded");
    require(info->usedStorage >= -1 && info->downloadsAllTime >= -1, "sums are not negative");
}

void trending(const QByteArray &bytes)
{
    const auto repos = hub::parseTrending(bytes);
    if (isValue(repos))
        std::for_each(repos->begin(), repos->end(), requireSummary);
}

void tags(const QByteArray &bytes)
{
    const auto found = hub::parseTagsByType(bytes);
    if (!isValue(found))
        return;
    for (const hub::Tag &tag : *found) {
        require(!tag.id.isEmpty() && !tag.label.isEmpty(), "a tag has an id and a label");
        require(tag.id.size() <= hub::LongestShortText, "a tag is short");
    }
}

void security(const QByteArray &bytes)
{
    const auto status = hub::parseSecurity(bytes);
    if (!isValue(status))
        return;
    for (const auto &issue : status->issues)
        requirePath(issue.path);
}

void tree(const QByteArray &bytes)
{
    const auto page = hub::parseTree(bytes);
    if (!isValue(page))
        return;
    for (const hub::TreeEntry &entry : page->entries) {
        requirePath(entry.path);
        require(entry.size >= 0 && entry.size <= (1LL << 53), "a size is exact");
        requireHash(entry.oid, 40);
        requireHash(entry.sha256, 64);
        requireHash(entry.xetHash, 64);
        if (entry.lastCommit) {
            require(core::isCommitId(entry.lastCommit->id), "a last commit has an id");
            requireTime(entry.lastCommit->date);
        }
        const auto content = entry.contentId();
        if (!content)
            continue;
        const auto again = core::ContentId::make(u'"' + content->text + u'"');
        require(again && *again == *content, "a content id survives an ETag");
    }
}

void refs(const QByteArray &bytes)
{
    const auto list = hub::parseRefs(bytes);
    if (!isValue(list))
        return;
    for (const auto &group : {list->branches, list->tags, list->converts, list->pullRequests}) {
        for (const hub::RefInfo &ref : group) {
            requireCommit(ref.commit);
            require(core::checkRevision(ref.name).has_value(), "a name is a revision");
            require(core::checkRevision(ref.ref).has_value(), "a ref is a revision");
        }
    }
}

void commits(const QByteArray &bytes)
{
    const auto list = hub::parseCommits(bytes);
    if (!isValue(list))
        return;
    for (const hub::CommitInfo &commit : *list) {
        require(core::isCommitId(commit.id), "a commit has an id");
        requireTime(commit.date);
    }
}

void account(const QByteArray &bytes)
{
    const auto found = hub::parseAccount(bytes);
    if (!isValue(found))
        return;
    require(!found->name.isEmpty(), "an account has a name");
    requireAvatar(found->avatarUrl);
    for (const QString &org : found->orgs)
        require(!org.isEmpty() && !org.contains(u'/'), "an organization is one word");
}

void users(const QByteArray &bytes)
{
    const auto list = hub::parseUsers(bytes);
    if (!isValue(list))
        return;
    for (const hub::User &user : *list) {
        require(!user.name.isEmpty() && !user.name.contains(u'/'), "a user is one word");
        requireAvatar(user.avatarUrl);
    }
}

void likes(const QByteArray &bytes)
{
    const auto list = hub::parseLikes(bytes);
    if (!isValue(list))
        return;
    for (const hub::LikedRepo &like : *list) {
        requireRepo(like.repo);
        requireTime(like.likedAt);
    }
}

void created(const QByteArray &bytes)
{
    const auto found = hub::parseCreated(bytes);
    if (!isValue(found))
        return;
    require(!found->url.isEmpty(), "a new repo has an address");
    requireWeb(found->url);
    if (found->repo)
        requireRepo(*found->repo);
}

void preupload(const QByteArray &bytes)
{
    const auto modes = hub::parsePreupload(bytes);
    if (!isValue(modes))
        return;
    for (const hub::UploadMode &mode : *modes) {
        requirePath(mode.path);
        requireHash(mode.oid, mode.oid.size() == 40 ? 40 : 64);
    }
}

void commitResult(const QByteArray &bytes)
{
    const auto result = hub::parseCommitResult(bytes);
    if (!isValue(result))
        return;
    require(core::isCommitId(result->commit), "a commit has an id");
    requireWeb(result->url);
    requireWeb(result->pullRequestUrl);
    require(result->pullRequest.value_or(1) > 0, "a pull request has a number");
}

// One value of the header a line.
hub::HeaderList headersOf(const QByteArray &name, const QByteArray &lines)
{
    hub::HeaderList headers;
    for (const QByteArray &line : lines.split('\n'))
        headers.append({name, line});
    return headers;
}

void link(const QByteArray &bytes)
{
    const auto headers = headersOf("Link"_ba, bytes);
    const auto link = hub::parseNextLink(headers, QUrl(u"https://hub.example/api/models"_s));
    if (!link)
        return;
    const QUrl &next = *link;
    require(next.isEmpty() || next.isValid(), "a next page is valid or none");
    if (next.isEmpty())
        return;
    require(next.scheme().startsWith(u"http"_s) && !next.host().isEmpty(), "it is of the web");
    const auto endpoint = hub::Endpoint::make(u"https://mirror.example:8443/hub"_s);
    const QUrl own = endpoint->rebase(next);
    require(own.isEmpty() || endpoint->isSameOrigin(own), "it is asked of the endpoint");
}

// RateLimit, RateLimit-Policy and Age, a line each.
void rate(const QByteArray &bytes)
{
    const QList<QByteArray> lines = bytes.split('\n');
    hub::HeaderList headers = {{"RateLimit"_ba, lines.value(0)},
                               {"RateLimit-Policy"_ba, lines.value(1)}};
    if (lines.size() > 2)
        headers.append({"Age"_ba, lines[2]});
    const auto found = hub::parseRate(headers);
    if (!found)
        return;
    constexpr qint64 most = 1'000'000'000;
    require(found->left >= 0 && found->left <= most, "what is left is a number");
    require(found->reset.count() >= 0 && found->reset.count() <= most, "the wait is bounded");
    require(found->quota >= -1 && found->quota <= most, "the quota is a number");
    require(found->window.count() >= 0 && found->window.count() <= most, "so is the window");
    require(!found->bucket.isEmpty(), "a budget has a name");
}

void contentRange(const QByteArray &bytes)
{
    const auto range = hub::parseContentRange(bytes);
    if (!range)
        return;
    require(range->begin >= 0 && range->begin < range->end, "a range has bytes");
    require(!range->total || *range->total >= range->end, "a range is inside");
    const QByteArray again = "bytes "_ba + QByteArray::number(range->begin) + '-'
        + QByteArray::number(range->end - 1) + '/'
        + (range->total ? QByteArray::number(*range->total) : "*"_ba);
    require(hub::parseContentRange(again) == range, "a range survives being written");
}

// As a redirect and a next page are resolved: below the endpoint, whatever is in it.
void location(const QByteArray &bytes)
{
    for (const auto &text : {u"https://hub.example"_s, u"http://mirror.example:8080/a/b"_s}) {
        const auto endpoint = hub::Endpoint::make(text);
        const QUrl base(endpoint->text() + u"/api/models?limit=5"_s);
        const QUrl url = base.resolved(QUrl::fromEncoded(bytes));
        const bool isWeb = url.scheme() == u"http"_s || url.scheme() == u"https"_s;
        if (!url.isValid() || !isWeb || url.host().isEmpty())
            continue; // goes nowhere
        const QUrl rebased = endpoint->rebase(url);
        require(rebased.isValid(), "a moved address is valid");
        require(endpoint->isSameOrigin(rebased), "a moved address is of the endpoint");
        const QString path = rebased.path(QUrl::FullyEncoded);
        require(path == endpoint->prefix() || path.startsWith(endpoint->prefix() + u'/'),
                "a moved address is below the prefix");
        require(endpoint->rebase(rebased) == rebased || path == endpoint->prefix(),
                "moving twice is moving once");
    }
}

// Status, headers, an empty line, the body.
void errorBody(const QByteArray &bytes)
{
    hub::HttpReply reply;
    const qsizetype gap = bytes.indexOf("\n\n");
    QList<QByteArray> lines = bytes.left(gap).split('\n');
    reply.body = gap < 0 ? QByteArray() : bytes.mid(gap + 2);
    reply.status = 400 + std::abs(lines.takeFirst().left(4).toInt() % 200);
    reply.url = QUrl(u"https://hub.example/api/models/a/b"_s);
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            reply.headers.append({line.left(colon), line.mid(colon + 1).trimmed()});
    }
    const auto type = hub::headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    const QString words = hub::parseErrorBody(reply.body, type);
    require(words.size() <= 1000, "the words are bounded");
    const core::Error error = hub::errorFromReply(reply);
    require(error.httpStatus == reply.status, "an error keeps its status");
    require(error.serverMessage.size() <= 4000, "a message is bounded");
    require(error.retryAfter.value_or(std::chrono::seconds(0)).count() >= 0, "a wait is ahead");
}

void card(const QByteArray &bytes)
{
    const gui::SplitCard split = gui::splitCard(bytes);
    const gui::CardMeta meta = gui::readCardMeta(split.head);
    require(meta.tags.size() <= 1000 && meta.title.size() <= bytes.size(), "a head is bounded");
    const QString html = gui::cleanCardHtml(split.body, QUrl(u"https://hub.example/a/b/"_s));
    require(html.size() <= gui::mostHtmlChars, "a card is bounded");
    require(!html.contains(u"<script"_s, Qt::CaseInsensitive), "a card runs nothing");
    require(!html.contains(u"<img"_s, Qt::CaseInsensitive), "a card loads nothing");
}

constexpr std::array allTargets = {
    Target{"account", account},
    Target{"card", card},
    Target{"commitresult", commitResult},
    Target{"commits", commits},
    Target{"contentrange", contentRange},
    Target{"created", created},
    Target{"errorbody", errorBody},
    Target{"likes", likes},
    Target{"link", link},
    Target{"location", location},
    Target{"preupload", preupload},
    Target{"rate", rate},
    Target{"refs", refs},
    Target{"repoinfo", repoInfo},
    Target{"repolist", repoList},
    Target{"security", security},
    Target{"tags", tags},
    Target{"tree", tree},
    Target{"trending", trending},
    Target{"users", users},
};

} // namespace

std::span<const Target> targets()
{
    return allTargets;
}

} // namespace fuzz
