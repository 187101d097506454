#include "demo/idworker.h"

#include <atomic>

#include "demo/repoindex.h"

namespace demo {

IdWorker::IdWorker(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2);
    m_ahead.setMaxThreadCount(1);
}

IdWorker::~IdWorker()
{
    m_isLeaving = true;
    m_ahead.clear();
    m_pool.clear();
    m_pool.waitForDone();
    m_ahead.waitForDone();
}

void IdWorker::compute(const QList<File> &files, std::function<void()> done)
{
    auto left = std::make_shared<std::atomic<qsizetype>>(files.size());
    for (const File &file : files) {
        m_pool.start([this, file, left, done] {
            file.content->compute(idKind(file), &m_isLeaving);
            if (--*left == 0)
                QMetaObject::invokeMethod(this, done, Qt::QueuedConnection);
        });
    }
}

void IdWorker::computeAhead(const QList<File> &files)
{
    for (const File &file : files)
        m_ahead.start([this, file] { file.content->compute(idKind(file), &m_isLeaving); });
}

} // namespace demo
