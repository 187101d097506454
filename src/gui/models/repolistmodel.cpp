#include "gui/models/repolistmodel.h"

#include <QStringList>

#include "core/format.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

// A listing whose pages bring nothing new is not followed for ever.
constexpr int mostEmptyPages = 5;

QString spoken(const hub::RepoSummary &repo)
{
    QStringList parts{repo.repo.display()};
    if (!repo.pipelineTag.isEmpty())
        parts << Texts::task(repo.pipelineTag);
    if (repo.parameters >= 0)
        parts << Texts::parameters(repo.parameters);
    if (repo.downloads >= 0)
        parts << RepoListModel::tr("%1 downloads").arg(core::formatCount(repo.downloads));
    if (repo.likes >= 0)
        parts << RepoListModel::tr("%1 likes").arg(core::formatCount(repo.likes));
    if (repo.gated != hub::GatedMode::Open)
        parts << RepoListModel::tr("Gated");
    return parts.join(u", "_s);
}

} // namespace

RepoListModel::RepoListModel(hub::Client &client, QObject *parent)
    : QAbstractListModel(parent)
    , m_client(client)
{
}

void RepoListModel::search(const hub::SearchQuery &query)
{
    m_query = query;
    m_emptyPages = 0;
    ask(Part::First);
}

void RepoListModel::retry()
{
    if (m_phase == Phase::Failed)
        ask(m_failedPart);
}

void RepoListModel::stop()
{
    if (!m_call)
        return;
    ++m_question;
    m_call->cancel();
    setPhase(m_repos.isEmpty() ? Phase::Idle : Phase::Ready);
}

void RepoListModel::ask(Part part)
{
    const quint64 question = ++m_question;
    if (m_call)
        m_call->cancel();
    auto *call =
        part == Part::First ? m_client.search(m_query) : m_client.nextPage(m_query.type, m_next);
    m_call = call;
    call->onDone(this, [this, part, question](const core::Result<hub::RepoPage> &answer) {
        if (question == m_question)
            take(answer, part);
    });
    setPhase(part == Part::First ? Phase::Loading : Phase::LoadingMore);
}

void RepoListModel::take(const core::Result<hub::RepoPage> &answer, Part part)
{
    m_call = nullptr;
    if (!answer) {
        if (answer.error().kind == core::ErrorKind::Cancelled)
            return;
        m_error = answer.error();
        m_failedPart = part;
        setPhase(Phase::Failed);
        return;
    }
    m_error.reset();
    if (part == Part::First) {
        beginResetModel();
        m_repos.clear();
        m_seen.clear();
        endResetModel();
    }
    const qsizetype before = m_repos.size();
    m_next = answer->next;
    append(answer->repos);
    m_emptyPages = m_repos.size() == before ? m_emptyPages + 1 : 0;
    if (m_emptyPages > 0 && m_emptyPages < mostEmptyPages && !m_next.isEmpty()) {
        ask(Part::Next);
        return;
    }
    if (m_emptyPages >= mostEmptyPages)
        m_next.clear();
    setPhase(Phase::Ready);
}

void RepoListModel::append(const QList<hub::RepoSummary> &repos)
{
    QList<hub::RepoSummary> fresh;
    for (const hub::RepoSummary &repo : repos) {
        if (m_seen.contains(repo.repo.id()))
            continue;
        m_seen.insert(repo.repo.id());
        fresh << repo;
    }
    if (fresh.isEmpty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
    m_repos << fresh;
    endInsertRows();
}

void RepoListModel::setPhase(Phase phase)
{
    m_phase = phase;
    Q_EMIT phaseChanged();
}

int RepoListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_repos.size());
}

QVariant RepoListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const hub::RepoSummary &repo = m_repos.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return repo.repo.display();
    case Qt::AccessibleTextRole:
        return spoken(repo);
    case Qt::ToolTipRole:
        return repo.tags.isEmpty()
            ? repo.repo.display()
            : repo.repo.display() + u"\n"_s + repo.tags.mid(0, 12).join(u" · "_s);
    case SummaryRole:
        return QVariant::fromValue(repo);
    default:
        return {};
    }
}

bool RepoListModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_phase == Phase::Ready && !m_next.isEmpty();
}

void RepoListModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        ask(Part::Next);
}

} // namespace gui
