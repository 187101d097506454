#include <QThread>

#include "demo/demohub.h"

namespace demo {

struct DemoServer::Private {
    QThread thread;
    QObject context; // lives on the thread; calls are sent to it
    std::unique_ptr<DemoHub> hub; // lives on the thread
    QString endpoint;
    QString cdnOrigin;
};

DemoServer::DemoServer()
    : d(std::make_unique<Private>())
{
    d->context.moveToThread(&d->thread);
    d->thread.start();
}

core::Result<std::unique_ptr<DemoServer>> DemoServer::start(const QList<Repo> &catalogue,
                                                            const DemoOptions &options)
{
    std::unique_ptr<DemoServer> server(new DemoServer);
    core::Result<void> listening;
    QMetaObject::invokeMethod(
        &server->d->context,
        [&] {
            server->d->hub = std::make_unique<DemoHub>(catalogue, options);
            listening = server->d->hub->listen();
        },
        Qt::BlockingQueuedConnection);
    if (!listening)
        return core::Unexpected(listening.error());
    server->d->endpoint = server->d->hub->endpoint();
    server->d->cdnOrigin = server->d->hub->cdnOrigin();
    return server;
}

DemoServer::~DemoServer()
{
    QMetaObject::invokeMethod(
        &d->context, [this] { d->hub.reset(); }, Qt::BlockingQueuedConnection);
    d->thread.quit();
    d->thread.wait();
}

QString DemoServer::endpoint() const
{
    return d->endpoint;
}

QString DemoServer::cdnOrigin() const
{
    return d->cdnOrigin;
}

DemoHub &DemoServer::hub()
{
    return *d->hub;
}

void DemoServer::run(const std::function<void(DemoHub &)> &f)
{
    if (QThread::currentThread() == &d->thread) {
        f(*d->hub);
        return;
    }
    QMetaObject::invokeMethod(
        &d->context, [this, &f] { f(*d->hub); }, Qt::BlockingQueuedConnection);
}

} // namespace demo
