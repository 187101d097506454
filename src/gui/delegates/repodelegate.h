#pragma once

#include <QStyledItemDelegate>

namespace hub {
struct RepoSummary;
}

namespace gui {

// One search result as a card of two lines: name, owner dimmed; then what is known, in words.
// Colours come from the palette. Owner: the view. GUI thread.
class RepoDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    static QString facts(const hub::RepoSummary &repo);

private:
    void paintName(QPainter *painter, const QRect &line, int width,
                   const QStyleOptionViewItem &option, const hub::RepoSummary &repo) const;
    // Returns how much of the end of the line is taken now.
    int paintBadge(QPainter *painter, const QRect &line, int taken,
                   const QStyleOptionViewItem &option, const QString &text) const;
};

} // namespace gui
