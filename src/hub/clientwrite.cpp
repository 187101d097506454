#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include <algorithm>

#include "hub/change_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr qsizetype SamplesAtOnce = 250;

QString visibilityName(Visibility visibility)
{
    switch (visibility) {
    case Visibility::Public:
        return u"public"_s;
    case Visibility::Private:
        return u"private"_s;
    case Visibility::Protected:
        return u"protected"_s;
    }
    Q_UNREACHABLE();
}

QJsonValue gatedValue(GatedMode mode)
{
    switch (mode) {
    case GatedMode::Open:
        return false;
    case GatedMode::Automatic:
        return u"auto"_s;
    case GatedMode::Manual:
        return u"manual"_s;
    }
    Q_UNREACHABLE();
}

QJsonObject repoBody(const core::RepoId &repo)
{
    QJsonObject body{{u"name"_s, repo.name()}, {u"type"_s, core::typeName(repo.type())}};
    if (!repo.owner().isEmpty())
        body.insert(u"organization"_s, repo.owner());
    return body;
}

QJsonObject newRepoBody(const NewRepo &wanted)
{
    QJsonObject body = repoBody(wanted.repo);
    if (wanted.visibility)
        body.insert(u"visibility"_s, visibilityName(*wanted.visibility));
    if (!wanted.sdk.isEmpty())
        body.insert(u"sdk"_s, wanted.sdk);
    if (!wanted.license.isEmpty())
        body.insert(u"license"_s, wanted.license);
    return body;
}

QJsonObject settingsBody(const RepoSettings &settings)
{
    QJsonObject body;
    if (settings.visibility)
        body.insert(u"visibility"_s, visibilityName(*settings.visibility));
    if (settings.gated)
        body.insert(u"gated"_s, gatedValue(*settings.gated));
    if (settings.discussionsDisabled)
        body.insert(u"discussionsDisabled"_s, *settings.discussionsDisabled);
    return body;
}

// What can be seen of the settings is as wanted. Not all can.
bool isAsWanted(const RepoSummary &repo, const RepoSettings &settings)
{
    if (settings.discussionsDisabled)
        return false;
    if (settings.visibility && (*settings.visibility == Visibility::Private) != repo.isPrivate)
        return false;
    return !settings.gated || *settings.gated == repo.gated;
}

// The state is read with the rights of the change, and nothing else of its options.
Options lookingWith(const Options &options)
{
    Options looking;
    looking.token = options.token;
    looking.silence = options.silence;
    looking.priority = options.priority;
    return looking;
}

core::Result<Done> done(const HttpReply &reply)
{
    return anyAnswer(reply).map([] { return Done{}; });
}

template <typename T> using See = std::function<void(const core::Result<std::optional<T>> &)>;

// Tells whether something that a Call reads says that it has happened.
template <typename T> auto asSeen(const See<Done> &then, std::function<bool(const T &)> isSo)
{
    return [then, isSo](const core::Result<T> &answer) {
        if (!answer)
            return then(core::Unexpected(answer.error()));
        then(isSo(*answer) ? std::optional(Done()) : std::nullopt);
    };
}

bool hasRef(const QList<RefInfo> &refs, const QString &name)
{
    return std::any_of(refs.begin(), refs.end(),
                       [&name](const RefInfo &ref) { return ref.name == name; });
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
            client.refs(wanted.repo, lookingWith(options))
                ->onDone(context, [then, wanted, isTelling](const core::Result<RefList> &refs) {
                    *isTelling = refs && !hasRef((*refs).*wanted.list, wanted.name);
                    then({}); // the Hub's own answer says what is wrong
                });
        };
    }
    plan.look = [&client, wanted, isNew, options, isTelling](QObject *context,
                                                             const See<Done> &then) {
        client.refs(wanted.repo, lookingWith(options))
            ->onDone(context, asSeen<RefList>(then, [=](const RefList &refs) {
                         return *isTelling && hasRef(refs.*wanted.list, wanted.name) == isNew;
                     }));
    };
    return plan;
}

} // namespace

