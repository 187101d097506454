#include "gui/pages/reclaimdialog.h"

#include "ui_reclaimdialog.h"

#include <QDateTime>
#include <QHeaderView>

#include <algorithm>

#include "core/format.h"
#include "gui/background.h"
#include "gui/delegates/rowdelegate.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = session::Reclaimable::Kind;

namespace {

constexpr int numberRole = Qt::UserRole;

QString nameOf(Kind kind)
{
    switch (kind) {
    case Kind::Leftovers:
        return ReclaimDialog::tr("Leftovers of interrupted downloads");
    case Kind::Versions:
        return ReclaimDialog::tr("Versions no name points to");
    case Kind::Repo:
        return ReclaimDialog::tr("Repos unused for %Ln month(s)", nullptr, session::unusedMonths);
    }
    return {};
}

QString words(const session::Reclaimable &one)
{
    switch (one.kind) {
    case Kind::Leftovers:
        return ReclaimDialog::tr("%Ln unfinished file(s)", nullptr, one.count);
    case Kind::Versions:
        return one.isSuggested
            ? ReclaimDialog::tr("%Ln version(s)", nullptr, one.count)
            : ReclaimDialog::tr("%Ln version(s), all that is here of it", nullptr, one.count);
    case Kind::Repo:
        return ReclaimDialog::tr("last used %1")
            .arg(Texts::ago(one.lastUsed, QDateTime::currentDateTimeUtc()));
    }
    return {};
}

} // namespace

ReclaimDialog::ReclaimDialog(const cache::Location &place, const QList<cache::ScannedRepo> &repos,
                             bool usedIsKnown, const session::Deletions &deletions, QWidget *parent)
    : QDialog(parent)
    , m_ui(std::make_unique<Ui::ReclaimDialog>())
    , m_deletions(deletions)
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
    m_ui->setupUi(this);
    setAttribute(Qt::WA_DeleteOnClose);
    m_ui->emptyBanner->setShape(StateBanner::Shape::Page);
    m_ui->emptyBanner->showState(u"library"_s, tr("Looking for what could go…"));
    QTreeWidget *list = m_ui->list;
    list->setItemDelegate(new RowDelegate(list));
    list->header()->setStretchLastSection(false);
    list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    const int letter = fontMetrics().averageCharWidth();
    list->header()->resizeSection(1, letter * 14);
    list->header()->resizeSection(2, letter * 40);
    connect(list, &QTreeWidget::itemChanged, this, &ReclaimDialog::showSum);
    connect(m_ui->closeButton, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_ui->deleteButton, &QPushButton::clicked, this, &QDialog::accept);
    showSum();
    inBackground(
        this,
        [place, repos, usedIsKnown, stop = m_stop] {
            return session::findReclaimable(place, repos, usedIsKnown, stop.get());
        },
        [this](const core::Result<QList<session::Reclaimable>> &found) { fill(found); });
}

ReclaimDialog::~ReclaimDialog()
{
    *m_stop = true;
}

QTreeWidgetItem *ReclaimDialog::group(Kind kind)
{
    const auto number = static_cast<int>(kind);
    for (int i = 0; i < m_ui->list->topLevelItemCount(); ++i) {
        if (m_ui->list->topLevelItem(i)->data(0, numberRole).toInt() == number)
            return m_ui->list->topLevelItem(i);
    }
    auto *item = new QTreeWidgetItem(m_ui->list, {nameOf(kind)});
    item->setData(0, numberRole, number);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                   | Qt::ItemIsAutoTristate);
    return item;
}

