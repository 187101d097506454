#include "session/verification.h"

#include <QElapsedTimer>

#include "cache/layout.h"
#include "core/background.h"

namespace session {

namespace {

constexpr qint64 portion = 32 * 1024 * 1024; // bytes in one go
constexpr qint64 portionMs = 150;

} // namespace

struct Verification::Run {
    struct Work {
        core::RepoId repo;
        cache::CheckItem item;
    };

    std::atomic<bool> stop = false;
    cache::Location place;
    QList<Target> targets;
    bool isCollected = false;
    QList<Work> work;
    qsizetype next = 0;
    std::unique_ptr<cache::ItemCheck> current;
    qint64 total = 0;
    qint64 done = 0;
    Result result;

    void collect()
    {
        const cache::Layout layout(place.path);
        for (const Target &target : std::as_const(targets)) {
            const auto items = cache::itemsToCheck(layout, target.repo, target.commits, &stop);
            if (stop)
                return;
            if (!items) {
                result.errors += items.error();
                continue;
            }
            for (const cache::CheckItem &item : *items) {
                work.append({target.repo, item});
                total += item.size;
            }
        }
        isCollected = true;
    }

    void take(const Work &one, const core::Result<cache::Checked> &state)
    {
        if (!state)
            result.wrong.append({one.repo, one.item, cache::Checked::Damaged, state.error()});
        else if (*state == cache::Checked::Good)
            ++result.good;
        else if (*state == cache::Checked::NoId)
            ++result.withoutId;
        else
            result.wrong.append({one.repo, one.item, *state, std::nullopt});
        if (state && (*state == cache::Checked::Good || *state == cache::Checked::Damaged))
            result.bytes += one.item.size;
    }

    // Until enough is read for one go.
    void step()
    {
        if (!isCollected)
            return collect();
        QElapsedTimer time;
        time.start();
        qint64 left = portion;
        while (next < work.size() && left > 0 && time.elapsed() < portionMs && !stop) {
            const Work &one = work.at(next);
            if (!current)
                current = std::make_unique<cache::ItemCheck>(one.item);
            const qint64 before = current->bytesRead();
            const auto state = current->read(left);
            left -= current->bytesRead() - before;
            done += current->bytesRead() - before;
            if (state && !*state)
                continue; // more of it
            take(one,
                 state ? core::Result<cache::Checked>(**state)
                       : core::Result<cache::Checked>(core::Unexpected(state.error())));
            current.reset();
            ++next;
        }
    }

    bool isAtEnd() const { return isCollected && next >= work.size(); }
    QString name() const
    {
        if (next >= work.size())
            return {};
        const Work &one = work.at(next);
        return one.repo.display() + QStringLiteral(": ") + one.item.entries.constFirst().path;
    }
};

Verification::Verification(const cache::Location &place, QObject *parent)
    : QObject(parent)
    , m_place(place)
{
}

Verification::~Verification()
{
    if (m_run)
        m_run->stop = true;
}

void Verification::start(const QList<Target> &targets)
{
    if (m_run)
        return;
    m_run = std::make_shared<Run>();
    m_run->place = m_place;
    m_run->targets = targets;
    m_isPaused = false;
    step();
}

void Verification::pause()
{
    m_isPaused = m_run != nullptr;
}

void Verification::resume()
{
    m_isPaused = false;
    if (m_run && !m_isStepping)
        step();
}

void Verification::cancel()
{
    if (!m_run)
        return;
    m_run->stop = true;
    resume(); // the step that follows is the end
}

void Verification::step()
{
    m_isStepping = true;
    core::inBackground(
        this,
        [run = m_run] {
            run->step();
            return true;
        },
        [this, run = m_run](bool) {
            m_isStepping = false;
            onStep(run);
        });
}

void Verification::onStep(const std::shared_ptr<Run> &run)
{
    if (!run->stop && !run->isAtEnd()) {
        Q_EMIT progressed(run->done, run->total, run->name());
        if (!m_isPaused)
            step();
        return;
    }
    run->result.isWhole = run->isAtEnd();
    m_run.reset();
    m_isPaused = false;
    Q_EMIT ended(run->result);
}

} // namespace session
