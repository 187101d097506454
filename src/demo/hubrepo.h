#pragma once

#include <QHash>
#include <QMap>

#include "demo/repoindex.h"

namespace demo {

// A repo as the Hub keeps it: what it is, what was written to it, who likes it. Owned by Site and
// changed by the write routes only.
struct HubRepo {
    Repo about; // its files, commit and branches are of no meaning here: history has them
    QString databaseId; // 24 hex; stays when the repo is renamed
    History history;
    Access publicAccess = Access::Open; // what it has again when it is no longer private
    QMap<QString, QDateTime> likers; // user name, when
    QHash<QString, std::shared_ptr<Content>> objects; // uploaded LFS content, by sha256
    qint64 writtenBytes = 0;
    int lastPull = 0; // number of the newest pull request

    IndexPointer at(const CommitPointer &commit) const;
    IndexPointer head() const { return at(history.head()); }
    // LFS content that a commit may name: uploaded, or in the present files. Null when missing.
    std::shared_ptr<Content> object(const QString &sha256) const;
};

} // namespace demo
