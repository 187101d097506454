#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <algorithm>

#include "core/digest.h"
#include "hub/change_p.h"
#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;
using core::ErrorKind;

namespace {

constexpr int MostNewPullRequests = 5; // that are looked at
constexpr qsizetype MostNewCommits = 20; // likewise, and as many in our words
constexpr int MostPages = 20; // of the history, back to where the branch was
constexpr int PreconditionFailed = 412; // the branch has moved on (8.2)

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
    QSet<QString> named;
    for (const QString &path : std::as_const(paths)) {
        if (const auto checked = checkPath(path); !checked)
            return checked;
        if (named.contains(path))
            return core::fail(ErrorKind::BadInput, u"“%1” is named twice"_s.arg(path));
        named.insert(path);
    }
    return {};
}

QString gitId(const QByteArray &content)
{
    core::Digest digest(core::ContentId::Kind::GitSha1, content.size());
    digest.add(content);
    return digest.hex();
}

QString wordsOf(const QString &title, const QString &message)
{
    return (title + u' ' + message).simplified();
}

// The Hub keeps title and description as one text and calls its first line the title, however they
// were divided before. Where the parser cut one of them it is a beginning.
bool isWordedAs(const CommitInfo &found, const NewCommit &wanted)
{
    const QString words = wordsOf(wanted.summary, wanted.description);
    if (found.title.size() >= LongestText - 1)
        return words.startsWith(found.title.simplified());
    const QString seen = wordsOf(found.title, found.message);
    return found.message.size() >= LongestCommitMessage - 1 ? words.startsWith(seen)
                                                            : words == seen;
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
    // What was put into a folder after it was emptied tells enough.
    const auto isEmptied = [&](const QString &folder) {
        const bool isFilled =
            std::any_of(wanted.files.begin(), wanted.files.end(),
                        [&](const NewFile &file) { return file.path.startsWith(folder + u'/'); });
        return isFilled || isGone(folder);
    };
    return std::all_of(wanted.files.begin(), wanted.files.end(), isThere)
        && std::all_of(wanted.deletedFiles.begin(), wanted.deletedFiles.end(), isGone)
        && std::all_of(wanted.deletedFolders.begin(), wanted.deletedFolders.end(), isEmptied);
}

// Finds out what became of one commit whose answer did not come. A commit that was not there before
// is ours when it holds our files and has our words, or holds them where the one below it does not.
// Shared by the steps of its Change.
class CommitSearch : public std::enable_shared_from_this<CommitSearch> {
public:
    CommitSearch(Client &client, const core::RepoId &repo, const QString &revision,
                 const NewCommit &wanted, const Options &options)
        : m_client(client)
        , m_repo(repo)
        , m_revision(revision)
        , m_wanted(wanted)
        , m_looking(lookingWith(options))
        , m_parent(wanted.parentCommit)
    {
    }

    bool isPullRequest() const { return m_wanted.as == NewCommit::As::PullRequest; }
    QByteArray lines() const { return linesOf(m_wanted, m_parent); }

    // Every try names the head that was looked at, so that the Hub itself refuses a second one,
    // even if the first arrives late. Nothing but our own memory keeps a second pull request away,
    // and where the branch has moved on nobody knows for sure what was behind it.
    bool mayRepeat() const { return !isPullRequest() && !m_hasMoved; }

    // Where the branch is, or which pull requests there are, before anything is sent.
    void prepare(QObject *context, const Then<void> &then)
    {
        if (isPullRequest())
            return prepareRefs(context, then);
        answerTo(context, m_client.info(m_repo, m_revision, m_looking),
                 [self = shared_from_this(), then](const core::Result<RepoInfo> &info) {
                     if (!info)
                         return then(core::Unexpected(info.error()));
                     self->m_base = info->commit;
                     if (self->m_wanted.parentCommit.isEmpty())
                         self->m_parent = self->m_base;
                     then({});
                 });
    }

    // Somebody else was faster, and the caller does not mind.
    bool isOvertaken(const core::Error &error) const
    {
        return error.httpStatus == PreconditionFailed && m_wanted.parentCommit.isEmpty()
            && !isPullRequest();
    }

