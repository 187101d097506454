#include "app/singleinstance.h"

#include <QLocalSocket>
#include <QLoggingCategory>

#include "core/digest.h"

namespace app {

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(lcInstance, "gui.instance", QtWarningMsg)

constexpr int patienceMs = 3000;
constexpr QByteArrayView request("front\n");
constexpr QByteArrayView consent("coming\n");

// Short, whatever the folder is called: the system allows about a hundred letters.
QString socketName(const QString &stateFolder, const QString &runtimeFolder)
{
    if (runtimeFolder.isEmpty())
        return stateFolder + "/window.socket"_L1;
    const QByteArray path = stateFolder.toUtf8();
    core::Digest digest(core::ContentId::Kind::Sha256, path.size());
    digest.add(path);
    return runtimeFolder + "/hubload-"_L1 + digest.hex().left(16);
}

} // namespace

SingleInstance::SingleInstance(const QString &stateFolder, const QString &runtimeFolder,
                               QObject *parent)
    : QObject(parent)
    , m_lockFile(stateFolder + "/window.lock"_L1)
    , m_socketName(socketName(stateFolder, runtimeFolder))
{
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *socket = m_server.nextPendingConnection())
            answer(socket);
    });
}

core::Result<SingleInstance::Outcome> SingleInstance::claim()
{
    auto lock = cache::FileLock::tryLock(m_lockFile);
    if (lock) {
        m_lock = std::move(*lock);
        listen();
        return Outcome::First;
    }
    if (lock.error().kind != core::ErrorKind::Locked)
        return core::Unexpected(lock.error());
    return askFirst() ? Outcome::HandedOver : Outcome::Unanswered;
}

// Without a socket the queue is still ours alone; others only cannot wake us.
void SingleInstance::listen()
{
    QLocalServer::removeServer(m_socketName); // left by one that was killed: the lock is ours
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    if (!m_server.listen(m_socketName))
        qCWarning(lcInstance) << "no socket for later starts:" << m_server.errorString();
}

void SingleInstance::answer(QLocalSocket *socket)
{
    connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
    const auto read = [this, socket] {
        if (socket->bytesAvailable() < request.size())
            return;
        if (socket->read(request.size()) != request) {
            socket->abort();
            return;
        }
        socket->write(consent.data(), consent.size());
        socket->disconnectFromServer();
        Q_EMIT frontWanted();
    };
    socket->setReadBufferSize(request.size());
    connect(socket, &QLocalSocket::readyRead, this, read);
    read();
}

bool SingleInstance::askFirst() const
{
    QLocalSocket socket;
    socket.connectToServer(m_socketName);
    if (!socket.waitForConnected(patienceMs))
        return false;
    socket.write(request.data(), request.size());
    QByteArray heard;
    while (heard.size() < consent.size() && socket.waitForReadyRead(patienceMs))
        heard += socket.read(consent.size() - heard.size());
    return heard == consent;
}

} // namespace app
