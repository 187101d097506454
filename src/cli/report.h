#pragma once

#include <QHash>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include "cli/commands.h"
#include "cli/getoptions.h"
#include "cli/output.h"
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
    // For a person who waits at a terminal; nobody else hears it.
    void note(const QString &text);
    // Says what is new since the last call.
    void progress(const transfer::DownloadStatus &status, const QList<transfer::FileStatus> &files);
    // Names of files that are here, but that nothing could be compared with.
    void unchecked(const QString &names);
    void startedOver(const transfer::StartOver &what);
    // leftOut: what is to be said although everything that was fetched is fine.
    void end(const transfer::DownloadRequest &request, const transfer::DownloadStatus &status,
             Exit exit, const QString &leftOut);
    void failure(const QString &sentence, const QString &kind, Exit exit);

    // Whoever read our standard output has closed it.
    bool isReaderGone() const { return m_out.state() == Output::State::ReaderGone; }
    void hurry(); // a reader that does not read must not hold us up any more

private:
    void event(const QString &name, QJsonObject object);
    void print(const QString &text);
    void fileEvents(const transfer::DownloadStatus &status,
                    const QList<transfer::FileStatus> &files);
    void line(const QString &text);
    void progressLine(const QString &sentence); // over the last one

    GetOptions::Output m_output;
    Output m_out;
    Output m_err;
    bool m_terminal = false;
    QHash<QString, transfer::State> m_states;
    qint64 m_lastDone = -1;
    std::optional<std::chrono::seconds> m_lastWait;
    bool m_saidBroken = false;
    bool m_saidLocked = false;
    bool m_lineOpen = false; // a progress line that the next text must not be glued to
};

} // namespace cli
