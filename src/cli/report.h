#pragma once

#include <QHash>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include "cli/commands.h"
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
    // Says what is new since the last call.
    void progress(const transfer::DownloadStatus &status, const QList<transfer::FileStatus> &files);
    void end(const transfer::DownloadRequest &request, const transfer::DownloadStatus &status,
             Exit exit);
    void failure(const QString &sentence, const QString &kind, Exit exit);

private:
    void event(const QString &name, QJsonObject object) const;
    void fileEvents(const transfer::DownloadStatus &status,
                    const QList<transfer::FileStatus> &files);
    void line(const QString &text) const;

    GetOptions::Output m_output;
    bool m_terminal = false;
    QHash<QString, transfer::State> m_states;
    qint64 m_lastDone = -1;
    mutable bool m_lineOpen = false; // a progress line that the next text must not be glued to
};

} // namespace cli