Call<CreatedRepo> *Client::createRepo(const NewRepo &wanted, const Options &options)
{
    auto *call = new Call<CreatedRepo>(this);
    const auto wasThere = std::make_shared<bool>(false);
    const QString url = QString::fromLatin1(endpoint().webPage(wanted.repo).toEncoded());
    const CreatedRepo made{.url = url, .repo = wanted.repo};
    const auto isThere = [this, wanted, options](QObject *context, Then<bool> then) {
        info(wanted.repo, {}, lookingWith(options))
            ->onDone(context, [then](const core::Result<RepoInfo> &answer) {
                if (!answer && answer.error().kind != ErrorKind::RepoNotFound)
                    return then(core::Unexpected(answer.error()));
                then(answer.has_value());
            });
    };
    Change<CreatedRepo>::Plan plan;
    plan.prepare = [isThere, wasThere](QObject *context, const Then<void> &then) {
        isThere(context, [then, wasThere](const core::Result<bool> &answer) {
            *wasThere = answer.value_or(false); // the Hub's own answer says what is wrong
            then({});
        });
    };
    plan.wish = [this, wanted, options] {
        return d->wishToSend("POST"_ba, endpoint().createRepo(), newRepoBody(wanted),
                             patient(options));
    };
    plan.parse = [](const HttpReply &reply) { return parseCreated(reply.body); };
    plan.look = [isThere, wasThere, made](QObject *context, const See<CreatedRepo> &then) {
        isThere(context, [then, wasThere, made](const core::Result<bool> &answer) {
            if (!answer)
                return then(core::Unexpected(answer.error()));
            then(*answer && !*wasThere ? std::optional(made) : std::nullopt);
        });
    };
    const auto end = [call, wanted, made](const core::Result<CreatedRepo> &result) {
        const bool exists = !result && result.error().httpStatus == 409
            && result.error().serverMessage.contains("already"_L1);
        if (exists && wanted.existing == NewRepo::Existing::Accept)
            return call->finish(made);
        call->finish(result);
    };
    startChange<CreatedRepo>(call, d->tools, plan, end,
                             [call](auto abort) { call->setAbort(std::move(abort)); });
    return call;
}

