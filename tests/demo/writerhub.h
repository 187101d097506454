#pragma once

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "demo/rawclient.h"
#include "support/faultyhub.h"

// A test Hub with somebody who may write ("writer") and somebody who may only read ("reader"), and
// the requests that tests of writing repeat.
class WriterHub {
public:
    explicit WriterHub(const QList<demo::Repo> &catalogue = {}, demo::DemoOptions options = {});

    support::FaultyHub &hub() { return *m_hub; }
    RawAnswer ask(const QByteArray &verb, const QByteArray &target, const QByteArray &body = {},
                  const QByteArray &token = "writer");
    RawAnswer get(const QByteArray &target, const QByteArray &token = "writer");

    RawAnswer create(const QByteArray &name); // demo-writer/name
    // lines: each a JSON object with key and value, without the header
    RawAnswer commit(const QByteArray &id, const QByteArray &title, const QByteArrayList &lines,
                     const QByteArray &revision = "main", const QByteArray &parent = {},
                     const QByteArray &token = "writer");
    // The LFS batch answer for one object.
    QJsonObject batch(const QByteArray &id, const QByteArray &oid, qint64 size);
    RawAnswer put(const QJsonObject &batched, const QByteArray &bytes,
                  const QByteArray &moreHeaders = {});
    QString head(const QByteArray &id, const QByteArray &revision = "main");
    QStringList paths(const QByteArray &id, const QByteArray &revision = "main");
    // The bytes that a resolve of the file leads to.
    QByteArray file(const QByteArray &id, const QByteArray &path,
                    const QByteArray &revision = "main");

private:
    std::unique_ptr<support::FaultyHub> m_hub;
};

QByteArray fileLine(const QByteArray &path, const QByteArray &content);
QByteArray lfsLine(const QByteArray &path, const QByteArray &oid, qint64 size);
QByteArray deleteLine(const QByteArray &path);

QJsonObject objectOf(const RawAnswer &answer);
QJsonArray arrayOf(const RawAnswer &answer);
QString errorOf(const RawAnswer &answer);
QByteArray bearer(const QByteArray &token);
QByteArray sha256Of(const QByteArray &bytes);
