#include "demo/idworker.h"

#include <QThread>

#include <atomic>

#include "demo/repoindex.h"

namespace demo {

IdWorker::IdWorker(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2);
    m_idle.setMaxThreadCount(1);
    m_idle.setThreadPriority(QThread::IdlePriority);
}

IdWorker::~IdWorker()
{
    m_idle.clear();
    m_pool.clear();
    m_pool.waitForDone();
    m_idle.waitForDone();
}

void IdWorker::compute(const QList<File> &files, std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<qsizetype>>(files.size());
    for (const File &file : files) {
        m_pool.start([this, file, left, done] {
            contentId(file);
            if (--*left == 0)
                QMetaObject::invokeMethod(this, done, Qt::QueuedConnection);
        });
    }
}

void IdWorker::computeAhead(const QList<File> &files)
{
    for (const File &file : files)
        m_idle.start([file] { contentId(file); });
}

} // namespace demo
