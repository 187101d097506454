#pragma once

#include <QRegularExpression>
#include <QTemporaryDir>

#include <memory>

#include "support/faultyhub.h"
#include "transfer/engine.h"

inline constexpr qint64 MiB = 1024 * 1024;

// Targets of requests, for rules and counts.
inline const QRegularExpression anything(QStringLiteral(".*"));
inline const QRegularExpression resolve(QStringLiteral("/resolve/"));

// A Hub that sends so much over each connection.
demo::DemoOptions slow(qint64 bytesPerSecond);

// An Engine on a cache of its own, talking to a test Hub over real sockets and real time.
class EngineFixture {
public:
    explicit EngineFixture(const transfer::Limits &limits = {},
                           const demo::DemoOptions &options = {});
    ~EngineFixture();
    Q_DISABLE_COPY_MOVE(EngineFixture)

    // A request for all files of a repo that the Hub was given.
    transfer::DownloadRequest request(const demo::Repo &repo) const;
    transfer::DownloadId get(const demo::Repo &repo); // sets the repo and adds the download
    bool waitForState(const transfer::DownloadId &id, transfer::State state, int seconds = 30);
    bool waitForBytes(const transfer::DownloadId &id, qint64 bytes, int seconds = 30);
    void restart(); // the engine ends and a new one begins, with the same queue

    QString blob(const demo::Repo &repo, const demo::File &file) const;
    QString entry(const demo::Repo &repo, const QString &path) const;
    bool isRight(const demo::Repo &repo, const demo::File &file) const; // content, byte for byte
    QStringList leftovers(const demo::Repo &repo) const; // names in blobs that are no blob

    QTemporaryDir folder;
    support::FaultyHub hub;
    cache::Location place;
    transfer::Limits limits;
    hub::HttpConfig http;
    core::SystemClock clock;
    std::unique_ptr<hub::Gate> gate;
    std::unique_ptr<transfer::Engine> engine;
};
