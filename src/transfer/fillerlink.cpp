#include <algorithm>

#include "cache/partial.h"
#include "transfer/filler.h"
#include "transfer/hosts.h"

namespace transfer {

// Where the bytes are, and for how long a link to them is good.

namespace {

constexpr int linkStrikesBeforePerRange = 2;
constexpr int linkStrikesBeforeGivingUp = 5;

} // namespace

// One request to the Hub may go; else it is asked for.
bool Filler::takePass()
{
    if (m_passes > 0) {
        --m_passes;
        return true;
    }
    if (!m_passAsked) {
        m_passAsked = true;
        Q_EMIT asks();
    }
    return false;
}

// Where the bytes are: the first redirect to another origin, or the address that answered.
void Filler::askLink()
{
    if (m_asking || !takePass())
        return;
    hub::HttpRequest request;
    request.url = m_job.resolveUrl;
    request.redirects = hub::HttpRequest::Redirects::StopAtOtherOrigin;
    request.body = hub::HttpRequest::Body::Stream;
    m_asking = m_http.send(request);
    connect(m_asking, &hub::Exchange::headersArrived, this,
            [this, exchange = m_asking.data()] { onLinkHead(exchange); });
    connect(m_asking, &hub::Exchange::finished, this,
            [this, exchange = m_asking.data()] { onLink(exchange); });
}

// The Hub has the bytes itself: they are asked for in segments, as everywhere.
void Filler::onLinkHead(hub::Exchange *exchange)
{
    const hub::HttpReply reply = exchange->reply();
    exchange->disconnect(this);
    exchange->cancel();
    m_asking = nullptr;
    Q_EMIT ratesSeen(reply.rates);
    if (!m_ended)
        takeLink(reply);
}

void Filler::onLink(hub::Exchange *exchange)
{
    m_asking = nullptr;
    if (exchange->reply().status > 0)
        Q_EMIT ratesSeen(exchange->reply().rates);
    if (m_ended)
        return;
    const auto &result = exchange->result();
    if (!result)
        return end(result.error());
    takeLink(*result);
}

void Filler::takeLink(const hub::HttpReply &reply)
{
    const Statement statement = statementOf(reply, {m_job.commit, m_job.content, m_job.size});
    if (statement.contradiction)
        return contradict(statement);
    m_link = reply.otherOrigin.isEmpty() ? reply.url : reply.otherOrigin;
    if (const auto most = m_hosts.mostOf(m_link, std::chrono::steady_clock::now()))
        m_adaptation.limitTo(*most);
    fillSlots();
}

// The first answer tells whether the host serves at all, and in ranges. What an earlier link began
// goes on meanwhile.
bool Filler::isBeingTried() const
{
    return m_linkUses == 0
        && std::any_of(m_fetches.begin(), m_fetches.end(),
                       [this](const auto &one) { return one->plan().url == source(); });
}

// One that served several answers has run out. One that served none, or a single one, may be bound
// to its first request: then each range needs a link of its own.
void Filler::onLinkRefused(const core::Error &error, const QUrl &link)
{
    m_pause.start();
    if (link != source())
        return; // it was given up already
    if (m_links == Links::PerRange || m_linkUses < 2)
        ++m_linkStrikes;
    if (m_linkStrikes >= linkStrikesBeforeGivingUp)
        return end(error);
    if (m_links == Links::PerRange)
        return; // the others have links of their own
    if (m_linkStrikes >= linkStrikesBeforePerRange)
        m_links = Links::PerRange;
    m_link.clear();
    m_etag.clear();
    m_linkUses = 0;
}

} // namespace transfer
