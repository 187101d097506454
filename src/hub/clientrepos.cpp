#include <QJsonObject>

#include "hub/change_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr int NotFound = 404;

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

// As far as it is told: a space that is not private may be protected.
std::optional<Visibility> visibilityOf(const RepoSummary &repo)
{
    if (repo.isPrivate)
        return Visibility::Private;
    return repo.repo.type() == core::RepoType::Space ? std::nullopt
                                                     : std::optional(Visibility::Public);
}

// What can be seen of the settings is as wanted. Not all can.
bool isAsWanted(const RepoSummary &repo, const RepoSettings &settings)
{
    if (settings.discussionsDisabled)
        return false;
    if (settings.visibility && settings.visibility != visibilityOf(repo))
        return false;
    return !settings.gated || *settings.gated == repo.gated;
}

// Whether a repo is there under this name, as far as these rights can see. An old name leads to
// another one.
void askWhether(Client &client, const core::RepoId &repo, const Options &options, QObject *context,
                const Then<bool> &then)
{
    answerTo(context, client.info(repo, {}, lookingWith(options)),
             [then, repo](const core::Result<RepoInfo> &answer) {
                 if (!answer && answer.error().kind != ErrorKind::RepoNotFound)
                     return then(core::Unexpected(answer.error()));
                 then(answer
                      && answer->summary.repo.id().compare(repo.id(), Qt::CaseInsensitive) == 0);
             });
}

// What is known of a repo that is to be made. Shared by the steps of its Change.
class CreationSearch : public std::enable_shared_from_this<CreationSearch> {
public:
    CreationSearch(Client &client, const NewRepo &wanted, const Options &options)
        : m_client(client)
        , m_wanted(wanted)
        , m_options(options)
    {
        if (!wanted.repo.owner().isEmpty())
            m_repo = wanted.repo;
    }

    // Its full name, which is the account's own when none was given, and whether it is there. What
    // cannot be found out is left open: the Hub's own answer says what is wrong.
    void prepare(QObject *context, const Then<void> &then)
    {
        if (m_repo)
            return prepareState(context, then);
        answerTo(context, m_client.whoami(lookingWith(m_options)),
                 [self = shared_from_this(), context, then](const core::Result<Account> &account) {
                     const core::RepoId &given = self->m_wanted.repo;
                     const auto repo = account.and_then([&given](const Account &me) {
                         return core::RepoId::make(given.type(), me.name + u'/' + given.id());
                     });
                     if (!repo)
                         return then({});
                     self->m_repo = *repo;
                     self->prepareState(context, then);
                 });
    }

    // One that may have been there before tells nothing of the change.
    void look(QObject *context, const See<CreatedRepo> &then)
    {
        if (!m_isTelling)
            return then(core::fail(ErrorKind::RepoNotFound));
        isThere(context, [self = shared_from_this(), then](const core::Result<bool> &answer) {
            then(answer.map([&self](bool is) {
                return is ? std::optional(self->made()) : std::optional<CreatedRepo>();
            }));
        });
    }

    void isThere(QObject *context, const Then<bool> &then)
    {
        if (!m_repo)
            return then(core::fail(ErrorKind::RepoNotFound));
        askWhether(m_client, *m_repo, m_options, context, then);
    }

    // Another repo of the same account is being made; the Hub makes one after the other (8.1). Who
    // does not want one that is there must not take it for its own when it shows up meanwhile.
    bool isQueued(const core::Error &error)
    {
        const bool is = error.httpStatus == 409
            && error.serverMessage.contains("conflicting operation is in progress"_L1);
        if (is && !isOneThereWelcome())
            m_isTelling = false;
        return is;
    }

    CreatedRepo made() const
    {
        const core::RepoId &repo = m_repo ? *m_repo : m_wanted.repo;
        return CreatedRepo{.url =
                               QString::fromLatin1(m_options.endpoint->webPage(repo).toEncoded()),
                           .repo = m_repo};
    }

private:
    bool isOneThereWelcome() const { return m_wanted.existing == NewRepo::Existing::Accept; }

