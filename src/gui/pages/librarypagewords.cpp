#include "ui_librarypage.h"

#include <QAction>

#include <algorithm>

#include "core/format.h"
#include "gui/models/librarymodel.h"
#include "gui/pages/librarydelete.h"
#include "gui/pages/librarypage.h"
#include "gui/pages/verifypanel.h"
#include "gui/texts.h"
#include "session/services.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = LibraryItem::Kind;

void LibraryPage::showContent()
{
    const bool isEmpty = m_model->rowCount() == 0;
    if (isEmpty)
        showEmpty();
    m_ui->stack->setCurrentWidget(isEmpty ? static_cast<QWidget *>(m_ui->emptyBanner)
                                          : m_ui->repoList);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_ui->detailLabel, m_ui->folderButton,
                                                            m_ui->deleteButton})
        widget->setVisible(!isEmpty);
    for (QWidget *widget :
         std::initializer_list<QWidget *>{m_ui->filterField, m_ui->kindBox, m_ui->unusedBox})
        widget->setEnabled(m_model->count() > 0);
    m_actions.verifyAll->setEnabled(m_model->count() > 0 && !m_verify->isRunning());
    m_actions.reclaim->setEnabled(m_model->count() > 0);
    m_actions.rescan->setEnabled(!m_library->isScanning());
    showTotals();
    showUsage();
    showSelection();
}

void LibraryPage::showEmpty()
{
    if (m_library->isScanning())
        m_ui->emptyBanner->showState(u"library"_s, tr("Looking at the disk…"), {}, tr("Stop"));
    else if (!m_isKnown)
        m_ui->emptyBanner->showState(u"library"_s, tr("The disk has not been looked at."), {},
                                     tr("Look at it"));
    else if (m_model->count() > 0 && !m_model->isFiltered())
        m_ui->emptyBanner->showState(u"library"_s, tr("All that was here is about to be deleted."));
    else if (m_model->count() == 0)
        m_ui->emptyBanner->showState(
            u"library"_s,
            tr("No files yet. What you fetch — here or with other programs — appears here."), {},
            tr("Discover"));
    else
        m_ui->emptyBanner->showState(u"library"_s, tr("No repo matches these filters."), {},
                                     tr("Clear filters"));
}

void LibraryPage::emptyAction()
{
    if (m_library->isScanning())
        m_library->stop();
    else if (!m_isKnown)
        rescan();
    else if (m_model->count() == 0 || !m_model->isFiltered())
        Q_EMIT discoverWanted();
    else
        clearFilter();
}

void LibraryPage::showTotals()
{
    if (!m_isKnown) {
        m_ui->totalLabel->clear();
        return;
    }
    const LibraryModel::Totals totals = m_model->totals();
    QString text =
        tr("%1 in %2")
            .arg(core::formatSize(m_scan.found.size), tr("%Ln repo(s)", nullptr, totals.repos));
    if (totals.unfinished > 0)
        text += u" · "_s + tr("%1 unfinished").arg(core::formatSize(totals.unfinished));
    if (totals.strangers > 0)
        text += u" · "_s + tr("%Ln thing(s) not of the Hub's making", nullptr, totals.strangers);
    if (m_model->isFiltered())
        text += u" · "_s
            + tr("%Ln shown, %1", "rows, size", m_model->rowCount())
                  .arg(core::formatSize(m_model->shownBytes()));
    if (m_library->isScanning())
        text += u" · "_s + tr("looking at the disk…");
    m_ui->totalLabel->setText(text);
}

void LibraryPage::showUsage()
{
    if (!m_isKnown || m_scan.diskSize <= 0 || m_scan.diskFree < 0) {
        m_ui->usageLine->setParts({});
        return;
    }
    const LibraryModel::Totals totals = m_model->totals();
    const qint64 used = m_scan.diskSize - m_scan.diskFree;
    const qint64 other =
        std::max<qint64>(0, used - totals.models - totals.datasets - totals.spaces);
    const auto part = [](const QString &text, qint64 bytes) {
        return UsageLine::Part{Texts::phrase(text.arg(core::formatSize(bytes))), bytes};
    };
    m_ui->usageLine->setParts({part(tr("Models %1"), totals.models),
                               part(tr("Datasets %1"), totals.datasets),
                               part(tr("Spaces %1"), totals.spaces), part(tr("Other %1"), other),
                               part(tr("Free %1"), m_scan.diskFree)});
}

void LibraryPage::showSelection()
{
    const QList<LibraryItem> items = selected();
    const bool isOne = items.size() == 1;
    const bool isRepo = isOne && items.constFirst().repo.isValid();
    const auto isPlace = [](const LibraryItem &item) { return item.kind != Kind::Note; };
    const bool hasRepo = std::any_of(items.begin(), items.end(), [](const LibraryItem &item) {
        return item.repo.isValid() && item.kind != Kind::Note;
    });
    m_actions.openRepo->setEnabled(isRepo);
    m_actions.openFolder->setEnabled(isOne);
    m_actions.copyPath->setEnabled(std::any_of(items.begin(), items.end(), isPlace));
    m_actions.copyLine->setEnabled(hasRepo);
    m_actions.verify->setEnabled(hasRepo && !m_verify->isRunning());
    m_actions.remove->setEnabled(LibraryDelete::refusal(items).isEmpty());
    m_ui->detailLabel->setText(selectionText(items));
}

QString LibraryPage::selectionText(const QList<LibraryItem> &items) const
{
    if (items.isEmpty())
        return m_model->rowCount() > 0 ? tr("Nothing is chosen.") : QString();
    if (items.size() > 1) {
        const QString refusal = LibraryDelete::refusal(items);
        const QString text = tr("%Ln row(s) chosen.", nullptr, static_cast<int>(items.size()));
        return refusal.isEmpty() ? text : text + u' ' + refusal;
    }
    const LibraryItem &item = items.constFirst();
    const QString path = core::isolate(pathOf(item));
    const cache::ScannedRepo *repo = m_model->repo(item.repo);
    if (item.kind == Kind::Stranger)
        return tr("This was not put here by a program of the Hub, or is a kind of repo that "
                  "Hubload "
                  "does not know. It is left alone.")
            + u'\n' + path;
    if (item.kind == Kind::Note)
        return core::isolate(item.path);
    if (item.kind == Kind::Version) {
        const cache::ScannedRevision *version = m_model->version(item);
        if (!version)
            return path;
        return tr("Deleting this version frees %1; %2 of it is shared and stays.")
                   .arg(core::formatSize(version->ownSize),
                        core::formatSize(version->size - version->ownSize))
            + u'\n' + path;
    }
    if (item.kind == Kind::Repo && repo) {
        QString text =
            tr("%1, %2", "number of versions, number of files")
                .arg(tr("%Ln version(s)", nullptr, static_cast<int>(repo->revisions.size())),
                     Texts::files(repo->files));
        if (repo->unusedSize > 0)
            text += u' '
                + tr("%1 of it belongs to no version.").arg(core::formatSize(repo->unusedSize));
        return text + u'\n' + path;
    }
    return path;
}

} // namespace gui
