#include "hub/client.h"

#include <QFutureWatcher>
#include <QHash>
#include <QPromise>
#include <QSet>
#include <QThreadPool>

#include "hub/parse.h"
#include "hub/read.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr qint64 LongestList = 32 * 1024 * 1024;
constexpr qint64 LongestInfo = 64 * 1024 * 1024; // names every file of the repo
constexpr qint64 LongestAccount = 4 * 1024 * 1024;
constexpr qint64 LongestCard = 2 * 1024 * 1024;
constexpr qsizetype LongestHere = 1024 * 1024; // longer bodies are parsed in the pool
constexpr int MostPages = 2000;
constexpr int MostBarrenPages = 3; // in a row
constexpr qint64 MostEntries = 2'000'000;

template <typename T> using Parse = std::function<core::Result<T>(const HttpReply &)>;

// Turns an answer into a value and gives it to done, here or, when it is long, after a round
// through the pool; not when context is gone by then. Never waits.
template <typename T>
void parseFor(QObject *context, const HttpReply &reply, const Parse<T> &parse,
              std::function<void(const core::Result<T> &)> done)
{
    if (reply.body.size() <= LongestHere)
        return done(parse(reply));
    auto *watcher = new QFutureWatcher<core::Result<T>>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, done = std::move(done)] {
                         watcher->deleteLater();
                         done(watcher->result());
                     });
    const auto promise = std::make_shared<QPromise<core::Result<T>>>();
    watcher->setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, reply, parse] {
        promise->start();
        promise->addResult(parse(reply));
        promise->finish();
    });
}

template <typename T>
void start(Call<T> *call, const Read::Tools &tools, const Read::Wish &wish, const Parse<T> &parse)
{
    const auto done = [call, parse](const core::Result<HttpReply> &answer) {
        if (!answer)
            return call->finish(core::Unexpected(answer.error()));
        parseFor<T>(call, *answer, parse,
                    [call](const core::Result<T> &value) { call->finish(value); });
    };
    auto *read = new Read(tools, wish, done, call);
    call->setAbort([read = QPointer<Read>(read)] {
        if (read)
            read->stop();
    });
}

Read::Wish wishFor(const QUrl &url, qint64 limit)
{
    Read::Wish wish;
    wish.request.url = url;
    wish.request.bodyLimit = limit;
    return wish;
}

core::Result<RepoPage> repoPage(core::RepoType type, const HttpReply &reply)
{
    const auto repos = parseRepoList(type, reply.body);
    if (!repos)
        return core::Unexpected(repos.error());
    return RepoPage{.repos = *repos, .next = parseNextLink(reply.headers, reply.url)};
}

core::Result<RepoInfo> repoInfo(core::RepoType type, const HttpReply &reply)
{
    const auto info = parseRepoInfo(type, reply.body);
    if (info && info->commit.isEmpty())
        return core::fail(ErrorKind::Protocol, u"repo information without a commit"_s);
    return info;
}

