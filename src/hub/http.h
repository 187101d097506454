#pragma once

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>

#include "core/result.h"
#include "core/secret.h"
#include "hub/endpoint.h"
#include "hub/proxy.h"
#include "hub/types.h"

QT_BEGIN_NAMESPACE
class QNetworkReply;
QT_END_NAMESPACE

namespace hub {

using HeaderList = QList<std::pair<QByteArray, QByteArray>>;

// First value of a header, name compared without case.
std::optional<QByteArray> headerValue(const HeaderList &headers, QByteArrayView name);
// Whether that header is one of these, likewise.
bool isAmong(QByteArrayView name, std::initializer_list<QByteArrayView> names);

struct HttpConfig {
    Endpoint endpoint = {};
    core::Secret token = {}; // empty: anonymous
    bool offline = false; // every exchange ends at once with Offline
    QStringList caFiles = {}; // of certificates trusted besides the system's (SSL_CERT_FILE)
    ProxyVariables proxy = {}; // all empty: as the system is configured
    int managers = 1; // access managers of each Priority; six connections to a host each

    // The same at another Hub, or as somebody else. Another Hub without a token: as a guest.
    HttpConfig with(const std::optional<Endpoint> &otherHub,
                    const std::optional<core::Secret> &otherToken) const;
};

struct HttpRequest {
    enum class Redirects {
        Follow, // to the end
        StopAtOtherOrigin, // a redirect to another origin is the answer: its URL is in HttpReply
        EndAtSeeOther, // a 303 to the endpoint is the answer, as it is to a form
        Never, // a redirect is the answer
    };
    enum class Body {
        Collect, // the whole body in HttpReply, at most bodyLimit bytes
                 // encoding over HTTP/1.1, where a body that ends early is noticed
        Stream, // read() while it arrives; bounded buffer; identity encoding
    };

    QByteArray verb = "GET";
    QUrl url;
    HeaderList headers; // beside our own; Range and Content-Type belong here
    QByteArray content; // of POST, PUT, PATCH, DELETE
    Priority priority = Priority::Foreground; // whose connections are used
    // Instead of the configured ones, see HttpConfig::with(); the token goes to this endpoint only.
    std::optional<Endpoint> endpoint;
    std::optional<core::Secret> token;
    Redirects redirects = Redirects::Follow;
    Body body = Body::Collect;
    qint64 bodyLimit = 32 * 1024 * 1024;
    // Of a Stream: so much waits to be read, then the sender is held back. Less than this costs
    // speed where one connection has a fast line to itself.
    qint64 readBuffer = 1024 * 1024;
    // What shows that a collected body is all of it: the body itself, as JSON does, or its length.
    // The latter is asked for as it is and by HTTP/1.1, where a body that breaks off is noticed.
    enum class Whole { ByItself, ByLength };
    Whole whole = Whole::ByItself;
    // No byte for so long ends with Timeout; a body must bring more than single ones.
    std::chrono::milliseconds silence{30000};
    // Of another host than the endpoint's, before it is asked: it wanted a pause, so it is not
    // asked, and the end is RateLimited.
    std::function<std::optional<std::chrono::seconds>(const QUrl &)> pauseOf = {};

    // A POST that only asks (paths-info, preupload) changes nothing and may be sent twice.
    enum class Meaning { ByVerb, Question };
    Meaning meaning = Meaning::ByVerb;
    bool isWrite() const;
};

// The answer of the last hop, and what the Hub said on the way.
struct HttpReply {
    int status = 0;
    QUrl url; // of the last hop; may be signed: never log it whole
    HeaderList headers; // of the last hop
    HeaderList hubHeaders; // X-Repo-Commit, X-Linked-Size, X-Linked-Etag, X-Xet-Hash: from the
                           // first hop of the endpoint that had them
    int asked = 0; // requests that went to the endpoint: hops, and what Qt repeated of them
    QUrl otherOrigin; // where a StopAtOtherOrigin redirect wanted to go; memory only
    QByteArray body; // Collect only
    bool fromEndpoint = true; // the last hop was on the endpoint's origin, as all before it
    bool tokenSent = false; // the first hop carried a token
    QList<RateInfo> rates; // of every hop without Age
};

// One request with its redirects (followed by us, at most 5, token only to the endpoint and not
// where another host sends us there, never from https to http; a write keeps its verb and its
// content, and neither leaves for another origin; a 303 in place of its answer is Protocol). A
// write is sent once: where it broke after the Hub may have got it, the Error says mayHaveHappened.
// Lives on the thread of its Http, which owns it until finished(); it deletes itself after that.
// Promise: finished() is emitted exactly once, never inside Http::send(), also after cancel()
// (Cancelled). A status of 400 and more is an Error (see hub/errors.h); its body is read, capped
// and not for long, for the message and never offered by read().
class Exchange : public QObject {
    Q_OBJECT
public:
    ~Exchange() override;

    void cancel();
    bool mayHaveHappened() const; // a write under way that somebody may have got

    // After headersArrived() of a Stream; in and after finished() of every exchange, an Error
    // included: what the hops said so far, rates for the Gate above all.
    const HttpReply &reply() const { return m_reply; }
    qint64 bytesAvailable() const;
    qint64 read(char *buffer, qint64 most); // -1 on error
    // The result; valid in and after finished(). A Stream's unread bytes stay readable in
    // finished(): read them before judging the length.
    const core::Result<HttpReply> &result() const { return m_result; }

Q_SIGNALS:
    void left(); // a request is on its way to the endpoint
    void rated(const hub::RateInfo &rate); // a hop of the endpoint has told
    // Last hop, status below 400; Stream only. Not for a redirect that StopAtOtherOrigin stopped
    // at: that exchange only finishes, with otherOrigin set.
    void headersArrived();
    void readyRead(); // Stream only
    void sent(qint64 bytes, qint64 total); // of the content
    void received(qint64 bytes, qint64 total); // Collect only; total -1: not announced
    void finished();

private:
    friend class Http;
    explicit Exchange(QObject *parent);

    struct Private;
    std::unique_ptr<Private> d;
    HttpReply m_reply;
    core::Result<HttpReply> m_result;
};

// How many certificates of a file can be trusted; 0: it holds none, or cannot be read.
qsizetype certificatesIn(const QString &file);

// Sole maker of network requests: owns the access managers of its thread, sets agent, request id,
// token and encoding, follows redirects, logs one line per exchange (category hub.http) without
// secrets. One Http per thread; used only on the thread it lives on.
class Http : public QObject {
    Q_OBJECT
public:
    explicit Http(const HttpConfig &config, QObject *parent = nullptr);
    ~Http() override; // ends what is still running with Cancelled, before it returns

    Exchange *send(const HttpRequest &request);

    const HttpConfig &config() const;
    void setConfig(const HttpConfig &config); // for requests made from now on

Q_SIGNALS:
    void configChanged();

private:
    friend class Exchange;
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace hub
