#pragma once

#include <QList>
#include <QObject>

QT_BEGIN_NAMESPACE
class QTreeView;
QT_END_NAMESPACE

namespace gui {

// Keeps room for names in a narrow window: while the stretched column would get less than `least`
// pixels, columns that can be done without are hidden, the first of the list first. Owner: the
// view. GUI thread.
class ColumnRoom : public QObject {
    Q_OBJECT
public:
    ColumnRoom(QTreeView *view, int stretched, const QList<int> &dispensable, int least);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fit();

    QTreeView *m_view;
    int m_stretched;
    QList<int> m_dispensable;
    int m_least;
};

} // namespace gui
