#pragma once

#include <QString>
#include <QUrl>

#include <optional>

#include "core/ids.h"
#include "hub/client.h"

namespace transfer {

// One URL that is to become one file, at any path.
struct FileRequest {
    enum class Resume {
        Fresh, // what an earlier call left is removed first
        // From what an earlier call left; else from the file that has the name now. Bytes that
        // nothing proves to be of the version that is there now (see FileVersion), such as those
        // that none of our notes tells of, count only where a digest decides in the end.
        Continue,
    };

    QUrl url;
    QString destination; // absolute; missing folders are made
    Resume resume = Resume::Fresh;
    std::optional<core::ContentId> content; // compared with what is on disk in the end
    std::optional<qint64> size;
    // As with every call. Its headers are for the endpoint only, its limit is for everything up to
    // the final name; a file may be longer than its bodyLimit.
    hub::Options options;
};

struct FileResult {
    QString path;
    qint64 bytes = 0;
    bool checked = false; // the digest was compared with what is on disk
};

} // namespace transfer
