#pragma once

#include <QObject>

#include <functional>
#include <optional>
#include <utility>

#include "core/result.h"

namespace hub {

// One request to the Hub that ends exactly once. Promise: the function given to onDone() runs
// exactly once, never inside the function that made the Call, also after cancel() and at shutdown
// (Cancelled); it does not run when its context is gone. The Call deletes itself later.
// Owner: the Client. GUI thread.
class CallBase : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    virtual void cancel() = 0;
    // For the owner that goes away: ends with Cancelled and tells it before returning.
    virtual void end() = 0;

Q_SIGNALS:
    // Progress of the request that is under way, in bytes; a repeat begins anew.
    void sent(qint64 bytes, qint64 total);
    void received(qint64 bytes, qint64 total); // total -1: not announced
    void finished();
};

template <typename T> class Call : public CallBase {
public:
    using CallBase::CallBase;

    void onDone(QObject *context, std::function<void(const core::Result<T> &)> f)
    {
        connect(this, &CallBase::finished, context, [this, f = std::move(f)] { f(*m_result); });
    }

    void cancel() override
    {
        if (const auto abort = std::exchange(m_abort, {}))
            abort();
        finish(core::fail(core::ErrorKind::Cancelled));
    }

    void end() override
    {
        cancel();
        tell();
    }

    // For the maker of the Call.
    void setAbort(std::function<void()> abort) { m_abort = std::move(abort); }
    void finish(core::Result<T> result)
    {
        if (m_result)
            return;
        m_result = std::move(result);
        m_abort = {};
        QMetaObject::invokeMethod(
            this, [this] { tell(); }, Qt::QueuedConnection);
    }
    bool isFinished() const { return m_result.has_value(); }

private:
    void tell()
    {
        if (m_told)
            return;
        m_told = true;
        deleteLater();
        Q_EMIT finished();
    }

    bool m_told = false;
    std::optional<core::Result<T>> m_result;
    std::function<void()> m_abort;
};

} // namespace hub
