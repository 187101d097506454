#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

#include "transfer/filerequest.h"

QT_BEGIN_NAMESPACE
class QFileDialog;
QT_END_NAMESPACE

namespace transfer {
class Engine;
class FileDownload;
} // namespace transfer

namespace gui {

class StateBanner;

// Saves one file of the Hub to a place that the person picks, outside queue and cache: a dialog
// that does not block, then progress and end in a banner. One at a time. Owner: RepoPage.
// GUI thread.
class CopySaver : public QObject {
    Q_OBJECT
public:
    CopySaver(transfer::Engine &engine, StateBanner &banner, QWidget *window);

    bool isBusy() const;
    // request lacks the destination; name: what the file is called at the Hub.
    void ask(const transfer::FileRequest &request, const QString &name);

Q_SIGNALS:
    void busyChanged();

private:
    void begin(const QString &path);
    void start();
    void showProgress(qint64 bytes, qint64 total);
    void onAction();

    transfer::Engine &m_engine;
    StateBanner &m_banner;
    QWidget *m_window;
    QPointer<QFileDialog> m_dialog;
    QPointer<transfer::FileDownload> m_download;
    transfer::FileRequest m_request;
    QString m_name; // for people
    bool m_hasFailed = false; // the button says "Try again"
};

} // namespace gui
