#pragma once

#include <QList>

#include "cache/location.h"
#include "hub/types.h"

namespace session {

// What getting a choice of files would mean, before anything is fetched.
struct Receipt {
    int files = 0;
    qint64 chosen = 0; // bytes of all chosen files, content counted once
    qint64 alreadyHere = 0; // of these: published, stored as a blob, or in a partial
    qint64 toFetch = 0;
    qint64 freeBytes = -1; // on the volume now; -1 unknown
    qint64 shortBy = 0; // bytes missing on the volume, reserve included; 0: it fits
};

// Blocks (looks at the disk): pool only. reserve: bytes to leave free.
Receipt makeReceipt(const cache::Location &place, const core::RepoId &repo, const QString &commit,
                    const QList<hub::TreeEntry> &chosen, qint64 reserve);

} // namespace session
