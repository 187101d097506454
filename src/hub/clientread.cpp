#include <QHash>
#include <QJsonArray>
#include <QJsonObject>

#include "hub/client_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr qint64 LongestAccount = 4 * 1024 * 1024;
constexpr qint64 LongestCard = 2 * 1024 * 1024;
constexpr qint64 MostEntries = 2'000'000; // of a tree
constexpr qsizetype MostPeople = 100'000;
constexpr int CommitsOfPage = 100;
constexpr qsizetype PathsAtOnce = 500; // of paths-info: up to 2,000 are taken

core::Result<RepoPage> repoPage(core::RepoType type, const HttpReply &reply)
{
    return parseRepoList(type, reply.body).map([](const QList<RepoSummary> &repos) {
        return RepoPage{.repos = repos, .next = {}};
    });
}

core::Result<RepoInfo> repoInfo(core::RepoType type, const HttpReply &reply)
{
    const auto info = parseRepoInfo(type, reply.body);
    if (info && info->commit.isEmpty())
        return core::fail(ErrorKind::Protocol, u"repo information without a commit"_s);
    return info;
}

core::Result<TreePage> filesOf(const HttpReply &reply)
{
    return parseTree(reply.body);
}

core::Result<CommitPage> commitPage(const HttpReply &reply)
{
    const auto commits = parseCommits(reply.body);
    if (!commits)
        return core::Unexpected(commits.error());
    CommitPage page{.commits = *commits, .total = -1, .next = {}};
    bool isNumber = false;
    const qint64 total =
        headerValue(reply.headers, "X-Total-Count").value_or(QByteArray()).toLongLong(&isNumber);
    if (isNumber && total >= 0)
        page.total = total;
    return page;
}

// A web page in place of a card comes from something between us and the Hub.
core::Result<QByteArray> cardText(const HttpReply &reply)
{
    const auto type = headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    if (type.toLower().contains("text/html"_ba))
        return core::fail(ErrorKind::Protocol, u"a web page in place of a card"_s);
    return reply.body;
}

// What a recursive listing has brought so far.
class TreeSoFar {
public:
    // The page without what was there before; what contradicts it is refused.
    TreePage add(const TreePage &page)
    {
        TreePage fresh{.entries = {}, .refused = page.refused, .next = page.next};
        fresh.entries.reserve(page.entries.size());
        for (const TreeEntry &entry : page.entries) {
            const auto known = m_known.constFind(entry.path);
            if (known == m_known.cend()) {
                m_known.insert(entry.path, m_all.entries.size() + fresh.entries.size());
                fresh.entries.append(entry);
            } else if (entryAt(*known, fresh) != entry) {
                fresh.refused.append(entry.path); // which of the two is it?
            }
        }
        m_all.entries += fresh.entries;
        m_all.refused += fresh.refused;
        return fresh;
    }

    const TreePage &all() const { return m_all; }
    qsizetype count() const { return m_all.entries.size() + m_all.refused.size(); }

private:
    const TreeEntry &entryAt(qsizetype index, const TreePage &fresh) const
    {
        const qsizetype before = m_all.entries.size();
        return index < before ? m_all.entries.at(index) : fresh.entries.at(index - before);
    }

    QHash<QString, qsizetype> m_known; // path: where in m_all
    TreePage m_all;
};

// Items of all pages of a listing that is small for people's lists.
template <typename Item> struct Part {
    QList<Item> items;
    QUrl next;
};

template <typename Item>
void collect(Call<QList<Item>> *call, const Ask::Tools &tools, const Ask::Wish &first,
             core::Result<QList<Item>> (*parse)(const QByteArray &))
{
    using Walk = PageWalk<Part<Item>>;
    const auto all = std::make_shared<QList<Item>>();
    typename Walk::Plan plan;
    plan.first = first;
    plan.parse = [parse, hub = *first.request.endpoint](const HttpReply &reply) {
        const auto part = parse(reply.body).map([](const QList<Item> &items) {
            return Part<Item>{items, {}};
        });
        return withNext(part, hub, reply);
    };
    plan.take = [all](Part<Item> &page) {
        all->append(page.items);
        if (all->size() >= MostPeople)
            page.next = QUrl(); // nobody reads further
        return page.items.isEmpty() ? Walk::Brought::Nothing : Walk::Brought::Something;
    };
    plan.end = [call, all](const core::Result<void> &end) {
        call->finish(end.map([all] { return *all; }));
    };
    walk<Part<Item>>(call, tools, plan);
}

