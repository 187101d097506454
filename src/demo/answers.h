#pragma once

#include <QJsonArray>
#include <QJsonObject>

#include <optional>

#include "demo/demohub.h"
#include "demo/target.h"

namespace demo {

// Building blocks of answers, in the Hub's words.

enum class Surface { Api, Files }; // errors are JSON below /api, bare text elsewhere

Response json(const QJsonObject &object);
Response json(const QJsonArray &array);
Response text(int status, const QByteArray &body);
// code may be empty: then no X-Error-Code is sent.
Response problem(Surface surface, int status, const QByteArray &code, const QString &message);
Response done(); // 200 with the text OK
Response redirect(int status, const QByteArray &location);

Response invalidCredentials(Surface surface);
Response revisionNotFound(Surface surface, const QString &revision);

// The JSON object in a request's body; empty for an empty body. nullopt: that is no JSON object, or
// far too long.
std::optional<QJsonObject> jsonBody(const Request &request);
Response badJson();

// Fills in the part of content that the Range header asks for: 200, 206 or 416. All of it when the
// header is absent, malformed or names several ranges.
void serveRange(const Request &request, const std::shared_ptr<Content> &content,
                Response &response);

QByteArray disposition(const QString &path); // a Content-Disposition value

// One page of `all`, told by limit and cursor of the target. nullopt: the cursor is not ours.
struct Page {
    qsizetype begin = 0;
    qsizetype end = 0;
    QByteArray next; // cursor, encoded for a query; empty on the last page
};
std::optional<Page> pageOf(const Target &target, qsizetype count, int mostPerPage);
// The Link header to the next page: the request's own address with another value of one parameter.
// An empty value: there is no next page.
void setNextLink(Response &response, const QString &endpoint, const QByteArray &path,
                 const QByteArray &query, const QByteArray &value,
                 const QByteArray &parameter = QByteArrayLiteral("cursor"));

} // namespace demo
