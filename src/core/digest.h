#pragma once

#include <QByteArrayView>
#include <QString>

#include <atomic>
#include <memory>

#include "core/ids.h"
#include "core/result.h"

namespace core {

// Incremental SHA-256 or git blob id (SHA-1 over "blob <size>\0" and the content) by libcrypto.
// One thread at a time.
class Digest {
public:
    // kind: Sha256 or GitSha1. size: length of the content; it is part of a git blob id.
    Digest(ContentId::Kind kind, qint64 size);
    ~Digest();
    Q_DISABLE_COPY_MOVE(Digest)

    void add(QByteArrayView data);
    QString hex(); // ends the computation

private:
    struct Private;
    std::unique_ptr<Private> d;
};

// Reads the file back from disk and returns its hex digest. Blocks: pool only. *stop set by another
// thread ends it with Cancelled; *done (may be null) is advanced as bytes are hashed.
Result<QString> digestOfFile(const QString &path, ContentId::Kind kind,
                             const std::atomic<bool> *stop = nullptr,
                             std::atomic<qint64> *done = nullptr);
// The same of an open file, from its beginning, whatever name it has by now.
Result<QString> digestOfFile(int fd, const QString &pathForMessages, ContentId::Kind kind,
                             const std::atomic<bool> *stop = nullptr);

} // namespace core
