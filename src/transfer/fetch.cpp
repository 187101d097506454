#include "transfer/fetch.h"

#include <QRegularExpression>
#include <QScopedValueRollback>

#include <algorithm>
#include <array>

#include "hub/errors.h"
#include "hub/parse.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr qint64 blockSize = 256 * 1024;
constexpr qint64 worthTaking = 128 * 1024;
constexpr auto gatherTime = 50ms;

// "bytes */total" of a 416.
std::optional<qint64> parseRefusedRange(const QByteArray &value)
{
    static const QRegularExpression form(uR"(^\s*bytes\s+\*/(\d{1,18})\s*$)"_s,
                                         QRegularExpression::CaseInsensitiveOption);
    const auto match = form.match(QString::fromLatin1(value));
    return match.hasMatch() ? std::optional(match.captured(1).toLongLong()) : std::nullopt;
}

// How the body is put on the wire; where it says something, Content-Length says nothing.
QByteArray transferCoding(const hub::HttpReply &reply)
{
    const auto value = hub::headerValue(reply.headers, "Transfer-Encoding").value_or(QByteArray());
    return value.trimmed().toLower();
}

std::optional<qint64> contentLength(const hub::HttpReply &reply)
{
    if (!transferCoding(reply).isEmpty())
        return std::nullopt;
    bool isNumber = false;
    const auto value = hub::headerValue(reply.headers, "Content-Length").value_or(QByteArray());
    const qint64 length = value.trimmed().toLongLong(&isNumber);
    return isNumber && length >= 0 ? std::optional(length) : std::nullopt;
}

core::Error wrongAnswer(core::ErrorKind kind, const QString &detail)
{
    return core::makeError(kind, detail);
}

} // namespace

Statement statementOf(const hub::HttpReply &reply, const Expected &expected)
{
    const auto &[commit, content, size] = expected;
    using Kind = core::ContentId::Kind;
    const auto changed = [](const QString &detail) {
        return Statement{wrongAnswer(core::ErrorKind::RemoteChanged, detail), {}};
    };
    const auto named = hub::headerValue(reply.hubHeaders, "X-Repo-Commit");
    if (named && !commit.isEmpty() && named->trimmed().toLower() != commit.toLatin1())
        return changed(
            u"the Hub answers for another commit: %1"_s.arg(QString::fromLatin1(named->left(40))));
    const auto linkedSize = hub::headerValue(reply.hubHeaders, "X-Linked-Size");
    if (linkedSize && size >= 0 && linkedSize->trimmed().toLongLong() != size)
        return changed(
            u"the Hub now names another size: %1"_s.arg(QString::fromLatin1(linkedSize->left(40))));
    const auto etag = hub::headerValue(reply.hubHeaders, "X-Linked-Etag");
    if (!etag || content.text.isEmpty())
        return {};
    const auto id = core::ContentId::make(QString::fromLatin1(*etag));
    if (id && *id == content)
        return {};
    Statement statement = changed(u"the Hub now names another content id"_s);
    if (id && id->kind == Kind::Sha256 && content.kind == Kind::GitSha1)
        statement.fileBehindPointer = *id;
    return statement;
}

