#pragma once

#include <QHash>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/getoptions.h"
#include "core/error.h"
#include "session/receipt.h"
#include "transfer/download.h"

namespace cli {

// What "get" tells the world: events as JSON lines on standard output, or a line for people on
// standard error and the folder of the finished files on standard output. Format version 1: keys
// are added, never renamed. Messages pass redaction; a failure is one sentence on standard error in
// both forms. Main thread.
class Report {
public:
    explicit Report(GetOptions::Output output);

    void plan(const transfer::DownloadRequest &request, const session::Receipt &receipt);
    void warning(const QString &text);
    // The Hub makes us wait before there is a plan.
    void waiting(std::chrono::seconds time);
    // Says what is new since the last call.
    void progress(const transfer::DownloadStatus &status, const QList<transfer::FileStatus> &files);
    // Names of files that are here, but that nothing could be compared with.
    void unchecked(const QString &names);
    void startedOver(const transfer::StartOver &what);
    // leftOut: what is to be said although everything that was fetched is fine.
    void end(const transfer::DownloadRequest &request, const transfer::DownloadStatus &status,
             Exit exit, const QString &leftOut);
    void failure(const QString &sentence, const QString &kind, Exit exit);

    Console &console() { return m_console; }

private:
    void event(const QString &name, QJsonObject object);
    void fileEvents(const transfer::DownloadStatus &status,
                    const QList<transfer::FileStatus> &files);

    GetOptions::Output m_output;
    Console m_console;
    QHash<QString, transfer::State> m_states;
    qint64 m_lastDone = -1;
    std::optional<std::chrono::seconds> m_lastWait;
    bool m_saidLocked = false;
};

} // namespace cli