void ReclaimDialog::fill(const core::Result<QList<session::Reclaimable>> &found)
{
    if (!found) {
        m_ui->emptyBanner->showError(found.error(), {});
        return;
    }
    m_found = *found;
    for (session::Reclaimable &one : m_found)
        one.leftovers.removeIf([&](const auto &file) { return m_deletions.isNeeded(file); });
    m_found.removeIf([this](const session::Reclaimable &one) {
        return one.kind == Kind::Leftovers ? one.leftovers.isEmpty()
                                           : !m_deletions.needing(one.plan).isEmpty();
    });
    const QSignalBlocker quiet(m_ui->list);
    for (int i = 0; i < m_found.size(); ++i) {
        session::Reclaimable &one = m_found[i];
        if (one.kind == Kind::Leftovers) {
            one.count = static_cast<int>(one.leftovers.size());
            one.bytes = 0;
            for (const cache::Leftover &file : std::as_const(one.leftovers))
                one.bytes += file.size;
        }
        auto *row = new QTreeWidgetItem(
            group(one.kind),
            {core::isolate(one.repo.display()), core::formatSize(one.bytes), words(one)});
        row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        row->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                      | Qt::ItemNeverHasChildren);
        row->setCheckState(0, one.isSuggested ? Qt::Checked : Qt::Unchecked);
        m_rows.insert(i, row);
    }
    if (m_found.isEmpty()) {
        m_ui->emptyBanner->showState(u"library"_s, tr("There is nothing to reclaim."));
    } else {
        m_ui->list->expandAll();
        m_ui->list->setCurrentItem(m_ui->list->topLevelItem(0));
        m_ui->stack->setCurrentWidget(m_ui->list);
        m_ui->list->setFocus();
    }
    showSum();
}

// What goes with its whole repo is not counted apart.
bool ReclaimDialog::isIncluded(const session::Reclaimable &one) const
{
    for (int i = 0; i < m_found.size(); ++i) {
        const session::Reclaimable &other = m_found.at(i);
        if (one.kind != Kind::Repo && other.kind == Kind::Repo && other.repo == one.repo
            && m_rows.value(i)->checkState(0) == Qt::Checked)
            return true;
    }
    return false;
}

QList<const session::Reclaimable *> ReclaimDialog::ticked() const
{
    QList<const session::Reclaimable *> chosen;
    for (int i = 0; i < m_found.size(); ++i) {
        const bool isTicked = m_rows.value(i)->checkState(0) == Qt::Checked;
        if (isTicked && !isIncluded(m_found.at(i)))
            chosen += &m_found.at(i);
    }
    return chosen;
}

session::Deletion ReclaimDialog::deletion() const
{
    session::Deletion deletion;
    const auto chosen = ticked();
    for (const session::Reclaimable *one : chosen) {
        deletion.leftovers += one->leftovers;
        if (one->kind != Kind::Leftovers)
            deletion.plans += one->plan;
    }
    return deletion;
}

QSet<LibraryItem> ReclaimDialog::rows() const
{
    QSet<LibraryItem> rows;
    const auto chosen = ticked();
    for (const session::Reclaimable *one : chosen) {
        if (one->kind == Kind::Repo)
            rows.insert({LibraryItem::Kind::Repo, one->repo, {}, {}});
        for (const QString &commit : one->plan.what.commits)
            rows.insert({LibraryItem::Kind::Version, one->repo, commit, {}});
    }
    return rows;
}

int ReclaimDialog::items() const
{
    return static_cast<int>(ticked().size());
}

void ReclaimDialog::showSum()
{
    const qint64 bytes = deletion().freed();
    const int count = items();
    m_ui->sumLabel->setText(
        tr("%1 in %Ln item(s) ticked", nullptr, count).arg(core::formatSize(bytes)));
    m_ui->deleteButton->setText(tr("&Delete %1").arg(core::formatSize(bytes)));
    m_ui->deleteButton->setEnabled(count > 0);
    for (QWidget *widget : std::initializer_list<QWidget *>{m_ui->titleLabel, m_ui->sumLabel,
                                                            m_ui->deleteButton, m_ui->noteLabel})
        widget->setVisible(!m_found.isEmpty());
    m_ui->closeButton->setText(m_found.isEmpty() ? tr("&Close") : tr("&Keep all"));
}

} // namespace gui
