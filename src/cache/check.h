#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <optional>

#include "cache/layout.h"
#include "core/digest.h"
#include "core/ids.h"
#include "core/result.h"

QT_BEGIN_NAMESPACE
class QFile;
QT_END_NAMESPACE

namespace cache {

// One content of a repo, and what leads to it.
struct CheckItem {
    struct Entry {
        QString commit;
        QString path;
    };
    QList<Entry> entries; // at least one
    QString file; // where the bytes are
    std::optional<core::ContentId> id; // nothing: nobody says what it should be
    qint64 size = 0; // on disk
    bool isMissing = false; // links lead to it, and it is not there
};

enum class Checked {
    Good, // the content is what its id says
    Damaged,
    Missing,
    NoId, // there is nothing to compare it with
};

// What there is to check in these versions, each content once; no commits: in all of them. Real
// files are compared with the listing that was kept of their commit. Error RepoNotFound.
// Blocks: pool only; *stop ends it with Cancelled.
core::Result<QList<CheckItem>> itemsToCheck(const Layout &layout, const core::RepoId &repo,
                                            const QStringList &commits,
                                            const std::atomic<bool> *stop = nullptr);

// Reads the file and notes the result on it. *done is advanced as bytes are read. FileIo where it
// cannot be read. Blocks: pool only; *stop ends it with Cancelled.
core::Result<Checked> checkItem(const CheckItem &item, const std::atomic<bool> *stop = nullptr,
                                std::atomic<qint64> *done = nullptr);

// The same in portions, so that somebody can have a rest in the middle of a large file. One thread
// at a time; read() blocks (pool).
class ItemCheck {
public:
    explicit ItemCheck(const CheckItem &item);
    ~ItemCheck();
    Q_DISABLE_COPY_MOVE(ItemCheck)

    // About so many bytes more; nothing: there is more to read. Not to be called after its end.
    core::Result<std::optional<Checked>> read(qint64 bytes);
    qint64 bytesRead() const { return m_read; }

private:
    core::Result<std::optional<Checked>> end();

    CheckItem m_item;
    std::unique_ptr<QFile> m_file; // open once it is being read
    std::unique_ptr<core::Digest> m_digest;
    qint64 m_read = 0;
    qint64 m_size = 0; // when it was opened
};

} // namespace cache
