#include "demo/idworker.h"

#include <atomic>

#include "demo/repoindex.h"

namespace demo {

IdWorker::IdWorker(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2);
}

IdWorker::~IdWorker()
{
    m_pool.clear();
    m_pool.waitForDone();
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

} // namespace demo