Call<void> *Client::deleteRepo(const core::RepoId &repo, const Options &options)
{
    auto *call = new Call<void>(this);
    Change<Done>::Plan plan;
    plan.wish = [this, repo, options] {
        return d->wishToSend("DELETE"_ba, endpoint().deleteRepo(), repoBody(repo),
                             patient(options));
    };
    plan.parse = done;
    plan.look = [this, repo, options](QObject *context, const See<Done> &then) {
        info(repo, {}, lookingWith(options))
            ->onDone(context, [then](const core::Result<RepoInfo> &answer) {
                if (answer)
                    return then(std::optional<Done>());
                if (answer.error().kind == ErrorKind::RepoNotFound)
                    return then(std::optional(Done()));
                then(core::Unexpected(answer.error()));
            });
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::moveRepo(const core::RepoId &from, const core::RepoId &to,
                             const Options &options)
{
    auto *call = new Call<void>(this);
    Change<Done>::Plan plan;
    plan.wish = [this, from, to, options] {
        const QJsonObject body{{u"fromRepo"_s, from.id()},
                               {u"toRepo"_s, to.id()},
                               {u"type"_s, core::typeName(from.type())}};
        return d->wishToSend("POST"_ba, endpoint().moveRepo(), body, patient(options));
    };
    plan.parse = done;
    // The old name leads to the new one once it is done.
    plan.look = [this, from, to, options](QObject *context, const See<Done> &then) {
        info(from, {}, lookingWith(options))
            ->onDone(context, asSeen<RepoInfo>(then, [to](const RepoInfo &info) {
                         return info.summary.repo.id().compare(to.id(), Qt::CaseInsensitive) == 0;
                     }));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::changeSettings(const core::RepoId &repo, const RepoSettings &settings,
                                   const Options &options)
{
    auto *call = new Call<void>(this);
    Change<Done>::Plan plan;
    plan.wish = [this, repo, settings, options] {
        return d->wishToSend("PUT"_ba, endpoint().settings(repo), settingsBody(settings),
                             patient(options));
    };
    plan.parse = done;
    plan.look = [this, repo, settings, options](QObject *context, const See<Done> &then) {
        info(repo, {}, lookingWith(options))
            ->onDone(context, asSeen<RepoInfo>(then, [settings](const RepoInfo &info) {
                         return isAsWanted(info.summary, settings);
                     }));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<QList<UploadMode>> *Client::preupload(const core::RepoId &repo, const QString &revision,
                                           const QList<FileSample> &files, const Options &options)
{
    auto *call = new Call<QList<UploadMode>>(this);
    if (files.size() > SamplesAtOnce) {
        call->finish(core::fail(ErrorKind::BadInput,
                                u"more than %1 files in one question"_s.arg(SamplesAtOnce)));
        return call;
    }
    QJsonArray list;
    for (const FileSample &file : files) {
        list.append(QJsonObject{{u"path"_s, file.path},
                                {u"size"_s, file.size},
                                {u"sample"_s, QString::fromLatin1(file.start.toBase64())}});
    }
    const QUrl url = endpoint().preupload(repo, revision, Endpoint::Target::Revision);
    Ask::Wish wish = d->wishToSend("POST"_ba, url, QJsonObject{{u"files"_s, list}}, options);
    wish.request.meaning = HttpRequest::Meaning::Question;
    start<QList<UploadMode>>(call, d->tools, wish,
                             [](const HttpReply &reply) { return parsePreupload(reply.body); });
    return call;
}

Call<void> *Client::createBranch(const core::RepoId &repo, const QString &branch,
                                 const QString &startingPoint, const Options &options)
{
    auto *call = new Call<void>(this);
    auto plan = refPlan(*this, {.repo = repo, .name = branch}, options);
    plan.wish = [this, repo, branch, startingPoint, options] {
        QJsonObject body;
        if (!startingPoint.isEmpty())
            body.insert(u"startingPoint"_s, startingPoint);
        return d->wishToSend("POST"_ba, endpoint().branch(repo, branch), body, patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::deleteBranch(const core::RepoId &repo, const QString &branch,
                                 const Options &options)
{
    auto *call = new Call<void>(this);
    auto plan =
        refPlan(*this, {.repo = repo, .name = branch, .state = RefWish::State::Gone}, options);
    plan.wish = [this, repo, branch, options] {
        return d->wishToSend("DELETE"_ba, endpoint().branch(repo, branch), QJsonValue::Undefined,
                             patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::createTag(const core::RepoId &repo, const QString &tag, const QString &revision,
                              const QString &message, const Options &options)
{
    auto *call = new Call<void>(this);
    auto plan = refPlan(*this, {.repo = repo, .list = &RefList::tags, .name = tag}, options);
    plan.wish = [this, repo, tag, revision, message, options] {
        QJsonObject body{{u"tag"_s, tag}};
        if (!message.isEmpty())
            body.insert(u"message"_s, message);
        return d->wishToSend("POST"_ba, endpoint().tag(repo, revision), body, patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::deleteTag(const core::RepoId &repo, const QString &tag, const Options &options)
{
    auto *call = new Call<void>(this);
    auto plan = refPlan(
        *this, {.repo = repo, .list = &RefList::tags, .name = tag, .state = RefWish::State::Gone},
        options);
    plan.wish = [this, repo, tag, options] {
        return d->wishToSend("DELETE"_ba, endpoint().tag(repo, tag), QJsonValue::Undefined,
                             patient(options));
    };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::Private::setLike(const core::RepoId &repo, const QByteArray &verb,
                                     const Options &options)
{
    auto *call = new Call<void>(q);
    Change<Done>::Plan plan;
    plan.wish = [this, repo, verb, options] {
        return wishToSend(verb, endpoint().like(repo), QJsonValue::Undefined, patient(options));
    };
    plan.parse = done;
    // Who likes a repo is a long list; liking it twice is liking it once. So the repo is asked for,
    // and then the same again.
    plan.look = [this, repo, options](QObject *context, const See<Done> &then) {
        q->info(repo, {}, lookingWith(options))
            ->onDone(context, asSeen<RepoInfo>(then, [](const RepoInfo &) { return false; }));
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
                              const Options &options)
{
    auto *call = new Call<void>(this);
    Change<Done>::Plan plan;
    plan.wish = [this, repo, fields, options] {
        Ask::Wish wish = d->wishToSend("POST"_ba, endpoint().askAccess(repo), QJsonValue::Undefined,
                                       patient(options));
        wish.request.content = Endpoint::with(QUrl(), fields).query(QUrl::FullyEncoded).toLatin1();
        wish.request.headers.append({"Content-Type"_ba, "application/x-www-form-urlencoded"_ba});
        return wish;
    };
    plan.parse = done;
    plan.look = [this, repo, options](QObject *context, const See<Done> &then) {
        authCheck(repo, lookingWith(options))
            ->onDone(context, [then](const core::Result<void> &answer) {
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
