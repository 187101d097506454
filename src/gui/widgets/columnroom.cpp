#include "gui/widgets/columnroom.h"

#include <QEvent>
#include <QHeaderView>
#include <QTreeView>

namespace gui {

ColumnRoom::ColumnRoom(QTreeView *view, int stretched, const QList<int> &dispensable, int least)
    : QObject(view)
    , m_view(view)
    , m_stretched(stretched)
    , m_dispensable(dispensable)
    , m_least(least)
{
    view->viewport()->installEventFilter(this);
}

bool ColumnRoom::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        fit();
    return QObject::eventFilter(watched, event);
}

void ColumnRoom::fit()
{
    QHeaderView *header = m_view->header();
    for (const int column : std::as_const(m_dispensable))
        header->setSectionHidden(column, false); // its width is known again
    int left = m_view->viewport()->width();
    for (int column = 0; column < header->count(); ++column) {
        if (column != m_stretched)
            left -= header->sectionSize(column);
    }
    for (const int column : std::as_const(m_dispensable)) {
        if (left >= m_least)
            return;
        left += header->sectionSize(column);
        header->setSectionHidden(column, true);
    }
}

} // namespace gui
