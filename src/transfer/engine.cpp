#include "transfer/engine.h"

#include <QRandomGenerator>

#include <algorithm>
#include <limits>

#include "transfer/enginestate.h"
#include "transfer/filedownload.h"

using namespace std::chrono_literals;

namespace transfer {

namespace {

constexpr auto announceEvery = 250ms;
constexpr int smallAtOnce = 32;
constexpr auto lockedPause = 2s;
constexpr auto placePause = 10s;
constexpr int refusalsBeforeFailure = 5;
constexpr int changesBeforeFailure = 4;
constexpr int repairsBeforeFailure = 3; // of what the disk did not keep
constexpr unsigned long shutdownMilliseconds = 10000;

double jitter()
{
    return QRandomGenerator::global()->generateDouble() * 2 - 1;
}

// Ended without asking the Hub, if no answer has been seen.
bool isSilent(const AttemptEnd &end)
{
    if (end.kind == AttemptEnd::Kind::Published)
        return true;
    const core::ErrorKind kind = end.error.kind;
    return end.kind == AttemptEnd::Kind::Failed
        && (kind == core::ErrorKind::Locked || kind == core::ErrorKind::DiskFull
            || kind == core::ErrorKind::FileTooLarge || kind == core::ErrorKind::FileIo);
}

// A file host says it with either status.
bool asksForPause(const core::Error &error, bool isHub)
{
    constexpr int serviceUnavailable = 503;
    return error.kind == core::ErrorKind::RateLimited
        || (!isHub && error.httpStatus == serviceUnavailable && error.retryAfter);
}

std::optional<core::Clock::Duration> pauseFor(core::Error error, int attempt)
{
    error.kind = core::ErrorKind::RateLimited; // the named time counts
    return hub::retryDelay(error, attempt, jitter());
}

// Wrong answers of the kind a second request often sees no more.
bool isOddAnswer(core::ErrorKind kind)
{
    return kind == core::ErrorKind::Protocol || kind == core::ErrorKind::RemoteChanged
        || kind == core::ErrorKind::LinkExpired;
}

// Above this the Hub makes no links for what it keeps by Xet. Ranges are tried all the same.
bool isXetOnly(const Transfer &transfer, const AttemptEnd &end, bool isHub)
{
    constexpr qint64 largestByLink = 50'000'000'000;
    constexpr int forbidden = 403;
    const bool isRefused = end.error.httpStatus == forbidden
        || end.error.kind == core::ErrorKind::LinkExpired
        || end.error.kind == core::ErrorKind::Protocol;
    return transfer.isXet && transfer.size > largestByLink && transfer.best == 0 && !isHub
        && isRefused;
}

// With nothing to be read nothing is begun; a narrow limit is for one at a time.
int mostFiles(const core::SpeedLimit &limit)
{
    if (isHold(limit))
        return 0;
    return isNarrow(limit) ? 1 : std::numeric_limits<int>::max();
}

} // namespace

Engine::Engine(const hub::HttpConfig &http, const Limits &limits, hub::Gate &gate,
               core::Clock &clock, std::unique_ptr<Journal> journal, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(*this, http, limits, gate, clock, std::move(journal)))
{
    gate.setPayer(hub::Payer::of(http.endpoint, http.token));
    d->announcer.setInterval(announceEvery);
    d->announcer.setSingleShot(true);
    connect(&d->announcer, &QTimer::timeout, this, [this] { d->announce(); });
    Worker *worker = d->worker;
    connect(worker, &Worker::phase, this,
            [this](quint64 id, Event event) { d->onPhase(id, event); });
    connect(worker, &Worker::ended, this,
            [this](quint64 id, const AttemptEnd &end) { d->onEnded(id, end); });
    connect(worker, &Worker::progressed, this,
            [this](const QList<Progress> &progress) { d->onProgress(progress); });
    connect(worker, &Worker::asks, this, [this](quint64 id) { d->onAsks(id); });
    connect(worker, &Worker::flowed, this,
            [this](const QHash<QUuid, FlowUse> &uses) { d->onFlowed(uses); });
    connect(worker, &Worker::ratesSeen, this,
            [this](quint64 id, const QList<hub::RateInfo> &rates) { d->onRates(id, rates); });
    connect(&gate, &hub::Gate::waiting, this,
            [this](hub::Bucket bucket, std::optional<std::chrono::seconds> time) {
                if (bucket == hub::Bucket::Resolvers)
                    d->onGateWaits(time);
            });
    connect(worker, &Worker::surveyed, this,
            [this](const QUuid &id, const QList<SurveyItem> &items) { d->onSurveyed(id, items); });
    connect(
        worker, &Worker::completed, this,
        [this](const QUuid &id, const QStringList &gone,
               const std::optional<core::Error> &trouble) { d->onCompleted(id, gone, trouble); });
}

Engine::~Engine()
{
    shutdown();
}

void Engine::restore(OnStart what, Began where)
{
    if (!d->journal)
        return;
    Journal::Loaded loaded = d->journal->load();
    d->problems = loaded.problems;
    for (JournalEntry &entry : loaded.entries) {
        if (what == OnStart::Pause && entry.intent.wanted == Intent::Wanted::Run)
            entry.intent.wanted = Intent::Wanted::Pause;
        if (where == Began::Here)
            entry.request.endpoint = d->http.endpoint.text();
        Group &group = d->insert(entry.id, entry.request, entry.intent);
        d->applyLimit(group);
        d->grow(group);
        Q_EMIT added(entry.id);
    }
    d->scheduleSoon();
}

DownloadId Engine::add(const DownloadRequest &request, Begin begin)
{
    Intent intent;
    intent.wanted = begin == Begin::Now ? Intent::Wanted::Run : Intent::Wanted::Pause;
    intent.order = d->lastOrder() + orderStep;
    intent.added = d->clock.utcNow();
    const DownloadId id = QUuid::createUuid();
    Group &group = d->insert(id, request, intent);
    d->saveRequest(group);
    d->grow(group);
    Q_EMIT added(id);
    d->scheduleSoon();
    return id;
}

QList<DownloadId> Engine::downloads() const
{
    QList<DownloadId> ids;
    for (const auto &group : d->groups)
        ids.append(group->id());
    return ids;
}

const DownloadRequest &Engine::request(const DownloadId &id) const
{
    const Group *group = d->find(id);
    return group ? group->request() : d->noRequest;
}

bool Engine::isIdle() const
{
    return std::none_of(d->groups.begin(), d->groups.end(),
                        [](const auto &group) { return group->canGoOn(); });
}

QStringList Engine::recoveredProblems() const
{
    return d->problems;
}

FileDownload *Engine::downloadFile(const FileRequest &request)
{
    FileRequest pinned = request;
    pinned.options = hub::pinned(request.options, d->http);
    return new FileDownload({d->worker, d->gate, d->clock}, ++d->lastFile, pinned, this);
}

void Engine::setHttpConfig(const hub::HttpConfig &config)
{
    d->http = config;
    d->http.managers = d->managers();
    d->gate.setPayer(hub::Payer::of(config.endpoint, config.token));
    d->onOtherHub();
    d->tell([config = d->http](Worker &worker) { worker.setHttpConfig(config); });
}

void Engine::setLimits(const Limits &limits)
{
    d->limits = limits;
    d->tell([most = limits.connections](Worker &worker) { worker.setConnections(most); });
    d->tell([speed = limits.speed](Worker &worker) { worker.throttle().setLimit(speed); });
    d->fitToLimits();
}

const Limits &Engine::limits() const
{
    return d->limits;
}

void Engine::shutdown()
{
    if (!d->thread.isRunning())
        return;
    d->shuttingDown = true;
    QMetaObject::invokeMethod(d->worker, &Worker::stopAll);
    if (!d->thread.wait(shutdownMilliseconds)) {
        qCWarning(lcEngine) << "the disk is slow; waiting for it";
        d->thread.wait();
    }
    d->worker = nullptr; // deleted on its thread
    const auto files = findChildren<FileDownload *>(QString(), Qt::FindDirectChildrenOnly);
    for (FileDownload *file : files)
        file->end();
}

// ---- the parts that decide

Engine::Private::Private(Engine &engine, const hub::HttpConfig &httpConfig, const Limits &limits,
                         hub::Gate &gate, core::Clock &clock, std::unique_ptr<Journal> journal)
    : q(engine)
    , gate(gate)
    , clock(clock)
    , limits(limits)
    , http(httpConfig)
    , journal(std::move(journal))
{
    http.managers = managers();
    worker = new Worker(http);
    worker->moveToThread(&thread);
    QObject::connect(&thread, &QThread::started, worker, &Worker::enter);
    QObject::connect(&thread, &QThread::finished, worker, &QObject::deleteLater);
    QObject::connect(worker, &Worker::allStopped, &thread, &QThread::quit, Qt::DirectConnection);
    worker->throttle().setLimit(limits.speed); // its thread has not begun
    worker->setConnections(limits.connections);
    thread.setObjectName(QStringLiteral("hubload-io"));
    thread.start();
}

// Six connections to a host each; the same number for any limit, so that it can change later.
int Engine::Private::managers()
{
    return 3;
}

void Engine::Private::scheduleSoon()
{
    if (scheduled || shuttingDown)
        return;
    scheduled = true;
    QMetaObject::invokeMethod(
        &q,
        [this] {
            scheduled = false;
            schedule();
        },
        Qt::QueuedConnection);
}

void Engine::Private::schedule()
{
    if (shuttingDown)
        return;
    QList<DownloadId> elsewhere;
    for (const auto &group : groups) {
        complete(*group);
        if (group->isElsewhere && group->isMoving())
            elsewhere.append(group->id());
    }
    refuseElsewhere(elsewhere);
    for (Group *group : placed()) {
        if (group->isGrowing())
            continue;
        startSome(*group, Group::Weight::Large);
        startSome(*group, Group::Weight::Small);
    }
    if (!wasIdle && q.isIdle()) {
        wasIdle = true;
        announce();
        Q_EMIT q.idle();
    }
}

// Who may have something running: those over the limit before those that hold a place.
QList<Group *> Engine::Private::placed() const
{
    QList<Group *> over;
    QList<Group *> regular;
    for (const auto &group : groups) {
        if (!group->isMoving())
            continue;
        if (group->isOverLimit)
            over.append(group.get());
        else if (regular.size() < limits.downloadsAtOnce)
            regular.append(group.get());
    }
    return over + regular;
}

void Engine::Private::startSome(Group &group, Group::Weight weight)
{
    constexpr size_t atOnce = 64;
    for (const int index : group.queued(weight, atOnce)) {
        if (group.at(index).attempt != 0)
            continue; // an older try has not ended yet
        if (!hasSlot(group, weight))
            return;
        start(group, index);
    }
}

// How many connections a file gets is found out while it comes.
bool Engine::Private::hasSlot(const Group &group, Group::Weight weight) const
{
    if (attempts.size() >= mostFiles(limits.speed)
        || group.running >= mostFiles(group.intent.limit))
        return false;
    return weight == Group::Weight::Small ? smallRunning < smallAtOnce
                                          : group.largeRunning < limits.filesAtOnce;
}

int Engine::Private::mostConnections(const Group &group) const
{
    if (isNarrow(limits.speed) || isNarrow(group.intent.limit))
        return 1;
    return std::min(limits.connectionsPerFile, limits.connections);
}

// Takes the slot, then asks the Gate; the attempt begins when it opens.
void Engine::Private::start(Group &group, int index)
{
    Transfer &transfer = group.at(index);
    const quint64 turn = ++transfer.turn;
    group.advance(index, Event::Start);
    const AttemptId attempt = ++lastAttempt;
    transfer.attempt = attempt;
    attempts.insert(attempt,
                    {.download = group.id(), .index = index, .weight = group.weight(index)});
    const Running &running = attempts[attempt];
    count(running, 1);
    wasIdle = false;
    touch(group);
    enterGate(running,
              [this, id = group.id(), index, turn, attempt](const hub::Gate::Ticket &ticket) {
                  begin(ticket, id, index, turn, attempt);
              });
}

void Engine::Private::enterGate(const Running &running, hub::Gate::Go go)
{
    const hub::Gate::Wish wish{.bucket = hub::Bucket::Resolvers,
                               .priority = hub::Priority::Background,
                               .lane = qHash(running.download)};
    gate.enter(wish, running.waiter.get(), std::move(go));
}

void Engine::Private::begin(const hub::Gate::Ticket &ticket, const DownloadId &id, int index,
                            quint64 turn, AttemptId attempt)
{
    const auto running = attempts.find(attempt);
    if (running == attempts.end() || shuttingDown)
        return gate.unanswered(ticket, 0);
    const Group *group = find(id);
    if (!group || group->at(index).turn != turn || !isActive(group->at(index).state()))
        return gate.unanswered(ticket, 0); // stopAttempt() has taken care of it
    running->begun = true;
    running->tickets.append(ticket);
    const Transfer &transfer = group->at(index);
    const DownloadRequest &request = group->request();
    AttemptJob job;
    job.id = attempt;
    job.download = id;
    job.repo = request.repo;
    job.endpoint = request.endpoint;
    job.commit = request.commit;
    job.paths = transfer.paths;
    job.content = transfer.content;
    job.size = transfer.size;
    job.place = request.place;
    job.isBegun = group->intent.begun;
    job.reserve = limits.reserve;
    job.resolveUrl = http.endpoint.resolve(request.repo, request.commit, transfer.paths.first());
    job.connections = mostConnections(*group);
    tell([job](Worker &worker) { worker.begin(job); });
}

void Engine::Private::count(const Running &running, int step)
{
    Group *group = find(running.download);
    if (group)
        group->running += step;
    if (running.weight == Group::Weight::Small)
        smallRunning += step;
    else if (group)
        group->largeRunning += step;
}

// A further request of an attempt, for a new link say.
void Engine::Private::onAsks(AttemptId attempt)
{
    const auto running = attempts.constFind(attempt);
    if (running == attempts.cend() || shuttingDown)
        return;
    enterGate(*running, [this, attempt](const hub::Gate::Ticket &ticket) {
        const auto still = attempts.find(attempt);
        if (still == attempts.end() || shuttingDown)
            return gate.unanswered(ticket, 0);
        still->tickets.append(ticket);
        tell([attempt](Worker &worker) { worker.ask(attempt); });
    });
}

// Answers come in any order; each uses up one of the requests that the Gate let go.
void Engine::Private::onRates(AttemptId attempt, const QList<hub::RateInfo> &rates)
{
    const auto running = attempts.find(attempt);
    if (running == attempts.end() || running->tickets.isEmpty())
        return gate.observe(rates); // of a file host
    gate.answered(running->tickets.takeFirst(), rates);
}

void Engine::Private::onPhase(quint64 id, Event event)
{
    const auto running = attempts.constFind(id);
    if (running == attempts.cend())
        return;
    Group *group = find(running->download);
    if (!group || !isActive(group->at(running->index).state()))
        return; // paused or cancelled meanwhile
    Transfer &transfer = group->at(running->index);
    if (transfer.state() == State::Verifying && event == Event::LinkKnown)
        transfer.wasDamaged = true; // it was compared before any byte of it was asked for
    group->advance(running->index, event);
    touch(*group);
}

void Engine::Private::onProgress(const QList<Progress> &progress)
{
    for (const auto &[id, bytes, found] : progress) {
        const auto running = attempts.constFind(id);
        Group *group = running == attempts.cend() ? nullptr : find(running->download);
        if (!group)
            continue;
        Transfer &transfer = group->at(running->index);
        if (bytes > transfer.done)
            transfer.error.reset(); // an error disappears with the next byte
        if (bytes > transfer.best)
            transfer.forgive();
        if (bytes > 0)
            noteBegun(*group);
        if (!group->isCounted && !group->isSurveyed)
            survey(*group, 0); // the place is there again
        transfer.best = std::max(transfer.best, bytes);
        const bool isDamaged = transfer.wasDamaged || transfer.state() == State::Verifying;
        setDone(*group, running->index, bytes,
                core::makeError(isDamaged ? core::ErrorKind::StoredDamaged
                                          : core::ErrorKind::PartialGone));
        transfer.wasDamaged = false;
        group->setHere(running->index, found);
        touch(*group);
    }
}

void Engine::Private::onEnded(quint64 id, const AttemptEnd &end)
{
    const auto found = attempts.constFind(id);
    if (found == attempts.cend())
        return;
    const Running running = *found;
    attempts.erase(found);
    if (isSilent(end)) {
        for (const hub::Gate::Ticket &ticket : running.tickets)
            gate.unanswered(ticket, 0);
    }
    count(running, -1);
    scheduleSoon();
    Group *group = find(running.download);
    if (!group)
        return; // removed meanwhile
    Transfer &transfer = group->at(running.index);
    transfer.attempt = 0;
    if (end.content)
        group->learn(running.index, *end.content);
    switch (end.kind) {
    case AttemptEnd::Kind::Published:
        noteBegun(*group);
        transfer.checked = end.checked;
        transfer.reused = end.reused;
        if (end.reused)
            group->setHere(running.index, transfer.size);
        transfer.error.reset();
        group->advance(running.index, Event::Published);
        break;
    case AttemptEnd::Kind::Failed:
        setDone(*group, running.index, end.kept, end.error);
        if (isActive(transfer.state()))
            onFailed(*group, running.index, end);
        break;
    case AttemptEnd::Kind::Stopped:
        setDone(*group, running.index, end.kept, core::makeError(core::ErrorKind::Cancelled));
        break;
    }
    settle(*group);
}

void Engine::Private::onFailed(Group &group, int index, const AttemptEnd &end)
{
    Transfer &transfer = group.at(index);
    transfer.error = end.error;
    if (end.reached > transfer.best) {
        transfer.forgive();
        transfer.refusals = 0;
    }
    transfer.best = std::max(transfer.best, end.reached);
    if (!transfer.fruitlessSince)
        transfer.fruitlessSince = clock.monotonic();
    if (end.mismatch != AttemptEnd::Mismatch::None) {
        // From Resolving or Fetching a mismatch cannot come; Verifying was announced before.
        transfer.best = 0; // what comes again is new
        const bool again = end.mismatch == AttemptEnd::Mismatch::Pieces
            ? ++transfer.repairs <= repairsBeforeFailure
            : ++transfer.mismatches == 1;
        group.advance(index, again ? Event::Mismatch : Event::Refused);
        return;
    }
    if (isXetOnly(transfer, end, http.endpoint.isSameOrigin(QUrl(end.error.url)))) {
        transfer.error->kind = core::ErrorKind::XetOnly;
        transfer.error->detail = transfer.paths.first();
    }
    const auto delay = delayAfter(transfer, end);
    if (!delay) {
        group.advance(index, Event::Refused);
        return;
    }
    group.advance(index, Event::Trouble);
    if (end.error.kind != core::ErrorKind::Locked) { // that is no failure
        ++group.retries;
        group.lastRetry = transfer.error;
        group.lastRetryAt = clock.utcNow();
    }
    transfer.retryAt = clock.utcNow().addMSecs(delay->count());
    const quint64 turn = ++transfer.turn;
    clock.after(*delay, &q, [this, id = group.id(), index, turn] { onWaitOver(id, index, turn); });
}

// How long to wait before the next try; nothing when a person is needed.
std::optional<core::Clock::Duration> Engine::Private::delayAfter(Transfer &transfer,
                                                                 const AttemptEnd &end)
{
    const core::Error &error = end.error;
    if (error.kind == core::ErrorKind::Locked)
        return lockedPause; // somebody else makes progress; that is no failure of ours
    // Somebody may make room or bring the drive at any time; a person is told meanwhile. The
    // command line has nobody.
    if (error.kind == core::ErrorKind::DiskFull || error.kind == core::ErrorKind::PlaceMissing)
        return limits.attempts > 0 ? std::nullopt : std::optional(placePause);
    const bool isHub = http.endpoint.isSameOrigin(QUrl(error.url));
    if (asksForPause(error, isHub) && transfer.refusals++ < refusalsBeforeFailure) {
        if (!isHub) // no reason to ask the Hub less
            return pauseFor(error, transfer.refusals - 1);
        return gate.refused(hub::Bucket::Resolvers, end.rates, error, transfer.refusals - 1).wait;
    }
    ++transfer.failures;
    if (limits.attempts > 0 && transfer.failures >= limits.attempts)
        return {};
    // Only a person can say whether another version is wanted.
    if (error.kind == core::ErrorKind::RemoteChanged && ++transfer.changes >= changesBeforeFailure)
        return {};
    if (isOddAnswer(error.kind))
        return hub::retryDelay(core::makeError(core::ErrorKind::ServerError), transfer.failures - 1,
                               jitter());
    return hub::retryDelay(error, transfer.failures - 1, jitter());
}

void Engine::Private::onWaitOver(const DownloadId &id, int index, quint64 turn)
{
    Group *group = find(id);
    if (!group || group->at(index).turn != turn || group->at(index).state() != State::Waiting)
        return;
    group->advance(index, Event::WaitOver);
    settle(*group);
    scheduleSoon();
}

} // namespace transfer
