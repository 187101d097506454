#pragma once

#include <QObject>

#include <functional>
#include <optional>
#include <utility>

#include "core/result.h"

namespace hub {

// One request to the Hub that ends exactly once. Promise: the function given to onDone() runs
// exactly once, never inside the function that made the Call, also after cancel() and at shutdown
// (Cancelled; of a write that was under way it says mayHaveHappened); it does not run when its
// context is gone. The Call deletes itself later.
// Owner: the Client. GUI thread.
class CallBase : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    virtual void cancel() = 0;
    // For the owner that goes away: ends with Cancelled and tells it before returning, once.
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

    void cancel() override { stop(core::makeError(core::ErrorKind::Cancelled)); }

    void end() override
    {
        cancel();
        tell();
    }

    // For the maker of the Call. An Abort stops what is under way and says in the error what that
    // was: its address, and whether a write may have happened.
    using Abort = std::function<void(core::Error &error)>;
    void setAbort(Abort abort) { m_abort = std::move(abort); }
    // Ends it before its time.
    void stop(core::Error error)
    {
        if (const auto abort = std::exchange(m_abort, {}))
            abort(error);
        finish(core::Unexpected(error));
    }
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
    Abort m_abort;
};

} // namespace hub
