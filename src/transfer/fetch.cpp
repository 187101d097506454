#include "transfer/fetch.h"

#include <QScopedValueRollback>

#include <array>

#include "hub/parse.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 blockSize = 256 * 1024;
constexpr qint64 worthTaking = 128 * 1024;
constexpr auto gatherTime = 50ms;

core::Error wrongAnswer(core::ErrorKind kind, const QString &detail)
{
    return core::makeError(kind, detail);
}

} // namespace

Statement statementOf(const hub::HttpReply &reply, const core::ContentId &content, qint64 size)
{
    using Kind = core::ContentId::Kind;
    const auto changed = [](const QString &detail) {
        return Statement{wrongAnswer(core::ErrorKind::RemoteChanged, detail), {}};
    };
    const auto linkedSize = hub::headerValue(reply.hubHeaders, "X-Linked-Size");
    if (linkedSize && linkedSize->trimmed().toLongLong() != size)
        return changed(
            u"the Hub now names another size: %1"_s.arg(QString::fromLatin1(linkedSize->left(40))));
    const auto etag = hub::headerValue(reply.hubHeaders, "X-Linked-Etag");
    if (!etag || content.kind == Kind::Opaque)
        return {};
    const auto id = core::ContentId::make(QString::fromLatin1(*etag));
    if (id && *id == content)
        return {};
    Statement statement = changed(u"the Hub now names another content id"_s);
    if (id && id->kind == Kind::Sha256 && content.kind == Kind::GitSha1)
        statement.fileBehindPointer = *id;
    return statement;
}

Fetch::Fetch(hub::Http &http, const FetchPlan &plan, Sink sink, QObject *parent)
    : QObject(parent)
    , m_plan(plan)
    , m_sink(std::move(sink))
    , m_position(plan.range.begin)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(gatherTime);
    connect(&m_gather, &QTimer::timeout, this, &Fetch::drain);

    hub::HttpRequest request;
    request.url = plan.url;
    request.body = hub::HttpRequest::Body::Stream;
    if (plan.ask == FetchPlan::Ask::Range) {
        request.headers.append({"Range"_ba,
                                "bytes=" + QByteArray::number(plan.range.begin) + '-'
                                    + QByteArray::number(plan.range.end - 1)});
    }
    m_exchange = http.send(request);
    connect(m_exchange, &hub::Exchange::headersArrived, this, &Fetch::onHead);
    connect(m_exchange, &hub::Exchange::readyRead, this, &Fetch::onReadyRead);
    connect(m_exchange, &hub::Exchange::finished, this, &Fetch::onFinished);
}

Fetch::~Fetch()
{
    if (m_exchange) {
        m_exchange->disconnect(this);
        m_exchange->cancel();
    }
}

void Fetch::hold()
{
    m_held = true;
}

void Fetch::release()
{
    if (!m_held)
        return;
    m_held = false;
    drain();
}

void Fetch::stop()
{
    if (m_ended)
        return;
    m_held = false;
    if (m_headSeen && !m_failure && !m_draining)
        drain();
    m_ended = true;
    m_gather.stop();
    if (m_exchange) {
        m_exchange->disconnect(this);
        m_exchange->cancel();
    }
}