    void prepareState(QObject *context, const Then<void> &then)
    {
        isThere(context, [self = shared_from_this(), then](const core::Result<bool> &answer) {
            self->m_isTelling = self->isOneThereWelcome() || !answer.value_or(true);
            then({});
        });
    }

    Client &m_client;
    NewRepo m_wanted;
    Options m_options;
    std::optional<core::RepoId> m_repo; // its full name
    bool m_isTelling = false; // its being there says that it was made
};

// Whether a repo that was there is gone. Shared by the steps of its Change.
class DeletionSearch : public std::enable_shared_from_this<DeletionSearch> {
public:
    DeletionSearch(Client &client, const core::RepoId &repo, const Options &options)
        : m_client(client)
        , m_repo(repo)
        , m_options(options)
    {
    }

    void prepare(QObject *context, const Then<void> &then)
    {
        askWhether(m_client, m_repo, m_options, context,
                   [self = shared_from_this(), then](const core::Result<bool> &answer) {
                       self->m_wasThere = answer.value_or(false);
                       then({}); // the Hub's own answer says what is wrong
                   });
    }

    // Who never saw it learns nothing from not seeing it; and of the many answers that say so much
    // as "not for you", only the Hub's own word is proof.
    void look(QObject *context, const See<Done> &then)
    {
        answerTo(context, m_client.info(m_repo, {}, lookingWith(m_options)),
                 [self = shared_from_this(), then](const core::Result<RepoInfo> &info) {
                     if (info)
                         return then(std::optional<Done>());
                     if (!self->m_wasThere || !isGone(info.error()))
                         return then(core::Unexpected(info.error()));
                     then(std::optional(Done()));
                 });
    }

private:
    static bool isGone(const core::Error &error)
    {
        return error.kind == ErrorKind::RepoNotFound && error.httpStatus == NotFound
            && error.hubCode == "RepoNotFound"_L1;
    }

    Client &m_client;
    core::RepoId m_repo;
    Options m_options;
    bool m_wasThere = false;
};

// Whether a repo has moved. Shared by the steps of its Change.
class MoveSearch : public std::enable_shared_from_this<MoveSearch> {
public:
    MoveSearch(Client &client, const core::RepoId &from, const core::RepoId &to,
               const Options &options)
        : m_client(client)
        , m_from(from)
        , m_to(to)
        , m_options(options)
    {
    }

    void prepare(QObject *context, const Then<void> &then)
    {
        askWhether(m_client, m_from, m_options, context,
                   [self = shared_from_this(), then](const core::Result<bool> &answer) {
                       self->m_wasThere = answer.value_or(false);
                       then({}); // the Hub's own answer says what is wrong
                   });
    }

    // The old name leads to the new one once it is done. On a Hub without redirects it leads
    // nowhere any more, which tells something if it did before.
    void look(QObject *context, const See<Done> &then)
    {
        answerTo(context, m_client.info(m_from, {}, lookingWith(m_options)),
                 [self = shared_from_this(), context, then](const core::Result<RepoInfo> &info) {
                     if (info)
                         return then(self->isNew(*info));
                     if (info.error().kind != ErrorKind::RepoNotFound)
                         return then(core::Unexpected(info.error()));
                     if (!self->m_wasThere)
                         return then(std::optional<Done>());
                     self->lookAtTheNew(context, then);
                 });
    }

private:
    // Names are told apart by case here: that may be all that changes.
    std::optional<Done> isNew(const RepoInfo &info) const
    {
        return info.summary.repo.id() == m_to.id() ? std::optional(Done()) : std::nullopt;
    }

    void lookAtTheNew(QObject *context, const See<Done> &then)
    {
        answerTo(context, m_client.info(m_to, {}, lookingWith(m_options)),
                 [self = shared_from_this(), then](const core::Result<RepoInfo> &info) {
                     if (!info && info.error().kind != ErrorKind::RepoNotFound)
                         return then(core::Unexpected(info.error()));
                     then(info ? self->isNew(*info) : std::nullopt);
                 });
    }

    Client &m_client;
    core::RepoId m_from;
    core::RepoId m_to;
    Options m_options;
    bool m_wasThere = false;
};

