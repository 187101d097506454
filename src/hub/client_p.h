#pragma once

#include <QFutureWatcher>
#include <QPromise>
#include <QSet>
#include <QThreadPool>

#include "core/redact.h"
#include "hub/ask.h"
#include "hub/client.h"
#include "hub/errors.h"
#include "hub/parse.h"

namespace hub {

// How the calls of the Client are made; for its own sources only.

inline constexpr qint64 LongestAnswer = 64 * 1024 * 1024;
inline constexpr qint64 LongestListing = Paging().mostBytes;

template <typename T> using Parse = std::function<core::Result<T>(const HttpReply &)>;
template <typename T> using Then = std::function<void(const core::Result<T> &)>;

struct Client::Private {
    Client *q;
    Ask::Tools tools;

    // For what a call asks later.
    Options pin(const Options &options) const { return pinned(options, tools.http.config()); }
    // The Hub that a call with these options is about.
    Endpoint hub(const Options &options) const { return *pin(options).endpoint; }

    // A Call of ours, which ends with Timeout when the caller's limit is over.
    template <typename C> C *make(const Options &options) const
    {
        auto *call = new C(q);
        if (options.limit > std::chrono::milliseconds(0))
            tools.clock.after(options.limit, call, [call, limit = options.limit] {
                call->stop(core::makeError(core::ErrorKind::Timeout, patienceOf(limit)));
            });
        return call;
    }
    static QString patienceOf(std::chrono::milliseconds limit)
    {
        return QStringLiteral("not done within %1 s")
            .arg(static_cast<double>(limit.count()) / 1000);
    }

    // longest: the most bytes that kind of answer may have, unless the caller says otherwise.
    Ask::Wish wishFor(const QUrl &url, const Options &options,
                      qint64 longest = LongestAnswer) const;
    Ask::Wish wishToSend(const QByteArray &verb, const QUrl &url, const QJsonValue &body,
                         const Options &options) const;
    Call<void> *setLike(const core::RepoId &repo, const QByteArray &verb, const Options &options);
    Call<Json> *send(const QByteArray &verb, const QUrl &url, const QJsonValue &body,
                     const Options &options);
};

// What a caller names, judged before anything is asked: an address must lead where it seems to,
// and dots in it would be resolved on the way. The first objection stays.
class Named {
public:
    Named() = default;
    explicit Named(const core::RepoId &repo) { isRepo(repo); }

    Named &isRepo(const core::RepoId &repo)
    {
        if (!repo.isValid())
            object(core::makeError(core::ErrorKind::BadInput, QStringLiteral("no repo is named")));
        return *this;
    }
    Named &isRevision(const QString &text) { return keep(core::checkRevision(text)); }
    Named &isPath(const QString &text) { return keep(core::checkFilePath(text)); }
    Named &isAccount(const QString &text) { return keep(core::checkAccountName(text)); }

    // Ends the call where something was objected to.
    template <typename C> bool refuses(C *call) const
    {
        if (m_objection)
            call->finish(core::Unexpected(*m_objection));
        return m_objection.has_value();
    }

private:
    Named &keep(const core::Result<QString> &checked)
    {
        if (!checked)
            object(checked.error());
        return *this;
    }
    void object(const core::Error &error)
    {
        if (!m_objection)
            m_objection = error;
    }

    std::optional<core::Error> m_objection;
};

// Bytes of an answer that are parsed on the spot; longer ones in the pool.
inline constexpr qsizetype LongestHere = 1024 * 1024;

// Turns an answer into a value and gives it to then, here or, when it is long, after a round
// through the pool; not when context is gone by then. Never waits.
template <typename T>
void parseFor(QObject *context, const HttpReply &reply, const Parse<T> &parse, Then<T> then)
{
    if (reply.body.size() <= LongestHere)
        return then(parse(reply));
    auto *watcher = new QFutureWatcher<core::Result<T>>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context,
                     [watcher, then = std::move(then)] {
                         watcher->deleteLater();
                         then(watcher->result());
                     });
    const auto promise = std::make_shared<QPromise<core::Result<T>>>();
    watcher->setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, reply, parse] {
        promise->start();
        promise->addResult(parse(reply));
        promise->finish();
    });
}

// Any answer will do, but a web page comes from something between us and the Hub, and JSON must be
// whole and must not say that it failed. Pure.
core::Result<void> anyAnswer(const HttpReply &reply);

// Parses as given; an error learns which answer it is about and loses what that quotes of us.
template <typename T> Parse<T> explained(const Ask::Wish &wish, const Parse<T> &parse)
{
    return [parse, token = *wish.request.token,
            headers = wish.request.headers](const HttpReply &reply) {
        core::Result<T> value = parse(reply);
        if (value)
            return value;
        core::Error &error = value.error();
        describe(error, reply);
        error.detail = core::redactText(error.detail);
        withhold(error, token);
        withhold(error, headers);
        return value;
    };
}

inline void relayProgress(Ask *ask, CallBase *call)
{
    QObject::connect(ask, &Ask::sent, call, &CallBase::sent);
    QObject::connect(ask, &Ask::received, call, &CallBase::received);
}

