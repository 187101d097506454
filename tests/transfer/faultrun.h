#pragma once

#include "enginefixture.h"

#include <QList>
#include <QString>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "cache/partial.h"

// The fault matrix: named faults, each tried on an Engine, a test Hub and a cache of its own, and
// what has to be true at the end whatever the fault was.
namespace faults {

class FaultRun;

// What is left of the bytes after an error.
enum class Kept {
    Nothing, // no byte is claimed
    Intact, // some are claimed, and each lies on disk as it is at the source
    Whatever, // the fault itself took or damaged them
};

struct Fault {
    QString name;
    // Sets the fault, and drives the download where it comes in its middle. On a thread of its own.
    std::function<void(FaultRun &)> script;
    std::optional<core::ErrorKind> error = {}; // how it ends; nothing: as a verified file
    Kept kept = Kept::Whatever; // after an error
    QList<qint64> sizes = {20 * MiB}; // of its files; from 8 MiB on they are fetched in segments
};

// The window goes on by itself after these, and says while it waits why it does.
bool isTriedOn(core::ErrorKind kind);

// One try of one fault. What is wrong is a complaint: QtTest's own macros are for one thread.
class FaultRun {
public:
    explicit FaultRun(const Fault &fault);
    ~FaultRun();
    Q_DISABLE_COPY_MOVE(FaultRun)

    void run(); // the script, the end, the checks
    const QStringList &complaints() const { return m_complaints; }
    const QString &skipped() const { return m_skipped; }

    // For scripts. All that wait complain after two minutes and go on.
    EngineFixture &fixture() { return *m_fixture; }
    const demo::Repo &repo() const { return m_repo; }
    void cdn(support::FaultyHub::Change change, int times = -1);
    void hub(support::FaultyHub::Change change, int times = -1);
    void lift() { m_fixture->hub.clearRules(); }
    void begin();
    void reach(qint64 bytes);
    void reachState(transfer::State state);
    void reachError(core::ErrorKind kind); // waiting or failed because of it
    void beginSlowly(); // so that something can happen while bytes come; some are here
    void pause(); // and nothing runs or holds a lock any more
    void resume();
    void restart(); // the engine ends and another begins; its first figure is what the disk says
    bool wait(const std::function<bool()> &condition, const QString &what);
    void check(bool isTrue, const QString &what);
    void skip(const QString &why) { m_skipped = why; }
    void useFolder(const QString &path); // as the cache; before begin()
    void useFile(const demo::File &file); // as its only one; before begin()
    void keep(std::shared_ptr<void> something) { m_kept.append(std::move(something)); }
    void beforeVerdict(std::function<void()> check) { m_last.append(std::move(check)); }
    void checkClaims(); // every byte that sidecar and hint speak of lies there as at the source

    transfer::DownloadStatus status() const { return m_fixture->engine->status(m_id); }
    QString partial() const;
    QString sidecar() const;
    QString hint() const;
    QString lock() const;
    qint64 claimed() const; // bytes that sidecar and hint speak of
    qint64 claimed(int file) const;

private:
    void observe();
    void sample();
    void awaitEnd();
    void checkEnd();
    void checkNames();
    void checkKept();
    void checkLocks();
    bool isAnyLocked() const;
    core::ContentId content(int file = 0) const;
    cache::PartialIdentity identity(int file) const;

    const Fault &m_fault;
    demo::Repo m_repo;
    std::unique_ptr<EngineFixture> m_fixture;
    transfer::DownloadId m_id;
    QStringList m_complaints;
    QString m_skipped;
    QList<std::function<void()>> m_last; // checks of the script
    QList<std::shared_ptr<void>> m_kept; // until the engine has gone
    std::optional<qint64> m_told; // the last figure
    int m_startedOver = 0; // events since that figure
    QObject m_context;
};

// The fault comes between two tries, with bytes on disk.
std::function<void(FaultRun &)> betweenTries(std::function<void(FaultRun &)> fault);

// Changes answers of the CDN to ranges at one place of the file only.
enum class Place { First, Middle, Last };
support::FaultyHub::Change at(Place place, support::FaultyHub::Change change, int times = 1);
// As a share of what was asked for: 0 is before the first byte, 1 before the last one.
support::FaultyHub::Change cutAt(double share);
support::FaultyHub::Change stallAt(double share);
support::FaultyHub::Change header(const QByteArray &name, const QByteArray &value);

} // namespace faults
