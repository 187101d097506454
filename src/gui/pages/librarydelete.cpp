#include "gui/pages/librarydelete.h"

#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

#include "core/errortext.h"
#include "core/format.h"
#include "gui/background.h"
#include "gui/models/librarymodel.h"
#include "gui/texts.h"
#include "gui/widgets/statebanner.h"

namespace gui {

using namespace Qt::StringLiterals;
using Kind = LibraryItem::Kind;

namespace {

constexpr int resultMs = 10000; // that a good result stays

// One for each repo; what a repo or a version has goes with it.
QList<cache::Removal> removalsOf(const QList<LibraryItem> &items)
{
    QHash<core::RepoId, cache::Removal> byRepo;
    QSet<core::RepoId> whole;
    for (const LibraryItem &item : items) {
        if (!item.repo.isValid())
            continue;
        cache::Removal &removal = byRepo[item.repo];
        removal.repo = item.repo;
        if (item.kind == Kind::Repo)
            whole.insert(item.repo);
        if ((item.kind == Kind::Version || item.kind == Kind::File)
            && !removal.commits.contains(item.commit))
            removal.commits += item.commit;
        if (item.kind == Kind::File)
            removal.paths += item.path;
    }
    QList<cache::Removal> removals;
    for (cache::Removal removal : std::as_const(byRepo)) {
        if (whole.contains(removal.repo)) {
            removal.commits.clear();
            removal.paths.clear();
        }
        removals += removal;
    }
    return removals;
}

} // namespace

LibraryDelete::LibraryDelete(const cache::Location &place, transfer::Engine &engine,
                             LibraryModel &model, QVBoxLayout *bars, QWidget *page)
    : QObject(page)
    , m_place(place)
    , m_deletions(place, engine)
    , m_model(model)
    , m_bars(bars)
    , m_page(page)
    , m_stop(std::make_shared<std::atomic<bool>>(false))
{
    connect(&m_deletions, &session::Deletions::begun, this, &LibraryDelete::onBegun);
    connect(&m_deletions, &session::Deletions::ended, this, &LibraryDelete::onEnded);
}

LibraryDelete::~LibraryDelete()
{
    *m_stop = true;
}

QString LibraryDelete::refusal(const QList<LibraryItem> &items)
{
    QSet<core::RepoId> whole;
    QHash<core::RepoId, QSet<QString>> versions;
    QSet<core::RepoId> withVersions;
    QSet<core::RepoId> withFiles;
    for (const LibraryItem &item : items) {
        if (item.kind == Kind::Stranger)
            return tr("What is not of the Hub's making is not deleted here.");
        if (item.kind == Kind::Note || item.kind == Kind::None)
            return tr("A note cannot be deleted.");
        if (item.kind == Kind::Repo)
            whole.insert(item.repo);
        if (item.kind == Kind::Version)
            withVersions.insert(item.repo);
        if (item.kind == Kind::File) {
            withFiles.insert(item.repo);
            versions[item.repo].insert(item.commit);
        }
    }
    for (const core::RepoId &repo : std::as_const(withFiles)) {
        const bool isMixed = withVersions.contains(repo) || versions.value(repo).size() > 1;
        if (isMixed && !whole.contains(repo))
            return tr("Choose whole versions, or files of one version.");
    }
    return items.isEmpty() ? tr("Nothing is chosen.") : QString();
}

void LibraryDelete::ask(const QList<LibraryItem> &items)
{
    if (m_isPlanning || m_box || !refusal(items).isEmpty())
        return;
    m_isPlanning = true;
    inBackground(
        this,
        [place = m_place, stop = m_stop, removals = removalsOf(items)] {
            Plans plans;
            for (const cache::Removal &removal : removals)
                plans += session::planDeletion(place, removal, stop.get());
            return plans;
        },
        [this, items](const Plans &plans) {
            m_isPlanning = false;
            onPlanned(items, plans);
        });
}

void LibraryDelete::onPlanned(const QList<LibraryItem> &items, const Plans &plans)
{
    session::Deletion deletion;
    QList<session::PlannedRemoval> planned;
    QStringList stays;
    QSet<core::RepoId> staying;
    for (const auto &plan : plans) {
        if (!plan) {
            stays += core::errorSentence(plan.error());
            continue;
        }
        const core::RepoId &repo = plan->plan.what.repo;
        if (!m_deletions.needing(plan->plan).isEmpty()) {
            staying.insert(repo);
            stays += tr("%1 stays: a download in the queue needs it. Remove that from the list of "
                        "downloads first.")
                         .arg(core::isolate(repo.display()));
            continue;
        }
        if (!plan->plan.missing.isEmpty() && plan->plan.what.commits.isEmpty())
            continue; // somebody was faster
        planned += *plan;
        deletion.plans += plan->plan;
    }
    if (deletion.plans.isEmpty())
        return tell(stays.isEmpty() ? tr("It is not there any more.") : stays.join(u'\n'));
    QList<LibraryItem> going = items;
    going.removeIf([&](const LibraryItem &item) { return staying.contains(item.repo); });
    QString words = details(planned);
    if (!stays.isEmpty())
        words += u"\n\n"_s + stays.join(u'\n');
    openQuestion(going, deletion, words);
}

QString LibraryDelete::title(const QList<LibraryItem> &items) const
{
    const auto count = static_cast<int>(items.size());
    const LibraryItem &first = items.constFirst();
    const QString repo = core::isolate(first.repo.display());
    const bool isOneRepo = std::all_of(items.begin(), items.end(), [&](const LibraryItem &item) {
        return item.repo == first.repo && item.kind == first.kind;
    });
    if (!isOneRepo)
        return tr("%Ln item(s)", "of the library", count);
    if (first.kind == Kind::Repo)
        return repo;
    const QString commit = core::isolate(Texts::shortCommit(first.commit));
    if (first.kind == Kind::Version)
        return count == 1 ? tr("version %1 of %2").arg(commit, repo)
                          : tr("%Ln version(s) of %1", nullptr, count).arg(repo);
    return count == 1 ? tr("%1 of %2", "file, repo").arg(core::isolate(first.path), repo)
                      : tr("%Ln file(s) of %1", nullptr, count).arg(repo);
}

QString LibraryDelete::details(const QList<session::PlannedRemoval> &plans) const
{
    qint64 freed = 0;
    qint64 sharedBytes = 0;
    int shared = 0;
    int others = 0;
    int files = 0;
    QStringList refs;
    for (const session::PlannedRemoval &one : plans) {
        freed += one.plan.freed;
        sharedBytes += one.sharedBytes;
        shared += one.sharedFiles;
        others += one.otherVersions;
        files += one.plan.files;
        refs += one.plan.refs;
    }
    QStringList lines{tr("%1 will be free (%2 bytes, %Ln file(s)).", nullptr, files)
                          .arg(core::formatSize(freed), core::formatCount(freed))};
    if (shared > 0)
        lines += tr("%Ln file(s) with %1 stay: other versions use them (%2).", nullptr, shared)
                     .arg(core::formatSize(sharedBytes), core::formatCount(others));
    if (!refs.isEmpty())
        lines += tr("The names that lead there go, too: %1.")
                     .arg(core::isolate(refs.mid(0, 8).join(u", "_s)));
    if (freed == 0 && shared == 0)
        lines += tr("What it leads to has another name, and stays.");
    return lines.join(u'\n');
}

void LibraryDelete::tell(const QString &text)
{
    m_box = new QMessageBox(QMessageBox::Information, tr("Delete"), tr("Nothing can be deleted."),
                            QMessageBox::Close, m_page);
    m_box->setObjectName(u"deleteRefusal"_s);
    m_box->setAttribute(Qt::WA_DeleteOnClose);
    m_box->setTextFormat(Qt::PlainText);
    m_box->setInformativeText(text);
    m_box->open();
}

void LibraryDelete::openQuestion(const QList<LibraryItem> &items, const session::Deletion &deletion,
                                 const QString &details)
{
    const QString what = title(items);
    m_box = new QMessageBox(QMessageBox::Question, tr("Delete"),
                            tr("Delete %1 from the Hub cache?").arg(what), QMessageBox::NoButton,
                            m_page);
    m_box->setObjectName(u"deleteQuestion"_s);
    m_box->setAttribute(Qt::WA_DeleteOnClose);
    m_box->setTextFormat(Qt::PlainText);
    m_box->setInformativeText(details);
    QPushButton *keep = m_box->addButton(tr("&Keep"), QMessageBox::RejectRole);
    QPushButton *go = m_box->addButton(tr("&Delete %1").arg(core::formatSize(deletion.freed())),
                                       QMessageBox::DestructiveRole);
    go->setObjectName(u"deleteButton"_s);
    m_box->setDefaultButton(keep);
    m_box->setEscapeButton(keep);
    connect(go, &QPushButton::clicked, this, [this, items, deletion, what] {
        remove(deletion, what, QSet<LibraryItem>(items.begin(), items.end()));
    });
    m_box->open();
}

StateBanner *LibraryDelete::addBar()
{
    auto *bar = new StateBanner(m_page);
    bar->setObjectName(u"undoBar"_s);
    m_bars->addWidget(bar);
    return bar;
}

void LibraryDelete::remove(const session::Deletion &deletion, const QString &title,
                           const QSet<LibraryItem> &rows)
{
    Pending pending;
    pending.title = title;
    pending.rows = rows;
    for (const cache::RemovalPlan &plan : deletion.plans)
        pending.repos.insert(plan.what.repo);
    for (const cache::Leftover &leftover : deletion.leftovers)
        pending.repos.insert(leftover.repo);
    pending.bar = addBar();
    pending.bar->showState(
        u"remove"_s,
        tr("Deleted %1. %2 will be free.").arg(title, core::formatSize(deletion.freed())),
        tr("For ten seconds you can take it back; until then nothing is touched."), tr("&Undo"));
    const int id = m_deletions.add(deletion);
    connect(pending.bar, &StateBanner::actionTriggered, this, [this, id] { undo(id); });
    m_pending.insert(id, pending);
    m_order += id;
    hideRows();
    Q_EMIT changed();
}

void LibraryDelete::undoLast()
{
    if (!m_order.isEmpty())
        undo(m_order.constLast());
}

void LibraryDelete::undo(int id)
{
    if (!m_deletions.undo(id))
        return;
    const Pending pending = m_pending.take(id);
    m_order.removeAll(id);
    if (pending.bar) {
        pending.bar->hide();
        pending.bar->deleteLater(); // its button is being pressed
    }
    hideRows();
    Q_EMIT changed();
}

void LibraryDelete::onBegun(int id)
{
    const Pending pending = m_pending.take(id);
    m_order.removeAll(id);
    m_running.insert(id, pending);
    if (pending.bar) {
        disconnect(pending.bar, &StateBanner::actionTriggered, this, nullptr);
        pending.bar->showState(u"remove"_s, tr("Deleting %1…").arg(pending.title));
    }
    Q_EMIT changed();
}

void LibraryDelete::onEnded(int id, const session::DeletionOutcome &outcome)
{
    const Pending pending = m_running.take(id);
    Q_EMIT deleted(pending.repos);
    hideRows();
    QStringList lines;
    for (const session::DeletionOutcome::Rest &rest : outcome.rests) {
        const QString repo = core::isolate(rest.repo.display());
        using Left = session::DeletionOutcome::Left;
        if (rest.why == Left::Needed)
            lines += tr("%1 stays: a download in the queue needs it.").arg(repo);
        else if (rest.why == Left::Changed)
            lines += tr("%1 stays: more is there now than you were told.").arg(repo);
        else
            lines += tr("%1: %2", "repo, what went wrong")
                         .arg(repo, rest.error ? core::errorSentence(*rest.error) : QString());
    }
    lines += outcome.kept;
    const bool isGood = lines.isEmpty();
    if (lines.size() > 6)
        lines = lines.mid(0, 5) << tr("and %Ln more", nullptr, static_cast<int>(lines.size()) - 5);
    if (!pending.bar)
        return;
    StateBanner *bar = pending.bar;
    bar->showState(isGood ? u"info"_s : u"warning"_s,
                   tr("Deleted %1: %2 freed.").arg(pending.title, core::formatSize(outcome.freed)),
                   lines.join(u'\n'), tr("Close"));
    if (!isGood && outcome.freed == 0)
        bar->showState(u"warning"_s, tr("Nothing was deleted of %1.").arg(pending.title),
                       lines.join(u'\n'), tr("Close"));
    connect(bar, &StateBanner::actionTriggered, bar, &QObject::deleteLater);
    if (isGood)
        QTimer::singleShot(resultMs, bar, &QObject::deleteLater);
}

void LibraryDelete::hideRows()
{
    QSet<LibraryItem> rows;
    for (const Pending &pending : std::as_const(m_pending))
        rows += pending.rows;
    for (const Pending &pending : std::as_const(m_running))
        rows += pending.rows;
    m_model.setHidden(rows);
}

} // namespace gui
