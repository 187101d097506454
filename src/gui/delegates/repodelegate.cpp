#include "gui/delegates/repodelegate.h"

#include <QApplication>
#include <QDateTime>
#include <QPainter>

#include "core/format.h"
#include "gui/models/repolistmodel.h"
#include "gui/texts.h"

namespace gui {

using namespace Qt::StringLiterals;

namespace {

constexpr int margin = 8;
constexpr int gap = 4;

QColor strong(const QStyleOptionViewItem &option)
{
    return option.palette.color(option.state & QStyle::State_Selected ? QPalette::HighlightedText
                                                                      : QPalette::Text);
}

QColor dimmed(const QStyleOptionViewItem &option)
{
    return option.state & QStyle::State_Selected ? option.palette.color(QPalette::HighlightedText)
                                                 : option.palette.color(QPalette::PlaceholderText);
}

QFont boldOf(const QFont &font)
{
    QFont bold(font);
    bold.setBold(true);
    return bold;
}

} // namespace

QString RepoDelegate::facts(const hub::RepoSummary &repo)
{
    QStringList parts;
    if (!repo.pipelineTag.isEmpty())
        parts << Texts::task(repo.pipelineTag);
    if (!repo.libraryName.isEmpty())
        parts << core::isolate(repo.libraryName);
    if (repo.parameters >= 0)
        parts << Texts::parameters(repo.parameters);
    if (repo.downloads >= 0)
        parts << tr("%1 downloads").arg(core::formatCount(repo.downloads));
    if (repo.likes >= 0)
        parts << tr("%1 likes").arg(core::formatCount(repo.likes));
    if (repo.lastModified.isValid())
        parts
            << tr("updated %1").arg(Texts::ago(repo.lastModified, QDateTime::currentDateTimeUtc()));
    return parts.join(u" · "_s);
}

int RepoDelegate::paintBadge(QPainter *painter, const QRect &line, int taken,
                             const QStyleOptionViewItem &option, const QString &text) const
{
    const int width = option.fontMetrics.horizontalAdvance(text) + 2 * gap + 4;
    QRect box(line.right() - taken - width, line.top(), width, line.height());
    box = QStyle::visualRect(option.direction, line, box);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(dimmed(option));
    painter->drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter->drawText(box, Qt::AlignCenter, text);
    painter->restore();
    return taken + width + gap;
}

void RepoDelegate::paintName(QPainter *painter, const QRect &line, int width,
                             const QStyleOptionViewItem &option, const hub::RepoSummary &repo) const
{
    // A name is left-to-right in every language; only its place in the line mirrors.
    const QString owner = repo.repo.owner().isEmpty() ? QString() : repo.repo.owner() + u'/';
    const QFontMetrics bold(boldOf(option.font));
    // A pixel more than the text needs: fractions of pixels would have it elided.
    const int ownerWidth = std::min(option.fontMetrics.horizontalAdvance(owner) + 1, width / 2);
    const QString name = bold.elidedText(repo.repo.name(), Qt::ElideMiddle, width - ownerWidth);
    const int nameWidth = bold.horizontalAdvance(name);
    const QRect both =
        QStyle::visualRect(option.direction, line,
                           QRect(line.left(), line.top(), ownerWidth + nameWidth, line.height()));
    painter->setPen(dimmed(option));
    painter->drawText(QRect(both.left(), both.top(), ownerWidth, both.height()),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextForceLeftToRight,
                      option.fontMetrics.elidedText(owner, Qt::ElideMiddle, ownerWidth));
    painter->setPen(strong(option));
    painter->setFont(boldOf(option.font));
    painter->drawText(QRect(both.left() + ownerWidth, both.top(), nameWidth + 2, both.height()),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextForceLeftToRight, name);
    painter->setFont(option.font);
}

void RepoDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const QVariant value = index.data(RepoListModel::SummaryRole);
    if (!value.canConvert<hub::RepoSummary>()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    const auto repo = value.value<hub::RepoSummary>();
    const QStyle *style = option.widget ? option.widget->style() : QApplication::style();
    painter->save();
    painter->setFont(option.font);
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &option, painter, option.widget);

    const QRect inner = option.rect.adjusted(margin + 2, margin, -margin - 2, -margin);
    const int height = option.fontMetrics.height();
    const QRect first(inner.left(), inner.top(), inner.width(), height);
    const QRect second(inner.left(), first.bottom() + gap, inner.width(), height);
    int badges = 0;
    if (repo.gated != hub::GatedMode::Open)
        badges = paintBadge(painter, first, badges, option, tr("Gated"));
    if (repo.isPrivate)
        badges = paintBadge(painter, first, badges, option, tr("Private"));
    paintName(painter, first, first.width() - badges, option, repo);
    painter->setPen(dimmed(option));
    painter->drawText(second,
                      QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(facts(repo), Qt::ElideRight, second.width()));
    if (option.state & QStyle::State_HasFocus) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(option);
        focus.rect = option.rect.adjusted(2, 2, -2, -2);
        style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, option.widget);
    }
    painter->restore();
}

QSize RepoDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {200, 2 * option.fontMetrics.height() + gap + 2 * margin};
}

} // namespace gui
