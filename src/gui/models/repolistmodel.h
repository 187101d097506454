#pragma once

#include <QAbstractListModel>
#include <QPointer>
#include <QSet>

#include <optional>

#include "hub/client.h"

namespace gui {

// Results of one search, page after page as the view asks. The rows of the last good answer stay
// until a new answer is there; answers to questions no longer asked are dropped.
// Owner: DiscoverPage. GUI thread.
class RepoListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        SummaryRole = Qt::UserRole, // hub::RepoSummary
    };
    enum class Phase { Idle, Loading, LoadingMore, Ready, Failed };

    explicit RepoListModel(hub::Client &client, QObject *parent = nullptr);

    void search(const hub::SearchQuery &query);
    void retry(); // after Failed: asks again for what failed
    void stop(); // gives up waiting; what is there stays

    Phase phase() const { return m_phase; }
    const std::optional<core::Error> &error() const { return m_error; }
    const hub::SearchQuery &query() const { return m_query; }
    const hub::RepoSummary &summary(int row) const { return m_repos.at(row); }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

Q_SIGNALS:
    void phaseChanged();

private:
    enum class Part { First, Next };
    void ask(Part part);
    void take(const core::Result<hub::RepoPage> &answer, Part part);
    void append(const QList<hub::RepoSummary> &repos);
    void setPhase(Phase phase);

    hub::Client &m_client;
    hub::SearchQuery m_query;
    QList<hub::RepoSummary> m_repos;
    QSet<QString> m_seen; // pages of a moving listing repeat rows
    QUrl m_next;
    QPointer<hub::CallBase> m_call;
    quint64 m_question = 0;
    Part m_failedPart = Part::First;
    int m_emptyPages = 0;
    Phase m_phase = Phase::Idle;
    std::optional<core::Error> m_error;
};

} // namespace gui

Q_DECLARE_METATYPE(hub::RepoSummary)
