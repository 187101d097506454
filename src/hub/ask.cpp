#include "hub/ask.h"

#include <QRandomGenerator>

#include "core/redact.h"
#include "hub/retry.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostRepeats = 4;
constexpr int MostTimeouts = 1; // somebody has waited half a minute already
constexpr int MostRefusals = 5;

int mostRepeats(core::ErrorKind kind)
{
    return kind == core::ErrorKind::Timeout ? MostTimeouts : MostRepeats;
}

bool isWorthRepeating(const core::Error &error)
{
    // Offline here is the person's wish; the network's absence has other names.
    return error.kind != core::ErrorKind::Offline && core::isTransient(error.kind)
        && !error.mayHaveHappened;
}

} // namespace

Ask::Ask(const Tools &tools, const Wish &wish, Done done, QObject *parent)
    : QObject(parent)
    , m_tools(tools)
    , m_wish(wish)
    , m_done(std::move(done))
{
    enter(Gate::Turn::Last);
}

void Ask::stop(core::Error &error)
{
    if (!std::exchange(m_done, {}))
        return; // it had told already
    error.url = core::redactUrl(m_wish.request.url);
    if (m_exchange) {
        error.mayHaveHappened = error.mayHaveHappened || m_exchange->mayHaveHappened();
        m_exchange->cancel();
    }
    deleteLater();
}

void Ask::enter(Gate::Turn turn)
{
    if (!m_done)
        return; // stopped while it waited
    if (!m_wish.bucket) {
        QMetaObject::invokeMethod(
            this, [this] { send({}); }, Qt::QueuedConnection);
        return;
    }
    Gate::Wish wish;
    wish.bucket = *m_wish.bucket;
    wish.priority = m_wish.priority;
    wish.turn = turn;
    if (m_wish.request.token)
        wish.payer = Payer::of(m_tools.http.config().endpoint, *m_wish.request.token);
    m_tools.gate.enter(wish, this, [this](const Gate::Ticket &ticket) { send(ticket); });
}

void Ask::enterAfter(core::Clock::Duration wait, Gate::Turn turn)
{
    m_tools.clock.after(wait, this, [this, turn] { enter(turn); });
}

void Ask::send(const Gate::Ticket &ticket)
{
    if (!m_done)
        return; // stopped while it waited
    Exchange *exchange = m_tools.http.send(m_wish.request);
    m_exchange = exchange;
    connect(exchange, &Exchange::sent, this, &Ask::sent);
    connect(exchange, &Exchange::received, this, &Ask::received);
    connect(exchange, &Exchange::finished, this,
            [this, exchange, ticket] { onAnswer(*exchange, ticket); });
}

void Ask::onAnswer(const Exchange &exchange, const Gate::Ticket &ticket)
{
    if (!m_done)
        return;
    const core::Result<HttpReply> &result = exchange.result();
    if (!result && result.error().kind == core::ErrorKind::RateLimited && ticket)
        return onRefusal(exchange, ticket, result.error());
    if (exchange.reply().status > 0)
        m_tools.gate.answered(ticket, exchange.reply().rates);
    if (result)
        return tell(result);

    m_refusals = 0;
    const double jitter = QRandomGenerator::global()->generateDouble() * 2.0 - 1.0;
    const auto delay = retryDelay(result.error(), m_failures, jitter);
    if (!delay || m_failures >= mostRepeats(result.error().kind)
        || !isWorthRepeating(result.error()))
        return tell(result);
    ++m_failures;
    enterAfter(*delay, Gate::Turn::Again);
}

void Ask::onRefusal(const Exchange &exchange, const Gate::Ticket &ticket, core::Error error)
{
    const Gate::Refusal refusal =
        m_tools.gate.refused(ticket, exchange.reply().rates, error, m_refusals);
    if (++m_refusals < MostRefusals) {
        if (refusal.isForAll)
            return enter(Gate::Turn::Again);
        return enterAfter(refusal.wait, Gate::Turn::Again);
    }
    error.retryAfter = std::chrono::ceil<std::chrono::seconds>(refusal.wait);
    tell(core::Unexpected(error));
}

void Ask::tell(const core::Result<HttpReply> &result)
{
    deleteLater();
    const Done done = std::exchange(m_done, {});
    done(result);
}

} // namespace hub