core::Result<TreePage> treePage(const HttpReply &reply)
{
    auto page = parseTree(reply.body);
    if (page)
        page->next = parseNextLink(reply.headers, reply.url);
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

// Goes through the pages of one listing. Owner: its Call.
class TreeWalk : public QObject {
public:
    TreeWalk(TreeCall *call, const Read::Tools &tools, Priority priority)
        : QObject(call)
        , m_call(call)
        , m_tools(tools)
        , m_priority(priority)
    {
    }

    void ask(const QUrl &url)
    {
        m_visited.insert(url);
        Read::Wish wish = wishFor(url, LongestList);
        wish.priority = m_priority;
        m_read = new Read(
            m_tools, wish,
            [this](const core::Result<HttpReply> &answer) {
                if (!answer)
                    return m_call->finish(core::Unexpected(answer.error()));
                parseFor<TreePage>(this, *answer, treePage,
                                   [this](const core::Result<TreePage> &page) { take(page); });
            },
            this);
    }

    void stop()
    {
        m_isStopped = true;
        if (m_read)
            m_read->stop();
    }

private:
    void take(const core::Result<TreePage> &result)
    {
        if (m_isStopped)
            return;
        if (!result)
            return m_call->finish(core::Unexpected(result.error()));
        TreePage page = withoutRepeats(*result);
        const bool isNew = !page.entries.isEmpty() || !page.refused.isEmpty();
        m_barrenPages = isNew ? 0 : m_barrenPages + 1;
        const QUrl next = page.next;
        if (next.isValid())
            page.next = m_tools.http.config().endpoint.rebase(next);
        m_all.entries += page.entries;
        m_all.refused += page.refused;

        const QPointer<TreeWalk> alive(this);
        Q_EMIT m_call->pageArrived(page);
        if (!alive || m_isStopped)
            return; // a listener cancelled
        if (page.next.isEmpty())
            return m_call->finish(m_all);
        if (m_visited.contains(page.next))
            return refuse(u"a file listing that leads back to itself"_s);
        if (m_barrenPages >= MostBarrenPages)
            return refuse(u"a file listing that goes on without anything new"_s);
        if (m_visited.size() >= MostPages
            || m_all.entries.size() + m_all.refused.size() >= MostEntries)
            return refuse(u"a file listing without end"_s);
        ask(page.next);
    }

    void refuse(const QString &why) { m_call->finish(core::fail(ErrorKind::Protocol, why)); }

    TreePage withoutRepeats(const TreePage &page)
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
        return fresh;
    }

    const TreeEntry &entryAt(qsizetype index, const TreePage &fresh) const
    {
        const qsizetype before = m_all.entries.size();
        return index < before ? m_all.entries.at(index) : fresh.entries.at(index - before);
    }

    TreeCall *m_call;
    Read::Tools m_tools;
    Priority m_priority;
    QPointer<Read> m_read;
    QSet<QUrl> m_visited;
    QHash<QString, qsizetype> m_known; // path: where in m_all
    TreePage m_all;
    int m_barrenPages = 0; // in a row
    bool m_isStopped = false;
};

} // namespace

struct Client::Private {
    Read::Tools tools;

    const Endpoint &endpoint() const { return tools.http.config().endpoint; }
};

Client::Client(Http &http, Gate &gate, core::Clock &clock, QObject *parent)
    : QObject(parent)
    , d(new Private{{http, gate, clock}})
{
}

Client::~Client()
{
    const auto calls = findChildren<CallBase *>(QString(), Qt::FindDirectChildrenOnly);
    QList<QPointer<CallBase>> running(calls.begin(), calls.end());
    for (const QPointer<CallBase> &call : running) {
        if (call)
            call->end();
    }
}

const Endpoint &Client::endpoint() const
{
    return d->endpoint();
}

Call<RepoPage> *Client::search(const SearchQuery &query)
{
    return nextPage(query.type, endpoint().search(query));
}

Call<RepoPage> *Client::nextPage(core::RepoType type, const QUrl &next)
{
    auto *call = new Call<RepoPage>(this);
    const Endpoint hub = endpoint();
    start<RepoPage>(call, d->tools, wishFor(hub.rebase(next), LongestList),
                    [type, hub](const HttpReply &reply) {
                        auto page = repoPage(type, reply);
                        if (page && page->next.isValid())
                            page->next = hub.rebase(page->next);
                        return page;
                    });
    return call;
}

Call<RepoInfo> *Client::info(const core::RepoId &repo, const QString &revision)
{
    auto *call = new Call<RepoInfo>(this);
    const core::RepoType type = repo.type();
    start<RepoInfo>(call, d->tools, wishFor(endpoint().info(repo, revision), LongestInfo),
                    [type](const HttpReply &reply) { return repoInfo(type, reply); });
    return call;
}

TreeCall *Client::tree(const core::RepoId &repo, const QString &commit, Priority priority)
{
    auto *call = new TreeCall(this);
    auto *walk = new TreeWalk(call, d->tools, priority);
    call->setAbort([walk = QPointer<TreeWalk>(walk)] {
        if (walk)
            walk->stop();
    });
    walk->ask(endpoint().tree(repo, commit));
    return call;
}

Call<QByteArray> *Client::card(const core::RepoId &repo, const QString &revision)
{
    auto *call = new Call<QByteArray>(this);
    Read::Wish wish = wishFor(endpoint().resolve(repo, revision, u"README.md"_s), LongestCard);
    wish.bucket = Bucket::Resolvers;
    start<QByteArray>(call, d->tools, wish, cardText);
    return call;
}

Call<Account> *Client::whoami()
{
    auto *call = new Call<Account>(this);
    start<Account>(call, d->tools, wishFor(endpoint().whoami(), LongestAccount),
                   [](const HttpReply &reply) { return parseAccount(reply.body); });
    return call;
}

} // namespace hub
