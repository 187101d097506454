#include "demo/ratewindow.h"

#include <algorithm>

namespace demo {

namespace {

constexpr std::chrono::seconds length{300};
constexpr qsizetype mostCallers = 1000;

} // namespace

RateWindow::Window &RateWindow::window(const QByteArray &caller, const QByteArray &bucket,
                                       std::chrono::seconds now)
{
    const QByteArray key = bucket + '\n' + caller;
    auto it = m_windows.find(key);
    if (it == m_windows.end()) {
        if (m_windows.size() >= mostCallers)
            m_windows.clear();
        it = m_windows.insert(key, Window{now, 0});
    }
    if (now - it->begin >= length)
        *it = Window{now, 0};
    return *it;
}

RateWindow::Count RateWindow::describe(const Window &window, const QByteArray &bucket, int quota,
                                       std::chrono::seconds now)
{
    Count count;
    const int left = std::max(quota - window.used, 0);
    const auto seconds = (window.begin + length - now).count();
    count.rateLimit = '"' + bucket + "\";r=" + QByteArray::number(left)
        + ";t=" + QByteArray::number(static_cast<qint64>(seconds));
    count.policy = "\"fixed window\";\"" + bucket + "\";q=" + QByteArray::number(quota)
        + ";w=" + QByteArray::number(static_cast<qint64>(length.count()));
    return count;
}

RateWindow::Count RateWindow::take(const QByteArray &caller, const QByteArray &bucket, int quota,
                                   std::chrono::seconds now)
{
    Window &current = window(caller, bucket, now);
    const bool isWithin = current.used < quota;
    if (isWithin)
        ++current.used;
    Count count = describe(current, bucket, quota, now);
    count.isWithin = isWithin;
    return count;
}

RateWindow::Count RateWindow::peek(const QByteArray &caller, const QByteArray &bucket, int quota,
                                   std::chrono::seconds now)
{
    return describe(window(caller, bucket, now), bucket, quota, now);
}

} // namespace demo
