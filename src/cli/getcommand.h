#pragma once

#include <QObject>
#include <QTimer>

#include <memory>

#include "cli/commands.h"
#include "cli/getoptions.h"
#include "cli/interrupt.h"
#include "cli/report.h"
#include "session/config.h"
#include "session/services.h"
#include "session/storedlisting.h"

namespace cli {

// "hubload get": commit, listing, choice, receipt, then one Download in a private queue until it
// cannot go on alone. Owner: run(). Main thread. Promise: ended() exactly once, queued.
class GetCommand : public QObject {
    Q_OBJECT
public:
    GetCommand(const session::Config &config, const GetOptions &options);
    ~GetCommand() override;

    void begin();

Q_SIGNALS:
    void ended(int exitCode);

private:
    // Asking the Hub, or, in offline mode, the cache.
    void askHub();
    void askCache();
    void onCommit(const QString &commit);
    void onListing(const hub::TreePage &tree);
    struct Weighed {
        session::Receipt receipt;
        QStringList missing; // offline: chosen, but not in the cache
        std::optional<core::Error> trouble;
    };
    static Weighed weighed(const transfer::DownloadRequest &request, const session::Config &config);
    void weigh();
    void onWeighed(const Weighed &weighed);
    bool confirmed();
    void onChanged();
    void onFinished();
    void onInterrupted();
    void stop();
    core::Error named(core::Error error) const;
    Exit exitFor(const transfer::DownloadStatus &status) const;
    void fail(const core::Error &error);
    void fail(const QString &sentence, core::ErrorKind kind, Exit exit);
    void failOffline(const QString &sentence);
    void finish(Exit exit);

    session::Config m_config;
    GetOptions m_options;
    Report m_report;
    Interrupt m_interrupt;
    std::unique_ptr<session::Services> m_services;
    transfer::DownloadRequest m_request;
    transfer::DownloadId m_download;
    QTimer m_patience; // says that we still wait for the Hub
    QString m_path; // file or folder that the link named; empty: none
    QString m_leftOut; // what is to be said of chosen files that cannot be written
    bool m_ended = false;
};

} // namespace cli
