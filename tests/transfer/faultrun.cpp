#include "faultrun.h"

#include <QDirIterator>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "cache/layout.h"
#include "core/digest.h"
#include "core/sync.h"

namespace faults {

using namespace Qt::StringLiterals;
using support::FaultyHub;
using transfer::State;

namespace {

constexpr int patienceMs = 120000; // of a run that does not come to its end; no measure of speed
const QRegularExpression anything(u".*"_s);
const QRegularExpression resolving(u"/resolve/"_s);

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool isSettled(State state)
{
    return state == State::Failed || state == State::Waiting;
}

} // namespace

bool isTriedOn(core::ErrorKind kind)
{
    return kind == core::ErrorKind::Protocol || kind == core::ErrorKind::LinkExpired
        || kind == core::ErrorKind::XetOnly;
}

FaultRun::FaultRun(const Fault &fault)
    : m_fault(fault)
    , m_fixture(std::make_unique<EngineFixture>())
{
    QList<demo::File> files;
    for (int i = 0; i < fault.sizes.size(); ++i)
        files.append(support::lfsFile(u"m%1.bin"_s.arg(i), fault.sizes[i], quint64(i + 3)));
    m_repo = support::makeRepo(u"org/fault"_s, files);
    observe();
}

FaultRun::~FaultRun()
{
    m_fixture.reset();
    while (!m_kept.isEmpty())
        m_kept.removeLast();
}

void FaultRun::run()
{
    m_fault.script(*this);
    if (!m_skipped.isEmpty())
        return;
    if (m_id.isNull())
        begin();
    awaitEnd();
    checkEnd();
    checkNames();
    checkKept();
    checkLocks();
    for (const auto &last : std::as_const(m_last))
        last();
    m_complaints += m_fixture->hub.takeOffences();
}

void FaultRun::check(bool isTrue, const QString &what)
{
    if (!isTrue && !m_complaints.contains(what))
        m_complaints.append(what);
}

bool FaultRun::wait(const std::function<bool()> &condition, const QString &what)
{
    const bool isMet = QTest::qWaitFor(
        [&] {
            sample();
            return condition();
        },
        patienceMs);
    check(isMet,
          u"waited in vain: %1; %2, %3"_s.arg(what, transfer::stateName(status().state))
              .arg(status().done));
    return isMet;
}

void FaultRun::cdn(FaultyHub::Change change, int times)
{
    m_fixture->hub.addRule(demo::Origin::Cdn, anything, std::move(change), times);
}

void FaultRun::hub(FaultyHub::Change change, int times)
{
    m_fixture->hub.addRule(demo::Origin::Hub, resolving, std::move(change), times);
}

void FaultRun::useFolder(const QString &path)
{
    m_fixture->place.path = path;
}

void FaultRun::useFile(const demo::File &file)
{
    m_repo = support::makeRepo(u"org/fault"_s, {file});
}

void FaultRun::begin()
{
    m_id = m_fixture->get(m_repo);
}

void FaultRun::reach(qint64 bytes)
{
    wait([&] { return status().done >= bytes; }, u"for %1 bytes"_s.arg(bytes));
}

void FaultRun::beginSlowly()
{
    cdn(support::FaultyHub::drip(MiB));
    begin();
    reach(4 * MiB);
}

void FaultRun::reachState(State state)
{
    wait([&] { return status().state == state; }, u"for "_s + transfer::stateName(state));
}

void FaultRun::reachError(core::ErrorKind kind)
{
    const auto isThere = [&] {
        const auto now = status();
        return isSettled(now.state) && now.error && now.error->kind == kind;
    };
    const auto isOver = [&] {
        return status().state == State::Done || status().state == State::Failed;
    };
    wait([&] { return isThere() || isOver(); }, u"for "_s + core::kindName(kind));
    const auto now = status();
    check(isThere(),
          u"%1 in place of %2: %3"_s.arg(
              now.error ? core::kindName(now.error->kind) : u"no error"_s, core::kindName(kind),
              now.error ? now.error->detail : QString()));
}

void FaultRun::pause()
{
    m_fixture->engine->pause(m_id);
    wait([this] { return m_fixture->engine->isIdle() && !isAnyLocked(); }, u"for rest"_s);
}

void FaultRun::resume()
{
    m_fixture->engine->resume(m_id);
}

void FaultRun::restart()
{
    m_fixture->engine->shutdown();
    m_told = 0;
    for (int i = 0; i < m_repo.files.size(); ++i) // all of one only with the name
        *m_told += std::min(claimed(i), std::max<qint64>(0, identity(i).size - 1));
    m_fixture->restart();
    observe();
    wait([this] { return m_fixture->engine->downloads().contains(m_id); }, u"for the queue"_s);
}

// What is told is asked for as often as a window does.
void FaultRun::observe()
{
    QObject::connect(m_fixture->engine.get(), &transfer::Engine::changed, &m_context,
                     [this] { sample(); });
    QObject::connect(m_fixture->engine.get(), &transfer::Engine::startedOver, &m_context,
                     [this] { ++m_startedOver; });
}

void FaultRun::sample()
{
    if (m_id.isNull() || !m_fixture->engine->downloads().contains(m_id))
        return;
    const transfer::DownloadStatus now = status();
    if (!now.isCounted)
        return;
    const QString figure =
        u"%1 of %2 while %3"_s.arg(now.done).arg(now.size).arg(transfer::stateName(now.state));
    check(now.done <= now.size, u"told more than there is: "_s + figure);
    check(now.done < now.size || now.size == 0 || now.state == State::Done,
          u"told all too early: "_s + figure);
    check(now.done >= m_told.value_or(0) || m_startedOver > 0,
          u"fell without a word: %1 after %2"_s.arg(figure).arg(m_told.value_or(0)));
    m_told = now.done;
    m_startedOver = 0;
}

// Of what is tried on and on: more tries than the command line makes.
void FaultRun::awaitEnd()
{
    constexpr int manyTries = 5;
    const auto isGoingOn = [this](const transfer::DownloadStatus &now) {
        return m_fault.error && isTriedOn(*m_fault.error) && now.state == State::Waiting
            && now.error && now.error->kind == *m_fault.error && now.retries >= manyTries;
    };
    wait(
        [&] {
            const transfer::DownloadStatus now = status();
            return now.state == State::Done || now.state == State::Failed || isGoingOn(now);
        },
        u"for the end"_s);
}

void FaultRun::checkEnd()
{
    const transfer::DownloadStatus now = status();
    const QString kind = now.error ? core::kindName(now.error->kind) : u"no error"_s;
    const QString why = kind + u' ' + (now.error ? now.error->detail : QString());
    if (m_fault.error) {
        check(now.state != State::Failed || !isTriedOn(*m_fault.error), u"gave up: "_s + why);
        return check(now.error && now.error->kind == *m_fault.error,
                     u"ended %1: %2"_s.arg(transfer::stateName(now.state), why));
    }
    check(now.state == State::Done, u"ended %1: %2"_s.arg(transfer::stateName(now.state), why));
    check(now.checked, u"nothing says that it was checked"_s);
    check(now.done == now.size, u"is done with %1 of %2"_s.arg(now.done).arg(now.size));
    for (const demo::File &file : std::as_const(m_repo.files))
        check(m_fixture->isRight(m_repo, file), file.path + u" is not right"_s);
    const QStringList left = m_fixture->leftovers(m_repo);
    check(left.isEmpty(), u"left over: "_s + left.join(u' '));
}

// Whatever happened: what has a final name has the bytes of it.
void FaultRun::checkNames()
{
    const cache::Layout layout(m_fixture->place.path);
    for (int i = 0; i < m_repo.files.size(); ++i) {
        const demo::File &file = m_repo.files.at(i);
        for (const QString &path :
             {m_fixture->blob(m_repo, file), m_fixture->entry(m_repo, file.path)}) {
            if (!QFileInfo(path).isFile())
                continue;
            const auto hex = core::digestOfFile(path, core::ContentId::Kind::Sha256);
            check(hex && *hex == file.content->sha256(), u"wrong bytes under "_s + path);
        }
    }
    QStringList temporary = m_fixture->leftovers(m_repo);
    temporary.removeIf([](const QString &name) { return !name.endsWith(".tmp"_L1); });
    check(temporary.isEmpty(), u"left over: "_s + temporary.join(u' '));
}

void FaultRun::checkKept()
{
    if (!m_fault.error || m_fault.kept == Kept::Whatever)
        return;
    const qint64 bytes = claimed();
    if (m_fault.kept == Kept::Nothing)
        return check(bytes == 0, u"%1 bytes are claimed"_s.arg(bytes));
    check(bytes > 0, u"nothing is kept"_s);
    checkClaims();
}

void FaultRun::checkClaims()
{
    for (int i = 0; i < m_repo.files.size(); ++i) {
        const cache::Layout layout(m_fixture->place.path);
        const QString path = layout.partial(m_repo.id, content(i));
        if (!QFileInfo::exists(path))
            continue; // what is said of it counts no more
        const auto safe =
            cache::decodeSidecar(contentOf(layout.sidecar(m_repo.id, content(i))), identity(i));
        if (!safe)
            continue;
        core::RangeSet ranges = safe->have;
        const auto noted = cache::decodeHint(contentOf(layout.hint(m_repo.id, content(i))),
                                             identity(i), core::bootId(), QFileInfo(path).size());
        for (const core::Range &range : noted.ranges())
            ranges.insert(range);
        QFile file(path);
        check(file.open(QIODevice::ReadOnly), u"the partial cannot be read"_s);
        for (const core::Range &range : ranges.ranges()) {
            file.seek(range.begin);
            check(file.read(range.size())
                      == m_repo.files.at(i).content->read(range.begin, range.size()),
                  u"what is claimed does not lie there"_s);
        }
    }
}

// Nothing that does not run holds a lock.
void FaultRun::checkLocks()
{
    wait([this] { return !isAnyLocked(); }, u"for the locks"_s);
}

bool FaultRun::isAnyLocked() const
{
    bool isLocked = false;
    for (int i = 0; i < m_repo.files.size(); ++i) {
        const QString path = cache::Layout(m_fixture->place.path).lock(m_repo.id, content(i));
        const int fd =
            ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            continue;
        isLocked = isLocked || ::flock(fd, LOCK_EX | LOCK_NB) != 0;
        ::close(fd);
    }
    return isLocked;
}

core::ContentId FaultRun::content(int file) const
{
    return *core::ContentId::make(m_repo.files.at(file).content->sha256());
}

cache::PartialIdentity FaultRun::identity(int file) const
{
    return {m_repo.id,     m_fixture->hub.endpoint(),
            m_repo.commit, m_repo.files.at(file).path,
            content(file), m_repo.files.at(file).content->size()};
}

qint64 FaultRun::claimed(int file) const
{
    return cache::Partial::writtenSoFar(cache::Layout(m_fixture->place.path), identity(file));
}

qint64 FaultRun::claimed() const
{
    qint64 bytes = 0;
    for (int i = 0; i < m_repo.files.size(); ++i)
        bytes += claimed(i);
    return bytes;
}

QString FaultRun::partial() const
{
    return cache::Layout(m_fixture->place.path).partial(m_repo.id, content());
}

QString FaultRun::sidecar() const
{
    return cache::Layout(m_fixture->place.path).sidecar(m_repo.id, content());
}

QString FaultRun::hint() const
{
    return cache::Layout(m_fixture->place.path).hint(m_repo.id, content());
}

QString FaultRun::lock() const
{
    return cache::Layout(m_fixture->place.path).lock(m_repo.id, content());
}

FaultyHub::Change at(Place place, FaultyHub::Change change, int times)
{
    auto left = std::make_shared<std::atomic<int>>(times);
    return [=](const demo::Request &request, demo::Response &response) {
        if (!response.content)
            return;
        const bool isFirst = response.contentOffset == 0;
        const bool isLast =
            response.contentOffset + response.contentLength == response.content->size();
        const bool fits = place == Place::First ? isFirst
            : place == Place::Last              ? isLast && !isFirst
                                                : !isFirst && !isLast;
        if (fits && (times < 0 || left->fetch_sub(1) > 0))
            change(request, response);
    };
}

namespace {

qint64 shareOf(const demo::Response &response, double share)
{
    const qint64 length = response.content ? response.contentLength : response.body.size();
    return share >= 1 ? length - 1 : static_cast<qint64>(static_cast<double>(length) * share);
}

} // namespace

FaultyHub::Change cutAt(double share)
{
    return [share](const demo::Request &, demo::Response &response) {
        response.cutAfter = shareOf(response, share);
    };
}

FaultyHub::Change stallAt(double share)
{
    return [share](const demo::Request &, demo::Response &response) {
        response.stallAfter = shareOf(response, share);
    };
}

FaultyHub::Change header(const QByteArray &name, const QByteArray &value)
{
    return
        [=](const demo::Request &, demo::Response &response) { response.setHeader(name, value); };
}

std::function<void(FaultRun &)> betweenTries(std::function<void(FaultRun &)> fault)
{
    return [fault = std::move(fault)](FaultRun &run) {
        run.beginSlowly();
        run.pause();
        run.lift();
        fault(run);
        run.resume();
    };
}

} // namespace faults
