#include "support/faultyhub.h"

#include <QCryptographicHash>
#include <QSemaphore>
#include <QTest>

#include <mutex>

namespace support {

using namespace Qt::StringLiterals;

namespace {

constexpr int longestBarrierMs = 500;

struct Rule {
    demo::Origin origin = demo::Origin::Hub;
    QRegularExpression target;
    FaultyHub::Change change;
    int left = -1;
};

// A fault starts from a clean sheet where it replaces the whole answer.
void replaceBody(demo::Response &response, const QByteArray &body)
{
    response.content = nullptr;
    response.contentLength = 0;
    response.contentOffset = 0;
    response.body = body;
}

void removeHeader(demo::Response &response, const QByteArray &name)
{
    response.headers.removeIf(
        [&](const auto &header) { return header.first.compare(name, Qt::CaseInsensitive) == 0; });
}

} // namespace

struct FaultyHub::Private {
    void answer(const demo::Request &request, demo::Response &response);
    void note(const demo::Request &request);
    void end(const demo::Request &request, int status, qint64 bodyBytes);
    void applyRule(const demo::Request &request, demo::Response &response);
    void waitForServer() const;

    mutable std::mutex mutex;
    QList<Rule> rules; // guarded by mutex
    QList<Seen> seen; // guarded by mutex
    QHash<quint64, qsizetype> byId; // guarded by mutex
    QStringList offences; // guarded by mutex
    bool tokenLeaked = false; // guarded by mutex
    std::unique_ptr<demo::DemoServer> server;
};

void FaultyHub::Private::note(const demo::Request &request)
{
    const std::lock_guard lock(mutex);
    const bool hasToken = !request.header("Authorization").isEmpty();
    // The storage's own token, which the Hub gave out for it, is signed as its links are.
    const bool isStorages = request.header("Authorization").contains("&Signature=");
    byId.insert(request.id, seen.size());
    seen.append({request, 0, 0, hasToken});
    const QString where = QString::fromUtf8(request.verb) + u' '
        + QString::fromUtf8(request.target).section(u'?', 0, 0);
    if (hasToken && !isStorages && request.origin == demo::Origin::Cdn) {
        tokenLeaked = true;
        offences.append("A token reached the CDN: "_L1 + where);
    }
    if (!request.header("Cookie").isEmpty())
        offences.append("A cookie was sent: "_L1 + where);
}

void FaultyHub::Private::applyRule(const demo::Request &request, demo::Response &response)
{
    Change change;
    {
        const std::lock_guard lock(mutex);
        for (Rule &rule : rules) {
            const bool fits = rule.left != 0 && rule.origin == request.origin
                && rule.target.match(QString::fromLatin1(request.target)).hasMatch();
            if (!fits)
                continue;
            if (rule.left > 0)
                --rule.left;
            change = rule.change;
            break;
        }
    }
    if (change)
        change(request, response); // without the lock: a rule may ask what was seen
}

void FaultyHub::Private::answer(const demo::Request &request, demo::Response &response)
{
    note(request);
    applyRule(request, response);
}

void FaultyHub::Private::end(const demo::Request &request, int status, qint64 bodyBytes)
{
    const std::lock_guard lock(mutex);
    const auto at = byId.constFind(request.id);
    if (at == byId.cend())
        return;
    seen[*at].status = status;
    seen[*at].bodyBytes = bodyBytes;
}

// A client can hold the last byte before the server has noted that it was sent. Letting the server
// finish what it is doing closes that gap; bounded, because a rule may be waiting for the test.
void FaultyHub::Private::waitForServer() const
{
    auto passed = std::make_shared<QSemaphore>();
    QMetaObject::invokeMethod(
        &server->hub(), [passed] { passed->release(); }, Qt::QueuedConnection);
    if (QThread::currentThread() != server->hub().thread())
        passed->tryAcquire(1, longestBarrierMs);
}

FaultyHub::FaultyHub(const QList<demo::Repo> &catalogue, const demo::DemoOptions &options)
    : d(std::make_unique<Private>())
{
    auto server = demo::DemoServer::start(catalogue, options);
    if (!server)
        qFatal("The test Hub cannot listen: %s", qPrintable(server.error().detail));
    d->server = std::move(*server);
    d->server->run([this](demo::DemoHub &hub) {
        hub.setHook([this](const demo::Request &request, demo::Response &response) {
            d->answer(request, response);
        });
        hub.setEnded([this](const demo::Request &request, int status, qint64 bodyBytes) {
            d->end(request, status, bodyBytes);
        });
    });
}

FaultyHub::~FaultyHub()
{
    d->server.reset(); // no request comes after this
    for (const QString &offence : std::as_const(d->offences))
        QTest::qFail(qPrintable(offence), __FILE__, __LINE__);
}

QString FaultyHub::endpoint() const
{
    return d->server->endpoint();
}

QString FaultyHub::cdnOrigin() const
{
    return d->server->cdnOrigin();
}

void FaultyHub::setRepo(const demo::Repo &repo)
{
    d->server->run([&](demo::DemoHub &hub) { hub.setRepo(repo); });
}

void FaultyHub::addRule(demo::Origin origin, const QRegularExpression &target, Change change,
                        int times)
{
    const std::lock_guard lock(d->mutex);
    d->rules.append({origin, target, std::move(change), times});
}

void FaultyHub::clearRules()
{
    const std::lock_guard lock(d->mutex);
    d->rules.clear();
}

FaultyHub::Change FaultyHub::status(int status,
                                    const QList<std::pair<QByteArray, QByteArray>> &headers,
                                    const QByteArray &body)
{
    return [=](const demo::Request &, demo::Response &response) {
        response = {};
        response.status = status;
        response.headers = headers;
        response.body = body;
    };
}

FaultyHub::Change FaultyHub::redirect(int status, const QByteArray &location)
{
    return FaultyHub::status(status, {{"Location"_ba, location}}, "Redirecting"_ba);
}

FaultyHub::Change FaultyHub::cutAfter(qint64 bytes)
{
    return [=](const demo::Request &, demo::Response &response) { response.cutAfter = bytes; };
}

FaultyHub::Change FaultyHub::stallAfter(qint64 bytes)
{
    return [=](const demo::Request &, demo::Response &response) { response.stallAfter = bytes; };
}

FaultyHub::Change FaultyHub::reset()
{
    return
        [](const demo::Request &, demo::Response &response) { response.resetBeforeHeaders = true; };
}

FaultyHub::Change FaultyHub::drip(qint64 bytesPerSecond)
{
    return [=](const demo::Request &, demo::Response &response) {
        response.bytesPerSecond = bytesPerSecond;
    };
}

FaultyHub::Change FaultyHub::ignoreRange()
{
    return [](const demo::Request &, demo::Response &response) {
        if (response.status != 206 || !response.content)
            return;
        response.status = 200;
        response.contentOffset = 0;
        response.contentLength = response.content->size();
        removeHeader(response, "Content-Range"_ba);
    };
}

FaultyHub::Change FaultyHub::wrongContentRange()
{
    return [](const demo::Request &, demo::Response &response) {
        if (response.status != 206 || !response.content)
            return;
        const qint64 begin = response.contentOffset > 0 ? response.contentOffset - 1 : 1;
        const qint64 end = begin + response.contentLength - 1;
        response.setHeader("Content-Range"_ba,
                           "bytes " + QByteArray::number(begin) + '-' + QByteArray::number(end)
                               + '/' + QByteArray::number(response.content->size() + 1));
    };
}

FaultyHub::Change FaultyHub::corrupt(qint64 offset, char value)
{
    return [=](const demo::Request &, demo::Response &response) {
        response.corruptByte = {offset, value};
    };
}

FaultyHub::Change FaultyHub::html()
{
    return [](const demo::Request &, demo::Response &response) {
        response = {};
        response.setHeader("Content-Type"_ba, "text/html; charset=utf-8"_ba);
        replaceBody(response,
                    "<!doctype html><title>Sign in</title><p>Welcome to the network.\n"_ba);
    };
}

FaultyHub::Change FaultyHub::rateLimited(int seconds, bool withHeaders)
{
    return [=](const demo::Request &request, demo::Response &response) {
        const QByteArray bucket = request.target.contains("/resolve") ? "resolvers"_ba : "api"_ba;
        response = {};
        response.status = 429;
        replaceBody(response, "{\"error\":\"We had to rate limit you\"}"_ba);
        response.setHeader("Content-Type"_ba, "application/json; charset=utf-8"_ba);
        if (!withHeaders)
            return;
        response.setHeader("RateLimit"_ba,
                           '"' + bucket + "\";r=0;t=" + QByteArray::number(seconds));
        response.setHeader("RateLimit-Policy"_ba,
                           "\"fixed window\";\"" + bucket + "\";q=500;w=300");
    };
}

QList<Seen> FaultyHub::requests() const
{
    d->waitForServer();
    const std::lock_guard lock(d->mutex);
    return d->seen;
}

QList<Seen> FaultyHub::requests(demo::Origin origin, const QRegularExpression &target) const
{
    QList<Seen> result = requests();
    result.removeIf([&](const Seen &seen) {
        return seen.request.origin != origin
            || !target.match(QString::fromLatin1(seen.request.target)).hasMatch();
    });
    return result;
}

void FaultyHub::clearRequests()
{
    d->waitForServer();
    const std::lock_guard lock(d->mutex);
    d->seen.clear();
    d->byId.clear();
}

qint64 FaultyHub::bodyBytes(demo::Origin origin) const
{
    qint64 sum = 0;
    for (const Seen &seen : requests())
        sum += seen.request.origin == origin ? seen.bodyBytes : 0;
    return sum;
}

bool FaultyHub::tokenLeaked() const
{
    const std::lock_guard lock(d->mutex);
    return d->tokenLeaked;
}

QStringList FaultyHub::takeOffences()
{
    d->waitForServer();
    const std::lock_guard lock(d->mutex);
    return std::exchange(d->offences, {});
}

demo::Repo makeRepo(const QString &id, const QList<demo::File> &files)
{
    const bool isDataset = id.startsWith("datasets/"_L1);
    const bool isSpace = id.startsWith("spaces/"_L1);
    const core::RepoType type = isDataset ? core::RepoType::Dataset
        : isSpace                         ? core::RepoType::Space
                                          : core::RepoType::Model;
    const auto made = core::RepoId::make(type, isDataset || isSpace ? id.section(u'/', 1) : id);
    if (!made)
        qFatal("Not a repo id: %s", qPrintable(id));
    demo::Repo repo;
    repo.id = *made;
    repo.files = files;
    QCryptographicHash commit(QCryptographicHash::Sha1); // names the state; no file bytes pass here
    for (const demo::File &file : files)
        commit.addData((file.path + file.content->gitSha1() + u'\n').toUtf8());
    repo.commit = QString::fromLatin1(commit.result().toHex());
    repo.lastModified = QDateTime(QDate(2026, 5, 1), QTime(12, 0), Qt::UTC);
    return repo;
}

demo::File lfsFile(const QString &path, qint64 size, quint64 seed)
{
    return {path, demo::Content::generated(seed, size), true};
}

demo::File gitFile(const QString &path, const QByteArray &content)
{
    return {path, demo::Content::fromBytes(content), false};
}

} // namespace support
