#pragma once

#include <QHash>
#include <QLoggingCategory>
#include <QSet>
#include <QThread>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "hub/retry.h"
#include "transfer/engine.h"
#include "transfer/group.h"
#include "transfer/worker.h"

namespace transfer {

// Between the numbers of neighbours, so that one can be moved without renumbering the others.
constexpr int orderStep = 1024;

// So slow that one connection is enough, and the buffers of several would hide it.
constexpr bool isNarrow(const core::SpeedLimit &limit)
{
    constexpr qint64 narrowBelow = 2'000'000;
    return limit && *limit > 0 && *limit < narrowBelow;
}

constexpr bool isHold(const core::SpeedLimit &limit)
{
    return limit && *limit == 0;
}

Q_DECLARE_LOGGING_CATEGORY(lcEngine)

// What the Engine keeps to itself: the queue, who runs, and the way to the I/O thread. engine.cpp
// decides what starts and what a failure means; enginecontrol.cpp does what a person asks for;
// enginestate.cpp keeps the books, enginestatus.cpp tells of them.
struct Engine::Private {
    struct Running {
        DownloadId download;
        int index = 0;
        Group::Weight weight = Group::Weight::Small;
        bool begun = false; // on the I/O thread; else still at the Gate
        QList<hub::Gate::Ticket> tickets = {}; // of requests that the Hub has not answered yet
        // Who waits at the Gate; the wait ends with it.
        std::shared_ptr<QObject> waiter = std::make_shared<QObject>();
    };

    Private(Engine &engine, const hub::HttpConfig &http, const Limits &limits, hub::Gate &gate,
            core::Clock &clock, std::unique_ptr<Journal> journal);

    Group *find(const DownloadId &id) const { return byId.value(id); }
    Group &insert(const DownloadId &id, const DownloadRequest &request, const Intent &intent);
    void grow(Group &group);
    void growAll(Group &group);
    void stopLeft(Group &group, const std::vector<int> &left);
    void onGrown(Group &group);
    int lastOrder() const;
    static int managers();

    // Deciding.
    void scheduleSoon();
    void schedule();
    QList<Group *> placed() const;
    void startSome(Group &group, Group::Weight weight);
    bool hasSlot(const Group &group, Group::Weight weight) const;
    int mostConnections(const Group &group) const;
    void start(Group &group, int index);
    void begin(const hub::Gate::Ticket &ticket, const DownloadId &id, int index, quint64 turn,
               AttemptId attempt);
    void enterGate(const Running &running, hub::Gate::Go go);
    void onAsks(AttemptId attempt);
    void onRates(AttemptId attempt, const QList<hub::RateInfo> &rates);
    void count(const Running &running, int step);
    void onPhase(quint64 id, Event event);
    void onProgress(const QList<Progress> &progress);
    void onFlowed(const QHash<QUuid, FlowUse> &uses);
    void onEnded(quint64 id, const AttemptEnd &end);
    void onFailed(Group &group, int index, const AttemptEnd &end);
    std::optional<core::Clock::Duration> delayAfter(Transfer &transfer, const AttemptEnd &end);
    bool isElsewhere(const Group &group) const;
    void refuseElsewhere(const QList<DownloadId> &ids);
    void onOtherHub();
    void onGateWaits(std::optional<std::chrono::seconds> time);
    void onWaitOver(const DownloadId &id, int index, quint64 turn);

    // What a person asks for.
    QList<Group *> queue() const;
    void reorder(const QList<Group *> &queue, const QSet<Group *> &moved);
    static bool fitBetween(const QList<Group *> &queue, const QSet<Group *> &moved);
    void yieldPlaces();
    void yield(AttemptId attempt);
    void applyLimit(const Group &group);
    void fitToLimits();
    void saveRequest(const Group &group);

    // Keeping the books.
    void sort();
    void updatePositions();
    void stopGroup(Group &group, Event event, Intent::Wanted wanted);
    void stopAttempts(Group &group);
    void stopAttempt(AttemptId attempt);
    void setWanted(Group &group, Intent::Wanted wanted);
    void noteBegun(Group &group);
    void setDone(Group &group, int index, qint64 bytes, const core::Error &why);
    void saveIntent(const Group &group);
    void complete(Group &group);
    void onCompleted(const DownloadId &id, const QStringList &gone,
                     const std::optional<core::Error> &trouble);
    void fetchAnew(Group &group, const QStringList &gone);
    void survey(Group &group, int from);
    void onSurveyed(const DownloadId &id, const QList<SurveyItem> &items);
    void settle(Group &group);
    std::optional<std::chrono::seconds> hubWait(const Group &group) const;
    void measure(Group &group, core::Clock::Duration now) const;
    void touch(const Group &group);
    void announce();
    void runLater(std::function<core::Result<void>()> task);
    void tell(std::function<void(Worker &)> what); // on its thread, while it lives

    Engine &q;
    hub::Gate &gate;
    core::Clock &clock;
    Limits limits;
    hub::HttpConfig http;
    std::unique_ptr<Journal> journal;
    QStringList problems;
    const DownloadRequest noRequest;
    std::vector<std::unique_ptr<Group>> groups; // in queue order
    QHash<DownloadId, Group *> byId;
    QHash<AttemptId, Running> attempts;
    std::optional<core::Clock::Duration> gateOpensAt; // while somebody waits there
    AttemptId lastAttempt = 0;
    quint64 lastFile = 0;
    int smallRunning = 0;
    Speed speed; // of all
    qint64 fetched = 0; // by all that are or were in the list
    QSet<DownloadId> dirty;
    QTimer announcer;
    bool scheduled = false;
    bool shuttingDown = false;
    bool wasIdle = true;
    QThread thread;
    Worker *worker = nullptr; // lives and dies on thread
};

} // namespace transfer
