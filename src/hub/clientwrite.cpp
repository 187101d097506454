#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QUrlQuery>

#include <algorithm>

#include "hub/change_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr qsizetype SamplesAtOnce = 250;
constexpr int SeeOther = 303;

// By its short or its full name.
bool hasRef(const QList<RefInfo> &refs, const QString &name)
{
    return std::any_of(refs.begin(), refs.end(),
                       [&name](const RefInfo &ref) { return ref.name == name || ref.ref == name; });
}

// A branch or a tag that is to be there, or to be gone.
struct RefWish {
    core::RepoId repo;
    QList<RefInfo> RefList::*list = &RefList::branches;
    QString name;
    enum class State { There, Gone };
    State state = State::There;
};

// Everything but the request. One that was there before tells nothing of the change.
Change<Done>::Plan refPlan(Client &client, const RefWish &wanted, const Options &options)
{
    const bool isNew = wanted.state == RefWish::State::There;
    const auto isTelling = std::make_shared<bool>(!isNew);
    Change<Done>::Plan plan;
    plan.parse = done;
    if (isNew) {
        plan.prepare = [&client, wanted, options, isTelling](QObject *context,
                                                             const Then<void> &then) {
            answerTo(context, client.refs(wanted.repo, lookingWith(options)),
                     [then, wanted, isTelling](const core::Result<RefList> &refs) {
                         *isTelling = refs && !hasRef((*refs).*wanted.list, wanted.name);
                         then({}); // the Hub's own answer says what is wrong
                     });
        };
    }
    plan.look = [&client, wanted, isNew, options, isTelling](QObject *context,
                                                             const See<Done> &then) {
        answerTo(context, client.refs(wanted.repo, lookingWith(options)),
                 asSeen<RefList>(then, [=](const RefList &refs) {
                     return *isTelling && hasRef(refs.*wanted.list, wanted.name) == isNew;
                 }));
    };
    return plan;
}

} // namespace

Call<QList<UploadMode>> *Client::preupload(const core::RepoId &repo, const QString &revision,
                                           const QList<FileSample> &files, const Options &options)
{
    return preupload(repo, revision, files, NewCommit::As::Commit, options);
}

Call<QList<UploadMode>> *Client::preupload(const core::RepoId &repo, const QString &revision,
                                           const QList<FileSample> &files, NewCommit::As as,
                                           const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<QList<UploadMode>>>(options);
    Named named = Named(repo).isRevision(revision);
    for (const FileSample &file : files)
        named.isPath(file.path);
    if (named.refuses(call))
        return call;
    if (files.size() > SamplesAtOnce) {
        call->finish(core::fail(ErrorKind::BadInput,
                                u"more than %1 files in one question"_s.arg(SamplesAtOnce)));
        return call;
    }
    QJsonArray list;
    QSet<QString> empty; // regular whatever the Hub says (hub-api.md 8.2)
    for (const FileSample &file : files) {
        if (file.size == 0)
            empty.insert(file.path);
        list.append(QJsonObject{{u"path"_s, file.path},
                                {u"size"_s, file.size},
                                {u"sample"_s, QString::fromLatin1(file.start.toBase64())}});
    }
    const auto target = as == NewCommit::As::PullRequest ? Endpoint::Target::PullRequest
                                                         : Endpoint::Target::Revision;
    const QUrl url = options.endpoint->preupload(repo, revision, target);
    Ask::Wish wish = d->wishToSend("POST"_ba, url, QJsonObject{{u"files"_s, list}}, options);
    wish.request.meaning = HttpRequest::Meaning::Question;
    start<QList<UploadMode>>(call, d->tools, wish, [empty](const HttpReply &reply) {
        auto modes = parsePreupload(reply.body);
        if (!modes)
            return modes;
        for (UploadMode &mode : *modes) {
            if (empty.contains(mode.path))
                mode.mode = UploadMode::Mode::Regular;
        }
        return modes;
    });
    return call;
}

