#include <QDateTime>
#include <QJsonArray>
#include <QMap>
#include <QStringDecoder>

#include <algorithm>

#include "demo/commitbody.h"
#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype mostFilesAsked = 256;
constexpr qsizetype mostFiles = 20'000; // of a repo
constexpr qint64 mostRegular = 5 * 1024 * 1024; // above it a file is LFS whatever it holds

Response bad(const QString &message)
{
    return problem(Surface::Api, 400, {}, message);
}

bool opensPull(const RepoCall &call)
{
    return call.target.isTrue(u"create_pr");
}

bool looksBinary(const QByteArray &sample)
{
    if (sample.contains('\0'))
        return true;
    // Stateful: a character that the end of the sample cuts is no error.
    QStringDecoder decoder(QStringDecoder::Utf8);
    [[maybe_unused]] const QString decoded = decoder(sample);
    return decoder.hasError();
}

bool hasLfsName(const QString &path)
{
    static const QStringList endings{u".bin"_s, u".gguf"_s,    u".parquet"_s, u".safetensors"_s,
                                     u".pt"_s,  u".pth"_s,     u".onnx"_s,    u".zip"_s,
                                     u".gz"_s,  u".arrow"_s,   u".npy"_s,     u".pkl"_s,
                                     u".h5"_s,  u".msgpack"_s, u".tar"_s,     u".7z"_s};
    return std::any_of(endings.begin(), endings.end(), [&](const QString &ending) {
        return path.endsWith(ending, Qt::CaseInsensitive);
    });
}

// nullopt: the question makes no sense.
std::optional<QJsonObject> uploadMode(const QJsonObject &asked, const RepoIndex &state,
                                      QList<File> &unknown)
{
    const QString path = asked.value("path"_L1).toString();
    const qint64 size = asked.value("size"_L1).toInteger(-1);
    const auto sample = QByteArray::fromBase64Encoding(
        asked.value("sample"_L1).toString().toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!core::checkFilePath(path) || size < 0 || !sample)
        return std::nullopt;
    const bool isLfs =
        size > 0 && (size > mostRegular || hasLfsName(path) || looksBinary(sample.decoded));
    QJsonObject result{{u"path"_s, path},
                       {u"uploadMode"_s, isLfs ? u"lfs"_s : u"regular"_s},
                       {u"shouldIgnore"_s, false},
                       {u"oid"_s, QJsonValue::Null}};
    const RepoIndex::Entry *entry = state.find(path);
    if (!entry || !entry->file)
        return result;
    if (isKnown(*entry->file))
        result.insert(u"oid"_s, contentId(*entry->file));
    else
        unknown.append(*entry->file);
    return result;
}

Answer preupload(const RepoCall &call)
{
    if (const auto refusal = commitRefusal(call))
        return {*refusal};
    const IndexPointer state = call.site.at(call.head, call.word());
    if (!state)
        return {revisionNotFound(Surface::Api, call.word())};
    const auto body = jsonBody(call.request);
    if (!body || !body->value("files"_L1).isArray())
        return {badJson()};
    const QJsonArray asked = body->value("files"_L1).toArray();
    if (asked.size() > mostFilesAsked)
        return {bad(u"Too many files: at most 256 in one call"_s)};
    QJsonArray files;
    QList<File> unknown;
    for (const QJsonValue item : asked) {
        const auto mode = uploadMode(item.toObject(), *state, unknown);
        if (!mode)
            return {bad(u"Invalid path, size or sample"_s)};
        files.append(*mode);
    }
    if (!unknown.isEmpty())
        return {{}, unknown};
    return {json(QJsonObject{{u"files"_s, files}, {u"commitOid"_s, state->commit()}})};
}

// The files of a commit in the making. Lives on the stack of one request.
class Draft {
public:
    Draft(const HubRepo &repo, const FileTree &base)
        : m_repo(repo)
    {
        for (const File &file : base.files())
            m_files.insert(file.path, file);
    }

    std::optional<Response> apply(const Operation &operation);
    std::optional<Response> misfit() const; // why these paths cannot be in one tree
    QList<File> files() const { return m_files.values(); }
    qint64 newBytes() const { return m_newBytes; }

private:
    std::optional<Response> addObject(const Operation &operation);
    std::optional<Response> removeFolder(const QString &folder);
    static Response missing(const QString &path);

    const HubRepo &m_repo;
    QMap<QString, File> m_files;
    qint64 m_newBytes = 0;
};

Response Draft::missing(const QString &path)
{
    return problem(Surface::Api, 404, "EntryNotFound"_ba,
                   u"A file with this name doesn't exist: %1"_s.arg(path));
}

std::optional<Response> Draft::apply(const Operation &operation)
{
    switch (operation.kind) {
    case Operation::Kind::AddFile:
        m_newBytes += operation.content.size();
        m_files.insert(operation.path,
                       {operation.path, Content::fromBytes(operation.content), false});
        return std::nullopt;
    case Operation::Kind::AddObject:
        return addObject(operation);
    case Operation::Kind::Copy: {
        const auto from = m_files.constFind(operation.oldPath);
        if (from == m_files.cend())
            return missing(operation.oldPath);
        m_files.insert(operation.path, File{operation.path, from->content, from->lfs});
        return std::nullopt;
    }
    case Operation::Kind::DeleteFile:
        if (m_files.remove(operation.path) == 0)
            return missing(operation.path);
        return std::nullopt;
    case Operation::Kind::DeleteFolder:
        return removeFolder(operation.path);
    }
    return std::nullopt;
}