Fetch::Fetch(hub::Http &http, Throttle &throttle, const FetchPlan &plan, Sink sink, QObject *parent)
    : QObject(parent)
    , m_plan(plan)
    , m_sink(std::move(sink))
    , m_reader(&throttle, plan.download, [this] { proceed(); })
    , m_token(http.config().with(plan.endpoint, plan.token).token)
    , m_position(plan.range.begin)
{
    m_gather.setSingleShot(true);
    m_gather.setInterval(gatherTime);
    connect(&m_gather, &QTimer::timeout, this, &Fetch::drain);

    hub::HttpRequest request;
    request.url = plan.url;
    request.body = hub::HttpRequest::Body::Stream;
    request.headers = plan.headers;
    request.endpoint = plan.endpoint;
    request.token = plan.token;
    request.silence = plan.silence;
    request.pauseOf = plan.pauseOf;
    request.readBuffer = plan.readBuffer;
    if (plan.ask != FetchPlan::Ask::Whole) {
        const bool isOpen = plan.ask == FetchPlan::Ask::Rest;
        request.headers.append({"Range"_ba,
                                "bytes=" + QByteArray::number(plan.range.begin) + '-'
                                    + (isOpen ? ""_ba : QByteArray::number(plan.range.end - 1))});
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
    m_reader.setHeld(true);
}

void Fetch::release()
{
    if (!m_held)
        return;
    m_held = false;
    m_reader.setHeld(false);
    proceed();
}

void Fetch::shorten(qint64 end)
{
    if (m_ended || m_failure || m_plan.ask != FetchPlan::Ask::Range || end <= m_position
        || end >= m_plan.range.end)
        return;
    m_stopAt = end;
}

void Fetch::stop()
{
    if (m_ended)
        return;
    m_held = false;
    m_leaving = true;
    if (m_headSeen && !m_failure && !m_draining)
        drain();
    abandon();
}

void Fetch::abandon()
{
    m_ended = true;
    m_gather.stop();
    if (m_exchange) {
        m_exchange->disconnect(this);
        m_exchange->cancel();
    }
}

// A file may itself be called a web page by its host: where a digest will tell, it is believed to
// be one as long as its length is that of the file.
bool Fetch::isStrangePage(const hub::HttpReply &reply) const
{
    const auto type = hub::headerValue(reply.headers, "Content-Type").value_or(QByteArray());
    if (m_plan.pageExpected || !type.trimmed().toLower().startsWith("text/html"))
        return false;
    const bool isProven = m_plan.content.kind != core::ContentId::Kind::Opaque;
    return !isProven || m_plan.size < 0
        || (reply.status == 200 && contentLength(reply) != m_plan.size);
}

// Judges the head before a byte of the body is taken.
std::optional<core::Error> Fetch::judge(const hub::HttpReply &reply) const
{
    using core::ErrorKind;
    // As good as no answer: a network's own page, say. It may be gone in a moment.
    if (m_plan.commitExpected && !hub::headerValue(reply.hubHeaders, "X-Repo-Commit"))
        return wrongAnswer(ErrorKind::ConnectionLost, u"the answer does not come from the Hub"_s);
    const auto encoding = hub::headerValue(reply.headers, "Content-Encoding");
    if (encoding && encoding->trimmed().toLower() != "identity" && !encoding->trimmed().isEmpty())
        return wrongAnswer(
            ErrorKind::Protocol,
            u"the body is encoded as %1"_s.arg(QString::fromLatin1(encoding->left(40))));
    const QByteArray coding = transferCoding(reply);
    if (!coding.isEmpty() && coding != "chunked" && coding != "identity")
        return wrongAnswer(ErrorKind::Protocol,
                           u"the body is sent as %1"_s.arg(QString::fromLatin1(coding.left(40))));
    if (m_statement.contradiction)
        return m_statement.contradiction;
    if (isStrangePage(reply))
        return wrongAnswer(ErrorKind::Protocol, u"a web page came in place of the file"_s);

    if (reply.status == 206)
        return judgeRange(reply);
    if (reply.status != 200)
        return wrongAnswer(ErrorKind::Protocol, u"unexpected status %1"_s.arg(reply.status));
    const auto length = contentLength(reply);
    if (length && m_plan.size >= 0 && *length != m_plan.size)
        return wrongAnswer(ErrorKind::RemoteChanged,
                           u"the file is now %1 bytes long"_s.arg(*length));
    return {};
}

std::optional<core::Error> Fetch::judgeRange(const hub::HttpReply &reply) const
{
    using core::ErrorKind;
    const auto range = hub::parseContentRange(
        hub::headerValue(reply.headers, "Content-Range").value_or(QByteArray()));
    if (!range)
        return wrongAnswer(ErrorKind::Protocol, u"206 without a readable Content-Range"_s);
    const qint64 total = range->total.value_or(m_plan.size);
    if (m_plan.size >= 0 && total != m_plan.size)
        return wrongAnswer(ErrorKind::RemoteChanged, u"the file is now %1 bytes long"_s.arg(total));
    if (total < 0)
        return wrongAnswer(ErrorKind::Protocol, u"206 that does not tell the whole length"_s);
    core::Range wanted = m_plan.range;
    if (wanted.end == FetchPlan::openEnd)
        wanted.end = total;
    // Fewer bytes than asked for are an answer, too; the rest stays a gap.
    const bool endFits =
        m_plan.ask == FetchPlan::Ask::Range ? range->end <= wanted.end : range->end == wanted.end;
    if (range->begin != wanted.begin || !endFits)
        return wrongAnswer(ErrorKind::Protocol,
                           u"asked for bytes %1-%2, got %3-%4"_s.arg(wanted.begin)
                               .arg(wanted.end)
                               .arg(range->begin)
                               .arg(range->end));
    // Several parts, say, under the range of the first.
    const auto length = contentLength(reply);
    const qint64 size = range->end - range->begin;
    if (length && *length != size)
        return wrongAnswer(ErrorKind::Protocol,
                           u"%1 bytes come as a range of %2"_s.arg(*length).arg(size));
    return {};
}

// What an open plan wanted to learn from an answer that is right.
void Fetch::settleRange(const hub::HttpReply &reply)
{
    if (reply.status == 200 && m_plan.ask == FetchPlan::Ask::Rest) {
        m_plan.ask = FetchPlan::Ask::Whole;
        m_plan.range.begin = m_position = 0;
    }
    if (m_plan.size < 0 && reply.status == 206)
        m_plan.size =
            *hub::parseContentRange(*hub::headerValue(reply.headers, "Content-Range"))->total;
    else if (m_plan.size < 0)
        m_plan.size = contentLength(reply).value_or(-1);
    if (m_plan.range.end == FetchPlan::openEnd && m_plan.size >= 0)
        m_plan.range.end = m_plan.size;
    if (m_plan.ask == FetchPlan::Ask::Range && reply.status == 206)
        m_plan.range.end =
            hub::parseContentRange(*hub::headerValue(reply.headers, "Content-Range"))->end;
}

// A body in pieces says itself where it ends; one that ends with the connection proves nothing.
void Fetch::settleOpenEnd(qint64 end)
{
    if (transferCoding(m_reply) != "chunked") {
        m_failure = wrongAnswer(core::ErrorKind::Protocol,
                                u"the server does not say how long the file is"_s);
        return;
    }
    m_plan.range.end = m_plan.size = end;
    m_isEndUnproven = true;
}

void Fetch::hearRefusal(const hub::HttpReply &reply)
{
    constexpr int rangeNotSatisfiable = 416;
    if (reply.status != rangeNotSatisfiable)
        return;
    m_refusedTotal =
        parseRefusedRange(hub::headerValue(reply.headers, "Content-Range").value_or(QByteArray()));
    bool isNumber = false;
    const auto linked = hub::headerValue(reply.hubHeaders, "X-Linked-Size").value_or(QByteArray());
    const qint64 size = linked.trimmed().toLongLong(&isNumber);
    if (!m_refusedTotal && isNumber)
        m_refusedTotal = size; // file hosts often leave it to the Hub
}

void Fetch::onHead()
{
    m_headSeen = true;
    m_reply = m_exchange->reply();
    const hub::HttpReply &reply = m_reply;
    Q_EMIT ratesSeen(reply.rates);
    if (m_ended)
        return;
    m_statement = statementOf(reply, {m_plan.commit, m_plan.content, m_plan.size});
    m_failure = judge(reply);
    if (m_failure) {
        m_exchange->cancel();
        return;
    }
    settleRange(reply);
    if (reply.status == 200 && m_plan.ask == FetchPlan::Ask::Range) {
        if (m_plan.range.begin != 0) {
            abandon();
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
    // The rest at once: Qt does not tell of the end before it is taken.
    if (m_exchange->bytesAvailable() >= std::min(worthTaking, end() - m_position))
        drain();
    else if (!m_gather.isActive())
        m_gather.start();
}

qint64 Fetch::available() const
{
    if (m_result)
        return m_rest.size() - m_restRead;
    return m_exchange ? m_exchange->bytesAvailable() : 0;
}

qint64 Fetch::allowed()
{
    return m_leaving ? blockSize : std::min(blockSize, m_reader.allowed());
}

qint64 Fetch::read(char *buffer, qint64 most)
{
    if (!m_result)
        return m_exchange->read(buffer, most);
    const qint64 count = std::min<qint64>(most, available());
    std::copy_n(m_rest.constData() + m_restRead, count, buffer);
    m_restRead += count;
    return count;
}

void Fetch::drain()
{
    if (m_held || m_failure || m_ended)
        return;
    m_gather.stop();
    const QScopedValueRollback draining(m_draining, true); // the sink may stop us
    std::array<char, blockSize>
        buffer; // on this thread's stack, not cleared: it is only a way through
    while (!m_held && !m_failure && !m_ended) {
        const qint64 most = available() > 0 ? allowed() : 0;
        const qint64 got = most > 0 ? read(buffer.data(), most) : 0;
        if (got <= 0)
            return;
        m_reader.took(got);
        const qint64 wanted = std::min(got, end() - m_position);
        if (wanted > 0) {
            const auto written = m_sink(m_position, QByteArrayView(buffer.data(), wanted));
            if (!written && !m_ended) {
                m_failure = written.error();
                if (m_exchange)
                    m_exchange->cancel();
                return;
            }
            if (!written)
                return;
            m_position += wanted;
        }
        if (m_position == m_stopAt && !m_ended)
            return leaveRest();
        if (wanted < got && !m_ended) {
            m_failure =
                wrongAnswer(core::ErrorKind::Protocol, u"more bytes came than were announced"_s);
            if (m_exchange)
                m_exchange->cancel();
            return;
        }
    }
}

// What follows is another's. The end is told later, as always.
void Fetch::leaveRest()
{
    if (m_exchange) {
        m_exchange->disconnect(this);
        m_exchange->cancel();
    }
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!m_ended)
                end({});
        },
        Qt::QueuedConnection);
}

