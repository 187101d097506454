#pragma once

#include <QString>
#include <QUrl>

#include <optional>

#include "core/ids.h"
#include "hub/http.h"

namespace transfer {

// One URL that is to become one file, at any path.
struct FileRequest {
    enum class Resume {
        Fresh, // what an earlier call left is removed first
        Continue, // from what an earlier call left; else from the file that has the name now
    };

    QUrl url;
    QString destination; // absolute; missing folders are made
    Resume resume = Resume::Fresh;
    std::optional<core::ContentId> content; // compared with what is on disk in the end
    std::optional<qint64> size;
    hub::HeaderList headers; // for the endpoint only
};

struct FileResult {
    QString path;
    qint64 bytes = 0;
    bool checked = false; // the digest was compared with what is on disk
};

} // namespace transfer
