#include "session/receipt.h"

#include <QSet>

#include <algorithm>

#include "cache/store.h"
#include "core/bytesum.h"

namespace session {

namespace {

qint64 roomFor(const cache::Store &store, const core::RepoId &repo, const core::ContentId &content,
               qint64 size, qint64 here)
{
    return std::max<qint64>(0, size - std::max(here, store.takenBytes(repo, content)));
}

// What they will take of that volume beside what is counted; counted: paths of blobs.
core::ByteSum roomFor(const QList<transfer::Need> &queue, std::optional<quint64> volume,
                      QSet<QString> counted)
{
    core::ByteSum room;
    for (const transfer::Need &need : queue) {
        const cache::Store store(need.place);
        if (!volume || store.volume() != volume)
            continue;
        room += need.unnamed;
        for (const transfer::Need::File &file : need.files) {
            const QString blob = store.layout().blob(need.repo, file.content);
            if (counted.contains(blob))
                continue;
            counted.insert(blob);
            room += roomFor(store, need.repo, file.content, file.size, 0);
        }
    }
    return room;
}

} // namespace

Receipt makeReceipt(const cache::Location &place, const core::RepoId &repo, const QString &commit,
                    const QList<hub::TreeEntry> &chosen, qint64 reserve,
                    const QList<transfer::Need> &queue)
{
    const cache::Store store(place);
    Receipt receipt;
    QSet<QString> counted;
    core::ByteSum chosenBytes;
    core::ByteSum hereBytes;
    core::ByteSum room; // to be taken; a partial has taken that of its whole file
    for (const hub::TreeEntry &entry : chosen) {
        ++receipt.files;
        const auto id = entry.contentId();
        const QString blob = id ? store.layout().blob(repo, *id) : QString();
        if (counted.contains(blob))
            continue;
        chosenBytes += entry.size;
        if (!id) {
            room += entry.size;
            continue;
        }
        counted.insert(blob);
        const qint64 here = store.storedBytes(repo, commit, entry.path, *id, entry.size);
        hereBytes += here;
        room += roomFor(store, repo, *id, entry.size, here);
    }
    receipt.chosen = chosenBytes.total();
    receipt.alreadyHere = hereBytes.total();
    receipt.toFetch = (chosenBytes - hereBytes).total();
    receipt.freeBytes = store.freeBytes();
    receipt.queued = roomFor(queue, store.volume(), counted).total();
    if (receipt.freeBytes >= 0 && receipt.toFetch > 0) {
        room += reserve;
        room -= receipt.freeBytes;
        receipt.shortBy = std::max<qint64>(0, room.total());
        room += receipt.queued;
        receipt.shortByQueue = std::max<qint64>(0, room.total());
    }
    return receipt;
}

} // namespace session
