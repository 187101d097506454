#pragma once

#include <QJsonArray>
#include <QJsonValue>
#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "hub/call.h"
#include "hub/changes.h"
#include "hub/endpoint.h"
#include "hub/gate.h"
#include "hub/http.h"
#include "hub/types.h"

namespace hub {

// What may be said with every call.
struct Options {
    // Which Hub is asked, and as whom. Unset: what is configured when the call is made, to its end;
    // another Hub without a token is asked as a guest. The token goes to that Hub only.
    std::optional<Endpoint> endpoint = {};
    std::optional<core::Secret> token = {}; // empty: as a guest
    HeaderList headers = {}; // beside our own; not for other origins
    Parameters parameters = {}; // added to the address
    // Nothing heard for so long: Timeout. Unset: 30 s; for changes, which may take the Hub a minute
    // (hub-api.md 8.2), 90 s.
    std::optional<std::chrono::milliseconds> silence = {};
    // For the whole call: every page, repeat and look at the state, and all waiting; 0: none.
    std::chrono::milliseconds limit{0};
    Priority priority = Priority::Foreground;
    // Bytes of an answer; more is Protocol. Unset: 64 MiB; a card 2 MiB, an account 4 MiB.
    std::optional<qint64> bodyLimit = {};
};

// The same with both named.
Options pinned(const Options &options, const HttpConfig &configured);

// An answer of the Hub's API.
struct Json {
    int status = 0;
    HeaderList headers;
    QJsonValue value; // Undefined when there was no body: 204, 304, an empty answer to a write
};

// An answer without its body. Location and the like are in headers: signed, never to be logged.
struct Head {
    int status = 0;
    QUrl url; // of the last hop; may be signed
    HeaderList headers;
};

// How far getPaged() goes: more than that is Protocol.
struct Paging {
    enum class Keep { All, None }; // None: the items are only in pageArrived()
    Keep keep = Keep::All;
    int mostPages = 2000;
    qsizetype mostItems = 2'000'000;
    qint64 mostBytes = 512LL * 1024 * 1024; // of all pages together
};

// A listing, page after page (hub-api.md 4). pageArrived() comes for each page, never inside
// Client::getPaged(). A "next" link that was followed before, or three pages without an item, end
// it with Protocol; one that names another host is asked of this endpoint.
class PagedCall : public Call<QJsonArray> {
    Q_OBJECT
public:
    using Call<QJsonArray>::Call;

Q_SIGNALS:
    void pageArrived(const QJsonArray &items);
};

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

// The Hub, one object. Every call passes the Gate, ends exactly once (see Call) and fails with an
// Error of core/error.h. Reads are repeated by the table in retry.h, a few times, for transient
// errors; a 429 waits at the Gate. A write is repeated only where it reached nobody; where its end
// is in doubt the typed ones ask the Hub what became of it, the low-level ones end with an Error
// that says mayHaveHappened. Typed calls judge what they are given, names above all, before
// anything is sent: BadInput.
// Owner: session::Services; what it is made of outlives it. GUI thread.
class Client : public QObject {
    Q_OBJECT
public:
    Client(Http &http, Gate &gate, core::Clock &clock, QObject *parent = nullptr);
    ~Client() override;

    const Endpoint &endpoint() const;

    // --- low level: any address, made by Endpoint. Other hosts get no token. -------------------
    Call<Json> *get(const QUrl &url, const Options &options = {});
    PagedCall *getPaged(const QUrl &url, const Paging &paging = {}, const Options &options = {});
    // Redirects::Never: the first answer, a redirect included.
    Call<Head> *head(const QUrl &url,
                     HttpRequest::Redirects redirects = HttpRequest::Redirects::Follow,
                     const Options &options = {});
    // An Undefined body: none is sent. A page to look at (303) is no answer: Protocol.
    Call<Json> *post(const QUrl &url, const QJsonValue &body, const Options &options = {});
    Call<void> *postAction(const QUrl &url, const QJsonValue &body, const Options &options = {});
    Call<Json> *postNdjson(const QUrl &url, const QByteArray &lines, const Options &options = {});
    Call<Json> *put(const QUrl &url, const QJsonValue &body, const Options &options = {});
    Call<Json> *patch(const QUrl &url, const QJsonValue &body, const Options &options = {});
    Call<Json> *deleteResource(const QUrl &url, const Options &options = {});
    Call<Json> *deleteResource(const QUrl &url, const QJsonValue &body,
                               const Options &options = {});

