#pragma once

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include "hub/changes.h"
#include "hub/rawserver.h"

// Hubs whose answers to a write are lost, and the words they use.

namespace support {

using namespace Qt::StringLiterals;

inline const QByteArray Cut = "\n"_ba; // the connection ends where an answer would begin
inline const QByteArray Silence;
inline const QString Base(39, u'0');

inline QByteArray json(const QJsonValue &value, const QByteArray &status = "200 OK"_ba,
                       const QByteArray &headers = {})
{
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return answer(status, headers + "Content-Type: application/json\r\n",
                  list.sliced(1, list.size() - 2));
}

inline QByteArray info(const QString &id, const QString &commit = QString(40, u'a'))
{
    return json(QJsonObject{{u"id"_s, id}, {u"sha"_s, commit}});
}

inline QByteArray missing()
{
    return json(QJsonObject{{u"error"_s, u"Repository not found"_s}}, "404 Not Found"_ba,
                "X-Error-Code: RepoNotFound\r\n"_ba);
}

inline QByteArray refusal(const QByteArray &status, const QString &words)
{
    return json(QJsonObject{{u"error"_s, words}}, status);
}

inline qsizetype writesOf(const RawServer &server)
{
    return std::count_if(server.seen.begin(), server.seen.end(), [](const RawRequest &request) {
        return request.verb != "GET"_ba && !request.target.contains("/paths-info/");
    });
}

// A Hub that commits, as git keeps commits, and then cuts the connection.
class ForgetfulHub {
public:
    struct Commit {
        QString id;
        QString title;
        QString message;
        bool holdsOurs = false;
    };

    ForgetfulHub()
        : server([this](const RawRequest &request) { return serve(request); })
    {
    }

    void add(const QString &words, bool holdsOurs)
    {
        const QString id = u"%1"_s.arg(commits.size() + 1, 40, 10, QChar(u'0'));
        commits.prepend(
            {id, words.section(u'\n', 0, 0), words.section(u'\n', 1).trimmed(), holdsOurs});
    }

    struct Sent {
        QString words;
        QString parent;
    };

    // As git does: not onto a commit that is no longer the last.
    bool accept(const Sent &sent)
    {
        const bool isFitting = sent.parent.isEmpty() || sent.parent == commits.first().id;
        if (isFitting)
            add(sent.words, true);
        return isFitting;
    }

    // What becomes of a commit that is sent, and the answer to it.
    std::function<QByteArray(const Sent &sent)> onCommit = [this](const Sent &sent) {
        accept(sent);
        return Cut;
    };
    // Whether nobody answers now.
    std::function<bool()> isAway = [] { return false; };
    int pageLength = 1000; // of the history
    bool isInFolder = false; // what is sent: dir/a.txt
    QList<Commit> commits{{u"0"_s + Base, u"the first"_s, {}, false}};
    RawServer server;

private:
    QByteArray serve(const RawRequest &request)
    {
        if (isAway())
            return Cut;
        if (request.target.contains("/commit/")) {
            const auto header = QJsonDocument::fromJson(request.body.split('\n').first());
            const QJsonValue value = header.object().value(u"value"_s);
            const QString words =
                value[u"summary"_s].toString() + u"\n\n"_s + value[u"description"_s].toString();
            return onCommit({words, value[u"parentCommit"_s].toString()});
        }
        if (request.target.contains("/commits/"))
            return page(request);
        if (request.target.contains("/paths-info/"))
            return json(filesOf(QString::fromLatin1(request.target.right(40))));
        return info(u"o/r"_s, commits.first().id);
    }

    QByteArray page(const RawRequest &request) const
    {
        const QUrlQuery query(QUrl::fromEncoded(request.target));
        const int number = query.queryItemValue(u"p"_s).toInt();
        QByteArray link;
        if ((number + 1) * pageLength < commits.size()) {
            const QByteArray path = request.target.left(request.target.indexOf('?'));
            link =
                "Link: <" + path + "?p=" + QByteArray::number(number + 1) + ">; rel=\"next\"\r\n";
        }
        return json(history(number * pageLength), "200 OK"_ba, link);
    }

    QJsonArray history(qsizetype from) const
    {
        QJsonArray list;
        for (const Commit &commit : commits.mid(from, pageLength))
            list.append(QJsonObject{
                {u"id"_s, commit.id}, {u"title"_s, commit.title}, {u"message"_s, commit.message}});
        return list;
    }

    QJsonArray filesOf(const QString &id) const
    {
        const auto found = std::find_if(commits.begin(), commits.end(),
                                        [&id](const Commit &commit) { return commit.id == id; });
        if (found == commits.end() || !found->holdsOurs)
            return {};
        const QJsonObject folder{{u"type"_s, u"directory"_s},
                                 {u"path"_s, u"dir"_s},
                                 {u"oid"_s, QString(40, u'd')},
                                 {u"size"_s, 0}};
        const QJsonObject file{
            {u"type"_s, u"file"_s},
            {u"path"_s, isInFolder ? u"dir/a.txt"_s : u"a.txt"_s},
            {u"size"_s, 5},
            {u"oid"_s,
             QString::fromLatin1(
                 QCryptographicHash::hash("blob 5\0hello"_ba, QCryptographicHash::Sha1).toHex())}};
        return isInFolder ? QJsonArray{folder, file} : QJsonArray{file};
    }
};

inline hub::NewCommit ours(const QString &summary = u"Upload"_s, const QString &description = {})
{
    hub::NewCommit commit;
    commit.summary = summary;
    commit.description = description;
    commit.files = {{u"a.txt"_s, "hello"_ba}};
    return commit;
}

inline hub::NewRepo newRepo(const core::RepoId &repo)
{
    hub::NewRepo wanted;
    wanted.repo = repo;
    return wanted;
}

} // namespace support
