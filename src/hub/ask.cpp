#include "hub/ask.h"

#include <QRandomGenerator>

#include "core/redact.h"
#include "hub/retry.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostRepeats = 4;
constexpr int MostTimeouts = 1; // somebody has waited half a minute already
constexpr int MostRefusals = 7; // where nothing names a time they are a minute in all

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
    m_wish.request.priority = wish.priority;
    enter(Gate::Turn::Last);
}

Ask::~Ask()
{
    if (m_exchange)
        drop();
}

// Nobody waits for the answer any more.
void Ask::drop()
{
    m_tools.gate.unanswered(std::exchange(m_ticket, {}), m_exchange->reply().asked);
    m_exchange->cancel();
}

void Ask::stop(core::Error &error)
{
    if (!std::exchange(m_done, {}))
        return; // it had told already
    error.url = core::redactUrl(m_wish.request.url);
    if (m_exchange) {
        error.mayHaveHappened = error.mayHaveHappened || m_exchange->mayHaveHappened();
        drop();
    }
    deleteLater();
}

void Ask::enter(Gate::Turn turn, core::Clock::Duration pause)
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
    wish.pause = pause;
    wish.payer = Payer::of(*m_wish.request.endpoint, *m_wish.request.token);
    m_tools.gate.enter(wish, this, [this](const Gate::Ticket &ticket) { send(ticket); });
}

// A pause that somebody asked for is spent at the Gate, which tells of it.
void Ask::repeatAfter(const core::Error &error, core::Clock::Duration wait)
{
    const bool isAskedFor = error.retryAfter || error.kind == core::ErrorKind::RateLimited;
    if (isAskedFor && m_wish.bucket)
        return enter(Gate::Turn::Again, wait);
    m_tools.clock.after(wait, this, [this] { enter(Gate::Turn::Again); });
}

void Ask::send(const Gate::Ticket &ticket)
{
    if (!m_done) // stopped while it waited
        return m_tools.gate.unanswered(ticket, 0);
    Exchange *exchange = m_tools.http.send(m_wish.request);
    m_exchange = exchange;
    m_ticket = ticket;
    connect(exchange, &Exchange::left, this, [this] { m_tools.gate.left(m_ticket); });
    connect(exchange, &Exchange::rated, this,
            [this](const RateInfo &rate) { m_tools.gate.heard(m_ticket, rate); });
    connect(exchange, &Exchange::sent, this, &Ask::sent);
    connect(exchange, &Exchange::received, this, &Ask::received);
    connect(exchange, &Exchange::finished, this, [this, exchange] { onAnswer(*exchange); });
}

void Ask::onAnswer(const Exchange &exchange)
{
    if (!m_done)
        return;
    const Gate::Ticket ticket = std::exchange(m_ticket, {});
    const core::Result<HttpReply> &result = exchange.result();
    // Of its file hosts the Hub knows nothing: their pause is this call's alone.
    const bool isHubs = exchange.reply().fromEndpoint && ticket;
    if (!result && result.error().kind == core::ErrorKind::RateLimited && isHubs)
        return onRefusal(exchange, ticket, result.error());
    if (exchange.reply().status > 0)
        m_tools.gate.answered(ticket, exchange.reply().rates, exchange.reply().asked);
    else
        m_tools.gate.unanswered(ticket, exchange.reply().asked);
    if (result)
        return tell(result);

    m_refusals = 0;
    const double jitter = QRandomGenerator::global()->generateDouble() * 2.0 - 1.0;
    const auto delay = retryDelay(result.error(), m_failures, jitter);
    if (!delay || *delay > LongestPause || m_failures >= mostRepeats(result.error().kind)
        || !isWorthRepeating(result.error()))
        return tell(result);
    ++m_failures;
    repeatAfter(result.error(), *delay);
}

void Ask::onRefusal(const Exchange &exchange, const Gate::Ticket &ticket, core::Error error)
{
    const Gate::Refusal refusal = m_tools.gate.refused(ticket, exchange.reply().rates, error,
                                                       m_refusals, exchange.reply().asked);
    // The end of a window can be shown and waited for; what is refused alone and for so long is
    // lost.
    const bool isTooLong = !refusal.isForAll && refusal.wait > LongestPause;
    if (++m_refusals < MostRefusals && !isTooLong)
        return enter(Gate::Turn::Again, refusal.isForAll ? core::Clock::Duration(0) : refusal.wait);
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
