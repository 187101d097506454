#pragma once

#include <QList>

#include "cache/location.h"
#include "hub/types.h"
#include "transfer/download.h"

namespace session {

// What getting a choice of files would mean, before anything is fetched.
struct Receipt {
    int files = 0;
    qint64 chosen = 0; // bytes of all chosen files, content counted once
    qint64 alreadyHere = 0; // of these: published, stored as a blob, or in a partial
    qint64 toFetch = 0;
    qint64 freeBytes = -1; // on the volume now; -1 unknown
    qint64 shortBy = 0; // bytes missing on the volume, reserve included; 0: it fits
    qint64 queued = 0; // bytes that the queue will take there for what is not chosen here
    qint64 shortByQueue = 0; // bytes missing when those have come, too
};

// Blocks (looks at the disk): pool only. reserve: bytes to leave free; queue: Engine::needs().
Receipt makeReceipt(const cache::Location &place, const core::RepoId &repo, const QString &commit,
                    const QList<hub::TreeEntry> &chosen, qint64 reserve,
                    const QList<transfer::Need> &queue = {});

} // namespace session
