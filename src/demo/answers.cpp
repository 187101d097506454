#include "demo/answers.h"

#include <QJsonDocument>
#include <QUrl>

#include <algorithm>

#include "core/digest.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr auto base64 = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

constexpr qsizetype mostJson = 1024 * 1024;

QByteArray weakTag(const QByteArray &body)
{
    core::Digest digest(core::ContentId::Kind::Sha256, body.size());
    digest.add(body);
    const QByteArray hash = QByteArray::fromHex(digest.hex().toLatin1()).toBase64().left(27);
    return "W/\"" + QByteArray::number(body.size(), 16) + '-' + hash + '"';
}

Response withBody(int status, const QByteArray &type, const QByteArray &body)
{
    Response response;
    response.status = status;
    response.body = body;
    response.setHeader("Content-Type"_ba, type);
    response.setHeader("ETag"_ba, weakTag(body));
    return response;
}

struct Span {
    qint64 begin = 0;
    qint64 end = 0;
    bool isSatisfiable = true;
};

std::optional<qint64> digits(QByteArrayView text)
{
    const bool isNumber = !text.isEmpty() && text.size() <= 18
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return isNumber ? std::optional(text.toByteArray().toLongLong()) : std::nullopt;
}

std::optional<Span> parseRange(const QByteArray &header, qint64 size)
{
    if (!header.startsWith("bytes="))
        return std::nullopt;
    const QByteArray spec = header.mid(6).trimmed();
    const qsizetype dash = spec.indexOf('-');
    if (dash < 0)
        return std::nullopt;
    const auto last = digits(QByteArrayView(spec).sliced(dash + 1));
    if (dash == 0) {
        if (!last)
            return std::nullopt;
        return Span{std::max<qint64>(size - *last, 0), size, *last > 0 && size > 0};
    }
    const auto first = digits(QByteArrayView(spec).first(dash));
    const bool isOpen = dash + 1 == spec.size();
    if (!first || (!last && !isOpen) || (last && *last < *first))
        return std::nullopt;
    const qint64 end = last ? std::min(*last + 1, size) : size;
    return Span{*first, end, *first < size};
}

} // namespace

Response json(const QJsonObject &object)
{
    return withBody(200, "application/json; charset=utf-8"_ba,
                    QJsonDocument(object).toJson(QJsonDocument::Compact));
}

Response json(const QJsonArray &array)
{
    return withBody(200, "application/json; charset=utf-8"_ba,
                    QJsonDocument(array).toJson(QJsonDocument::Compact));
}

Response text(int status, const QByteArray &body)
{
    return withBody(status, "text/plain; charset=utf-8"_ba, body);
}

Response problem(Surface surface, int status, const QByteArray &code, const QString &message)
{
    Response response = surface == Surface::Api ? json(QJsonObject{{u"error"_s, message}})
                                                : text(status, message.toUtf8());
    response.status = status;
    if (!code.isEmpty())
        response.setHeader("X-Error-Code"_ba, code);
    // A header cannot hold what a path may: other characters are sent as the Hub's URL form.
    response.setHeader("X-Error-Message"_ba,
                       QUrl::toPercentEncoding(message, " !\"#$&'()*+,/:;<=>?@[\\]^`{|}%"_ba));
    if (status == 401)
        response.setHeader("WWW-Authenticate"_ba,
                           "Bearer realm=\"Authentication required\", charset=\"UTF-8\""_ba);
    return response;
}

Response done()
{
    return text(200, "OK"_ba);
}

std::optional<QJsonObject> jsonBody(const Request &request)
{
    if (request.body.isEmpty())
        return QJsonObject();
    if (request.body.size() > mostJson)
        return std::nullopt;
    const QJsonDocument document = QJsonDocument::fromJson(request.body);
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

Response badJson()
{
    return problem(Surface::Api, 400, {}, u"The body is not a JSON object"_s);
}

Response redirect(int status, const QByteArray &location)
{
    const QByteArray word = status == 302 ? "Found"_ba
        : status == 303                   ? "See Other"_ba
                                          : "Temporary Redirect"_ba;
    Response response = text(status, word + ". Redirecting to " + location);
    response.headers.removeIf([](const auto &header) { return header.first == "ETag"; });
    response.setHeader("Location"_ba, location);
    return response;
}

Response invalidCredentials(Surface surface)
{
    Response response = problem(surface, 401, {}, u"Invalid credentials in Authorization header"_s);
    response.setHeader("WWW-Authenticate"_ba, "Bearer realm=\"Authentication required\""_ba);
    return response;
}

Response revisionNotFound(Surface surface, const QString &revision)
{
    return problem(surface, 404, "RevisionNotFound"_ba, u"Invalid rev id: "_s + revision);
}

void serveRange(const Request &request, const std::shared_ptr<Content> &content, Response &response)
{
    const qint64 size = content->size();
    response.setHeader("Accept-Ranges"_ba, "bytes"_ba);
    response.status = 200;
    response.content = content;
    response.contentOffset = 0;
    response.contentLength = size;
    const auto span = parseRange(request.header("Range"), size);
    if (!span)
        return;
    if (!span->isSatisfiable) {
        response.status = 416;
        response.content = nullptr;
        response.contentLength = 0;
        return;
    }
    response.status = 206;
    response.contentOffset = span->begin;
    response.contentLength = span->end - span->begin;
    response.setHeader("Content-Range"_ba,
                       "bytes " + QByteArray::number(span->begin) + '-'
                           + QByteArray::number(span->end - 1) + '/' + QByteArray::number(size));
}

QByteArray disposition(const QString &path)
{
    const QString name = path.mid(path.lastIndexOf(u'/') + 1);
    QByteArray plain;
    for (const QChar c : name)
        plain += c.unicode() >= 0x20 && c.unicode() < 0x7f && c != u'"' && c != u'\\'
            ? static_cast<char>(c.unicode())
            : '?';
    return "inline; filename*=UTF-8''" + QUrl::toPercentEncoding(name) + "; filename=\"" + plain
        + "\";";
}

std::optional<Page> pageOf(const Target &target, qsizetype count, int mostPerPage)
{
    Page page;
    const QString cursor = target.value(u"cursor");
    if (!cursor.isEmpty()) {
        const QByteArray decoded = QByteArray::fromBase64(cursor.toLatin1(), base64);
        const auto offset =
            decoded.startsWith("after:") ? digits(QByteArrayView(decoded).sliced(6)) : std::nullopt;
        if (!offset || *offset > count)
            return std::nullopt;
        page.begin = *offset;
    }
    const qsizetype most = std::max(mostPerPage, 1);
    const int asked = target.value(u"limit").toInt();
    const qsizetype length = asked > 0 ? std::min<qsizetype>(asked, most) : most;
    page.end = std::min(page.begin + length, count);
    if (page.end < count)
        page.next = ("after:" + QByteArray::number(page.end)).toBase64(base64);
    return page;
}

void setNextLink(Response &response, const QString &endpoint, const QByteArray &path,
                 const QByteArray &query, const QByteArray &value, const QByteArray &parameter)
{
    if (value.isEmpty())
        return;
    QByteArrayList parts;
    for (const QByteArray &part : query.split('&')) {
        if (!part.isEmpty() && !part.startsWith(parameter + '='))
            parts.append(part);
    }
    parts.append(parameter + '=' + value);
    response.setHeader(
        "Link"_ba, '<' + endpoint.toLatin1() + path + '?' + parts.join('&') + ">; rel=\"next\"");
}

} // namespace demo