    // --- reading ------------------------------------------------------------------------------
    Call<RepoPage> *search(const SearchQuery &query, const Options &options = {});
    Call<RepoPage> *nextPage(core::RepoType type, const QUrl &next, const Options &options = {});
    Call<QList<RepoSummary>> *trending(std::optional<core::RepoType> type, int most,
                                       const Options &options = {});
    Call<RepoInfo> *info(const core::RepoId &repo, const QString &revision,
                         const Options &options = {});
    TreeCall *tree(const core::RepoId &repo, const QString &commit, const Options &options = {});
    // Those of the paths that are there; any number, asked in portions.
    Call<TreePage> *pathsInfo(const core::RepoId &repo, const QString &revision,
                              const QStringList &paths, const Options &options = {});
    Call<RefList> *refs(const core::RepoId &repo, const Options &options = {});
    // Newest first; page counts from 0.
    Call<CommitPage> *commits(const core::RepoId &repo, const QString &revision, int page = 0,
                              const Options &options = {});
    // README.md of a revision; EntryNotFound when there is none.
    Call<QByteArray> *card(const core::RepoId &repo, const QString &revision,
                           const Options &options = {});
    Call<SecurityStatus> *security(const core::RepoId &repo, const Options &options = {}); // models
    Call<void> *authCheck(const core::RepoId &repo, const Options &options = {}); // read the files?
    Call<Account> *whoami(const Options &options = {});
    Call<QList<LikedRepo>> *likesOf(const QString &user, const Options &options = {});
    Call<QList<User>> *likers(const core::RepoId &repo, const Options &options = {});

    // --- writing: needs a token with the right; see changes.h ----------------------------------
    Call<CreatedRepo> *createRepo(const NewRepo &wanted, const Options &options = {});
    Call<void> *deleteRepo(const core::RepoId &repo, const Options &options = {});
    Call<void> *moveRepo(const core::RepoId &from, const core::RepoId &to,
                         const Options &options = {});
    Call<void> *changeSettings(const core::RepoId &repo, const RepoSettings &settings,
                               const Options &options = {});
    // What would become of these files: regular or LFS, ignored, there already.
    Call<QList<UploadMode>> *preupload(const core::RepoId &repo, const QString &revision,
                                       const QList<FileSample> &files, const Options &options = {});
    // The same for a commit that is to become a pull request.
    Call<QList<UploadMode>> *preupload(const core::RepoId &repo, const QString &revision,
                                       const QList<FileSample> &files, NewCommit::As as,
                                       const Options &options = {});
    Call<CommitResult> *commit(const core::RepoId &repo, const QString &revision,
                               const NewCommit &commit, const Options &options = {});
    Call<void> *createBranch(const core::RepoId &repo, const QString &branch,
                             const QString &startingPoint = {}, const Options &options = {});
    Call<void> *deleteBranch(const core::RepoId &repo, const QString &branch,
                             const Options &options = {});
    Call<void> *createTag(const core::RepoId &repo, const QString &tag, const QString &revision,
                          const QString &message = {}, const Options &options = {});
    Call<void> *deleteTag(const core::RepoId &repo, const QString &tag,
                          const Options &options = {});
    Call<void> *like(const core::RepoId &repo, const Options &options = {});
    Call<void> *unlike(const core::RepoId &repo, const Options &options = {});
    // fields: what the authors want to know (extra_gated_fields of the card).
    Call<void> *askAccess(const core::RepoId &repo, const Parameters &fields = {},
                          const Options &options = {});

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace hub