// The same question about one portion of paths after the other. Owner: its Call.
class PathsWalk : public QObject {
public:
    PathsWalk(const Ask::Tools &tools, Call<TreePage> *call, const QList<Ask::Wish> &wishes)
        : QObject(call)
        , m_tools(tools)
        , m_call(call)
        , m_wishes(wishes)
    {
        ask();
    }

    void stop(core::Error &error)
    {
        m_wishes.clear();
        if (m_ask)
            m_ask->stop(error);
    }

private:
    void ask()
    {
        if (m_wishes.isEmpty())
            return m_call->finish(m_all);
        const Ask::Wish wish = m_wishes.takeFirst();
        m_ask = new Ask(
            m_tools, wish,
            [this,
             read = explained<TreePage>(wish, filesOf)](const core::Result<HttpReply> &answer) {
                const auto page = answer.and_then(read);
                if (!page)
                    return m_call->finish(core::Unexpected(page.error()));
                m_all.entries += page->entries;
                m_all.refused += page->refused;
                ask();
            },
            this);
        relayProgress(m_ask, m_call);
    }

    Ask::Tools m_tools;
    Call<TreePage> *m_call;
    QList<Ask::Wish> m_wishes;
    QPointer<Ask> m_ask;
    TreePage m_all;
};

} // namespace

Call<RepoPage> *Client::search(const SearchQuery &query, const Options &options)
{
    return nextPage(query.type, d->hub(options).search(query), options);
}

Call<RepoPage> *Client::nextPage(core::RepoType type, const QUrl &next, const Options &options)
{
    auto *call = d->make<Call<RepoPage>>(options);
    const Endpoint hub = d->hub(options);
    start<RepoPage>(call, d->tools, d->wishFor(hub.rebase(next), options),
                    [type, hub](const HttpReply &reply) {
                        return withNext(repoPage(type, reply), hub, reply);
                    });
    return call;
}

Call<QList<RepoSummary>> *Client::trending(std::optional<core::RepoType> type, int most,
                                           const Options &options)
{
    auto *call = d->make<Call<QList<RepoSummary>>>(options);
    start<QList<RepoSummary>>(call, d->tools,
                              d->wishFor(d->hub(options).trending(type, most), options),
                              [](const HttpReply &reply) { return parseTrending(reply.body); });
    return call;
}

Call<RepoInfo> *Client::info(const core::RepoId &repo, const QString &revision,
                             const Options &options)
{
    auto *call = d->make<Call<RepoInfo>>(options);
    Named named(repo);
    if (!revision.isEmpty())
        named.isRevision(revision);
    if (named.refuses(call))
        return call;
    const core::RepoType type = repo.type();
    start<RepoInfo>(call, d->tools, d->wishFor(d->hub(options).info(repo, revision), options),
                    [type](const HttpReply &reply) { return repoInfo(type, reply); });
    return call;
}

TreeCall *Client::tree(const core::RepoId &repo, const QString &commit, const Options &options)
{
    using Walk = PageWalk<TreePage>;
    auto *call = d->make<TreeCall>(options);
    if (Named(repo).isRevision(commit).refuses(call))
        return call;
    const auto soFar = std::make_shared<TreeSoFar>();
    Walk::Plan plan;
    plan.first = d->wishFor(d->hub(options).tree(repo, commit), options);
    plan.parse = [hub = d->hub(options)](const HttpReply &reply) {
        return withNext(filesOf(reply), hub, reply);
    };
    plan.take = [call, soFar](TreePage &page) {
        const TreePage fresh = soFar->add(page);
        const bool isNew = !fresh.entries.isEmpty() || !fresh.refused.isEmpty();
        if (soFar->count() >= MostEntries && page.next.isValid()) {
            page.next = QUrl();
            call->finish(core::fail(ErrorKind::Protocol, u"a file listing without end"_s));
        }
        Q_EMIT call->pageArrived(fresh);
        return isNew ? Walk::Brought::Something : Walk::Brought::Nothing;
    };
    plan.end = [call, soFar](const core::Result<void> &end) {
        call->finish(end.map([soFar] { return soFar->all(); }));
    };
    walk<TreePage>(call, d->tools, plan);
    return call;
}

