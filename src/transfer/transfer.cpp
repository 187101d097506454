#include "transfer/transfer.h"

#include <QLoggingCategory>

namespace transfer {

namespace {
Q_LOGGING_CATEGORY(lcEngine, "transfer.engine", QtWarningMsg)
}

Transfer::Transfer(const QStringList &paths, std::optional<core::ContentId> content, qint64 size,
                   State initial)
    : paths(paths)
    , content(std::move(content))
    , size(size)
    , m_state(initial)
{
}

bool Transfer::advance(Event event)
{
    const auto to = next(m_state, event);
    if (!to) {
        qCDebug(lcEngine) << "event" << static_cast<int>(event) << "is not legal in state"
                          << stateName(m_state);
        return false;
    }
    m_state = *to;
    return true;
}

bool Transfer::isFruitless(core::Clock::Duration now) const
{
    constexpr auto longEnough = std::chrono::hours(1);
    if (m_state != State::Waiting || !fruitlessSince || now - *fruitlessSince < longEnough)
        return false;
    switch (error ? error->kind : core::ErrorKind::ConnectionLost) {
    case core::ErrorKind::Offline: // these are waited for, whatever comes meanwhile
    case core::ErrorKind::RateLimited:
    case core::ErrorKind::Locked:
    case core::ErrorKind::DiskFull:
    case core::ErrorKind::PlaceMissing:
        return false;
    default:
        return true;
    }
}

} // namespace transfer