    void look(QObject *context, const See<CommitResult> &then)
    {
        if (isPullRequest())
            return lookForPullRequest(context, then);
        readHistory({}, 0, context, then);
    }

private:
    // A commit that was not there before.
    struct Suspect {
        CommitResult result;
        QString before; // the one below it; empty: unknown
        bool isWorded = false; // as ours
    };

    void prepareRefs(QObject *context, const Then<void> &then)
    {
        answerTo(context, m_client.refs(m_repo, m_looking),
                 [self = shared_from_this(), then](const core::Result<RefList> &refs) {
                     if (!refs)
                         return then(core::Unexpected(refs.error()));
                     for (const RefInfo &ref : refs->pullRequests)
                         self->m_known.insert(ref.ref);
                     then({});
                 });
    }

    // Newest first, back to where the branch was before.
    void readHistory(const QList<CommitInfo> &newer, int number, QObject *context,
                     const See<CommitResult> &then)
    {
        answerTo(context, m_client.commits(m_repo, m_revision, number, m_looking),
                 [self = shared_from_this(), newer, number, context,
                  then](const core::Result<CommitPage> &page) {
                     if (!page)
                         return then(core::Unexpected(page.error()));
                     const QList<CommitInfo> all = newer + page->commits;
                     const auto base =
                         std::find_if(all.begin(), all.end(), [&self](const CommitInfo &commit) {
                             return commit.id == self->m_base;
                         });
                     if (base != all.end())
                         return self->searchBranch(all, base - all.begin(), context, then);
                     const bool isAll = page->next.isEmpty() && page->total <= all.size();
                     if (isAll || number + 1 >= MostPages) // rewritten, or far ahead
                         return then(core::fail(ErrorKind::RemoteChanged, self->m_revision));
                     self->readHistory(all, number + 1, context, then);
                 });
    }

    // The first ones after the base above all: ours was sent to be the very next.
    void searchBranch(const QList<CommitInfo> &commits, qsizetype fresh, QObject *context,
                      const See<CommitResult> &then)
    {
        m_hasMoved = fresh > 0;
        QList<Suspect> suspects;
        qsizetype worded = 0;
        for (qsizetype i = fresh - 1; i >= 0; --i) {
            const Suspect suspect = suspectAt(commits, i);
            const bool isNear = fresh - i <= MostNewCommits;
            if (isNear || (suspect.isWorded && ++worded <= MostNewCommits))
                suspects.append(suspect);
        }
        judge(suspects, context, then);
    }

    void lookForPullRequest(QObject *context, const See<CommitResult> &then)
    {
        answerTo(context, m_client.refs(m_repo, m_looking),
                 [self = shared_from_this(), context, then](const core::Result<RefList> &refs) {
                     if (!refs)
                         return then(core::Unexpected(refs.error()));
                     QList<RefInfo> fresh;
                     for (const RefInfo &ref : refs->pullRequests) {
                         if (!self->m_known.contains(ref.ref))
                             fresh.append(ref);
                     }
                     self->searchPullRequests(fresh.mid(0, MostNewPullRequests), {}, context, then);
                 });
    }

    void searchPullRequests(QList<RefInfo> refs, const QList<Suspect> &suspects, QObject *context,
                            const See<CommitResult> &then)
    {
        if (refs.isEmpty())
            return judge(suspects, context, then);
        const RefInfo ref = refs.takeFirst();
        answerTo(context, m_client.commits(m_repo, ref.ref, 0, m_looking),
                 [self = shared_from_this(), ref, refs, suspects, context,
                  then](const core::Result<CommitPage> &page) {
                     if (!page)
                         return then(core::Unexpected(page.error()));
                     QList<Suspect> all = suspects;
                     if (!page->commits.isEmpty()) {
                         all.append(self->suspectAt(page->commits, 0));
                         self->setPullRequest(all.last().result, ref);
                     }
                     self->searchPullRequests(refs, all, context, then);
                 });
    }

