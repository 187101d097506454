#include "hub/read.h"

#include <QRandomGenerator>

#include "hub/retry.h"

namespace hub {

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
    return error.kind != core::ErrorKind::Offline && core::isTransient(error.kind);
}

} // namespace

Read::Read(const Tools &tools, const Wish &wish, Done done, QObject *parent)
    : QObject(parent)
    , m_tools(tools)
    , m_wish(wish)
    , m_done(std::move(done))
{
    enter();
}

void Read::stop()
{
    m_done = {};
    if (m_exchange)
        m_exchange->cancel();
    deleteLater();
}

void Read::enter()
{
    m_tools.gate.enter(m_wish.bucket, m_wish.priority, this, [this] { send(); });
}

void Read::send()
{
    if (!m_done)
        return; // stopped while it waited
    Exchange *exchange = m_tools.http.send(m_wish.request);
    m_exchange = exchange;
    connect(exchange, &Exchange::finished, this, [this, exchange] { onAnswer(*exchange); });
}

void Read::onAnswer(const Exchange &exchange)
{
    if (!m_done)
        return;
    m_tools.gate.observe(exchange.reply().rates);
    const core::Result<HttpReply> &result = exchange.result();
    if (result)
        return tell(result);
    if (result.error().kind == core::ErrorKind::RateLimited)
        return onRefusal(exchange, result.error());

    m_refusals = 0;
    const double jitter = QRandomGenerator::global()->generateDouble() * 2.0 - 1.0;
    const auto delay = retryDelay(result.error(), m_failures, jitter);
    if (!delay || m_failures >= mostRepeats(result.error().kind)
        || !isWorthRepeating(result.error()))
        return tell(result);
    ++m_failures;
    m_tools.clock.after(*delay, this, [this] {
        if (m_done)
            enter();
    });
}

void Read::onRefusal(const Exchange &exchange, core::Error error)
{
    const auto wait =
        m_tools.gate.refused(m_wish.bucket, exchange.reply().rates, error, m_refusals);
    if (++m_refusals < MostRefusals)
        return enter();
    error.retryAfter = wait;
    tell(core::Unexpected(error));
}

void Read::tell(const core::Result<HttpReply> &result)
{
    deleteLater();
    const Done done = std::exchange(m_done, {});
    done(result);
}

} // namespace hub
