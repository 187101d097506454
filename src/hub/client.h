#pragma once

#include <QObject>

#include "core/clock.h"
#include "hub/call.h"
#include "hub/endpoint.h"
#include "hub/gate.h"
#include "hub/http.h"
#include "hub/types.h"

namespace hub {

// A whole recursive listing. pageArrived() is emitted for each page as it comes (never inside
// Client::tree()), so a view can fill while it loads; the Call ends with everything. A listing is
// bounded (pages, entries) and refuses a "next" link it has already followed (Protocol).
class TreeCall : public Call<TreePage> {
    Q_OBJECT
public:
    using Call<TreePage>::Call;

Q_SIGNALS:
    void pageArrived(const hub::TreePage &page);
};

// Typed calls to the Hub. Reads are repeated by the table in retry.h, a few times, for transient
// errors; a 429 waits at the Gate. Owner: session::Services. GUI thread.
class Client : public QObject {
    Q_OBJECT
public:
    Client(Http &http, Gate &gate, core::Clock &clock, QObject *parent = nullptr);
    ~Client() override;

    const Endpoint &endpoint() const;

    Call<RepoPage> *search(const SearchQuery &query);
    Call<RepoPage> *nextPage(core::RepoType type, const QUrl &next);
    Call<RepoInfo> *info(const core::RepoId &repo, const QString &revision);
    TreeCall *tree(const core::RepoId &repo, const QString &commit,
                   Priority priority = Priority::Foreground);
    // README.md of a revision, at most 2 MiB; EntryNotFound when there is none.
    Call<QByteArray> *card(const core::RepoId &repo, const QString &revision);
    Call<Account> *whoami();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace hub