// Judges the head before a byte of the body is taken.
std::optional<core::Error> Fetch::judge(const hub::HttpReply &reply) const
{
    using core::ErrorKind;
    const auto encoding = hub::headerValue(reply.headers, "Content-Encoding");
    if (encoding && encoding->trimmed().toLower() != "identity" && !encoding->trimmed().isEmpty())
        return wrongAnswer(
            ErrorKind::Protocol,
            u"the body is encoded as %1"_s.arg(QString::fromLatin1(encoding->left(40))));
    if (m_statement.contradiction)
        return m_statement.contradiction;
    const auto type = hub::headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    if (!m_plan.pageExpected && type.trimmed().toLower().startsWith("text/html"))
        return wrongAnswer(ErrorKind::Protocol, u"a web page came in place of the file"_s);

    const auto length = hub::headerValue(reply.headers, "Content-Length");
    if (reply.status == 206) {
        const auto range = hub::parseContentRange(
            hub::headerValue(reply.headers, "Content-Range").value_or(QByteArray()));
        if (!range)
            return wrongAnswer(ErrorKind::Protocol, u"206 without a readable Content-Range"_s);
        if (range->total.value_or(m_plan.size) != m_plan.size)
            return wrongAnswer(ErrorKind::RemoteChanged,
                               u"the file is now %1 bytes long"_s.arg(*range->total));
        if (core::Range{range->begin, range->end} != m_plan.range)
            return wrongAnswer(ErrorKind::Protocol,
                               u"asked for bytes %1-%2, got %3-%4"_s.arg(m_plan.range.begin)
                                   .arg(m_plan.range.end)
                                   .arg(range->begin)
                                   .arg(range->end));
        return {};
    }
    if (reply.status != 200)
        return wrongAnswer(ErrorKind::Protocol, u"unexpected status %1"_s.arg(reply.status));
    if (length && length->trimmed().toLongLong() != m_plan.size)
        return wrongAnswer(
            ErrorKind::RemoteChanged,
            u"the file is now %1 bytes long"_s.arg(QString::fromLatin1(length->left(40))));
    return {};
}

void Fetch::onHead()
{
    const hub::HttpReply &reply = m_exchange->reply();
    m_headSeen = true;
    m_etag = hub::headerValue(reply.headers, "ETag").value_or(QByteArray());
    Q_EMIT ratesSeen(reply.rates);
    if (m_ended)
        return;
    m_statement = statementOf(reply, m_plan.content, m_plan.size);
    m_failure = judge(reply);
    if (m_failure) {
        m_exchange->cancel();
        return;
    }
    if (reply.status == 200 && m_plan.ask == FetchPlan::Ask::Range) {
        if (m_plan.range.begin != 0) {
            m_ended = true;
            m_exchange->disconnect(this);
            m_exchange->cancel();
            Q_EMIT wholeFile();
            return;
        }
        m_plan.ask = FetchPlan::Ask::Whole; // the whole file comes; take all of it
        m_plan.range.end = m_plan.size;
    }
    Q_EMIT begun();
}

void Fetch::onReadyRead()
{
    if (m_held || m_failure || m_ended || !m_headSeen)
        return;
    if (m_exchange->bytesAvailable() >= worthTaking)
        drain();
    else if (!m_gather.isActive())
        m_gather.start();
}

void Fetch::drain()
{
    if (!m_exchange || m_held || m_failure || m_ended)
        return;
    m_gather.stop();
    const QScopedValueRollback draining(m_draining, true); // the sink may stop us
    std::array<char, blockSize>
        buffer; // on this thread's stack, not cleared: it is only a way through
    while (!m_held && !m_failure && !m_ended) {
        const qint64 got = m_exchange->read(buffer.data(), blockSize);
        if (got <= 0)
            return;
        const qint64 wanted = std::min(got, m_plan.range.end - m_position);
        if (wanted > 0) {
            const auto written = m_sink(m_position, QByteArrayView(buffer.data(), wanted));
            if (!written && !m_ended) {
                m_failure = written.error();
                m_exchange->cancel();
                return;
            }
            if (!written)
                return;
            m_position += wanted;
        }
        if (wanted < got && !m_ended) {
            m_failure =
                wrongAnswer(core::ErrorKind::Protocol, u"more bytes came than were announced"_s);
            m_exchange->cancel();
            return;
        }
    }
}

void Fetch::onFinished()
{
    if (m_ended)
        return;
    m_held = false;
    if (m_headSeen)
        drain();
    const auto &result = m_exchange->result();
    if (!m_headSeen)
        Q_EMIT ratesSeen(m_exchange->reply().rates);
    if (m_failure)
        return end(m_failure);
    if (m_position == m_plan.range.end && m_headSeen)
        return end({}); // every byte is here, however the connection ended
    if (!result)
        return end(result.error());
    end(core::makeError(core::ErrorKind::Truncated,
                        u"%1 of %2 bytes arrived"_s.arg(received()).arg(m_plan.range.size())));
}

void Fetch::end(const std::optional<core::Error> &trouble)
{
    m_ended = true;
    m_gather.stop();
    Q_EMIT ended(trouble);
}

} // namespace transfer
