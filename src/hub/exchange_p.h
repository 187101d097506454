#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPointer>
#include <QSslConfiguration>
#include <QTimer>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "hub/certificates.h"
#include "hub/http.h"
#include "hub/sendonce_p.h"

namespace hub {

// One access manager, what it was made with, and how many exchanges run on it. Lives as long as one
// of them needs it; another configuration makes another one, since connections are kept. Qt
// opens six connections to a host and keeps everybody else waiting unseen; ours wait here, where
// nobody takes that for the silence of a server.
struct Manager {
    struct Line {
        int busy = 0; // exchanges that have a connection
        bool isShared = false; // HTTP/2: one connection is enough for all
        std::deque<Exchange *> waiting;
    };

    const QSslConfiguration &tls(); // waits for the certificates, the first time

    std::unique_ptr<QNetworkAccessManager> network;
    Certificates certificates; // of the person
    std::optional<QSslConfiguration> trusted;
    ProxyRules proxies;
    int running = 0;
    std::map<QString, Line> lines; // by origin and protocol
};

struct Http::Private {
    std::shared_ptr<Manager> quietest(Priority priority);
    void retire(Manager &manager);
    std::shared_ptr<Manager> makeManager() const;

    HttpConfig config;
    Certificates certificates;
    ProxyRules proxies;
    // Those of the foreground and those of the background, so that nobody who waits for an answer
    // waits for a connection that somebody else's takes.
    std::array<std::vector<std::shared_ptr<Manager>>, 2> managers;
    QList<Exchange *> exchanges; // still running
    quint64 lastId = 0;
};

// http or https, with a host.
bool isWebAddress(const QUrl &url);

// The life of one exchange: hop after hop until an answer that is no redirect.
struct Exchange::Private {
    enum class Phase {
        Waiting, // for the head of a hop
        Redirect, // the head said where to go; its few bytes are read away first
        ErrorBody, // status of 400 and more
        Body, // the answer
        Stopping, // ended by us; finished() is on its way
        Ended,
    };

    Private(Exchange *exchange, Http *owner, const HttpRequest &wanted, quint64 number);

    void start();
    void stop(const core::Error &error); // ends later, not inside the caller
    void finish(const core::Result<HttpReply> &result);
    void fail(core::ErrorKind kind, const QString &detail);

    void openHop(const QUrl &url);
    void enterLine(const QUrl &url);
    void leaveLine();
    static void admit(Manager::Line &line);
    void shareLine();
    void changeManager();
    void sendHop();
    QNetworkRequest makeRequest(const QUrl &url) const;
    void makeReply(const QNetworkRequest &made);
    void onRequestSent();
    void dropReply();
    void listen();
    void hear(qint64 arrived);
    void awaitRest();
    std::optional<core::Error> pauseOf(const QUrl &url) const;
    std::optional<core::Error> badHeader() const;

    void onHead();
    void onTrouble(QNetworkReply::NetworkError code);
    void onReadyRead();
    void onReplyFinished();
    void onSilence();

    bool isNotModified(int status) const;
    void recordHop();
    bool isEnd(const QByteArray &location) const;
    void beginRedirect(const QByteArray &location);
    void followRedirect();
    bool tryLiterally();
    void beginAnswer();
    QString objection() const;
    void collect();
    void tellReceived();
    void collectError();
    void endAnswer();
    void endTransport();
    bool mayUseHttp2() const;
    bool asksIdentity() const;
    bool isHttp2Refused();
    QString howFarSent() const;
    QString whatCame() const;
    core::Error answerError() const;
    void complete(core::Error &error) const;
    bool mayHaveHappened(core::ErrorKind kind) const;
    bool isCutShort() const;
    void log(const core::Result<HttpReply> &result) const;

    Exchange *q;
    Http *http;
    HttpRequest request;
    Endpoint endpoint;
    core::Secret token;
    bool offline;
    quint64 id;

    Phase phase = Phase::Waiting;
    // Of a write: one of its own. A kept connection may have died unnoticed, and then nobody could
    // tell whether the request got through.
    std::shared_ptr<Manager> manager;
    Manager::Line *line = nullptr; // of the manager; where we wait or have a connection
    bool hasConnection = false;
    bool isHttp1 = false; // the server does not want HTTP/2
    bool isUnsent = true; // known to have reached nobody
    int sends = 0; // of this hop
    bool isEncrypted = false; // a handshake was completed; before that nothing of a write leaves
    QPointer<SendOnce> content; // of a write
    QPointer<QNetworkReply> reply;
    QTimer silence;
    QNetworkProxy proxy; // of this hop
    QUrl target; // of the redirect that is being followed
    QUrl literal; // where to look when nobody knows the target below the path prefix
    int redirects = 0;
    bool isStreamOpen = false; // read() has something to read from
    qint64 bytes = 0;
    qint64 heard = 0; // bytes, when the silence was last broken
    core::Error stopError;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

} // namespace hub
