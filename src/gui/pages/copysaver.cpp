#include "gui/pages/copysaver.h"

#include <QDir>
#include <QFileDialog>
#include <QStandardPaths>

#include "core/format.h"
#include "gui/widgets/statebanner.h"
#include "transfer/engine.h"
#include "transfer/filedownload.h"

namespace gui {

using namespace Qt::StringLiterals;

CopySaver::CopySaver(transfer::Engine &engine, StateBanner &banner, QWidget *window)
    : QObject(window)
    , m_engine(engine)
    , m_banner(banner)
    , m_window(window)
{
    connect(&banner, &StateBanner::actionTriggered, this, &CopySaver::onAction);
}

bool CopySaver::isBusy() const
{
    return m_dialog || m_download;
}

void CopySaver::ask(const transfer::FileRequest &request, const QString &name)
{
    if (isBusy())
        return;
    m_request = request;
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::DownloadLocation));
    m_dialog = new QFileDialog(m_window, tr("Save a copy"), folder.path());
    m_dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_dialog->setAcceptMode(QFileDialog::AcceptSave);
    m_dialog->selectFile(name);
    connect(m_dialog, &QFileDialog::fileSelected, this, &CopySaver::begin);
    connect(m_dialog, &QObject::destroyed, this, &CopySaver::busyChanged, Qt::QueuedConnection);
    m_dialog->open();
    Q_EMIT busyChanged();
}

void CopySaver::begin(const QString &path)
{
    m_request.destination = QDir(path).absolutePath();
    m_name = core::isolate(QFileInfo(path).fileName());
    // A file that is to be replaced is no beginning of this one.
    m_request.resume = QFileInfo::exists(path) ? transfer::FileRequest::Resume::Fresh
                                               : transfer::FileRequest::Resume::Continue;
    start();
}

void CopySaver::start()
{
    m_hasFailed = false;
    m_download = m_engine.downloadFile(m_request);
    connect(m_download, &transfer::FileDownload::progressed, this, &CopySaver::showProgress);
    m_download->onDone(this, [this](const core::Result<transfer::FileResult> &result) {
        m_download = nullptr;
        if (result) {
            m_banner.showState(u"file"_s, tr("%1 is saved.").arg(m_name),
                               core::isolate(QDir::toNativeSeparators(result->path)), tr("Close"));
        } else if (result.error().kind == core::ErrorKind::Cancelled) {
            m_banner.hide();
        } else {
            m_hasFailed = true;
            m_banner.showError(result.error(), tr("Try again"));
        }
        Q_EMIT busyChanged();
    });
    showProgress(0, m_request.size.value_or(-1));
    Q_EMIT busyChanged();
}

void CopySaver::showProgress(qint64 bytes, qint64 total)
{
    const QString done = core::formatSize(bytes);
    m_banner.showState(u"downloads"_s, tr("Saving a copy of %1…").arg(m_name),
                       total < 0 ? done : tr("%1 of %2").arg(done, core::formatSize(total)),
                       tr("Cancel"));
}

void CopySaver::onAction()
{
    if (m_download)
        m_download->cancel();
    else if (m_hasFailed)
        start();
    else
        m_banner.hide();
}

} // namespace gui
