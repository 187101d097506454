#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <algorithm>

#include "core/digest.h"
#include "hub/change_p.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr int MostNewPullRequests = 5; // that are looked at

QByteArray line(const QString &key, const QJsonObject &value)
{
    const QJsonObject object{{u"key"_s, key}, {u"value"_s, value}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

// The body of a commit (hub-api.md 8.2), header first.
QByteArray linesOf(const NewCommit &commit, const QString &parent)
{
    QJsonObject header{{u"summary"_s, commit.summary}, {u"description"_s, commit.description}};
    if (!parent.isEmpty())
        header.insert(u"parentCommit"_s, parent);
    QByteArray lines = line(u"header"_s, header);
    for (const NewFile &file : commit.files) {
        lines += line(u"file"_s,
                      {{u"path"_s, file.path},
                       {u"content"_s, QString::fromLatin1(file.content.toBase64())},
                       {u"encoding"_s, u"base64"_s}});
    }
    for (const QString &path : commit.deletedFiles)
        lines += line(u"deletedFile"_s, {{u"path"_s, path}});
    for (const QString &path : commit.deletedFolders)
        lines += line(u"deletedFolder"_s, {{u"path"_s, QString(path + u'/')}});
    return lines;
}

core::Result<void> checkPath(const QString &path)
{
    const auto checked = core::checkFilePath(path);
    if (!checked)
        return core::Unexpected(checked.error());
    for (const QString &part : path.split(u'/')) {
        if (part == ".git"_L1 || part == ".cache"_L1)
            return core::fail(ErrorKind::BadInput, u"the Hub keeps no “%1”"_s.arg(path));
    }
    return {};
}

core::Result<void> checkCommit(const NewCommit &commit)
{
    if (commit.summary.trimmed().isEmpty())
        return core::fail(ErrorKind::BadInput, u"a commit without a summary"_s);
    if (!commit.parentCommit.isEmpty() && !core::isCommitId(commit.parentCommit))
        return core::fail(ErrorKind::BadInput, u"“%1” is no commit"_s.arg(commit.parentCommit));
    QStringList paths = commit.deletedFiles + commit.deletedFolders;
    for (const NewFile &file : commit.files)
        paths.append(file.path);
    if (paths.isEmpty())
        return core::fail(ErrorKind::BadInput, u"a commit without a change"_s);
    for (const QString &path : std::as_const(paths)) {
        if (const auto checked = checkPath(path); !checked)
            return checked;
    }
    return {};
}

QString gitId(const QByteArray &content)
{
    core::Digest digest(core::ContentId::Kind::GitSha1, content.size());
    digest.add(content);
    return digest.hex();
}

bool isWordedAs(const CommitInfo &found, const NewCommit &wanted)
{
    return found.title.trimmed() == wanted.summary.trimmed()
        && found.message.trimmed() == wanted.description.trimmed();
}

// The files of a commit are the ones that were sent.
bool holds(const TreePage &tree, const NewCommit &wanted)
{
    const auto entry = [&tree](const QString &path) {
        return std::find_if(tree.entries.begin(), tree.entries.end(),
                            [&path](const TreeEntry &one) { return one.path == path; });
    };
    const auto isThere = [&](const NewFile &file) {
        const auto found = entry(file.path);
        return found != tree.entries.end() && found->oid == gitId(file.content);
    };
    const auto isGone = [&](const QString &path) { return entry(path) == tree.entries.end(); };
    return std::all_of(wanted.files.begin(), wanted.files.end(), isThere)
        && std::all_of(wanted.deletedFiles.begin(), wanted.deletedFiles.end(), isGone)
        && std::all_of(wanted.deletedFolders.begin(), wanted.deletedFolders.end(), isGone);
}

// Finds out what became of one commit whose answer did not come. Shared by the steps of its Change.
class CommitSearch : public std::enable_shared_from_this<CommitSearch> {
public:
    using Seen = Change<CommitResult>::Seen;
    using See = std::function<void(const Seen &)>;

    CommitSearch(Client &client, const core::RepoId &repo, const QString &revision,
                 const NewCommit &wanted, const Options &options)
        : m_client(client)
        , m_repo(repo)
        , m_revision(revision)
        , m_wanted(wanted)
        , m_parent(wanted.parentCommit)
    {
        m_looking.token = options.token;
        m_looking.priority = options.priority;
    }

    bool isPullRequest() const { return m_wanted.as == NewCommit::As::PullRequest; }
    QByteArray lines() const { return linesOf(m_wanted, m_parent); }

    // Where the branch is, or which pull requests there are, before anything is sent.
    void prepare(QObject *context, const Then<void> &then)
    {
        if (isPullRequest())
            return prepareRefs(context, then);
        m_client.info(m_repo, m_revision, m_looking)
            ->onDone(context, [self = shared_from_this(), then](const auto &info) {
                if (!info)
                    return then(core::Unexpected(info.error()));
                self->m_base = info->commit;
                then({});
            });
    }

    void look(QObject *context, const See &then)
    {
        if (isPullRequest())
            return lookForPullRequest(context, then);
        m_client.commits(m_repo, m_revision, 0, m_looking)
            ->onDone(context, [self = shared_from_this(), context, then](const auto &page) {
                if (!page)
                    return then(core::Unexpected(page.error()));
                self->searchBranch(*page, context, then);
            });
    }

private:
    void prepareRefs(QObject *context, const Then<void> &then)
    {
        m_client.refs(m_repo, m_looking)
            ->onDone(context, [self = shared_from_this(), then](const auto &refs) {
                if (!refs)
                    return then(core::Unexpected(refs.error()));
                for (const RefInfo &ref : refs->pullRequests)
                    self->m_known.insert(ref.ref);
                then({});
            });
    }

    // Newest first, back to where the branch was before.
    void searchBranch(const CommitPage &page, QObject *context, const See &then)
    {
        for (const CommitInfo &commit : page.commits) {
            if (commit.id == m_base) {
                // What is sent again holds only on top of what was looked at: never a second time.
                if (m_wanted.parentCommit.isEmpty())
                    m_parent = page.commits.first().id;
                return then(std::optional<CommitResult>());
            }
            if (isWordedAs(commit, m_wanted))
                return compare(resultFor(commit.id), context, then);
        }
        then(core::fail(ErrorKind::RemoteChanged, m_revision)); // rewritten, or far ahead
    }

    void lookForPullRequest(QObject *context, const See &then)
    {
        m_client.refs(m_repo, m_looking)
            ->onDone(context, [self = shared_from_this(), context, then](const auto &refs) {
                if (!refs)
                    return then(core::Unexpected(refs.error()));
                QList<RefInfo> fresh;
                for (const RefInfo &ref : refs->pullRequests) {
                    if (!self->m_known.contains(ref.ref))
                        fresh.append(ref);
                }
                self->searchPullRequests(fresh.mid(0, MostNewPullRequests), context, then);
            });
    }

    void searchPullRequests(QList<RefInfo> refs, QObject *context, const See &then)
    {
        if (refs.isEmpty())
            return then(std::optional<CommitResult>());
        const RefInfo ref = refs.takeFirst();
        m_client.commits(m_repo, ref.ref, 0, m_looking)
            ->onDone(context,
                     [self = shared_from_this(), ref, refs, context,
                      then](const core::Result<CommitPage> &page) {
                         if (!page)
                             return then(core::Unexpected(page.error()));
                         const bool isIt = !page->commits.isEmpty()
                             && isWordedAs(page->commits.first(), self->m_wanted);
                         if (!isIt)
                             return self->searchPullRequests(refs, context, then);
                         self->compare(self->resultFor(ref, page->commits.first().id), context,
                                       then);
                     });
    }

    static CommitResult resultFor(const QString &commit)
    {
        CommitResult result;
        result.commit = commit;
        return result;
    }

    CommitResult resultFor(const RefInfo &ref, const QString &commit) const
    {
        const QString number = ref.ref.section(u'/', -1);
        const QString page = QString::fromLatin1(m_client.endpoint().webPage(m_repo).toEncoded());
        CommitResult result = resultFor(commit);
        result.pullRequestUrl = page + "/discussions/"_L1 + number;
        result.pullRequest = number.toInt();
        return result;
    }

    void compare(const CommitResult &result, QObject *context, const See &then)
    {
        QStringList paths = m_wanted.deletedFiles + m_wanted.deletedFolders;
        for (const NewFile &file : m_wanted.files)
            paths.append(file.path);
        m_client.pathsInfo(m_repo, result.commit, paths, m_looking)
            ->onDone(context, [self = shared_from_this(), result, then](const auto &tree) {
                if (!tree)
                    return then(core::Unexpected(tree.error()));
                if (!holds(*tree, self->m_wanted)) // somebody else's, in the same words
                    return then(core::fail(ErrorKind::RemoteChanged, self->m_revision));
                then(std::optional(result));
            });
    }

    Client &m_client;
    core::RepoId m_repo;
    QString m_revision;
    NewCommit m_wanted;
    Options m_looking;
    QString m_parent; // what the next try is to be on top of
    QString m_base; // where the branch was
    QSet<QString> m_known; // pull requests
};

} // namespace

Call<CommitResult> *Client::commit(const core::RepoId &repo, const QString &revision,
                                   const NewCommit &commit, const Options &options)
{
    auto *call = new Call<CommitResult>(this);
    if (const auto checked = checkCommit(commit); !checked) {
        call->finish(core::Unexpected(checked.error()));
        return call;
    }
    const auto search = std::make_shared<CommitSearch>(*this, repo, revision, commit, options);
    const auto target =
        search->isPullRequest() ? Endpoint::Target::PullRequest : Endpoint::Target::Revision;
    Change<CommitResult>::Plan plan;
    plan.prepare = [search](QObject *context, const Then<void> &then) {
        search->prepare(context, then);
    };
    plan.wish = [this, search, repo, revision, target, options] {
        Ask::Wish wish = d->wishToSend("POST"_ba, endpoint().commit(repo, revision, target),
                                       QJsonValue::Undefined, patient(options));
        wish.request.content = search->lines();
        wish.request.headers.append({"Content-Type"_ba, "application/x-ndjson"_ba});
        return wish;
    };
    plan.parse = [](const HttpReply &reply) { return parseCommitResult(reply.body); };
    plan.look = [search](QObject *context, const auto &then) { search->look(context, then); };
    // Nothing but our own memory keeps a second pull request away.
    if (search->isPullRequest())
        plan.repeat = Change<CommitResult>::Plan::Repeat::Never;
    startChange<CommitResult>(call, d->tools, plan);
    return call;
}

} // namespace hub
