#pragma once

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <QUuid>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/speedlimit.h"

namespace transfer {

// Bytes that may be read, refilled as time goes by; at most a quarter of a second's worth is saved
// up. Pure: times are given in, from any steady clock.
class TokenBucket {
public:
    using Time = std::chrono::steady_clock::duration;

    void setLimit(const core::SpeedLimit &limit, Time now); // begins with nothing saved
    const core::SpeedLimit &limit() const { return m_limit; }

    qint64 available(Time now) const; // never negative; very many without a limit
    void take(qint64 bytes, Time now); // more than there are: later ones; negative: gives back
    // How long until so many are there; nothing: not before the limit changes.
    std::optional<Time> until(qint64 bytes, Time now) const;
    // What is handed out at once: enough that timers need not be quick, little enough to be fair.
    qint64 portion() const;

private:
    double tokens(Time now) const;
    double most() const;

    core::SpeedLimit m_limit;
    double m_tokens = 0;
    Time m_at{};
};

// What the connections of one Download did so far, for all that ever were. A connection is in one
// of three states; times of several add up.
struct FlowUse {
    using Time = std::chrono::steady_clock::duration;

    qint64 bytes = 0; // read from the network
    Time reading{}; // bytes were taken as they came
    Time limited{}; // bytes were there, the limit forbade taking them
    Time held{}; // the disk was behind
    int connections = 0; // now
};

// Holds fetches back so that all together, and those of each Download, read no faster than they
// may. Whoever has bytes waiting asks before it reads; those who must wait are served in turn, a
// portion each, so that no fetch starves. Owner: Worker. I/O thread.
class Throttle : public QObject {
    Q_OBJECT
public:
    struct Flow;
    class Reader;

    explicit Throttle(QObject *parent = nullptr);
    ~Throttle() override;

    void setLimit(const core::SpeedLimit &limit); // of all together
    void setLimit(const QUuid &download, const core::SpeedLimit &limit);
    void forget(const QUuid &download);

    QHash<QUuid, FlowUse> use() const; // of every Download that had a Reader

private:
    std::shared_ptr<Flow> flowOf(const QUuid &download);
    qint64 allowed(Reader &reader);
    void leave(Reader &reader);
    void serve();
    bool grant(Reader &reader);
    void revokeGrants();
    void plan();
    void onTimer();

    TokenBucket m_all;
    QHash<QUuid, std::shared_ptr<Flow>> m_flows;
    std::vector<Reader *> m_readers;
    std::vector<Reader *> m_waiting; // in turn
    std::vector<Reader *> m_granted; // and not yet told
    QTimer m_timer;
};

// One fetch as the Throttle sees it. Owner: Fetch. I/O thread; may outlive the Throttle, and then
// everything is allowed.
class Throttle::Reader {
public:
    // download: null for a file outside the queue. wake: there is something to be allowed again.
    Reader(Throttle *throttle, const QUuid &download, std::function<void()> wake);
    ~Reader();
    Q_DISABLE_COPY_MOVE(Reader)

    // Bytes that may be read now; none: wake() is called in turn. Only for bytes that are there.
    qint64 allowed();
    void took(qint64 bytes); // more than allowed only where it ends: nobody pays for that
    void setHeld(bool held); // the owner does not read for a reason of its own
    bool isHeldBack() const; // silence of it is our own doing

private:
    friend class Throttle;
    enum class Mode { Reading, Limited, Held };
    void setMode(Mode mode);

    QPointer<Throttle> m_throttle;
    std::shared_ptr<Flow> m_flow;
    std::function<void()> m_wake;
    qint64 m_granted = 0; // taken from the buckets already
    Mode m_mode = Mode::Reading;
    FlowUse::Time m_since;
};

} // namespace transfer