// One question and its value. The call hears of the progress and may stop it.
template <typename T>
void start(Call<T> *call, const Ask::Tools &tools, const Ask::Wish &wish, const Parse<T> &parse)
{
    const bool isWrite = wish.request.isWrite();
    const auto end = [call, isWrite](core::Result<T> value) {
        if (!value && isWrite && value.error().kind == core::ErrorKind::Protocol)
            value.error().mayHaveHappened = true; // done, but in words nobody understands
        call->finish(std::move(value));
    };
    const Parse<T> read = explained<T>(wish, parse);
    const auto done = [call, read, end, isWrite](const core::Result<HttpReply> &answer) {
        if (!answer)
            return call->finish(core::Unexpected(answer.error()));
        // From now on it is only being read.
        call->setAbort([isWrite](core::Error &error) { error.mayHaveHappened = isWrite; });
        parseFor<T>(call, *answer, read, end);
    };
    auto *ask = new Ask(tools, wish, done, call);
    relayProgress(ask, call);
    call->setAbort([ask = QPointer<Ask>(ask)](core::Error &error) {
        if (ask)
            ask->stop(error);
    });
}

// A page with the address of the next one, which is always asked of the endpoint itself.
template <typename Page>
core::Result<Page> withNext(core::Result<Page> page, const Endpoint &endpoint,
                            const HttpReply &reply)
{
    if (!page)
        return page;
    const auto link = parseNextLink(reply.headers, reply.url);
    if (!link)
        return core::Unexpected(link.error());
    page->next = link->isEmpty() ? QUrl() : endpoint.rebase(*link, reply.url);
    if (page->next.isEmpty() && !link->isEmpty())
        return core::fail(core::ErrorKind::Protocol,
                          QStringLiteral("a listing whose next page lies nowhere"));
    return page;
}

// Goes through the pages of one listing: asks, parses, hands each page to take(), follows its
// next link. Bounded: every link once, a number of pages, few in a row that bring nothing.
// Owner: its Call. Promise: end() once, unless stop() came first.
template <typename Page> class PageWalk : public QObject {
public:
    enum class Brought { Something, Nothing };
    struct Plan {
        Ask::Wish first;
        Parse<Page> parse; // with its next link, at the endpoint
        std::function<Brought(Page &)> take; // may stop the walk or end the call
        Then<void> end;
        int mostPages = 2000;
        qint64 mostBytes = LongestListing;
    };

    PageWalk(const Ask::Tools &tools, CallBase *call, const Plan &plan)
        : QObject(call)
        , m_tools(tools)
        , m_call(call)
        , m_plan(plan)
    {
        ask(plan.first);
    }

    void stop(core::Error &error)
    {
        m_isStopped = true;
        if (m_ask)
            m_ask->stop(error);
    }

private:
    static constexpr int MostBarrenPages = 3; // in a row

    void ask(const Ask::Wish &wish)
    {
        m_at = wish.request.url;
        m_visited.insert(m_at.adjusted(QUrl::RemoveFragment)); // which is not sent
        m_ask = new Ask(
            m_tools, wish,
            [this](const core::Result<HttpReply> &answer) {
                if (!answer)
                    return end(core::Unexpected(answer.error()));
                m_bytes += answer->body.size();
                if (m_bytes > m_plan.mostBytes)
                    return refuse(
                        QStringLiteral("a listing of more than %1 bytes").arg(m_plan.mostBytes));
                parseFor<Page>(this, *answer, explained<Page>(m_plan.first, m_plan.parse),
                               [this](const core::Result<Page> &page) { onPage(page); });
            },
            this);
        relayProgress(m_ask, m_call);
    }

    void onPage(const core::Result<Page> &result)
    {
        if (m_isStopped)
            return;
        if (!result)
            return end(core::Unexpected(result.error()));
        Page page = *result;
        const QPointer<PageWalk> alive(this);
        const Brought brought = m_plan.take(page);
        if (!alive || m_isStopped)
            return; // a listener cancelled
        m_barrenPages = brought == Brought::Something ? 0 : m_barrenPages + 1;
        follow(page.next);
    }

    void follow(const QUrl &next)
    {
        if (next.isEmpty())
            return end({});
        if (m_visited.contains(next.adjusted(QUrl::RemoveFragment)))
            return refuse(QStringLiteral("a listing that leads back to itself"));
        if (m_barrenPages >= MostBarrenPages)
            return refuse(QStringLiteral("a listing that goes on without anything new"));
        if (m_visited.size() >= m_plan.mostPages)
            return refuse(QStringLiteral("a listing without end"));
        Ask::Wish wish = m_plan.first;
        wish.request.url = next;
        ask(wish);
    }

    void refuse(const QString &why)
    {
        core::Error error = core::makeError(core::ErrorKind::Protocol, why);
        error.url = core::redactUrl(m_at);
        end(core::Unexpected(error));
    }
    void end(const core::Result<void> &result)
    {
        m_isStopped = true;
        m_plan.end(result);
    }

    Ask::Tools m_tools;
    CallBase *m_call;
    Plan m_plan;
    QPointer<Ask> m_ask;
    QUrl m_at; // the page that was asked for last
    QSet<QUrl> m_visited;
    int m_barrenPages = 0;
    qint64 m_bytes = 0; // of all pages
    bool m_isStopped = false;
};

template <typename Page, typename T>
void walk(Call<T> *call, const Ask::Tools &tools, const typename PageWalk<Page>::Plan &plan)
{
    auto *walk = new PageWalk<Page>(tools, call, plan);
    call->setAbort([walk = QPointer<PageWalk<Page>>(walk)](core::Error &error) {
        if (walk)
            walk->stop(error);
    });
}

} // namespace hub