void Fetch::onFinished()
{
    if (m_ended)
        return;
    if (m_headSeen)
        drain();
    if (m_ended)
        return;
    keepRest();
    const auto &result = m_exchange->result();
    if (!m_headSeen) {
        m_reply = m_exchange->reply();
        hearRefusal(m_reply);
        if (m_reply.status > 0 || !m_reply.rates.isEmpty())
            Q_EMIT ratesSeen(m_reply.rates);
    } else if (!m_failure && result && m_plan.range.end == FetchPlan::openEnd) {
        settleOpenEnd(m_position + m_rest.size());
    }
    m_result = result;
    proceed();
}

// The exchange goes now; what it has brought is taken when it may be.
void Fetch::keepRest()
{
    if (!m_headSeen || m_failure)
        return;
    while (m_exchange->bytesAvailable() > 0) {
        const qsizetype before = m_rest.size();
        m_rest.resize(before + m_exchange->bytesAvailable());
        const qint64 got = m_exchange->read(m_rest.data() + before, m_rest.size() - before);
        m_rest.resize(before + std::max<qint64>(0, got));
        if (got <= 0)
            return;
    }
}

void Fetch::proceed()
{
    drain();
    if (m_result && !m_ended && (m_failure || available() == 0))
        conclude();
}

void Fetch::conclude()
{
    if (m_failure)
        return end(m_failure);
    if (m_position == end() && m_headSeen)
        return end({}); // every byte is here, however the connection ended
    if (!*m_result)
        return end(m_result->error());
    end(core::makeError(core::ErrorKind::Truncated,
                        u"%1 of %2 bytes arrived"_s.arg(received()).arg(m_plan.range.size())));
}

void Fetch::end(std::optional<core::Error> trouble)
{
    m_ended = true;
    m_gather.stop();
    if (trouble && trouble->url.isEmpty()) { // our own judgement of what came
        hub::describe(*trouble, m_reply);
        hub::withhold(*trouble, m_token);
    }
    Q_EMIT ended(trouble);
}

} // namespace transfer