    Suspect suspectAt(const QList<CommitInfo> &commits, qsizetype i) const
    {
        Suspect suspect;
        suspect.result.commit = commits[i].id;
        suspect.before = i + 1 < commits.size() ? commits[i + 1].id : QString();
        suspect.isWorded = isWordedAs(commits[i], m_wanted);
        return suspect;
    }

    void setPullRequest(CommitResult &result, const RefInfo &ref) const
    {
        const QString number = ref.ref.section(u'/', -1);
        const QString page = QString::fromLatin1(m_looking.endpoint->webPage(m_repo).toEncoded());
        result.pullRequestUrl = page + "/discussions/"_L1 + number;
        result.pullRequest = number.toInt();
    }

    // Those in our words first.
    void judge(QList<Suspect> suspects, QObject *context, const See<CommitResult> &then)
    {
        std::stable_partition(suspects.begin(), suspects.end(),
                              [](const Suspect &suspect) { return suspect.isWorded; });
        judgeNext(suspects, context, then);
    }

    void judgeNext(QList<Suspect> suspects, QObject *context, const See<CommitResult> &then)
    {
        if (suspects.isEmpty())
            return then(std::optional<CommitResult>());
        const Suspect suspect = suspects.takeFirst();
        const auto next = [self = shared_from_this(), suspects, context, then] {
            self->judgeNext(suspects, context, then);
        };
        const auto found = [suspect, then] { then(std::optional(suspect.result)); };
        const auto after = [self = shared_from_this(), suspect, next, found, context,
                            then](bool is) {
            if (!is || (!suspect.isWorded && suspect.before.isEmpty()))
                return next();
            if (suspect.isWorded)
                return found();
            self->compare(suspect.before, context, then,
                          [next, found](bool was) { was ? next() : found(); });
        };
        compare(suspect.result.commit, context, then, after);
    }

    // Whether a commit holds what ours was to bring about. It will for ever, or never.
    void compare(const QString &commit, QObject *context, const See<CommitResult> &then,
                 const std::function<void(bool)> &next)
    {
        if (const auto known = m_held.constFind(commit); known != m_held.cend())
            return next(*known);
        QStringList paths = m_wanted.deletedFiles + m_wanted.deletedFolders;
        for (const NewFile &file : m_wanted.files)
            paths.append(file.path);
        answerTo(
            context, m_client.pathsInfo(m_repo, commit, paths, m_looking),
            [self = shared_from_this(), commit, then, next](const core::Result<TreePage> &tree) {
                if (!tree)
                    return then(core::Unexpected(tree.error()));
                self->m_held.insert(commit, holds(*tree, self->m_wanted));
                next(self->m_held.value(commit));
            });
    }

    Client &m_client;
    core::RepoId m_repo;
    QString m_revision;
    NewCommit m_wanted;
    Options m_looking;
    QString m_parent; // what every try is to be on top of
    QString m_base; // where the branch was
    bool m_hasMoved = false; // since then
    QSet<QString> m_known; // pull requests
    QHash<QString, bool> m_held; // commits that were compared
};

} // namespace

Call<CommitResult> *Client::commit(const core::RepoId &repo, const QString &revision,
                                   const NewCommit &commit, const Options &given)
{
    const Options options = d->pin(given);
    auto *call = d->make<Call<CommitResult>>(options);
    if (Named(repo).isRevision(revision).refuses(call))
        return call;
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
        Ask::Wish wish = d->wishToSend("POST"_ba, options.endpoint->commit(repo, revision, target),
                                       QJsonValue::Undefined, patient(options));
        wish.request.content = search->lines();
        wish.request.headers.append({"Content-Type"_ba, "application/x-ndjson"_ba});
        return wish;
    };
    plan.parse = [](const HttpReply &reply) { return parseCommitResult(reply.body); };
    plan.look = [search](QObject *context, const See<CommitResult> &then) {
        search->look(context, then);
    };
    plan.mayRepeat = [search] { return search->mayRepeat(); };
    plan.passes = [search](const core::Error &error) { return search->isOvertaken(error); };
    startChange<CommitResult>(call, d->tools, plan);
    return call;
}

} // namespace hub