std::optional<Response> Draft::addObject(const Operation &operation)
{
    const auto content = m_repo.object(operation.sha256);
    if (!content || operation.size.value_or(content->size()) != content->size()) {
        return bad(u"The LFS object of %1 has not been uploaded: %2"_s.arg(operation.path,
                                                                           operation.sha256));
    }
    m_files.insert(operation.path, {operation.path, content, true});
    return std::nullopt;
}

std::optional<Response> Draft::removeFolder(const QString &folder)
{
    const QString start = folder + u'/';
    auto it = m_files.lowerBound(start);
    if (it == m_files.end() || !it.key().startsWith(start))
        return missing(folder);
    while (it != m_files.end() && it.key().startsWith(start))
        it = m_files.erase(it);
    return std::nullopt;
}

std::optional<Response> Draft::misfit() const
{
    if (m_files.size() > mostFiles)
        return bad(u"Too many files in one repo"_s);
    for (auto it = m_files.cbegin(); it != m_files.cend(); ++it) {
        const QString &path = it.key();
        for (qsizetype slash = path.indexOf(u'/'); slash >= 0;
             slash = path.indexOf(u'/', slash + 1)) {
            if (m_files.contains(path.left(slash)))
                return bad(u"%1 is a file and cannot be a folder too"_s.arg(path.left(slash)));
        }
    }
    return std::nullopt;
}

// Where a commit begins and which ref it moves.
struct Aim {
    CommitPointer base;
    QString ref;
};

Response headMoved()
{
    return problem(Surface::Api, 412, {},
                   u"The branch was updated since you opened this page. Please refresh and try "
                   "again."_s);
}

// nullopt: `refusal` says why.
std::optional<Aim> aimOf(const RepoCall &call, const CommitBody &body, Response &refusal)
{
    const History &history = call.repo().history;
    const QString revision = call.word();
    Aim aim{history.at(revision), history.branchNamed(revision)};
    refusal = revisionNotFound(Surface::Api, revision);
    if (!aim.base)
        return std::nullopt;
    if (opensPull(call)) {
        aim.ref = u"refs/pr/%1"_s.arg(call.repo().lastPull + 1);
        if (!body.parent.isEmpty() && !aim.base->id.startsWith(body.parent))
            aim.base = history.at(body.parent);
        if (!aim.base)
            refusal = revisionNotFound(Surface::Api, body.parent);
        return aim.base ? std::optional(aim) : std::nullopt;
    }
    if (aim.ref.isEmpty())
        return std::nullopt;
    if (!aim.base->id.startsWith(body.parent)) {
        refusal = headMoved();
        return std::nullopt;
    }
    return aim;
}

Response committed(const RepoCall &call, const CommitPointer &commit)
{
    HubRepo &repo = call.repo();
    const QString page = call.site.endpoint + u'/' + repo.about.id.display();
    QJsonObject object{{u"success"_s, true},
                       {u"commitUrl"_s, page + "/commit/"_L1 + commit->id},
                       {u"commitOid"_s, commit->id},
                       {u"hookOutput"_s, QString()}};
    if (opensPull(call)) {
        ++repo.lastPull;
        object.insert(u"pullRequestUrl"_s, u"%1/discussions/%2"_s.arg(page).arg(repo.lastPull));
    }
    return json(object);
}

Response commit(const RepoCall &call)
{
    if (const auto refusal = commitRefusal(call))
        return *refusal;
    const auto body = CommitBody::parse(call.request.body);
    if (!body)
        return bad(body.error().detail);
    Response refusal;
    const auto aim = aimOf(call, *body, refusal);
    if (!aim)
        return refusal;
    HubRepo &repo = call.repo();
    Draft draft(repo, *aim->base->tree);
    for (const Operation &operation : body->operations) {
        if (const auto problem = draft.apply(operation))
            return *problem;
    }
    if (const auto problem = draft.misfit())
        return *problem;
    if (!call.site.hasRoom(draft.newBytes()))
        return problem(Surface::Api, 507, {}, u"The demo Hub is full"_s);
    const CommitPointer made = repo.history.add({{},
                                                 aim->base->id,
                                                 body->title,
                                                 body->message,
                                                 call.visitor.user(),
                                                 QDateTime::currentDateTimeUtc(),
                                                 std::make_shared<const FileTree>(draft.files())});
    if (!made)
        return problem(Surface::Api, 429, {}, u"Too many commits to this repo"_s);
    call.site.charge(repo, draft.newBytes());
    repo.history.setRef(aim->ref, made);
    return committed(call, made);
}

} // namespace

std::optional<Response> commitRefusal(const RepoCall &call)
{
    return opensPull(call) ? call.visitor.unknownRefusal() : call.visitor.writeRefusal();
}

std::optional<Answer> commitAnswer(const RepoCall &call)
{
    if (call.request.verb != "POST")
        return std::nullopt;
    if (call.place.action == "preupload"_L1)
        return preupload(call);
    return call.place.action == "commit"_L1 ? std::optional(Answer{commit(call)}) : std::nullopt;
}

} // namespace demo
