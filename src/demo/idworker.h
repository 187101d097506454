#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <functional>

#include "demo/catalogue.h"

namespace demo {

// Computes content ids off the server's thread, so that a file of gigabytes does not stop the
// others. Owned by DemoHub; the destructor breaks off the files in hand.
class IdWorker : public QObject {
    Q_OBJECT
public:
    explicit IdWorker(QObject *parent = nullptr);
    ~IdWorker() override;

    // Calls done on the thread of this object once all ids are known.
    void compute(const QList<File> &files, std::function<void()> done);
    // At leisure, one after the other, so that they are known when they are asked for.
    void computeAhead(const QList<File> &files);

private:
    std::atomic<bool> m_isLeaving = false;
    QThreadPool m_pool;
    QThreadPool m_ahead;
};

} // namespace demo
