#include "gui/models/librarymodel.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

#include "core/format.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

qint64 number(const cache::ScannedRepo &repo, int column)
{
    switch (column) {
    case LibraryModel::SizeColumn:
        return repo.size + repo.incompleteSize;
    case LibraryModel::VersionsColumn:
        return repo.revisions.size();
    case LibraryModel::FilesColumn:
        return repo.files;
    case LibraryModel::UsedColumn:
        return repo.lastAccessed.isValid() ? repo.lastAccessed.toSecsSinceEpoch() : 0;
    case LibraryModel::KindColumn:
        return static_cast<qint64>(repo.repo.type());
    default:
        return 0;
    }
}

QString tip(const cache::ScannedRepo &repo)
{
    QStringList lines{repo.path};
    for (const cache::ScannedRevision &revision : repo.revisions) {
        const QString names = revision.refs.isEmpty() ? LibraryModel::tr("no name points to it")
                                                      : revision.refs.join(u", "_s);
        lines << u"%1 · %2 · %3"_s.arg(Texts::shortCommit(revision.commit), names,
                                       core::formatSize(revision.size));
    }
    return (lines + repo.problems).join(u"\n"_s);
}

} // namespace

LibraryModel::LibraryModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void LibraryModel::setRepos(const QList<cache::ScannedRepo> &repos)
{
    beginResetModel();
    m_repos = repos;
    sortRepos();
    endResetModel();
}

void LibraryModel::sortRepos()
{
    const auto before = [this](const cache::ScannedRepo &a, const cache::ScannedRepo &b) {
        const qint64 left = number(a, m_sortColumn);
        const qint64 right = number(b, m_sortColumn);
        if (left != right)
            return m_sortOrder == Qt::AscendingOrder ? left < right : right < left;
        const int names = QString::localeAwareCompare(a.repo.display(), b.repo.display());
        const bool isReversed = m_sortColumn == NameColumn && m_sortOrder == Qt::DescendingOrder;
        return isReversed ? names > 0 : names < 0;
    };
    std::stable_sort(m_repos.begin(), m_repos.end(), before);
}

void LibraryModel::sort(int column, Qt::SortOrder order)
{
    beginResetModel();
    m_sortColumn = column;
    m_sortOrder = order;
    sortRepos();
    endResetModel();
}

int LibraryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_repos.size());
}

int LibraryModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString LibraryModel::display(const cache::ScannedRepo &repo, int column) const
{
    switch (column) {
    case NameColumn:
        return core::isolate(repo.repo.id());
    case KindColumn:
        return Texts::kind(repo.repo.type());
    case SizeColumn:
        return repo.incompleteSize > 0
            ? tr("%1 + %2 unfinished")
                  .arg(core::formatSize(repo.size), core::formatSize(repo.incompleteSize))
            : core::formatSize(repo.size);
    case VersionsColumn:
        return core::formatCount(repo.revisions.size());
    case FilesColumn:
        return core::formatCount(repo.files);
    case UsedColumn:
        return repo.lastAccessed.isValid()
            ? Texts::ago(repo.lastAccessed, QDateTime::currentDateTimeUtc())
            : tr("not recorded");
    default:
        return {};
    }
}

QVariant LibraryModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const cache::ScannedRepo &repo = m_repos.at(index.row());
    const bool isText = index.column() == NameColumn || index.column() == KindColumn;
    switch (role) {
    case Qt::DisplayRole:
        return display(repo, index.column());
    case Qt::TextAlignmentRole:
        return isText ? QVariant() : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::ToolTipRole:
        return tip(repo);
    case RawRole:
        return index.column() == NameColumn ? QVariant(repo.repo.display())
                                            : QVariant(number(repo, index.column()));
    default:
        return {};
    }
}

QVariant LibraryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section != NameColumn && section != KindColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case KindColumn:
        return tr("Kind");
    case SizeColumn:
        return tr("Size");
    case VersionsColumn:
        return tr("Versions");
    case FilesColumn:
        return tr("Files");
    case UsedColumn:
        return tr("Last used");
    default:
        return {};
    }
}

} // namespace gui
