#include <QDateTime>

#include "demo/routes.h"
#include "demo/xetformat.h"

namespace demo {

using namespace Qt::StringLiterals;

// Uploads by Xet, as the newer clients make them: a token for the storage, then xorbs, then a shard
// for the files in them. The names of xorbs are taken as given; the SHA-256 of each file, read from
// what was put together, proves the bytes. Nothing is served this way.

namespace {

constexpr qint64 largestXorb = 128 * 1024 * 1024; // unpacked bytes

QByteArray signedPath(const QString &databaseId)
{
    return "/demo-cas/" + databaseId.toLatin1();
}

// The database id of the repo that the request's token is for; empty: it is for none.
QString repoOfToken(const Site &site, const Request &request)
{
    const QByteArray given = request.header("Authorization");
    if (!given.startsWith("Bearer "))
        return {};
    const QByteArray token = given.mid(7);
    const qsizetype mark = token.indexOf('?');
    const QString databaseId = QString::fromLatin1(token.left(std::max<qsizetype>(mark, 0)));
    const QByteArray refusal = site.signer.refusal(signedPath(databaseId), token.mid(mark + 1),
                                                   QDateTime::currentSecsSinceEpoch(), {});
    return refusal.isEmpty() ? databaseId : QString();
}

// Puts files together from the xorbs that were sent. Lives as long as one shard is taken.
class Assembly {
public:
    explicit Assembly(const Site &site)
        : m_site(site)
    {
    }

    // nullopt: it names chunks that nobody sent.
    std::optional<QByteArray> bytesOf(const XetFile &file);

private:
    const QByteArrayList &chunksOf(const QString &xorb); // empty: nobody sent it

    const Site &m_site;
    QHash<QString, QByteArrayList> m_chunks;
};

const QByteArrayList &Assembly::chunksOf(const QString &xorb)
{
    const auto it = m_chunks.constFind(xorb);
    if (it != m_chunks.cend())
        return *it;
    return *m_chunks.insert(
        xorb, chunksOfXorb(m_site.xorb(xorb), largestXorb).value_or(QByteArrayList()));
}

std::optional<QByteArray> Assembly::bytesOf(const XetFile &file)
{
    QByteArray bytes;
    for (const XetTerm &term : file.terms) {
        const QByteArrayList &chunks = chunksOf(term.xorb);
        if (term.begin >= term.end || term.end > chunks.size())
            return std::nullopt;
        const qsizetype before = bytes.size();
        for (qsizetype i = term.begin; i < term.end && bytes.size() <= file.size; ++i)
            bytes += chunks[i];
        if (bytes.size() - before != term.size)
            return std::nullopt;
    }
    return bytes;
}

Answer takeXorb(Site &site, const QString &name, const QByteArray &xorb)
{
    if (!chunksOfXorb(xorb, largestXorb))
        return {text(400, "Bad xorb"_ba)};
    const bool isNew = site.xorb(name).isEmpty();
    if (isNew && !site.keepXorb(name, xorb))
        return {text(507, "The demo Hub is full"_ba)};
    return {json(QJsonObject{{u"was_inserted"_s, isNew}})};
}

Answer takeShard(Site &site, const QString &databaseId, const QByteArray &shard)
{
    const auto described = filesOfShard(shard);
    if (!described)
        return {text(400, "Bad shard"_ba)};
    qint64 total = 0;
    for (const XetFile &file : *described)
        total += file.size;
    if (!site.hasRoom(total))
        return {text(507, "The demo Hub is full"_ba)};
    Assembly assembly(site);
    QList<File> files; // twice each: one id is checked, the other names the content in commits
    for (const XetFile &file : *described) {
        const auto bytes = assembly.bytesOf(file);
        if (!bytes)
            return {text(400, "The shard names chunks that were not uploaded"_ba)};
        const auto content = Content::fromBytes(*bytes);
        files.append({{file.sha256, content, true}, {file.sha256, content, false}});
    }
    return {{}, files, {}, [&site, files, databaseId] {
                for (const File &file : files) {
                    const Response stored = storeObject(site, databaseId, file.path, file.content);
                    if (stored.status != 200)
                        return stored;
                }
                return json(QJsonObject{{u"result"_s, 1}});
            }};
}

} // namespace

std::optional<Answer> xetTokenAnswer(const RepoCall &call)
{
    if (call.request.verb != "GET" || call.place.action != "xet-write-token"_L1)
        return std::nullopt;
    if (const auto refusal = commitRefusal(call))
        return Answer{*refusal};
    const QString revision = call.target.joined(call.place.rest); // its slashes come bare
    if (!call.site.at(call.head, revision))
        return Answer{revisionNotFound(Surface::Api, revision)};
    const QString &databaseId = call.repo().databaseId;
    const qint64 expires =
        QDateTime::currentSecsSinceEpoch() + std::max(call.site.options.linkSeconds, 0);
    const QByteArray token = databaseId.toLatin1() + '?'
        + call.site.signer.signedQuery(signedPath(databaseId), expires, {});
    return Answer{json(QJsonObject{{u"accessToken"_s, QString::fromLatin1(token)},
                                   {u"exp"_s, expires},
                                   {u"casUrl"_s, call.site.cdnOrigin + "/demo-cas"_L1}})};
}

Answer xetUploadAnswer(Site &site, const Request &request, const Target &target)
{
    const QStringList &segments = target.segments;
    const QString action = segments.mid(1, segments.size() == 3 ? 2 : 3).join(u'/');
    const bool isXorb = action == "v1/xorbs/default"_L1 && segments.size() == 5;
    if (segments[0] != "demo-cas"_L1 || !(isXorb || action == "v1/shards"_L1))
        return {text(404, "Not found"_ba)};
    const QString databaseId = repoOfToken(site, request);
    if (databaseId.isEmpty())
        return {text(401, "Unauthorized"_ba)};
    return isXorb ? takeXorb(site, segments[4], request.body)
                  : takeShard(site, databaseId, request.body);
}

} // namespace demo