Call<TreePage> *Client::pathsInfo(const core::RepoId &repo, const QString &revision,
                                  const QStringList &paths, const Options &options)
{
    auto *call = d->make<Call<TreePage>>(options);
    Named named = Named(repo).isRevision(revision);
    for (const QString &path : paths)
        named.isPath(path);
    if (named.refuses(call))
        return call;
    QList<Ask::Wish> wishes;
    for (qsizetype i = 0; i < paths.size(); i += PathsAtOnce) {
        const QJsonObject body{{u"paths"_s, QJsonArray::fromStringList(paths.mid(i, PathsAtOnce))},
                               {u"expand"_s, false}};
        wishes.append(
            d->wishToSend("POST"_ba, d->hub(options).pathsInfo(repo, revision), body, options));
        wishes.last().request.meaning = HttpRequest::Meaning::Question;
    }
    auto *walk = new PathsWalk(d->tools, call, wishes);
    call->setAbort([walk = QPointer<PathsWalk>(walk)](core::Error &error) {
        if (walk)
            walk->stop(error);
    });
    return call;
}

Call<RefList> *Client::refs(const core::RepoId &repo, const Options &options)
{
    auto *call = d->make<Call<RefList>>(options);
    if (Named(repo).refuses(call))
        return call;
    start<RefList>(call, d->tools, d->wishFor(d->hub(options).refs(repo), options),
                   [](const HttpReply &reply) { return parseRefs(reply.body); });
    return call;
}

Call<CommitPage> *Client::commits(const core::RepoId &repo, const QString &revision, int page,
                                  const Options &options)
{
    auto *call = d->make<Call<CommitPage>>(options);
    if (Named(repo).isRevision(revision).refuses(call))
        return call;
    const QUrl url = d->hub(options).commits(repo, revision, page, CommitsOfPage);
    start<CommitPage>(call, d->tools, d->wishFor(url, options),
                      [hub = d->hub(options)](const HttpReply &reply) {
                          return withNext(commitPage(reply), hub, reply);
                      });
    return call;
}

Call<QByteArray> *Client::card(const core::RepoId &repo, const QString &revision,
                               const Options &options)
{
    auto *call = d->make<Call<QByteArray>>(options);
    if (Named(repo).isRevision(revision).refuses(call))
        return call;
    const QUrl url = d->hub(options).resolve(repo, revision, u"README.md"_s);
    Ask::Wish wish = d->wishFor(url, options, LongestCard);
    wish.request.whole = HttpRequest::Whole::ByLength; // any text may end anywhere
    start<QByteArray>(call, d->tools, wish, cardText);
    return call;
}

Call<SecurityStatus> *Client::security(const core::RepoId &repo, const Options &options)
{
    auto *call = d->make<Call<SecurityStatus>>(options);
    if (Named(repo).refuses(call))
        return call;
    start<SecurityStatus>(call, d->tools, d->wishFor(d->hub(options).security(repo), options),
                          [](const HttpReply &reply) { return parseSecurity(reply.body); });
    return call;
}

Call<void> *Client::authCheck(const core::RepoId &repo, const Options &options)
{
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).refuses(call))
        return call;
    start<void>(call, d->tools,
                d->wishFor(d->hub(options).authCheck(repo), options, LongestAccount), anyAnswer);
    return call;
}

Call<Account> *Client::whoami(const Options &options)
{
    auto *call = d->make<Call<Account>>(options);
    start<Account>(call, d->tools, d->wishFor(d->hub(options).whoami(), options, LongestAccount),
                   [](const HttpReply &reply) { return parseAccount(reply.body); });
    return call;
}

Call<QList<LikedRepo>> *Client::likesOf(const QString &user, const Options &options)
{
    auto *call = d->make<Call<QList<LikedRepo>>>(options);
    if (Named().isAccount(user).refuses(call))
        return call;
    collect<LikedRepo>(call, d->tools, d->wishFor(d->hub(options).likesOf(user), options),
                       parseLikes);
    return call;
}

Call<QList<User>> *Client::likers(const core::RepoId &repo, const Options &options)
{
    auto *call = d->make<Call<QList<User>>>(options);
    if (Named(repo).refuses(call))
        return call;
    collect<User>(call, d->tools, d->wishFor(d->hub(options).likers(repo), options), parseUsers);
    return call;
}

} // namespace hub
