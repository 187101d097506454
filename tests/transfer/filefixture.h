#pragma once

#include "enginefixture.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QPointer>
#include <QTest>

#include <optional>

#include "cache/cachefixture.h"
#include "hub/rawserver.h"
#include "transfer/filedownload.h"

// Calls of downloadFile as a test sees them.
namespace filetest {

using namespace Qt::StringLiterals;

using cachetest::namesIn;
using cachetest::readFile;
using cachetest::writeFile;

inline demo::Repo largeRepo(qint64 size = 9 * MiB)
{
    return support::makeRepo(u"org/one"_s, {support::lfsFile(u"m.bin"_s, size, 7)});
}

inline QByteArray bytesOf(const demo::File &file)
{
    return file.content->read(0, file.content->size());
}

inline bool isRight(const QString &path, const demo::Repo &repo)
{
    return readFile(path) == bytesOf(repo.files.first());
}

inline QString out(const EngineFixture &f)
{
    return f.folder.filePath(u"a/b/out.bin"_s);
}

inline QStringList beside(const EngineFixture &f)
{
    return namesIn(f.folder.filePath(u"a/b"_s));
}

// The file as the tree names it, to out() in a fresh folder.
inline transfer::FileRequest
request(EngineFixture &f, const demo::Repo &repo,
        transfer::FileRequest::Resume resume = transfer::FileRequest::Resume::Fresh)
{
    f.hub.setRepo(repo);
    const demo::File &file = repo.files.first();
    transfer::FileRequest request;
    request.url = f.http.endpoint.resolve(repo.id, repo.commit, file.path);
    request.destination = out(f);
    request.resume = resume;
    request.content =
        *core::ContentId::make(file.lfs ? file.content->sha256() : file.content->gitSha1());
    request.size = file.content->size();
    return request;
}

// What becomes of one call.
struct Call {
    Call(transfer::Engine &engine, const transfer::FileRequest &request)
        : download(engine.downloadFile(request))
    {
        QObject::connect(download, &transfer::FileDownload::progressed, &context,
                         [this](qint64 bytes, qint64 total) {
                             progress.append({bytes, total});
                         });
        download->onDone(&context, [this](const core::Result<transfer::FileResult> &value) {
            ++ends;
            result = value;
        });
    }

    bool wait(int seconds = 60)
    {
        return QTest::qWaitFor([this] { return ends > 0; }, seconds * 1000);
    }
    // "done", or the kind and the words of the error.
    QString outcome()
    {
        if (!wait())
            return u"never ended"_s;
        return *result ? u"done"_s : core::kindName((*result).error().kind);
    }
    QString words() const { return result && !*result ? (*result).error().detail : QString(); }
    qint64 mostBytes() const { return progress.isEmpty() ? 0 : progress.last().first; }

    QObject context;
    QPointer<transfer::FileDownload> download;
    QList<std::pair<qint64, qint64>> progress;
    std::optional<core::Result<transfer::FileResult>> result;
    int ends = 0;
};

// An answer to a range request by a server that does ranges.
inline QByteArray rangeAnswer(const support::RawRequest &request, const QByteArray &content,
                              const QByteArray &headers = {})
{
    const QByteArray range = request.header("Range");
    if (range.isEmpty())
        return support::answer("200 OK", headers, content);
    const qint64 from = range.mid(6).chopped(1).toLongLong();
    const QByteArray total = QByteArray::number(content.size());
    if (from >= content.size())
        return support::answer("416 Range Not Satisfiable",
                               headers + "Content-Range: bytes */" + total + "\r\n");
    return support::answer("206 Partial Content",
                           headers + "Content-Range: bytes " + QByteArray::number(from) + '-'
                               + QByteArray::number(content.size() - 1) + '/' + total + "\r\n",
                           content.mid(from));
}

inline const QByteArray alphabet = "abcdefghijklmnopqrstuvwxyz"_ba;

inline core::ContentId idOf(const QByteArray &bytes)
{
    const QByteArray hex = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    return *core::ContentId::make(QString::fromLatin1(hex));
}

// The connection ends before that many bytes have come.
inline QByteArray broken(QByteArray answer, qsizetype missing)
{
    answer.chop(missing);
    return answer;
}

// An engine whose Hub is what the test says, and a folder.
struct Place {
    explicit Place(const hub::HttpConfig &http = {})
        : engine(http, {}, gate, clock, nullptr)
    {
    }

    QTemporaryDir folder;
    core::SystemClock clock;
    hub::Gate gate{clock};
    transfer::Engine engine;

    QString out() const { return folder.filePath(u"out.bin"_s); }
    QString partial() const { return out() + u".incomplete"_s; }
    QStringList names() const { return namesIn(folder.path()); }
    transfer::FileRequest request(const support::RawServer &server) const
    {
        transfer::FileRequest request;
        request.url = QUrl(QString::fromLatin1(server.origin() + "/f.bin?secret=1"));
        request.destination = out();
        request.resume = transfer::FileRequest::Resume::Continue;
        return request;
    }
};

// A server whose file may become another one between two requests.
struct Source {
    QByteArray content = alphabet;
    QByteArray headers; // those that tell its version
    bool knowsIfRange = false;
    qsizetype missing = 0; // where the body breaks off; who then asks for the rest hears nothing
    QByteArray ranged; // answers every request for a range, unless it is empty
    support::RawServer server{[this](const support::RawRequest &request) {
        if (missing > 0)
            return request.header("Range").isEmpty()
                ? broken(rangeAnswer(request, content, headers), missing)
                : QByteArray();
        if (!ranged.isEmpty() && !request.header("Range").isEmpty())
            return ranged;
        const QByteArray known = request.header("If-Range");
        if (knowsIfRange && !known.isEmpty() && !headers.contains(": " + known + "\r\n"))
            return support::answer("200 OK", headers, content);
        return rangeAnswer(request, content, headers);
    }};

    // A call that is stopped when so much of the body is missing; what it leaves is on disk.
    bool breakOff(Place &place, const transfer::FileRequest &request, qsizetype lacking)
    {
        missing = lacking;
        Call call(place.engine, request);
        const qsizetype before = server.seen.size();
        const bool isBroken = QTest::qWaitFor(
            [&] {
                return server.seen.size() > before
                    && !server.seen.constLast().header("Range").isEmpty();
            },
            30000);
        call.download->cancel();
        missing = 0;
        return isBroken && call.outcome() == "cancelled"_L1
            && QFileInfo(place.partial()).size() == content.size() - lacking;
    }
};

inline hub::HttpConfig hubAt(const support::RawServer &server, const QByteArray &token = {})
{
    hub::HttpConfig config;
    config.endpoint = *hub::Endpoint::make(QString::fromLatin1(server.origin()));
    config.token = core::Secret(token);
    return config;
}

} // namespace filetest
