#include "session/receipt.h"

#include <QSet>

#include <algorithm>

#include "cache/store.h"

namespace session {

Receipt makeReceipt(const cache::Location &place, const core::RepoId &repo, const QString &commit,
                    const QList<hub::TreeEntry> &chosen, qint64 reserve)
{
    const cache::Store store(place);
    Receipt receipt;
    QSet<QString> counted;
    for (const hub::TreeEntry &entry : chosen) {
        ++receipt.files;
        const auto id = entry.contentId();
        if (id && counted.contains(id->text))
            continue;
        receipt.chosen += entry.size;
        if (!id)
            continue;
        counted.insert(id->text);
        receipt.alreadyHere += store.storedBytes(repo, commit, entry.path, *id, entry.size);
    }
    receipt.toFetch = receipt.chosen - receipt.alreadyHere;
    receipt.freeBytes = store.freeBytes();
    if (receipt.freeBytes >= 0 && receipt.toFetch > 0)
        receipt.shortBy = std::max<qint64>(0, receipt.toFetch + reserve - receipt.freeBytes);
    return receipt;
}

} // namespace session
