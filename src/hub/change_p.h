#pragma once

#include <chrono>
#include <type_traits>

#include "core/redact.h"
#include "hub/client_p.h"
#include "hub/retry.h"

namespace hub {

// A change may take the Hub up to a minute (hub-api.md 8.2).
inline Options patient(Options options)
{
    options.silence = options.silence.value_or(std::chrono::seconds(90));
    return options;
}

// The state is read with the rights of the change and what a gateway wants to hear, and nothing
// else of its options; the limit of the change ends these questions too.
inline Options lookingWith(const Options &options)
{
    Options looking;
    looking.endpoint = options.endpoint;
    looking.token = options.token;
    looking.headers = options.headers;
    looking.silence = options.silence;
    looking.priority = options.priority;
    return looking;
}

// Hands on the answer to a question of ours, which is cancelled when its context is gone: then
// nobody wants to know any more.
template <typename T>
void answerTo(QObject *context, Call<T> *question, const std::type_identity_t<Then<T>> &then)
{
    QObject::connect(context, &QObject::destroyed, question, &CallBase::cancel);
    question->onDone(context, then);
}

// Nothing to tell but that it is so.
struct Done { };

inline core::Result<Done> done(const HttpReply &reply)
{
    return anyAnswer(reply).map([] { return Done{}; });
}

// A value: it has happened. Nothing: it has not. An Error: nobody knows.
template <typename T> using Seen = core::Result<std::optional<T>>;
template <typename T> using See = std::function<void(const Seen<T> &)>;

// Tells whether something that a Call reads says that it has happened.
template <typename T> auto asSeen(const See<Done> &then, std::function<bool(const T &)> isSo)
{
    return [then, isSo](const core::Result<T> &answer) {
        if (!answer)
            return then(core::Unexpected(answer.error()));
        then(isSo(*answer) ? std::optional(Done()) : std::nullopt);
    };
}

// A write that ends in certainty wherever that can be had. When its end is in doubt (the connection
// broke, the answer made no sense, a gateway gave up) the Hub's state is read again, a few times,
// since the Hub may still be at work. What is found there is the value; what is not there is asked
// for once more, if the Hub itself takes care that it cannot happen twice. Once in doubt it ends
// with a value or with an Error that says mayHaveHappened.
// Owner: its Call. Promise: end() once, unless stop() came first.
template <typename T> class Change : public QObject {
public:
    struct Plan {
        // What must be known beforehand to tell later whether it has happened; anew after a refusal
        // that passes.
        std::function<void(QObject *context, Then<void> then)> prepare = {};
        std::function<Ask::Wish()> wish; // anew for each try
        Parse<T> parse;
        std::function<void(QObject *context, const See<T> &then)> look;
        // Once it was looked for in vain: may it be asked for again?
        std::function<bool()> mayRepeat = [] { return true; };
        // A refusal that passes by itself: asked for again after a pause.
        std::function<bool(const core::Error &)> passes = [](const core::Error &) { return false; };
    };

    Change(const Ask::Tools &tools, CallBase *call, const Plan &plan, Then<T> end)
        : QObject(call)
        , m_tools(tools)
        , m_call(call)
        , m_plan(plan)
        , m_end(std::move(end))
    {
        begin();
    }

    void stop(core::Error &error)
    {
        if (!std::exchange(m_end, {}))
            return;
        if (m_error) {
            error.url = m_error->url;
            error.mayHaveHappened = true;
        }
        if (m_ask)
            m_ask->stop(error);
        if (error.url.isEmpty()) // while something is looked at beforehand
            error.url = core::redactUrl(m_plan.wish().request.url);
        deleteLater();
    }

private:
    static constexpr int MostTries = 3;
    static constexpr int MostLargeTries = 2;
    static constexpr int MostBlindLooks = 4; // in a row, each with repeats of its own
    static constexpr int BlindDoublings = 3; // those repeats waited so often before
    static constexpr qsizetype Large = 1024 * 1024; // a content that costs to be sent again
    static constexpr std::chrono::milliseconds Pauses[] = {
        std::chrono::milliseconds(200), std::chrono::seconds(2), std::chrono::seconds(5)};

    void begin()
    {
        if (!m_end)
            return;
        if (!m_plan.prepare)
            return send();
        m_plan.prepare(this, [this](const core::Result<void> &ready) {
            if (!ready)
                return finish(core::Unexpected(ready.error()));
            send();
        });
    }

    void send()
    {
        if (!m_end)
            return;
        const Ask::Wish wish = m_plan.wish();
        m_mostTries = wish.request.content.size() > Large ? MostLargeTries : MostTries;
        const auto done =
            [this, read = explained<T>(wish, m_plan.parse)](const core::Result<HttpReply> &answer) {
                if (!answer)
                    return onResult(core::Unexpected(answer.error()));
                core::Result<T> value = read(*answer);
                if (!value)
                    value.error().mayHaveHappened = true;
                onResult(value);
            };
        m_ask = new Ask(m_tools, wish, done, this);
        relayProgress(m_ask, m_call);
    }

    // A refusal after a doubt may well be due to the first try's success.
    void onResult(const core::Result<T> &result)
    {
        const bool isRefusal = !result && !m_error;
        if (isRefusal && m_plan.passes(result.error()) && m_waits < std::ssize(Pauses)) {
            m_tools.clock.after(Pauses[m_waits++], this, [this] { lookBeforeBegin(); });
            return;
        }
        if (result || (!result.error().mayHaveHappened && !m_error))
            return finish(result);
        if (!m_error || !result.error().mayHaveHappened)
            m_error = result.error();
        m_error->mayHaveHappened = true; // it stays in doubt whatever a later try is told
        m_looks = 0;
        const std::chrono::milliseconds wanted =
            result.error().retryAfter.value_or(std::chrono::seconds(0));
        if (wanted > LongestPause)
            return finish(core::Unexpected(*m_error));
        lookAfter(std::max(Pauses[0], wanted));
    }

    // Somebody on the way may have sent it twice: then it is our own that is in its way.
    void lookBeforeBegin()
    {
        if (!m_end)
            return;
        m_plan.look(this, [this](const Seen<T> &seen) {
            if (!m_end)
                return;
            if (seen && *seen)
                return finish(**seen);
            begin();
        });
    }

    void lookAfter(std::chrono::milliseconds pause)
    {
        m_tools.clock.after(pause, this, [this] {
            if (m_end)
                m_plan.look(this, [this](const Seen<T> &seen) { onSeen(seen); });
        });
    }

    void onSeen(const Seen<T> &seen)
    {
        if (!m_end)
            return;
        if (seen && *seen)
            return finish(**seen);
        if (!seen)
            return onBlindLook(seen.error());
        m_blindLooks = 0;
        if (++m_looks < std::ssize(Pauses))
            return lookAfter(Pauses[m_looks]);
        if (!m_plan.mayRepeat() || m_tries >= m_mostTries)
            return finish(core::Unexpected(*m_error));
        ++m_tries;
        send();
    }

    // The Hub is away, or the network: it will tell when it is back.
    void onBlindLook(const core::Error &why)
    {
        const auto pause = hub::retryDelay(why, BlindDoublings + m_blindLooks, 0);
        if (!pause || *pause > LongestPause || ++m_blindLooks > MostBlindLooks)
            return finish(core::Unexpected(*m_error));
        lookAfter(*pause);
    }

    void finish(const core::Result<T> &result)
    {
        if (const auto end = std::exchange(m_end, {}))
            end(result);
        deleteLater();
    }

    Ask::Tools m_tools;
    CallBase *m_call;
    Plan m_plan;
    Then<T> m_end;
    QPointer<Ask> m_ask;
    std::optional<core::Error> m_error; // since the first doubtful end
    int m_tries = 1;
    int m_mostTries = MostTries;
    int m_looks = 0;
    int m_blindLooks = 0;
    int m_waits = 0; // for refusals that pass
};

template <typename T>
void startChange(CallBase *call, const Ask::Tools &tools, const typename Change<T>::Plan &plan,
                 Then<T> end, const std::function<void(Call<void>::Abort)> &setAbort)
{
    auto *change = new Change<T>(tools, call, plan, std::move(end));
    setAbort([change = QPointer<Change<T>>(change)](core::Error &error) {
        if (change)
            change->stop(error);
    });
}

template <typename T>
void startChange(Call<T> *call, const Ask::Tools &tools, const typename Change<T>::Plan &plan)
{
    startChange<T>(
        call, tools, plan, [call](const core::Result<T> &result) { call->finish(result); },
        [call](auto abort) { call->setAbort(std::move(abort)); });
}

inline void startChange(Call<void> *call, const Ask::Tools &tools,
                        const typename Change<Done>::Plan &plan)
{
    startChange<Done>(
        call, tools, plan,
        [call](const core::Result<Done> &result) { call->finish(result.map([](const Done &) {})); },
        [call](auto abort) { call->setAbort(std::move(abort)); });
}

} // namespace hub
