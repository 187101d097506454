#include "demo/writerhub.h"

using namespace Qt::StringLiterals;

WriterHub::WriterHub(const QList<demo::Repo> &catalogue, demo::DemoOptions options)
{
    options.writeTokens = {u"writer"_s};
    options.tokens = {u"reader"_s};
    m_hub = std::make_unique<support::FaultyHub>(catalogue, options);
}

RawAnswer WriterHub::ask(const QByteArray &verb, const QByteArray &target, const QByteArray &body,
                         const QByteArray &token)
{
    return send(verb, m_hub->endpoint().toLatin1() + target, body,
                "Content-Type: application/json\r\n" + bearer(token));
}

RawAnswer WriterHub::get(const QByteArray &target, const QByteArray &token)
{
    return fetch(m_hub->endpoint().toLatin1() + target, bearer(token));
}

RawAnswer WriterHub::create(const QByteArray &name)
{
    return ask("POST", "/api/repos/create", "{\"name\": \"" + name + "\", \"type\": \"model\"}");
}

RawAnswer WriterHub::commit(const QByteArray &id, const QByteArray &title,
                            const QByteArrayList &lines, const QByteArray &revision,
                            const QByteArray &parent, const QByteArray &token)
{
    QJsonObject header{{u"summary"_s, QString::fromUtf8(title)}, {u"description"_s, u"why"_s}};
    if (!parent.isEmpty())
        header.insert(u"parentCommit"_s, QString::fromLatin1(parent));
    const QJsonObject first{{u"key"_s, u"header"_s}, {u"value"_s, header}};
    const QByteArray body =
        QJsonDocument(first).toJson(QJsonDocument::Compact) + '\n' + lines.join('\n');
    return ask("POST", "/api/models/" + id + "/commit/" + revision, body, token);
}

QJsonObject WriterHub::batch(const QByteArray &id, const QByteArray &oid, qint64 size)
{
    const QByteArray body = "{\"operation\": \"upload\", \"transfers\": [\"basic\", \"multipart\"],"
                            "\"hash_algo\": \"sha256\", \"ref\": {\"name\": \"main\"},"
                            "\"objects\": [{\"oid\": \""
        + oid + "\", \"size\": " + QByteArray::number(size) + "}]}";
    const RawAnswer answer = ask("POST", '/' + id + ".git/info/lfs/objects/batch", body);
    return objectOf(answer).value("objects"_L1)[0].toObject();
}

RawAnswer WriterHub::put(const QJsonObject &batched, const QByteArray &bytes,
                         const QByteArray &moreHeaders)
{
    const QString href = batched["actions"_L1]["upload"_L1]["href"_L1].toString();
    return send("PUT", href.toLatin1(), bytes, moreHeaders);
}

QString WriterHub::head(const QByteArray &id, const QByteArray &revision)
{
    return objectOf(get("/api/models/" + id + "/revision/" + revision))["sha"_L1].toString();
}

QStringList WriterHub::paths(const QByteArray &id, const QByteArray &revision)
{
    QStringList result;
    for (const QJsonValue entry :
         arrayOf(get("/api/models/" + id + "/tree/" + revision + "?recursive=true"))) {
        if (entry["type"_L1].toString() == "file"_L1)
            result.append(entry["path"_L1].toString());
    }
    return result;
}

QByteArray WriterHub::file(const QByteArray &id, const QByteArray &path, const QByteArray &revision)
{
    const RawAnswer hop = get('/' + id + "/resolve/" + revision + '/' + path);
    const QByteArray location = hop.headers.value("location");
    if (hop.status == 302)
        return fetch(location).body;
    return hop.status == 307 ? get(location).body : hop.body;
}

QByteArray fileLine(const QByteArray &path, const QByteArray &content)
{
    return "{\"key\": \"file\", \"value\": {\"path\": \"" + path + "\", \"content\": \""
        + content.toBase64() + "\", \"encoding\": \"base64\"}}";
}

QByteArray lfsLine(const QByteArray &path, const QByteArray &oid, qint64 size)
{
    return "{\"key\": \"lfsFile\", \"value\": {\"path\": \"" + path
        + "\", \"algo\": \"sha256\", \"oid\": \"" + oid
        + "\", \"size\": " + QByteArray::number(size) + "}}";
}

QByteArray deleteLine(const QByteArray &path)
{
    return "{\"key\": \"deletedFile\", \"value\": {\"path\": \"" + path + "\"}}";
}

QJsonObject objectOf(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

QJsonArray arrayOf(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).array();
}

QString errorOf(const RawAnswer &answer)
{
    return objectOf(answer)["error"_L1].toString();
}

QByteArray bearer(const QByteArray &token)
{
    return token.isEmpty() ? token : "Authorization: Bearer " + token + "\r\n";
}

QByteArray sha256Of(const QByteArray &bytes)
{
    return demo::Content::fromBytes(bytes)->sha256().toLatin1();
}
