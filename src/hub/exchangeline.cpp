#include <utility>

#include "hub/exchange_p.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int ConnectionsOfHost = 6; // that Qt opens

} // namespace

void Exchange::Private::enterLine(const QUrl &url)
{
    if (request.isWrite())
        return sendHop(); // on a connection of its own
    const QString protocol = mayUseHttp2() && url.scheme() == "https"_L1 ? u" 2"_s : u" 1"_s;
    line = &manager->lines[url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment)
                               .toString()
                           + protocol];
    if (line->busy >= ConnectionsOfHost && !line->isShared) {
        line->waiting.push_back(q);
        return;
    }
    ++line->busy;
    hasConnection = true;
    sendHop();
}

// The next one may have our connection.
void Exchange::Private::leaveLine()
{
    Manager::Line *const left = std::exchange(line, nullptr);
    if (!left)
        return;
    if (!std::exchange(hasConnection, false)) {
        std::erase(left->waiting, q);
        return;
    }
    --left->busy;
    admit(*left);
}

// Whoever waits has a connection as soon as there is one.
void Exchange::Private::admit(Manager::Line &line)
{
    while (!line.waiting.empty() && (line.isShared || line.busy < ConnectionsOfHost)) {
        Private *next = line.waiting.front()->d.get();
        line.waiting.pop_front();
        ++line.busy;
        next->hasConnection = true;
        const auto send = [next] {
            if (next->hasConnection) // it may have been stopped meanwhile
                next->sendHop();
        };
        QMetaObject::invokeMethod(next->q, send, Qt::QueuedConnection);
    }
}

// One connection serves everybody.
void Exchange::Private::shareLine()
{
    if (!line || line->isShared)
        return;
    line->isShared = true;
    admit(*line);
}

// From a manager that is no use any more.
void Exchange::Private::changeManager()
{
    leaveLine();
    --manager->running;
    manager = http->d->quietest(request.priority);
    ++manager->running;
    enterLine(q->m_reply.url);
}

} // namespace hub
