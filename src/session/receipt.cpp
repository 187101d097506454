#include "session/receipt.h"

#include <QSet>

#include <algorithm>

#include "cache/store.h"
#include "core/bytesum.h"

namespace session {

Receipt makeReceipt(const cache::Location &place, const core::RepoId &repo, const QString &commit,
                    const QList<hub::TreeEntry> &chosen, qint64 reserve)
{
    const cache::Store store(place);
    Receipt receipt;
    QSet<QString> counted;
    core::ByteSum chosenBytes;
    core::ByteSum hereBytes;
    for (const hub::TreeEntry &entry : chosen) {
        ++receipt.files;
        const auto id = entry.contentId();
        if (id && counted.contains(id->text))
            continue;
        chosenBytes += entry.size;
        if (!id)
            continue;
        counted.insert(id->text);
        hereBytes += store.storedBytes(repo, commit, entry.path, *id, entry.size);
    }
    receipt.chosen = chosenBytes.total();
    receipt.alreadyHere = hereBytes.total();
    receipt.toFetch = (chosenBytes - hereBytes).total();
    receipt.freeBytes = store.freeBytes();
    if (receipt.freeBytes >= 0 && receipt.toFetch > 0) {
        core::ByteSum lacking = chosenBytes - hereBytes;
        lacking += reserve;
        lacking -= receipt.freeBytes;
        receipt.shortBy = std::max<qint64>(0, lacking.total());
    }
    return receipt;
}

} // namespace session
