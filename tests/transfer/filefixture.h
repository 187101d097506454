#pragma once

#include "enginefixture.h"

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

constexpr qint64 MiB = 1024 * 1024;
inline const QRegularExpression anything(u".*"_s);
inline const QRegularExpression resolve(u"/resolve/"_s);

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

} // namespace filetest
