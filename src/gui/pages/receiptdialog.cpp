#include "gui/pages/receiptdialog.h"

#include "ui_receiptdialog.h"

#include <QDir>
#include <QFileInfo>
#include <QLayout>
#include <QStorageInfo>

#include <algorithm>

#include "core/format.h"
#include "gui/background.h"
#include "gui/icons.h"
#include "gui/texts.h"
#include "transfer/engine.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

// The place itself may not exist yet. Blocks: pool only.
qint64 diskSizeOf(const QString &path)
{
    QDir folder(path);
    while (!folder.exists() && folder.path() != folder.rootPath())
        folder.setPath(QFileInfo(folder.path()).path());
    return QStorageInfo(folder.path()).bytesTotal();
}

} // namespace

ReceiptDialog::ReceiptDialog(const core::RepoId &repo, const QString &revision,
                             const QString &commit, const QList<hub::TreeEntry> &chosen,
                             const cache::Location &place, qint64 reserve,
                             const transfer::Engine &engine, QWidget *parent)
    : QDialog(parent)
    , m_ui(std::make_unique<Ui::ReceiptDialog>())
    , m_engine(engine)
    , m_look([place, repo, commit, chosen, reserve](const QList<transfer::Need> &queue) {
        return Facts{session::makeReceipt(place, repo, commit, chosen, reserve, queue),
                     diskSizeOf(place.path), reserve};
    })
{
    m_ui->setupUi(this);
    applyIcons(this);
    const auto files = static_cast<int>(chosen.size());
    setWindowTitle(tr("Get files"));
    QFont big = m_ui->titleLabel->font();
    big.setPointSizeF(big.pointSizeF() * 1.15);
    big.setBold(true);
    m_ui->titleLabel->setFont(big);
    m_ui->titleLabel->setText(
        tr("Get %Ln file(s) from %1", nullptr, files).arg(core::isolate(repo.display())));
    m_ui->placeLabel->setText(tr("Hub cache: %1").arg(core::isolate(place.path)) + u'\n'
                              + tr("Programs that use the Hub find them there by themselves."));
    m_ui->versionLabel->setText(
        tr("%1 at %2").arg(core::isolate(revision), core::isolate(Texts::shortCommit(commit))));
    m_ui->banner->hide();
    m_ui->getButton->setEnabled(false);
    for (QLabel *label : {m_ui->chosenLabel, m_ui->hereLabel, m_ui->fetchLabel, m_ui->diskLabel})
        label->setText(tr("looking…"));
    connect(m_ui->cancelButton, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_ui->getButton, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_ui->banner, &StateBanner::actionTriggered, this, &ReceiptDialog::look);
    look();
}

ReceiptDialog::~ReceiptDialog() = default;

void ReceiptDialog::look()
{
    inBackground(
        this, [look = m_look, queue = m_engine.needs()] { return look(queue); },
        [this](const Facts &facts) { showFacts(facts); });
}

// "1.2 GB (1,234,567,890 bytes)"
QString ReceiptDialog::exactly(qint64 bytes)
{
    return tr("%1 (%2 bytes)")
        .arg(core::formatSize(bytes), core::isolate(QLocale().toString(bytes)));
}

void ReceiptDialog::showFacts(const Facts &facts)
{
    const session::Receipt &receipt = facts.receipt;
    m_ui->chosenLabel->setText(
        tr("%1 in %2").arg(exactly(receipt.chosen), Texts::files(receipt.files)));
    m_ui->hereLabel->setText(receipt.alreadyHere > 0 ? exactly(receipt.alreadyHere)
                                                     : tr("nothing of it"));
    m_ui->fetchLabel->setText(receipt.toFetch > 0 ? exactly(receipt.toFetch) : tr("nothing"));
    m_ui->getButton->setText(
        Texts::phrase(receipt.toFetch > 0 ? tr("&Get %1").arg(core::formatSize(receipt.toFetch))
                                          : tr("&Add to library")));
    showDisk(facts);
    const bool fits = receipt.shortBy <= 0; // what is queued waits for room by itself
    m_ui->banner->setVisible(receipt.shortByQueue > 0);
    // The words are longer now than those they replace.
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
    m_ui->getButton->setEnabled(fits);
    if (fits)
        m_ui->getButton->setFocus();
    else
        m_ui->cancelButton->setFocus();
}

void ReceiptDialog::showDisk(const Facts &facts)
{
    const session::Receipt &receipt = facts.receipt;
    m_ui->diskLine->setDisk(facts.diskSize, receipt.freeBytes, receipt.toFetch);
    if (receipt.freeBytes < 0) {
        m_ui->diskLabel->setText(tr("The free space of this place is not known."));
    } else if (receipt.shortBy > 0) {
        m_ui->diskLabel->setText(
            tr("%1 free, too little for this").arg(core::formatSize(receipt.freeBytes)));
        m_ui->banner->showState(
            u"warning"_s,
            facts.reserve > 0
                ? tr("Needs %1 more than is free on this disk, where %2 are kept free.")
                      .arg(core::formatSize(receipt.shortBy), core::formatSize(facts.reserve))
                : tr("Needs %1 more than is free on this disk.")
                      .arg(core::formatSize(receipt.shortBy)),
            tr("Free some space or take fewer files."), tr("Look again"));
    } else {
        m_ui->diskLabel->setText(
            tr("%1 free afterwards")
                .arg(core::formatSize(std::max<qint64>(0, receipt.freeBytes - receipt.toFetch))));
        if (receipt.shortByQueue > 0) {
            m_ui->banner->showState(
                u"warning"_s,
                tr("The queue needs %1 of this disk, too. %2 are missing for both.")
                    .arg(core::formatSize(receipt.queued), core::formatSize(receipt.shortByQueue)),
                tr("Files for which there is no room wait until there is."), tr("Look again"));
        }
    }
}

} // namespace gui
