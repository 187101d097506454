#pragma once

#include <QByteArray>
#include <QList>
#include <QRegularExpression>
#include <QString>

#include <functional>
#include <memory>

#include "demo/demohub.h"

namespace support {

struct Seen {
    demo::Request request;
    int status = 0; // 0 while running
    qint64 bodyBytes = 0;
    bool hasToken = false; // carried an Authorization header
};

// The demo Hub plus scripted faults: the test Hub. On a thread of its own, so that a test may
// block. It records every request; a token seen by the CDN origin, or any Cookie, is an offence
// that the destructor turns into a failed test (QTest::qFail) unless takeOffences() was called.
// Thread-safe: rules run on the server's thread.
class FaultyHub {
public:
    explicit FaultyHub(const QList<demo::Repo> &catalogue = {},
                       const demo::DemoOptions &options = {});
    ~FaultyHub();
    Q_DISABLE_COPY_MOVE(FaultyHub)

    QString endpoint() const;
    QString cdnOrigin() const;
    void setRepo(const demo::Repo &repo);

    // A rule changes the answers to requests of that origin whose raw target matches; it is used at
    // most `times` times (-1: always). Rules are tried in order of adding; the first that fits
    // wins.
    using Change = std::function<void(const demo::Request &, demo::Response &)>;
    void addRule(demo::Origin origin, const QRegularExpression &target, Change change,
                 int times = -1);
    void clearRules();

    // Ready-made faults, for both readability and the same meaning everywhere.
    static Change status(int status, const QList<std::pair<QByteArray, QByteArray>> &headers = {},
                         const QByteArray &body = {});
    static Change redirect(int status, const QByteArray &location);
    static Change cutAfter(qint64 bytes);
    static Change stallAfter(qint64 bytes);
    static Change reset();
    static Change drip(qint64 bytesPerSecond);
    static Change ignoreRange(); // 200 with the whole body
    static Change wrongContentRange(); // 206 with a shifted start
    static Change corrupt(qint64 offset, char value);
    static Change html(); // 200 text/html in place of bytes
    static Change rateLimited(int seconds, bool withHeaders = true);

    QList<Seen> requests() const;
    QList<Seen> requests(demo::Origin origin, const QRegularExpression &target) const;
    void clearRequests();
    qint64 bodyBytes(demo::Origin origin) const; // handed to sockets so far
    bool tokenLeaked() const;
    QStringList takeOffences();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

// Small repos for tests, built in one line.
demo::Repo makeRepo(const QString &id, const QList<demo::File> &files);
demo::File lfsFile(const QString &path, qint64 size, quint64 seed = 1);
demo::File gitFile(const QString &path, const QByteArray &content);

} // namespace support
