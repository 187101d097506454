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

// One content of one repo at one place: fetched once, whoever asks for it.
QString keyOf(const cache::Location &place, const core::RepoId &repo,
              const core::ContentId &content)
{
    return place.path + u'\n' + repo.display() + u'\n' + content.text;
}

// What they will take of that volume beside what is counted.
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
            const QString key = keyOf(need.place, need.repo, file.content);
            if (counted.contains(key))
                continue;
            counted.insert(key);
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
        const QString key = id ? keyOf(place, repo, *id) : QString();
        if (counted.contains(key))
            continue;
        chosenBytes += entry.size;
        if (!id) {
            room += entry.size;
            continue;
        }
        counted.insert(key);
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
