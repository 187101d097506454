// Our Hub client as a program, so that the other clients can be held against it.
//
// usage: ourclient write|read|delete ENDPOINT REPO
//
// The token comes in HF_TOKEN. write makes the repo with two commits, a branch, a tag and a pull
// request; read prints its state as JSON; delete deletes it. Anything that fails is said on stderr.
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cstdio>

#include "core/errortext.h"
#include "hub/client.h"

using namespace Qt::StringLiterals;

namespace {

// Waits for a call; ends the program with its error.
template <typename T> T done(hub::Call<T> *call)
{
    QObject context;
    std::optional<core::Result<T>> result;
    call->onDone(&context, [&result](const core::Result<T> &value) { result = value; });
    while (!result)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    if (!*result) {
        std::fprintf(stderr, "ourclient: %s\n",
                     qUtf8Printable(core::errorDetails(result->error())));
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>)
        return **result;
}

void write(hub::Client &client, const core::RepoId &repo)
{
    hub::NewRepo wanted;
    wanted.repo = repo;
    wanted.visibility = hub::Visibility::Private;
    done(client.createRepo(wanted));
    hub::NewCommit first;
    first.summary = u"First"_s;
    first.files = {{u"README.md"_s, "# Ours\n"_ba}, {u"old.txt"_s, "old\n"_ba}};
    done(client.commit(repo, u"main"_s, first));
    hub::NewCommit second;
    second.summary = u"Second"_s;
    second.description = u"with a word about it"_s;
    second.files = {{u"notes/größe #1 100%+.txt"_s, QByteArray(5000, 'x')}, {u"empty.txt"_s, {}}};
    second.deletedFiles = {u"old.txt"_s};
    done(client.commit(repo, u"main"_s, second));
    done(client.createBranch(repo, u"side/branch"_s));
    done(client.createTag(repo, u"v1"_s, u"main"_s, u"the first"_s));
    hub::NewCommit asked = second;
    asked.summary = u"Asked for"_s;
    asked.files = {{u"asked.txt"_s, "?"_ba}};
    asked.deletedFiles = {};
    asked.as = hub::NewCommit::As::PullRequest;
    done(client.commit(repo, u"main"_s, asked));
}

QJsonObject refsOf(const QList<hub::RefInfo> &refs)
{
    QJsonObject object;
    for (const hub::RefInfo &ref : refs)
        object.insert(ref.ref, ref.commit);
    return object;
}

QJsonObject stateOf(hub::Client &client, const core::RepoId &repo)
{
    const hub::RepoInfo info = done(client.info(repo, u"main"_s));
    QJsonObject files;
    const hub::TreePage tree = done<hub::TreePage>(client.tree(repo, info.commit));
    for (const hub::TreeEntry &entry : tree.entries) {
        if (entry.kind == hub::TreeEntry::Kind::File)
            files.insert(entry.path, QJsonArray{entry.lfs ? entry.sha256 : entry.oid, entry.size});
    }
    const hub::RefList refs = done(client.refs(repo));
    QJsonArray titles;
    for (const hub::CommitInfo &commit : done(client.commits(repo, u"main"_s)).commits)
        titles.append(commit.title);
    return {{u"head"_s, info.commit},
            {u"private"_s, info.summary.isPrivate},
            {u"files"_s, files},
            {u"branches"_s, refsOf(refs.branches)},
            {u"tags"_s, refsOf(refs.tags)},
            {u"pulls"_s, refsOf(refs.pullRequests)},
            {u"titles"_s, titles}};
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList words = app.arguments();
    const auto endpoint = hub::Endpoint::make(words.value(2));
    const auto repo = core::RepoId::make(core::RepoType::Model, words.value(3));
    if (!endpoint || !repo) {
        std::fputs("usage: ourclient write|read|delete ENDPOINT REPO\n", stderr);
        return 2;
    }
    hub::HttpConfig config;
    config.endpoint = *endpoint;
    config.token = core::Secret(qgetenv("HF_TOKEN"));
    core::SystemClock clock;
    hub::Http http(config);
    hub::Gate gate(clock);
    hub::Client client(http, gate, clock);
    if (words.at(1) == "write"_L1)
        write(client, *repo);
    else if (words.at(1) == "delete"_L1)
        done(client.deleteRepo(*repo));
    else
        std::puts(QJsonDocument(stateOf(client, *repo)).toJson(QJsonDocument::Compact).constData());
    return 0;
}