Call<void> *Client::createBranch(const core::RepoId &repo, const QString &branch,
                                 const QString &startingPoint, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    Named named = Named(repo).isRevision(branch);
    if (!startingPoint.isEmpty())
        named.isRevision(startingPoint);
    if (named.refuses(call))
        return call;
    auto plan = refPlan(*this, {.repo = repo, .name = branch}, options);
    plan.wish = [this, repo, branch, startingPoint, options] {
        QJsonObject body;
        if (!startingPoint.isEmpty())
            body.insert(u"startingPoint"_s, startingPoint);
        return d->wishToSend("POST"_ba, options.endpoint->branch(repo, branch), body,
                             patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::deleteBranch(const core::RepoId &repo, const QString &branch,
                                 const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).isRevision(branch).refuses(call))
        return call;
    auto plan =
        refPlan(*this, {.repo = repo, .name = branch, .state = RefWish::State::Gone}, options);
    plan.wish = [this, repo, branch, options] {
        return d->wishToSend("DELETE"_ba, options.endpoint->branch(repo, branch),
                             QJsonValue::Undefined, patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::createTag(const core::RepoId &repo, const QString &tag, const QString &revision,
                              const QString &message, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).isRevision(tag).isRevision(revision).refuses(call))
        return call;
    auto plan = refPlan(*this, {.repo = repo, .list = &RefList::tags, .name = tag}, options);
    plan.wish = [this, repo, tag, revision, message, options] {
        QJsonObject body{{u"tag"_s, tag}};
        if (!message.isEmpty())
            body.insert(u"message"_s, message);
        return d->wishToSend("POST"_ba, options.endpoint->tag(repo, revision), body,
                             patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::deleteTag(const core::RepoId &repo, const QString &tag, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).isRevision(tag).refuses(call))
        return call;
    auto plan = refPlan(
        *this, {.repo = repo, .list = &RefList::tags, .name = tag, .state = RefWish::State::Gone},
        options);
    plan.wish = [this, repo, tag, options] {
        return d->wishToSend("DELETE"_ba, options.endpoint->tag(repo, tag), QJsonValue::Undefined,
                             patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::Private::setLike(const core::RepoId &repo, const QByteArray &verb,
                                     const Options &given)
{
    const Options options = pin(given);
    auto *call = make<Call<void>>(options);
    if (Named(repo).refuses(call))
        return call;
    Change<Done>::Plan plan;
    plan.wish = [this, repo, verb, options] {
        return wishToSend(verb, options.endpoint->like(repo), QJsonValue::Undefined,
                          patient(options));
    };
    plan.parse = done;
    // Who likes a repo is a long list; liking it twice is liking it once. So the repo is asked for,
    // and then the same again.
    plan.look = [this, repo, options](QObject *context, const See<Done> &then) {
        answerTo(context, q->info(repo, {}, lookingWith(options)),
                 asSeen<RepoInfo>(then, [](const RepoInfo &) { return false; }));
    };
    startChange(call, tools, plan);
    return call;
}

Call<void> *Client::like(const core::RepoId &repo, const Options &options)
{
    return d->setLike(repo, "POST"_ba, options);
}

Call<void> *Client::unlike(const core::RepoId &repo, const Options &options)
{
    return d->setLike(repo, "DELETE"_ba, options);
}

Call<void> *Client::askAccess(const core::RepoId &repo, const Parameters &fields,
                              const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).refuses(call))
        return call;
    Change<Done>::Plan plan;
    plan.wish = [this, repo, fields, options] {
        Ask::Wish wish = d->wishToSend("POST"_ba, options.endpoint->askAccess(repo),
                                       QJsonValue::Undefined, patient(options));
        wish.request.redirects = HttpRequest::Redirects::EndAtSeeOther;
        wish.request.content = Endpoint::with(QUrl(), fields).query(QUrl::FullyEncoded).toLatin1();
        wish.request.headers.append({"Content-Type"_ba, "application/x-www-form-urlencoded"_ba});
        return wish;
    };
    // The page it leads to says nothing of the request.
    plan.parse = [](const HttpReply &reply) {
        return reply.status == SeeOther ? core::Result<Done>(Done()) : done(reply);
    };
    plan.look = [this, repo, options](QObject *context, const See<Done> &then) {
        answerTo(context, authCheck(repo, lookingWith(options)),
                 [then](const core::Result<void> &answer) {
                     if (answer)
                         return then(std::optional(Done()));
                     if (answer.error().kind != ErrorKind::Gated)
                         return then(core::Unexpected(answer.error()));
                     const bool isPending =
                         answer.error().serverMessage.contains("awaiting a review"_L1);
                     then(isPending ? std::optional(Done()) : std::nullopt);
                 });
    };
    startChange(call, d->tools, plan);
    return call;
}

} // namespace hub
