#pragma once

#include <QPointer>

#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace hub {

// Those who wait at a Gate, in lanes that take turns: within a lane in order of asking. Value type,
// one thread. Those whose context is gone are skipped.
template <typename Go> class Lanes {
public:
    struct Waiter {
        QPointer<QObject> context;
        Go go;
        bool isFixed = false; // stays when the payer changes
    };

    void append(size_t lane, Waiter waiter) { at(lane).push_back(std::move(waiter)); }
    void prepend(size_t lane, Waiter waiter) { at(lane).push_front(std::move(waiter)); }

    bool isEmpty()
    {
        dropGone();
        return m_lanes.empty();
    }

    // The next one; only where there is one.
    Waiter take()
    {
        dropGone();
        m_next %= m_lanes.size();
        auto &queue = m_lanes[m_next].second;
        Waiter waiter = std::move(queue.front());
        queue.pop_front();
        if (queue.empty())
            m_lanes.erase(m_lanes.begin() + static_cast<std::ptrdiff_t>(m_next));
        else
            ++m_next;
        return waiter;
    }

    // Moves everybody who is not fixed to the other one's end.
    void moveTo(Lanes &other)
    {
        for (auto &[lane, queue] : m_lanes) {
            std::deque<Waiter> kept;
            for (Waiter &waiter : queue) {
                if (waiter.isFixed)
                    kept.push_back(std::move(waiter));
                else
                    other.append(lane, std::move(waiter));
            }
            queue = std::move(kept);
        }
        dropGone();
    }

private:
    std::deque<Waiter> &at(size_t lane)
    {
        for (auto &[name, queue] : m_lanes) {
            if (name == lane)
                return queue;
        }
        return m_lanes.emplace_back(lane, std::deque<Waiter>()).second;
    }

    // From the front only: whoever is deeper is met when they get there.
    void dropGone()
    {
        std::erase_if(m_lanes, [](auto &lane) {
            while (!lane.second.empty() && lane.second.front().context.isNull())
                lane.second.pop_front();
            return lane.second.empty();
        });
    }

    std::vector<std::pair<size_t, std::deque<Waiter>>> m_lanes; // none of them empty for long
    size_t m_next = 0; // whose turn it is
};

} // namespace hub