// Refused, though the repo may be there (8.1).
bool mayBeThere(const core::Error &error)
{
    const int status = error.httpStatus;
    return status == 401 || status == 402 || status == 403 || status == 409;
}

} // namespace

Call<CreatedRepo> *Client::createRepo(const NewRepo &wanted, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<CreatedRepo>>(options);
    if (Named(wanted.repo).refuses(call))
        return call;
    const auto search = std::make_shared<CreationSearch>(*this, wanted, options);
    Change<CreatedRepo>::Plan plan;
    plan.prepare = [search](QObject *context, const Then<void> &then) {
        search->prepare(context, then);
    };
    plan.wish = [this, wanted, options] {
        return d->wishToSend("POST"_ba, options.endpoint->createRepo(), newRepoBody(wanted),
                             patient(options));
    };
    plan.parse = [](const HttpReply &reply) { return parseCreated(reply.body); };
    plan.look = [search](QObject *context, const See<CreatedRepo> &then) {
        search->look(context, then);
    };
    plan.passes = [search](const core::Error &error) { return search->isQueued(error); };
    const auto end = [call, search, wanted](const core::Result<CreatedRepo> &result) {
        if (result || wanted.existing == NewRepo::Existing::Refuse || !mayBeThere(result.error()))
            return call->finish(result);
        search->isThere(call, [call, search, result](const core::Result<bool> &answer) {
            call->finish(answer.value_or(false) ? search->made() : result);
        });
    };
    startChange<CreatedRepo>(call, d->tools, plan, end,
                             [call](auto abort) { call->setAbort(std::move(abort)); });
    return call;
}

Call<void> *Client::deleteRepo(const core::RepoId &repo, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).refuses(call))
        return call;
    Change<Done>::Plan plan;
    plan.wish = [this, repo, options] {
        return d->wishToSend("DELETE"_ba, options.endpoint->deleteRepo(), repoBody(repo),
                             patient(options));
    };
    plan.parse = done;
    const auto search = std::make_shared<DeletionSearch>(*this, repo, options);
    plan.prepare = [search](QObject *context, const Then<void> &then) {
        search->prepare(context, then);
    };
    plan.look = [search](QObject *context, const See<Done> &then) { search->look(context, then); };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::moveRepo(const core::RepoId &from, const core::RepoId &to, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(from).isRepo(to).refuses(call))
        return call;
    if (from.type() != to.type()) {
        call->finish(core::fail(ErrorKind::BadInput, u"a repo stays of its type"_s));
        return call;
    }
    Change<Done>::Plan plan;
    plan.wish = [this, from, to, options] {
        const QJsonObject body{{u"fromRepo"_s, from.id()},
                               {u"toRepo"_s, to.id()},
                               {u"type"_s, core::typeName(from.type())}};
        return d->wishToSend("POST"_ba, options.endpoint->moveRepo(), body, patient(options));
    };
    plan.parse = done;
    const auto search = std::make_shared<MoveSearch>(*this, from, to, options);
    plan.prepare = [search](QObject *context, const Then<void> &then) {
        search->prepare(context, then);
    };
    plan.look = [search](QObject *context, const See<Done> &then) { search->look(context, then); };
    startChange(call, d->tools, plan);
    return call;
}

Call<void> *Client::changeSettings(const core::RepoId &repo, const RepoSettings &settings,
                                   const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<void>>(options);
    if (Named(repo).refuses(call))
        return call;
    if (settingsBody(settings).isEmpty()) {
        call->finish(core::fail(ErrorKind::BadInput, u"no setting is to be changed"_s));
        return call;
    }
    Change<Done>::Plan plan;
    plan.wish = [this, repo, settings, options] {
        return d->wishToSend("PUT"_ba, options.endpoint->settings(repo), settingsBody(settings),
                             patient(options));
    };
    plan.parse = done;
    plan.look = [this, repo, settings, options](QObject *context, const See<Done> &then) {
        answerTo(context, info(repo, {}, lookingWith(options)),
                 asSeen<RepoInfo>(then, [settings](const RepoInfo &info) {
                     return isAsWanted(info.summary, settings);
                 }));
    };
    startChange(call, d->tools, plan);
    return call;
}

} // namespace hub
