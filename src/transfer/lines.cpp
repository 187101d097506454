#include "transfer/lines.h"

#include <algorithm>

namespace transfer {

Lines::Lines(QObject *parent)
    : QObject(parent)
{
}

void Lines::setMost(int most)
{
    m_most = std::max(1, most);
    tellSoon();
}

void Lines::join(const void *who)
{
    m_taken.insert(who, 0);
}

void Lines::leave(const void *who)
{
    m_inUse -= m_taken.take(who);
    m_waiting.remove(who);
    tellSoon();
}

bool Lines::take(const void *who)
{
    const int taken = m_taken.value(who);
    const bool isPoor = taken < share();
    const bool othersAreFirst = !isPoor && !m_waiting.isEmpty();
    if (m_inUse >= m_most || othersAreFirst) {
        if (isPoor)
            m_waiting.insert(who);
        return false;
    }
    m_waiting.remove(who);
    m_taken.insert(who, taken + 1);
    ++m_inUse;
    return true;
}

void Lines::give(const void *who)
{
    putBack(who);
    tellSoon();
}

// Nothing was freed, so nobody is told: they would try in turns for ever.
void Lines::putBack(const void *who)
{
    const auto taken = m_taken.find(who);
    if (taken == m_taken.end() || *taken == 0)
        return;
    --*taken;
    --m_inUse;
    m_waiting.remove(who);
}

int Lines::share() const
{
    return std::max<int>(1, m_most / std::max<int>(1, static_cast<int>(m_taken.size())));
}

void Lines::tellSoon()
{
    if (m_telling)
        return;
    m_telling = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_telling = false;
            Q_EMIT freed();
        },
        Qt::QueuedConnection);
}

} // namespace transfer
