#include "session/repair.h"

#include <QHash>
#include <QSet>

#include <algorithm>

#include "core/background.h"
#include "session/storedlisting.h"

namespace session {

struct Repair::Order {
    core::RepoId repo;
    QString commit;
    QSet<QString> paths;
};

namespace {

// The version to fetch it of; nothing where none is named after a commit.
const cache::CheckItem::Entry *entryOf(const Verification::Finding &finding)
{
    const auto &entries = finding.item.entries;
    const auto found = std::find_if(entries.begin(), entries.end(), [](const auto &entry) {
        return core::isCommitId(entry.commit) && core::checkFilePath(entry.path);
    });
    return found == entries.end() ? nullptr : &*found;
}

} // namespace

Repair::Repair(const cache::Location &place, hub::Client &client, transfer::Engine &engine,
               const QString &endpoint, QObject *parent)
    : QObject(parent)
    , m_place(place)
    , m_client(client)
    , m_engine(engine)
    , m_endpoint(endpoint)
{
}

bool Repair::canRepair(const QList<Verification::Finding> &wrong)
{
    return std::any_of(wrong.begin(), wrong.end(),
                       [](const auto &finding) { return entryOf(finding) && !finding.error; });
}

void Repair::start(const QList<Verification::Finding> &wrong)
{
    if (isRunning())
        return;
    QHash<std::pair<QString, QString>, Order> orders;
    m_failed = 0;
    m_downloads.clear();
    for (const Verification::Finding &finding : wrong) {
        const auto *entry = entryOf(finding);
        if (!entry || finding.error) {
            ++m_failed;
            continue;
        }
        Order &order = orders[{finding.repo.display(), entry->commit}];
        order.repo = finding.repo;
        order.commit = entry->commit;
        order.paths.insert(entry->path);
    }
    m_open = static_cast<int>(orders.size());
    for (const Order &order : std::as_const(orders)) {
        core::inBackground(
            this,
            [place = m_place, order] { return storedListing(place, order.repo, order.commit); },
            [this, order](const core::Result<StoredListing> &listing) {
                if (listing)
                    add(order, listing->tree.entries);
                else
                    ask(order);
            });
    }
    if (m_open == 0)
        Q_EMIT queued({}, m_failed);
}

void Repair::ask(const Order &order)
{
    m_client.tree(order.repo, order.commit)
        ->onDone(this, [this, order](const core::Result<hub::TreePage> &answer) {
            if (answer)
                return add(order, answer->entries);
            m_failed += static_cast<int>(order.paths.size());
            endOne();
        });
}

void Repair::add(const Order &order, const QList<hub::TreeEntry> &listing)
{
    transfer::DownloadRequest request;
    for (const hub::TreeEntry &entry : listing) {
        if (entry.kind != hub::TreeEntry::Kind::File)
            continue;
        request.listing += entry;
        if (order.paths.contains(entry.path))
            request.chosen += entry;
    }
    m_failed += static_cast<int>(order.paths.size() - request.chosen.size());
    if (!request.chosen.isEmpty()) {
        request.repo = order.repo;
        request.endpoint = m_endpoint;
        request.revision = order.commit; // no name of it is touched
        request.commit = order.commit;
        request.place = m_place;
        m_downloads += m_engine.add(request);
    }
    endOne();
}

void Repair::endOne()
{
    if (--m_open == 0)
        Q_EMIT queued(m_downloads, m_failed);
}

} // namespace session
