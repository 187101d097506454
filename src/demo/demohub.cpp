#include "demo/demohub.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTcpServer>

#include "demo/httpconnection.h"
#include "demo/idworker.h"
#include "demo/router.h"
#include "demo/site.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 mostHashedAtOnce = 4 * 1024 * 1024;

DemoOptions normalised(DemoOptions options)
{
    while (options.prefix.endsWith(u'/'))
        options.prefix.chop(1);
    if (!options.prefix.isEmpty() && !options.prefix.startsWith(u'/'))
        options.prefix.prepend(u'/');
    options.pageSize = std::max(options.pageSize, 1);
    return options;
}

QString originOf(const QTcpServer &server)
{
    return u"http://%1:%2"_s.arg(server.serverAddress().toString()).arg(server.serverPort());
}

qint64 sizeOf(const QList<File> &files)
{
    qint64 sum = 0;
    for (const File &file : files)
        sum += file.content->size();
    return sum;
}

bool areKnown(const QList<File> &files)
{
    return std::all_of(files.begin(), files.end(), isKnown);
}

} // namespace

QByteArray Request::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

void Response::setHeader(const QByteArray &name, const QByteArray &value)
{
    for (auto &header : headers) {
        if (header.first.compare(name, Qt::CaseInsensitive) == 0) {
            header.second = value;
            return;
        }
    }
    headers.append({name, value});
}

struct DemoHub::Private {
    explicit Private(const DemoOptions &options)
        : site(normalised(options))
        , router(site)
    {
        clock.start();
    }

    std::chrono::seconds now() const { return std::chrono::seconds(clock.elapsed() / 1000); }
    void accept(DemoHub *hub, QTcpServer &server, Origin origin);
    void admit(HttpConnection *connection, Request request);
    void serve(const QPointer<HttpConnection> &connection, const Request &request);
    void send(HttpConnection *connection, const Request &request, Response response);
    void hashAhead();

    Site site;
    Router router;
    QTcpServer hubServer;
    QTcpServer cdnServer;
    QElapsedTimer clock;
    quint64 lastId = 0;
    Hook hook;
    Ended ended;
    IdWorker worker; // last: goes first, while what its callbacks use is still there
};

DemoHub::DemoHub(const QList<Repo> &catalogue, const DemoOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(options))
{
    for (const Repo &repo : catalogue)
        d->site.setRepo(repo);
    connect(&d->hubServer, &QTcpServer::newConnection, this,
            [this] { d->accept(this, d->hubServer, Origin::Hub); });
    connect(&d->cdnServer, &QTcpServer::newConnection, this,
            [this] { d->accept(this, d->cdnServer, Origin::Cdn); });
}

DemoHub::~DemoHub()
{
    // Connections report their end while they are taken down; there is nobody left to hear it.
    for (HttpConnection *connection : findChildren<HttpConnection *>()) {
        connection->disconnect(this);
        delete connection;
    }
}

core::Result<void> DemoHub::listen()
{
    const DemoOptions &options = d->site.options;
    const QHostAddress loopback(QHostAddress::LocalHost);
    if (!d->hubServer.listen(loopback, options.hubPort))
        return core::fail(core::ErrorKind::FileIo, d->hubServer.errorString());
    // An address and not the name localhost: that may be missing, or lead to ::1 first, where some
    // clients give up.
    if (!d->cdnServer.listen(QHostAddress(u"127.0.0.2"_s), options.cdnPort)
        && !d->cdnServer.listen(loopback, options.cdnPort))
        return core::fail(core::ErrorKind::FileIo, d->cdnServer.errorString());
    d->site.endpoint = originOf(d->hubServer) + d->site.options.prefix;
    d->site.cdnOrigin = originOf(d->cdnServer);
    if (options.hashesAhead)
        d->hashAhead();
    return {};
}

QString DemoHub::endpoint() const
{
    return d->site.endpoint;
}

QString DemoHub::cdnOrigin() const
{
    return d->site.cdnOrigin;
}

void DemoHub::setRepo(const Repo &repo)
{
    d->site.setRepo(repo);
}

void DemoHub::setHook(Hook hook)
{
    d->hook = std::move(hook);
}

void DemoHub::setEnded(Ended ended)
{
    d->ended = std::move(ended);
}

void DemoHub::Private::accept(DemoHub *hub, QTcpServer &server, Origin origin)
{
    while (QTcpSocket *socket = server.nextPendingConnection()) {
        auto *connection = new HttpConnection(socket, origin, hub);
        connect(connection, &HttpConnection::requested, hub,
                [this, connection](const Request &request) { admit(connection, request); });
        connect(connection, &HttpConnection::ended, hub,
                [this](const Request &request, int status, qint64 bodyBytes) {
                    if (ended)
                        ended(request, status, bodyBytes);
                });
        if (socket->state() != QAbstractSocket::ConnectedState)
            connection->deleteLater();
    }
}

void DemoHub::Private::admit(HttpConnection *connection, Request request)
{
    request.id = ++lastId;
    connection->identify(request.id);
    if (auto refusal = router.admit(request, now()))
        send(connection, request, *refusal);
    else
        serve(connection, request);
}

void DemoHub::Private::serve(const QPointer<HttpConnection> &connection, const Request &request)
{
    if (!connection)
        return;
    Answer answer = router.answer(request);
    if (!answer.unknown.isEmpty()) {
        if (sizeOf(answer.unknown) > mostHashedAtOnce) {
            worker.compute(answer.unknown, [this, connection, request, next = answer.next] {
                if (!next)
                    serve(connection, request);
                else
                    send(connection, request, next());
            });
            return;
        }
        for (const File &file : std::as_const(answer.unknown))
            contentId(file);
        answer = answer.next ? Answer{answer.next()} : router.answer(request);
    }
    if (!areKnown(answer.soon))
        worker.compute(answer.soon, [] {});
    send(connection, request, answer.response);
}

void DemoHub::Private::send(HttpConnection *connection, const Request &request, Response response)
{
    if (!connection) // gone while ids were computed
        return;
    router.finish(request, now(), response);
    if (hook)
        hook(request, response);
    connection->respond(response);
}

void DemoHub::Private::hashAhead()
{
    for (const auto type :
         {core::RepoType::Model, core::RepoType::Dataset, core::RepoType::Space}) {
        const auto repos = site.repos(type);
        for (const auto &repo : repos)
            worker.computeAhead(repo->repo().files);
    }
}

} // namespace demo
