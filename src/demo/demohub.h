#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/result.h"
#include "demo/catalogue.h"

namespace demo {

enum class Origin { Hub, Cdn };

// A request as the Hub's parser understood it, and how it was answered so far.
struct Request {
    Origin origin = Origin::Hub;
    quint64 id = 0; // grows by one with each request
    QByteArray verb;
    QByteArray target; // raw, undecoded: path and query as sent
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;

    QByteArray header(QByteArrayView name) const; // case-insensitive, empty when absent
};

// What is sent back. A body is bytes or a range of a Content; the rest is what a fault changes.
struct Response {
    int status = 200;
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
    std::shared_ptr<Content> content; // instead of body
    qint64 contentOffset = 0;
    qint64 contentLength = 0;

    // Faults; the demo Hub itself never sets them.
    std::optional<qint64> cutAfter; // close after so many body bytes
    std::optional<qint64> stallAfter; // send so many body bytes, then nothing, stay open
    bool resetBeforeHeaders = false; // drop the connection without an answer
    qint64 bytesPerSecond = 0; // 0: as fast as it goes
    int delayMs = 0; // before the head
    std::optional<qint64> announceLength; // a lying Content-Length
    std::optional<std::pair<qint64, char>> corruptByte; // content offset, new value

    void setHeader(const QByteArray &name, const QByteArray &value);
};

struct DemoOptions {
    QString prefix; // "" or "/prefix": path prefix of the Hub origin
    quint16 hubPort = 0; // 0: any free port
    quint16 cdnPort = 0;
    int pageSize = 1000; // of trees; listings obey limit
    qint64 bytesPerSecond = 0; // of each CDN connection; 0: as fast as it goes
    QStringList tokens; // accepted beside those that repos allow; they open nothing by themselves
    QStringList writeTokens; // may write to every repo they can see
    QString writerName = QStringLiteral("demo-writer"); // the user that the write tokens speak for
    qint64 mostWritten = 1LL << 30; // bytes of content that may be written in all
    int linkSeconds = 3600; // life of a signed CDN link; negative: born expired
    int apiQuota =
        0; // requests per window of 300 s; 0: what the Hub gives anonymous and free users
    int resolverQuota = 0;
    bool hashesAhead = false; // content ids are made while nobody asks, so that lists come at once
};

// A small Hub with two origins, Hub and CDN, on loopback only: search, info, tree, refs, resolve
// (307, 302, signed links), resolve-cache, ranged CDN, whoami, paging by absolute Link, RateLimit
// headers, the Hub's error codes. With a write token also: repos made, moved and deleted, commits,
// LFS uploads, branches, tags, pull requests, likes. Plain QTcpServer. Lives on one thread with an
// event loop and never blocks it for long; see DemoServer for a thread of its own.
class DemoHub : public QObject {
    Q_OBJECT
public:
    DemoHub(const QList<Repo> &catalogue, const DemoOptions &options, QObject *parent = nullptr);
    ~DemoHub() override;

    core::Result<void> listen();

    QString endpoint() const; // "http://127.0.0.1:PORT/prefix"
    // "http://127.0.0.2:PORT": loopback too, but another host, because clients tell a CDN from the
    // Hub by its host; with 127.0.0.1 on systems that have no other loopback address.
    QString cdnOrigin() const;

    void setRepo(const Repo &repo); // adds or replaces

    // Called for each request with the answer the Hub would give; what it leaves there is sent.
    // What the request asked for has been done by then, so that a test can lose the answer alone.
    // The seam of the test Hub.
    using Hook = std::function<void(const Request &, Response &)>;
    void setHook(Hook hook);
    // Called when an exchange has ended, with the body bytes that were handed to the socket.
    using Ended = std::function<void(const Request &, int status, qint64 bodyBytes)>;
    void setEnded(Ended ended);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

// A DemoHub on a thread of its own, started by the constructor and joined by the destructor.
class DemoServer {
public:
    static core::Result<std::unique_ptr<DemoServer>> start(const QList<Repo> &catalogue,
                                                           const DemoOptions &options);
    ~DemoServer();
    Q_DISABLE_COPY_MOVE(DemoServer)

    QString endpoint() const;
    QString cdnOrigin() const;
    DemoHub &hub(); // thread-safe calls only by QMetaObject::invokeMethod
    // Runs f on the server's thread and waits for it.
    void run(const std::function<void(DemoHub &)> &f);

private:
    DemoServer();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace demo
