#pragma once

#include <QList>
#include <QObject>
#include <QStringList>

#include <atomic>
#include <memory>
#include <optional>

#include "cache/check.h"
#include "cache/location.h"
#include "core/result.h"

namespace session {

// Compares content of the cache with its ids, in portions in the pool, so that a pause takes
// effect in a moment and loses nothing. One run at a time. Owner: LibraryPage. GUI thread.
class Verification : public QObject {
    Q_OBJECT
public:
    struct Target {
        core::RepoId repo;
        QStringList commits; // none: all versions
    };
    // What is not as it should be.
    struct Finding {
        core::RepoId repo;
        cache::CheckItem item;
        cache::Checked state = cache::Checked::Damaged;
        std::optional<core::Error> error; // it could not be read: state says nothing
    };
    struct Result {
        qint64 bytes = 0; // of what was compared
        int good = 0;
        int withoutId = 0;
        QList<Finding> wrong;
        QList<core::Error> errors; // repos that could not be looked at
        bool isWhole = true; // false: stopped before the end
    };

    explicit Verification(const cache::Location &place, QObject *parent = nullptr);
    ~Verification() override; // ends what runs

    void start(const QList<Target> &targets);
    void pause();
    void resume();
    void cancel(); // ended() tells what was found so far
    bool isRunning() const { return m_run != nullptr; }
    bool isPaused() const { return m_isPaused; }

Q_SIGNALS:
    // Bytes; total 0: still being counted. name: of the file that is being read.
    void progressed(qint64 done, qint64 total, const QString &name);
    void ended(const session::Verification::Result &result);

private:
    struct Run;

    void step();
    void onStep(const std::shared_ptr<Run> &run);

    cache::Location m_place;
    std::shared_ptr<Run> m_run; // used by the pool alone while a step runs
    bool m_isPaused = false;
    bool m_isStepping = false;
};

} // namespace session
