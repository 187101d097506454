#pragma once

#include <chrono>

#include "hub/client_p.h"

namespace hub {

// A change may take the Hub up to a minute (hub-api.md 8.2).
inline Options patient(Options options)
{
    options.silence =
        std::max<std::chrono::milliseconds>(options.silence, std::chrono::seconds(90));
    return options;
}

// Nothing to tell but that it is so.
struct Done { };

// A write that ends in certainty wherever that can be had. When its end is in doubt (the connection
// broke, the answer made no sense, a gateway gave up) the Hub's state is read again, a few times,
// since the Hub may still be at work. What is found there is the value; what is not there is asked
// for once more, if the Hub itself takes care that it cannot happen twice.
// Owner: its Call. Promise: end() once, unless stop() came first.
template <typename T> class Change : public QObject {
public:
    // A value: it has happened. Nothing: it has not. An Error: nobody knows.
    using Seen = core::Result<std::optional<T>>;
    struct Plan {
        // What must be known beforehand to tell later whether it has happened.
        std::function<void(QObject *context, Then<void> then)> prepare = {};
        std::function<Ask::Wish()> wish; // anew for each try
        Parse<T> parse;
        std::function<void(QObject *context, std::function<void(const Seen &)> then)> look;
        enum class Repeat { WhenUndone, Never };
        Repeat repeat = Repeat::WhenUndone;
    };

    Change(const Ask::Tools &tools, CallBase *call, const Plan &plan, Then<T> end)
        : QObject(call)
        , m_tools(tools)
        , m_call(call)
        , m_plan(plan)
        , m_end(std::move(end))
    {
        if (!m_plan.prepare) {
            send();
            return;
        }
        m_plan.prepare(this, [this](const core::Result<void> &ready) {
            if (!ready)
                return finish(core::Unexpected(ready.error()));
            send();
        });
    }

    void stop()
    {
        m_end = {};
        if (m_ask)
            m_ask->stop();
        deleteLater();
    }

private:
    static constexpr int MostTries = 3;
    static constexpr std::chrono::milliseconds Pauses[] = {
        std::chrono::milliseconds(200), std::chrono::seconds(2), std::chrono::seconds(5)};

    void send()
    {
        if (!m_end)
            return;
        ++m_tries;
        const auto done = [this](const core::Result<HttpReply> &answer) {
            if (!answer)
                return onResult(core::Unexpected(answer.error()));
            core::Result<T> value = m_plan.parse(*answer);
            if (!value)
                value.error().mayHaveHappened = true;
            onResult(value);
        };
        m_ask = new Ask(m_tools, m_plan.wish(), done, this);
        connect(m_ask, &Ask::sent, m_call, &CallBase::sent);
        connect(m_ask, &Ask::received, m_call, &CallBase::received);
    }

    // A refusal after a doubt may well be due to the first try's success.
    void onResult(const core::Result<T> &result)
    {
        if (result || (!result.error().mayHaveHappened && !m_error))
            return finish(result);
        if (!m_error || !result.error().mayHaveHappened)
            m_error = result.error();
        m_looks = 0;
        lookAfter(Pauses[0]);
    }

    void lookAfter(std::chrono::milliseconds pause)
    {
        m_tools.clock.after(pause, this, [this] {
            if (m_end)
                m_plan.look(this, [this](const Seen &seen) { onSeen(seen); });
        });
    }

    void onSeen(const Seen &seen)
    {
        if (!m_end)
            return;
        if (seen && *seen)
            return finish(**seen);
        if (!seen)
            return finish(core::Unexpected(*m_error));
        if (++m_looks < static_cast<int>(std::size(Pauses)))
            return lookAfter(Pauses[m_looks]);
        if (m_plan.repeat == Plan::Repeat::Never || m_tries >= MostTries)
            return finish(core::Unexpected(*m_error));
        send();
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
    std::optional<core::Error> m_error; // of the first doubtful end
    int m_tries = 0;
    int m_looks = 0;
};

template <typename T>
void startChange(CallBase *call, const Ask::Tools &tools, const typename Change<T>::Plan &plan,
                 Then<T> end, const std::function<void(std::function<void()>)> &setAbort)
{
    auto *change = new Change<T>(tools, call, plan, std::move(end));
    setAbort([change = QPointer<Change<T>>(change)] {
        if (change)
            change->stop();
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
